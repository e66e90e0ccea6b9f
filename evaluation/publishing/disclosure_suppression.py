# scipy comes without types; everything around it is typed.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportOptionalSubscript=false, reportArgumentType=false
# pyright: reportOperatorIssue=false
"""Exact secondary suppression: the fewest further cells to hide so that no hidden cell can be worked out.

The problem of Fischetti and Salazar (Management Science 47, 2001), solved by cutting planes. A master problem
(`scipy.optimize.milp`) chooses the hidden cells; for each of them two linear programmes look for other tables with the
same shown figures. Where they leave an interval narrower than the stated width, the programmes' dual prices give an
inequality that every safe choice satisfies, and the master problem chooses again. The last choice is both safe, because
the other tables have been written down, and the smallest, because the master problem never asked for more than it must.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from evaluation.errors import DisclosureError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EXACT_CELLS = 1500
"""Candidates up to which a part of two dimensions is solved to the smallest choice."""
EXACT_CELLS_DEEP = 150
"""The same for three dimensions and more, where the number of equally small choices grows beyond all bounds."""
TWO_DIMENSIONS = 2.5
MOST_ROUNDS = 200
MOST_TABLES = 200
TRIAL_TABLES = 6
NOISE = 1e-7


@dataclass(frozen=True)
class Problem:
    """What has to be protected, and with what.

    Attributes
    ----------
    equations
        Shape (m, n): each row times the counts is 0.
    down, up
        How far the attacker must allow each cell to lie below and above its count, shape (n,); `inf` for no bound.
    must
        Cells that are hidden whatever happens, shape (n,).
    may
        Cells that may be hidden as well, shape (n,).
    protect
        Cells whose interval must have the width when they are hidden, shape (n,).
    cost
        Cost of hiding each cell, shape (n,).
    width
        The least width of the interval, in people.
    """

    equations: csr_array
    down: Floats
    up: Floats
    must: Bools
    may: Bools
    protect: Bools
    cost: Floats
    width: float


def choose(problem: Problem) -> Bools:
    """Choose the cells to hide.

    Returns
    -------
    Bools
        Shape (n,): hidden or not. The fewest (by cost) in each connected part of the tables with at most
        `EXACT_CELLS` candidates (`EXACT_CELLS_DEEP` beyond two dimensions). In a larger part a choice that is as safe
        and from which no single cell can be taken away, but not always the smallest.

    Raises
    ------
    DisclosureError
        Where no choice of the allowed cells is safe.
    """
    hidden = problem.must.copy()
    for part in _parts(problem):
        hidden[part] = _Search(_restrict(problem, part)).run()
    return hidden


def _parts(problem: Problem) -> list[NDArray[np.int64]]:
    """The connected parts of the tables that hold a hidden cell."""
    shares = abs(problem.equations).T @ abs(problem.equations)
    _, label = connected_components(shares, directed=False)
    return [np.flatnonzero(label == which) for which in np.unique(label[problem.must & problem.protect])]


def _restrict(problem: Problem, part: NDArray[np.int64]) -> Problem:
    columns = csc_array(problem.equations)[:, part].tocsr()
    rows = np.flatnonzero(np.diff(columns.indptr))
    return Problem(
        columns[rows], problem.down[part], problem.up[part], problem.must[part], problem.may[part],
        problem.protect[part], problem.cost[part], problem.width,
    )  # fmt: skip


@dataclass
class _Search:
    problem: Problem
    cuts: list[Floats] = field(default_factory=list)
    tables: list[Floats] = field(default_factory=list)

    def run(self) -> Bools:
        self._first_cuts()
        exact = self._is_small()
        kept = self.problem.must
        for _ in range(MOST_ROUNDS):
            hidden = self._master(kept)
            if not self._add_cuts(hidden):
                return hidden if exact else self._without_spare(hidden)
            kept = kept if exact else hidden
        raise DisclosureError("No safe choice of hidden cells was found: publish fewer dimensions or wider groups.")

    def _is_small(self) -> bool:
        equations_per_cell = self.problem.equations.nnz / max(self.problem.cost.size, 1)
        most = EXACT_CELLS if equations_per_cell <= TWO_DIMENSIONS else EXACT_CELLS_DEEP
        return int(self.problem.may.sum()) <= most

    def _without_spare(self, hidden: Bools) -> Bools:
        """Show again, dearest first, each cell that is not needed after all."""
        spare = np.flatnonzero(hidden & ~self.problem.must)
        for cell in spare[np.argsort(-self.problem.cost[spare], kind="stable")]:
            fewer = hidden.copy()
            fewer[cell] = False
            attack = _Attack(self.problem, fewer)
            attack.learn([table for table in self.tables if not (np.abs(table) > NOISE)[~fewer].any()])
            if all(attack.widen(int(other)) is None for other in attack.doubtful()):
                hidden, self.tables = fewer, attack.tables[-MOST_TABLES:]
        return hidden

    def _first_cuts(self) -> None:
        """In each equation a hidden cell is not alone, and what is hidden with a sensitive one is wide enough."""
        problem, matrix = self.problem, self.problem.equations
        for row in range(matrix.shape[0]):
            places = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
            signs = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
            for cell in places[(problem.must | problem.may)[places] & problem.protect[places]]:
                price = -signs * signs[places == cell][0]
                price[places == cell] = 0.0
                self._cut(int(cell), places, price)

    def _cut(self, cell: int, places: NDArray[np.int64], price: Floats) -> None:
        """Add two inequalities from prices with f[cell] = price . f over the other cells of an equation."""
        width, own = self.problem.width, min(self.problem.down[cell], self.problem.width)
        upward, downward = self._allow(places, price), self._allow(places, -price)
        for row, need in ((upward + downward, width), (upward, width - own)):
            if need > 0:
                cut = np.minimum(row, need)
                cut[cell] -= need
                self.cuts.append(cut)

    def _allow(self, places: NDArray[np.int64], price: Floats) -> Floats:
        """Most by which each cell, if hidden, lets price . f grow."""
        problem = self.problem
        up, down = np.minimum(problem.up, 1e9)[places], np.minimum(problem.down, 1e9)[places]
        row = np.zeros(problem.cost.size)
        row[places] = np.maximum(price, 0) * up + np.maximum(-price, 0) * down
        return row

    def _master(self, kept: Bools) -> Bools:
        problem = self.problem
        low = kept.astype(float)
        high = (problem.must | problem.may).astype(float)
        rows = (
            [LinearConstraint(vstack([csr_array(cut[None, :]) for cut in self.cuts]), 0.0, np.inf)] if self.cuts else []
        )
        answer = milp(
            problem.cost, integrality=np.ones(low.size), bounds=Bounds(low, high), constraints=rows,
            options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        if answer.x is None:
            raise DisclosureError("No safe choice of hidden cells exists: too much has been published already.")
        return answer.x > 0.5

    def _add_cuts(self, hidden: Bools) -> bool:
        """Look for hidden cells that can be pinned; add an inequality for each and say whether there was one."""
        attack = _Attack(self.problem, hidden)
        self.tables = [table for table in self.tables if not (np.abs(table) > NOISE)[~hidden].any()]
        attack.learn(self.tables)
        attack.try_many()
        pinned = False
        for cell in attack.doubtful():
            prices = attack.widen(int(cell))
            if prices is not None:
                pinned = True
                self._add_price_cut(int(cell), *prices)
        self.tables = attack.tables[-MOST_TABLES:]
        return pinned

    def _add_price_cut(self, cell: int, top: Floats, bottom: Floats) -> None:
        everywhere = np.arange(self.problem.cost.size)
        row = np.minimum(self._allow(everywhere, top) + self._allow(everywhere, bottom), self.problem.width)
        row[cell] -= self.problem.width
        self.cuts.append(row)


class _Attack:
    """Other tables with the same shown figures, as differences from the true one."""

    def __init__(self, problem: Problem, hidden: Bools) -> None:
        self.problem = problem
        self.where = np.flatnonzero(hidden)
        self.columns = csc_array(problem.equations)[:, self.where].tocsr()
        self.tables: list[Floats] = []
        self.low = np.zeros(hidden.size)
        self.high = np.zeros(hidden.size)
        self.aim = np.flatnonzero(hidden & problem.protect)

    def learn(self, tables: list[Floats]) -> None:
        for table in tables:
            self.tables.append(table)
            self.low = np.minimum(self.low, table)
            self.high = np.maximum(self.high, table)

    def doubtful(self) -> NDArray[np.int64]:
        """Hidden cells not yet shown to have the width, read anew as tables are found."""
        return self.aim[(self.high - self.low)[self.aim] < self.problem.width - NOISE]

    def try_many(self) -> None:
        """A few tables far from the true one in many cells at once settle most cells cheaply."""
        draw = np.random.default_rng(1)
        for trial in range(TRIAL_TABLES):
            left = self.doubtful()
            if left.size <= 2:
                return
            signs = np.zeros(self.low.size)
            signs[left] = (1.0, -1.0)[trial] if trial < 2 else draw.choice([-1.0, 1.0], left.size)
            self._solve(signs, cap=left)

    def widen(self, cell: int) -> tuple[Floats, Floats] | None:
        """Attack one cell; None when its interval is wide enough, otherwise the prices that prove it is not."""
        aim = np.zeros(self.low.size)
        aim[cell] = 1.0
        prices: list[Floats] = []
        for sign in (1.0, -1.0):
            if self.high[cell] - self.low[cell] >= self.problem.width - NOISE:
                return None
            prices.append(self._solve(sign * aim, cap=np.array([cell])))
        if self.high[cell] - self.low[cell] >= self.problem.width - NOISE:
            return None
        return prices[0], prices[1]

    def _solve(self, aim: Floats, cap: NDArray[np.int64]) -> Floats:
        """Find the table that goes furthest along an aim; returns prices p with aim . f = p . f for every table."""
        problem = self.problem
        up, down = problem.up.copy(), problem.down.copy()
        up[cap] = np.minimum(up[cap], problem.width)
        down[cap] = np.minimum(down[cap], problem.width)
        answer = linprog(
            -aim[self.where], A_eq=self.columns, b_eq=np.zeros(self.columns.shape[0]),
            bounds=np.column_stack([-down, up])[self.where], method="highs",
        )  # fmt: skip
        if answer.status != 0:
            raise DisclosureError("The linear programmes of disclosure control could not be solved.")
        table = np.zeros(aim.size)
        table[self.where] = answer.x
        self.learn([table])
        price = aim + problem.equations.T @ answer.eqlin.marginals
        price[np.abs(price) < NOISE] = 0.0
        return price
