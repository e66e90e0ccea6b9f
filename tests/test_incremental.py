"""An incremental build: it names what changed and what changed with it, and equals a clean build byte for byte."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from support import REPOSITORY

from evaluation.cli import run
from evaluation.publishing.render import Rendered

COLUMNS = (
    "Case Ref,Household Ref,Scheme,Ward,Date Opened,Intervention Date,Date Closed,Next Report Date,Outcome,"
    "Officer Cost,Notes"
)
SETTINGS = """
name = "Tiny"
as_of = 2012-12-31
[privacy]
key = "KEY"
[extracts.cases]
path = "cases.csv"
mapping = "mappings/cases.toml"
[extracts.orders]
path = "orders.csv"
mapping = "court_orders"
[extracts.receipts]
path = "receipts.csv"
mapping = "court_receipts"
"""
STUDY = """
from datetime import date
from evaluation.comparison.described import DescriptiveStudy, Measured
from evaluation.comparison.finding import Step

def measure(records, as_of):
    return Measured((Step("cases", records["Cases"].height),), {"closed": records["Cases"]["closed_on"].count()}, ())

study = DescriptiveStudy(name="count_of_cases", title="cases", question="How many cases are there?", measure=measure)
"""
EVERYTHING = ["build", "--no-notebooks", "--renderer", "smalldocs", "--workspace"]
NO_ANSWER = {"run.json", "state.json", ".lock", "evaluation.log"}


def sheet(rows: int = 60) -> str:
    rng = random.Random(5)
    lines = [COLUMNS]
    for number in range(rows):
        opened = date(2010, 1, 4) + timedelta(days=rng.randrange(200))
        helped, closed = opened + timedelta(days=20), opened + timedelta(days=90)
        again = opened + timedelta(days=30 + rng.randrange(60)) if rng.random() < 0.5 else None
        scheme = rng.choice(["Mediation", "No Action"])
        cells = [f"{number:03}", f"H{number}", scheme, "North", f"{opened:%d/%m/%Y}"]
        cells += [f"{helped:%d/%m/%Y}" if scheme == "Mediation" else "", f"{closed:%d/%m/%Y}"]
        lines.append(",".join([*cells, f"{again:%d/%m/%Y}" if again else "", "Resolved", "50.00", ""]))
    return "\n".join(lines) + "\n"


def written(folder: Path) -> Path:
    for name in ("contracts", "mappings", "analyses", "site/schemes"):
        (folder / name).mkdir(parents=True)
    (folder / "cases.csv").write_text(sheet(), encoding="utf-8")
    (folder / "orders.csv").write_text("Order Ref,Order Date,Costs Awarded\nO1,15/03/2010,400.00\n", encoding="utf-8")
    (folder / "receipts.csv").write_text(
        "Receipt Ref,Date Received,Amount,Reference,Kind\nR1,15/04/2010,20.01,O1,Payment\n", encoding="utf-8"
    )
    settings = SETTINGS.replace("KEY", str(folder.parent / "tiny.key"))
    (folder / "partnership.toml").write_text(settings, encoding="utf-8")
    (folder / "analyses" / "count_of_cases.py").write_text(STUDY, encoding="utf-8")
    shutil.copy(REPOSITORY / "contracts" / "mediation.toml", folder / "contracts")
    shutil.copy(REPOSITORY / "site" / "schemes" / "mediation.qmd", folder / "site" / "schemes")
    shutil.copy(
        REPOSITORY / "evaluation" / "records" / "mappings" / "case_list.toml", folder / "mappings" / "cases.toml"
    )
    return folder


def build(folder: Path) -> None:
    assert run([*EVERYTHING, str(folder)]) == 0


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tiny partnership, built once; its pages are written, and rendering is the same for every build."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("evaluation.publishing.render.render", copied)
        folder = written(tmp_path_factory.mktemp("incremental") / "first")
        build(folder)
        yield folder


def copied(source: Path, target: Path, renderer: str, **_earlier: object) -> Rendered:
    shutil.copytree(source, target)
    return Rendered("copied", "The test renders nothing.", 1, ())


def replaced(place: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / place).read_text(encoding="utf-8")
        assert old in text, place
        (folder / place).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


OTHERS = {"studies/mediation.json", "Court costs"}
CHANGES: dict[str, tuple[Callable[[Path], None], str, set[str], set[str]]] = {
    "extract": (
        replaced("cases.csv", "000,H0,", "000,H1,"),
        "the extract cases",
        {"mediation"},
        set(),
    ),
    "code list": (
        replaced("mappings/cases.toml", 'untreated = ["No Action", ', 'untreated = ["Nothing", "No Action", '),
        "mappings/cases.toml",
        set(),
        {"Contracts", *OTHERS},
    ),
    "scheme page": (
        replaced("site/schemes/mediation.qmd", "Whole borough", "North and South"),
        "site/schemes/mediation.qmd",
        set(),
        {"Contracts", *OTHERS},
    ),
    "study": (
        replaced("analyses/count_of_cases.py", "How many cases are there?", "How many cases were opened?"),
        "analyses/count_of_cases.py",
        {"count_of_cases"},
        {"Records", *OTHERS},
    ),
    "contract": (
        replaced("contracts/mediation.toml", "Neighbour mediation", "Mediation"),
        "contracts/mediation.toml",
        set(),
        {"Records", "studies/count_of_cases.json", *OTHERS},
    ),
    "study gone": (
        lambda folder: (folder / "analyses" / "count_of_cases.py").unlink(),
        "analyses/count_of_cases.py",
        {"count_of_cases"},
        {"Records", *OTHERS},
    ),
}


def answers(folder: Path) -> dict[str, bytes]:
    build_folder = folder / "build"
    files = (path for path in build_folder.rglob("*") if path.is_file() and path.name not in NO_ANSWER)
    return {path.relative_to(build_folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", CHANGES)
def test_it_equals_a_clean_build_and_names_what_changed(
    name: str, first_build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, told, findings, kept = CHANGES[name]
    before = answers(first_build)
    folder, aside = tmp_path / "here", tmp_path / "aside"
    shutil.copytree(first_build, folder)
    change(folder)
    shutil.copytree(folder, aside)
    capsys.readouterr()
    build(folder)
    said = capsys.readouterr().out
    assert f"Changed since the last build: {told}." in said
    assert kept <= set(json.loads((folder / "build" / "run.json").read_text(encoding="utf-8"))["reused"])
    incremental = answers(folder)
    # A clean build has the same inputs: the last edition is one, because what everybody has read cannot be unread.
    for path in (aside / "build").iterdir():
        if path.name not in ("edition", "state.json"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    build(aside)
    clean = answers(aside)
    assert {place for place in {*clean, *incremental} if clean.get(place) != incremental.get(place)} == set()
    for path, content in clean.items():
        assert str(tmp_path).encode() not in content, path
    moved = {
        Path(place).stem
        for place in {*before, *clean}
        if place.startswith("findings/") and before.get(place) != clean.get(place)
    }
    assert moved == findings
    for finding in findings:
        assert finding in said.split("With it changed: ")[1]
    if not findings:
        assert "the finding" not in said
