"""Unit costs: what one averted incident is worth to whom, in the prices of one year.

Every unit cost names its source, year and price base. A cost in another year's prices is used only with a deflator;
there is none built in, so none can be wrong without being seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel

from evaluation.errors import DataError, did_you_mean

AVERTED = ("incident", "repeat incident", "incident averted", "report")
_KEYS = (
    "value",
    "low",
    "high",
    "unit",
    "source",
    "year",
    "price_base",
    "payer",
    "deflator",
    "deflator_source",
    "synthetic",
)


@dataclass(frozen=True)
class UnitCost:
    """A price of one unit in pounds of the wanted year: `factor` brought it there from `price_base`."""

    name: str
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str
    source: str
    year: int
    price_base: int
    payer: str
    factor: Decimal


@dataclass(frozen=True)
class Prices:
    """The unit costs of an averted incident in the prices of `year`, and what could not be used and why."""

    year: int
    averted: tuple[UnitCost, ...]
    notes: tuple[str, ...]


def read_unit_costs(
    table: Mapping[str, Any] | None, *, as_of: date, deflators: Mapping[int, Decimal] | None = None
) -> Prices:
    """Check the partnership's unit costs and bring those of an averted incident to the prices of the as-of year.

    Parameters
    ----------
    table
        Name to `value, unit, source, year` (a mapping or a settings object) and, where they are known, `low, high,
        payer, price_base` (a year) and `deflator` (multiply by it) with `deflator_source`.
    deflators
        Price index by year (the year in which a financial year begins).

    Raises
    ------
    DataError
        With every mistake at once.
    """
    wanted = as_of.year if as_of.month >= 4 else as_of.year - 1
    problems: list[str] = []
    costs: list[UnitCost] = []
    notes: list[str] = []
    for name, given in (table or {}).items():
        entry = _entry(given)
        cost = _read(name, entry, problems)
        if cost is None:
            continue
        if not cost.unit.startswith(AVERTED):
            notes.append(f"{name} prices a '{cost.unit}', not an averted incident report, so it is not used.")
            continue
        factor = _factor(cost, entry, wanted, deflators or {})
        if factor is None:
            notes.append(
                f"{name} is in prices of {cost.price_base} and no deflator to {wanted} is given, so it is not used."
            )
        else:
            costs.append(_scaled(cost, factor))
    payers = [cost.payer for cost in costs]
    problems += [
        f"two unit costs of an averted incident for the payer '{payer}'"
        for payer in sorted(set(payers))
        if payers.count(payer) > 1
    ]
    if problems:
        raise DataError("the unit costs cannot be used", problems)
    return Prices(wanted, tuple(costs), tuple(notes))


def _entry(given: Any) -> Mapping[str, Any]:
    entry = given.model_dump() if isinstance(given, BaseModel) else given
    return {key: value for key, value in entry.items() if value is not None}


def _read(name: str, entry: Mapping[str, Any], problems: list[str]) -> UnitCost | None:
    before = len(problems)
    for key in entry:
        if key not in _KEYS:
            problems.append(f"unit_costs.{name}.{key}: is not known.{did_you_mean(key, _KEYS)}")
    for key in ("value", "unit", "source", "year"):
        if entry.get(key) in (None, ""):
            problems.append(f"unit_costs.{name}.{key}: is missing")
    if len(problems) > before:
        return None
    try:
        value = Decimal(str(entry["value"]))
        low, high = Decimal(str(entry.get("low", value))), Decimal(str(entry.get("high", value)))
        year = int(str(entry["year"])[:4])
        base = int(str(entry.get("price_base", year))[:4])
    except (InvalidOperation, ValueError):
        problems.append(f"unit_costs.{name}: value, low, high are pounds in quotes and year is a year such as 2012")
        return None
    if not 0 <= low <= value <= high:
        problems.append(f"unit_costs.{name}: 0 <= low <= value <= high does not hold")
    payer = str(entry.get("payer", "not assigned"))
    return UnitCost(name, value, low, high, str(entry["unit"]), str(entry["source"]), year, base, payer, Decimal(1))


def _factor(cost: UnitCost, entry: Mapping[str, Any], wanted: int, deflators: Mapping[int, Decimal]) -> Decimal | None:
    if cost.price_base == wanted:
        return Decimal(1)
    if entry.get("deflator") is not None:
        return Decimal(str(entry["deflator"]))
    if cost.price_base in deflators and wanted in deflators:
        return Decimal(str(deflators[wanted])) / Decimal(str(deflators[cost.price_base]))
    return None


def _scaled(cost: UnitCost, factor: Decimal) -> UnitCost:
    penny = Decimal("0.01")
    value, low, high = ((amount * factor).quantize(penny) for amount in (cost.value, cost.low, cost.high))
    return UnitCost(cost.name, value, low, high, cost.unit, cost.source, cost.year, cost.price_base, cost.payer, factor)
