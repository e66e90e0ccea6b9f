"""Differences between groups, with the covariance that clusters spanning groups bring."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from evaluation.errors import DataError
from evaluation.survival.columns import Floats
from evaluation.survival.curve_table import CurveTable
from evaluation.survival.influence import unit_sums


def against_first(
    table: CurveTable, estimate: Floats, se: Floats, influence: Callable[[], Floats] | None, level: float
) -> pl.DataFrame:
    """Each later group minus the first: `by…, difference, se, low, high, z, p`.

    Parameters
    ----------
    table
        Its groups are those of the estimates.
    estimate, se
        One value a group.
    influence
        Gives the influence of each row on its own group's estimate, where clusters may span groups; None where the
        groups are independent.
    level
        Confidence level.
    """
    if len(estimate) < 2:
        raise DataError("A difference needs at least two groups; name their column with `by`.")
    error = np.sqrt(se[1:] ** 2 + se[0] ** 2) if influence is None else _clustered(table, influence(), len(estimate))
    difference = estimate[1:] - estimate[0]
    reach = -ndtri((1 - level) / 2) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        z = difference / error
    columns = {
        "difference": difference,
        "se": error,
        "low": difference - reach,
        "high": difference + reach,
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
    }
    return table.groups.slice(1).hstack([pl.Series(k, v, nan_to_null=True) for k, v in columns.items()])


def _clustered(table: CurveTable, rows: Floats, groups: int) -> Floats:
    home = table.slots.stratum[table.start]
    by_group = rows[:, None] * (home[:, None] == np.arange(groups))
    sums = unit_sums(table, by_group)
    return np.sqrt(np.sum((sums[:, 1:] - sums[:, :1]) ** 2, axis=0))
