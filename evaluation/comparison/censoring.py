"""Censoring at the own start, undone by the chance of having stayed untreated: the summed daily hazard of starting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.comparison.pieces import Grid
from evaluation.comparison.weights import Propensity
from evaluation.follow_up.histories import Bools, Floats, Ints, add_up
from evaluation.follow_up.landmarks import Landmarks


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
class CensoringHazard:
    """Cumulative hazard of starting on each unit's own weekly grid, for the comparison rows."""

    cumulative: Floats
    places: Ints
    start_days: StartDays
    day_places: Ints
    hazard: Floats
    weeks: int

    @staticmethod
    def of(
        rows: Landmarks,
        propensity: Propensity,
        days: StartDays | None,
        grid: Grid,
        other: Floats | None,
    ) -> CensoringHazard | None:
        """Sum the hazard over each unit's weeks; None where nobody is censored at their own start."""
        if days is None:
            return None
        compared = ~rows.treated
        units, unit = np.unique(rows.unit[compared], return_inverse=True)
        shifted = rows.day[compared] + rows.phase[rows.unit[compared]]
        first_week = int(shifted.min()) // 7
        weeks = int(shifted.max()) // 7 - first_week + grid.size + 1
        places = (unit * weeks + shifted // 7 - first_week)[:, None] + np.arange(grid.size)[None, :]
        day_places, known = _places(rows, days, units, first_week, weeks)
        days = StartDays(days.unit[known], days.day[known], days.x[known], days.stands_for)
        hazard = np.exp(np.minimum(days.x @ propensity.theta, 30.0)) / rows.spacing * days.stands_for
        weekly = add_up(day_places, hazard, units.size * weeks)
        if other is not None:
            weekly += add_up(day_places, other[known] * days.stands_for, weekly.size)
        table = weekly.reshape(units.size, weeks)
        cumulative = np.cumsum(table, axis=1) - table
        return CensoringHazard(cumulative.ravel(), places, days, day_places, hazard, weeks)

    def growth(self) -> Floats:
        """Inverse chance of having stayed untreated until each piece: (comparison rows, pieces)."""
        gained = self.cumulative[self.places]
        gained -= gained[:, :1].copy()
        return np.exp(gained, out=gained)

    def pull(self, later: Floats) -> Floats:
        """Derivative in the propensity's coefficients, given each row's influence after each piece."""
        by_week = add_up(self.places.ravel(), later.ravel(), self.cumulative.size)
        return self.start_days.x.T @ (self.hazard * by_week[self.day_places])

    def largest(self, rows: Landmarks) -> float:
        """Largest censoring weight among pieces that are followed."""
        compared = ~rows.treated
        followed = np.minimum(rows.seen, rows.own_start)[compared]
        last = np.clip((followed - 1) // 7, 0, self.places.shape[1] - 1)
        ends = self.cumulative[self.places[np.arange(last.size), last]] - self.cumulative[self.places[:, 0]]
        return float(np.exp(ends.max())) if ends.size else 1.0


def _places(rows: Landmarks, days: StartDays, units: Ints, first_week: int, weeks: int) -> tuple[Ints, Bools]:
    """Place of each start day in the flattened table of units × weeks; days outside it are dropped."""
    place = np.searchsorted(units, days.unit)
    known = (place < units.size) & (units[np.minimum(place, units.size - 1)] == days.unit)
    # Day u belongs to the week that begins after the grid day before it: a start on the grid day itself is not in it.
    week = (days.day + rows.phase[days.unit] - 1) // 7 - first_week
    known &= (week >= 0) & (week < weeks)
    return (place * weeks + week)[known], known
