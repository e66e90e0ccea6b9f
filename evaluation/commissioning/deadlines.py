"""The contract's calendar: what must be decided by when, counted back from the notice it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.returns import Monitoring


@dataclass(frozen=True)
class Deadline:
    """One entry of the calendar; `days` counts from the as-of date and is negative for the past."""

    on: date
    kind: str
    text: str
    decide_by: date | None
    days: int
    state: str


def calendar(
    contract: Contract, *, as_of: date, returns: Monitoring | None = None, soon: int = 120
) -> tuple[Deadline, ...]:
    """List the dates of a contract in order, with the last day to decide given the notice.

    Parameters
    ----------
    soon
        Days ahead from which an entry is `soon` rather than `later`.
    """
    entries = [*_term(contract), *_funding(contract), *_breaks(contract), *_reviews(contract), *_targets(contract)]
    if returns is not None:
        entries += _overdue(returns)
    made = [_deadline(on, kind, text, by, as_of, soon) for on, kind, text, by in entries]
    return tuple(sorted(made, key=lambda entry: (entry.decide_by or entry.on, entry.on, entry.kind, entry.text)))


def next_decision(deadlines: tuple[Deadline, ...], *, as_of: date) -> Deadline | None:
    """Give the decision that falls due first, among those whose event is still to come."""
    open_ = [entry for entry in deadlines if entry.decide_by is not None and entry.on >= as_of]
    return min(open_, key=lambda entry: (entry.decide_by or entry.on, entry.on), default=None)


Entry = tuple[date, str, str, date | None]


def _term(contract: Contract) -> Iterator[Entry]:
    yield contract.ends, "contract_end", "The contract ends", _before(contract.ends, contract.dates.notice_days)


def _funding(contract: Contract) -> Iterator[Entry]:
    for source in contract.funding:
        share = f"{float(source.share):.0%} of the money, from the {source.account} ({source.payer})"
        yield source.ends, "funding_end", f"Funding ends: {share}", _before(source.ends, contract.dates.notice_days)


def _breaks(contract: Contract) -> Iterator[Entry]:
    for clause in contract.dates.break_clauses:
        yield clause.on, "break_clause", f"Break clause ({clause.by})", _before(clause.on, clause.notice_days)


def _reviews(contract: Contract) -> Iterator[Entry]:
    for review in contract.dates.review_dates:
        yield review, "review", "Review meeting", None


def _targets(contract: Contract) -> Iterator[Entry]:
    for metric in contract.outcome_metrics:
        yield metric.target_date, "target_date", f"Target falls due: {metric.definition} ({metric.owner})", None


def _overdue(returns: Monitoring) -> Iterator[Entry]:
    rows = returns.status.filter(returns.status["state"] == "overdue")
    for due_on, group in rows.group_by("due_on", maintain_order=True):
        period = group["period_end"][0]
        names = ", ".join(sorted(group["measure"].to_list()))
        due = due_on[0]
        assert isinstance(due, date)
        yield due, "return_overdue", f"Return for the period to {period} is overdue: {names}", None


def _before(day: date, notice: int) -> date:
    return day - timedelta(days=notice)


def _deadline(on: date, kind: str, text: str, decide_by: date | None, as_of: date, soon: int) -> Deadline:
    first = decide_by or on
    days = (first - as_of).days
    if kind == "return_overdue":
        state = "overdue"
    elif on < as_of:
        state = "past"
    elif days < 0:
        state = "notice_missed"
    else:
        state = "soon" if days <= soon else "later"
    return Deadline(on, kind, text, decide_by, days, state)
