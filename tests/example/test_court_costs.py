"""The ten years of section 80 cases, reconciled and compared with their truth."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from evaluation.example.court_costs import AS_OF, court_costs
from evaluation.income import forecast, journal, reconcile


@pytest.fixture(scope="module")
def example():
    return court_costs()


@pytest.fixture(scope="module")
def held(example):
    return reconcile(
        example.orders, example.receipts, events=example.events, prosecutions=example.prosecutions, as_of=AS_OF
    )


def compared(example, held):
    """Set what was allocated to each order beside what is true, for the receipts in view."""
    truth = example.truth.join(held.inputs.receipts.select("receipt_ref"), on="receipt_ref")
    given = (
        held.allocations.filter(pl.col("amount") > 0).group_by("receipt_ref", "order_ref").agg(pl.col("amount").sum())
    )
    return truth, given


def test_almost_all_value_is_rightly_allocated_and_none_wrongly(example, held):
    truth, given = compared(example, held)
    meant = truth.filter(pl.col("order_ref").is_not_null())
    both = meant.join(given, on=["receipt_ref", "order_ref"], how="left", suffix="_given")
    right = both.select(pl.min_horizontal("amount", pl.col("amount_given").fill_null(0)).sum()).item()
    assert right >= Decimal("0.99") * meant["amount"].sum()
    assert given.join(truth, on=["receipt_ref", "order_ref"], how="anti").is_empty()


def test_the_rest_is_honestly_left(held):
    left = held.unmatched_receipts
    assert left.filter(pl.col("status") == "ambiguous").height > 0
    assert left["reason"].null_count() == 0


def test_every_difficulty_is_in_it(example, held):
    assert {
        "copied", "reformatted", "inside a text", "letters for digits", "transposed", "one digit wrong", "cut short",
        "year left out", "name only", "wrong reference", "nothing written", "one payment, two orders", "later reversed",
        "remittance with a row each", "remittance with a list", "remittance without a schedule",
    } <= set(example.truth["difficulty"])  # fmt: skip
    assert set(example.receipts["kind"]) == {"payment", "account", "reversal", "refund"}
    assert set(example.events["kind"]) == {"varied", "remitted", "written_off", "transferred"}
    assert example.truth["order_ref"].null_count() > 0
    assert example.receipts["receipt_ref"].is_duplicated().any()
    assert (example.receipts["recorded_on"] > example.receipts["received_on"]).any()
    assert {"exact_reference", "corrected_reference", "amount_date_name", "one_to_many", "remittance_schedule",
            "reversal"} <= set(held.allocations["rule"])  # fmt: skip


def test_completeness_finds_what_is_missing(example, held):
    assert held.completeness.filter(~pl.col("explained")).height > 0
    assert held.completeness.filter("explained").height > 0
    assert held.unsupported_orders.height > 0
    assert held.silent_months.height > 0
    assert held.number_gaps["missing"].sum() > 0


def test_ten_years(example):
    span = example.orders["ordered_on"].max() - example.orders["ordered_on"].min()
    assert span.days > 9 * 365
    assert len(example.orders) > 300


def test_the_same_seed_gives_the_same_tables(example):
    again = court_costs()
    assert again.receipts.equals(example.receipts)
    assert again.truth.equals(example.truth)
    assert not court_costs(seed=7).receipts.equals(example.receipts)


@pytest.mark.parametrize("as_of", [date(2004, 6, 30), date(2008, 2, 29), date(2011, 3, 31)])
def test_it_adds_up_on_earlier_days_too(example, as_of):
    held = reconcile(
        example.orders, example.receipts, events=example.events, prosecutions=example.prosecutions, as_of=as_of
    )
    truth, given = compared(example, held)
    assert given.join(truth, on=["receipt_ref", "order_ref"], how="anti").is_empty()
    assert held.months["month"].max() == as_of.replace(day=1)


def test_the_forecast_and_the_journal_of_the_example(held):
    ahead = forecast(held)
    outstanding = held.ledger["outstanding"].sum()
    assert ahead.status == "estimated"
    assert 0 < ahead.low <= ahead.collectable <= ahead.high < outstanding
    assert abs(ahead.provision["provision"].sum() + ahead.collectable - outstanding) <= Decimal("0.05")
    lines = journal(held)
    assert lines["debit"].sum() == lines["credit"].sum()
