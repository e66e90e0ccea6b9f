"""The days that a scheme's contract sets: by when each must be decided, what each is for, and when the money ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.reading import Json, rows_of

_ORDER = ("contract_end", "break_clause", "funding_end")
"""Of several things that one day decides, the first of these is named: a contract's end takes its funding with it."""


@dataclass(frozen=True)
class ContractDay:
    """A day by which a contract asks for a decision.

    Attributes
    ----------
    decide_by
        The last day for it: later, the notice is too short.
    what
        What it decides, and when that happens: `the contract ends on 31 March 2013`.
    """

    decide_by: date
    what: str


def contract_days(content: SiteContent, scheme: str) -> tuple[ContractDay, ...]:
    """Return the days to come by which contracts of a scheme ask for a decision, earliest first."""
    found: dict[date, list[tuple[int, str]]] = {}
    for data in _bought(content, scheme):
        for row in rows_of(data, "calendar"):
            by, on = words.as_date(row.get("decide_by")), words.as_date(row.get("on"))
            if by is not None and on is not None and on >= content.as_of:
                found.setdefault(by, []).append((_rank(row), _what(row, on)))
    return tuple(ContractDay(by, min(found[by])[1]) for by in sorted(found))


def _rank(row: Json) -> int:
    kind = str(row.get("kind"))
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _what(row: Json, on: date) -> str:
    text = words.visible(row.get("text") or "")
    if row.get("kind") == "funding_end":
        return f"{text.removeprefix('Funding ends: ')}, ends on {words.long_date(on)}"
    if row.get("kind") == "break_clause":
        return f"the contract can be broken on {words.long_date(on)}"
    return f"{text[:1].lower()}{text[1:]} on {words.long_date(on)}"


def funding(content: SiteContent, scheme: str, otherwise: date | None) -> str:
    """Say when the money ends, part by part where payers stop on different days; empty where nobody knows."""
    parts: dict[date, float] = {}
    for data in _bought(content, scheme):
        for row in rows_of(data, "funding"):
            if (ends := words.as_date(row.get("ends"))) is not None:
                parts[ends] = parts.get(ends, 0.0) + float(row.get("share") or 0)
    if len(parts) > 1:
        said = [f"{words.percent(parts[day])} of the funding ends {words.long_date(day)}" for day in sorted(parts)]
        return f"{words.listed(said)}."
    ends = next(iter(parts), otherwise)
    return f"Funding ends {words.long_date(ends)}." if ends else ""


def reasons(days: tuple[ContractDay, ...], decide_by: date | None, own: date | None) -> str:
    """Say why a decision is due on its day, where a contract has a word in it, and which day comes next.

    Parameters
    ----------
    days
        The contract's days, earliest first.
    decide_by
        The day shown.
    own
        The day that the scheme's record names.
    """
    if not days or decide_by is None or own is None:
        return ""
    first = days[0]
    if own > first.decide_by:
        said = f"The group had set {words.short_date(own)}. That is too late to give notice: {first.what}."
    elif decide_by == first.decide_by:
        said = f"It is the last day to give notice: {first.what}."
    else:
        said = f"The last day to give notice is {words.short_date(first.decide_by)}: {first.what}."
    if len(days) > 1:
        said += f" Next: decide by {words.short_date(days[1].decide_by)}, since {days[1].what}."
    return said


def _bought(content: SiteContent, scheme: str) -> list[Json]:
    return [value.data for value in content.contracts if value.data.get("scheme") == scheme]
