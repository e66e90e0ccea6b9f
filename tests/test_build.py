"""The main job, from a clean copy of the repository to the rendered site."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from support import Build, evaluation

pytestmark = pytest.mark.slow

SIX = {"mediation", "abcs", "asbos", "elmore", "family_support", "city_counselling"}
TABLES = {
    "Incidents", "Cases", "Interventions", "Breaches", "Measures", "Surveys", "Returns",
    "Prosecutions", "CourtOrders", "OrderEvents", "Receipts",
}  # fmt: skip


def test_the_build_ends_by_saying_where_the_first_page_is(worked_example: Build) -> None:
    first_page = Path(worked_example.summary["first_page"])
    assert first_page == worked_example.folder / "_site" / "index.html"
    assert first_page.is_file()
    assert str(first_page) in worked_example.summary["next"][0]


def test_every_canonical_table_is_written(worked_example: Build) -> None:
    written = {path.stem for path in (worked_example.folder / "records").glob("*.parquet")}
    assert written >= TABLES


def test_the_worked_example_has_the_sources_size(worked_example: Build) -> None:
    """Five years of about 15,000 reports, as Milton Keynes had 15,452 in 2011/12; reports held twice count once."""
    truth = json.loads((worked_example.folder / "example" / "truth.json").read_text())
    assert 14_000 < sum(truth["reports"].values()) / 5 < 17_000
    incidents = pl.read_parquet(worked_example.folder / "records" / "Incidents.parquet")
    years = incidents.group_by(pl.col("occurred_on").dt.year()).len()
    assert years.height == 5
    assert years["len"].is_between(10_000, 16_000).all()
    assert incidents["occurred_on"].max() <= date(2012, 12, 31)


def test_rows_in_are_accepted_or_rejected(worked_example: Build) -> None:
    run = json.loads((worked_example.folder / "run.json").read_text())
    assert len(run["inputs"]) == 14
    for extract in run["inputs"]:
        assert extract["read"] == extract["accepted"] + extract["rejected"], extract["name"]
        assert len(extract["sha256"]) == 64
    assert sum(extract["rejected"] for extract in run["inputs"]) > 0, "the example is dirty on purpose"
    assert run["versions"]["polars"] == pl.__version__
    assert all(seconds >= 0 for seconds in run["seconds"].values())


def test_there_is_a_finding_for_every_study(worked_example: Build) -> None:
    findings = {path.stem: json.loads(path.read_text()) for path in (worked_example.folder / "findings").glob("*.json")}
    assert set(findings) >= SIX | {"financial_aid_on_release"}
    for name in SIX - {"family_support"}:
        assert findings[name]["status"] == "estimated", name
    assert findings["family_support"]["status"] == "cannot_be_said"
    assert findings["family_support"]["effects"] == []


def test_the_studies_recover_the_truth_of_the_example(worked_example: Build) -> None:
    """Helpful schemes are found helpful; the null one is not called either way; intervals hold the truth."""
    truth = json.loads((worked_example.folder / "example" / "truth.json").read_text())["schemes"]
    findings = {name: json.loads((worked_example.folder / f"findings/{name}.json").read_text()) for name in truth
                if (worked_example.folder / f"findings/{name}.json").exists()}  # fmt: skip
    assert len(findings) >= 6
    mediation = {effect["name"]: effect for effect in findings["mediation"]["effects"]}
    assert mediation["risk_difference_365"]["high"] < 0
    asbos = {effect["name"]: effect for effect in findings["asbos"]["effects"]}
    assert asbos["risk_difference_365"]["low"] < 0 < asbos["risk_difference_365"]["high"]


def test_two_runs_give_the_same_bytes(worked_example: Build, tmp_path: Path) -> None:
    """A second build in another folder and with another hash seed: everything under findings/ is identical."""
    again = tmp_path / "again"
    shutil.copytree(worked_example.root, again, ignore=shutil.ignore_patterns("build"))
    done = evaluation("run", "--quiet", folder=again, PYTHONHASHSEED="7")
    assert done.returncode == 0, done.stderr
    first = {path.name: path.read_bytes() for path in (worked_example.folder / "findings").iterdir()}
    second = {path.name: path.read_bytes() for path in (again / "build" / "findings").iterdir()}
    assert first == second


def test_nothing_is_made_again_when_nothing_changed(worked_example: Build) -> None:
    before = (worked_example.folder / "_site" / "index.html").stat().st_mtime_ns
    done = evaluation("build", "--json", folder=worked_example.root)
    assert done.returncode == 0, done.stderr
    assert (worked_example.folder / "_site" / "index.html").stat().st_mtime_ns == before
    reused = json.loads((worked_example.folder / "run.json").read_text())["reused"]
    assert {"Records", "Site", "Contracts"} <= set(reused)


def test_the_repository_is_not_written_to(worked_example: Build, repository: Path) -> None:
    for folder in ("site", "analyses", "contracts", "notebooks"):
        assert files_below(worked_example.root / folder) == files_below(repository / folder)


def files_below(folder: Path) -> set[str]:
    """Every file but Python's caches."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_json_and_quiet(worked_example: Build) -> None:
    quiet = evaluation("check", "--quiet", folder=worked_example.root)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    told = evaluation("check", "--json", folder=worked_example.root)
    assert json.loads(told.stdout)["exit_code"] == 0
    assert told.stderr == ""
