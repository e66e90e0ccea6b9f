"""Each person's dated history as sorted whole-number arrays: incidents, open cases, starts of schemes, exits.

Days count from 1970-01-01. `NEVER` stands for a day that has not come by the as-of date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.errors import DataError
from evaluation.follow_up.coverage import Gaps, gaps_of
from evaluation.follow_up.tables import EXITS, Tables, person_incidents, person_starts, table

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

NEVER = 1 << 40
"""A day later than every other."""

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Whole days since 1970-01-01."""
    return (day - EPOCH).days


def calendar_day(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


def add_up(groups: Ints, values: Floats, size: int = 0) -> Floats:
    """Sum `values` by group number; at least `size` groups."""
    return np.bincount(groups, weights=values, minlength=size).astype(np.float64)


@dataclass(frozen=True)
class Histories:
    """What is recorded of everybody who ever had a case.

    Attributes
    ----------
    people : tuple of str
        Pseudonyms in sort order; a person's number is the place in this tuple.
    first_day, as_of : int
        First day with a recorded incident, and the as-of day.
    incident_person, incident_day : (incidents,) int
        Sorted by person, then day.
    cases : DataFrame
        One row a case, sorted by person, opening, case: `case, person, opened, closed` (NEVER)`, dealt` (dealt with but
        never closed in its system, NEVER)`, last_open` (last day on which it counts as open)`, closure, category, area,
        risk, tenure, service`.
    start : (people,) int
        Day of the first start of the studied scheme, NEVER where there was none.
    other_person, other_day : (starts,) int
        Starts of every other scheme, sorted by person, then day.
    gaps : Gaps
        Periods in which a source that matters was not recorded.
    counted : dict
        What was left out and why, for the attrition table.
    """

    people: tuple[str, ...]
    first_day: int
    as_of: int
    incident_person: Ints
    incident_day: Ints
    cases: pl.DataFrame
    start: Ints
    other_person: Ints
    other_day: Ints
    gaps: Gaps
    counted: dict[str, int]

    @property
    def size(self) -> int:
        """Number of people."""
        return len(self.people)

    def incidents_up_to(self, person: Ints, day: Ints) -> Ints:
        """Place in the sorted incidents just after the person's last one on or before `day`."""
        return np.searchsorted(self._incident_keys, key(person, day), side="right").astype(np.int64)

    def incidents_between(self, person: Ints, after: Ints, up_to: Ints) -> Ints:
        """Number of the person's incidents on the days `after < day <= up_to`."""
        return self.incidents_up_to(person, up_to) - self.incidents_up_to(person, after)

    def next_incident(self, person: Ints, day: Ints) -> Ints:
        """Day of the person's first incident after `day` (the same day does not count); NEVER where there is none."""
        place = self.incidents_up_to(person, day)
        inside = place < self.incident_day.size
        at = np.where(inside, place, 0)
        if not self.incident_day.size:
            return np.full(person.shape, NEVER)
        same = inside & (self.incident_person[at] == person)
        return np.where(same, self.incident_day[at], NEVER)

    def codes(self, column: str) -> tuple[Ints, tuple[str, ...]]:
        """Level number of each case and the levels in sort order; a null is the level "unknown"."""
        if column not in self._codes:
            values = self.cases[column].fill_null("unknown")
            levels = values.unique().sort()
            numbers = values.cast(pl.Enum(levels)).to_physical().to_numpy().astype(np.int64)
            self._codes[column] = numbers, tuple(levels.to_list())
        return self._codes[column]

    @cached_property
    def _codes(self) -> dict[str, tuple[Ints, tuple[str, ...]]]:
        return {}

    @cached_property
    def _incident_keys(self) -> Ints:
        return key(self.incident_person, self.incident_day)


_SPAN = 1 << 20


def key(person: Ints, day: Ints) -> Ints:
    """One sortable number for a person and a day (days beyond the span are clipped to its end)."""
    return person * _SPAN + np.clip(day + (_SPAN >> 1), 0, _SPAN - 1)


def histories(
    records: Tables,
    *,
    scheme: str | None,
    as_of: date,
    kinds: tuple[str, ...] | None = None,
    coverage: pl.DataFrame | None = None,
) -> Histories:
    """Read everybody's history from the canonical tables.

    Parameters
    ----------
    records
        Canonical table name → frame (eager or lazy).
    scheme
        The studied scheme; every other scheme is an earlier or later rung of the ladder.
    as_of
        Nothing after this day is used.
    kinds
        Kinds of incident that count; all when None.
    coverage
        `source, month, covered`: months a source does not cover (see `gaps_of`).

    Raises
    ------
    DataError
        When no incident has a person and an exact day, or no case has a person and an opening day.
    """
    end = day_number(as_of)
    cases = _cases(records, end).collect()
    if cases.is_empty():
        raise DataError("No case has a person and an opening day on or before the as-of date.")
    people = cases.select(pl.col("subject_id").unique().sort()).with_row_index("person")
    people = people.with_columns(pl.col("person").cast(pl.Int64))
    incidents = person_incidents(records, as_of_day=end, kinds=kinds)
    held = incidents.join(people.lazy(), on="subject_id", how="inner").select("person", "day", "source")
    held = held.sort("person", "day").collect(engine="streaming")
    if held.is_empty():
        raise DataError("No incident has a person and an exact day on or before the as-of date.")
    starts = person_starts(records, as_of_day=end).join(people.lazy(), on="subject_id", how="inner").collect()
    return _assemble(people, cases, held, starts, scheme=scheme, end=end, gaps=gaps_of(coverage, held))


def _cases(records: Tables, end: int) -> pl.LazyFrame:
    opened, closed, dealt = (
        pl.col(name).cast(pl.Int32).cast(pl.Int64) for name in ("opened_on", "closed_on", "dealt_on")
    )
    gone = pl.col("closure").is_in(EXITS).fill_null(False).cast(pl.Int64)
    return (
        table(records, "Cases")
        .filter(pl.col("subject_id").is_not_null(), pl.col("opened_on").is_not_null(), opened <= end)
        .filter(pl.col("closure").fill_null("") != "duplicate")
        .with_columns(
            opened.alias("opened"),
            pl.when(closed <= end).then(closed).otherwise(NEVER).alias("closed"),
            pl.when(closed <= end).then("closure").alias("closure"),
            pl.when(closed.is_null() & (dealt <= end)).then(dealt).otherwise(NEVER).alias("dealt"),
        )
        # On the day of an exit the person is gone; on the day of any other closure the case still counts as open.
        .with_columns(pl.min_horizontal(pl.col("closed") - gone, "dealt").alias("last_open"))
    )


def _assemble(
    people: pl.DataFrame,
    cases: pl.DataFrame,
    held: pl.DataFrame,
    starts: pl.DataFrame,
    *,
    scheme: str | None,
    end: int,
    gaps: Gaps,
) -> Histories:
    size = people.height
    mine = starts.filter(pl.col("scheme") == (scheme or "")).group_by("person").agg(pl.col("day").min())
    start = np.full(size, NEVER, dtype=np.int64)
    start[mine["person"].to_numpy()] = mine["day"].to_numpy()
    other = starts.filter(pl.col("scheme") != (scheme or "")).sort("person", "day")
    cases = (
        cases.join(people, on="subject_id", how="inner")
        .rename({"case_id": "case", "risk_index": "risk"})
        .sort("person", "opened", "case")
        .select(
            "case",
            "person",
            "opened",
            "closed",
            "last_open",
            "dealt",
            "closure",
            "category",
            "area",
            "risk",
            "tenure",
            "service",
        )
    )
    return Histories(
        people=tuple(people["subject_id"].to_list()),
        first_day=int(held["day"].min()),  # pyright: ignore[reportArgumentType]
        as_of=end,
        incident_person=held["person"].to_numpy().astype(np.int64),
        incident_day=held["day"].to_numpy().astype(np.int64),
        cases=cases,
        start=start,
        other_person=other["person"].to_numpy().astype(np.int64),
        other_day=other["day"].to_numpy().astype(np.int64),
        gaps=gaps,
        counted={
            "people with a case": size,
            "incidents followed": held.height,
            "people who started the scheme": mine.height,
        },
    )
