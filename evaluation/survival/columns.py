"""Check the columns a survival estimator uses, and refuse in words what cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.survival.column_problems import check_names, narrow, null_problems, type_problems, value_problems

Frame = pl.DataFrame | pl.LazyFrame
# Arrays of floats, whole numbers and booleans; numpy promotes between them too freely for tighter types.
Floats = np.ndarray[Any, np.dtype[Any]]
Ints = np.ndarray[Any, np.dtype[Any]]
Flags = np.ndarray[Any, np.dtype[Any]]
EXAMPLE_ROWS = 1_000_000
EventKind = Literal["indicator", "count", "state", "none"]


@dataclass(frozen=True)
class Roles:
    """Which column plays which part.

    Attributes
    ----------
    exit, event, entry, weights, cluster
        Column names; `entry`, `weights` and `cluster` may be None.
    groups
        Columns that define strata or groups.
    covariates
        Columns that enter a regression.
    event_kind
        `"indicator"` (boolean or 0/1), `"count"` (whole numbers from 0), `"state"` (integer or text) or `"none"`.
    """

    exit: str
    event: str
    entry: str | None = None
    weights: str | None = None
    cluster: str | None = None
    groups: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    event_kind: EventKind = "indicator"

    def used(self) -> list[str]:
        """Every column named, once each, in a fixed order."""
        named = [self.exit, self.event, self.entry, self.weights, self.cluster, *self.groups, *self.covariates]
        return list(dict.fromkeys(name for name in named if name is not None))


def names(columns: str | Iterable[str] | None) -> tuple[str, ...]:
    """Read a column name, several or none as a tuple of names."""
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


def check_level(level: float) -> None:
    """Refuse a confidence level outside (0, 1)."""
    if not 0 < level < 1:
        raise DataError(f"The confidence level is {level}; it must lie between 0 and 1, for example 0.95.")


def check_choice(argument: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is not one of those allowed."""
    if value not in allowed:
        raise DataError(f"{argument} is '{value}'; allowed: {', '.join(allowed)}.{did_you_mean(value, allowed)}")


def read(spells: Frame, roles: Roles) -> pl.DataFrame:
    """Take the used columns of a frame, checked.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`.
    roles
        The columns to use.

    Returns
    -------
    pl.DataFrame
        The used columns alone, in memory; rows of weight zero are left out.

    Raises
    ------
    DataError
        All that is wrong, together: an unknown column, a null, text where a number belongs, a value that is not
        finite, an exit not after its entry, a negative weight, an event that is not allowed.
    """
    check_names(spells, roles)
    frame = spells.lazy().select(roles.used()).collect() if isinstance(spells, pl.LazyFrame) else spells
    frame = narrow(frame.select(roles.used()))
    if frame.height == 0:
        raise DataError("The frame of spells has no rows.")
    problems = null_problems(frame) + type_problems(frame, roles)
    if not problems:
        problems = value_problems(frame, roles)
    if problems:
        raise DataError("The spells cannot be used as they are:", problems)
    if roles.weights is not None and (frame[roles.weights] == 0).any():
        frame = frame.filter(pl.col(roles.weights) > 0)
        if frame.height == 0:
            raise DataError(f"Every weight in column '{roles.weights}' is zero.")
    return frame


def array(series: pl.Series) -> np.ndarray[Any, Any]:
    """A column as a numpy array, without a copy where its memory allows."""
    return series.rechunk().to_numpy()


def event_flags(series: pl.Series) -> Flags:
    """An indicator column as booleans."""
    return array(series if series.dtype == pl.Boolean else series != 0).astype(bool, copy=False)


def case_weights(frame: pl.DataFrame, roles: Roles) -> Floats | None:
    """Weights as floats, or None when every row counts once."""
    return None if roles.weights is None else array(frame[roles.weights].cast(pl.Float64))


def are_fractional(weights: Floats | None) -> bool:
    """Whether any weight is not a whole number, so that weights are not counts."""
    return weights is not None and bool(np.any(weights != np.floor(weights)))


def codes(series: pl.Series) -> tuple[Ints, int]:
    """Number the distinct values of a column from 0, in no particular order.

    Returns
    -------
    tuple
        Codes, one per row, and a bound above every code.
    """
    if series.dtype == pl.Boolean:
        return array(series.cast(pl.UInt8)), 2
    if series.dtype == pl.Enum or series.dtype == pl.Categorical:
        physical = series.to_physical()
        bound = int(physical.max()) + 1  # type: ignore[arg-type]
        if bound <= 1 << 16:
            return array(physical), bound
    if series.dtype.is_integer():
        low, high = int(series.min()), int(series.max())  # type: ignore[arg-type]
        if high - low < max(4 * len(series), 1 << 16):
            narrow = max(abs(low), abs(high), high - low) < 1 << 31
            values = array(series).astype(np.int32 if narrow else np.int64, copy=False)
            return values - values.dtype.type(low) if low else values, high - low + 1
    if series.dtype.is_numeric():
        values, inverse = np.unique(array(series), return_inverse=True)
        return inverse, len(values)
    levels = series.cast(pl.String).unique().sort()
    return array(series.cast(pl.String).cast(pl.Enum(levels)).to_physical()), len(levels)


def number(columns: Sequence[pl.Series], rows: int) -> tuple[Ints, int]:
    """Number the distinct combinations of several columns from 0.

    Returns
    -------
    tuple
        The combination of each row (int32), and how many there are.
    """
    code: Ints = np.zeros(rows, dtype=np.int32)
    size = 1
    for series in columns:
        column, bound = codes(series)
        if size * bound > 1 << 40:
            code, size = _dense(code, size)
        width = np.int32 if size * bound < 1 << 31 else np.int64
        column = column.astype(width, copy=False)
        code = code.astype(width, copy=False) * width(bound) + column if size > 1 else column
        size *= bound
    return _dense(code, size)


def combine(columns: Sequence[pl.Series], rows: int) -> tuple[Ints, Ints]:
    """Number the distinct combinations of several columns from 0, and give for each the first row that has it."""
    if not columns:
        return np.zeros(rows, dtype=np.int32), np.zeros(1, dtype=np.int64)
    code, size = number(columns, rows)
    example = np.empty(size, dtype=np.int64)
    for begin in range((rows - 1) // EXAMPLE_ROWS * EXAMPLE_ROWS, -1, -EXAMPLE_ROWS):
        end = min(begin + EXAMPLE_ROWS, rows)
        example[code[begin:end][::-1]] = np.arange(end - 1, begin - 1, -1)
    return code, example


def _dense(code: Ints, size: int) -> tuple[Ints, int]:
    """Renumber codes so that none is skipped, keeping their order."""
    if size == 1:
        return np.zeros(len(code), dtype=np.int32), 1
    if size <= max(2 * len(code), 1 << 20):
        present = np.zeros(size, dtype=bool)
        present[code] = True
        if present.all():
            return code.astype(np.int32, copy=False), size
        rank = np.cumsum(present, dtype=np.int32) - np.int32(1)
        return rank[code], int(rank[-1]) + 1
    values, inverse = np.unique(code, return_inverse=True)
    return inverse.astype(np.int32), len(values)
