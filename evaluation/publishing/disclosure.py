"""Tables that keep their secrets: hide small cells, hide what would give them away, round the rest, and prove it.

Every function is pure: a long table in, a long table out. The guarantee is given against the strongest reader, who
knows every shown figure to the unit, so rounding only adds to it: the tables that agree with the exact figures all
agree with the rounded ones, and an interval can only grow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.errors import DataError, DisclosureError
from evaluation.publishing.disclosure_attack import known_exactly, prove, seen
from evaluation.publishing.disclosure_cells import (
    MARGIN,
    MEASURES,
    SHOWN_EXAMPLES,
    Frame,
    Hierarchies,
    System,
    build_system,
    describe,
    read_table,
)
from evaluation.publishing.disclosure_differences import Edition, joint_problem, show
from evaluation.publishing.disclosure_rules import BASE, DOMINANT_SHARE, THRESHOLD, Rules
from evaluation.publishing.disclosure_suppression import Problem, choose

__all__ = ["audit", "audit_linked", "protect", "protect_linked", "release_differences"]

Bools = NDArray[np.bool_]
Zeros = Literal["show", "hide"]


def protect(
    table: Frame,
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
    zeros: Zeros = "show",
    width: int | None = None,
    dominant_share: float = DOMINANT_SHARE,
    hierarchies: Hierarchies | None = None,
    dimensions: Sequence[str] | None = None,
    margin: str = MARGIN,
) -> pl.DataFrame:
    """Protect one table.

    Parameters
    ----------
    table
        Long: dimension columns, `count` (whole numbers), margins as "All". Optional columns: `contributors`, the
        number of people behind each cell, to which the threshold then applies as well; `largest`, the count that one
        contributor supplies, for the dominance rule.
    threshold, base, zeros, width, dominant_share
        As in `Rules`.
    hierarchies
        Dimension to child level to parent level, for sub-totals: `{"ward": {"Alder Vale": "North"}}`. Sub-totals are
        rows of the table like any other.
    dimensions
        The dimension columns; every column that is not a measure when not given.
    margin
        The level that stands for the whole of a dimension.

    Returns
    -------
    polars.DataFrame
        The same rows and columns with `published` (Int64: a multiple of `base`, or null) and `hidden` (Boolean).

    Raises
    ------
    DataError
        For a table that is not a table of counts, or whose margins are not the sums of their parts.
    DisclosureError
        Where no choice of hidden cells protects it.
    """
    return protect_linked(
        {"table": table}, threshold=threshold, base=base, zeros=zeros, width=width, dominant_share=dominant_share,
        hierarchies=hierarchies, dimensions=None if dimensions is None else {"table": dimensions}, margin=margin,
    )["table"]  # fmt: skip


def protect_linked(
    tables: Mapping[str, Frame],
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
    zeros: Zeros = "show",
    width: int | None = None,
    dominant_share: float = DOMINANT_SHARE,
    hierarchies: Hierarchies | None = None,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    measures: Mapping[str, str] | None = None,
    margin: str = MARGIN,
) -> dict[str, pl.DataFrame]:
    """Protect tables about the same people together.

    A cell that stands in two tables (a scheme's total, by ward and by month) is hidden in both or in neither, and
    totals that a table does not show but that can be added up from it are reckoned with.

    Parameters
    ----------
    tables
        Table name to table, as in `protect`.
    measures
        Table name to what it counts; only tables that count the same thing are linked. All do when not given.

    Returns
    -------
    dict
        Table name to protected table.
    """
    rules = Rules(threshold, base, zeros, width, dominant_share)
    system = _system(tables, hierarchies, dimensions, measures, margin)
    small = np.zeros(len(system.cells), dtype=np.bool_)
    for name, frame in tables.items():
        np.logical_or.at(small, system.rows[name], _small(frame.lazy().collect(), rules))
    hidden = hide(system, small, rules)
    return {name: _write(frame.lazy().collect(), hidden[system.rows[name]], rules) for name, frame in tables.items()}


def _system(
    tables: Mapping[str, Frame],
    hierarchies: Hierarchies | None,
    dimensions: Mapping[str, Sequence[str]] | None,
    measures: Mapping[str, str] | None,
    margin: str,
    *,
    counted: bool = True,
) -> System:
    read = {
        name: read_table(name, frame, (dimensions or {}).get(name), (measures or {}).get(name, ""), counted=counted)
        for name, frame in tables.items()
    }
    return build_system(read, hierarchies, margin, check=counted)


def _small(table: pl.DataFrame, rules: Rules) -> Bools:
    """Primary suppression: small counts, few contributors, one dominant contributor."""
    small = [rules.is_small(count) for count in table["count"].to_list()]
    for name in ("contributors", "largest"):
        if name in table.columns and (table[name].null_count() or not table[name].dtype.is_numeric()):
            raise DataError(f"Column '{name}' must hold a whole number in every row; found {table[name].dtype}.")
    if "contributors" in table.columns:
        few = (table["contributors"] > 0) & (table["contributors"] < rules.threshold)
        small = [a or b for a, b in zip(small, few.to_list(), strict=True)]
    if "largest" in table.columns:
        dominant = (table["count"] > 0) & (table["largest"] > rules.dominant_share * table["count"])
        small = [a or b for a, b in zip(small, dominant.to_list(), strict=True)]
    return np.array(small, dtype=np.bool_)


def hide(system: System, small: Bools, rules: Rules, fixed: Bools | None = None) -> Bools:
    """Choose every cell to hide: the small ones and the fewest others that protect them.

    Parameters
    ----------
    system
        Cells, counts, equations.
    small
        Cells that may not be shown, shape (n,).
    rules
        The partnership's rules.
    fixed
        Cells already published, which can no longer be hidden, shape (n,).

    Returns
    -------
    Bools
        Shape (n,).
    """
    if not small.any():
        return small
    count = system.count.astype(float)
    free = np.full(count.size, np.inf)
    shown_zero = (system.count == 0) & (rules.zeros == "show")
    problem = Problem(
        equations=system.equations,
        down=np.maximum(count - (rules.zeros == "show"), 0.0),
        up=free,
        must=small | system.unseen,
        may=~small & ~shown_zero & ~system.unseen & (True if fixed is None else ~fixed),
        protect=~system.unseen,
        cost=_cost(count),
        width=float(rules.stated_width),
    )
    return choose(problem) & ~system.unseen


def _cost(count: NDArray[np.float64]) -> NDArray[np.float64]:
    """The fewest cells; among equally few, those with the fewest people."""
    return 1.0 + count / (count.sum() + 1.0)


def _write(table: pl.DataFrame, hidden: Bools, rules: Rules) -> pl.DataFrame:
    rounded = [rules.rounded(count) for count in table["count"].to_list()]
    published = [None if is_hidden else value for value, is_hidden in zip(rounded, hidden.tolist(), strict=True)]
    return table.with_columns(
        pl.Series("published", published, dtype=pl.Int64), pl.Series("hidden", hidden.tolist(), dtype=pl.Boolean)
    )


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
    system = _system(frames, hierarchies, dimensions, measures, margin, counted=exact)
    hidden, published = system.unseen.copy(), np.zeros(len(system.cells), dtype=np.int64)
    for name, frame in frames.items():
        _refuse_unprotected(name, frame)
        hidden[system.rows[name]] |= frame["hidden"].to_numpy()
        published[system.rows[name]] = frame["published"].fill_null(0).to_numpy()
    known = known_exactly(system.count, hidden, rules) if exact else seen(published, hidden, rules)
    attacked = np.flatnonzero(hidden & ~system.unseen)
    low, high = np.zeros(hidden.size), np.zeros(hidden.size)
    low[attacked], high[attacked] = prove(known, system.equations, attacked)
    if width is not None:
        refuse_pinned(system, attacked[high[attacked] - low[attacked] < width])
    return {name: _intervals(frame, system.rows[name], low, high) for name, frame in frames.items()}


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
            f"{describe(system.cells[cell])} can be worked out too closely" for cell in cells.tolist()[:SHOWN_EXAMPLES]
        ]
        more = [f"and {cells.size - SHOWN_EXAMPLES} more"] if cells.size > SHOWN_EXAMPLES else []
        raise DisclosureError("A table may not be published: its hidden cells are not protected.", [*named, *more])


def release_differences(
    old: Frame,
    new: Frame,
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
    zeros: Zeros = "show",
    width: int | None = None,
    dominant_share: float = DOMINANT_SHARE,
    hierarchies: Hierarchies | None = None,
    dimensions: Sequence[str] | None = None,
    margin: str = MARGIN,
) -> pl.DataFrame:
    """Protect a new edition of a table whose last edition everybody has read.

    A figure that moved by fewer people than the threshold is delayed: the last edition's figure stays. The two editions
    and their difference are protected as one system, so that neither what was hidden last time nor who was added since
    can be worked out from sums over both.

    Parameters
    ----------
    old
        The last edition as it was published, with its counts: the frame that `protect` or this function returned. A
        frame without `published` is protected first.
    new
        The new counts. Rows that the last edition had and this one lacks are no longer shown.
    threshold, base, zeros, width, dominant_share, hierarchies, dimensions, margin
        As in `protect`.

    Returns
    -------
    polars.DataFrame
        `new` with `published`, `hidden`, `delayed` (the last edition's figure stands) and `basis` (the count from
        which the shown figure was rounded; keep it with the edition and never publish it).

    Raises
    ------
    DisclosureError
        Where no choice protects both editions, as after a last edition that was published without protection.
    """
    rules = Rules(threshold, base, zeros, width, dominant_share)
    before, after = (
        old.lazy().collect(),
        new.lazy().collect().drop("published", "hidden", "delayed", "basis", strict=False),
    )
    if "published" not in before.columns:
        before = protect(
            before, threshold=threshold, base=base, zeros=zeros, width=width, dominant_share=dominant_share,
            hierarchies=hierarchies, dimensions=dimensions, margin=margin,
        )  # fmt: skip
    table = read_table("new", after, dimensions)
    edition = Edition.read(before, table.dimensions)
    previous = build_system({"old": edition.table}, hierarchies, margin)
    current = build_system({"new": table}, hierarchies, margin)
    problem, places = joint_problem(previous, edition, current, table, _small(after, rules), rules)
    return show(after, table, choose(problem)[places], edition, rules)
