from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.commissioning.control_charts import limits, run_members, trend_members, two_in_three, xmr

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, flow rates of ten batches.
NIST = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def months(count: int) -> list[date]:
    return [date(2010 + index // 12, index % 12 + 1, 1) for index in range(count)]


def marks(found: object) -> list[int]:
    return [int(mark) for mark in found]  # type: ignore[attr-defined]


def test_the_limits_of_the_nist_example() -> None:
    # The handbook uses 3 / 1.128 and prints 50.81, 45.8159 and 55.8041; 2.66 is that constant rounded.
    mean, lower, upper = limits(NIST)
    assert mean == pytest.approx(50.81)
    assert (upper - mean) / 2.66 == pytest.approx(1.8778, abs=5e-5)
    assert (lower, upper) == (pytest.approx(45.8159, abs=0.002), pytest.approx(55.8041, abs=0.002))


def test_limits_by_hand() -> None:
    assert limits([2, 4, 3, 5]) == (3.5, 3.5 - 2.66 * 5 / 3, 3.5 + 2.66 * 5 / 3)


def test_one_wild_moving_range_can_be_left_out_of_the_mean() -> None:
    values = [1.0, 2.0] * 10 + [60.0] + [1.0, 2.0] * 5
    assert limits(values, screen=True)[2] - limits(values, screen=True)[0] == pytest.approx(2.66)
    assert limits(values)[2] > limits(values, screen=True)[2]


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ([1] * 6, [0] * 6),
        ([1] * 6 + [-1], [0] * 7),
        ([1] * 8 + [-1], [1] * 8 + [0]),
        ([-1] * 7, [1] * 7),
        ([1, 1, 1, 0, 1, 1, 1, 1], [0] * 8),
        ([], []),
    ],
)
def test_a_run_of_seven_on_one_side(side: list[int], expected: list[int]) -> None:
    assert marks(run_members(side, 7)) == expected


@pytest.mark.parametrize(
    ("values", "length", "expected"),
    [
        ([1, 2, 3, 4, 5, 6], 7, [0] * 6),
        ([1, 2, 3, 3, 4, 5, 6], 7, [0] * 7),
        ([1, 2, 3, 4, 5, 6, 7], 7, [1] * 7),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], 7, [0] + [1] * 7 + [0]),
        ([7, 6, 5, 4, 3, 2, 1], 7, [1] * 7),
        ([1, 2, 3, 4, 5, 6], 6, [1] * 6),
    ],
)
def test_a_trend(values: list[float], length: int, expected: list[int]) -> None:
    assert marks(trend_members(values, length)) == expected


@pytest.mark.parametrize(
    ("close", "expected"),
    [
        ([1, 0, 1], [1, 0, 1]),
        ([0, 1, 1], [0, 1, 1]),
        ([0, 0, 1, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0, 0]),
        ([1, 0, 0, 1], [0, 0, 0, 0]),
        ([1, 0, 0, 1, 1], [0, 0, 0, 1, 1]),
        ([1, -1, 0], [0, 0, 0]),  # close to different limits: no signal
        ([1], [0]),
    ],
)
def test_two_of_three_close_to_the_same_limit(close: list[int], expected: list[int]) -> None:
    assert marks(two_in_three(close)) == expected


def test_fewer_than_twelve_points_say_nothing() -> None:
    chart = xmr(months(11), [5.0] * 10 + [500.0], increase_is_better=True, target=1.0)
    assert (chart.variation, chart.assurance) == ("too_few", "too_few")
    assert all(point.mean is None and not point.special for point in chart.points)


STEADY = [10.0, 11.0, 9.0, 10.5, 9.5, 10.0, 11.0, 9.0, 10.5, 9.5, 10.0, 10.5]


@pytest.mark.parametrize(
    ("values", "better", "icon"),
    [
        (STEADY, True, "common_cause"),
        ([*STEADY, 30.0], True, "improvement_high"),
        ([*STEADY, 30.0], False, "concern_high"),
        ([*STEADY, -10.0], True, "concern_low"),
        ([*STEADY, -10.0], False, "improvement_low"),
        ([*STEADY, 30.0, 10.0], True, "common_cause"),  # the icon tells of the last point
    ],
)
def test_the_variation_icon(values: list[float], better: bool, icon: str) -> None:
    assert xmr(months(len(values)), values, increase_is_better=better).variation == icon


@pytest.mark.parametrize(
    ("target", "better", "icon"),
    [
        (1.0, True, "pass"),
        (10.0, True, "hit_or_miss"),
        (40.0, True, "fail"),
        (1.0, False, "fail"),
        (40.0, False, "pass"),
    ],
)
def test_the_assurance_icon(target: float, better: bool, icon: str) -> None:
    assert xmr(months(12), STEADY, increase_is_better=better, target=target).assurance == icon


def test_rebasing_works_the_limits_out_anew_and_keeps_its_reason() -> None:
    values = STEADY + [value + 20 for value in STEADY]
    plain = xmr(months(24), values, increase_is_better=True)
    cut = (months(24)[12], "A second worker started")
    rebased = xmr(months(24), values, increase_is_better=True, target=25.0, rebase=[cut])
    assert plain.variation == "improvement_high"
    assert (rebased.variation, rebased.assurance, rebased.rebased) == ("common_cause", "pass", (cut,))
    assert {point.stretch for point in rebased.points} == {0, 1}


def test_rebasing_needs_a_reason_and_days_must_differ() -> None:
    with pytest.raises(ValueError, match="reason"):
        xmr(months(12), STEADY, increase_is_better=True, rebase=[(date(2010, 5, 1), " ")])
    with pytest.raises(ValueError, match="each different day"):
        xmr([date(2010, 1, 1)] * 2, [1, 2], increase_is_better=True)


@settings(deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=12, max_size=30), st.integers(-100, 100), st.sampled_from([0.5, 1.0, 4.0])
)
def test_marks_do_not_depend_on_the_unit(values: list[int], shift: int, scale: float) -> None:
    plain = xmr(months(len(values)), [float(value) for value in values], increase_is_better=True)
    moved = xmr(months(len(values)), [scale * value + 0.0 for value in values], increase_is_better=True)
    assert [point.special for point in plain.points] == [point.special for point in moved.points]


@settings(deadline=None)
@given(st.permutations(range(14)))
def test_points_are_charted_in_order_of_their_days(order: list[int]) -> None:
    values = [*STEADY, 30.0, 31.0]
    days = months(14)
    shuffled = xmr([days[i] for i in order], [values[i] for i in order], increase_is_better=True)
    assert shuffled == xmr(days, values, increase_is_better=True)


def test_limits_of_a_share_stay_within_what_a_share_can_be() -> None:
    values = [0.99, 0.6, 1.0, 0.7, 0.98, 0.65, 0.99, 0.9, 0.97, 0.6, 1.0, 0.2]
    days = [date(2011 + month // 12, month % 12 + 1, 1) for month in range(len(values))]
    free, kept = (xmr(days, values, increase_is_better=True, **bounds) for bounds in ({}, {"least": 0.0, "most": 1.0}))
    assert free.points[0].upper > 1
    assert free.points[0].lower < 0
    assert {(point.lower, point.upper) for point in kept.points} == {(0.0, 1.0)}
    assert [point.special for point in kept.points] == [point.special for point in free.points]
    assert kept.variation == free.variation
