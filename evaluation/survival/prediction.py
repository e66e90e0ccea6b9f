"""Baseline hazard and predicted curves of a Cox model, as R's `survfit.coxph`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.survival.columns import Floats, Ints
from evaluation.survival.cox import CoxFit
from evaluation.survival.limits import limits
from evaluation.survival.patterns import expand


@dataclass(frozen=True)
class _Hazard:
    """Accumulated over each stratum's slots, for the centred profile.

    Attributes
    ----------
    cumulative
        Cumulative hazard.
    variance
        Its variance, coefficients held fixed.
    means
        Hazard-weighted covariate means (slots x terms).
    """

    cumulative: Floats
    variance: Floats
    means: Floats


def _hazard(fit: CoxFit) -> _Hazard:
    m, w = fit.fitted.moments, fit.fitted.moments.mean_weight
    steps = np.column_stack(
        [w * m.ties.c0, w * m.ties.q0, w[:, None] * (m.ties.q0[:, None] * m.s1 - m.ties.q1[:, None] * m.e1)]
    )
    summed = np.zeros_like(steps)
    first = fit.sets.slots.first
    for begin, end in itertools.pairwise(first):
        summed[begin:end] = np.cumsum(steps[begin:end], axis=0)
    return _Hazard(summed[:, 0], summed[:, 1], summed[:, 2:])


def baseline(fit: CoxFit) -> pl.DataFrame:
    """Cumulative hazard and survival, covariates zero or at their first level: `strata…, time, hazard, survival`.

    Breslow's estimate, with the steps of Efron's ties when the model has them.
    """
    used = np.flatnonzero(fit.sets.slots.used)
    hazard = _hazard(fit).cumulative[used] * np.exp(-float(fit.likelihood.centre @ fit.coef))
    home = pl.Series(fit.sets.slots.stratum[used])
    strata = [fit.sets.strata[name].gather(home) for name in fit.sets.strata.columns]
    columns = {"time": fit.sets.slots.time[used], "hazard": hazard, "survival": np.exp(-hazard)}
    return pl.DataFrame([*strata, *(pl.Series(name, values) for name, values in columns.items())])


def predict(fit: CoxFit, profiles: pl.DataFrame, times: Iterable[float], conf_type: str = "log") -> pl.DataFrame:
    """Survival of some profiles at some times: the profiles' columns, `time, survival, se, low, high`.

    `S(t|x) = exp(-H(t) exp(x'b))`; its error adds that of the hazard and that of the coefficients (Tsiatis 1981), the
    latter robust when the model's is.

    Parameters
    ----------
    fit
        A fitted Cox model.
    profiles
        A row per profile, with the covariates and the strata as columns.
    times
        Times, in the unit of the fit.
    conf_type
        `"log"` (as R), `"log-log"` or `"plain"` limits.

    Raises
    ------
    DataError
        When a profile lacks a column, or has a level or stratum the fit has not seen.
    """
    wanted = np.array([float(t) for t in times])
    x = expand(profiles, fit.sets.covariates) - fit.likelihood.centre
    strata = _strata(fit, profiles)
    hazard, first, time = _hazard(fit), fit.sets.slots.first, fit.sets.slots.time
    parts: list[pl.DataFrame] = []
    for row in range(profiles.height):
        begin, end = int(first[strata[row]]), int(first[strata[row] + 1]) - 1
        place = begin + np.searchsorted(time[begin:end], wanted, side="right") - 1
        seen = (place >= begin).astype(float)
        place = np.maximum(place, begin)
        risk = float(np.exp(x[row] @ fit.coef))
        total = hazard.cumulative[place] * seen
        lean = (hazard.cumulative[place, None] * x[row] - hazard.means[place]) * seen[:, None]
        variance = hazard.variance[place] * seen + np.einsum("ti,ij,tj->t", lean, fit.variance, lean)
        survival = np.exp(-total * risk)
        se = survival * risk * np.sqrt(variance)
        low, high = limits(survival, se, conf_type, fit.level)
        repeated = profiles[[row] * len(wanted)]
        columns = {"time": wanted, "survival": survival, "se": se, "low": low, "high": high}
        parts.append(repeated.hstack([pl.Series(name, values, nan_to_null=True) for name, values in columns.items()]))
    return pl.concat(parts)


def _strata(fit: CoxFit, profiles: pl.DataFrame) -> Ints:
    """Find each profile's stratum."""
    by = fit.sets.strata.columns
    if not by:
        return np.zeros(profiles.height, dtype=np.int64)
    missing = [name for name in by if name not in profiles.columns]
    if missing:
        raise DataError(
            f"A profile needs the stratum column '{missing[0]}'.{did_you_mean(missing[0], profiles.columns)}"
        )
    known = {tuple(map(str, row)): number for number, row in enumerate(fit.sets.strata.iter_rows())}
    keys = [tuple(map(str, row)) for row in profiles.select(by).iter_rows()]
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise DataError(f"The fit has not seen the stratum {', '.join(unknown[0])}.")
    return np.array([known[key] for key in keys])
