"""How weighted totals move with the propensity's coefficients, through weights that hold its summed hazard.

A change of the hazard in a week moves the weights of all later days. Every total is linear in those weights, so its
derivative is found once for every piece and column of the design, and any estimate's derivative follows from its own in
the totals: a curve of many points costs no more than one estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.comparison.pieces import Gradient, Grid, Process, RowWeights
from evaluation.follow_up.histories import Floats, Ints, add_up


@dataclass(frozen=True)
class Pull:
    """Derivative of one outcome's weighted totals in the propensity's coefficients.

    Attributes
    ----------
    events : (kinds, pieces, columns) float
    days : (pieces, columns) float
    """

    events: Floats
    days: Floats

    def along(self, slope: Gradient) -> Floats:
        """Derivative of an estimate, given its derivative in the totals: (columns,)."""
        return np.einsum("kp,kpc->c", slope.events[0], self.events) - slope.days[0] @ self.days

    @staticmethod
    def none(kinds: int, pieces: int, columns: int) -> Pull:
        """The derivative of totals over nobody."""
        return Pull(np.zeros((kinds, pieces, columns)), np.zeros((pieces, columns)))

    def __add__(self, other: Pull) -> Pull:
        """The derivative of the totals of two groups of people together."""
        return Pull(self.events + other.events, self.days + other.days)


@dataclass(frozen=True)
class Followed:
    """What followed some rows, in one outcome.

    Attributes
    ----------
    days : (rows, pieces) float
        Weighted days at risk.
    row, kind, piece : (events,) int
    weight : (events,) float
        Whose event, of which kind, in which piece, and its weight.
    kinds : int
    """

    days: Floats
    row: Ints
    kind: Ints
    piece: Ints
    weight: Floats
    kinds: int

    @staticmethod
    def of(grid: Grid, process: Process, weights: RowWeights, exposed: Floats, rows: Ints) -> Followed:
        """Pick out some rows of an arm; `exposed` is what `growth.days` gives."""
        place = np.full(process.until.size, -1)
        place[rows] = np.arange(rows.size)
        mine = np.flatnonzero(place[process.row] >= 0)
        row, day = process.row[mine], process.day[mine]
        return Followed(
            days=exposed[rows] * weights.base[rows, None],
            row=place[row],
            kind=process.kind[mine],
            piece=grid.piece(day),
            weight=weights.at(row, day),
            kinds=process.kinds,
        )


def pulls_of(
    tables: Iterable[Floats], start: Ints, followed: Mapping[str, Followed], *, columns: int, pieces: int, within: float
) -> dict[str, Pull]:
    """Derivative of every outcome's totals, for units whose hazard is known by week.

    Parameters
    ----------
    tables
        For each column of the design: hazard × column, summed by unit and week, (units, weeks).
    start : (rows,) int
        Place of each row's first week in a table laid out flat.
    followed
        What followed those rows, by outcome.
    columns, pieces
        Columns of the design and pieces of follow-up.
    within
        Share of a week's hazard that moves the same week's weights.
    """
    made = {name: Pull.none(one.kinds, pieces, columns) for name, one in followed.items()}
    weeks = start[:, None] + np.arange(pieces)
    for column, table in enumerate(tables):
        before = np.cumsum(table, axis=1) - table
        summed = (before + within * table).ravel()[weeks] - before.ravel()[start][:, None]
        for name, one in followed.items():
            made[name].days[:, column] = np.einsum("rp,rp->p", one.days, summed)
            moved = add_up(one.kind * pieces + one.piece, one.weight * summed[one.row, one.piece], one.kinds * pieces)
            made[name].events[:, :, column] = moved.reshape(one.kinds, pieces)
    return made
