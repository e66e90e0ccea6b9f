"""Prove what a reader can and cannot work out about the hidden cells of published tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.errors import DataError, DisclosureError
from evaluation.publishing.disclosure_attack import Knowledge, known_exactly, prove, seen
from evaluation.publishing.disclosure_cells import (
    MARGIN,
    MEASURES,
    SHOWN_EXAMPLES,
    Frame,
    Hierarchies,
    System,
    describe,
)
from evaluation.publishing.disclosure_protection import Zeros, joined
from evaluation.publishing.disclosure_rules import BASE, THRESHOLD, Rules


def audit(
    table: Frame,
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
    zeros: Zeros = "show",
    width: int | None = None,
    hierarchies: Hierarchies | None = None,
    dimensions: Sequence[str] | None = None,
    margin: str = MARGIN,
    exact: bool = False,
) -> pl.DataFrame:
    """What can be proved about every hidden cell from all that is shown.

    Parameters
    ----------
    table
        A protected table: dimensions, `published`, `hidden`. `count` is not needed, and not looked at unless `exact`.
    threshold, base, zeros
        As it was protected: an attacker knows the rules.
    width
        When it is stated, a table with a hidden cell that can be pinned more closely is refused.
    exact
        The strongest attacker, who knows the count of every shown cell to the unit (needs `count`).

    Returns
    -------
    polars.DataFrame
        A row per hidden cell: the dimensions, `lower`, `upper` (Float64, `inf` where nothing bounds it) and `width`.

    Raises
    ------
    DisclosureError
        Where a hidden cell can be pinned more closely than `width`, naming the cells and no figure; or where the shown
        figures contradict each other.
    """
    found = audit_linked(
        {"table": table}, threshold=threshold, base=base, zeros=zeros, width=width, hierarchies=hierarchies,
        dimensions=None if dimensions is None else {"table": dimensions}, margin=margin, exact=exact,
    )  # fmt: skip
    return found["table"]


def audit_linked(
    tables: Mapping[str, Frame],
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
    zeros: Zeros = "show",
    width: int | None = None,
    hierarchies: Hierarchies | None = None,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    measures: Mapping[str, str] | None = None,
    margin: str = MARGIN,
    exact: bool = False,
) -> dict[str, pl.DataFrame]:
    """What can be proved about every hidden cell of linked tables, read side by side; options as in `audit`."""
    rules = Rules(threshold, base, zeros, width)
    frames = {name: frame.lazy().collect() for name, frame in tables.items()}
    system = joined(frames, hierarchies, dimensions, measures, margin, counted=exact)
    hidden, published = system.unseen.copy(), np.zeros(len(system.cells), dtype=np.int64)
    for name, frame in frames.items():
        _refuse_unprotected(name, frame)
        hidden[system.rows[name]] |= frame["hidden"].to_numpy()
        published[system.rows[name]] = frame["published"].fill_null(0).to_numpy()
    known = known_exactly(system.count, hidden, rules) if exact else seen(published, hidden, rules)
    known = _without_delayed(known, system, frames)
    attacked = np.flatnonzero(hidden & ~system.unseen)
    low, high = np.zeros(hidden.size), np.zeros(hidden.size)
    low[attacked], high[attacked] = prove(known, system.equations, attacked)
    if width is not None:
        refuse_pinned(system, attacked[high[attacked] - low[attacked] < width])
    return {name: _intervals(frame, system.rows[name], low, high) for name, frame in frames.items()}


def _without_delayed(known: Knowledge, system: System, frames: Mapping[str, pl.DataFrame]) -> Knowledge:
    """A delayed figure is the last edition's: it says nothing of this edition's count."""
    low, high = known.low.copy(), known.high.copy()
    for name, frame in frames.items():
        if "delayed" in frame.columns:
            cells = system.rows[name][frame["delayed"].to_numpy()]
            low[cells], high[cells] = np.minimum(low[cells], 0.0), np.inf
    return Knowledge(low, high)


def _refuse_unprotected(name: str, frame: pl.DataFrame) -> None:
    missing = [column for column in ("published", "hidden") if column not in frame.columns]
    if missing:
        raise DataError(f"Table '{name}' has not been protected: no column {', '.join(map(repr, missing))}.")


def _intervals(
    frame: pl.DataFrame, cells: NDArray[np.int64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> pl.DataFrame:
    keys = [column for column in frame.columns if column not in MEASURES]
    return (
        frame.select(*keys, "hidden")
        .with_columns(pl.Series("lower", low[cells]), pl.Series("upper", high[cells]))
        .with_columns(width=pl.col("upper") - pl.col("lower"))
        .filter(pl.col("hidden"))
        .drop("hidden")
    )


def refuse_pinned(system: System, cells: NDArray[np.int64]) -> None:
    """Refuse tables in which hidden cells can be worked out.

    Raises
    ------
    DisclosureError
        Naming the cells, without any figure.
    """
    if cells.size:
        named = [
            f"{describe(system.cells[int(cell)])} can be worked out too closely" for cell in cells[:SHOWN_EXAMPLES]
        ]
        more = [f"and {cells.size - SHOWN_EXAMPLES} more"] if cells.size > SHOWN_EXAMPLES else []
        raise DisclosureError("A table may not be published: its hidden cells are not protected.", [*named, *more])
