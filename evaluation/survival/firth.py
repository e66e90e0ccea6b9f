"""Firth's penalised partial likelihood, for small or separated data.

The log partial likelihood plus half the log determinant of its information (Firth 1993; Heinze and Schemper 2001):
estimates are finite even when every event happens on one side of a covariate. Limits and p-values come from the
profile of the penalised likelihood. Weights that are not whole numbers are divided by their mean: their unit means
nothing, and against the penalty a row counts once on average.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.special import chdtrc, chdtri

from evaluation.survival.columns import Floats, Frame, are_fractional, check_choice, check_level, names
from evaluation.survival.cox import TIES, CoxFit, sandwich
from evaluation.survival.maximise import Maximum, invert_information, refuse_collinear
from evaluation.survival.partial import PartialLikelihood
from evaluation.survival.penalised import MOST_STEPS, Penalised, Point
from evaluation.survival.risksets import collapse

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


def _fit(likelihood: PartialLikelihood, profiled: Iterable[int], level: float, notes: tuple[str, ...]) -> CoxFit:
    k = len(likelihood.sets.terms)
    weight = likelihood.sets.rows.weight
    problem = Penalised(likelihood, float(np.mean(weight)) if weight is not None and are_fractional(weight) else 1.0)
    best, null = problem.maximum(np.zeros(k), np.ones(k, dtype=bool)), problem.at(np.zeros(k))
    covariance = invert_information(best.at.information)
    se = np.sqrt(np.diag(covariance) * problem.unit)
    reach = float(np.sqrt(chdtri(1, 1 - level)))
    limits = np.column_stack([best.beta - reach * se, best.beta + reach * se])
    p = chdtrc(1, (best.beta / se) ** 2)
    for j in profiled:
        limits[j] = [_limit(problem, best, j, sign * reach * se[j], reach**2) for sign in (-1, 1)]
        p[j] = chdtrc(1, max(2 * (best.value - _constrained(problem, best, j, 0.0).value), 0.0))
    robust = sandwich(likelihood, best.at, covariance)
    if robust is not None:
        notes = (*notes, "Profile limits take rows as independent; clusters and weights only enter `robust_se`.")
    return CoxFit(
        terms=likelihood.sets.terms,
        coef=best.beta,
        covariance=covariance,
        robust_covariance=robust,
        level=level,
        ties=likelihood.ties,
        loglik=best.value,
        loglik_null=null.value,
        notes=notes,
        likelihood=likelihood,
        fitted=best.at,
        null=null.at,
        limits=limits,
        p_values=p,
    )


def _constrained(problem: Penalised, best: Point, j: int, value: float, nearby: Floats | None = None) -> Point:
    """Maximum with coefficient `j` held at a value, from a nearby point or from the tangent at the best."""
    free = np.ones(len(best.beta), dtype=bool)
    free[j] = False
    covariance = invert_information(best.at.information)
    origin = best.beta if nearby is None else nearby
    start = origin + covariance[:, j] / covariance[j, j] * (value - origin[j])
    start[j] = value
    if not np.isfinite(problem.at(start).value):
        start = origin.copy()
        start[j] = value
    return problem.maximum(start, free)


def _limit(problem: Penalised, best: Point, j: int, step: float, drop: float) -> float:
    """Where the profile has fallen by half of `drop`, on the side of `step`; infinite when it never does.

    Newton steps on the profile, whose slope is the penalised score, kept between a point too near and one too far.
    """
    centre = float(best.beta[j])
    near, far, value, point = 0.0, np.inf, step, best
    for _ in range(MOST_STEPS):
        point = _constrained(problem, best, j, centre + value, point.beta)
        gap = 2 * (best.value - point.value) - drop
        if abs(gap) < PROFILE_GAP:
            return centre + value
        near, far = (value, far) if gap < 0 else (near, value)
        only = np.arange(len(best.beta)) == j
        slope = -2 * float(problem.slope(point, only)[j])
        aim = value - gap / slope if slope else np.inf
        if not np.isfinite(far):
            value = aim if abs(value) < abs(aim) <= 3 * abs(value) and aim * value > 0 else 2 * value
        else:
            value = aim if min(near, far) < aim < max(near, far) else (near + far) / 2
        if abs(value) > 2**12 * abs(step):
            return float(np.copysign(np.inf, step))
    return centre + value
