"""The as-of date: a day after it is a slip, unless the extract was plainly taken later than the date it is read for.

An extract taken up to the as-of date holds no later day, so one that does is wrong and its row is set aside. But an
extract may be read again for an earlier date. Then it is cut at that date: what had not begun is left out, what had
begun is kept as it stood, still open and without the days that were yet to come.
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date

import polars as pl

from evaluation.records import schema
from evaluation.records.building import ROW, in_their_words, said
from evaluation.records.mapping import TableSource
from evaluation.records.values import REASONS

Parts = Table[str, list[tuple[TableSource, pl.DataFrame]]]
LATER_ROWS, LATER_SHARE = 20, 0.01
"""An extract was taken later if at least this many rows, and this share of all, begin after the as-of date."""
LATER = "the row begins after the as-of date"

_STARTS: Table[str, tuple[str, ...]] = {
    "Incidents": ("occurred_on",), "Cases": ("opened_on",), "Interventions": ("referred_on", "started_on"),
    "Breaches": ("breached_on",), "Measures": ("measured_on",), "Surveys": ("sent_on",), "Returns": ("submitted_on",),
    "Prosecutions": ("breach_on",), "CourtOrders": ("ordered_on",), "OrderEvents": ("happened_on",),
    "Receipts": ("received_on",),
}  # fmt: skip
_PLANNED = ("review_on", "first_due_on", "period_end", "hearing_on")
"""Days that may lie ahead."""
_WITH: Table[str, tuple[str, ...]] = {"closed_on": ("closure",), "ended_on": ("ending",), "returned_on": ("satisfied",)}
"""What is only known once its day has come."""


@dataclass(frozen=True)
class Cut:
    """Tables cut at the as-of date, the rows set aside for it, and what was done."""

    parts: Parts
    reasons: pl.DataFrame
    notes: tuple[str, ...] = ()


def cut(parts: Parts, as_of: date, headers: Table[str, str]) -> Cut:
    """Set aside days after the as-of date, or cut a later extract at it."""
    if _taken_later(parts, as_of):
        return _cut(parts, as_of)
    found = [pl.DataFrame(schema=REASONS)]
    for table, sources in parts.items():
        found += [in_their_words(_slips(table, rows, as_of), spec, headers) for spec, rows in sources]
    return Cut(parts, pl.concat(found))


def _start(table: str) -> pl.Expr:
    return pl.coalesce(_STARTS[table])


def _days(table: str) -> list[str]:
    return [name for name, kind in schema.columns(table).items() if kind == pl.Date and name not in _PLANNED]


def _taken_later(parts: Parts, as_of: date) -> bool:
    rows = later = 0
    for table, sources in parts.items():
        rows += sum(len(frame) for _, frame in sources)
        later += sum(int(frame.select((_start(table) > as_of).sum()).item() or 0) for _, frame in sources)
    return later >= LATER_ROWS and later > LATER_SHARE * rows


def _slips(table: str, rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    found = [pl.DataFrame(schema=REASONS)]
    for name in _days(table):
        late = rows.filter((pl.col(name) > as_of).fill_null(False))[ROW]
        if len(late):
            found.append(said(late, f"{name} is after the as-of date {as_of.isoformat()}"))
    return pl.concat(found)


def _cut(parts: Parts, as_of: date) -> Cut:
    left = {
        table: [(spec, _as_it_stood(table, rows, as_of)) for spec, rows in sources] for table, sources in parts.items()
    }
    before, after = _rows(parts), _rows(left)
    gone = before.filter(~before.is_in(after.implode()))
    note = f"the extract was taken later than {as_of.isoformat()} and was cut at that date"
    return Cut(left, said(gone, f"{LATER} {as_of.isoformat()}"), (note,))


def _as_it_stood(table: str, rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    begun = rows.filter((_start(table) <= as_of).fill_null(True))
    to_come = {name: pl.col(name) > as_of for name in _days(table)}
    blank = {name: pl.when(~late.fill_null(False)).then(pl.col(name)) for name, late in to_come.items()}
    for day, others in _WITH.items():
        if day in to_come:
            blank |= {name: pl.when(~to_come[day].fill_null(False)).then(pl.col(name)) for name in others}
    return begun.with_columns(**blank)


def _rows(parts: Parts) -> pl.Series:
    rows = [frame[ROW] for sources in parts.values() for _, frame in sources]
    return pl.concat([pl.Series(ROW, [], dtype=pl.Int64), *rows]).unique()
