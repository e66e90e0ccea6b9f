"""Firth's likelihood against a slow, obvious one: rows at risk event by event, information by differences."""

import itertools

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize_scalar

from evaluation.survival import firth

HALF_OF_CHI_SQUARED_95 = 3.841458820694124 / 2


def spells(seed: int, n: int = 26) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 4, n)
    return pl.DataFrame(
        {
            "entry": entry,
            "exit": entry + rng.integers(1, 9, n),
            "event": rng.integers(0, 2, n),
            "x": rng.normal(size=n).round(2),
            "z": rng.integers(0, 2, n),
            "room": rng.choice(["a", "b"], n),
            "count": rng.integers(1, 4, n),
            "share": rng.uniform(0.2, 3.0, n).round(2),
        }
    )


class Oracle:
    """The penalised likelihood of `x` and `z`, written out."""

    def __init__(self, data: pl.DataFrame, entry=None, strata=None, weights=None, ties="efron") -> None:
        self.x = data.select("x", "z").to_numpy().astype(float)
        self.exit, self.event = data["exit"].to_numpy(), data["event"].to_numpy() == 1
        self.entry = data[entry].to_numpy() if entry else np.full(data.height, -1)
        self.stratum = data[strata].to_numpy() if strata else np.zeros(data.height)
        self.weight = data[weights].to_numpy().astype(float) if weights else np.ones(data.height)
        if np.any(self.weight % 1):
            self.weight = self.weight / self.weight.mean()
        self.ties = ties

    def plain(self, beta: np.ndarray) -> float:
        value, risk = 0.0, self.weight * np.exp(self.x @ beta)
        for time, stratum in sorted(set(zip(self.exit[self.event], self.stratum[self.event], strict=True))):
            here = self.stratum == stratum
            at_risk = here & (self.entry < time) & (self.exit >= time)
            died = here & self.event & (self.exit == time)
            value += self.weight[died] @ (self.x[died] @ beta)
            for step in range(died.sum()):
                gone = step / died.sum() if self.ties == "efron" else 0.0
                value -= self.weight[died].mean() * np.log(risk[at_risk].sum() - gone * risk[died].sum())
        return value

    def information(self, beta: np.ndarray, step: float = 4e-3) -> np.ndarray:
        """Second differences of the fourth order."""
        sides = ((1, 8 / 12), (-1, -8 / 12), (2, -1 / 12), (-2, 1 / 12))
        curve = ((0, -30 / 12), (1, 16 / 12), (-1, 16 / 12), (2, -1 / 12), (-2, -1 / 12))
        alone = [sum(a * self.plain(beta + m * step * unit) for m, a in curve) for unit in np.eye(2)]
        pairs = itertools.product(sides, sides)
        both = sum(a * b * self.plain(beta + step * np.array([m, k])) for (m, a), (k, b) in pairs)
        return -np.array([[alone[0], both], [both, alone[1]]]) / step**2

    def penalised(self, beta: np.ndarray) -> float:
        return self.plain(beta) + 0.5 * np.log(np.linalg.det(self.information(beta)))

    def profile(self, j: int, value: float, start: float) -> float:
        def cost(other):
            return -self.penalised(np.insert([float(other)], j, value))

        return -minimize_scalar(cost, bracket=(start - 0.1, start + 0.1), tol=1e-4).fun


@pytest.mark.parametrize(
    ("seed", "options"),
    [
        (1, {}),
        (2, {"ties": "breslow", "weights": "count"}),
        (3, {"entry": "entry", "strata": "room"}),
        (4, {"entry": "entry", "weights": "share", "strata": "room"}),
    ],
)
def test_estimates_errors_and_limits(seed, options):
    data = spells(seed)
    fit, oracle = firth(data, ["x", "z"], **options), Oracle(data, **options)
    best = np.array(fit.coef)
    # A maximum of the slow likelihood: its slope is zero as far as differences tell.
    slope = [(oracle.penalised(best + h) - oracle.penalised(best - h)) / 2e-3 for h in 1e-3 * np.eye(2)]
    np.testing.assert_allclose(slope, 0, atol=2e-5)
    assert fit.loglik == pytest.approx(oracle.penalised(best), rel=1e-7)
    unit = data["share"].mean() if options.get("weights") == "share" else 1.0
    np.testing.assert_allclose(fit.covariance * unit, np.linalg.inv(oracle.information(best)), rtol=1e-6)
    for j, row in enumerate(fit.tidy().iter_rows(named=True)):
        for limit in (row["low"], row["high"]):
            fallen = fit.loglik - oracle.profile(j, np.log(limit), best[1 - j])
            assert fallen == pytest.approx(HALF_OF_CHI_SQUARED_95, abs=1e-5)


def test_weights_are_counts_or_have_no_unit():
    data = spells(5)
    repeated = data[np.repeat(np.arange(data.height), data["count"])]
    counted = firth(data, ["x", "z"], weights="count", ties="breslow")
    np.testing.assert_allclose(
        counted.tidy()["low"], firth(repeated, ["x", "z"], ties="breslow").tidy()["low"], rtol=1e-6
    )
    scaled = data.with_columns(pl.col("share") / 1000)
    few, many = (firth(frame, ["x", "z"], weights="share").tidy() for frame in (scaled, data))
    np.testing.assert_allclose(few["coef"], many["coef"], rtol=1e-7)
    np.testing.assert_allclose(few["high"], many["high"], rtol=1e-6)
