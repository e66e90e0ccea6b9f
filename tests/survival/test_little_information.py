"""Where data say little or nothing, the answer is exact, missing or a refusal, never the rounding of a computer."""

import numpy as np
import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.survival import (
    cox,
    cumulative_incidence,
    fine_gray,
    gray_test,
    kaplan_meier,
    nelson_aalen,
    parametric,
    shared_frailty,
)

# `a` and `b` are each on both sides of the events; only their difference is not.
TOGETHER = pl.DataFrame(
    {
        "exit": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        "event": [1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
        "a": [1, 0, 1, 0, 1, 1, 0, 0, 1, 0],
        "b": [0, 1, 0, 1, 0, 0, 0, 0, 0, 0],
    }
)


def people(n: int = 80, seed: int = 2) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": np.arange(n),
            "site": np.arange(n) % 3,
            "exit": rng.integers(1, 30, n),
            "event": rng.integers(0, 2, n),
            "x": rng.normal(size=n),
            "z": rng.integers(0, 2, n),
            "u": rng.normal(size=n) * 1e-6,
            "g": rng.choice(["a", "b", "c"], n),
        }
    )


def test_a_direction_without_a_maximum_is_found_though_no_term_is_alone_in_it():
    data = TOGETHER.with_columns(lead=pl.Series([0, 0, 0, 0, 0, 0, 1, 1, 0, 1]))
    fit = cox(data.with_columns(a=pl.col("a") + 0.0, b=1 - pl.col("lead") - pl.col("a")), ["a", "b"])
    assert "Firth" in fit.notes[0]
    assert np.all(np.abs(fit.coef) < 10)


def test_fewer_clusters_than_terms_leave_the_robust_tests_missing():
    fit = cox(people(), ["x", "z", "g"], cluster="site")
    tests = {row["test"]: row for row in fit.tests().iter_rows(named=True)}
    assert tests["wald"]["chi2"] is None
    assert tests["robust score"]["p"] is None
    assert tests["score"]["chi2"] > 0
    assert fit.glance()["wald_p"][0] is None


def test_a_ratio_per_unit_far_beyond_the_range_is_infinite_without_a_warning():
    row = cox(people(), "u").tidy().row(0, named=True)
    assert row["high"] == np.inf
    assert np.isfinite(row["coef"])


def test_groups_that_do_not_differ_have_a_frailty_variance_of_zero():
    data = people().with_columns(pair=pl.col("id") % 40)
    even = data.with_columns(exit=pl.col("id") + 1, event=pl.lit(1))  # the two of a pair lie far apart
    fit = shared_frailty(even, "z", group="pair")
    plain = cox(even, "z")
    assert fit.variance == 0
    np.testing.assert_allclose(fit.coef, plain.coef)
    assert fit.loglik == plain.loglik
    assert fit.frailty["frailty"].to_list() == [1.0] * 40


def test_separated_covariates_are_refused_where_no_penalty_serves():
    data = people().with_columns(side=pl.col("event"))
    for call in (
        lambda: shared_frailty(data, "side", group="site"),
        lambda: fine_gray(data, "side", cause=1),
        lambda: parametric(data, "side", distribution="exponential"),
    ):
        with pytest.raises(DataError, match=r"No finite estimate for side|no finite maximum"):
            call()


def test_collinear_covariates_of_a_parametric_model_are_named():
    data = people().with_columns(twice=2 * pl.col("x"))
    with pytest.raises(DataError, match="'x', 'twice' say the same"):
        parametric(data, ["x", "z", "twice"])


def test_no_competing_event_is_plain_cox():
    data = people()
    found, plain = fine_gray(data, ["x", "z"], cause=1), cox(data, ["x", "z"])
    np.testing.assert_allclose(found.coef, plain.coef, rtol=1e-10)


def test_a_stratum_without_events_adds_nothing_to_grays_test():
    data = people().with_columns(ward=pl.lit("n"))
    silent = data.with_columns(ward=pl.lit("s"), event=pl.lit(0, pl.Int64))
    assert gray_test(pl.concat([data, silent]), by="g", cause=1, strata="ward").chi2 == pytest.approx(
        gray_test(data, by="g", cause=1).chi2
    )


@pytest.mark.parametrize("estimate", [kaplan_meier, nelson_aalen, cumulative_incidence])
def test_robust_errors_move_only_with_events(estimate):
    tidy = estimate(people(300, 5), cluster="site").tidy()
    quiet = tidy.with_row_index().filter((pl.col("n_event") == 0) & (pl.col("index") > 0))["index"].to_numpy()
    se = tidy["se"].to_numpy()
    np.testing.assert_array_equal(se[quiet], se[quiet - 1])


def test_one_cluster_has_no_error():
    alone = people().with_columns(unit=pl.lit(1))
    assert kaplan_meier(alone, cluster="unit").tidy()["se"].drop_nulls().max() == 0
