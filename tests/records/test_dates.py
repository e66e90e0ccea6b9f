"""Days: the order is proven or declared, never guessed."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.records.dates import read_days, read_months

MARCH_4 = date(2012, 3, 4)


def one(text: str, *, declared: str | None = "day-first") -> date | None:
    return read_days({"d": pl.Series([text])}, declared=declared).values["d"][0]


@pytest.mark.parametrize(
    "text",
    [
        "2012-03-04",
        "2012/03/04",
        "2012-3-4",
        "20120304",
        "04/03/2012",
        "4.3.2012",
        "04-03-12",
        "4 March 2012",
        "04-Mar-2012",
        "4th Mar 2012",
        "Sun 4 Mar 2012",
        "March 4, 2012",
        "2012-03-04T10:11:12Z",
        "2012-03-04 00:00:00",
        "04/03/2012 10:30",
        "04/03/2012 10:30:00 AM",
        "40972",
        "40972.4375",
        "4Mar2012",
    ],
)
def test_forms_of_one_day(text: str) -> None:
    assert one(text) == MARCH_4


@pytest.mark.parametrize(
    "text", ["31/02/2012", "29/02/2011", "00/01/2012", "32/01/2012", "2012-13-01", "soon", "12", "1/2", "2012", "99999"]
)
def test_no_day(text: str) -> None:
    assert one(text) is None


@pytest.mark.parametrize(("text", "year"), [("01/01/69", 2069), ("01/01/70", 1970), ("01/01/12", 2012)])
def test_two_digit_years(text: str, year: int) -> None:
    assert one(text) == date(year, 1, 1)


def test_one_value_proves_the_order_of_the_file() -> None:
    days = read_days({"a": pl.Series(["04/03/2012"]), "b": pl.Series(["31/01/2012", None])})
    assert (days.order, days.values["a"][0]) == ("day-first", MARCH_4)
    days = read_days({"a": pl.Series(["03/04/2012", "01/31/2012"])})
    assert (days.order, days.values["a"][0]) == ("month-first", MARCH_4)


def test_ambiguous_and_undeclared_is_refused() -> None:
    with pytest.raises(DataError, match="a, b could be day-first or month-first") as refused:
        read_days({"a": pl.Series(["03/04/2012"]), "b": pl.Series(["05/06/2012"])})
    assert "partnership.toml" in str(refused.value)


def test_declared_is_believed() -> None:
    assert one("03/04/2012", declared="month-first") == MARCH_4


def test_a_day_that_is_the_same_in_both_orders_needs_no_proof() -> None:
    assert one("04/04/2012", declared=None) == date(2012, 4, 4)


@pytest.mark.parametrize(("slips", "of", "refused"), [(1, 100, False), (2, 100, True), (1, 2, True)])
def test_a_slip_in_a_hundred_is_set_aside_and_more_are_refused(slips: int, of: int, refused: bool) -> None:
    texts = pl.Series([f"13/01/{2012 - number}" for number in range(of - slips)] + ["01/13/2012"] * slips)
    if refused:
        with pytest.raises(DataError, match="mix two orders"):
            read_days({"a": texts})
    else:
        assert read_days({"a": texts}).values["a"].null_count() == slips


def test_dates_of_birth_prove_nothing_and_refuse_nothing() -> None:
    days = read_days({"born": pl.Series(["03/04/1980"]), "a": pl.Series(["2012-03-04"])}, weak=frozenset({"born"}))
    assert days.values["born"].to_list() == [None]


@pytest.mark.parametrize("text", ["2018-06", "06/2018", "June 2018", "Jun-18", "2018-06-01", "2018-06-01 00:00:00"])
def test_forms_of_one_month(text: str) -> None:
    assert read_months(pl.Series([text])).to_list() == [date(2018, 6, 1)]


@pytest.mark.parametrize("text", ["2018-13", "2018-06-15", "summer", "2018"])
def test_no_month(text: str) -> None:
    assert read_months(pl.Series([text])).to_list() == [None]
