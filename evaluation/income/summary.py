"""The ledger's totals as plain values: what the disclosure rules, the site and the command line read.

Beside the amounts stand the numbers of orders behind them, because an amount that rests on few orders says what a
defendant owes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

import polars as pl

from evaluation.income.completeness import order_numbers
from evaluation.income.ledger import AMOUNTS
from evaluation.income.money import as_pounds, total

if TYPE_CHECKING:
    from evaluation.income.reconciliation import Reconciliation


def plain_value(value: Any) -> Any:
    """Turn dates into ISO text and pounds into text with two places; leave the rest."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Turn a frame into a list of plain rows."""
    return [{name: plain_value(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def summary(held: Reconciliation) -> dict[str, Any]:
    """Give totals, counts, completeness, ageing and months; no reference of an order, receipt or person."""
    return {
        "as_of": held.as_of.isoformat(),
        **{name: str(total(held.ledger, name)) for name in AMOUNTS},
        "receipts": _receipts(held),
        "counts": _counts(held),
        "orders_behind": _orders_behind(held),
        "receipts_behind": _receipts_behind(held),
        "orders_by_year": _orders_by_year(held),
        "completeness": _completeness(held),
        "claimed_and_awarded": rows(held.claimed_and_awarded),
        "ageing": rows(held.ageing),
        "rules": _by_rule(held),
        "unmatched": _by_status(held),
        "months": rows(held.months),
        "sentence": held.sentence(),
    }


REDUCTIONS = ("varied", "remitted", "written_off")


def _orders_behind(held: Reconciliation) -> dict[str, int]:
    """Count the orders behind each total, and behind each pair of reductions together (`varied_or_remitted`)."""
    sets = [*combinations(AMOUNTS, 1), *combinations(REDUCTIONS, 2)]
    return {"_or_".join(names): held.ledger.filter(pl.any_horizontal(pl.col(names) != 0)).height for names in sets}


def _receipts_behind(held: Reconciliation) -> dict[str, int]:
    kinds, allocated = held.inputs.receipts["kind"], held.allocations["receipt_ref"].n_unique()
    refunds = int((kinds == "refund").sum())
    return {
        "received": len(kinds) - refunds,
        "allocated": allocated,
        "unmatched": len(held.unmatched_receipts),
        "refunded": refunds,
    }


def _orders_by_year(held: Reconciliation) -> list[dict[str, int]]:
    """Count the orders made, and the orders on which money came, in each year."""
    made = _by_year(held.states, "ordered_on")
    paid = _by_year(held.postings.filter(pl.col("component") == "costs"), "posted_on")
    years = sorted({*made, *paid})
    return [{"year": year, "orders_awarded": made.get(year, 0), "orders_paying": paid.get(year, 0)} for year in years]


def _by_year(frame: pl.DataFrame, day: str) -> dict[int, int]:
    counted = frame.group_by(pl.col(day).dt.year().alias("year")).agg(pl.col("order_ref").n_unique())
    return dict(counted.drop_nulls().iter_rows())


def _receipts(held: Reconciliation) -> Mapping[str, str]:
    given, refund = held.inputs.receipts, pl.col("kind") == "refund"
    allocated = total(held.allocations, "amount")
    return {
        "received": str(as_pounds(int(given.filter(~refund)["amount"].sum()))),
        "allocated": str(allocated),
        "unmatched": str(total(held.unmatched_receipts, "amount")),
        "refunded": str(as_pounds(-int(given.filter(refund)["amount"].sum()))),
    }


def _counts(held: Reconciliation) -> dict[str, int]:
    open_orders = held.ledger.filter(pl.col("outstanding") > 0)
    return {
        "orders": len(held.ledger),
        "open_orders": len(open_orders),
        "receipts": len(held.inputs.receipts),
        "unmatched_receipts": len(held.unmatched_receipts),
        "ambiguous_receipts": len(held.unmatched_receipts.filter(pl.col("status") == "ambiguous")),
        "orders_in_arrears": len(held.arrears),
        "broken_plans": len(held.broken_plans),
        "set_aside": len(held.set_aside),
    }


def _completeness(held: Reconciliation) -> list[dict[str, Any]]:
    without = held.completeness
    prosecutions = held.inputs.prosecutions
    known = prosecutions is not None
    missing, others = order_numbers(held.inputs)
    lines = [
        ("prosecutions", len(prosecutions) if prosecutions is not None else None),
        ("prosecutions_with_order", len(prosecutions) - len(without) if prosecutions is not None else None),
        ("prosecutions_without_order_explained", len(without.filter("explained")) if known else None),
        ("prosecutions_without_order_unexplained", len(without.filter(~pl.col("explained"))) if known else None),
        ("orders_without_prosecution", len(held.unsupported_orders) if known else None),
        *((("order_numbers_missing", missing),) if missing is not None else ()),
        *((("orders_in_numbers_of_the_court", others),) if others else ()),
        ("months_with_prosecutions_and_no_order", len(held.silent_months) if known else None),
        ("orders_awarded_more_than_claimed", int(held.claimed_and_awarded["above_claim"].sum())),
        ("orders_without_a_claim", int(held.claimed_and_awarded["without_claim"].sum())),
    ]
    return [{"item": item, "count": count} for item, count in lines]


def _by_rule(held: Reconciliation) -> list[dict[str, Any]]:
    counted = held.allocations.group_by("rule").agg(
        pl.col("receipt_ref").n_unique().cast(pl.Int64).alias("receipts"),
        pl.col("order_ref").n_unique().cast(pl.Int64).alias("orders"),
        pl.col("amount").sum(),
    )
    return rows(counted.sort("rule"))


def _by_status(held: Reconciliation) -> list[dict[str, Any]]:
    counted = held.unmatched_receipts.group_by("status").agg(
        pl.len().cast(pl.Int64).alias("receipts"), pl.col("amount").sum()
    )
    return rows(counted.sort("status"))
