"""Covariate patterns: the distinct rows of a design matrix, and the names of its terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.survival.columns import Floats, Ints, combine


@dataclass(frozen=True)
class Covariate:
    """One covariate: its name, and its levels in sort order when it is a category."""

    name: str
    levels: tuple[str, ...] | None

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the columns it takes in the design matrix."""
        if self.levels is None:
            return (self.name,)
        return tuple(f"{self.name}[{level}]" for level in self.levels[1:])


@dataclass(frozen=True)
class Design:
    """A design matrix by pattern.

    Attributes
    ----------
    covariates
        The covariates, in the order given.
    matrix
        Patterns x terms.
    pattern
        Pattern of each row.
    """

    covariates: tuple[Covariate, ...]
    matrix: Floats
    pattern: Ints

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the columns of `matrix`."""
        return tuple(term for covariate in self.covariates for term in covariate.terms)


def design(frame: pl.DataFrame, covariates: tuple[str, ...]) -> Design:
    """Number the covariate patterns of a frame and write their design matrix."""
    if not covariates:
        return Design((), np.zeros((1, 0)), np.zeros(frame.height, dtype=np.int32))
    pattern, example = combine([frame[name] for name in covariates], frame.height)
    # Every level is in some pattern, so the patterns tell the levels without another pass over the rows.
    rows = frame.select(pl.col(name).gather(pl.Series(example)) for name in covariates)
    described = tuple(_describe(rows[name]) for name in covariates)
    return Design(described, expand(rows, described), pattern)


def _describe(series: pl.Series) -> Covariate:
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        if bool((series == series.first()).all()):
            raise DataError(f"Covariate '{series.name}' has the same value in every row, so it has no coefficient.")
        return Covariate(series.name, None)
    levels = tuple(str(level) for level in series.unique().sort())
    if len(levels) < 2:
        raise DataError(f"Covariate '{series.name}' has one level, '{series[0]}', so it has no coefficient.")
    return Covariate(series.name, levels)


def expand(rows: pl.DataFrame, covariates: tuple[Covariate, ...]) -> Floats:
    """Write the design matrix of some rows: numbers as they are, a category as dummies against its first level."""
    blocks: list[Floats] = []
    for covariate in covariates:
        series = _column(rows, covariate)
        if covariate.levels is None:
            blocks.append(series.cast(pl.Float64).to_numpy()[:, None])
        else:
            code = series.replace_strict(covariate.levels, range(len(covariate.levels)), return_dtype=pl.Int64)
            blocks.append((code.to_numpy()[:, None] == np.arange(1, len(covariate.levels))).astype(float))
    return np.hstack(blocks) if blocks else np.zeros((rows.height, 0))


def _column(rows: pl.DataFrame, covariate: Covariate) -> pl.Series:
    if covariate.name not in rows.columns:
        near = did_you_mean(covariate.name, rows.columns)
        raise DataError(f"Column '{covariate.name}' is not there.{near}")
    series = rows[covariate.name]
    if series.null_count():
        raise DataError(f"Column '{covariate.name}' is null in {series.null_count()} of {rows.height} rows.")
    if covariate.levels is None:
        if not (series.dtype.is_numeric() or series.dtype == pl.Boolean):
            raise DataError(f"Column '{covariate.name}' is {series.dtype}; a number belongs there.")
        return series
    text = series.cast(pl.String)
    unknown = text.filter(~text.is_in(list(covariate.levels))).unique().sort().to_list()
    if unknown:
        raise DataError(
            f"Column '{covariate.name}' has a level the fit has not seen: {unknown[0]!r}; "
            f"seen: {', '.join(covariate.levels)}.{did_you_mean(unknown[0], covariate.levels)}"
        )
    return text
