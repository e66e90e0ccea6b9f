"""Differences between groups: independent groups, and clusters that have rows in both."""

import numpy as np
import polars as pl
import pytest

from evaluation.survival import mean_cumulative_count, restricted_mean


def people(shared: bool) -> pl.DataFrame:
    rng = np.random.default_rng(11)
    exits = rng.integers(1, 20, 120)
    return pl.DataFrame(
        {
            "id": np.tile(np.arange(60), 2) if shared else np.arange(120),
            "arm": np.repeat(["control", "treated"], 60),
            "entry": 0,
            "exit": exits,
            "event": rng.integers(0, 2, 120),
        }
    )


def test_independent_groups_add_their_variances():
    means = restricted_mean(people(shared=False), horizon=15, by="arm")
    control, treated = means.tidy().iter_rows(named=True)
    row = means.difference().row(0, named=True)
    assert row["arm"] == "treated"
    assert row["difference"] == pytest.approx(treated["rmst"] - control["rmst"])
    assert row["se"] == pytest.approx(np.hypot(control["se"], treated["se"]))
    assert row["low"] < row["difference"] < row["high"]


def test_clusters_of_one_row_give_the_same_as_none():
    # Without late entry the jackknife of rows alone is Greenwood's error.
    data = people(shared=False)
    plain, clustered = (restricted_mean(data, horizon=15, by="arm", cluster=c).difference() for c in (None, "id"))
    np.testing.assert_allclose(clustered["se"], plain["se"], rtol=1e-9)


def test_clusters_in_both_groups_bring_their_covariance():
    data = people(shared=True)
    twin = data.with_columns(
        exit=pl.col("exit").gather(list(range(60)) * 2), event=pl.col("event").gather(list(range(60)) * 2)
    )
    # Each cluster has the same row in both groups: the difference is zero without error.
    for result in (
        restricted_mean(twin, horizon=15, by="arm", cluster="id").difference(),
        mean_cumulative_count(twin, by="arm", cluster="id", overlap="allow").difference(at=10),
    ):
        assert result["difference"][0] == pytest.approx(0, abs=1e-12)
        assert result["se"][0] == pytest.approx(0, abs=1e-12)


def test_difference_of_counts_with_separate_clusters():
    data = people(shared=False)
    counts = mean_cumulative_count(data, by="arm", cluster="id")
    at = counts.at(12)
    row = counts.difference(at=12).row(0, named=True)
    assert row["difference"] == pytest.approx(at["mean"][1] - at["mean"][0])
    assert row["se"] == pytest.approx(np.hypot(*at["se"]))
