from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from evaluation.income import Reconciliation, reconcile

MONEY = pl.Decimal(12, 2)
ORDER = {
    "order_ref": pl.String, "prosecution_ref": pl.String, "defendant_id": pl.String, "ordered_on": pl.Date,
    "costs_claimed": MONEY, "costs_awarded": MONEY, "compensation": MONEY, "fine": MONEY, "surcharge": MONEY,
    "instalment": MONEY, "instalment_every": pl.String, "first_due_on": pl.Date,
}  # fmt: skip
EVENT = {"order_ref": pl.String, "happened_on": pl.Date, "recorded_on": pl.Date, "kind": pl.String, "amount": MONEY}
RECEIPT = {
    "receipt_ref": pl.String, "received_on": pl.Date, "recorded_on": pl.Date, "amount": MONEY, "reference": pl.String,
    "payer_id": pl.String, "remittance_ref": pl.String, "kind": pl.String,
}  # fmt: skip
PROSECUTION = {
    "prosecution_ref": pl.String, "breach_on": pl.Date, "hearing_on": pl.Date, "result": pl.String,
    "order_ref": pl.String, "absence_reason": pl.String,
}  # fmt: skip
START = date(2010, 1, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def table(rows: list[dict[str, Any]], schema: dict[str, Any], **defaults: Any) -> pl.DataFrame:
    filled = [{name: {**defaults, **row}.get(name) for name in schema} for row in rows]
    return pl.DataFrame([{k: _value(v, schema[k]) for k, v in row.items()} for row in filled], schema=schema)


def _value(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if kind == MONEY:
        return Decimal(str(value))
    return day(value) if kind == pl.Date and isinstance(value, int) else value


class Court:
    """Builds the tables of a test in a few words and reconciles them."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.receipts: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.prosecutions: list[dict[str, Any]] = []

    def order(self, ref: str, costs: Any, on: Any = 0, **more: Any) -> Court:
        self.orders.append({"order_ref": ref, "costs_awarded": costs, "ordered_on": on, **more})
        return self

    def paid(self, ref: str, amount: Any, on: Any = 10, reference: str | None = None, **more: Any) -> Court:
        row = {"receipt_ref": ref, "amount": amount, "received_on": on, "reference": reference, "kind": "payment"}
        self.receipts.append({**row, **more})
        return self

    def event(self, ref: str, kind: str, amount: Any, on: Any = 20, **more: Any) -> Court:
        self.events.append({"order_ref": ref, "kind": kind, "amount": amount, "happened_on": on, **more})
        return self

    def prosecuted(self, ref: str, on: Any = 0, **more: Any) -> Court:
        self.prosecutions.append({"prosecution_ref": ref, "breach_on": on, "hearing_on": on, **more})
        return self

    def tables(self) -> dict[str, pl.DataFrame]:
        return {
            "orders": table(self.orders, ORDER),
            "receipts": table(self.receipts, RECEIPT),
            "events": table(self.events, EVENT),
        }

    def on(self, as_of: Any = 1_000, **more: Any) -> Reconciliation:
        known = {"prosecutions": table(self.prosecutions, PROSECUTION)} if self.prosecutions else {}
        return reconcile(**self.tables(), **known, as_of=day(as_of) if isinstance(as_of, int) else as_of, **more)


def state(held: Reconciliation, ref: str) -> dict[str, Any]:
    return held.ledger.row(by_predicate=pl.col("order_ref") == ref, named=True)


def went(held: Reconciliation, receipt: str) -> dict[tuple[str, str], str]:
    rows = held.allocations.filter(pl.col("receipt_ref") == receipt)
    return {(row["order_ref"], row["component"]): str(row["amount"]) for row in rows.iter_rows(named=True)}


def rules_of(held: Reconciliation, receipt: str) -> set[str]:
    return set(held.allocations.filter(pl.col("receipt_ref") == receipt)["rule"])


def left(held: Reconciliation, receipt: str) -> tuple[str, str] | None:
    rows = held.unmatched_receipts.filter(pl.col("receipt_ref") == receipt)
    return (str(rows["amount"][0]), rows["status"][0]) if len(rows) else None


@pytest.fixture
def court() -> Court:
    return Court()


@pytest.fixture
def look() -> dict[str, Callable[..., Any]]:
    return {"state": state, "went": went, "rules": rules_of, "left": left}


@pytest.fixture
def when() -> Callable[[int], date]:
    return day
