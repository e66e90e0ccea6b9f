"""Money is `Decimal` outside and whole pence inside, so that sums are exact and fast.

Every amount enters through `to_pence`, which refuses what is not exact to the penny, and leaves through `pounds`.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from evaluation.errors import DataError

POUNDS = pl.Decimal(12, 2)
_PENNY = Decimal("0.01")


def to_pence(series: pl.Series, where: str) -> pl.Series:
    """Turn amounts in pounds into whole pence.

    Parameters
    ----------
    series
        A `Decimal` of any precision, whole pounds, or a column of nulls.
    where
        Table and column, for the message.

    Returns
    -------
    polars.Series
        `Int64` pence; nulls stay null.

    Raises
    ------
    DataError
        When the column is binary floating point or text, or an amount has a part of a penny.
    """
    if series.dtype == pl.Null:
        return series.cast(pl.Int64)
    if series.dtype.is_integer():
        return series.cast(pl.Int64) * 100
    if not series.dtype.is_decimal():
        raise DataError(f"{where} must be a Decimal with two places; found {series.dtype}.")
    rounded = series.cast(pl.Decimal(38, 2))
    broken = series.filter((series.cast(pl.Decimal(38, 8)) != rounded.cast(pl.Decimal(38, 8))).fill_null(False))
    if len(broken):
        raise DataError(f"{where} has {len(broken)} amount(s) with a part of a penny, for example {broken[0]}.")
    return rounded.to_physical().cast(pl.Int64)


def pounds(name: str) -> pl.Expr:
    """Turn a column of whole pence into `Decimal(12, 2)` pounds, under its own name."""
    return (pl.col(name).cast(pl.Decimal(38, 0)) * pl.lit(_PENNY)).cast(POUNDS).alias(name)


def as_pounds(pence: int) -> Decimal:
    """Turn whole pence into pounds."""
    return (Decimal(int(pence)) * _PENNY).quantize(_PENNY)


def total(frame: pl.DataFrame, column: str) -> Decimal:
    """Add up a column of pounds exactly; an empty column is nought."""
    return Decimal(frame[column].cast(pl.Decimal(38, 2)).sum() or 0).quantize(_PENNY)


def in_pence(frame: pl.DataFrame, column: str) -> pl.Series:
    """Turn a column that this package made back into whole pence."""
    return frame[column].cast(pl.Decimal(38, 2)).to_physical().cast(pl.Int64)
