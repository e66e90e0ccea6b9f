"""What may be shown of the court-cost ledger: totals of many orders, never one defendant's fine.

The ledger's amounts are tied by sums (awarded and varied are paid, remitted, written off or outstanding; the ages of
a debt add up to it; what was received is allocated, waits or was paid back). So an amount that rests on few orders is
hidden together with others of its sum, until what is left open rests on enough orders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from itertools import combinations
from typing import cast

from evaluation.publishing import words
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_tree import Json, as_plain, held_back, is_figure, protect_tree

REDUCTIONS = ("varied", "remitted", "written_off")
TOTALS = ("awarded", "varied", "paid", "remitted", "written_off", "outstanding")
RECEIPTS = ("received", "allocated", "unmatched", "refunded")
NEAREST = 1000
"""Pounds to which amounts are rounded that would else tell what few orders did."""
ROUNDED = "to the nearest £1,000"
"""What `amounts` says of a ledger whose pence would tell what a few orders did since the last edition."""
_TIED = {"allocated": "rules", "unmatched": "unmatched"}


def protect_income(summary: Mapping[str, object], rules: Rules) -> dict[str, Json]:
    """Protect the ledger's summary.

    The totals stand, to the penny, when they rest on at least the threshold of orders. A month's movements can be one
    order's, so months become years: a year's awards and cash are shown where enough orders stand behind them.

    Returns
    -------
    dict
        The same keys; `months` has one row a year, its `month` the year.
    """
    source = as_plain(cast("Mapping[object, object]", summary))
    months = records(source.pop("months", ()))
    source.pop("orders_by_year", None)
    expected = source.pop("expected", None)
    data = cast("dict[str, Json]", protect_tree(source, rules))
    for key, counted in (("ageing", "orders"), ("rules", "orders"), ("unmatched", "receipts")):
        _hide_rows(data, records(source.get(key)), key, counted, rules)
    _hide_claims(data, records(source.get("claimed_and_awarded")), rules)
    if "months" in summary:
        data["months"] = list[Json](_years(months, summary, data, rules))
    _hide_receipts(data, source, rules)
    _hide_totals(data, source, rules)
    data["expected"] = _expected(expected, data)
    return {key: data[key] for key in summary if key in data}


def _expected(expected: object, data: Mapping[str, Json]) -> Json:
    """What is expected of what is owed: always to whole thousands, and its limits outwards, so no order can be told."""
    if not isinstance(expected, Mapping) or data.get("outstanding") is None:
        return None
    given = {name: Decimal(str(value)) for name, value in cast("Mapping[str, object]", expected).items()}
    roundings = {"low": ROUND_FLOOR, "value": ROUND_HALF_EVEN, "high": ROUND_CEILING}
    return {
        name: f"{(given[name] / NEAREST).to_integral_value(rounding) * NEAREST:.2f}"
        for name, rounding in roundings.items()
    }


def records(value: object) -> list[dict[str, object]]:
    """Copy a list of mappings."""
    return [as_plain(cast("Mapping[object, object]", item)) for item in cast("Sequence[object]", value or ())]


def _count(tree: object, key: str) -> int | None:
    value = cast("Mapping[str, object]", tree).get(key) if isinstance(tree, Mapping) else None
    return value if isinstance(value, int) else None


def _blank(rows: Json, names: Sequence[str] = ("amount",), only: set[int] | None = None) -> None:
    for place, row in enumerate(cast("list[dict[str, Json]]", rows or [])):
        if only is None or place in only:
            row.update({name: None for name in names if name in row and row[name] not in ("0.00", 0)})


# ---- rows that add up to a total


def _hide_rows(data: dict[str, Json], source: list[dict[str, object]], key: str, counted: str, rules: Rules) -> None:
    """Hide the amounts of small rows and of others, because all rows add up to a total that is shown."""
    counts = [_count(row, counted) or 0 for row in source]
    _blank(data.get(key), ("amount", "orders", "receipts"), held_back(counts, rules, overlapping=True))


def _hide_claims(data: dict[str, Json], source: list[dict[str, object]], rules: Rules) -> None:
    """Hide a year's claims where they, or the orders without a claim beside them, are few."""
    few = set[int]()
    for place, row in enumerate(source):
        orders, without = _count(row, "orders") or 0, _count(row, "without_claim") or 0
        if any(rules.is_small(count) for count in (orders, without, orders - without)):
            few.add(place)
    few |= held_back([_count(row, "orders") or 0 for row in source], rules)
    _blank(data.get("claimed_and_awarded"), ("claimed", "awarded", "share"), few)


def _years(
    months: Sequence[Mapping[str, object]], summary: Mapping[str, object], data: Mapping[str, Json], rules: Rules
) -> list[dict[str, Json]]:
    years = sorted({str(row["month"])[:4] for row in months})
    made = _counted(summary, "claimed_and_awarded", "orders")
    counted = {
        "awarded": _counted(summary, "orders_by_year", "orders_awarded") or made,
        "cash": _counted(summary, "orders_by_year", "orders_paying") or made,
    }
    few = {name: held_back([orders.get(year, 0) for year in years], rules) for name, orders in counted.items()}
    rows: list[dict[str, Json]] = []
    for place, year in enumerate(years):
        inside = [row for row in months if str(row["month"]).startswith(year)]
        row: dict[str, Json] = {**dict.fromkeys(inside[0]), "month": year}
        for name, orders in counted.items():
            amounts = [Decimal(str(item[name])) for item in inside if is_figure(item.get(name))]
            shown = place not in few[name] and (orders.get(year, 0) or not sum(amounts))
            row[name] = f"{sum(amounts, Decimal()):.2f}" if shown and amounts else None
            row[f"orders_{name}"] = None if place in few[name] else rules.shown(orders.get(year, 0))
        rows.append(row)
    return rows


def _counted(summary: Mapping[str, object], key: str, name: str) -> dict[str, int]:
    return {str(row.get("year")): _count(row, name) or 0 for row in records(summary.get(key))}


# ---- totals


def _hide_receipts(data: dict[str, Json], source: Mapping[str, object], rules: Rules) -> None:
    """Received is allocated, unmatched or refunded: a small one is hidden with the receipts received."""
    held, behind = data.get("receipts"), source.get("receipts_behind")
    if not isinstance(held, dict) or not isinstance(behind, Mapping):
        return
    counts = [_count(cast("object", behind), name) or 0 for name in RECEIPTS]
    for place in held_back(counts, rules, overlapping=True, last=[3, 2, 1]):
        held[RECEIPTS[place]] = None
    for name, rows in _TIED.items():
        if name in held and held[name] is None:
            _blank(data.get(rows))


def _hide_totals(data: dict[str, Json], source: Mapping[str, object], rules: Rules) -> None:
    behind = source.get("orders_behind")
    orders = _count(source.get("counts"), "orders") or 0
    hidden = set(TOTALS) if orders < rules.threshold else _together(behind, rules) if behind else set[str]()
    if hidden - {*REDUCTIONS, "paid"}:
        hidden = set(TOTALS)
        for rows in ("ageing", "rules", "unmatched"):
            _blank(data.get(rows))
        _blank(data.get("claimed_and_awarded"), ("claimed", "awarded", "share"))
        _blank(data.get("months"), ("awarded", "cash"))
    if "paid" in hidden:
        _blank(data.get("months"), ("cash",))
        _blank(data.get("rules"))
        if "receipts" in data:
            data["receipts"] = {}
    for name in hidden & set(data):
        data[name] = None
    if isinstance(counted := data.get("orders_behind"), dict):
        data["orders_behind"] = {name: counted.get(name) for name in TOTALS}
    if hidden and data.get("sentence") is not None:
        data["sentence"] = sentence(data)


def _together(behind: object, rules: Rules) -> set[str]:
    """The totals to hide: few orders stand behind one of them, and enough behind all of them together."""
    counts = {name: _count(behind, name) or 0 for name in TOTALS}
    small = {name for name in REDUCTIONS if rules.is_small(counts[name]) and counts[name]}
    if any(0 < counts[name] < rules.threshold for name in ("awarded", "paid", "outstanding")):
        return set(TOTALS)
    if not small:
        return set()
    others = [name for name in REDUCTIONS if counts[name] and name not in small]
    for size in range(len(others) + 1):
        for more in sorted(combinations(others, size), key=lambda names: sum(counts[name] for name in names)):
            chosen = [name for name in REDUCTIONS if name in small or name in more]
            if len(chosen) > 1 and _distinct(behind, chosen, counts) >= rules.threshold:
                return set(chosen)
    return {*small, *others, "paid"}


def _distinct(behind: object, names: Sequence[str], counts: Mapping[str, int]) -> int:
    """How many orders stand behind some totals together, at least."""
    pairs = [_count(behind, "_or_".join(pair)) or 0 for pair in combinations(names, 2)]
    return max([*pairs, *(counts[name] for name in names)])


def sentence(data: Mapping[str, Json]) -> str | None:
    """Say the ledger from the totals that are shown; None where what is owed is not among them."""
    counts, day = data.get("counts"), words.as_date(data.get("as_of"))
    orders = counts.get("orders") if isinstance(counts, dict) else None
    if data.get("awarded") is None or data.get("outstanding") is None or orders is None or day is None:
        return None
    named = (("paid", "paid"), ("remitted", "remitted"), ("written_off", "written off"), ("outstanding", "outstanding"))
    rounded = data.get("amounts") == ROUNDED
    shown = [f"{_pounds(data[key], rounded)} {said}" for key, said in named if data.get(key) is not None]
    due = _pounds(data["awarded"], rounded)
    return f"By {words.long_date(day)} {due} had been awarded on {orders:,} orders: {words.listed(shown)}."


def _pounds(value: Json, rounded: bool) -> str:
    return f"about {words.pounds(str(value))}" if rounded else words.pounds(str(value), pence=True)
