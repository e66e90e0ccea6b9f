from datetime import date

import numpy as np
import polars as pl
import pytest

from evaluation.comparison import interrupted_series
from evaluation.errors import DataError


def monthly(seed=1, factor=0.7, n=60, start=36):
    rng = np.random.default_rng(seed)
    turn = np.arange(n)
    wave = 1 + 0.2 * np.sin(turn * np.pi / 6)
    shared = np.exp(0.05 * rng.standard_normal(n).cumsum())
    mean = 150 * wave * shared
    return pl.DataFrame(
        {
            "month": pl.date_range(date(2008, 1, 1), date(2012, 12, 1), "1mo", eager=True),
            "count": rng.poisson(mean * np.where(turn >= start, factor, 1)),
            "elsewhere": rng.poisson(4 * mean),
        }
    )


def test_a_fall_is_found_with_a_control_that_shares_the_weather():
    found = interrupted_series(monthly(), start=date(2011, 1, 1), control="elsewhere")
    assert found.mean_low < 0.7 < found.mean_high
    assert found.p < 0.01
    assert found.averted > 0
    assert found.fitted.height == 60
    assert "24 months" in found.sentence()


def test_without_a_change_the_interval_includes_one():
    found = interrupted_series(monthly(seed=3, factor=1.0), start=date(2011, 1, 1), control="elsewhere")
    assert found.mean_low < 1 < found.mean_high
    assert found.placebo_p is not None


def test_short_and_broken_series_are_refused():
    frame = monthly()
    with pytest.raises(DataError, match="months before"):
        interrupted_series(frame, start=date(2008, 6, 1))
    with pytest.raises(DataError, match="1 are missing, the first is 2009-05-01"):
        interrupted_series(frame.filter(pl.col("month") != date(2009, 5, 1)), start=date(2011, 1, 1))
    with pytest.raises(DataError, match="Did you mean 'count'"):
        interrupted_series(frame, count="counts", start=date(2011, 1, 1))
    with pytest.raises(DataError, match="must hold counts"):
        interrupted_series(frame.with_columns(-pl.col("count")), start=date(2011, 1, 1))
