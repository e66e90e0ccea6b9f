"""For any small data set the engine equals a slow implementation that follows the definitions row by row."""

import numpy as np
import polars as pl
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from evaluation.errors import DataError
from evaluation.survival import (
    cox,
    cumulative_incidence,
    kaplan_meier,
    logrank,
    mean_cumulative_count,
    nelson_aalen,
    restricted_mean,
)

quick = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@st.composite
def spells(draw, least=5, most=16, states=1):
    rows = draw(st.integers(least, most))
    entry = draw(st.lists(st.integers(0, 5), min_size=rows, max_size=rows))
    length = draw(st.lists(st.integers(1, 6), min_size=rows, max_size=rows))
    scale = draw(st.sampled_from([1, 1, 0.37]))
    columns = {
        "entry": [e * scale for e in entry],
        "exit": [(e + n) * scale for e, n in zip(entry, length, strict=True)],
        "event": draw(st.lists(st.integers(0, states), min_size=rows, max_size=rows)),
        "x": draw(st.lists(st.integers(-2, 2), min_size=rows, max_size=rows)),
        "g": draw(st.lists(st.sampled_from("ab"), min_size=rows, max_size=rows)),
        "id": draw(st.lists(st.integers(1, 6), min_size=rows, max_size=rows)),
        "w": draw(st.lists(st.sampled_from([0.5, 1.0, 1.25, 2.0]), min_size=rows, max_size=rows)),
        "count": draw(st.lists(st.integers(1, 3), min_size=rows, max_size=rows)),
    }
    return pl.DataFrame(columns)


def slow_steps(data, weights):
    """Every tied event's step: (share of its time's events already gone, those at risk, the events, mean weight)."""
    for time in sorted(set(data["exit"].filter(data["event"] == 1))):
        at_risk = ((data["entry"] < time) & (data["exit"] >= time)).to_numpy()
        dying = at_risk & ((data["exit"] == time) & (data["event"] == 1)).to_numpy()
        count = int(dying.sum())
        for gone in range(count):
            yield gone / count, at_risk, dying, weights[dying].sum() / count


def slow_cox_scores(data, matrix, weights, beta, ties):
    """Score residuals by row, and the information, straight from the definitions."""
    risk = np.exp(matrix @ beta)
    scores, information = np.zeros(matrix.shape), np.zeros((matrix.shape[1],) * 2)
    for share, at_risk, dying, mean_weight in slow_steps(data, weights):
        share = share if ties == "efron" else 0.0
        weight = np.where(dying, 1 - share, 1.0) * at_risk * risk
        total = weights @ weight
        mean = (weights * weight) @ matrix / total
        deviation = matrix - mean
        information += mean_weight * (deviation.T * (weights * weight)) @ deviation / total
        scores += dying[:, None] * deviation / dying.sum() - mean_weight * (weight / total)[:, None] * deviation
    return scores, information


@quick
@given(
    spells(least=12, most=20),
    st.sampled_from(["efron", "breslow"]),
    st.sampled_from([None, "w"]),
    st.sampled_from([None, "id"]),
)
def test_cox_solves_the_score_equation_with_its_errors(data, ties, weights, cluster):
    try:
        fit = cox(data, ["x", "g"], entry="entry", ties=ties, weights=weights, cluster=cluster)
    except DataError:
        assume(False)
    assume(not fit.notes and np.max(np.abs(fit.coef)) < 6)
    matrix = np.column_stack([data["x"], data["g"] == "b"]).astype(float)
    w = data["w"].to_numpy() if weights else np.ones(data.height)
    scores, information = slow_cox_scores(data, matrix, w, fit.coef, ties)
    weighted = scores * w[:, None]
    np.testing.assert_allclose(weighted.sum(axis=0), 0, atol=1e-8)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(information), rtol=1e-7)
    units = data["id"].to_numpy() if cluster else np.arange(data.height)
    sums = np.array([weighted[units == unit].sum(axis=0) for unit in np.unique(units)])
    if fit.robust_covariance is not None:
        np.testing.assert_allclose(
            fit.robust_covariance, fit.covariance @ sums.T @ sums @ fit.covariance, rtol=1e-6, atol=1e-12
        )


def slow_curves(data, w, times, kind):
    """Kaplan–Meier, mean count or incidence of state 1 at some times, by the product or sum of its definition."""
    entry, exits, event = (data[name].to_numpy() for name in ("entry", "exit", "event"))
    survival, hazard, incidence, out = 1.0, 0.0, 0.0, {}
    for time in np.unique(exits):
        at_risk = w[(entry < time) & (exits >= time)].sum()
        here = (exits == time) & (event > 0)
        ones = w[here & (event == 1)].sum()
        size = (w * data["count"].to_numpy())[here].sum() if kind == "count" else w[here].sum()
        if here.any():
            incidence += survival * ones / at_risk
            hazard += size / at_risk
            survival *= 1 - size / at_risk
        out[time] = {"survival": survival, "count": hazard, "hazard": hazard, "incidence": incidence}[kind]
    return np.array([out[t] for t in times])


def slow_jackknife(data, w, units, times, kind):
    """Infinitesimal jackknife by numerical derivatives with respect to each row's weight."""
    step = 1e-5
    slopes = []
    for row in range(data.height):
        up, down = w.copy(), w.copy()
        up[row], down[row] = w[row] + step, w[row] - step
        slopes.append(w[row] * (slow_curves(data, up, times, kind) - slow_curves(data, down, times, kind)) / (2 * step))
    sums = np.array([np.sum([slopes[i] for i in np.flatnonzero(units == u)], axis=0) for u in np.unique(units)])
    return np.sqrt(np.sum(sums**2, axis=0))


def check_curve(got, data, weights, cluster, kind, column):
    w = data["w"].to_numpy() if weights else np.ones(data.height)
    units = data["id"].to_numpy() if cluster else np.arange(data.height)
    times = got["time"].to_numpy()
    np.testing.assert_allclose(got[column].to_numpy(), slow_curves(data, w, times, kind), rtol=1e-9, atol=1e-12)
    # A numerical derivative with a step of 1e-5 is good to about its square.
    np.testing.assert_allclose(got["se"].to_numpy(), slow_jackknife(data, w, units, times, kind), rtol=1e-5, atol=1e-7)


@quick
@given(spells(), st.sampled_from([None, "id"]))
def test_kaplan_meier_with_its_jackknife(data, cluster):
    got = kaplan_meier(data.with_columns(w=pl.col("w") + 0.1), entry="entry", weights="w", cluster=cluster).tidy()
    # Where the curve has reached zero its derivative is one-sided.
    alive = got.filter(pl.col("survival") > 1e-9)
    check_curve(alive, data.with_columns(w=pl.col("w") + 0.1), "w", cluster, "survival", "survival")


@quick
@given(spells(), st.sampled_from([None, "w"]))
def test_mean_cumulative_count_with_its_jackknife(data, weights):
    counted = data.with_columns(event=pl.col("event") * pl.col("count"))
    got = mean_cumulative_count(counted, cluster="id", weights=weights, overlap="allow").tidy()
    check_curve(got, data, weights, "id", "count", "mean")


@quick
@given(spells())
def test_nelson_aalen_with_its_jackknife(data):
    got = nelson_aalen(data, entry="entry", cluster="id").tidy()
    check_curve(got, data, None, "id", "hazard", "hazard")


@quick
@given(spells(states=2), st.sampled_from([None, "w"]), st.sampled_from([None, "id"]))
def test_cumulative_incidence_with_its_jackknife(data, weights, cluster):
    assume((data["event"] == 1).any())
    got = cumulative_incidence(data, entry="entry", weights=weights, cluster=cluster).tidy()
    # Once nobody is left the derivative of the curve is one-sided.
    curve = kaplan_meier(data.with_columns(event=pl.col("event") > 0), entry="entry", weights=weights).tidy()
    left = curve.filter(pl.col("survival") > 1e-9)["time"].to_list()
    alive = got.filter(pl.col("state") == 1, pl.col("time").is_in(left))
    if alive.height:
        check_curve(alive, data, weights, cluster, "incidence", "incidence")


@quick
@given(spells(), st.sampled_from([None, "id"]))
def test_restricted_mean_is_the_area_with_its_jackknife(data, cluster):
    horizon = float(data["exit"].max()) * 0.8
    data = data.with_columns(w=pl.col("w") + 0.1)
    got = restricted_mean(data, horizon=horizon, entry="entry", weights="w", cluster=cluster).tidy().row(0, named=True)
    times = np.unique(data["exit"].to_numpy())

    def area(w):
        curve = slow_curves(data, w, times, "survival")
        edges = np.concatenate([[0.0], times[times < horizon], [horizon]])
        return float(np.diff(edges) @ np.concatenate([[1.0], curve[times < horizon]]))

    w, step = data["w"].to_numpy(), 1e-5
    assume(np.min(slow_curves(data, w, times[times < horizon], "survival"), initial=1.0) > 1e-9)
    slopes = np.zeros(data.height)
    for row in range(data.height):
        move = np.zeros(data.height)
        move[row] = step
        slopes[row] = w[row] * (area(w + move) - area(w - move)) / (2 * step)
    units = data["id"].to_numpy() if cluster else np.arange(data.height)
    sums = [slopes[units == unit].sum() for unit in np.unique(units)]
    np.testing.assert_allclose(got["rmst"], area(w), rtol=1e-10)
    np.testing.assert_allclose(got["se"], np.sqrt(np.sum(np.square(sums))), rtol=1e-5, atol=1e-7)


@quick
@given(spells(least=8))
def test_logrank_is_the_hypergeometric_sum(data):
    observed = expected = variance = 0.0
    for time in sorted(set(data["exit"].filter(data["event"] == 1))):
        at_risk = ((data["entry"] < time) & (data["exit"] >= time)).to_numpy()
        dying = ((data["exit"] == time) & (data["event"] == 1)).to_numpy()
        in_a = (data["g"] == "a").to_numpy()
        y, d, ya = at_risk.sum(), dying.sum(), (at_risk & in_a).sum()
        observed += (dying & in_a).sum()
        expected += d * ya / y
        variance += d * (y - d) / max(y - 1, 1) * ya / y * (1 - ya / y)
    assume(variance > 1e-9)
    test = logrank(data, entry="entry", by="g")
    np.testing.assert_allclose(test.chi2, (observed - expected) ** 2 / variance, rtol=1e-9)
