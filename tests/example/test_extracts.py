"""The extracts are what a council would send: one file a system, in its words, dirty at the audit's rates."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluation.example import Example, write_extracts
from evaluation.example.names import DRAMA, HEADS
from evaluation.example.systems import ACTIONS, headers


def test_written_within_five_seconds(written: tuple[Example, float]) -> None:
    assert written[1] < 5


def test_the_same_seed_writes_the_same_bytes(example: Example, tmp_path: Path) -> None:
    again = write_extracts(tmp_path)
    for (name, path, _), (_, other, _) in zip(example.extracts, again.extracts, strict=True):
        assert path.read_bytes() == other.read_bytes(), name
    assert example.truth.read_bytes() == again.truth.read_bytes()


def test_every_header_is_one_that_its_mapping_expects(tables: dict[str, pl.DataFrame]) -> None:
    for name in ("flare", "cedar", "iworld", "uniform", "react", "confirm", "surveys"):
        assert set(tables[name].columns) <= set(headers(name).values())


def test_uniform_calls_everything_a_caution(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["uniform"]["Complaint Code"].drop_nulls().unique().to_list() == ["Caution"]


@pytest.mark.parametrize(
    ("mistake", "share", "margin"),
    [
        ("police_case_not_uploaded", 0.40, 0.03),
        ("case_with_an_issue", 0.60, 0.11),
        ("dealt_with_but_open", 0.09, 0.03),
        ("incident_not_linked_to_its_case", 0.15, 0.02),
        ("closed_before_opened", 0.006, 0.003),
    ],
)
def test_mistakes_come_at_the_audits_rates(truth: dict[str, Any], mistake: str, share: float, margin: float) -> None:
    counted = truth["mistakes"][mistake]
    assert counted["rows"] / counted["of"] == pytest.approx(share, abs=margin)


def test_rows_that_must_be_rejected_stay_few(truth: dict[str, Any]) -> None:
    wrong = ("closed_before_opened", "responded_before_opened", "reported_before_occurred", "entered_twice")
    rows = sum(truth["mistakes"][name]["rows"] for name in wrong)
    assert rows < 0.02 * sum(truth["reports"].values())


def test_true_pairs_are_two_reports_of_one_day(example: Example, tables: dict[str, pl.DataFrame]) -> None:
    pairs = pl.read_csv(example.truth.with_name("truth_pairs.csv")).filter(pl.col("other_system") == "flare")
    flare = tables["flare"].select("Incident Ref", "Incident Date").unique("Incident Ref")
    cedar = tables["cedar"].select("Incident Ref", "Incident Date").unique("Incident Ref")
    joined = pairs.join(flare, left_on="other_ref", right_on="Incident Ref").join(
        cedar, left_on="incident_ref", right_on="Incident Ref", suffix="_police"
    )
    same = joined["Incident Date"].str.to_date("%d/%m/%Y") == joined["Incident Date_police"].str.to_date("%Y-%m-%d")
    assert joined.height > 3000
    assert same.mean() > 0.98


def test_names_numbers_and_postcodes_can_be_nobodys(tables: dict[str, pl.DataFrame]) -> None:
    flare = tables["flare"]
    surnames = flare["Complainant"].drop_nulls().str.split(" ").list.last()
    assert surnames.str.contains("^(" + "|".join(HEADS) + ")").all()
    assert flare["Perpetrator Phone"].drop_nulls().str.contains("^(" + "|".join(DRAMA) + ")").all()
    assert flare["Premises Address"].drop_nulls().str.contains(r"Wexbourne WX\d \d[A-Z]{2}$").all()


def test_confirm_has_title_rows_and_a_total(example: Example) -> None:
    path = next(path for name, path, _ in example.extracts if name == "confirm")
    lines = path.read_text(encoding="cp1252").splitlines()
    assert lines[0].startswith("CONFIRM enquiry report")
    assert re.fullmatch(r"Total,\d+", lines[-1])


def test_every_scheme_is_named_in_the_extracts(tables: dict[str, pl.DataFrame]) -> None:
    assert set(tables["flare"]["Action"].drop_nulls().unique()) == set(ACTIONS.values())


def test_the_truth_says_that_it_is_synthetic(truth: dict[str, Any]) -> None:
    assert "invented" in truth["notice"]
    assert truth["schemes"]["mediation"]["truth"] == "helpful"
    assert truth["schemes"]["quiet_hours_scheme"]["truth"] == "harmful"
    assert truth["schemes"]["mediation"]["given"] > 300
    assert {area["scheme"] for area in truth["area_schemes"]} == {
        "dispersal_orders",
        "wardens_in_schools",
        "nuisance_nightline",
    }
