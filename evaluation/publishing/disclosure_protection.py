"""Protect tables of counts: hide small cells, hide what would give them away, round the rest.

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

from evaluation.errors import DataError
from evaluation.publishing.disclosure_cells import MARGIN, Frame, Hierarchies, System, build_system, read_table
from evaluation.publishing.disclosure_rules import BASE, DOMINANT_SHARE, THRESHOLD, Rules
from evaluation.publishing.disclosure_suppression import Problem, choose

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
    system = joined(tables, hierarchies, dimensions, measures, margin)
    small = np.zeros(len(system.cells), dtype=np.bool_)
    for name, frame in tables.items():
        np.logical_or.at(small, system.rows[name], small_cells(frame.lazy().collect(), rules))
    hidden = hide(system, small, rules)
    return {name: _write(frame.lazy().collect(), hidden[system.rows[name]], rules) for name, frame in tables.items()}


def joined(
    tables: Mapping[str, Frame],
    hierarchies: Hierarchies | None,
    dimensions: Mapping[str, Sequence[str]] | None,
    measures: Mapping[str, str] | None,
    margin: str,
    *,
    counted: bool = True,
) -> System:
    """Check tables and join them into one system; `counted` when margins must be the sums of their parts."""
    read = {
        name: read_table(name, frame, (dimensions or {}).get(name), (measures or {}).get(name, ""), counted=counted)
        for name, frame in tables.items()
    }
    return build_system(read, hierarchies, margin, check=counted)


def small_cells(table: pl.DataFrame, rules: Rules) -> Bools:
    """Rows that may not be shown for their own sake: small counts, few contributors, one dominant contributor."""
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
