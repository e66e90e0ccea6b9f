# scipy comes without types; everything around it is typed.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportOptionalSubscript=false, reportArgumentType=false
# pyright: reportOperatorIssue=false
"""Tables as cells and equations: what an attacker can add up and take away.

A table is long: dimension columns, `count`, and margins written as "All". A cell is known by its levels alone, so the
same cell in two tables (a scheme's total by ward and by month) is one cell, and linked tables become one system of
equations `parent = sum of its parts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from evaluation.errors import DataError

Frame = pl.DataFrame | pl.LazyFrame
Levels = frozenset[tuple[str, str]]
Hierarchies = Mapping[str, Mapping[str, str]]
Ints = NDArray[np.int64]

MARGIN = "All"
MEASURES = ("count", "published", "hidden", "largest", "contributors", "delayed", "basis")
SHOWN_EXAMPLES = 5


@dataclass(frozen=True)
class System:
    """Cells and the equations between them.

    Attributes
    ----------
    cells
        Each cell's levels other than the margin, with the measure under the name `""`; n of them.
    count
        Each cell's count, shape (n,); -1 where it is not known.
    equations
        Sparse, shape (m, n): 1 for the parent, -1 for its parts; each row times the counts is 0.
    rows
        Table name to the cell of each of its rows.
    unseen
        Cells that stand in no table but could be worked out from one, shape (n,).
    """

    cells: tuple[Levels, ...]
    count: Ints
    equations: csr_array
    rows: Mapping[str, Ints]
    unseen: NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """One long table, checked.

    Attributes
    ----------
    dimensions
        Names of the dimension columns.
    levels
        One tuple of levels a row, in the order of the dimensions.
    count
        One count a row; -1 where it is not known.
    measure
        What is counted: only tables of the same measure are linked.
    """

    dimensions: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    count: Ints
    measure: str = ""


def read_table(
    name: str, frame: Frame, dimensions: Sequence[str] | None = None, measure: str = "", *, counted: bool = True
) -> Table:
    """Check a long table and take its levels and counts.

    Raises
    ------
    DataError
        For a missing column, a null, a count that is not a whole number from 0, or a combination that stands twice.
    """
    table = frame.lazy().collect()
    found = tuple(dimensions) if dimensions is not None else tuple(c for c in table.columns if c not in MEASURES)
    missing = [column for column in (*found, *(["count"] if counted else [])) if column not in table.columns]
    if missing:
        raise DataError(f"Table '{name}': no column {', '.join(map(repr, missing))}; found {', '.join(table.columns)}.")
    levels = _levels(name, table, found)
    count = _counts(name, table) if "count" in table.columns else np.full(table.height, -1, np.int64)
    return Table(found, levels, count, measure)


def _levels(name: str, table: pl.DataFrame, dimensions: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    empty = [d for d in dimensions if table[d].null_count()]
    if empty:
        raise DataError(f"Table '{name}': column {', '.join(map(repr, empty))} holds empty cells; name every level.")
    text = table.select(pl.col(d).cast(pl.String) for d in dimensions)
    levels = tuple(text.rows()) if dimensions else ((),) * table.height
    if len(set(levels)) < len(levels):
        raise DataError(f"Table '{name}': {len(levels) - len(set(levels))} rows repeat the levels of another row.")
    return levels


def _counts(name: str, table: pl.DataFrame) -> Ints:
    column = table["count"]
    if not column.dtype.is_numeric():
        raise DataError(f"Table '{name}': column 'count' is {column.dtype}; allowed: whole numbers from 0.")
    values = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    wrong = int((~np.isfinite(values) | (values < 0) | (values != np.floor(values))).sum())
    if wrong:
        raise DataError(f"Table '{name}': {wrong} rows of 'count' are not whole numbers from 0.")
    return values.astype(np.int64)


def build_system(
    tables: Mapping[str, Table], hierarchies: Hierarchies | None = None, margin: str = MARGIN, *, check: bool = True
) -> System:
    """Join tables into one system of cells and equations.

    Parameters
    ----------
    tables
        Table name to checked table.
    hierarchies
        Dimension to child level to parent level; a level without a parent belongs to the margin.
    margin
        The level that stands for the whole of a dimension.
    check
        Whether margins must equal the sum of their parts.

    Raises
    ------
    DataError
        Where a margin is not the sum of its parts, or the same cell has two counts.
    """
    builder = _Builder(hierarchies or {}, margin)
    for name, table in tables.items():
        builder.add(name, table)
    for name, table in tables.items():
        if len(tables) > 1 and (table.count >= 0).all():
            builder.add_unseen(name, table)
    return builder.system(check=check)


class _Builder:
    def __init__(self, hierarchies: Hierarchies, margin: str) -> None:
        self.hierarchies = hierarchies
        self.margin = margin
        self.place: dict[Levels, int] = {}
        self.count: list[int] = []
        self.unseen: list[bool] = []
        self.rows: dict[str, Ints] = {}
        self.equations: dict[tuple[int, frozenset[int]], str] = {}
        self.problems: list[str] = []

    def identity(self, table: Table, levels: tuple[str, ...]) -> Levels:
        named = zip(table.dimensions, levels, strict=True)
        return frozenset({("", table.measure), *((d, level) for d, level in named if level != self.margin)})

    def add(self, name: str, table: Table) -> None:
        places = [
            self._cell(name, self.identity(table, levels), int(count))
            for levels, count in zip(table.levels, table.count, strict=True)
        ]
        self.rows[name] = np.array(places, dtype=np.int64)
        for axis, dimension in enumerate(table.dimensions):
            self._add_equations(name, axis, dimension, dict(zip(table.levels, places, strict=True)))

    def _cell(self, name: str, cell: Levels, count: int, *, unseen: bool = False) -> int:
        known = self.place.get(cell)
        if known is None:
            self.place[cell] = known = len(self.count)
            self.count.append(count)
            self.unseen.append(unseen)
        elif self.count[known] != count:
            self.problems.append(f"table '{name}': {describe(cell)} has another count than in an earlier table")
        self.unseen[known] = self.unseen[known] and unseen
        return known

    def _add_equations(self, name: str, axis: int, dimension: str, placed: Mapping[tuple[str, ...], int]) -> None:
        parents = self.hierarchies.get(dimension, {})
        parts: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for levels, place in placed.items():
            if levels[axis] != self.margin:
                parent = parents.get(levels[axis], self.margin)
                parts[(*levels[:axis], parent, *levels[axis + 1 :])].add(place)
        for whole, children in parts.items():
            if whole in placed:
                self.equations[placed[whole], frozenset(children)] = name

    def add_unseen(self, name: str, table: Table) -> None:
        """Add the margins that the table does not show but that anyone can add up from it."""
        open_axes = [
            axis
            for axis in range(len(table.dimensions))
            if not any(levels[axis] == self.margin for levels in table.levels)
        ]
        placed = {levels: self.place[self.identity(table, levels)] for levels in table.levels}
        for size in range(1, len(open_axes) + 1):
            for axes in combinations(open_axes, size):
                self._sum_over(name, table, axes, placed)
        for axis in open_axes:
            self._add_equations(name, axis, table.dimensions[axis], placed)

    def _sum_over(self, name: str, table: Table, axes: tuple[int, ...], placed: dict[tuple[str, ...], int]) -> None:
        sums: dict[tuple[str, ...], int] = defaultdict(int)
        for levels, count in zip(table.levels, table.count, strict=True):
            tops = (
                self.hierarchies.get(table.dimensions[a], {}).get(levels[a], self.margin) == self.margin for a in axes
            )
            if all(tops):
                sums[tuple(self.margin if a in axes else level for a, level in enumerate(levels))] += int(count)
        for levels, count in sums.items():
            cell = self.identity(table, levels)
            if cell in self.place and self.count[self.place[cell]] != count:
                cell = frozenset({*cell, ("", f"only in {name}")})
            placed[levels] = self._cell("", cell, count, unseen=True)

    def system(self, *, check: bool) -> System:
        count = np.array(self.count, dtype=np.int64)
        cells = tuple(self.place)
        matrix = self._matrix(len(cells))
        if check:
            self._refuse_wrong_margins(cells, np.asarray(matrix @ count))
        if self.problems:
            raise DataError("The tables cannot be protected: their counts do not agree.", _first(self.problems))
        return System(cells, count, matrix, self.rows, np.array(self.unseen, dtype=np.bool_))

    def _matrix(self, width: int) -> csr_array:
        rows, columns, values = [], [], []
        for row, (whole, parts) in enumerate(self.equations):
            for column, value in ((whole, 1.0), *((part, -1.0) for part in sorted(parts))):
                rows.append(row)
                columns.append(column)
                values.append(value)
        return csr_array((values, (rows, columns)), shape=(len(self.equations), width))

    def _refuse_wrong_margins(self, cells: Sequence[Levels], left: NDArray[np.float64]) -> None:
        for row, ((whole, _), name) in enumerate(self.equations.items()):
            if left[row]:
                self.problems.append(f"table '{name}': {describe(cells[whole])} is not the sum of its parts")


def describe(cell: Levels) -> str:
    """Name a cell by its levels, without its count."""
    named = sorted((dimension, level) for dimension, level in cell if dimension)
    return ", ".join(f"{dimension} '{level}'" for dimension, level in named) or "the total"


def _first(problems: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(problems))
    rest = len(unique) - SHOWN_EXAMPLES
    return [*unique[:SHOWN_EXAMPLES], *([f"and {rest} more"] if rest > 0 else [])]
