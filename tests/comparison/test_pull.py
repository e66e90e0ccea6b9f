"""The way from the propensity's coefficients to the totals: against small changes and against the obvious slow sum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.comparison.censoring import StayedUntreated
from evaluation.comparison.estimators import share_by
from evaluation.comparison.pieces import Gradient, Grid, Process, RowWeights, totals
from evaluation.comparison.pull import Followed, Pull, pulls_of

GRID = Grid.up_to(365)
WEEKS = GRID.size + 6


def process_of(rng, rows, kinds=1):
    until = rng.integers(1, 366, rows)
    row = rng.integers(0, rows, 2 * rows)
    day = rng.integers(1, until[row] + 1)
    return Process(until, row, day, rng.integers(0, kinds, row.size), kinds)


def pull(tables, start, process, weights, span, rows=None):
    rows = np.arange(start.size) if rows is None else rows
    exposed = weights.growth.days(GRID, process.until)
    followed = {"it": Followed.of(GRID, process, weights, exposed, rows)}
    within = (1 - span / 7) / 2
    return pulls_of(iter(tables), start[rows], followed, columns=len(tables), pieces=GRID.size, within=within)["it"]


@pytest.mark.parametrize("span", [1, 7])
def test_the_pull_is_the_slope_in_the_hazard_of_a_week(span):
    rng = np.random.default_rng(6)
    spans = WEEKS * 7 // span
    table, place = rng.random((30, spans)) * 0.003 * span, np.arange(30) * spans
    process, base = process_of(rng, 30), rng.random(30) + 0.2
    weights = RowWeights(base, StayedUntreated.of(table, place, span))
    _, gradient = share_by(GRID, totals(GRID, process, weights), 365)
    row, week = int(process.until.argmax()), 10
    changed = np.zeros((30, WEEKS))
    changed[row, week] = 1.0
    found = pull([changed], np.arange(30) * WEEKS, process, weights, span).along(gradient)[0]
    step, values = 1e-5, []
    for sign in (1, -1):
        moved = table.copy()
        moved[row, 7 // span * week : 7 // span * (week + 1)] += sign * step * span / 7
        weights = RowWeights(base, StayedUntreated.of(moved, place, span))
        values.append(share_by(GRID, totals(GRID, process, weights), 365)[0])
    assert found == pytest.approx((values[0] - values[1]) / (2 * step), rel=2e-3)


def slowly(tables, start, process, weights, slope, within):
    """Each row's influence after each week, times that week's hazard, one by one."""
    exposed = weights.growth.days(GRID, process.until)
    matrix = -exposed * slope.days[0] * weights.base[:, None]
    for row, day, kind in zip(process.row, process.day, process.kind, strict=True):
        weight = weights.at(np.array([row]), np.array([day]))[0]
        matrix[row, (day - 1) // 7] += weight * slope.events[0][kind, (day - 1) // 7]
    answer = []
    for table in tables:
        flat = table.ravel()
        answer.append(
            sum(
                flat[start[row] + week] * (matrix[row, week + 1 :].sum() + within * matrix[row, week])
                for row in range(start.size)
                for week in range(GRID.size)
            )
        )
    return np.array(answer)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 7]), st.integers(1, 2))
def test_the_pull_is_the_obvious_sum(seed, span, kinds):
    rng = np.random.default_rng(seed)
    rows, units = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    unit, begin = np.sort(rng.integers(0, units, rows)), rng.integers(0, 6, rows)
    tables = [rng.normal(size=(units, WEEKS)) * (rng.random((units, WEEKS)) < 0.5) for _ in range(3)]
    spans = 7 // span
    growth = StayedUntreated.of(rng.random((units, WEEKS * spans)) * 0.01, unit * WEEKS * spans + begin * spans, span)
    process, weights = process_of(rng, rows, kinds), RowWeights(rng.random(rows), growth)
    slope = Gradient(rng.normal(size=(1, kinds, GRID.size)), rng.normal(size=(1, GRID.size)))
    start, within = unit * WEEKS + begin, (1 - span / 7) / 2
    slow = slowly(tables, start, process, weights, slope, within)
    np.testing.assert_allclose(pull(tables, start, process, weights, span).along(slope), slow, atol=1e-9)
    half = np.arange(rows) < rows // 2
    parts = [pull(tables, start, process, weights, span, np.flatnonzero(half == side)) for side in (True, False)]
    np.testing.assert_allclose(sum(parts, Pull.none(kinds, GRID.size, 3)).along(slope), slow, atol=1e-9)
