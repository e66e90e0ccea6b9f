"""Log likelihood of location-scale models of the log of time, with derivatives, for a last exact climb.

`log T = x'b + s e`; `e` is the log of a unit exponential (Weibull; exponential with `s = 1`), normal or logistic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr

from evaluation.errors import DataError
from evaluation.survival.columns import Flags, Floats
from evaluation.survival.numerics import eigen_pairs

MOST_STEPS = 100
SETTLED = 1e-20
# Of the information that rows would give if each told its whole time.
FLAT = 1e-9
_NO_MAXIMUM = "The {} model has no finite maximum: too few events for its covariates."


@dataclass(frozen=True)
class Times:
    """Rows of a location-scale model: log exit, log entry (or None), event, weight, design with its intercept."""

    log_exit: Floats
    log_entry: Floats | None
    event: Flags
    weight: Floats
    matrix: Floats


@dataclass(frozen=True)
class Climbed:
    """Estimates, their covariance and the log likelihood of the times themselves (not of their logs)."""

    coef: Floats
    covariance: Floats
    loglik: float


def climb(times: Times, distribution: str, start: Floats) -> Climbed:
    """Climb to the exact maximum by Newton steps, halved while they overshoot.

    Raises
    ------
    DataError
        When there is no finite maximum.
    """
    value, slope, information = _likelihood(times, distribution, start)
    coef = start
    for _ in range(MOST_STEPS):
        step = _solve(information, slope)
        gain = float(step @ slope)
        coef, there = _moved(times, distribution, coef, step, value)
        value, slope, information = there
        if abs(gain) < SETTLED * max(1.0, abs(value)) or gain < 1e-17:
            _refuse_flat(times, distribution, coef, information)
            jacobian = float((times.weight * times.event) @ times.log_exit)
            return Climbed(coef, np.linalg.inv(information), value - jacobian)
    raise DataError(_NO_MAXIMUM.format(distribution))


def _refuse_flat(times: Times, distribution: str, coef: Floats, information: Floats) -> None:
    """Refuse a maximum at infinity: where rows without an event say nothing any more against a coefficient."""
    k = times.matrix.shape[1]
    scale = 1.0 if distribution == "exponential" else float(np.exp(coef[-1]))
    most = times.matrix.T @ (times.weight[:, None] * times.matrix) / scale**2
    if eigen_pairs(information[:k, :k], most)[0][0] < FLAT:
        raise DataError(_NO_MAXIMUM.format(distribution))


def _moved(
    times: Times, distribution: str, coef: Floats, step: Floats, value: float
) -> tuple[Floats, tuple[float, Floats, Floats]]:
    """Take a step, halved while it overshoots."""
    there = (value, step, step)
    for halving in range(40):
        with np.errstate(all="ignore"):
            there = _likelihood(times, distribution, coef + step * 0.5**halving)
        if np.isfinite(there[0]) and there[0] >= value - 1e-11 * max(1.0, abs(value)):
            return coef + step * 0.5**halving, there
    raise DataError(_NO_MAXIMUM.format(distribution))


def _solve(information: Floats, slope: Floats) -> Floats:
    """Solve for a step that climbs, scaled so that units and a small spread of the times do not matter."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    # Far from the maximum the surface may curve up; the absolute curvature still climbs.
    bend = np.maximum(np.abs(values), 1e-12 * float(np.max(np.abs(values))))
    return vectors @ ((vectors.T @ (slope / scale)) / bend) / scale


def _likelihood(times: Times, distribution: str, coef: Floats) -> tuple[float, Floats, Floats]:
    free_scale = distribution != "exponential"
    scale = float(np.exp(coef[-1])) if free_scale else 1.0
    location = times.matrix @ (coef[:-1] if free_scale else coef)
    k = len(coef)
    value, slope, information = 0.0, np.zeros(k), np.zeros((k, k))
    parts = [(times.log_exit, times.event, 1.0), (times.log_exit, ~times.event, 1.0)]
    if times.log_entry is not None:
        parts.append((times.log_entry, np.isfinite(times.log_entry), -1.0))
    for number, (log_time, chosen, sign) in enumerate(parts):
        x, w = times.matrix[chosen], times.weight[chosen] * sign
        z = (log_time[chosen] - location[chosen]) / scale
        log, first, second = (_density if number == 0 else _survival)(distribution, z)
        density = number == 0
        value += float(w @ (log - (np.log(scale) if density else 0.0)))
        dz = np.column_stack([-x / scale, -z]) if free_scale else -x / scale
        slope += dz.T @ (w * first)
        information -= dz.T @ ((w * second)[:, None] * dz)
        if free_scale:
            slope[-1] -= float(w.sum()) if density else 0.0
            cross = (x / scale).T @ (w * first)
            information[:-1, -1] -= cross
            information[-1, :-1] -= cross
            information[-1, -1] -= float((w * first) @ z)
    return value, slope, information


def _density(distribution: str, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Log density of the error, and its first two derivatives."""
    if distribution == "lognormal":
        return -0.5 * z * z - 0.5 * np.log(2 * np.pi), -z, -np.ones_like(z)
    if distribution == "loglogistic":
        p = expit(z)
        return z - 2 * np.logaddexp(0, z), 1 - 2 * p, -2 * p * (1 - p)
    return z - np.exp(z), 1 - np.exp(z), -np.exp(z)


def _survival(distribution: str, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Log survival of the error, and its first two derivatives."""
    if distribution == "lognormal":
        log = log_ndtr(-z)
        hazard = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log)
        return log, -hazard, -hazard * (hazard - z)
    if distribution == "loglogistic":
        p = expit(z)
        return -np.logaddexp(0, z), -p, -p * (1 - p)
    return -np.exp(z), -np.exp(z), -np.exp(z)
