# scipy comes without types; everything around it is typed.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportOptionalSubscript=false, reportArgumentType=false
# pyright: reportOperatorIssue=false
"""Editions of a table as one system: the old figures, the new ones, and who came between.

An attacker who has two editions knows `new - old` wherever both are shown, and can add such differences up as well as
figures. So the difference is treated as a table that is never shown: its small cells (a few people added or removed)
must stay as uncertain as any hidden cell. A figure released today can also tell what came between two editions of
long ago, so the differences of every two editions are kept uncertain together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_array, vstack

from evaluation.publishing.disclosure_cells import System
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_suppression import Problem

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

STALE_SHARE = 0.1
"""A figure that has moved by more than this share, and may not be renewed yet, is hidden instead of left standing."""


@dataclass(frozen=True)
class Edition:
    """Tables as they were last published, cell by cell.

    Attributes
    ----------
    system
        Their cells, counts and equations.
    figure
        Each cell's shown figure; -1 where it is hidden or stands in no table.
    basis
        The count from which each cell's shown figure was rounded, or at which it was hidden.
    hidden, delayed
        Shape (n,).
    """

    system: System
    figure: Ints
    basis: Ints
    hidden: Bools
    delayed: Bools


def read_edition_tables(system: System, frames: Mapping[str, pl.DataFrame]) -> Edition:
    """Read what the published frames (with `published`, `hidden`, maybe `delayed` and `basis`) say of each cell."""
    size = len(system.cells)
    figure, basis = np.full(size, -1, dtype=np.int64), system.count.copy()
    hidden, delayed = system.unseen.copy(), np.zeros(size, dtype=np.bool_)
    for name, frame in frames.items():
        cells = system.rows[name]
        figure[cells] = frame["published"].fill_null(-1).to_numpy()
        hidden[cells] = frame["hidden"].to_numpy()
        if "basis" in frame.columns:
            basis[cells] = frame["basis"].fill_null(frame["count"]).to_numpy()
        if "delayed" in frame.columns:
            delayed[cells] = frame["delayed"].to_numpy()
    return Edition(system, figure, basis, hidden, delayed)


@dataclass(frozen=True)
class Change:
    """What happened between two editions, cell by cell.

    Attributes
    ----------
    before, after
        Places of the two editions among all.
    pairs
        Places of each cell in the one and in the other, shape (n, 2).
    count
        By how much each cell moved, shape (n,).
    real
        Cells that stand in a table of both editions, shape (n,).
    """

    before: int
    after: int
    pairs: Ints
    count: Ints
    real: Bools

    @property
    def neighbours(self) -> bool:
        """Whether no edition came between the two."""
        return self.after == self.before + 1

    def small(self, rules: Rules) -> Bools:
        """Cells that so few people moved that nobody may find out how many."""
        return self.real & (self.count != 0) & (np.abs(self.count) < rules.threshold)


def joint_problem(editions: Sequence[Edition], new: System, small: Bools, rules: Rules) -> Problem:
    """Set up the choice of the new edition's hidden (or delayed) cells.

    Parameters
    ----------
    editions
        The editions that readers have, oldest first.
    new
        The new tables.
    small
        Cells of the new tables that may not be shown, shape (n,).
    rules
        The partnership's rules.

    Returns
    -------
    Problem
        Over the cells of the editions, of the new tables, and of the differences, in this order.
    """
    systems = [*(edition.system for edition in editions), new]
    changes = _changes(systems, rules)
    latest = next(change for change in changes if change.before == len(editions) - 1)
    must = small | new.unseen | _stays(editions[-1], new, latest.pairs, rules)
    still = (new.count == 0) & (rules.zeros == "show")
    still[latest.pairs[:, 1]] &= latest.count == 0
    cells = np.concatenate([system.count for system in systems]).astype(float)
    moved = np.concatenate([change.count for change in changes])
    none, every = np.zeros(cells.size - still.size, dtype=np.bool_), np.ones(moved.size, dtype=np.bool_)
    cost = 1.0 + np.concatenate([cells, np.abs(moved)]) / (cells.sum() + 1.0)
    return Problem(
        equations=_equations(systems, changes),
        down=np.concatenate([np.maximum(cells - (rules.zeros == "show"), 0.0), *map(_room_below, changes)]),
        up=np.full(cost.size, np.inf),
        must=np.concatenate([*(edition.hidden | edition.delayed for edition in editions), must, every]),
        may=np.concatenate([none, ~must & ~still, ~every]),
        protect=np.concatenate([
            *(edition.hidden & ~edition.system.unseen for edition in editions), ~new.unseen,
            *(change.small(rules) for change in changes),
        ]),
        cost=cost,
        width=float(rules.stated_width),
    )  # fmt: skip


def _changes(systems: Sequence[System], rules: Rules) -> list[Change]:
    """What happened between every two editions; between those with others between them, the small changes alone."""
    found: list[Change] = []
    for before, after in combinations(range(len(systems)), 2):
        old, new = systems[before], systems[after]
        pairs = same_cells(old, new)
        moved = new.count[pairs[:, 1]] - old.count[pairs[:, 0]]
        real = ~(old.unseen[pairs[:, 0]] | new.unseen[pairs[:, 1]])
        change = Change(before, after, pairs, moved, real)
        if not change.neighbours:
            few = change.small(rules)
            change = Change(before, after, pairs[few], moved[few], real[few])
        found.append(change)
    return found


def same_cells(old: System, new: System) -> Ints:
    """Places (old, new) of the cells that both editions have, shape (pairs, 2)."""
    place = {cell: index for index, cell in enumerate(old.cells)}
    pairs = [(place[cell], index) for index, cell in enumerate(new.cells) if cell in place]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _stays(edition: Edition, new: System, pairs: Ints, rules: Rules) -> Bools:
    """Cells that moved by too few people to be renewed: a shown figure that moved, a hidden one even if it did not.

    A hidden cell that is shown again without having moved would tell what was hidden last time.
    """
    before, after = pairs[:, 0], pairs[:, 1]
    moved = np.abs(new.count[after] - edition.basis[before])
    stays = np.zeros(len(new.cells), dtype=np.bool_)
    stays[after] = (
        (moved < rules.threshold) & ((edition.figure[before] < 0) | (moved > 0)) & ~edition.system.unseen[before]
    )
    return stays


def _room_below(change: Change) -> NDArray[np.float64]:
    """Where counts only ever grew, the attacker knows that nobody was taken away."""
    grew = change.neighbours and (change.count >= 0).all()
    return change.count.astype(float) if grew else np.full(change.count.size, np.inf)


def _equations(systems: Sequence[System], changes: Sequence[Change]) -> csr_array:
    """The sums within each edition, and what makes each difference the difference of its two editions."""
    starts = np.cumsum([0, *(len(system.cells) for system in systems)])
    width, rows = int(starts[-1]), sum(len(change.pairs) for change in changes)
    within = csr_array(block_diag([system.equations for system in systems]))
    columns = np.concatenate([change.pairs + starts[[change.before, change.after]] for change in changes])
    each = np.arange(rows)
    between = csr_array(
        (
            np.concatenate([-np.ones(rows), np.ones(rows), -np.ones(rows)]),
            (np.tile(each, 3), np.concatenate([columns[:, 0], columns[:, 1], width + each])),
        ),
        shape=(rows, width + rows),
    )
    padded = csr_array((within.data, within.indices, within.indptr), shape=(within.shape[0], width + rows))
    return csr_array(vstack([padded, between]))


def show(edition: Edition, new: System, held: Bools, rules: Rules) -> pl.DataFrame:
    """Write the new edition cell by cell: released figures, figures of the last edition that stay, and hidden ones.

    Parameters
    ----------
    edition
        The last edition.
    new
        The new tables.
    held
        Cells that may not be released, shape (n,).
    rules
        The partnership's rules.

    Returns
    -------
    polars.DataFrame
        A row per cell: `published, hidden, delayed, basis`.
    """
    figure, basis = np.full(held.size, -1, dtype=np.int64), new.count.copy()
    pairs = same_cells(edition.system, new)
    figure[pairs[:, 1]], basis[pairs[:, 1]] = edition.figure[pairs[:, 0]], edition.basis[pairs[:, 0]]
    rows = [
        _row(int(count), bool(is_held), int(shown), int(since), rules)
        for count, is_held, shown, since in zip(new.count, held, figure, basis, strict=True)
    ]
    schema = {"published": pl.Int64, "hidden": pl.Boolean, "delayed": pl.Boolean, "basis": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _row(count: int, held: bool, figure: int, basis: int, rules: Rules) -> tuple[int | None, bool, bool, int]:
    if not held:
        return rules.rounded(count), False, False, count
    if figure < 0:
        return None, True, False, basis
    if not rules.is_small(count) and abs(count - basis) < max(rules.threshold, STALE_SHARE * basis):
        return figure, False, True, basis
    return None, True, False, count
