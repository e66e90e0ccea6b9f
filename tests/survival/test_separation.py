"""Small and separated data: Firth's likelihood, chosen with a note, with profile limits."""

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize_scalar

from evaluation.survival import cox, firth

SEPARATED = pl.DataFrame(
    {"exit": [1, 2, 3, 4, 5, 6, 7, 8], "event": [1, 1, 1, 0, 0, 0, 0, 0], "a": [1, 1, 1, 0, 0, 0, 0, 1]}
)


def penalised(beta):
    """The penalised likelihood of one covariate, written out row by row."""
    value = information = 0.0
    x = SEPARATED["a"].to_numpy()
    for row in range(3):
        risk = np.exp(beta * x[row:])
        mean = risk @ x[row:] / risk.sum()
        value += beta * x[row] - np.log(risk.sum())
        information += risk @ (x[row:] - mean) ** 2 / risk.sum()
    return value + 0.5 * np.log(information)


def test_separated_data_get_firth_with_a_note():
    fit = cox(SEPARATED, "a")
    assert "Firth" in fit.notes[0]
    assert "a" in fit.notes[0]
    best = minimize_scalar(lambda b: -penalised(b), bounds=(-2, 8), method="bounded", options={"xatol": 1e-10})
    # The search by hand is flat at its top: good to the square root of rounding error.
    assert fit.coef[0] == pytest.approx(best.x, rel=1e-5)
    assert fit.loglik == pytest.approx(-best.fun, rel=1e-10)


def test_profile_limits_lie_where_the_likelihood_has_fallen():
    fit = cox(SEPARATED, "a")
    row = fit.tidy().row(0, named=True)
    half_of_chi_squared_95 = 3.841458820694124 / 2
    for limit in (row["low"], row["high"]):
        assert penalised(np.log(limit)) == pytest.approx(fit.loglik - half_of_chi_squared_95, abs=1e-6)


def test_the_penalty_shrinks_a_regular_fit_a_little():
    rng = np.random.default_rng(5)
    data = pl.DataFrame(
        {"exit": rng.integers(1, 30, 60), "event": 1, "x": rng.normal(size=60), "z": rng.integers(0, 2, 60)}
    )
    data = data.with_columns(exit=(pl.col("exit") * (-0.5 * pl.col("x")).exp()).ceil())
    plain, shrunk = cox(data, ["x", "z"]), firth(data, ["x", "z"])
    assert not plain.notes
    assert abs(shrunk.coef[0]) < abs(plain.coef[0])
    np.testing.assert_allclose(shrunk.coef, plain.coef, atol=0.1)
