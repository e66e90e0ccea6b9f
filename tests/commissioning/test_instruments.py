from __future__ import annotations

from math import sqrt

import pytest

from evaluation.commissioning.instruments import INSTRUMENTS, reliable_change


def test_the_worked_example_of_jacobson_and_truax() -> None:
    # Jacobson and Truax 1991: s = 7.5, r = .80, so the standard error of the difference is 4.74; a rise from 32.5 to
    # 47.5 gives an index of 3.16, beyond 1.96.
    limit = reliable_change(7.5, 0.80)
    assert limit / 1.959964 == pytest.approx(4.74, abs=0.005)
    assert (47.5 - 32.5) / (limit / 1.959964) == pytest.approx(3.16, abs=0.005)


@pytest.mark.parametrize(("name", "points"), [("PHQ-9", 6), ("GAD-7", 4), ("CORE-10", 6)])
def test_whole_points_agree_with_the_published_thresholds(name: str, points: int) -> None:
    limit = INSTRUMENTS[name].reliable_change
    assert points - 1 < limit <= points


@pytest.mark.parametrize(("name", "cut_off"), [("PHQ-9", 10), ("GAD-7", 8), ("CORE-10", 11), ("CORE-OM", 10)])
def test_cut_offs(name: str, cut_off: float) -> None:
    scale = INSTRUMENTS[name]
    assert scale.is_case(cut_off) is True
    assert scale.is_case(cut_off - 1) is False


def test_a_higher_wellbeing_score_is_a_gain_and_there_is_no_cut_off() -> None:
    scale = INSTRUMENTS["SWEMWBS"]
    assert scale.gain(20, 26) == 6
    assert scale.is_case(20) is None
    assert INSTRUMENTS["PHQ-9"].gain(20, 26) == -6


def test_every_instrument_says_where_its_figures_come_from() -> None:
    assert all(scale.source and scale.meaning for scale in INSTRUMENTS.values())


def test_the_formula_by_hand() -> None:
    assert reliable_change(10, 0.5, 0.95) == pytest.approx(1.959964 * 10 * sqrt(1.0), abs=1e-5)


@pytest.mark.parametrize(
    ("sd", "reliability", "level"), [(0, 0.8, 0.95), (5, 1.0, 0.95), (5, -0.1, 0.95), (5, 0.8, 1.0)]
)
def test_parameters_that_cannot_be_are_refused(sd: float, reliability: float, level: float) -> None:
    with pytest.raises(ValueError, match="reliable change needs"):
        reliable_change(sd, reliability, level)
