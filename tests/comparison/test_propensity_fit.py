"""The propensity's fit: it settles on the maximum however odd the design, or it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.comparison.weights import RIDGE, collapse_patterns, expit, fit_propensity
from evaluation.errors import DataError


def slope(x: np.ndarray, treated: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Gradient of the penalised log likelihood, per row; zero at its maximum."""
    ridge = RIDGE * len(x) ** 0.5 * theta
    ridge[0] = 0.0
    return (x.T @ (treated - expit(x @ theta)) - ridge) / len(x)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.floats(0.005, 0.5), st.integers(1, 60))
def test_the_fit_is_the_maximum(seed: int, share: float, rare: int) -> None:
    """Rare covariates with large standardised values, some separating the arms: the shapes that overshoot."""
    rng = np.random.default_rng(seed)
    treated = rng.random(2_000) < share
    treated[:2] = [True, False]
    column = np.zeros(2_000)
    column[rng.choice(2_000, rare, replace=False)] = 1.0
    standardised = (column - column.mean()) / column.std()
    x = np.column_stack([np.ones(2_000), standardised, rng.normal(size=2_000) * 3])
    fit = fit_propensity(x, treated, people=100)
    assert np.abs(slope(x, treated, fit.theta.copy())).max() < 1e-6
    assert np.isfinite(fit.probability).all()


def test_a_fit_that_cannot_settle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.comparison.weights.STEPS", 1)
    x = np.column_stack([np.ones(50), np.linspace(-1, 1, 50)])
    with pytest.raises(DataError, match="did not settle"):
        fit_propensity(x, x[:, 1] > 0.3, people=100)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 400))
def test_collapsed_counts_give_the_fit_of_the_rows(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(rows), rng.integers(0, 3, rows), rng.integers(0, 2, rows) / 3])
    treated = np.arange(rows) % 2 == 0
    patterns, counted, started = collapse_patterns(x, treated)
    assert len(patterns) == len(np.unique(x, axis=0))
    assert counted.sum() == rows
    assert started.sum() == treated.sum()
    fit = fit_propensity(x, treated, people=100)
    assert np.abs(slope(x, treated, fit.theta.copy())).max() < 1e-6


def test_rows_that_only_look_alike_to_the_mixture_stay_apart() -> None:
    """A column that the mixture of columns loses in rounding: the patterns may not be merged."""
    x = np.array([[1e18, 0.0], [1e18, 1.0], [1e18, 0.0]])
    patterns, counted, started = collapse_patterns(x, np.array([True, False, False]))
    assert patterns.tolist() == x.tolist()
    assert counted.tolist() == [1, 1, 1]
    assert started.tolist() == [1, 0, 0]
