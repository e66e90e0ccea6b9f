"""The propensity as a daily hazard of starting, by case-control logistic regression, and the weights it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from evaluation.errors import DataError
from evaluation.follow_up.histories import Bools, Floats, Ints

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
    """Fit by Newton's method with a ridge that only keeps the steps finite.

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
    ridge = (RIDGE if people >= FEW else RIDGE_FEW) * np.eye(x.shape[1]) * x.shape[0] ** 0.5
    ridge[0, 0] = 0.0
    y = treated.astype(float)
    theta = _climb(x, y, ridge)
    p = expit(x @ theta)
    information = (x * (p * (1 - p))[:, None]).T @ x + ridge
    score = solve(information, (x * (y - p)[:, None]).T).T
    return Propensity(theta, p, score)


def _climb(x: Floats, y: Floats, ridge: Floats) -> Floats:
    """Newton's method; a step that would lower the penalised likelihood is halved until it does not."""
    theta = np.zeros(x.shape[1], dtype=np.float64)
    theta[0] = np.log(y.mean() / (1 - y.mean()))
    height = _height(x, y, ridge, theta)
    for _ in range(STEPS):
        p = expit(x @ theta)
        information = (x * (p * (1 - p))[:, None]).T @ x + ridge
        step = solve(information, x.T @ (y - p) - ridge @ theta)
        theta, height, moved = _uphill(x, y, ridge, theta, height, step)
        if moved < SETTLED:
            return theta
    raise DataError("the model of who starts the scheme and when did not settle on an answer")


def _uphill(
    x: Floats, y: Floats, ridge: Floats, theta: Floats, height: float, step: Floats
) -> tuple[Floats, float, float]:
    """The longest of the step, its half, its quarter … that does not lead down; and how far it led."""
    for _ in range(HALVINGS):
        tried = theta + step
        reached = _height(x, y, ridge, tried)
        if reached >= height - 1e-9 * abs(height):
            return tried, reached, float(np.abs(step).max())
        step = step / 2
    return theta, height, 0.0


def _height(x: Floats, y: Floats, ridge: Floats, theta: Floats) -> float:
    """Penalised log likelihood."""
    score = x @ theta
    return float(y @ score - np.logaddexp(0.0, score).sum() - theta @ ridge @ theta / 2)


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
