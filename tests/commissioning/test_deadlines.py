from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from evaluation.commissioning import Contract
from evaluation.commissioning.deadlines import calendar, next_decision
from evaluation.commissioning.returns import monitoring


def test_decisions_are_counted_back_by_the_notice(contract: Contract) -> None:
    found = {(entry.kind, entry.on): entry for entry in calendar(contract, as_of=date(2012, 7, 1))}
    end = found[("contract_end", date(2013, 3, 31))]
    assert end.decide_by == date(2012, 12, 31)  # ninety days before
    clause = found[("break_clause", date(2012, 9, 30))]
    assert (clause.decide_by, clause.days, clause.state) == (date(2012, 8, 1), 31, "soon")


def test_the_first_decision_still_open(contract: Contract) -> None:
    entries = calendar(contract, as_of=date(2012, 7, 1))
    decision = next_decision(entries, as_of=date(2012, 7, 1))
    assert decision is not None
    assert (decision.kind, decision.decide_by) == ("break_clause", date(2012, 8, 1))
    assert next_decision(entries, as_of=date(2014, 1, 1)) is None


def test_a_notice_day_that_passed_is_said(contract: Contract) -> None:
    states = {entry.kind: entry.state for entry in calendar(contract, as_of=date(2012, 12, 31))}
    assert states["funding_end"] in ("notice_missed", "soon")
    assert states["break_clause"] == "past"
    assert states["contract_end"] == "soon"
    first_funding = next(
        entry for entry in calendar(contract, as_of=date(2012, 12, 30)) if "Housing Revenue Account" in entry.text
    )
    assert (first_funding.state, first_funding.decide_by) == ("notice_missed", date(2012, 10, 2))


def test_the_funding_source_and_its_share_are_named(contract: Contract) -> None:
    texts = [entry.text for entry in calendar(contract, as_of=date(2012, 7, 1)) if entry.kind == "funding_end"]
    assert texts[0] == "Funding ends: 25% of the money, from the Housing Revenue Account (landlord)"


def test_overdue_returns_stand_in_the_calendar(contract: Contract, table: Callable[..., pl.DataFrame]) -> None:
    day = date(2011, 12, 1)
    owed = monitoring(contract, table("Returns", []), measures=["clients_seen"], as_of=day)
    overdue = [entry for entry in calendar(contract, as_of=day, returns=owed) if entry.state == "overdue"]
    assert [entry.on for entry in overdue] == [date(2011, 7, 20), date(2011, 10, 20)]
    assert "clients_seen" in overdue[0].text


def test_entries_come_in_order_of_what_is_due_first(contract: Contract) -> None:
    entries = calendar(contract, as_of=date(2011, 4, 1))
    firsts = [entry.decide_by or entry.on for entry in entries]
    assert firsts == sorted(firsts)
