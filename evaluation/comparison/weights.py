"""The propensity as a daily hazard of starting, by case-control logistic regression, and the weights it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from evaluation.errors import DataError
from evaluation.follow_up.histories import Bools, Floats, Ints, add_up

Population: TypeAlias = Literal["overlap", "all", "treated"]

RIDGE, RIDGE_FEW, FEW = 1e-6, 1e-3, 40
STEPS, HALVINGS, SETTLED = 100, 40, 1e-9


@dataclass(frozen=True)
class Propensity:
    """A fitted logistic regression of "starts today" on the history up to today.

    Attributes
    ----------
    theta : (columns,) float
        Coefficients, the intercept first.
    probability : (rows,) float
        Fitted probability that a pooled landmark is a treated one. With comparison days sampled one in `m`, the odds
        are `m` times the daily hazard of starting.
    score : (rows, columns) float
        Influence of each row on `theta`.
    """

    theta: Floats
    probability: Floats
    score: Floats


def fit_propensity(x: Floats, treated: Bools, *, people: int) -> Propensity:
    """Fit by Newton's method on collapsed counts, with a ridge that only keeps the steps finite.

    Parameters
    ----------
    x
        Rows × columns, the intercept first, the others standardised.
    treated
        The outcome.
    people
        People treated; under 40 the ridge is stronger.

    Raises
    ------
    DataError
        The fit does not settle: nothing that rests on it would be right.
    """
    pattern, counted, started = collapse_patterns(x, treated)
    ridge = (RIDGE if people >= FEW else RIDGE_FEW) * np.eye(x.shape[1]) * x.shape[0] ** 0.5
    ridge[0, 0] = 0.0
    theta = _climb(pattern, counted, started, ridge)
    p = expit(x @ theta)
    information = _information(pattern, counted, expit(pattern @ theta), ridge)
    score = solve(information, (x * (treated - p)[:, None]).T).T
    return Propensity(theta, p, score)


def collapse_patterns(x: Floats, treated: Bools) -> tuple[Floats, Floats, Floats]:
    """Count landmarks and starts by distinct row of the design: the likelihood needs no more than that.

    Returns
    -------
    tuple
        The distinct rows, how many landmarks have each, and how many of those are treated.
    """
    # A fixed mixture of the columns tells patterns apart; that it told all of them apart is checked.
    mixture = x @ np.sqrt(np.arange(2.0, x.shape[1] + 2.0))
    found = np.unique(mixture, return_index=True, return_inverse=True)
    first: Ints = found[1]
    which: Ints = found[2]
    if not np.array_equal(x[first][which], x):
        return x, np.ones_like(mixture, dtype=np.float64), treated.astype(np.float64)
    return x[first], add_up(which, np.ones(which.size)), add_up(which, treated.astype(np.float64))


def _information(x: Floats, counted: Floats, p: Floats, ridge: Floats) -> Floats:
    return (x * (counted * p * (1 - p))[:, None]).T @ x + ridge


def _climb(x: Floats, counted: Floats, started: Floats, ridge: Floats) -> Floats:
    """Newton's method; a step that would lower the penalised likelihood is halved until it does not."""
    theta = np.zeros(x.shape[1], dtype=np.float64)
    share = started.sum() / counted.sum()
    theta[0] = np.log(share / (1 - share))

    def height(at: Floats) -> float:
        score = x @ at
        return float(started @ score - counted @ np.logaddexp(0.0, score) - at @ ridge @ at / 2)

    reached = height(theta)
    for _ in range(STEPS):
        p = expit(x @ theta)
        step = solve(_information(x, counted, p, ridge), x.T @ (started - counted * p) - ridge @ theta)
        theta, reached, moved = _uphill(height, theta, reached, step)
        if moved < SETTLED:
            return theta
    raise DataError("the model of who starts the scheme and when did not settle on an answer")


def _uphill(
    height: Callable[[Floats], float], theta: Floats, reached: float, step: Floats
) -> tuple[Floats, float, float]:
    """The longest of the step, its half, its quarter … that does not lead down; and how far it led."""
    for _ in range(HALVINGS):
        tried = theta + step
        there = height(tried)
        if there >= reached - 1e-9 * abs(reached):
            return tried, there, float(np.abs(step).max())
        step = step / 2
    return theta, reached, 0.0


def solve(matrix: Floats, right: Floats) -> Floats:
    """Solve a linear system."""
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def expit(value: Floats) -> Floats:
    """Inverse logit, safe at both ends."""
    return 1.0 / (1.0 + np.exp(-np.clip(value, -35.0, 35.0)))


def balancing_weights(probability: Floats, treated: Bools, population: Population = "overlap") -> Floats:
    """Weights that make the arms alike: overlap (1 − p, p), everybody (1/p, 1/(1 − p)) or the treated (1, odds)."""
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    if population == "overlap":
        return np.where(treated, 1 - p, p)
    if population == "all":
        return np.where(treated, 1 / p, 1 / (1 - p))
    return np.where(treated, 1.0, p / (1 - p))


def weight_slope(probability: Floats, treated: Bools, population: Population = "overlap") -> Floats:
    """Derivative of the logarithm of each weight in the linear predictor."""
    if population == "overlap":
        return np.where(treated, -probability, 1 - probability)
    if population == "all":
        return np.where(treated, -(1 - probability), probability)
    return np.where(treated, 0.0, 1.0)


def effective_size(weights: Floats, cluster: Ints) -> float:
    """Kish's effective number of people, each with the sum of their rows' weights."""
    sums = np.bincount(cluster, weights=weights)
    squares = float((sums**2).sum())
    return float(sums.sum() ** 2 / squares) if squares > 0 else 0.0
