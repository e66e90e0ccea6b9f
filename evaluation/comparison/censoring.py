"""Censoring at the own start, undone by the chance of having stayed untreated: the summed daily hazard of starting.

With comparison days sampled one in `m`, the odds of the propensity are `m h / (1 - h)` of the chance `h` of starting on
a day, so a day survived untreated multiplies the weight by `1 / (1 - h) = 1 + odds / m`. An incident on the day of the
start is before it, so the weight on a day holds the days before it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.comparison.pieces import WEEK, Grid, Process, RowWeights
from evaluation.comparison.pull import Followed, Pull, pulls_of
from evaluation.comparison.weights import Propensity
from evaluation.follow_up.histories import Bools, Floats, Ints, add_up
from evaluation.follow_up.landmarks import Landmarks

CELLS_AT_MOST = 25_000_000
"""Beyond this many days of all units together the weights change by week, not by day."""
ROWS_AT_ONCE, DAYS_AT_ONCE = 65_536, 125_000
"""Rows of follow-up and start days held at a time, so that memory grows with neither."""
LOG_WEIGHT_AT_MOST = 300.0
"""Keeps a weight that no effect would be given with from overflowing."""


@dataclass(frozen=True)
class StartDays:
    """Open, untreated days on which the hazard of starting is summed.

    Attributes
    ----------
    unit, day : (days,) int
        Sorted by unit.
    design
        Gives the design on the days from a first to before a last: (days, columns).
    stands_for : int
        Days that each row stands for.
    """

    unit: Ints
    day: Ints
    design: Callable[[int, int], Floats]
    stands_for: int

    def blocks(self) -> Iterator[tuple[int, int]]:
        """First and last (not included) of some days at a time, each unit's together."""
        ends = np.flatnonzero(np.diff(self.unit)) + 1
        first = 0
        while first < self.unit.size:
            place = int(np.searchsorted(ends, first + DAYS_AT_ONCE))
            last = int(ends[place]) if place < ends.size else self.unit.size
            yield first, last
            first = last


@dataclass(frozen=True)
class StayedUntreated:
    """Inverse chance of having stayed untreated since time zero, of the comparison rows.

    Attributes
    ----------
    summed : (spans + 1 of every unit,) float
        Logarithm of the inverse chance of staying untreated over all spans before each.
    running : like `summed`, float
        Days before each span, each counted with its inverse chance.
    place : (rows,) int
        The span that begins after each row's time zero.
    span : int
        Days in a span.
    """

    summed: Floats
    running: Floats
    place: Ints
    span: int

    @staticmethod
    def of(table: Floats, place: Ints, span: int) -> StayedUntreated:
        """Sum up a table (units, spans) of the logarithm of the inverse chance of staying untreated in each span."""
        summed, running = np.empty_like(table), np.empty_like(table)
        for first in range(0, table.shape[0], ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            summed[some] = np.minimum(np.cumsum(table[some], axis=1) - table[some], LOG_WEIGHT_AT_MOST)
            counted = np.exp(summed[some]) * span
            running[some] = np.cumsum(counted, axis=1) - counted
        return StayedUntreated(summed.ravel(), running.ravel(), place, span)

    def at(self, row: Ints, day: Ints) -> Floats:
        """Inverse chance of rows on days after time zero."""
        place = self.place[row]
        return np.exp(self.summed[place + (day - 1) // self.span] - self.summed[place])

    def days(self, grid: Grid, until: Ints) -> Floats:
        """Days at risk of every row in every piece, counted with their inverse chance: (rows, pieces)."""
        result = np.empty((until.size, grid.size))
        for first in range(0, until.size, ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            result[some] = self._days(grid, until[some], self.place[some])
        return result

    def _days(self, grid: Grid, until: Ints, start: Ints) -> Floats:
        edges = np.append(grid.start, grid.horizon)
        day = np.minimum(edges[None, :], np.maximum(until, 0)[:, None])
        spans = day // self.span
        place = start[:, None] + spans
        until_then = self.running[place]
        if self.span > 1:
            until_then += (day - spans * self.span) * np.exp(self.summed[place])
        return np.diff(until_then, axis=1) * np.exp(-self.summed[start])[:, None]


@dataclass(frozen=True)
class CensoringHazard:
    """The daily hazard of starting, summed by day for the weights and by week for their derivative.

    Attributes
    ----------
    stayed
        What the weights grow by.
    start_days, hazard
        The days it is summed on, and the hazard of each times the days it stands for.
    weekly, week
        Every unit's weeks, and the place of each day's own; -1 outside them.
    """

    stayed: StayedUntreated
    start_days: StartDays
    hazard: Floats
    weekly: _Spans
    week: Ints

    @staticmethod
    def of(
        rows: Landmarks,
        propensity: Propensity,
        days: StartDays | None,
        grid: Grid,
        other: Floats | None,
    ) -> CensoringHazard | None:
        """Sum the hazard over each unit's days; None where nobody is censored at their own start."""
        if days is None:
            return None
        score = [days.design(*block) @ propensity.theta for block in days.blocks()]
        odds = np.exp(np.minimum(np.concatenate([np.zeros(0), *score]), 30.0)) / rows.spacing
        each = np.log1p(odds) + (0.0 if other is None else other)
        weekly, fine = _Spans.of(rows, grid, WEEK), _Spans.of(rows, grid, 1)
        spans = fine if days.stands_for == 1 and fine.size <= CELLS_AT_MOST else weekly
        week, known = weekly.places_of(rows, days)
        return CensoringHazard(
            stayed=spans.stayed(rows, days, each * days.stands_for),
            start_days=days,
            hazard=odds / (1 + odds) * days.stands_for,
            weekly=weekly,
            week=np.where(known, week, -1),
        )

    def growth(self) -> StayedUntreated:
        """The factor on the weights of the comparison rows."""
        return self.stayed

    def pulls(
        self,
        grid: Grid,
        weights: RowWeights,
        processes: Mapping[str, Process],
        exposed: Mapping[str, Floats],
        *,
        columns: int,
    ) -> dict[str, Pull]:
        """How each outcome's totals move with the propensity's coefficients, because the weights contain its hazard.

        A change of the hazard on a day moves the weights of all later days. It is summed by week; where weights change
        by the day, a day of a week precedes three of its seven days on average.
        """
        unit, parts = self.weekly.unit_of_rows, list[dict[str, Pull]]()
        order = np.argsort(unit, kind="stable")
        unit = unit[order]
        for first, last in self.start_days.blocks():
            units = self.weekly.among(self.start_days.unit[first], self.start_days.unit[last - 1])
            rows = order[slice(*np.searchsorted(unit, units))]
            parts.append(
                pulls_of(
                    self._tables(first, last, units),
                    self.weekly.first_of_rows[rows] - units[0] * self.weekly.number,
                    {name: Followed.of(grid, one, weights, exposed[name], rows) for name, one in processes.items()},
                    columns=columns,
                    pieces=grid.size,
                    within=(1 - self.stayed.span / WEEK) / 2,
                )
            )
        nothing = {name: Pull.none(one.kinds, grid.size, columns) for name, one in processes.items()}
        return {name: sum((part[name] for part in parts), nothing[name]) for name in processes}

    def _tables(self, first: int, last: int, units: tuple[int, int]) -> Iterator[Floats]:
        """For each column of the design, hazard × column summed by unit and week."""
        from_unit, to_unit = units
        week, number = self.week[first:last], self.weekly.number
        known = np.flatnonzero(week >= 0)
        x = self.start_days.design(first, last)
        for column in range(x.shape[1]):
            moved = self.hazard[first:last][known] * x[known, column]
            cells = add_up(week[known] - from_unit * number, moved, (to_unit - from_unit) * number)
            yield cells.reshape(-1, number)

    def largest(self, rows: Landmarks) -> float:
        """Largest censoring weight on a day that is followed."""
        compared = ~rows.treated
        followed = np.maximum(np.minimum(rows.seen, rows.own_start)[compared], 1)
        return float(self.stayed.at(np.arange(followed.size), followed).max()) if followed.size else 1.0


@dataclass(frozen=True)
class _Spans:
    """Every unit's days from its first landmark's year to the last one's, in spans, all in one row of places."""

    units: Ints
    first: int
    number: int
    days: int
    first_of_rows: Ints

    @staticmethod
    def of(rows: Landmarks, grid: Grid, days: int) -> _Spans:
        compared = ~rows.treated
        units, unit = np.unique(rows.unit[compared], return_inverse=True)
        shifted = (rows.day[compared] + rows.phase[rows.unit[compared]]) // days
        first = int(shifted.min())
        number = int(shifted.max()) - first + (grid.horizon - 1) // days + 2
        return _Spans(units, first, number, days, unit * number + shifted - first)

    @property
    def size(self) -> int:
        return int(self.units.size) * self.number

    @property
    def unit_of_rows(self) -> Ints:
        return self.first_of_rows // self.number

    def among(self, first: int, last: int) -> tuple[int, int]:
        """Places of the units with names from `first` to `last`: the first one, and the one after the last."""
        left, right = np.searchsorted(self.units, first, "left"), np.searchsorted(self.units, last, "right")
        return int(left), int(right)

    def places_of(self, rows: Landmarks, days: StartDays) -> tuple[Ints, Bools]:
        """Place of each start day, and whether it lies within the table."""
        unit = np.searchsorted(self.units, days.unit)
        known = (unit < self.units.size) & (self.units[np.minimum(unit, self.units.size - 1)] == days.unit)
        # Day u belongs to the span that begins after the grid day before it: a start on the grid day is not in it.
        span = (days.day + rows.phase[days.unit] - 1) // self.days - self.first
        known &= (span >= 0) & (span < self.number - 1)
        return unit * self.number + span, known

    def stayed(self, rows: Landmarks, days: StartDays, each: Floats) -> StayedUntreated:
        """Sum the logarithms of the inverse chances, and count the days with them."""
        place, known = self.places_of(rows, days)
        table = add_up(place[known], each[known], self.size).reshape(-1, self.number)
        return StayedUntreated.of(table, self.first_of_rows, self.days)
