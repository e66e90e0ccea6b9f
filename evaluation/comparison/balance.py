"""Standardised differences and propensities of any frame: the public helpers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from evaluation.comparison.weights import balancing_weights, fit_propensity
from evaluation.errors import DataError, did_you_mean
from evaluation.follow_up.histories import Bools, Floats


def standardised_differences(
    frame: pl.DataFrame, *, treated: str, covariates: Sequence[str], weights: str | None = None
) -> pl.DataFrame:
    """Differences in means in units of the pooled standard deviation, treated minus compared (Austin 2009).

    Parameters
    ----------
    frame
        One row a person.
    treated
        Column of 1/0 or true/false.
    covariates
        Numeric, boolean or text columns; text becomes one term a level.
    weights
        Column of weights; equal weights when None. The standard deviations are always the unweighted ones, so that
        before and after are on one scale.

    Returns
    -------
    DataFrame
        `term, difference, mean_treated, mean_compared`.

    Raises
    ------
    DataError
        For an unknown column, a missing value, or an empty arm.
    """
    arm = _arm(frame, treated)
    weight = _numbers(frame, weights) if weights else np.ones(frame.height)
    if (weight < 0).any():
        raise DataError(f"Column {weights}: weights below 0 ({int((weight < 0).sum())} rows).")
    rows = [
        _difference(name, column, arm, weight)
        for name, column in columns_of(frame, covariates, all_levels=True).items()
    ]
    return pl.DataFrame(
        rows,
        schema={"term": pl.String, **dict.fromkeys(("difference", "mean_treated", "mean_compared"), pl.Float64)},
        orient="row",
    )


def _difference(name: str, column: Floats, arm: Bools, weight: Floats) -> tuple[str, float, float, float]:
    if weight[arm].sum() <= 0 or weight[~arm].sum() <= 0:
        raise DataError("One of the groups has no weight at all.")
    one, two = np.average(column[arm], weights=weight[arm]), np.average(column[~arm], weights=weight[~arm])
    spread = np.sqrt((column[arm].var() + column[~arm].var()) / 2)
    return name, float((one - two) / spread) if spread > 0 else 0.0, float(one), float(two)


def propensity(
    frame: pl.DataFrame, *, treated: str, covariates: Sequence[str], population: str = "overlap"
) -> pl.DataFrame:
    """Fitted chance of being treated and the weights that follow from it.

    The model is logistic and fitted row by row, because season and calendar time are continuous.

    Parameters
    ----------
    frame, treated, covariates
        As in `standardised_differences`.
    population
        `overlap`, `all` or `treated`.

    Returns
    -------
    DataFrame
        The frame's rows in order: `propensity, weight`.
    """
    if population not in ("overlap", "all", "treated"):
        raise DataError(
            f"Population '{population}' is not one of overlap, all, treated."
            + did_you_mean(population, ("overlap", "all", "treated"))
        )
    arm = _arm(frame, treated)
    columns = {name: column for name, column in columns_of(frame, covariates).items() if float(np.ptp(column)) > 0}
    x = np.column_stack([np.ones(frame.height), *((c - c.mean()) / c.std() for c in columns.values())])
    fit = fit_propensity(x, arm, people=int(arm.sum()))
    return pl.DataFrame({"propensity": fit.probability, "weight": balancing_weights(fit.probability, arm, population)})


def columns_of(frame: pl.DataFrame, covariates: Sequence[str], *, all_levels: bool = False) -> dict[str, Floats]:
    """Covariates as numeric columns; text becomes indicators named `column[level]`, without the first level."""
    made: dict[str, Floats] = {}
    for name in covariates:
        if name not in frame.columns:
            raise DataError(f"There is no column '{name}'." + did_you_mean(name, frame.columns))
        values = frame[name]
        if values.dtype.is_numeric() or values.dtype == pl.Boolean:
            made[name] = _numbers(frame, name)
        else:
            levels = values.cast(pl.String).unique().sort().to_list()
            if None in levels:
                raise DataError(f"Column {name} has {values.null_count()} empty values.")
            for level in levels[0 if all_levels else 1 :]:
                made[f"{name}[{level}]"] = (values.cast(pl.String) == level).to_numpy().astype(float)
    return made


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    if name not in frame.columns:
        raise DataError(f"There is no column '{name}'." + did_you_mean(name, frame.columns))
    values = frame[name]
    if not (values.dtype.is_numeric() or values.dtype == pl.Boolean):
        raise DataError(f"Column {name} holds {values.dtype}, where a number belongs.")
    if values.null_count():
        raise DataError(f"Column {name} has {values.null_count()} empty values.")
    return values.cast(pl.Float64).to_numpy()


def _arm(frame: pl.DataFrame, treated: str) -> Bools:
    values = _numbers(frame, treated)
    if not np.isin(values, (0.0, 1.0)).all():
        raise DataError(f"Column {treated} must be 0 and 1 (or false and true).")
    arm = values == 1.0
    if not arm.any() or arm.all():
        raise DataError(f"Column {treated} has only one group.")
    return arm
