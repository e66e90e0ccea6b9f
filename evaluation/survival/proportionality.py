"""The score test of proportional hazards (Grambsch and Therneau 1994), exact as in R `survival` 3 and later."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import chdtrc

from evaluation.survival.columns import Floats, check_choice
from evaluation.survival.cox import CoxFit
from evaluation.survival.numerics import one_thread
from evaluation.survival.risksets import RiskSets

TRANSFORMS = ("km", "rank", "identity", "log")


@one_thread
def proportionality(fit: CoxFit, transform: str = "km") -> pl.DataFrame:
    """Test whether each covariate's log hazard ratio drifts with a function of time.

    The model is extended by each term times `g(t)`; the score and information of the extension, at the fitted
    coefficients and no drift, give the test.

    Parameters
    ----------
    fit
        A fitted Cox model.
    transform
        `g`: `"km"`, `"rank"`, `"identity"` or `"log"`.

    Returns
    -------
    pl.DataFrame
        `term, chi2, df, p`: a row per covariate (all the dummies of a category together) and a `GLOBAL` row.
    """
    check_choice("transform", transform, TRANSFORMS)
    likelihood, moments = fit.likelihood, fit.fitted.moments
    sets, k = likelihood.sets, len(fit.terms)
    g = _centred(sets, time_transform(sets, transform))
    drift = g @ likelihood.slot_scores(moments)
    plain, mixed, squared = (likelihood.information(moments, by_slot=g**power) for power in (0, 1, 2))
    information = np.block([[plain, mixed], [mixed, squared]])
    rows: list[tuple[str, float, int]] = []
    begin = 0
    for covariate in sets.covariates:
        chosen = np.arange(begin, begin + len(covariate.terms))
        begin += len(covariate.terms)
        rows.append((covariate.name, _statistic(information, drift, chosen, k), len(chosen)))
    rows.append(("GLOBAL", _statistic(information, drift, np.arange(k), k), k))
    return pl.DataFrame(
        {
            "term": [row[0] for row in rows],
            "chi2": [row[1] for row in rows],
            "df": [row[2] for row in rows],
            "p": [float(chdtrc(row[2], row[1])) for row in rows],
        }
    )


def _statistic(information: Floats, drift: Floats, chosen: np.ndarray, k: int) -> float:
    kept = np.concatenate([np.arange(k), k + chosen])
    u = np.concatenate([np.zeros(k), drift[chosen]])
    inner = information[np.ix_(kept, kept)]
    scale = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    return float((u / scale) @ np.linalg.solve(inner / np.outer(scale, scale), u / scale))


def _centred(sets: RiskSets, g: Floats) -> Floats:
    """Take off the mean over events; spare slots hold 0."""
    g = np.where(sets.slots.used, g, 0.0)
    return np.where(sets.slots.used, g - (sets.deaths @ g) / sets.deaths.sum(), 0.0)


def time_transform(sets: RiskSets, transform: str) -> Floats:
    """Turn the slots' times into `g(t)`, from all rows together whatever their stratum or weight."""
    time = sets.slots.time
    if transform == "identity":
        return time
    if transform == "log":
        return np.log(time)
    place = np.searchsorted(sets.ranks.values, np.nan_to_num(time, nan=sets.ranks.values[0]))
    tally = sets.ranks.tallied(sets.rows.event)
    before = np.cumsum(tally.exits) - tally.exits
    if transform == "rank":
        return (before + (tally.exits + 1) / 2)[place]
    here = sets.n - before
    if tally.entries is not None:
        here = np.cumsum(tally.entries) - tally.entries - before
    survival = np.cumprod(1 - tally.events / np.maximum(here, 1))
    return 1 - np.concatenate([[1.0], survival[:-1]])[place]
