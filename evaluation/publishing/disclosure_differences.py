# scipy comes without types; everything around it is typed.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportOptionalSubscript=false, reportArgumentType=false
# pyright: reportOperatorIssue=false
"""Two editions of a table as one system: the old figures, the new ones, and who came between.

An attacker who has both editions knows `new - old` wherever both are shown, and can add such differences up as well as
figures. So the difference is treated as a table that is never shown: its small cells (a few people added or removed)
must stay as uncertain as any hidden cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

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


def joint_problem(edition: Edition, new: System, small: Bools, rules: Rules) -> Problem:
    """Set up the choice of the new edition's hidden (or delayed) cells.

    Parameters
    ----------
    edition
        The last edition.
    new
        The new tables.
    small
        Cells of the new tables that may not be shown, shape (n,).
    rules
        The partnership's rules.

    Returns
    -------
    Problem
        Over the cells (old, new, difference) in this order.
    """
    old, pairs = edition.system, same_cells(edition.system, new)
    change = new.count[pairs[:, 1]] - old.count[pairs[:, 0]]
    must = small | new.unseen | _stays(edition, new, pairs, rules)
    still = (new.count == 0) & (rules.zeros == "show")
    still[pairs[:, 1]] &= change == 0
    real = ~(old.unseen[pairs[:, 0]] | new.unseen[pairs[:, 1]])
    none, every = np.zeros(len(old.cells), dtype=np.bool_), np.ones(len(pairs), dtype=np.bool_)
    cells = np.concatenate([old.count, new.count]).astype(float)
    cost = 1.0 + np.concatenate([cells, np.abs(change)]) / (cells.sum() + 1.0)
    return Problem(
        equations=_equations(old, new, pairs),
        down=np.concatenate([np.maximum(cells - (rules.zeros == "show"), 0.0), _room_below(change)]),
        up=np.full(cost.size, np.inf),
        must=np.concatenate([edition.hidden | edition.delayed, must, every]),
        may=np.concatenate([none, ~must & ~still, ~every]),
        protect=np.concatenate([
            edition.hidden & ~old.unseen, ~new.unseen, real & (change != 0) & (np.abs(change) < rules.threshold),
        ]),
        cost=cost,
        width=float(rules.stated_width),
    )  # fmt: skip


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


def _room_below(change: Ints) -> NDArray[np.float64]:
    """Where counts only ever grew, the attacker knows that nobody was taken away."""
    return change.astype(float) if (change >= 0).all() else np.full(change.size, np.inf)


def _equations(old: System, new: System, pairs: Ints) -> csr_array:
    each = np.arange(len(pairs))
    ones = np.ones(len(pairs))
    from_old = csr_array((-ones, (each, pairs[:, 0])), shape=(len(pairs), len(old.cells)))
    from_new = csr_array((ones, (each, pairs[:, 1])), shape=(len(pairs), len(new.cells)))
    difference = csr_array((-ones, (each, each)), shape=(len(pairs), len(pairs)))
    first = hstack([old.equations, csr_array((old.equations.shape[0], len(new.cells) + len(pairs)))])
    second = hstack([
        csr_array((new.equations.shape[0], len(old.cells))), new.equations,
        csr_array((new.equations.shape[0], len(pairs))),
    ])  # fmt: skip
    return csr_array(vstack([first, second, hstack([from_old, from_new, difference])]))


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
