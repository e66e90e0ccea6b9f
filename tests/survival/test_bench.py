"""The benchmark measures what it says, and leaves out what it cannot run."""

import polars as pl
import pytest

from evaluation.errors import UsageError
from evaluation.survival import bench, bench_data


def test_data_are_as_described():
    data = bench_data.simulate(5_000)
    assert data.height == 5_000
    assert data.equals(bench_data.simulate(5_000))
    assert (data["entry"] < data["exit"]).all()
    assert data["exit"].max() <= bench_data.DAYS
    assert 0.25 < data["event"].mean() < 0.45
    assert 1.8 < data.height / data["subject"].n_unique() < 2.8
    dummies = sum(bench_data.LEVELS[name] - 1 for name in bench_data.A5)
    assert dummies == 22
    assert sum(levels - 1 for levels in bench_data.LEVELS.values()) == 27


@pytest.mark.slow
def test_a_small_run(tmp_path):
    frame = bench.survival_bench([500], tasks=["logrank"], peers=["floor", "engine"], repeats=1, folder=tmp_path)
    assert frame["peer"].to_list() == ["floor", "engine"]
    assert (frame["cpu"] > 0).all()
    assert frame.filter(pl.col("peer") == "engine")["times_engine"].to_list() == [1.0]
    assert "engine MiB" in bench.report(frame)


def test_a_peer_too_slow_is_left_out_from_then_on(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "_measure", lambda peer, *_: ([], "left out: one run passes 3 minutes"))
    frame = bench.survival_bench([500, 1000], tasks=["logrank"], peers=["lifelines"], folder=tmp_path)
    assert frame["cpu"].null_count() == 2
    assert frame["note"].unique().to_list() == ["left out: one run passes 3 minutes"]


def test_unknown_names_are_refused():
    with pytest.raises(UsageError, match="Did you mean 'lifelines'"):
        bench.survival_bench([500], peers=["lifeline"])
    with pytest.raises(UsageError, match="100 rows"):
        bench.survival_bench([5])
