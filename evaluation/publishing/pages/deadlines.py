"""Decisions that wait, by day: whose they are, and what follows where the day of one has passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.reading import Json, part_of, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView

MEETING = "JATAC"
"""The tasking meeting's short name, by which a record names it as the one that decides."""

KINDS = ("contract_end", "break_clause", "funding_end")
"""Dates of a contract that need a decision before them, the weightiest first."""


@dataclass(frozen=True)
class Due:
    """A decision that waits.

    Attributes
    ----------
    view
        The scheme.
    day
        The last day for it.
    text, who
        What is to be decided, and who decides.
    bound
        The contract's own date behind the day, or None where only the record sets it.
    runs_to
        The last day of the contract's term, or None.
    """

    view: SchemeView
    day: date
    text: str
    who: str
    bound: Json | None = None
    runs_to: date | None = None

    @property
    def own(self) -> bool:
        """Whether the tasking meeting itself decides."""
        return MEETING.lower() in self.who.lower()

    def overdue(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.day < today

    def follows(self, today: date) -> str:
        """Say what follows where its day has passed; empty while it lies ahead."""
        if not self.overdue(today):
            return ""
        late = words.number_of((today - self.day).days, "day")
        on = words.as_date(self.bound.get("on")) if self.bound else None
        if self.bound is None or on is None:
            return f"Overdue by {late}. The record says nothing of what follows; nothing changes until it is decided."
        when, kind = words.long_date(on), str(self.bound.get("kind"))
        if kind == "break_clause":
            to = f" to {words.long_date(self.runs_to)}" if self.runs_to else ""
            return f"Overdue by {late}. The break of {when} can no longer be used. The contract runs on{to}."
        left = (on - today).days
        end = f"in {words.number_of(left, 'day')}" if left > 0 else "and has ended" if left < 0 else "today"
        what = "The contract ends" if kind == "contract_end" else _money(str(self.bound.get("text") or ""))
        asked = words.number_of((on - self.day).days, "day")
        return f"Overdue by {late}. {what} on {when}, {end}. Its terms ask for {asked} of notice."


def _money(text: str) -> str:
    """Turn `Funding ends: 50% of the money, from the Partnership fund` into the first half of a sentence."""
    _, colon, what = words.visible(text).partition(": ")
    return f"{what} ends" if colon else "The funding ends"


def waiting(content: SiteContent, schemes: Sequence[SchemeView]) -> list[Due]:
    """Return every decision that waits, earliest first: of records, and of contracts where an earlier day binds."""
    found = [due for view in schemes for due in _of_scheme(content, view)]
    return sorted(found, key=lambda due: (due.day, due.view.record.title))


def _of_scheme(content: SiteContent, view: SchemeView) -> Iterator[Due]:
    day, decision = view.decide_by, view.record.decision
    if not view.decision_open or day is None:
        return
    dates = list(_dates(content, view.record.id))
    bound, to = next(((row, to) for by, row, to in dates if by == day), (None, None))
    yield Due(view, day, words.visible(decision.text), words.visible(decision.who), bound, to)
    earlier = [(by, row, to) for by, row, to in dates if by < day]
    if earlier:
        by, row, to = min(earlier, key=lambda found: found[0])
        text = words.visible(row.get("text") or "A date of the contract")
        yield Due(view, by, text, words.visible(decision.who), row, to)


def _dates(content: SiteContent, scheme: str) -> Iterator[tuple[date, Json, date | None]]:
    """Yield the days to decide by of a scheme's contracts that still lead to something, the weightiest first."""
    for contract in content.contracts:
        if contract.data.get("scheme") != scheme:
            continue
        to = words.as_date(part_of(contract.data, "term").get("to"))
        rows = [row for row in rows_of(contract.data, "calendar") if str(row.get("kind")) in KINDS]
        for row in sorted(rows, key=lambda row: KINDS.index(str(row["kind"]))):
            by, on = words.as_date(row.get("decide_by")), words.as_date(row.get("on"))
            if by is not None and on is not None and on >= content.as_of:
                yield by, row, to
