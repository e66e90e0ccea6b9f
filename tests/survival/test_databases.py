"""Counting in a database: the same tables, to the bit, and the same refusals as in memory."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.survival import collapse, databases, fit_risk_sets
from evaluation.survival.risksets import RiskSets

COVARIATES = ["scheme", "helped", "age"]
USES: list[dict[str, Any]] = [
    {},
    {"entry": "entry"},
    {"strata": "ward"},
    {"entry": "entry", "strata": ["ward", "flat"]},
    {"weights": "copies"},
    {"entry": "entry", "strata": "ward", "weights": "copies"},
]


def random_spells(seed: int, rows: int = 600) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    entry = rng.integers(0, 40, rows)
    return pl.DataFrame(
        {
            "entry": entry,
            "exit": entry + rng.integers(1, 60, rows),
            "event": rng.random(rows) < 0.4,
            "scheme": rng.choice(["abcs", "mediation", "none"], rows),
            "helped": rng.random(rows) < 0.5,
            "age": rng.integers(0, 4, rows) * 0.25,
            "ward": rng.choice(["Alder", "Bell"], rows),
            "flat": rng.random(rows) < 0.3,
            "copies": rng.integers(0, 4, rows),
            "chance": rng.random(rows) + 0.5,
            "person": rng.integers(0, 200, rows),
        }
    )


def in_duckdb(frame: pl.DataFrame) -> Any:
    return duckdb.from_arrow(frame.to_arrow())


def table(sets: RiskSets) -> np.ndarray[Any, Any]:
    return sets.at_risk.sums(np.eye(sets.patterns))


def assert_same_tables(left: RiskSets, right: RiskSets) -> None:
    for name in ("deaths", "died", "matrix"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))
    np.testing.assert_array_equal(left.slots.time, right.slots.time)
    np.testing.assert_array_equal(left.slots.stratum, right.slots.stratum)
    np.testing.assert_array_equal(table(left), table(right))
    np.testing.assert_array_equal(left.events.toarray(), right.events.toarray())
    assert (left.n, left.n_events, left.terms) == (right.n, right.n_events, right.terms)
    assert left.strata.equals(right.strata)


@pytest.mark.parametrize("how", USES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_duckdb_counts_what_polars_counts(how: dict[str, Any], seed: int) -> None:
    spells = random_spells(seed)
    there, here = collapse(in_duckdb(spells), COVARIATES, **how), collapse(spells, COVARIATES, **how)
    assert_same_tables(there, here)
    far, near = fit_risk_sets(there), fit_risk_sets(here)
    np.testing.assert_array_equal(far.coef, near.coef)
    assert far.tidy().equals(near.tidy())
    assert far.glance().equals(near.glance())
    for transform in ("km", "rank"):
        assert far.proportionality(transform).equals(near.proportionality(transform))


@pytest.mark.parametrize("how", [{"cluster": "person"}, {"weights": "chance"}], ids=str)
def test_robust_errors_fetch_the_rows_they_need(how: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    spells = random_spells(4)
    far = fit_risk_sets(collapse(in_duckdb(spells), COVARIATES, entry="entry", **how)).tidy()
    near = fit_risk_sets(collapse(spells, COVARIATES, entry="entry", **how)).tidy()
    for name in ("coef", "se", "robust_se", "p"):
        np.testing.assert_allclose(far[name], near[name], rtol=1e-10)
    monkeypatch.setattr(databases, "MOST_ROWS_FETCHED", 100)
    with pytest.raises(DataError, match="600 rows are more than the 100 that are fetched"):
        collapse(in_duckdb(spells), COVARIATES, **how)


def test_other_frames_count_the_same() -> None:
    spells = random_spells(5)
    here = collapse(spells, ["helped"], entry="entry")
    assert_same_tables(collapse(spells.lazy(), ["helped"], entry="entry"), here)
    assert_same_tables(collapse(pd.DataFrame(spells.to_dict(as_series=False)), ["helped"], entry="entry"), here)


def test_pyspark_counts_the_same_where_it_is_installed() -> None:
    sql = pytest.importorskip("pyspark.sql")
    spells = random_spells(6)
    session = sql.SparkSession.builder.master("local[1]").getOrCreate()
    there = session.createDataFrame(spells.rows(), spells.columns)
    assert_same_tables(collapse(there, COVARIATES, entry="entry"), collapse(spells, COVARIATES, entry="entry"))


def test_what_is_fetched_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[int] = []
    fetch = databases._fetch
    monkeypatch.setattr(databases, "_fetch", lambda query: fetched.append((got := fetch(query)).height) or got)
    collapse(in_duckdb(random_spells(7, rows=200_000)), ["helped"], entry="entry")
    assert max(fetched) <= 2 * 2 * 100, "two patterns, with or without event, on a hundred days"


BROKEN = {
    "null": pl.when(pl.col("exit") > 80).then(None).otherwise("exit").alias("exit"),
    "order": pl.when(pl.col("exit") > 80).then("entry").otherwise("exit").alias("exit"),
    "weight": pl.when(pl.col("exit") > 80).then(-1).otherwise("copies").alias("copies"),
    "event": pl.when(pl.col("exit") > 80).then(2).otherwise(pl.col("event").cast(pl.Int64)).alias("event"),
    "finite": pl.when(pl.col("exit") > 80).then(float("nan")).otherwise("age").alias("age"),
    "text": pl.col("exit").cast(pl.String),
    "words": pl.lit("yes").alias("event"),
}


def refusal(spells: Any) -> DataError:
    with pytest.raises(DataError) as told:
        collapse(spells, COVARIATES, entry="entry", weights="copies")
    return told.value


@pytest.mark.parametrize("name", BROKEN)
def test_refusals_name_the_column_the_count_and_an_example(name: str) -> None:
    spells = random_spells(8).with_columns(BROKEN[name])
    there, here = refusal(in_duckdb(spells)), refusal(spells)
    assert there.message == here.message
    assert len(there.problems) == len(here.problems) == 1
    said, expected = there.problems[0], here.problems[0].split(", first")[0]
    assert said.startswith(expected)
    assert "for example" in said or name in ("null", "text")


@pytest.mark.parametrize(
    ("spells", "how", "says"),
    [
        (random_spells(9), {"exit": "exti"}, r"column 'exti' is not there. Did you mean 'exit'"),
        (random_spells(9).head(0), {}, "has no rows"),
        (random_spells(9).with_columns(event=False), {}, "is 0 in all 600 rows"),
        (random_spells(9).with_columns(copies=0), {"weights": "copies"}, "Every weight in column 'copies' is zero"),
        (random_spells(9).with_columns(helped=True), {}, "'helped' has the same value in every row"),
        (random_spells(9).with_columns(exit=pl.col("exit") - 90), {}, r"exit 'exit' is negative in \d+ of 600 rows"),
    ],
)
def test_other_refusals_are_those_of_memory(spells: pl.DataFrame, how: dict[str, Any], says: str) -> None:
    for frame in (spells, in_duckdb(spells)):
        with pytest.raises(DataError, match=says):
            collapse(frame, COVARIATES, **how)


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(DataError, match="this is a list"):
        collapse([1, 2], ["helped"])
