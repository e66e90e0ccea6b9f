"""Answers worked by hand, as fractions."""

from fractions import Fraction
from math import log, sqrt

import polars as pl
import pytest

from evaluation.survival import (
    cox,
    cumulative_incidence,
    kaplan_meier,
    logrank,
    mean_cumulative_count,
    nelson_aalen,
    restricted_mean,
)

# Five rows: events at 1 (one of five), 3 (two of four, one censored then), nothing after 4.
FIVE = pl.DataFrame({"exit": [1, 3, 3, 3, 4], "event": [1, 1, 1, 0, 0], "g": ["a", "a", "b", "b", "b"]})


def test_kaplan_meier_and_greenwood():
    tidy = kaplan_meier(FIVE).tidy()
    assert tidy["time"].to_list() == [1, 3, 4]
    assert tidy["n_risk"].to_list() == [5, 4, 1]
    assert tidy["n_event"].to_list() == [1, 2, 0]
    assert tidy["survival"].to_list() == pytest.approx([Fraction(4, 5), Fraction(2, 5), Fraction(2, 5)])
    greenwood = [Fraction(1, 5 * 4), Fraction(1, 5 * 4) + Fraction(2, 4 * 2), Fraction(1, 5 * 4) + Fraction(2, 4 * 2)]
    assert tidy["se"].to_list() == pytest.approx(
        [s * sqrt(v) for s, v in zip(tidy["survival"], greenwood, strict=True)]
    )


def test_nelson_aalen():
    tidy = nelson_aalen(FIVE).tidy()
    assert tidy["hazard"].to_list() == pytest.approx([Fraction(1, 5), Fraction(7, 10), Fraction(7, 10)])
    assert tidy["se"][1] == pytest.approx(sqrt(Fraction(1, 25) + Fraction(2, 16)))


def test_restricted_mean_is_the_area():
    row = restricted_mean(FIVE, horizon=4).tidy().row(0, named=True)
    assert row["rmst"] == pytest.approx(Fraction(1) + 2 * Fraction(4, 5) + Fraction(2, 5))
    # Area after 1 is 2, after 3 is 2/5; Greenwood's terms are 1/20 and 2/8.
    assert row["se"] == pytest.approx(sqrt(Fraction(2) ** 2 * Fraction(1, 20) + Fraction(2, 5) ** 2 * Fraction(2, 8)))


def test_logrank():
    # At 1: five at risk, two in a; at 3: four at risk, one in a.
    expected, variance = (
        Fraction(2, 5) + 2 * Fraction(1, 4),
        Fraction(2, 5) * Fraction(3, 5) + 2 * Fraction(2, 3) * Fraction(1, 4) * Fraction(3, 4),
    )
    test = logrank(FIVE, by="g")
    assert test.groups.row(0) == ("a", 2, 2.0, pytest.approx(expected))
    assert test.chi2 == pytest.approx((2 - expected) ** 2 / variance)
    assert test.df == 1


def test_cumulative_incidence():
    rows = FIVE.with_columns(event=pl.Series(["left", "moved", "left", "censored", "censored"]))
    tidy = cumulative_incidence(rows).tidy()
    assert tidy.filter(pl.col("state") == "left")["incidence"].to_list() == pytest.approx(
        [Fraction(1, 5), Fraction(2, 5), Fraction(2, 5)]
    )
    assert tidy.filter(pl.col("state") == "moved")["incidence"].to_list() == pytest.approx(
        [0, Fraction(1, 5), Fraction(1, 5)]
    )


def test_mean_cumulative_count():
    # Person 1 has events at 2 and 5 and leaves at 6; person 2 has one at 4 and leaves then.
    rows = pl.DataFrame({"id": [1, 1, 1, 2], "entry": [0, 2, 5, 0], "exit": [2, 5, 6, 4], "event": [1, 1, 0, 1]})
    tidy = mean_cumulative_count(rows, cluster="id").tidy()
    assert tidy["time"].to_list() == [2, 4, 5, 6]
    assert tidy["mean"].to_list() == pytest.approx([Fraction(1, 2), 1, 2, 2])
    # Person 1 adds 1/4 at 2, takes 1/4 at 4: squares 1/16 + 1/16, then 0.
    assert tidy["se"].to_list() == pytest.approx([sqrt(Fraction(1, 8)), 0, 0, 0], abs=1e-12)


def test_late_entry_is_after_the_entry_day():
    rows = pl.DataFrame({"entry": [0, 2, 0], "exit": [2, 3, 4], "event": [1, 1, 0]})
    tidy = kaplan_meier(rows, entry="entry").tidy()
    assert tidy["n_risk"].to_list() == [2, 2, 1]
    assert tidy["survival"].to_list() == pytest.approx([Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)])


def test_cox_of_three_rows():
    # Events in the order x = 1, 0, 1: the likelihood e/(2e+1) * 1/(e+1) peaks at e = exp(b) = 1/sqrt(2).
    rows = pl.DataFrame({"exit": [1, 2, 3], "event": [1, 1, 1], "x": [1, 0, 1]})
    fit = cox(rows, "x")
    assert fit.coef[0] == pytest.approx(-log(2) / 2)
    ratio = 1 / sqrt(2)
    assert fit.loglik == pytest.approx(log(ratio / (2 * ratio + 1) / (ratio + 1)))


def test_efron_and_breslow_share_a_tie_differently():
    # Two of three die together, x = 1 and 0; the third has x = 1.
    rows = pl.DataFrame({"exit": [1, 1, 2], "event": [1, 1, 0], "x": [1, 0, 1]})
    assert cox(rows, "x", ties="breslow").loglik_null == pytest.approx(-2 * log(3))
    assert cox(rows, "x", ties="efron").loglik_null == pytest.approx(-log(3) - log(2))
