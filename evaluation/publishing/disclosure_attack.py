# scipy comes without types; everything around it is typed.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportOptionalSubscript=false, reportArgumentType=false
# pyright: reportOperatorIssue=false
"""The attacker: linear programmes for what can be proved about a hidden cell from everything that is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, csr_array

from evaluation.errors import DisclosureError
from evaluation.publishing.disclosure_rules import Rules

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
ROUNDING_ERROR = 1e-6
CONTRADICTION = "The shown figures contradict each other: no table can have them all."


@dataclass(frozen=True)
class Knowledge:
    """What the attacker knows of every cell before doing any sums.

    Attributes
    ----------
    low, high
        Bounds, shape (n,); `inf` where there is none. Equal where the count itself is known.
    """

    low: Floats
    high: Floats


def seen(published: NDArray[np.int64], hidden: Bools, rules: Rules) -> Knowledge:
    """What published figures say: a rounded figure is an interval, a hidden one at least 1 (0 if zeros are hidden).

    Parameters
    ----------
    published
        Figures, shape (n,); those of hidden cells are not looked at.
    hidden
        Which cells are hidden, shape (n,).
    """
    least = np.where(published == 0, 0, rules.threshold)
    below, above = rules.base // 2, (rules.base - 1) // 2
    low = np.where(published == 0, 0, np.maximum(published - below, least))
    high = np.where((published == 0) & (rules.zeros == "show"), 0, published + above)
    return _with_hidden(low.astype(float), high.astype(float), hidden, rules)


def known_exactly(count: NDArray[np.int64], hidden: Bools, rules: Rules) -> Knowledge:
    """The strongest attacker: knows every shown cell to the unit, rounding or not."""
    exact = count.astype(float)
    return _with_hidden(exact, exact, hidden, rules)


def _with_hidden(low: Floats, high: Floats, hidden: Bools, rules: Rules) -> Knowledge:
    least = 0.0 if rules.zeros == "hide" else 1.0
    return Knowledge(np.where(hidden, least, low), np.where(hidden, np.inf, high))


def prove(knowledge: Knowledge, equations: csr_array, cells: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The interval that can be proved for each of some cells.

    Parameters
    ----------
    knowledge
        Bounds of every cell.
    equations
        Shape (m, n): each row times the counts is 0.
    cells
        The cells to attack.

    Returns
    -------
    tuple of Floats
        Lower and upper ends, whole numbers; `inf` where nothing bounds the cell from above.

    Raises
    ------
    DisclosureError
        Where the shown figures contradict each other.
    """
    attack = _Attack(knowledge, equations)
    low = np.array([attack.least(int(cell)) for cell in cells])
    high = np.array([attack.most(int(cell)) for cell in cells])
    return np.ceil(low - ROUNDING_ERROR), np.floor(high + ROUNDING_ERROR)


class _Attack:
    """One system of equations with the known cells moved to the right-hand side, attacked cell by cell."""

    def __init__(self, knowledge: Knowledge, equations: csr_array) -> None:
        self.knowledge = knowledge
        fixed = knowledge.low == knowledge.high
        self.where = np.flatnonzero(~fixed)
        self.place = {int(cell): place for place, cell in enumerate(self.where)}
        known = np.where(fixed, knowledge.low, 0.0)
        side = -np.asarray(equations @ known)
        columns = csc_array(equations)[:, self.where].tocsr()
        rows = np.flatnonzero(np.diff(columns.indptr))
        contradicted = np.delete(side, rows)
        if (np.abs(contradicted) > ROUNDING_ERROR).any():
            raise DisclosureError(CONTRADICTION)
        self.equations = LinearConstraint(columns[rows], side[rows], side[rows]) if rows.size else ()
        self.bounds = Bounds(knowledge.low[self.where], knowledge.high[self.where])
        self.smallest = np.full(self.where.size, np.inf)
        if self.where.size:
            self._solve(np.ones(self.where.size))

    def least(self, cell: int) -> float:
        place = self.place.get(cell)
        if place is None:
            return float(self.knowledge.low[cell])
        if self.smallest[place] > self.bounds.lb[place] + ROUNDING_ERROR:
            objective = np.zeros(self.where.size)
            objective[place] = 1.0
            return self._solve(objective)
        return float(self.bounds.lb[place])

    def most(self, cell: int) -> float:
        place = self.place.get(cell)
        if place is None:
            return float(self.knowledge.high[cell])
        objective = np.zeros(self.where.size)
        objective[place] = -1.0
        return -self._solve(objective)

    def _solve(self, objective: Floats) -> float:
        answer = milp(objective, bounds=self.bounds, constraints=self.equations)
        if answer.x is None and np.isfinite(self.smallest).all():
            return -np.inf  # some table agrees with what is shown, so the programme can only be unbounded
        if answer.x is None:
            raise DisclosureError(CONTRADICTION)
        self.smallest = np.minimum(self.smallest, answer.x)
        return float(answer.fun)
