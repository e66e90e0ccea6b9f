from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.income import Rules
from evaluation.income.plan import aged, days_from_due, oldest_due

DUE = date(2010, 1, 31)


def bands(held):
    return {band: str(amount) for band, _, amount in held.ageing.rows()}


@pytest.mark.parametrize(
    ("late", "band"),
    [(0, "not yet due"), (1, "1-30 days"), (30, "1-30 days"), (31, "31-90 days"), (90, "31-90 days"),
     (91, "91-365 days"), (365, "91-365 days"), (366, "over 365 days")],
)  # fmt: skip
def test_a_single_sum_ages_by_the_day(court, late, band):
    held = court.order("A-1", 100, 0, first_due_on=DUE).on(DUE + timedelta(days=late))
    assert {name for name, amount in bands(held).items() if amount != "0.00"} == {band}


def test_instalments_age_one_by_one_oldest_paid_first(court, look):
    court.order("A-1", 100, 0, instalment=10, instalment_every="month", first_due_on=DUE).paid("R1", 15, 40, "A-1")
    held = court.on(date(2010, 5, 31))
    # Due by then: 31 Jan, 28 Feb, 31 Mar, 30 Apr, 31 May = 50; paid 15, so 5 of February is the oldest.
    assert bands(held) == {
        "not yet due": "60.00",
        "1-30 days": "0.00",
        "31-90 days": "20.00",
        "91-365 days": "5.00",
        "over 365 days": "0.00",
    }
    assert look["state"](held, "A-1")["oldest_due"] == date(2010, 2, 28)


def test_broken_plans_and_arrears(court):
    court.order("A-1", 100, 0, instalment=10, instalment_every="week", first_due_on=DUE).paid("R1", 20, 31, "A-1")
    fine = court.on(date(2010, 2, 20))
    late = court.on(date(2010, 3, 22))
    assert fine.arrears.select("arrears", "missed", "broken").rows() == [(10, 1, False)]
    assert late.broken_plans.select("order_ref", "arrears", "missed", "days_overdue").rows() == [("A-1", 60, 6, 36)]


def test_nothing_outstanding_has_no_due_date(court, look):
    held = court.order("A-1", 10, first_due_on=DUE).paid("R1", 10, 5, "A-1").on()
    assert look["state"](held, "A-1")["oldest_due"] is None


def test_a_plan_for_everything_reaches_the_costs_later(court):
    court.order("A-1", 50, compensation=30, instalment=10, instalment_every="month", first_due_on=DUE)
    whole = court.on(date(2010, 5, 31), rules=Rules(plan_covers="sum_adjudged"))
    assert bands(whole)["not yet due"] == "40.00"
    assert bands(court.on(date(2010, 5, 31)))["not yet due"] == "10.00"


def slow_due_dates(start, every, count):
    found = []
    for number in range(count):
        if every == "month":
            month = start.month - 1 + number
            first = date(start.year + month // 12, month % 12 + 1, 1)
            last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            found.append(first.replace(day=min(start.day, last.day)))
        else:
            found.append(start + timedelta(days=number * {"week": 7, "fortnight": 14}[every]))
    return found


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2008, 1, 1), date(2010, 1, 1)),
    every=st.sampled_from(["week", "fortnight", "month"]),
    debt=st.integers(1, 200),
    step=st.integers(1, 60),
    share=st.floats(0, 1),
    ahead=st.integers(-10, 900),
)
def test_closed_form_agrees_with_a_list_of_due_dates(start, every, debt, step, share, ahead):
    as_of, paid, rules = start + timedelta(days=ahead), int(debt * share), Rules()
    ledger = pl.DataFrame(
        {"debt": [debt], "paid": [paid], "outstanding": [debt - paid], "plan_from": [start], "plan_every": [every],
         "plan_step": [step], "plan_before": [0]}
    )  # fmt: skip
    found = aged(ledger.with_columns(oldest_due=oldest_due()), rules, as_of).row(0, named=True)
    expected = dict.fromkeys(rules.band_names, 0)
    oldest, covered = None, paid
    for due in slow_due_dates(start, every, debt // step + 1):
        part = min(step, debt)
        debt -= part
        used = min(part, covered)
        covered -= used
        if part > used:
            oldest = oldest or due
            late = (as_of - due).days
            at = 0 if late < 1 else 1 if late <= 30 else 2 if late <= 90 else 3 if late <= 365 else 4
            expected[rules.band_names[at]] += part - used
    assert {name: found[name] for name in rules.band_names} == expected
    assert found["oldest_due"] == oldest


@pytest.mark.parametrize(
    ("every", "when", "days"),
    [("week", date(2010, 2, 9), 2), ("fortnight", date(2010, 2, 9), 5), ("month", date(2010, 3, 1), 1),
     (None, date(2010, 2, 9), 9), ("month", date(2010, 1, 20), 11)],
)  # fmt: skip
def test_days_from_the_nearest_due_date(every, when, days):
    assert days_from_due(DUE, every, when) == days
