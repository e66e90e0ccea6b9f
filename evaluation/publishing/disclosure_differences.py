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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from evaluation.errors import DataError
from evaluation.publishing.disclosure_cells import System, Table, read_table
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_suppression import Problem

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

STALE_SHARE = 0.1
"""A figure that has moved by more than this share, and may not be renewed yet, is hidden instead of left standing."""


@dataclass(frozen=True)
class Edition:
    """A table as it was last published.

    Attributes
    ----------
    table
        Its levels and counts.
    published
        Levels to the figure that was shown, or None.
    basis
        Levels to the count from which the shown figure was rounded, or at which the cell was hidden.
    hidden, delayed
        One truth value a row.
    """

    table: Table
    published: Mapping[tuple[str, ...], int | None]
    basis: Mapping[tuple[str, ...], int]
    hidden: Bools
    delayed: Bools

    @classmethod
    def read(cls, frame: pl.DataFrame, dimensions: Sequence[str] | None) -> Edition:
        """Read the frame that was published.

        Raises
        ------
        DataError
            Where it lacks the counts, which are kept beside an edition so that the next one can be compared with it.
        """
        missing = [column for column in ("count", "hidden") if column not in frame.columns]
        if missing:
            raise DataError(f"The last edition lacks column {', '.join(map(repr, missing))}; it cannot be compared.")
        table = read_table("old", frame, dimensions)
        basis = frame["basis"].fill_null(frame["count"]) if "basis" in frame.columns else frame["count"]
        delayed = frame["delayed"] if "delayed" in frame.columns else pl.Series([False] * frame.height)
        shown = {
            levels: (figure, count)
            for levels, figure, count in zip(table.levels, frame["published"].to_list(), basis.to_list(), strict=True)
        }
        return cls(
            table,
            {levels: figure for levels, (figure, _) in shown.items()},
            {levels: count for levels, (_, count) in shown.items()},
            frame["hidden"].to_numpy().astype(np.bool_),
            delayed.to_numpy().astype(np.bool_),
        )


def joint_problem(
    old: System, edition: Edition, new: System, table: Table, small: Bools, rules: Rules
) -> tuple[Problem, Ints]:
    """Set up the choice of the new edition's hidden (or delayed) cells.

    Parameters
    ----------
    old, new
        The systems of the two editions, one table each.
    edition
        The last edition as published.
    table
        The new table.
    small
        Rows of the new table that may not be shown, shape (rows,).
    rules
        The partnership's rules.

    Returns
    -------
    tuple
        The problem over the cells (old, new, difference), and the place of each new row in it.
    """
    before, after = old.rows["old"], new.rows["new"]
    pairs = _same_cells(old, new)
    change = new.count[pairs[:, 1]] - old.count[pairs[:, 0]]
    unknown = _marks(len(old.cells), before, edition.hidden | edition.delayed)
    secret = _marks(len(old.cells), before, edition.hidden)
    must = _marks(len(new.cells), after, small | _stays(table, edition, rules))
    still = (new.count == 0) & (rules.zeros == "show")
    still[pairs[:, 1]] &= change == 0
    none, every = np.zeros(len(old.cells), dtype=np.bool_), np.ones(len(pairs), dtype=np.bool_)
    cells = np.concatenate([old.count, new.count]).astype(float)
    cost = 1.0 + np.concatenate([cells, np.abs(change)]) / (cells.sum() + 1.0)
    problem = Problem(
        equations=_equations(old, new, pairs),
        down=np.concatenate([np.maximum(cells - (rules.zeros == "show"), 0.0), _room_below(change)]),
        up=np.full(cost.size, np.inf),
        must=np.concatenate([unknown, must, every]),
        may=np.concatenate([none, ~must & ~still, ~every]),
        protect=np.concatenate([secret, np.ones_like(must), (change != 0) & (np.abs(change) < rules.threshold)]),
        cost=cost,
        width=float(rules.stated_width),
    )
    return problem, len(old.cells) + after


def _marks(size: int, places: Ints, marked: Bools) -> Bools:
    marks = np.zeros(size, dtype=np.bool_)
    marks[places] = marked
    return marks


def _same_cells(old: System, new: System) -> Ints:
    place = {cell: index for index, cell in enumerate(old.cells)}
    pairs = [(place[cell], index) for index, cell in enumerate(new.cells) if cell in place]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _stays(table: Table, edition: Edition, rules: Rules) -> Bools:
    """Rows that moved by too few people to be renewed: a shown figure that moved, a hidden one even if it did not.

    A hidden cell that is shown again without having moved would tell what was hidden last time.
    """
    return np.array(
        [
            _moved_too_little(levels, int(count), edition, rules)
            for levels, count in zip(table.levels, table.count, strict=True)
        ],
        dtype=np.bool_,
    )


def _moved_too_little(levels: tuple[str, ...], count: int, edition: Edition, rules: Rules) -> bool:
    if levels not in edition.basis:
        return False
    moved = abs(count - edition.basis[levels])
    was_hidden = edition.published[levels] is None
    return moved < rules.threshold and (was_hidden or moved > 0)


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


def show(frame: pl.DataFrame, table: Table, held: Bools, edition: Edition, rules: Rules) -> pl.DataFrame:
    """Write the new edition: released figures, figures of the last edition that stay, and hidden ones.

    Parameters
    ----------
    frame, table
        The new table as given and as checked.
    held
        Rows that may not be released, shape (rows,).
    edition
        The last edition.
    rules
        The partnership's rules.
    """
    rows = [
        _row(levels, int(count), bool(is_held), edition, rules)
        for levels, count, is_held in zip(table.levels, table.count, held, strict=True)
    ]
    schema = {"published": pl.Int64, "hidden": pl.Boolean, "delayed": pl.Boolean, "basis": pl.Int64}
    return frame.hstack(pl.DataFrame(rows, schema=schema, orient="row"))


def _row(
    levels: tuple[str, ...], count: int, held: bool, edition: Edition, rules: Rules
) -> tuple[int | None, bool, bool, int]:
    if not held:
        return rules.rounded(count), False, False, count
    figure, basis = edition.published.get(levels), edition.basis.get(levels, count)
    if figure is None:
        return None, True, False, basis
    if not rules.is_small(count) and abs(count - basis) < max(rules.threshold, STALE_SHARE * basis):
        return figure, False, True, basis
    return None, True, False, count
