"""Estimates against the obvious slow computation, derivatives against small changes of the weights."""

import numpy as np
import pytest

from evaluation.comparison.censoring import StayedUntreated
from evaluation.comparison.estimators import (
    cox_ratio,
    curve,
    mean_count,
    restricted_mean,
    share_by,
    share_of_kind,
)
from evaluation.comparison.pieces import Grid, Process, RowWeights, row_influence, totals

GRID = Grid.up_to(365)


def random_process(rng, rows=60, kinds=1, recurrent=False):
    until = rng.integers(1, 366, rows)
    if recurrent:
        row = np.repeat(np.arange(rows), rng.integers(0, 4, rows))
        day = rng.integers(1, until[row] + 1)
    else:
        row = np.flatnonzero(rng.random(rows) < 0.6)
        day = until[row]
    return Process(until, row, day, rng.integers(0, kinds, row.size), kinds)


def random_weights(rng, rows=60, growing=False):
    return RowWeights(rng.random(rows) + 0.2, stayed(rng.random((rows, 366)) * 0.003) if growing else None)


def stayed(table, span=1):
    return StayedUntreated.of(table, np.arange(table.shape[0]) * table.shape[1], span)


def test_the_grid_is_whole_weeks_and_one_day():
    assert GRID.size == 53
    assert GRID.length.tolist() == [7] * 52 + [1]
    assert GRID.horizon == 365
    assert GRID.within(182).sum() == 26


def test_totals_count_events_and_days_by_hand():
    process = Process(np.array([3, 10, 365]), np.array([0, 1]), np.array([3, 10]), np.zeros(2, dtype=int))
    sums = totals(GRID, process, RowWeights(np.array([1.0, 2.0, 1.0])))
    assert sums.days[:3].tolist() == [3 + 14 + 7, 2 * 3 + 7, 7]
    assert sums.events[0, :2].tolist() == [1, 2]


@pytest.mark.parametrize("seed", range(3))
def test_growing_weights_of_one_are_constant_weights(seed):
    rng = np.random.default_rng(seed)
    process = random_process(rng)
    base = rng.random(60)
    plain = totals(GRID, process, RowWeights(base))
    grown = totals(GRID, process, RowWeights(base, stayed(np.zeros((60, 366)))))
    np.testing.assert_allclose(plain.days, grown.days)
    np.testing.assert_allclose(plain.events, grown.events)


@pytest.mark.parametrize("span", [1, 7])
def test_a_day_is_weighted_by_the_chance_of_having_stayed_untreated_on_the_days_before_it(span):
    rng = np.random.default_rng(span)
    table = rng.random((5, 366 // span + 2)) * 0.05
    growth, until = stayed(table, span), np.array([0, 3, 50, 364, 365])
    slow = np.zeros((5, GRID.size))
    for row in range(5):
        for day in range(1, until[row] + 1):
            factor = np.exp(table[row, : (day - 1) // span].sum())
            assert growth.at(np.array([row]), np.array([day]))[0] == pytest.approx(factor)
            slow[row, (day - 1) // 7] += factor
    np.testing.assert_allclose(growth.days(GRID, until), slow, rtol=1e-10)


def test_the_share_is_the_daily_product_when_the_chance_is_constant():
    rng = np.random.default_rng(1)
    times = np.minimum(rng.geometric(0.01, 200_000), 366)
    row = np.flatnonzero(times <= 365)
    process = Process(np.minimum(times, 365), row, times[row], np.zeros(row.size, dtype=int))
    sums = totals(GRID, process, RowWeights(np.ones(times.size)))
    assert share_by(GRID, sums, 182)[0] == pytest.approx(np.mean(times <= 182), abs=2e-4)
    assert share_by(GRID, sums, 365)[0] == pytest.approx(np.mean(times <= 365), abs=2e-4)
    assert restricted_mean(GRID, sums)[0] == pytest.approx(np.minimum(times, 365).mean(), abs=0.05)


def test_shares_of_competing_kinds_add_up_to_the_whole():
    sums = totals(GRID, random_process(np.random.default_rng(2), kinds=2), RowWeights(np.ones(60)))
    shares = [share_of_kind(GRID, sums, 365, kind)[0] for kind in (0, 1)]
    assert sum(shares) == pytest.approx(1 - curve(GRID, sums).before[-1])


ESTIMATES = {
    "share": lambda s: share_by(GRID, s, 182),
    "mean": lambda s: restricted_mean(GRID, s),
    "count": lambda s: mean_count(GRID, s),
    "kind": lambda s: share_of_kind(GRID, s, 182, 1),
}


@pytest.mark.parametrize("growing", [False, True])
@pytest.mark.parametrize("name", ESTIMATES)
def test_the_influence_of_a_row_is_the_slope_in_its_weight(name, growing):
    rng = np.random.default_rng(5)
    process = random_process(rng, kinds=2 if name == "kind" else 1, recurrent=name == "count")
    weights = random_weights(rng, growing=growing)
    estimate = ESTIMATES[name]
    _, gradient = estimate(totals(GRID, process, weights))
    influence = row_influence(GRID, process, weights, gradient)[0]
    assert influence.sum() == pytest.approx(0, abs=1e-9)
    for row in (0, 7, 31):
        step = 1e-6
        moved = [
            estimate(
                totals(
                    GRID, process, RowWeights(weights.base * (1 + s * step * (np.arange(60) == row)), weights.growth)
                )
            )[0]
            for s in (1, -1)
        ]
        assert influence[row] == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-6)


def test_the_ratio_recovers_a_known_ratio_and_its_influence_is_a_slope():
    rng = np.random.default_rng(7)
    arms = []
    for chance in (0.005, 0.01):
        times = np.minimum(rng.geometric(chance, 40_000), 366)
        row = np.flatnonzero(times <= 365)
        process = Process(np.minimum(times, 365), row, times[row], np.zeros(row.size, dtype=int))
        arms.append((process, RowWeights(np.ones(times.size))))
    sums = [totals(GRID, *arm) for arm in arms]
    fit = cox_ratio(*sums)
    assert np.exp(fit.log_ratio) == pytest.approx(np.log1p(-0.005) / np.log1p(-0.01), rel=0.02)
    influence = row_influence(GRID, *arms[0], fit.treated)[0]
    weights = np.ones(40_000)
    weights[3] += 1e-3
    again = cox_ratio(totals(GRID, arms[0][0], RowWeights(weights)), sums[1])
    assert (again.log_ratio - fit.log_ratio) / 1e-3 == pytest.approx(influence[3], rel=1e-2)


def test_no_event_in_an_arm_gives_no_ratio():
    empty = Process(np.array([10]), np.zeros(0, int), np.zeros(0, int), np.zeros(0, int))
    sums = totals(GRID, empty, RowWeights(np.ones(1)))
    assert cox_ratio(sums, sums) is None
