"""The ledger of costs due to the council: a row per order, and the movement of every month."""

from __future__ import annotations

from datetime import date

import polars as pl

from evaluation.income.book import Book
from evaluation.income.inputs import Inputs
from evaluation.income.money import pounds
from evaluation.income.plan import oldest_due
from evaluation.income.rules import Rules

AMOUNTS = ("awarded", "varied", "paid", "remitted", "written_off", "outstanding")
_MOVEMENTS = ("awarded", "varied", "cash", "remitted", "written_off")


def postings(book: Book) -> pl.DataFrame:
    """Name the receipts and orders of all postings; amounts in pence.

    Returns
    -------
    polars.DataFrame
        `receipt_ref, order_ref, component, pence, posted_on, rule, to_court`, a row for each time that money was given
        to a component or taken back.
    """
    receipts = pl.DataFrame({"receipt_ref": pl.Series(book.receipts.refs, dtype=pl.String)}).with_row_index("receipt")
    orders = pl.DataFrame({"order_ref": pl.Series(book.orders.refs, dtype=pl.String)}).with_row_index("order")
    lines = book.lines().with_columns(pl.col("receipt", "order").cast(pl.UInt32))
    court = _from_court(book)
    return (
        lines.join(receipts.with_columns(court), on="receipt", how="left", maintain_order="left")
        .join(orders, on="order", how="left", maintain_order="left")
        .with_columns(posted_on=pl.col("day").cast(pl.Int32).cast(pl.Date))
        .select("receipt_ref", "order_ref", "component", "pence", "posted_on", "rule", "to_court")
        .sort("posted_on", "receipt_ref", maintain_order=True)
    )


def _from_court(book: Book) -> pl.Series:
    """Mark whose money it is; a reversal or refund takes the mark of the money on its order."""
    marks = book.receipts.to_court.copy()
    for money in book.links.values():
        for each in money:
            if each.pence < 0:
                marks[each.receipt] = _court_money(book, each.undoes, each.receipt)
    return pl.Series("to_court", marks)


def _court_money(book: Book, undoes: int, taker: int) -> bool:
    if undoes >= 0:
        return bool(book.receipts.to_court[undoes])
    paid_in = [
        receipt
        for order in book.orders_of(taker)
        for receipt in [*book.certain_receipts(order), *(m.receipt for m in book.links[order] if m.pence > 0)]
    ]
    return bool(paid_in) and all(bool(book.receipts.to_court[each]) for each in paid_in)


def events_by_order(inputs: Inputs) -> pl.DataFrame:
    """Add up what the court and the council did to the costs, per order, in pence."""
    kinds = ("varied", "remitted", "written_off")
    moved = pl.col("kind") == "transferred"
    return inputs.events.group_by("order_ref").agg(
        *(pl.col("applied").filter(pl.col("kind") == kind).sum().alias(kind) for kind in kinds),
        pl.col("happened_on").filter(moved).max().alias("transferred_on"),
    )


def ledger(book: Book, inputs: Inputs, lines: pl.DataFrame) -> pl.DataFrame:
    """Give each order's state in pence, with its plan: the columns of `AMOUNTS`, `debt` and the plan's.

    `debt` is what has to be paid in the end: awarded and varied less remitted and written off.
    """
    costs = lines.filter(pl.col("component") == "costs")
    paid = costs.group_by("order_ref").agg(
        pl.col("pence").sum().alias("paid"),
        pl.col("posted_on").filter(pl.col("pence") > 0).max().alias("last_paid_on"),
    )
    zero = [pl.col(name).fill_null(0) for name in ("varied", "remitted", "written_off", "paid")]
    return (
        book.orders.frame.rename({"costs_awarded": "awarded"})
        .join(events_by_order(inputs), on="order_ref", how="left", maintain_order="left")
        .join(paid, on="order_ref", how="left", maintain_order="left")
        .with_columns(zero)
        .with_columns(debt=pl.col("awarded") + pl.col("varied") - pl.col("remitted") - pl.col("written_off"))
        .with_columns(outstanding=pl.col("debt") - pl.col("paid"))
        .with_columns(oldest_due=oldest_due())
    )


def shown_ledger(states: pl.DataFrame) -> pl.DataFrame:
    """Keep what the reader of the ledger needs, in pounds."""
    return states.select(
        "order_ref", *AMOUNTS, "oldest_due", "prosecution_ref", "ordered_on", "costs_claimed", "last_paid_on",
        "transferred_on",
    ).with_columns(pounds(name) for name in (*AMOUNTS, "costs_claimed"))  # fmt: skip


def months(states: pl.DataFrame, inputs: Inputs, lines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Give the movement of every month from the first order to the as-of date, in pounds.

    Returns
    -------
    polars.DataFrame
        `month, opening, awarded, varied, cash, remitted, written_off, closing`. Everything stands in the month in
        which it happened, as it was known on the as-of date.
    """
    moves = [
        _by_month(states, "ordered_on", pl.col("awarded"), "awarded"),
        _by_month(lines.filter(pl.col("component") == "costs"), "posted_on", pl.col("pence"), "cash"),
        *(
            _by_month(inputs.events.filter(pl.col("kind") == kind), "happened_on", pl.col("applied"), kind)
            for kind in ("varied", "remitted", "written_off")
        ),
    ]
    table = _calendar(states, inputs.as_of)
    for move in moves:
        table = table.join(move, on="month", how="left", maintain_order="left")
    change = pl.col("awarded") + pl.col("varied") - pl.col("cash") - pl.col("remitted") - pl.col("written_off")
    return (
        table.with_columns(pl.col(_MOVEMENTS).fill_null(0))
        .with_columns(closing=change.cum_sum())
        .with_columns(opening=pl.col("closing") - change)
        .select("month", "opening", *_MOVEMENTS, "closing")
        .with_columns(pounds(name) for name in ("opening", *_MOVEMENTS, "closing"))
    )


def _by_month(frame: pl.DataFrame, day: str, value: pl.Expr, name: str) -> pl.DataFrame:
    return frame.group_by(month=pl.col(day).dt.truncate("1mo")).agg(value.sum().alias(name))


def _calendar(states: pl.DataFrame, as_of: date) -> pl.DataFrame:
    first = states["ordered_on"].min()
    start = first.replace(day=1) if isinstance(first, date) else as_of.replace(day=1)
    return pl.DataFrame({"month": pl.date_range(start, as_of.replace(day=1), "1mo", eager=True)})
