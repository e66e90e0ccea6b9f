from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.commissioning.distributions import binomial_cdf
from evaluation.commissioning.funnel import exact_limit, funnel, over_dispersion

# Deaths and operations, open heart surgery in children under one year, 1991 to 1995, twelve English centres: the
# data of the Bristol inquiry (Spiegelhalter and others 2002; Aylin and others 2001). Overall 12.0%.
CENTRES = {
    "Bristol": (41, 143), "Leicester": (25, 187), "Leeds": (24, 323), "Oxford": (23, 122), "Guys": (25, 164),
    "Liverpool": (42, 405), "Southampton": (24, 239), "Great Ormond Street": (53, 482), "Newcastle": (26, 195),
    "Harefield": (25, 177), "Birmingham": (58, 581), "Brompton": (31, 301),
}  # fmt: skip


def centres(**options: object):
    deaths, operations = zip(*CENTRES.values(), strict=True)
    return funnel(list(CENTRES), deaths, operations, **options)  # type: ignore[arg-type]


def test_the_published_conclusion_of_the_bristol_inquiry() -> None:
    found = centres(adjust="none")
    assert found.target == pytest.approx(0.120, abs=5e-4)
    flags = {unit.name: unit.flag for unit in found.units}
    assert flags["Bristol"] == "high_998"
    assert [name for name, flag in flags.items() if flag.endswith("998")] == ["Bristol"]
    assert flags["Leeds"] == "low_95"
    assert "Bristol" in found.sentence


def test_one_outlier_of_twelve_is_not_taken_for_over_dispersion() -> None:
    found = centres()
    assert found.phi == pytest.approx(1.689, abs=5e-4)  # below 1 + 2 * sqrt(2 / 12) = 1.816
    assert found.dispersion == "none"
    assert {unit.name: unit.flag for unit in found.units}["Bristol"] == "high_998"


@settings(deadline=None)
@given(st.integers(1, 60), st.floats(0.05, 0.95), st.sampled_from([0.001, 0.025, 0.975, 0.999]))
def test_the_exact_limit_lies_between_the_counts_that_straddle_it(n: int, target: float, p: float) -> None:
    r = next(k for k in range(n + 1) if binomial_cdf(k, n, target) >= p)
    back = (binomial_cdf(r, n, target) - p) / (binomial_cdf(r, n, target) - binomial_cdf(r - 1, n, target))
    assert 0 <= back <= 1
    assert exact_limit(n, target, p) == pytest.approx(min(1.0, max(0.0, (r - back) / n)))


def test_an_exact_limit_by_hand() -> None:
    # Two tosses of a fair coin: P(0) = 1/4, P(<=1) = 3/4. At p = 1/2 the first count reached is 1, and
    # the interpolation goes back by (3/4 - 1/2) / (1/2) = 1/2, so the limit is (1 - 1/2) / 2.
    assert exact_limit(2, 0.5, 0.5) == 0.25


def test_over_dispersion_by_hand() -> None:
    # Equal sizes of 100 at a target of 1/2: one standard error is 0.05, so these z-scores are 2, -2, 2, -2.
    phi, tau2 = over_dispersion(np.array([60.0, 40.0, 60.0, 40.0]), np.full(4, 100.0), 0.5, winsorise=0.0)
    assert phi == pytest.approx(4.0)
    assert tau2 == pytest.approx((4 * 4.0 - 3) / (3 * 400))  # weights are 1/0.0025 = 400 each


def test_winsorising_draws_one_wild_unit_in() -> None:
    count = np.array([50.0] * 19 + [95.0])
    size = np.full(20, 100.0)
    assert over_dispersion(count, size, 0.5, winsorise=0.1)[0] == pytest.approx(0.0)
    assert over_dispersion(count, size, 0.5, winsorise=0.0)[0] == pytest.approx(81 / 20)


@pytest.mark.parametrize("adjust", ["multiplicative", "additive"])
def test_units_that_all_vary_widen_the_limits(adjust: str) -> None:
    achieved = [30, 70, 32, 68, 35, 66, 29, 71, 31, 69]
    found = funnel([str(i) for i in range(10)], achieved, [100] * 10, adjust=adjust)  # type: ignore[arg-type]
    assert found.dispersion == adjust
    assert all(unit.flag == "inside" for unit in found.units)
    plain = funnel([str(i) for i in range(10)], achieved, [100] * 10, adjust="none")
    assert any(unit.flag != "inside" for unit in plain.units)


def test_the_lines_narrow_as_the_size_grows() -> None:
    lines = centres(adjust="none").lines
    widths = [line.high_998 - line.low_998 for line in lines]
    assert widths[0] > widths[len(widths) // 2] > widths[-1]
    assert all(line.low_998 <= line.low_95 <= line.high_95 <= line.high_998 for line in lines)


def test_nobody_or_everybody_achieving_leaves_no_room() -> None:
    found = funnel(["a", "b"], [0, 0], [10, 20])
    assert [unit.flag for unit in found.units] == ["inside", "inside"]


@pytest.mark.parametrize(("achieved", "totals"), [([1], [2]), ([3, 1], [2, 2]), ([0, 0], [0, 5]), ([-1, 0], [5, 5])])
def test_counts_that_cannot_be_are_refused(achieved: list[int], totals: list[int]) -> None:
    with pytest.raises(ValueError, match="a funnel needs"):
        funnel([str(i) for i in range(len(totals))], achieved, totals)
