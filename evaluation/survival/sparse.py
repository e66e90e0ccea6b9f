"""Sparse matrices, behind the few operations the engine needs (scipy's own types say too little to check)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse

from evaluation.survival.columns import Floats, Ints

Sparse = Any
_csr: Any = scipy.sparse.csr_matrix


def of_table(table: Floats) -> Sparse:
    """Keep the cells of a table that are not zero."""
    rows, columns = map(int, table.shape)
    place: Ints = np.flatnonzero(table)
    bounds = np.searchsorted(place, np.arange(rows + 1) * columns)
    return _csr((table.ravel()[place].astype(float), place % columns, bounds), shape=table.shape)


def of_places(values: Floats, row: Ints, column: Ints, shape: tuple[int, int]) -> Sparse:
    """Add values up by their places."""
    return _csr((values, (row, column)), shape=shape)


def of_rows(values: Floats, column: Ints, bounds: Ints, shape: tuple[int, int]) -> Sparse:
    """Write rows one after the other: row `i` holds `values[bounds[i]:bounds[i + 1]]`."""
    return _csr((values, column, bounds), shape=shape)


def column_sums(matrix: Sparse) -> Floats:
    """Sum each column."""
    return np.asarray(matrix.sum(axis=0), dtype=float).ravel()


def grouped(group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Order rows by group, and tell where each group begins: a counting sort, linear in the rows."""
    rows = len(group)
    sorter = _csr((np.ones(rows, np.int8), (group, np.arange(rows, dtype=np.int32))), shape=(groups, rows))
    return sorter.indices, sorter.indptr
