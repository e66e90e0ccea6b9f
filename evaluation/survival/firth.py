# ruff: noqa: A002 - `exit` is the fixed name of the column of exits
"""Firth's penalised partial likelihood, for small or separated data.

The log partial likelihood plus half the log determinant of its information (Firth 1993; Heinze and Schemper 2001):
estimates are finite even when every event happens on one side of a covariate. Limits and p-values come from the
profile of the penalised likelihood.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, chdtri

from evaluation.errors import DataError
from evaluation.survival.columns import Floats, Frame, check_choice, check_level, names
from evaluation.survival.cox import TIES, CoxFit, sandwich
from evaluation.survival.maximise import Maximum, invert_information, refuse_collinear, solve_information
from evaluation.survival.partial import Likelihood, PartialLikelihood
from evaluation.survival.risksets import collapse

MOST_STEPS = 200
# A profile takes hundreds of evaluations for each limit: beyond this many cells only separated terms get one.
PROFILE_CELLS = 2_000_000
# Of twice the log likelihood: moves a limit by less than 1e-7 of a standard error.
PROFILE_GAP = 1e-7


def firth(
    spells: Frame,
    covariates: str | Iterable[str],
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    strata: str | Iterable[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> CoxFit:
    """Fit a Cox model by Firth's penalised likelihood, with profile limits.

    Parameters
    ----------
    spells, covariates, exit, event, entry, strata, cluster, weights, ties, level
        As in `cox`.

    Returns
    -------
    CoxFit
        `se` is the model-based error at the estimate; `low`, `high` and `p` come from the profile.

    Raises
    ------
    DataError
        When a column cannot be used, there is no event, or the coefficients cannot be told apart.
    """
    check_choice("ties", ties, TIES)
    check_level(level)
    sets = collapse(
        spells, names(covariates), exit=exit, event=event, entry=entry, strata=strata, cluster=cluster, weights=weights
    )
    likelihood = PartialLikelihood.of(sets, ties)
    refuse_collinear(likelihood.at(np.zeros(len(sets.terms))), likelihood)
    return _fit(likelihood, range(len(sets.terms)), level, ("Firth's penalised likelihood, with profile limits.",))


def firth_fit(likelihood: PartialLikelihood, found: Maximum, level: float) -> CoxFit:
    """Refit a model whose plain maximum does not exist."""
    terms = likelihood.sets.terms
    separated = [terms[j] for j in np.flatnonzero(found.diverging)]
    note = (
        f"No finite maximum for {', '.join(separated)}: the events lie all on one side. "
        "Estimated by Firth's penalised likelihood, with profile limits."
    )
    every = likelihood.sets.patterns * len(likelihood.sets.slots.time) * len(terms) <= PROFILE_CELLS
    return _fit(likelihood, range(len(terms)) if every else np.flatnonzero(found.diverging), level, (note,))


@dataclass(frozen=True)
class _Penalised:
    """A penalised maximum."""

    beta: Floats
    value: float
    at: Likelihood


def _fit(likelihood: PartialLikelihood, profiled: Iterable[int], level: float, notes: tuple[str, ...]) -> CoxFit:
    k = len(likelihood.sets.terms)
    free = np.ones(k, dtype=bool)
    best = _maximise(likelihood, np.zeros(k), free)
    null = likelihood.at(np.zeros(k))
    covariance = invert_information(best.at.information)
    se = np.sqrt(np.diag(covariance))
    reach = float(np.sqrt(chdtri(1, 1 - level)))
    limits = np.column_stack([best.beta - reach * se, best.beta + reach * se])
    p = chdtrc(1, (best.beta / se) ** 2)
    for j in profiled:
        limits[j] = [_limit(likelihood, best, j, sign * reach * se[j], reach**2) for sign in (-1, 1)]
        p[j] = chdtrc(1, max(2 * (best.value - _constrained(likelihood, best, j, 0.0).value), 0.0))
    if likelihood.sets.rows.cluster is not None:
        notes = (*notes, "Profile limits take rows as independent; clusters only enter `robust_se`.")
    return CoxFit(
        terms=likelihood.sets.terms,
        coef=best.beta,
        covariance=covariance,
        robust_covariance=sandwich(likelihood, best.at, covariance),
        level=level,
        ties=likelihood.ties,
        loglik=best.value,
        loglik_null=null.value + _half_log_determinant(null.information),
        notes=notes,
        likelihood=likelihood,
        fitted=best.at,
        null=null,
        limits=limits,
        p_values=p,
    )


def _half_log_determinant(information: Floats) -> float:
    sign, value = np.linalg.slogdet(information)
    return 0.5 * float(value) if sign > 0 else -np.inf


def _penalty(likelihood: PartialLikelihood, beta: Floats) -> float:
    return _half_log_determinant(likelihood.information(likelihood.moments(beta)))


def _penalty_slope(likelihood: PartialLikelihood, beta: Floats, free: np.ndarray) -> Floats:
    """Slope of the penalty, by differences of the fourth order."""
    slope = np.zeros(len(beta))
    for j in np.flatnonzero(free):
        step = 2e-3 / max(float(np.max(np.abs(likelihood.matrix[:, j]))), 1e-12)
        move = np.zeros(len(beta))
        move[j] = step
        near = _penalty(likelihood, beta + move) - _penalty(likelihood, beta - move)
        far = _penalty(likelihood, beta + 2 * move) - _penalty(likelihood, beta - 2 * move)
        slope[j] = (8 * near - far) / (12 * step)
    return slope


def _maximise(likelihood: PartialLikelihood, start: Floats, free: np.ndarray) -> _Penalised:
    """Climb the penalised likelihood over the free coefficients by scoring steps, halved while they overshoot."""
    here = _evaluate(likelihood, start)
    for _ in range(MOST_STEPS):
        if not free.any():
            return here
        gradient = (here.at.score + _penalty_slope(likelihood, here.beta, free))[free]
        direction = np.zeros(len(start))
        direction[free] = solve_information(here.at.information[np.ix_(free, free)], gradient)
        gain = float(direction[free] @ gradient)
        there = _improved(likelihood, here, direction)
        if there is None or gain < 1e-15:
            return here if there is None else there
        here = there
    raise DataError("The penalised likelihood did not settle: too little is known about these coefficients.")


def _improved(likelihood: PartialLikelihood, here: _Penalised, direction: Floats) -> _Penalised | None:
    for halving in range(25):
        with np.errstate(all="ignore"):
            there = _evaluate(likelihood, here.beta + direction * 0.5**halving)
        if np.isfinite(there.value) and there.value >= here.value - 1e-12 * max(1.0, abs(here.value)):
            return there
    return None


def _evaluate(likelihood: PartialLikelihood, beta: Floats) -> _Penalised:
    at = likelihood.at(beta)
    return _Penalised(beta, at.value + _half_log_determinant(at.information), at)


def _constrained(
    likelihood: PartialLikelihood, best: _Penalised, j: int, value: float, nearby: Floats | None = None
) -> _Penalised:
    """Maximum with coefficient `j` held at a value, from a nearby point or from the tangent at the best."""
    free = np.ones(len(best.beta), dtype=bool)
    free[j] = False
    covariance = invert_information(best.at.information)
    origin = best.beta if nearby is None else nearby
    start = origin + covariance[:, j] / covariance[j, j] * (value - origin[j])
    start[j] = value
    if not np.isfinite(_evaluate(likelihood, start).value):
        start = origin.copy()
        start[j] = value
    return _maximise(likelihood, start, free)


def _limit(likelihood: PartialLikelihood, best: _Penalised, j: int, step: float, drop: float) -> float:
    """Where the profile has fallen by half of `drop`, on the side of `step`; infinite when it never does.

    Newton steps on the profile, whose slope is the penalised score, kept between a point too near and one too far.
    """
    centre = float(best.beta[j])
    near, far, value, point = 0.0, np.inf, step, best
    for _ in range(MOST_STEPS):
        point = _constrained(likelihood, best, j, centre + value, point.beta)
        gap = 2 * (best.value - point.value) - drop
        if abs(gap) < PROFILE_GAP:
            return centre + value
        near, far = (value, far) if gap < 0 else (near, value)
        only = np.arange(len(best.beta)) == j
        slope = -2 * float((point.at.score + _penalty_slope(likelihood, point.beta, only))[j])
        aim = value - gap / slope if slope else np.inf
        if not np.isfinite(far):
            value = aim if abs(value) < abs(aim) <= 3 * abs(value) and aim * value > 0 else 2 * value
        else:
            value = aim if min(near, far) < aim < max(near, far) else (near + far) / 2
        if abs(value) > 2**12 * abs(step):
            return float(np.copysign(np.inf, step))
    return centre + value
