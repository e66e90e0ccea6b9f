"""Money to the penny or not at all."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.records.numbers import lost_zeros, read_money, read_numbers, read_whole, scientific


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", "12.00"),
        ("12.5", "12.50"),
        ("£1,234.50", "1234.50"),
        ("1 234.50", "1234.50"),
        ("-£3", "-3.00"),
        ("£-3", "-3.00"),
        ("(12.50)", "-12.50"),
        ("12.50-", "-12.50"),
        ("GBP 7.01", "7.01"),
        (".50", "0.50"),
        ("12,50", "12.50"),
        ("1.234,56", "1234.56"),
        ("1,234", "1234.00"),
        ("0012.10", "12.10"),
        ("\u221212.10", "-12.10"),
    ],
)
def test_amounts(text: str, amount: str) -> None:
    assert read_money(pl.Series([text])).values.to_list() == [Decimal(amount)]


@pytest.mark.parametrize(
    "text",
    ["10.999", "1.234", "abc", "1e3", "12p", "1,23,4", "12.50.10", "--5", "12345678901.00", "£", "1,2345", "inf"],
)
def test_no_amounts(text: str) -> None:
    assert read_money(pl.Series([text])).values.to_list() == [None]


def test_a_point_is_a_thousand_only_where_commas_are_proven() -> None:
    assert read_money(pl.Series(["1.234", "0,50"])).values.to_list() == [Decimal("1234.00"), Decimal("0.50")]
    assert read_money(pl.Series(["1.234", "0,50", "0.50"])).values.to_list() == [None, Decimal("0.50"), Decimal("0.50")]


@given(st.integers(-(10**11), 10**11))
def test_every_penny_comes_back(pence: int) -> None:
    amount = Decimal(pence) / 100
    assert read_money(pl.Series([f"{amount:,.2f}"])).values.to_list() == [amount]


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12.0), ("12,5", 12.5), ("1,234.5", 1234.5), ("-0.5", -0.5), ("45%", 45.0), ("x", None), ("1e999", None)],
)
def test_numbers(text: str, number: float | None) -> None:
    assert read_numbers(pl.Series([text])).values.to_list() == [number]


def test_whole_numbers() -> None:
    assert read_whole(pl.Series(["3", "3.0", "3.5", None])).values.to_list() == [3, 3, None, None]


def test_spoilt_identifiers() -> None:
    assert scientific(pl.Series(["1.23E+05", "2E7", "12", "E5", None])).to_list() == [True, True, False, False, False]
    assert lost_zeros(pl.Series(["0012", "0345", "77", "1234"])) == 1
    assert lost_zeros(pl.Series(["12", "345"])) == 0
