from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from evaluation.errors import DataError, UsageError
from evaluation.income import reconcile


def refused(call):
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def test_two_orders_with_one_reference_are_refused(court):
    assert "A-1 names 2 different rows" in refused(court.order("A-1", 100).order("A-1", 90).on)


def test_a_second_copy_of_a_row_counts_once(court, look):
    held = court.order("A-1", 100).order("A-1", 100).paid("R1", 30, 5, "A-1").paid("R1", 30, 5, "A-1").on()
    assert look["state"](held, "A-1")["outstanding"] == 70
    assert held.set_aside["reason"].to_list() == ["a second copy of the same row"] * 2


def test_two_receipts_with_one_reference_are_refused(court):
    assert "R1 names 2 different rows" in refused(court.order("A-1", 9).paid("R1", 1).paid("R1", 2).on)


@pytest.mark.parametrize(
    "column", ["costs_awarded", "costs_claimed", "compensation", "fine", "surcharge", "instalment"]
)
def test_negative_amounts_of_an_order_are_refused(court, column):
    assert f"orders.{column} is below nought" in refused(court.order("A-1", 9).order("A-2", 9, **{column: -1}).on)


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        ("payment", -1, "money paid in is below nought in 1 row(s), for example R1"),
        ("account", -1, "money paid in is below nought"),
        ("reversal", 1, "a reversal or refund is above nought"),
        ("refund", 1, "a reversal or refund is above nought"),
        ("payement", 1, "Did you mean 'payment'?"),
    ],
)
def test_impossible_receipts_are_refused(court, kind, amount, said):
    assert said in refused(court.order("A-1", 9).paid("R1", amount, kind=kind).on)


def test_impossible_events_are_refused(court):
    text = refused(court.order("A-1", 9).event("A-1", "remitted", -1).event("A-1", "writen_off", 1).on)
    assert "a remission or write-off is below nought" in text
    assert "Did you mean 'written_off'?" in text


def test_an_unknown_interval_is_refused(court):
    assert "Did you mean 'month'?" in refused(court.order("A-1", 9, instalment=1, instalment_every="months").on)


def test_all_problems_are_shown_together(court):
    text = refused(court.order("A-1", -1).paid("R1", -1).event("A-1", "odd", 1).on)
    assert text.count("\n  - ") == 3


def test_part_of_a_penny_is_refused(court):
    tables = court.order("A-1", 9).tables()
    tables["orders"] = tables["orders"].with_columns(costs_awarded=pl.lit(Decimal("9.005")))
    assert "a part of a penny" in refused(lambda: reconcile(**tables, as_of=date(2012, 1, 1)))


def test_other_precision_and_whole_pounds_are_read(court):
    tables = court.order("A-1", "9.50").paid("R1", 4, 5, "A-1").tables()
    tables["orders"] = tables["orders"].with_columns(pl.col("costs_awarded").cast(pl.Decimal(20, 4)))
    tables["receipts"] = tables["receipts"].with_columns(pl.col("amount").cast(pl.Int64))
    held = reconcile(**{name: frame.lazy() for name, frame in tables.items()}, as_of=date(2012, 1, 1))
    assert held.ledger["outstanding"].to_list() == [Decimal("5.50")]


def test_binary_floating_point_is_refused(court):
    tables = court.order("A-1", 9).tables()
    tables["orders"] = tables["orders"].with_columns(pl.col("costs_awarded").cast(pl.Float64))
    assert "orders.costs_awarded must be a Decimal" in refused(lambda: reconcile(**tables, as_of=date(2012, 1, 1)))


def test_columns_that_a_source_lacks_may_be_absent():
    money = pl.Decimal(12, 2)
    orders = pl.DataFrame(
        {"order_ref": ["A-1"], "ordered_on": [date(2010, 1, 1)], "costs_awarded": [Decimal(9)]},
        schema_overrides={"costs_awarded": money},
    )
    receipts = pl.DataFrame(
        {"receipt_ref": ["R1"], "received_on": [date(2010, 2, 1)], "amount": [Decimal(4)], "reference": ["A-1"]},
        schema_overrides={"amount": money},
    )
    held = reconcile(orders, receipts, as_of=date(2012, 1, 1))
    assert held.ledger["outstanding"].to_list() == [Decimal("5.00")]


def test_a_needed_column_is_asked_for_by_its_near_name(court):
    tables = court.order("A-1", 9).tables()
    tables["orders"] = tables["orders"].rename({"costs_awarded": "cost_awarded"})
    assert "Did you mean 'cost_awarded'?" in refused(lambda: reconcile(**tables, as_of=date(2012, 1, 1)))


def test_rows_without_a_key_are_refused(court):
    assert "orders.order_ref is empty in 1 row(s), first in row 2" in refused(court.order("A-1", 9).order(" ", 9).on)


def test_unusable_rows_are_set_aside_with_their_reason(court):
    held = (
        court.order("A-1", 9).order("A-2", None).paid("R1", 0, 5, "A-1").paid("R2", 5, None, "A-1")
        .event("A-9", "varied", 1).event("A-1", "remitted", 1, -5).event("A-1", "remitted", None).on()
    )  # fmt: skip
    assert sorted(held.set_aside.select("table", "reference", "reason").rows()) == [
        ("events", "A-1", "before the order was made"),
        ("events", "A-1", "no amount"),
        ("events", "A-9", "no such order in view"),
        ("orders", "A-2", "costs awarded not recorded"),
        ("receipts", "R1", "an amount of nought"),
        ("receipts", "R2", "no date of receipt"),
    ]


def test_events_cannot_take_more_than_is_left_of_the_debt(court, look):
    held = court.order("A-1", 100).event("A-1", "remitted", 80, 20).event("A-1", "written_off", 50, 30).on()
    assert look["state"](held, "A-1")["written_off"] == 20
    assert held.set_aside.row(0) == ("events", "A-1", Decimal("30.00"), "more than was left of the debt; the excess")


def test_a_transfer_to_another_court_changes_no_amount(court, look, when):
    held = court.order("A-1", 100).event("A-1", "transferred", None, 20).on()
    assert look["state"](held, "A-1")["outstanding"] == 100
    assert look["state"](held, "A-1")["transferred_on"] == when(20)


def test_the_as_of_date_is_a_date(court):
    with pytest.raises(UsageError, match="as_of must be a date"):
        reconcile(**court.tables(), as_of="2012-01-01")
