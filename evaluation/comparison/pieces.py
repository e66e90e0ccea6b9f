"""Follow-up cut into weeks: weighted events and days at risk by piece, and the way back from pieces to rows.

A *process* is one outcome seen as counting process: each row is at risk until its `until` day and has events. Row
weights are constant (as started), or grow from day to day by the inverse chance of having stayed untreated (per
protocol).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evaluation.follow_up.histories import Bools, Floats, Ints, add_up

WEEK = 7


@dataclass(frozen=True)
class Grid:
    """Pieces of follow-up: seven days each, the last one shorter where the horizon is not whole weeks.

    Attributes
    ----------
    start, length : (pieces,) int
        Days before the piece, and days in it.
    """

    start: Ints
    length: Ints

    @staticmethod
    def up_to(horizon: int) -> Grid:
        """Cut `horizon` days into weeks."""
        start = np.arange(0, horizon, WEEK)
        return Grid(start=start, length=np.minimum(WEEK, horizon - start))

    @property
    def size(self) -> int:
        """Number of pieces."""
        return int(self.start.size)

    @property
    def horizon(self) -> int:
        """Days in all."""
        return int(self.length.sum())

    def piece(self, day: Ints) -> Ints:
        """Piece in which a day after time zero (1, 2, …) falls."""
        return (day - 1) // WEEK

    def within(self, day: int) -> Bools:
        """Pieces that lie wholly in the first `day` days."""
        return self.start + self.length <= day


@dataclass(frozen=True)
class Process:
    """One outcome of the rows of one arm.

    Attributes
    ----------
    until : (rows,) int
        Last day at risk, counted from time zero.
    row, day, kind : (events,) int
        Whose event, on which day after time zero (at most `until`), and which kind (0, 1, …).
    kinds : int
        Number of kinds.
    """

    until: Ints
    row: Ints
    day: Ints
    kind: Ints
    kinds: int = 1


@dataclass(frozen=True)
class Sums:
    """Weighted totals of a process by piece.

    Attributes
    ----------
    events : (kinds, pieces) float
    days : (pieces,) float
        Weighted person-days at risk.
    """

    events: Floats
    days: Floats


class Growth(Protocol):
    """How the weights of some rows grow after time zero."""

    @property
    def span(self) -> int:
        """Days for which a weight stays the same: 1 or 7."""
        ...

    def at(self, row: Ints, day: Ints) -> Floats:
        """Factor on the weight of rows on days after time zero (1, 2, …)."""
        ...

    def days(self, grid: Grid, until: Ints) -> Floats:
        """Days at risk of every row in every piece, each day counted with its factor: (rows, pieces)."""
        ...


@dataclass(frozen=True)
class RowWeights:
    """Weights of the rows of one arm: `base`, times `growth` by day where the arm is artificially censored."""

    base: Floats
    growth: Growth | None = None

    def at(self, row: Ints, day: Ints) -> Floats:
        """Weight of rows on days after time zero."""
        return self.base[row] if self.growth is None else self.base[row] * self.growth.at(row, day)


def exposure(grid: Grid, until: Ints) -> Floats:
    """Days at risk of every row in every piece."""
    return np.clip(until[:, None] - grid.start[None, :], 0, grid.length[None, :]).astype(float)


def totals(grid: Grid, process: Process, weights: RowWeights, exposed: Floats | None = None) -> Sums:
    """Weighted events and days at risk by piece; `exposed` is what `growth.days` gives, if known."""
    place = process.kind * grid.size + grid.piece(process.day)
    flat = add_up(place, weights.at(process.row, process.day), process.kinds * grid.size)
    events = flat.reshape(process.kinds, grid.size)
    if weights.growth is not None:
        exposed = weights.growth.days(grid, process.until) if exposed is None else exposed
        return Sums(events, weights.base @ exposed)
    ends = add_up(np.clip(process.until, 0, grid.horizon), weights.base, grid.horizon + 1)
    at_risk = np.cumsum(ends[::-1])[::-1][1:]
    return Sums(events, np.add.reduceat(at_risk, grid.start))


@dataclass(frozen=True)
class Gradient:
    """Derivative of estimates in one arm's process: `events` (estimates, kinds, pieces), `days` (estimates, pieces).

    An estimate moves by `weight × (Σ events of the row × events − Σ days of the row × days)`.
    """

    events: Floats
    days: Floats


def row_influence(
    grid: Grid, process: Process, weights: RowWeights, gradient: Gradient, exposed: Floats | None = None
) -> Floats:
    """Influence of every row on every estimate: (estimates, rows); `exposed` is what `growth.days` gives, if known."""
    estimates = gradient.days.shape[0]
    if weights.growth is not None:
        exposed = weights.growth.days(grid, process.until) if exposed is None else exposed
        result = -(gradient.days @ exposed.T) * weights.base
    else:
        by_day = np.repeat(gradient.days, grid.length, axis=1)
        running = np.concatenate([np.zeros((estimates, 1)), np.cumsum(by_day, axis=1)], axis=1)
        result = -running[:, np.clip(process.until, 0, grid.horizon)] * weights.base
    piece = grid.piece(process.day)
    at = weights.at(process.row, process.day)
    for estimate in range(estimates):
        moved = at * gradient.events[estimate, process.kind, piece]
        result[estimate] += add_up(process.row, moved, process.until.size)
    return result
