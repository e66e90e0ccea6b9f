"""What may be shown of the court-cost ledger: totals of many orders, never one defendant's fine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_tree import Json, as_plain, is_figure, protect_tree

TOTALS = ("awarded", "varied", "paid", "remitted", "written_off", "outstanding", "receipts", "sentence")


def protect_income(summary: Mapping[str, object], rules: Rules) -> dict[str, Json]:
    """Protect the ledger's summary.

    The totals stand, to the penny, when they rest on at least the threshold of orders. A month's movements can be one
    order's, and the summary has no count beside them, so months become years: a year's awards and cash are shown where
    its orders reach the threshold.

    Returns
    -------
    dict
        The same keys; `months` has one row a year, its `month` the year.
    """
    source = as_plain(cast("Mapping[object, object]", summary))
    months = _records(source.pop("months", ()))
    data = cast("dict[str, Json]", protect_tree(source, rules))
    if not _enough_orders(source, rules):
        for key in TOTALS:
            if key in data:
                data[key] = {} if isinstance(data[key], dict) else None
    if "months" in summary:
        data["months"] = list[Json](_years(months, _orders_by_year(source, rules)))
    return {key: data[key] for key in summary}


def _records(value: object) -> list[dict[str, object]]:
    return [as_plain(cast("Mapping[object, object]", item)) for item in cast("Sequence[object]", value or ())]


def _enough_orders(summary: Mapping[str, object], rules: Rules) -> bool:
    counts = cast("Mapping[str, object]", summary.get("counts") or {})
    orders = counts.get("orders")
    return isinstance(orders, int) and orders >= rules.threshold


def _orders_by_year(summary: Mapping[str, object], rules: Rules) -> dict[str, bool]:
    """Which years may be shown; where one alone is small, the smallest other year is hidden with it."""
    years = {
        str(row.get("year")): cast("int", row.get("orders") or 0)
        for row in _records(summary.get("claimed_and_awarded"))
    }
    shown = {year: orders >= rules.threshold for year, orders in years.items()}
    if list(shown.values()).count(False) == 1 and any(shown.values()):
        shown[min((year for year in years if shown[year]), key=lambda year: years[year])] = False
    return shown


def _years(months: Sequence[Mapping[str, object]], shown: Mapping[str, bool]) -> list[dict[str, Json]]:
    rows: list[dict[str, Json]] = []
    for year in sorted({str(row["month"])[:4] for row in months}):
        inside = [row for row in months if str(row["month"]).startswith(year)]
        row: dict[str, Json] = dict.fromkeys(inside[0])
        row["month"] = year
        for name in ("awarded", "cash"):
            amounts = [Decimal(str(item[name])) for item in inside if is_figure(item.get(name))]
            row[name] = f"{sum(amounts, Decimal()):.2f}" if shown.get(year) and amounts else None
        rows.append(row)
    return rows
