from datetime import timedelta
from decimal import Decimal

import polars as pl
import pytest

from evaluation.income import forecast, time_to_payment
from evaluation.income.fates import order_spells, pound_spells


@pytest.fixture
def steady(court):
    """60 settled orders: of each £100, £40 is paid after 15 days, £30 after 75, and £30 is written off after 135."""
    for number in range(60):
        ref = f"A-{number:04d}"
        court.order(ref, 100, 0).paid(f"R{number}a", 40, 15, ref).paid(f"R{number}b", 30, 75, ref)
        court.event(ref, "written_off", 30, 135)
    return court


def test_pounds_by_their_fate(court):
    court.order("A-1", 100, 0).paid("R1", 30, 10, "A-1").paid("R2", 20, 15, "A-1").event("A-1", "varied", 10, 12)
    court.event("A-1", "remitted", 5, 40).paid("V1", -20, 50, "R2", kind="reversal")
    held = court.on(100)
    assert pound_spells(held).rows() == [
        ("A-1", 10, "paid", 3_000), ("A-1", 40, "remitted", 500), ("A-1", 100, "censored", 7_500),
    ]  # fmt: skip
    assert order_spells(held).rows() == [("A-1", 100, "censored")]


def test_the_pounds_of_an_order_add_up_to_what_was_due(steady):
    spells = pound_spells(steady.on(90))
    assert spells.group_by("order_ref").agg(pl.col("pence").sum())["pence"].unique().to_list() == [10_000]


def test_time_to_payment_of_pounds_and_orders(steady):
    pounds = time_to_payment(steady.on(), of="pounds")
    final = {state: pounds.filter(pl.col("state") == state)["incidence"].max() for state in ("paid", "written_off")}
    assert final == {"paid": pytest.approx(0.7), "written_off": pytest.approx(0.3)}
    orders = time_to_payment(steady.on())
    assert orders.filter(pl.col("state") == "written_off")["incidence"].max() == pytest.approx(1)


def test_a_new_debt_is_expected_to_go_the_way_of_the_old(steady, when):
    # A new order of £100: 40 of it is paid in its first 30 days, 30 more in its third, the rest never.
    steady.order("B-1", 100, 400)
    found = forecast(steady.on(400), months=6)
    assert found.status == "estimated"
    # On its first day the order's age falls into the first month, in which the 40 would have come.
    assert found.collectable == Decimal("50.00")
    assert [str(each) for each in found.months["cumulative"]] == ["0.00", "50.00", "50.00", "50.00", "50.00", "50.00"]
    assert found.months["until"][0] == when(400) + timedelta(days=30)
    assert found.provision["provision"].sum() == Decimal("50.00")
    assert set(found.provision["basis"]) == {"history"}


def test_limits_hold_the_estimate_and_grow_with_spread(court):
    for number in range(40):
        ref = f"A-{number:04d}"
        court.order(ref, 100, 0)
        if number % 2:
            court.paid(f"R{number}", 100, 100, ref)
        else:
            court.event(ref, "written_off", 100, 300)
    court.order("B-1", 200, 450).order("B-2", 200, 470)
    found = forecast(court.on(500), months=12)
    assert found.collectable == Decimal("200.00")
    assert Decimal(100) < found.low < Decimal(170) < Decimal(230) < found.high < Decimal(300)
    months = found.months
    assert (months["low"] <= months["cumulative"]).all()
    assert (months["cumulative"] <= months["high"]).all()
    assert months["expected"].sum() == months["cumulative"][-1]


def test_too_little_history_is_said(court):
    held = court.order("A-1", 100, 0, first_due_on=None).paid("R1", 30, 10, "A-1").on(40)
    found = forecast(held)
    assert found.status == "cannot_be_said"
    assert "payments on 1 orders are known and 20 are needed" in found.reason
    assert found.months.is_empty()
    assert found.provision.filter(pl.col("band") == "31-90 days").row(0) == (
        "31-90 days", Decimal("70.00"), 0.25, Decimal("17.50"), "policy",
    )  # fmt: skip


def test_the_same_ledger_gives_the_same_forecast(steady):
    steady.order("B-1", 100, 400)
    assert forecast(steady.on(400)).to_json() == forecast(steady.on(400)).to_json()
