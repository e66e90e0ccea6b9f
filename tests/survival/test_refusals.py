"""What cannot be used is refused in words: column, number of rows, an example, the near name."""

import numpy as np
import polars as pl
import polars.selectors as cs
import pytest

from evaluation.errors import DataError
from evaluation.survival import (
    andersen_gill,
    cox,
    cumulative_incidence,
    fine_gray,
    gray_test,
    kaplan_meier,
    logrank,
    mean_cumulative_count,
    overlapping,
    parametric,
    prentice_williams_peterson,
    restricted_mean,
)

GOOD = pl.DataFrame(
    {
        "id": [1, 1, 2, 2, 3, 3],
        "entry": [0, 3, 0, 2, 0, 4],
        "exit": [3, 5, 2, 6, 4, 9],
        "event": [1, 0, 1, 1, 0, 1],
        "age": [30, 41, 52, 33, 24, 45],
        "arm": ["a", "b", "a", "b", "b", "a"],
        "w": [1.0, 1.0, 2.0, 1.0, 1.0, 0.5],
    }
)


def with_value(column, row, value):
    series = GOOD[column].to_list()
    series[row] = value
    return GOOD.with_columns(pl.Series(column, series, strict=False))


REFUSED = [
    ("unknown covariate", GOOD, {"covariates": ["aeg"]}, ["'aeg'", "Did you mean 'age'"]),
    ("unknown entry", GOOD, {"entry": "enrty"}, ["'enrty'", "Did you mean 'entry'"]),
    ("null", with_value("age", 2, None), {}, ["'age' is null in 1 of 6 rows", "row 2"]),
    ("null event", with_value("event", 1, None), {}, ["'event' is null in 1 of 6 rows"]),
    ("reversed spell", with_value("exit", 1, 2), {"entry": "entry"}, ["not after entry", "in 1 of 6 rows", "exit = 2"]),
    ("empty spell", with_value("exit", 1, 3), {"entry": "entry"}, ["not after entry", "row 1"]),
    ("negative exit", with_value("exit", 0, -1), {}, ["negative in 1 of 6 rows"]),
    ("negative weight", with_value("w", 3, -2.0), {"weights": "w"}, ["weight 'w' is negative in 1 of 6 rows", "-2.0"]),
    ("infinite weight", with_value("w", 3, float("inf")), {"weights": "w"}, ["'w' is not a finite number"]),
    ("text exit", GOOD.with_columns(exit=pl.lit("soon")), {}, ["'exit'", "a number belongs there"]),
    ("text event", GOOD.with_columns(event=pl.lit("yes")), {}, ["'event'", "'yes'", "0/1"]),
    ("event of two", with_value("event", 0, 2), {}, ["neither 0 nor 1 in 1 of 6 rows", "event = 2"]),
    ("not a number", GOOD.with_columns(age=pl.lit(float("nan"))), {}, ["'age' is not a finite number in 6 of 6 rows"]),
    ("no events", GOOD.with_columns(event=0), {}, ["No event", "6 rows"]),
    ("no rows", GOOD.clear(), {}, ["no rows"]),
    ("constant", GOOD.with_columns(age=1), {}, ["'age' has the same value in every row"]),
    ("one level", GOOD.with_columns(arm=pl.lit("a")), {"covariates": ["arm"]}, ["'arm' has one level"]),
    (
        "collinear",
        GOOD.with_columns(b=pl.col("age") * 2),
        {"covariates": ["age", "b"]},
        ["'age', 'b'", "leave one out"],
    ),
    ("no covariate", GOOD, {"covariates": []}, ["at least one covariate"]),
    ("ties", GOOD, {"ties": "efrom"}, ["Did you mean 'efron'"]),
    ("level", GOOD, {"level": 95}, ["between 0 and 1"]),
    ("dates", GOOD.with_columns(exit=pl.date(2012, 1, 1)), {}, ["'exit' is Date"]),
    (
        "a NaN stratum",
        GOOD.with_columns(ward=pl.lit(float("nan"))),
        {"strata": "ward"},
        ["'ward' is not a finite number"],
    ),
    ("a list of clusters", GOOD.with_columns(team=pl.lit([1])), {"cluster": "team"}, ["'team' is List"]),
    ("too large", GOOD.with_columns(age=pl.col("age") * 1e200), {}, ["'age' is too large", "in 6 of 6 rows"]),
    ("too faint", GOOD.with_columns(w=pl.col("w") * 1e-200), {"weights": "w"}, ["'w' is too small to count"]),
    (
        "a spell of rounding error",
        GOOD.with_columns(exit=pl.col("entry") + 1e-12),
        {"entry": "entry"},
        ["no length but rounding error in 6 of 6 rows", "1e-12"],
    ),
    (
        "wider than 64 bits",
        GOOD.with_columns(exit=pl.col("exit").cast(pl.Int128) * 10**20),
        {},
        ["'exit' is null in 6 of 6 rows"],
    ),
    ("not a Polars frame", GOOD.to_dict(as_series=False), {}, ["a dict", "Polars frame"]),
    ("all weights zero", GOOD.with_columns(w=0.0), {"weights": "w"}, ["zero"]),
]


@pytest.mark.parametrize(("data", "options", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_cox_refuses(data, options, said):
    with pytest.raises(DataError) as refusal:
        cox(data, **{"covariates": ["age"], **options})
    for words in said:
        assert words in str(refusal.value)


NARROW = [pl.Int8, pl.UInt8, pl.UInt16, pl.Int64, pl.UInt64, pl.Int128, pl.Float32, pl.Decimal(12, 2)]


@pytest.mark.parametrize("dtype", NARROW, ids=str)
def test_every_kind_of_number_gives_the_same_answer(dtype):
    numbers = ["entry", "exit", "event", "age", "id"]
    # 200 and 250 do not fit in a signed byte, and their differences wrap round in an unsigned one.
    long = GOOD.with_columns(pl.col("entry", "exit") * (12 if dtype == pl.Int8 else 28))
    narrow = long.with_columns(pl.col(numbers).cast(dtype)).lazy()
    for estimate in (
        lambda data: cox(data, "age", entry="entry", cluster="id").tidy(),
        lambda data: kaplan_meier(data, entry="entry", by="arm").tidy(),
        lambda data: logrank(data, entry="entry", by="arm").tidy(),
        lambda data: prentice_williams_peterson(data, "age", subject="id", timescale="gap", most=1).tidy(),
    ):
        got, want = (estimate(data).select(cs.numeric()).cast(pl.Float64).to_numpy() for data in (narrow, long))
        np.testing.assert_allclose(got, want, rtol=1e-9)


def test_a_category_keeps_its_own_order():
    ordered = GOOD.with_columns(pl.col("arm").cast(pl.Enum(["b", "a", "unused"])))
    assert cox(ordered, "arm").terms == ("arm[a]",)
    assert cox(GOOD.with_columns(pl.col("arm").cast(pl.Categorical)), "arm").terms == ("arm[b]",)
    assert logrank(ordered, by="arm").groups["arm"].to_list() == ["b", "a"]


def test_overlap_is_only_looked_for_in_usable_columns():
    for wrong in (with_value("exit", 2, None), GOOD.with_columns(exit=pl.lit("x")), with_value("entry", 1, 9)):
        with pytest.raises(DataError, match="cannot be used"):
            overlapping(wrong, subject="id")


def test_several_problems_are_told_together():
    with pytest.raises(DataError) as refusal:
        cox(with_value("age", 2, None).with_columns(exit=pl.lit("x")), ["age"])
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda data: kaplan_meier(data),
        lambda data: restricted_mean(data, horizon=5),
        lambda data: cumulative_incidence(data),
        lambda data: mean_cumulative_count(data, cluster="id"),
        lambda data: logrank(data, by="arm"),
        lambda data: fine_gray(data, "age", cause=1),
        lambda data: gray_test(data, by="arm", cause=1),
        lambda data: parametric(data, "age"),
    ],
)
def test_every_estimator_refuses_a_null(call):
    with pytest.raises(DataError, match="null in 1 of 6 rows"):
        call(with_value("exit", 0, None))


def test_curves_without_an_event_are_flat():
    none = GOOD.with_columns(event=0)
    curve = kaplan_meier(none).tidy()
    assert curve["survival"].to_list() == [1.0] * curve.height
    assert curve["se"].to_list() == [0.0] * curve.height
    assert kaplan_meier(none).quantile(0.5)["time"].to_list() == [None]
    assert cumulative_incidence(none).tidy()["incidence"].to_list() == [0.0] * curve.height
    counts = mean_cumulative_count(none, cluster="id").tidy()
    assert counts["mean"].to_list() == [0.0] * counts.height
    assert restricted_mean(none, horizon=4).tidy().row(0)[:2] == (4.0, 0.0)


def test_tests_and_regressions_refuse_one_group():
    one = GOOD.with_columns(arm=pl.lit("a"))
    for call in (lambda: logrank(one, by="arm"), lambda: gray_test(one, by="arm", cause=1)):
        with pytest.raises(DataError, match="One group"):
            call()
    with pytest.raises(DataError, match="two groups"):
        restricted_mean(GOOD, horizon=4).difference()


def test_unknown_cause_is_named_with_those_there():
    states = GOOD.with_columns(event=pl.Series(["repeat", "censored", "moved", "repeat", "censored", "repeat"]))
    with pytest.raises(DataError, match=r"there: moved, repeat\. Did you mean 'repeat'"):
        fine_gray(states, "age", cause="repeats")


def test_overlapping_spells_of_a_subject():
    overlap = with_value("entry", 3, 1)
    found = overlapping(overlap, subject="id")
    assert found["row"].to_list() == [3]
    assert found["previous_exit"].to_list() == [2]
    with pytest.raises(DataError, match="overlap in 1 rows"):
        mean_cumulative_count(overlap, cluster="id")
    with pytest.raises(DataError, match="overlap in 1 rows"):
        andersen_gill(overlap, "age", subject="id")
    assert overlapping(GOOD, subject="id").is_empty()
    assert mean_cumulative_count(overlap, cluster="id", overlap="allow").tidy().height == 6


def test_curves_beyond_follow_up_are_not_invented():
    late = kaplan_meier(GOOD).at([0, 4, 100])
    assert late["survival"].to_list()[0] == 1.0
    assert kaplan_meier(GOOD.with_columns(event=pl.Series([1, 0, 1, 1, 0, 0]))).at(100)["survival"].to_list() == [None]


def test_a_zero_weight_row_is_left_out():
    zero = GOOD.with_columns(w=pl.Series([1, 1, 1, 1, 1, 0]))
    np.testing.assert_allclose(cox(zero, ["age"], weights="w").coef, cox(GOOD.head(5), ["age"]).coef, rtol=1e-9)
