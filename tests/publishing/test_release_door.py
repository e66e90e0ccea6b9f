"""One door: only the release functions make something published, and nothing behind the door sees a person."""

from __future__ import annotations

import ast
import copy
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from evaluation.errors import CheckError, DisclosureError, ExitCode, UsageError
from evaluation.publishing.release import Published, Rules, release_finding, release_quality, release_table

PUBLISHING = Path(__file__).parents[2] / "evaluation" / "publishing"
DOOR = {path.name for path in PUBLISHING.glob("disclosure*.py")} | {"release.py", "editions.py"}
BEHIND = sorted(path for path in PUBLISHING.rglob("*.py") if path.name not in DOOR)
FORBIDDEN = (
    "records",
    "follow_up",
    "survival",
    "comparison",
    "commissioning",
    "income",
    "example",
    "workspace",
    "build",
)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", BEHIND, ids=lambda path: path.relative_to(PUBLISHING).as_posix())
def test_pages_and_charts_cannot_reach_records(path: Path):
    reached = {name for name in imports(path) if name.startswith(tuple(f"evaluation.{room}" for room in FORBIDDEN))}
    assert reached == set()
    assert not {"polars", "pandas", "pyarrow", "duckdb", "sqlite3"} & {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", BEHIND, ids=lambda path: path.relative_to(PUBLISHING).as_posix())
def test_nobody_else_makes_published_values(path: Path):
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Published"
    ]  # fmt: skip
    assert calls == []


def test_published_cannot_be_made_by_hand():
    with pytest.raises(DisclosureError, match="without disclosure control") as caught:
        Published("finding", "mediation", {"people": 3})
    assert caught.value.exit_code == ExitCode.CHECK_FAILED
    assert isinstance(caught.value, CheckError)


def test_published_cannot_be_changed():
    published = release_quality({"tests": [{"records": 40}], "by": {"people": 40}}, Rules())
    with pytest.raises(TypeError):
        published.data["people"] = 3
    with pytest.raises(TypeError):
        published.data["tests"].append(3)
    with pytest.raises(TypeError):
        published.data["by"].update(people=3)
    with pytest.raises(DisclosureError):
        replace(published, data={"people": 3})
    copied = copy.deepcopy(published.data)
    copied["people"] = 3
    assert "people" not in published.data
    assert json.loads(published.to_json()) == {"tests": [{"records": 40}], "by": {"people": 40}}


@pytest.mark.parametrize(
    "key", ["subject_id", "case_ref", "reference", "surname", "address", "uprn", "payer_id", "DOB", "defendant"]
)
def test_key_that_leads_to_a_person_is_refused_with_its_path_and_without_its_value(key: str):
    with pytest.raises(DisclosureError) as caught:
        release_finding({"study": "mediation", "curves": [{"points": [{key: "Quibackle 7"}]}]}, Rules())
    assert f"curves[].points[].{key}" in str(caught.value)
    assert "Quibackle" not in str(caught.value)


def test_frame_inside_a_result_is_refused():
    with pytest.raises(DisclosureError, match="DataFrame"):
        release_quality({"rejected": pl.DataFrame({"a": [1]})}, Rules())


def test_open_data_pass_unaltered_by_their_declaration():
    frame = pl.DataFrame({"month": ["2018-06"], "count": [3]})
    assert release_table("asb", frame, Rules(), licence="OGL v3").data["rows"] == [{"month": "2018-06", "count": 3}]
    assert release_table("asb", frame, Rules()).data["rows"] == [{"month": "2018-06", "count": None}]
    finding = {"study": "aid", "licence": "public domain", "numbers": {"people": 432, "arrested": 3}}
    assert release_finding(finding, Rules()).data["numbers"] == {"people": 432, "arrested": 3}


def test_table_is_protected_and_proved():
    frame = pl.DataFrame({"ward": ["N", "S", "E", "All"], "count": [4, 33, 58, 95]})
    published = release_table("cases", frame, Rules())
    assert [row["count"] for row in published.data["rows"]] == [None, None, 60, 95]
    assert published.hidden == ("cases: small counts, and others that would give them away, are hidden",)
    with pytest.raises(DisclosureError, match="key 'subject_id'"):
        release_table("cases", frame.rename({"ward": "subject_id"}), Rules())


@pytest.mark.parametrize(
    "wrong",
    [{"threshold": 0}, {"base": 0}, {"zeros": "maybe"}, {"width": 0}, {"dominant_share": 0}, {"curve_step_days": 1}],
)
def test_rules_that_protect_nothing_are_refused(wrong: dict[str, object]):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Rules(**wrong)  # pyright: ignore
