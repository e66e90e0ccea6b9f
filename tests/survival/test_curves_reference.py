"""Curves, means and tests of groups give R's answers."""

import numpy as np
import polars as pl

from evaluation.survival import (
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    logrank,
    mean_cumulative_count,
    nelson_aalen,
    restricted_mean,
)

OPTIONS = ("by", "entry", "weights", "cluster")


def test_kaplan_meier(km_case, agree):
    tidy = kaplan_meier(km_case.data, **km_case.options("conf_type", *OPTIONS)).tidy()
    tolerance = agree.ROBUST if km_case["cluster"] or km_case["weights"] == "w" else agree.EXACT
    for column in ("time", "n_risk", "n_event", "survival"):
        agree.exact(tidy[column], km_case[column])
    for column in ("se", "low", "high"):
        agree.within(tidy[column], km_case[column], tolerance)
    if km_case["by"]:
        assert [str(group) for group in tidy[km_case["by"]]] == km_case["group"]


def test_quantiles(km_case, agree):
    got = kaplan_meier(km_case.data, **km_case.options("conf_type", *OPTIONS)).quantile([0.25, 0.5, 0.75])
    for column, wanted in (("time", "quantile"), ("low", "quantile_low"), ("high", "quantile_high")):
        # Times of the data or middles between two: equal, and missing where R has none.
        np.testing.assert_allclose(agree.numbers(got[column]), agree.numbers(km_case[wanted]), rtol=1e-12)


def test_nelson_aalen(km_case, agree):
    tidy = nelson_aalen(km_case.data, **km_case.options(*OPTIONS)).tidy()
    agree.exact(tidy["hazard"], km_case["hazard"])
    agree.robust(tidy["se"], km_case["hazard_se"])


def test_restricted_mean(km_case, agree):
    if km_case["horizon"] is None:
        return
    tidy = restricted_mean(km_case.data, horizon=km_case["horizon"], **km_case.options(*OPTIONS)).tidy()
    agree.exact(tidy["rmst"], km_case["rmst"])
    agree.exact(tidy["se"], km_case["rmst_se"])


def test_reading_a_curve_off(at_case, agree):
    curve = kaplan_meier(at_case.data, **at_case.options("conf_type", *OPTIONS))
    got = curve.at(at_case["times"])
    agree.exact(got["n_risk"], at_case["n_risk"])
    for column in ("survival", "se", "low", "high"):
        agree.robust(got[column], at_case[column])
    # The limits lie on flat stretches that clusters' rounding must not break.
    agree.exact(curve.quantile([0.1, 0.3])["low"], at_case["quantile"])


def test_cumulative_incidence(aj_case, agree):
    tidy = cumulative_incidence(aj_case.data, conf_type=aj_case["conf_type"], **aj_case.options(*OPTIONS)).tidy()
    for number, state in enumerate(aj_case["states"], start=1):
        part = tidy.filter(pl.col("state") == number)
        agree.exact(part["time"], aj_case["time"])
        agree.exact(part["incidence"], state["incidence"])
        for column in ("se", "low", "high"):
            agree.robust(part[column], state[column])


def test_mean_cumulative_count(mcc_case, agree):
    tidy = mean_cumulative_count(mcc_case.data, cluster="id", **mcc_case.options("by", "weights")).tidy()
    agree.exact(tidy["time"], mcc_case["time"])
    agree.exact(tidy["mean"], mcc_case["mean"])
    agree.robust(tidy["se"], mcc_case["se"])


def test_logrank(logrank_case, agree):
    test = logrank(logrank_case.data, **logrank_case.options("by", "strata"))
    agree.robust([test.chi2, test.df], [logrank_case["chi2"], logrank_case["df"]])
    agree.exact(test.groups["expected"], logrank_case["expected"])


def test_gray(gray_case, agree):
    for number, cause in enumerate((1, 2)):
        test = gray_test(gray_case.data, cause=cause, **gray_case.options("by", "strata"))
        agree.robust([test.chi2, test.df], [gray_case["chi2"][number], gray_case["df"][number]])
