import polars as pl
import pytest

from evaluation.income import income_bench


@pytest.mark.slow
def test_cost_grows_about_linearly():
    income_bench([1_000])  # imports and first use
    found = income_bench([4_000, 32_000])
    assert found["orders"].to_list() == [400, 3_200]
    small, large = found["microseconds_per_receipt"]
    assert large < 3 * small
    assert found.schema["peak_memory_mb"] == pl.Float64
