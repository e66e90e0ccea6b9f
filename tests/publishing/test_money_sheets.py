"""Contracts and court costs are tables to download, and the fields of their JSON are explained."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from evaluation.publishing.pages import money_sheets

REPOSITORY = Path(__file__).resolve().parents[2]


def table(project: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((project / "published" / name).read_text("utf-8-sig"))))


def test_the_workbook_holds_contracts_and_court_costs(project: Path) -> None:
    import fastexcel

    names = set(fastexcel.read_excel(project / "published" / "register.xlsx").sheet_names)
    assert {"contracts", "contract-measures", "contract-dates", "contract-choices", "court-costs"} <= names


def test_a_contract_stands_with_its_term_its_verdict_and_its_dates(project: Path) -> None:
    (row,) = table(project, "contracts.csv")
    assert (row["contract"], row["to"], row["verdict"]) == ("city_counselling", "2013-03-31", "Outcomes not evidenced")
    assert row["decide_by"] == "2013-01-29"
    measures = table(project, "contract-measures.csv")
    assert "between 17% and 80%" in [measure["came"] for measure in measures]
    assert {measure["kind"] for measure in measures} == {"output", "outcome"}


def test_the_ledger_of_the_table_is_the_published_one(project: Path) -> None:
    rows = table(project, "court-costs.csv")
    ledger = json.loads(next((project / "published" / "income").glob("*.json")).read_text())
    owed = next(row for row in rows if row["part"] == "total" and row["what"] == "outstanding")
    assert owed["amount"] == ledger["outstanding"]
    hidden = [row for row in ledger.get("ageing", ()) if row["amount"] is None]
    assert sum(row["part"] == "age" and not row["amount"] for row in rows) == len(hidden)


@pytest.mark.parametrize("kind", ["contracts", "income"])
def test_every_field_of_the_published_json_is_explained(project: Path, kind: str) -> None:
    files = sorted((project / "published" / kind).glob("*.json"))
    known = next(fields for name, fields in money_sheets.FIELDS.items() if name.startswith(f"{kind}/"))
    assert files
    assert {key for path in files for key in json.loads(path.read_text())} - set(known) == set()
    explained = {(row["table"], row["column"]) for row in _dictionary(project)}
    assert {(name, field) for name, fields in money_sheets.FIELDS.items() for field in fields} <= explained


def _dictionary(project: Path) -> list[dict[str, str]]:
    return table(project, "data-dictionary.csv")
