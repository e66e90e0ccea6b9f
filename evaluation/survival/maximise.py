"""Newton's method for a concave log likelihood, and what it says about coefficients that have no finite maximum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evaluation.errors import DataError
from evaluation.survival.columns import Flags, Floats
from evaluation.survival.numerics import eigen_pairs, solve_positive
from evaluation.survival.partial import Likelihood, PartialLikelihood

MOST_STEPS = 60
# Newton's error is squared by each step: a last step of this size (in standard errors, squared) leaves none.
SETTLED = 1e-16
SINGULAR = 1e-12
# Rounding can keep the last steps of a very large data set from being smaller than this.
NEARLY_SETTLED = 1e-8
STILL_MOVING = 1e-3
FLAT = 1e-9
# A term belongs to a flat direction when it has more than this share of the direction's largest part.
PART = 1e-3


@dataclass(frozen=True)
class Maximum:
    """Where a search ended.

    Attributes
    ----------
    beta
        Coefficients.
    at
        The likelihood there.
    null
        The likelihood where the search began.
    steps
        Newton steps taken.
    diverging
        For each coefficient, whether it was still moving when the likelihood had stopped rising.
    """

    beta: Floats
    at: Likelihood
    null: Likelihood
    steps: int
    diverging: np.ndarray


def maximise(evaluate: Callable[[Floats], Likelihood], null: Likelihood, events: float) -> Maximum:
    """Climb from `null` to the maximum by Newton steps, halved while they overshoot.

    `events` (their weight) turns information into the spread of each covariate, so that units do not matter when a
    coefficient is judged to be moving.
    """
    spread = np.sqrt(np.diag(null.information) / events)
    here = null
    beta = start = null.moments.beta
    moving, gain = np.zeros(len(start), dtype=bool), np.inf
    for step in range(1, MOST_STEPS + 1):
        direction = solve_information(here.information, here.score)
        gain = float(direction @ here.score)
        moving = np.abs(direction) * spread > STILL_MOVING * np.maximum(1.0, np.abs(beta) * spread)
        there, used = _improve(evaluate, beta, direction, here)
        beta, here = beta + used, there
        if gain <= SETTLED * max(1.0, abs(here.value) * 1e-4) or _ran_away(here, null, moving):
            return Maximum(beta, here, null, step, moving | _flattened(here, null))
    if gain > NEARLY_SETTLED and not moving.any():
        raise DataError(
            f"The likelihood did not settle in {MOST_STEPS} steps; rescale or drop covariates of huge range."
        )
    return Maximum(beta, here, null, MOST_STEPS, moving)


def _improve(
    evaluate: Callable[[Floats], Likelihood], beta: Floats, direction: Floats, here: Likelihood
) -> tuple[Likelihood, Floats]:
    for halving in range(30):
        used = direction * 0.5**halving
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            there = evaluate(beta + used)
        slack = 1e-10 * max(1.0, abs(here.value))
        if np.isfinite(there.value) and np.all(np.isfinite(there.information)) and there.value >= here.value - slack:
            return there, used
    return here, np.zeros_like(direction)


def _ran_away(here: Likelihood, null: Likelihood, moving: np.ndarray) -> bool:
    """Whether the likelihood is flat in a direction that still moves: more steps would only reach overflow."""
    return bool(np.any(moving & (np.diag(here.information) < FLAT * np.diag(null.information))))


def _flattened(here: Likelihood, null: Likelihood) -> Flags:
    """Which terms share a direction in which the likelihood has gone flat: none of them need have moved far alone."""
    scale = _scale(null.information)
    at, origin = (point.information / np.outer(scale, scale) for point in (here, null))
    try:
        shares, directions = eigen_pairs(at, origin)
    except np.linalg.LinAlgError:
        return np.zeros(len(scale), dtype=bool)
    flat = np.abs(directions[:, shares < FLAT])
    return np.any(flat > PART * np.max(flat, axis=0, initial=0.0), axis=1)


def solve_information(information: Floats, right: Floats) -> Floats:
    """Solve `information x = right`, scaled so that units do not matter."""
    scale = _scale(information)
    try:
        return solve_positive(information / np.outer(scale, scale), right / scale) / scale
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(information / np.outer(scale, scale), right / scale, rcond=SINGULAR)[0] / scale


def invert_information(information: Floats) -> Floats:
    """Inverse of an information matrix."""
    scale = _scale(information)
    return np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale)


def _scale(information: Floats) -> Floats:
    return np.sqrt(np.maximum(np.diag(information), 1e-300))


def refuse_collinear(at: Likelihood, likelihood: PartialLikelihood) -> None:
    """Refuse terms that the others already say.

    Raises
    ------
    DataError
        Naming each term that is constant within the risk sets or a combination of other terms.
    """
    terms = likelihood.sets.terms
    if not terms:
        return
    largest = np.max(np.abs(likelihood.matrix), axis=0) ** 2 * float(likelihood.sets.died.sum())
    still = np.diag(at.information) <= SINGULAR * largest
    problems = [f"'{t}' does not vary among those at risk when events happen" for t in np.array(terms)[still]]
    if not problems:
        scale = _scale(at.information)
        values, vectors = np.linalg.eigh(at.information / np.outer(scale, scale))
        shares = np.abs(vectors[:, values < SINGULAR * len(terms)])
        combined = [t for t, share in zip(terms, shares, strict=True) if shares.size and share.max() > 1e-3]
        problems = [f"{', '.join(repr(t) for t in combined)} say the same between them: leave one out"]
        if not combined:
            return
    raise DataError("The coefficients cannot be told apart:", problems)
