from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluation.commissioning import Contract, export_indigo

RESULT: dict[str, Any] = {
    "as_of": "2012-12-31",
    "verdict": {"sentence": "All is well."},
    "outcomes": [
        {
            "name": "better",
            "result": {"n_known": 40, "n_achieved": None},
            "verdict": {"text": "Target met", "sentence": "=1+1"},
        },
    ],
}


def sheet(path: Path, name: str) -> list[list[str | None]]:
    frame = pl.read_excel(path, sheet_name=name, has_header=False, drop_empty_rows=False, infer_schema_length=0)
    return [list(row) for row in frame.iter_rows()]


@pytest.fixture
def book(contract: Contract, tmp_path: Path) -> Path:
    return export_indigo(contract, RESULT, tmp_path / "export" / "calm.xlsx")


def test_lists_start_in_the_forms_rows_with_its_field_paths(book: Path) -> None:
    metrics = sheet(book, "Outcome Metrics")
    assert metrics[2][:3] == ["id", "definition/value", "target_population/value"]
    assert [row[0] for row in metrics[3:]] == ["better", "resolved", "fewer_repeats"]
    pricing = sheet(book, "Outcome Pricing")
    assert pricing[3][0] == "outcome_metric_id/value"
    assert [(row[0], row[1], float(row[2] or 0)) for row in pricing[4:]] == [
        ("resolved", "GBP", 120.5),
        ("better", "GBP", 99.99),
    ]


def test_the_overview_has_its_cells(book: Path) -> None:
    page = sheet(book, "General Overview")
    assert page[4][2] == "Calm corners"  # C5
    assert page[14][2] == "GB"  # C15
    assert page[23][2] == "2011-04-01"  # C24
    assert page[89][2] == "Worked example: synthetic data. All is well."  # C90


def test_a_hidden_count_leaves_its_cell_empty(book: Path) -> None:
    results = sheet(book, "Results")
    names = results[3]
    better = dict(zip(names, results[4], strict=True))
    assert float(better["number_engaged_in_impact_bond/value"] or 0) == 40
    assert better["number_with_positive_social_outcomes/value"] is None
    assert better["result_type/value"] == "Interim"


def test_text_is_never_a_formula(book: Path) -> None:
    results = sheet(book, "Results")
    assert dict(zip(results[3], results[4], strict=True))["other_description_of_result/value"] == "=1+1"


def test_the_same_contract_gives_the_same_bytes(contract: Contract, tmp_path: Path) -> None:
    one = export_indigo(contract, RESULT, tmp_path / "one.xlsx").read_bytes()
    assert one == export_indigo(contract, RESULT, tmp_path / "two.xlsx").read_bytes()
