"""Censoring at the own start, undone by the chance of having stayed untreated: the summed daily hazard of starting.

With comparison days sampled one in `m`, the odds of the propensity are `m h / (1 - h)` of the chance `h` of starting on
a day, so a day survived untreated multiplies the weight by `1 / (1 - h) = 1 + odds / m`. An incident on the day of the
start is before it, so the weight on a day holds the days before it alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.comparison.pieces import WEEK, Grid
from evaluation.comparison.weights import Propensity
from evaluation.follow_up.histories import Bools, Floats, Ints, add_up
from evaluation.follow_up.landmarks import Landmarks

CELLS_AT_MOST = 25_000_000
"""Beyond this many days of all units together the weights change by week, not by day."""
LOG_WEIGHT_AT_MOST = 300.0
"""Keeps a weight that no effect would be given with from overflowing."""


@dataclass(frozen=True)
class StartDays:
    """Open, untreated days on which the hazard of starting is summed.

    Attributes
    ----------
    unit, day : (days,) int
    x : (days, columns) float
        The design on each day.
    stands_for : int
        Days that each row stands for.
    """

    unit: Ints
    day: Ints
    x: Floats
    stands_for: int


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
        summed = np.minimum(np.cumsum(table, axis=1) - table, LOG_WEIGHT_AT_MOST)
        counted = np.exp(summed) * span
        return StayedUntreated(summed.ravel(), (np.cumsum(counted, axis=1) - counted).ravel(), place, span)

    def at(self, row: Ints, day: Ints) -> Floats:
        """Inverse chance of rows on days after time zero."""
        place = self.place[row]
        return np.exp(self.summed[place + (day - 1) // self.span] - self.summed[place])

    def days(self, grid: Grid, until: Ints) -> Floats:
        """Days at risk of every row in every piece, counted with their inverse chance: (rows, pieces)."""
        edges = np.append(grid.start, grid.horizon)
        day = np.minimum(edges[None, :], np.maximum(until, 0)[:, None])
        spans = day // self.span
        place = self.place[:, None] + spans
        until_then = self.running[place]
        if self.span > 1:
            until_then += (day - spans * self.span) * np.exp(self.summed[place])
        return np.diff(until_then, axis=1) * np.exp(-self.summed[self.place])[:, None]


@dataclass(frozen=True)
class CensoringHazard:
    """The daily hazard of starting, summed by day for the weights and by week for their derivative."""

    stayed: StayedUntreated
    start_days: StartDays
    hazard: Floats
    weeks: Ints
    day_week: Ints
    size: int

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
        weekly = _Spans.of(rows, grid, WEEK)
        day_week, known = weekly.places_of(rows, days)
        odds = np.exp(np.minimum(days.x @ propensity.theta, 30.0)) / rows.spacing
        each = np.log1p(odds) + (0.0 if other is None else other)
        days_known = StartDays(days.unit[known], days.day[known], days.x[known], days.stands_for)
        fine = _Spans.of(rows, grid, 1)
        spans = fine if days.stands_for == 1 and fine.size <= CELLS_AT_MOST else weekly
        return CensoringHazard(
            stayed=spans.stayed(rows, days, each * days.stands_for),
            start_days=days_known,
            hazard=(odds / (1 + odds) * days.stands_for)[known],
            weeks=weekly.first_of_rows[:, None] + np.arange(grid.size)[None, :],
            day_week=day_week[known],
            size=weekly.size,
        )

    def growth(self) -> StayedUntreated:
        """The factor on the weights of the comparison rows."""
        return self.stayed

    def pull(self, later: Floats) -> Floats:
        """Derivative in the propensity's coefficients, given each row's influence after each week."""
        by_week = add_up(self.weeks.ravel(), later.ravel(), self.size)
        return self.start_days.x.T @ (self.hazard * by_week[self.day_week])

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
