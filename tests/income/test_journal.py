from decimal import Decimal

import polars as pl
import pytest

from evaluation.income import debtors, journal


@pytest.fixture
def held(court):
    court.order("A-1", 100, compensation=5, defendant_id="ann bell", prosecution_ref="P1")
    court.order("A-2", 50, on=3, defendant_id="cy dow", instalment=10, instalment_every="week")
    court.paid("R1", 60, 5, "A-1", kind="account").paid("R2", 70, 6, "A-2", payer_id="cy dow")
    court.paid("F1", -5, 49, "A-2", kind="refund").paid("R3", 8, 50).event("A-1", "remitted", 10, 70)
    court.event("A-2", "varied", -20, 90).paid("V1", -60, 95, "R1", kind="reversal").event("A-1", "written_off", 1, 96)
    return court.on()


def balances(lines):
    both = lines.group_by("account").agg((pl.col("debit").sum() - pl.col("credit").sum()).alias("balance"))
    return dict(zip(both["account"], both["balance"].cast(pl.Decimal(12, 2)), strict=True))


def test_debits_are_credits_in_every_month(held):
    sides = journal(held).group_by("period").agg(pl.col("debit").sum(), pl.col("credit").sum())
    assert (sides["debit"] == sides["credit"]).all()
    assert len(sides) >= 3


def test_the_accounts_hold_what_the_ledger_says(held):
    found = balances(journal(held))
    assert found["COURT-COSTS-DEBTORS"] == held.ledger["outstanding"].sum()
    # Of the council's own money £73 is left; £30 pays A-2, and the rest is what no order took.
    assert found["COURT-COSTS-SUSPENSE"] == -held.unmatched_receipts["amount"].sum() == Decimal("-43.00")
    assert found["CASH"] == Decimal("73.00")
    assert found["DUE-FROM-COURT"] == 0
    assert found["COURT-COSTS-INCOME"] == Decimal("-130.00")
    assert found["COURT-COSTS-REMITTED"] == Decimal("10.00")
    assert found["BAD-DEBTS-WRITTEN-OFF"] == Decimal("1.00")


def test_the_debtor_list_carries_references_and_no_names(held):
    listed = debtors(held)
    assert listed["order_ref"].to_list() == ["A-1"]
    assert listed["outstanding"].to_list() == [Decimal("89.00")]
    text = listed.write_csv() + journal(held).write_csv()
    assert "bell" not in text
    assert "defendant" not in text


def test_the_band_of_a_debtor_is_that_of_the_oldest_money(court):
    court.order("A-1", 100, 0, instalment=10, instalment_every="week")
    assert debtors(court.on(0))["band"].to_list() == ["not yet due"]
    assert debtors(court.on(1))["band"].to_list() == ["1-30 days"]
    assert debtors(court.on(91))["band"].to_list() == ["91-365 days"]
    assert debtors(court.on(366))["band"].to_list() == ["over 365 days"]
