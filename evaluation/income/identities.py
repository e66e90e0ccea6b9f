"""The identities of the ledger, worked out again from the inputs and compared with what is reported.

Per order and in total: awarded + varied = paid + remitted + written off + outstanding. Per receipt and in total:
received = allocated + unmatched + refunded. Per month: opening + awarded + varied - cash - remitted - written off =
closing, and one month's closing is the next one's opening. The ageing adds up to what is outstanding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from evaluation.errors import LedgerError
from evaluation.income.money import as_pounds, in_pence

if TYPE_CHECKING:
    from evaluation.income.reconciliation import Reconciliation

_SHOWN = 10
_STATE = ("awarded", "varied", "paid", "remitted", "written_off", "outstanding")


def check(held: Reconciliation) -> None:
    """Check every identity.

    Raises
    ------
    LedgerError
        With each identity that does not hold and by how much.
    """
    problems = [
        *_orders(held), *_against_the_inputs(held), *_receipts(held), *_totals(held), *_months(held), *_ageing(held),
        *_rows(held),
    ]  # fmt: skip
    if problems:
        raise LedgerError("The ledger does not add up.", problems)


def _pence(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    return frame.with_columns(in_pence(frame, column).alias(column) for column in columns)


def _first(rows: pl.DataFrame, key: str, text: str) -> list[str]:
    found = rows[key].head(_SHOWN).to_list()
    return [f"{text} in {len(rows)} case(s): {', '.join(map(str, found))}."] if len(rows) else []


def _orders(held: Reconciliation) -> list[str]:
    states = _pence(held.ledger, *_STATE)
    ends = pl.col("paid") + pl.col("remitted") + pl.col("written_off") + pl.col("outstanding")
    return [
        *_first(
            states.filter(pl.col("awarded") + pl.col("varied") != ends), "order_ref",
            "awarded + varied is not paid + remitted + written off + outstanding",
        ),
        *_first(states.filter(pl.col("outstanding") < 0), "order_ref", "the outstanding amount is below nought"),
        *_first(states.filter(pl.col("paid") < 0), "order_ref", "the paid amount is below nought"),
        *_first(states.filter(pl.col("order_ref").is_duplicated()), "order_ref", "an order stands in the ledger twice"),
    ]  # fmt: skip


def _against_the_inputs(held: Reconciliation) -> list[str]:
    """Work out each order's amounts from the orders, events and allocations and compare them with the ledger."""
    events, costs = held.inputs.events, _pence(held.allocations, "amount").filter(pl.col("component") == "costs")
    parts = {
        "awarded": held.inputs.orders.select("order_ref", pl.col("costs_awarded").alias("value")),
        "paid": costs.select("order_ref", pl.col("amount").alias("value")),
        **{
            kind: events.filter(pl.col("kind") == kind).select("order_ref", pl.col("applied").alias("value"))
            for kind in ("varied", "remitted", "written_off")
        },
    }
    problems: list[str] = []
    states = _pence(held.ledger, *_STATE)
    for name, values in parts.items():
        summed = values.group_by("order_ref").agg(pl.col("value").sum())
        both = states.select("order_ref", pl.col(name).alias("said")).join(
            summed, on="order_ref", how="full", coalesce=True
        )
        wrong = both.filter(pl.col("said").is_null() | (pl.col("said") != pl.col("value").fill_null(0)))
        problems += _first(wrong.sort("order_ref"), "order_ref", f"{name} is not what the records add up to")
    return problems


def _receipts(held: Reconciliation) -> list[str]:
    """Follow each receipt: what it brought is allocated, left, or was taken back."""
    sums = [
        _signed(_pence(held.allocations, "amount"), "receipt_ref", "amount", 1),
        _signed(_pence(held.unmatched_receipts, "amount"), "receipt_ref", "amount", 1),
        _signed(_pence(held.taken_back, "amount"), "receipt_ref", "amount", 1),
        _signed(_pence(held.taken_back, "amount"), "taken_by", "amount", -1),
    ]
    went = pl.concat(sums).group_by("receipt_ref").agg(pl.col("pence").sum())
    came = held.inputs.receipts.select("receipt_ref", pl.col("amount").alias("came"))
    both = came.join(went, on="receipt_ref", how="full", coalesce=True)
    wrong = both.filter(pl.col("came").is_null() | (pl.col("came") != pl.col("pence").fill_null(0)))
    return _first(wrong.sort("receipt_ref"), "receipt_ref", "a receipt is not allocated + unmatched + taken back")


def _signed(frame: pl.DataFrame, key: str, value: str, sign: int) -> pl.DataFrame:
    return frame.select(pl.col(key).alias("receipt_ref"), (pl.col(value) * sign).alias("pence"))


def _totals(held: Reconciliation) -> Iterator[str]:
    given = held.inputs.receipts
    refund = pl.col("kind") == "refund"
    received = int(given.filter(~refund)["amount"].sum())
    refunded = -int(given.filter(refund)["amount"].sum())
    allocated = int(in_pence(held.allocations, "amount").sum())
    unmatched = int(in_pence(held.unmatched_receipts, "amount").sum())
    lost = received - allocated - unmatched - refunded
    if lost:
        yield f"receipts are not allocated + unmatched + refunded: {as_pounds(lost)} is not accounted for."


def _months(held: Reconciliation) -> Iterable[str]:
    names = ("opening", "awarded", "varied", "cash", "remitted", "written_off", "closing")
    table = _pence(held.months, *names)
    moved = pl.col("opening") + pl.col("awarded") + pl.col("varied")
    moved = moved - pl.col("cash") - pl.col("remitted") - pl.col("written_off")
    yield from _first(table.filter(moved != pl.col("closing")), "month", "a month does not close at what it comes to")
    carried = pl.col("closing").shift(1, fill_value=0)
    yield from _first(
        table.filter(carried != pl.col("opening")), "month", "a month does not open where the last closed"
    )
    yield from _first(table.filter(pl.col("closing") < 0), "month", "a month closes below nought")
    outstanding = int(in_pence(held.ledger, "outstanding").sum())
    last = int(table["closing"][-1]) if len(table) else 0
    if last != outstanding:
        yield f"the last month closes at {as_pounds(last)} and {as_pounds(outstanding)} is outstanding."


def _ageing(held: Reconciliation) -> Iterator[str]:
    aged, outstanding = (int(in_pence(*each).sum()) for each in ((held.ageing, "amount"), (held.ledger, "outstanding")))
    if aged != outstanding:
        yield f"the ageing adds up to {as_pounds(aged)} and {as_pounds(outstanding)} is outstanding."


def _rows(held: Reconciliation) -> Iterator[str]:
    if len(held.ledger) != len(held.inputs.orders):
        yield f"the ledger has {len(held.ledger)} rows for {len(held.inputs.orders)} orders."
    for table, rows in held.inputs.rows.items():
        if rows["read"] != rows["in_view"] + rows["later"] + rows["set_aside"]:
            yield f"rows of {table} are neither in view, nor later, nor set aside."
