from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from evaluation.commissioning.unit_costs import read_unit_costs
from evaluation.errors import DataError

AS_OF = date(2012, 12, 31)


def cost(**changes: Any) -> dict[str, Any]:
    return {"value": "200.00", "unit": "incident report", "source": "Finance", "year": "2012/13"} | changes


def test_a_cost_in_the_prices_of_the_year_is_used_as_it_is() -> None:
    prices = read_unit_costs({"council": cost(payer="council")}, as_of=AS_OF)
    (found,) = prices.averted
    assert (prices.year, found.value, found.payer, found.factor) == (2012, Decimal("200.00"), "council", Decimal(1))


def test_the_year_of_prices_follows_the_financial_year() -> None:
    assert read_unit_costs({}, as_of=date(2013, 3, 31)).year == 2012
    assert read_unit_costs({}, as_of=date(2013, 4, 1)).year == 2013


def test_another_years_prices_need_a_deflator() -> None:
    table = {"council": cost(year="2016/17", low="100.00", high="300.00")}
    without = read_unit_costs(table, as_of=AS_OF)
    assert without.averted == ()
    assert without.notes == ("council is in prices of 2016 and no deflator to 2012 is given, so it is not used.",)
    (found,) = read_unit_costs(table, as_of=AS_OF, deflators={2012: Decimal(95), 2016: Decimal(100)}).averted
    assert (found.low, found.value, found.high) == (Decimal("95.00"), Decimal("190.00"), Decimal("285.00"))
    (own,) = read_unit_costs({"council": cost(year="2016/17", deflator="0.95")}, as_of=AS_OF).averted
    assert own.value == Decimal("190.00")


def test_the_price_of_something_else_is_not_taken_for_an_averted_report() -> None:
    prices = read_unit_costs({"crime": cost(unit="recorded crime incident")}, as_of=AS_OF)
    assert prices.averted == ()
    assert "not an averted incident report" in prices.notes[0]


def test_settings_objects_are_read_like_mappings() -> None:
    class Setting(BaseModel):
        value: Decimal = Decimal("12.34")
        unit: str = "incident"
        source: str = "Finance"
        year: str = "2012/13"
        payer: str | None = None

    (found,) = read_unit_costs({"one": Setting()}, as_of=AS_OF).averted
    assert (found.value, found.payer) == (Decimal("12.34"), "not assigned")


def test_all_mistakes_are_shown_at_once() -> None:
    table = {
        "a": cost(valeu="1"),
        "b": {"value": "1"},
        "c": cost(value="dear"),
        "d": cost(low="300.00"),
    }
    with pytest.raises(DataError) as caught:
        read_unit_costs(table, as_of=AS_OF)
    text = "\n".join(caught.value.problems)
    assert "Did you mean 'value'?" in text
    assert all(
        part in text
        for part in ("unit_costs.b.unit", "unit_costs.b.source", "unit_costs.b.year", "unit_costs.c", "unit_costs.d")
    )


def test_two_costs_for_one_payer_would_count_a_benefit_twice() -> None:
    with pytest.raises(DataError, match="two unit costs of an averted incident for the payer 'police'"):
        read_unit_costs({"a": cost(payer="police"), "b": cost(payer="police")}, as_of=AS_OF)
