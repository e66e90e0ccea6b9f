"""Nothing about a person leaves the building: fifty marked people go in, and no trace of them comes out."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import polars as pl
import pytest
from support import REPOSITORY, evaluation

sys.path.insert(0, str(REPOSITORY / "tests" / "publishing"))
from planted import Planted, people, traces

pytestmark = pytest.mark.slow

COLUMNS = [
    "Incident Ref", "Case Ref", "Incident Date", "Date Reported", "Complaint Type", "Notepad", "Alleged Perpetrator",
    "Perpetrator Address", "Perpetrator Phone", "Complainant", "Ward", "Date Opened", "Date Closed", "Closure Reason",
    "Action", "Action Date",
]  # fmt: skip


def row(number: int, person: Planted, *, day: int, broken: bool = False) -> list[str]:
    opened = "99/99/2012" if broken else f"{day:02d}/03/2012"
    return [
        f"I{number}", f"C{number}", f"{day:02d}/03/2012", f"{day:02d}/03/2012", "Noise", person.note, person.name,
        person.address, person.phone, person.reference, "Alder Vale", opened, "", "", "Mediation", f"{day:02d}/04/2012",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A real (not synthetic) workspace with fifty marked people, built with its notebook; and all that was printed."""
    folder = tmp_path_factory.mktemp("planted")
    with (folder / "flare.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(400):
            person = people()[number % 50]
            writer.writerow(row(number, person, day=number % 27 + 1, broken=number % 27 == 3))
    (folder / "partnership.toml").write_text(
        f'name = "Planted"\nas_of = 2012-12-31\n[privacy]\nkey = "{folder / "own.key"}"\n'
        '[extracts.flare]\npath = "flare.csv"\nmapping = "flare"\n',
        encoding="utf-8",
    )
    printed = ""
    for words in (["check", "--json"], ["notebooks", "start_here"], ["site", "--verbose"]):
        done = evaluation(*words, "--workspace", str(folder), folder=REPOSITORY)
        assert done.returncode == 0, done.stderr
        printed += done.stdout + done.stderr
    return folder, printed


def test_the_people_went_in(built: tuple[Path, str]) -> None:
    folder, _ = built
    incidents = pl.read_parquet(folder / "build" / "records" / "Incidents.parquet")
    assert incidents["subject_id"].n_unique() >= 50
    assert traces(folder, people()), "the search must find them in the extract itself"


def test_no_trace_of_them_is_published_printed_or_kept(built: tuple[Path, str], tmp_path: Path) -> None:
    folder, printed = built
    (tmp_path / "printed.txt").write_text(printed, encoding="utf-8")
    incidents = pl.read_parquet(folder / "build" / "records" / "Incidents.parquet")
    pseudonyms = incidents["subject_id"].drop_nulls().unique().to_list()
    for place in ("_site", "site", "findings", "notebooks", "edition", "quality.json", "run.json", "site.json"):
        found = traces(folder / "build" / place, people(), also=pseudonyms)
        assert found == [], place
    assert traces(tmp_path, people(), also=pseudonyms) == []
    assert traces(folder / "build" / "records", people()) == []
    assert traces(folder / "build" / "evaluation.log", people()) == []


def test_rejected_rows_go_back_without_names(built: tuple[Path, str]) -> None:
    """The owner finds a row by its number in the file that was sent; the sheet to mend holds pseudonyms."""
    folder, _ = built
    assert list((folder / "build" / "rejected").glob("*.xlsx"))
    assert traces(folder / "build" / "rejected", people()) == []


def test_the_key_lies_outside_and_only_its_owner_can_read_it(built: tuple[Path, str]) -> None:
    folder, _ = built
    assert (folder / "own.key").stat().st_mode & 0o077 == 0
    key = (folder / "own.key").read_text().strip()
    for path in (folder / "build").rglob("*"):
        assert not path.is_file() or key.encode() not in path.read_bytes()
