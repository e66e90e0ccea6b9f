from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.commissioning.distributions import binomial_cdf, binomial_quantile, binomial_sf
from evaluation.commissioning.shares import (
    exact_limits,
    exact_p_at_least,
    exact_p_at_most,
    probability_at_least,
    share,
)


def slow_cdf(k: int, n: int, p: Fraction) -> Fraction:
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)), Fraction(0))


def test_exact_limits_of_a_published_example() -> None:
    # Newcombe 1998 (Statistics in Medicine 17: 857-872), table I, Clopper-Pearson.
    published = {
        (81, 263): (0.2527, 0.3676),
        (15, 148): (0.0578, 0.1617),
        (0, 20): (0.0, 0.1684),
        (1, 29): (0.0009, 0.1776),
    }
    for (achieved, known), limits in published.items():
        assert exact_limits(achieved, known) == pytest.approx(limits, abs=5e-5)


def test_exact_limits_at_the_ends() -> None:
    low, high = exact_limits(5, 5)
    assert high == 1.0
    assert low == pytest.approx(0.025 ** (1 / 5))  # the limit solves low^5 = 0.025


def test_bounds_by_hand() -> None:
    found = share(38 // 2, 38, 62)
    assert (found.worst, found.value, found.best) == (19 / 100, 1 / 2, 81 / 100)
    assert found.completeness == 38 / 100


def test_nobody_known_says_nothing() -> None:
    found = share(0, 0, 7)
    assert (found.value, found.low, found.worst, found.best) == (None, None, 0.0, 1.0)
    assert share(0, 0).completeness == 0.0


@pytest.mark.parametrize("counts", [(-1, 3, 0), (4, 3, 0), (1, 3, -1)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="counts of people"):
        share(*counts)


def test_the_probability_is_the_posterior_mass_above_the_target() -> None:
    grid = (np.arange(200_000) + 0.5) / 200_000
    density = grid ** (12 + 0.5 - 1) * (1 - grid) ** (8 + 0.5 - 1)
    assert probability_at_least(0.5, 12, 20) == pytest.approx(density[grid >= 0.5].sum() / density.sum(), abs=1e-5)


def test_targets_outside_the_unit_interval() -> None:
    assert probability_at_least(0.0, 0, 5) == 1.0
    assert probability_at_least(1.2, 5, 5) == 0.0


@settings(deadline=None)
@given(st.integers(1, 30), st.data(), st.integers(1, 19))
def test_exact_tests_equal_the_sum_of_their_terms(n: int, data: st.DataObject, twentieths: int) -> None:
    k = data.draw(st.integers(0, n))
    p = Fraction(twentieths, 20)
    assert exact_p_at_most(float(p), k, n) == pytest.approx(float(slow_cdf(k, n, p)), rel=1e-9)
    assert exact_p_at_least(float(p), k, n) == pytest.approx(float(1 - slow_cdf(k - 1, n, p)), rel=1e-9, abs=1e-15)


@settings(deadline=None)
@given(st.integers(1, 40), st.floats(0.05, 0.95), st.floats(0.001, 0.999))
def test_the_binomial_quantile_is_the_first_count_that_reaches_it(n: int, p: float, q: float) -> None:
    first = next((k for k in range(n + 1) if binomial_cdf(k, n, p) >= q), n)
    assert binomial_quantile(q, n, p) == first


def test_binomial_tails_at_their_ends() -> None:
    assert (binomial_cdf(-1, 4, 0.5), binomial_cdf(4, 4, 0.5)) == (0.0, 1.0)
    assert (binomial_sf(-1, 4, 0.5), binomial_sf(4, 4, 0.5)) == (1.0, 0.0)
