"""What is left of the receipts: money that no order took, each with its status, reason and candidates."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from evaluation.income.book import Book
from evaluation.income.money import pounds
from evaluation.income.posting import Offset
from evaluation.income.uncertain import Uncertain, Weighed

_OVERPAID = ("overpayment", "more than the order could take")
_RECOVERED = ("recovery_after_write_off", "the debt was written off; the money is not needed by what is left of it")
_SHORT = ("no_match", "more than the money that it takes back")
_REST = ("held", "the part that the decision does not give away")


def remaining(book: Book) -> dict[int, int]:
    """Give what each receipt has left, in pence; negative for a reversal or refund that took back too little."""
    left: dict[int, int] = defaultdict(int, book.credits())
    linked: dict[int, int] = defaultdict(int)
    for money in book.links.values():
        for each in money:
            linked[each.receipt] += each.pence
    for offset in book.offsets:
        linked[offset.receipt] += offset.pence
        linked[offset.taker] -= offset.pence
    for receipt, pence in enumerate(book.receipts.pence.tolist()):
        if book.certain[receipt] < 0:
            left[receipt] += pence - linked[receipt]
    return {receipt: pence for receipt, pence in left.items() if pence}


def unmatched_receipts(book: Book, written_off: set[str]) -> pl.DataFrame:
    """List the money that no order took: `receipt_ref, amount` (what is left)`, status, reason` and the receipt's own.

    `status` is one of `ambiguous`, `no_match`, `overpayment`, `recovery_after_write_off`, `before_order`, `held`.

    Parameters
    ----------
    book
        The finished book.
    written_off
        References of the orders with a write-off.
    """
    left = remaining(book)
    rows = [(receipt, pence, *_why(book, receipt, pence, written_off)) for receipt, pence in sorted(left.items())]
    return _named(book, rows)


def _named(book: Book, rows: list[tuple[int, int, str, str]]) -> pl.DataFrame:
    schema = {"at": pl.UInt32, "left": pl.Int64, "status": pl.String, "reason": pl.String}
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .join(book.receipts.frame.with_row_index("at"), on="at", how="left", maintain_order="left")
        .select(
            "receipt_ref", pl.col("left").alias("amount"), "status", "reason", "received_on", "kind",
            pl.col("amount").alias("received"), "remittance_ref",
        )
        .with_columns(pounds("amount"), pounds("received"))
    )  # fmt: skip


def _why(book: Book, receipt: int, pence: int, written_off: set[str]) -> tuple[str, str]:
    orders = book.orders_of(receipt)
    if not orders or receipt in book.status:
        return book.status.get(receipt, _SHORT if pence < 0 else _REST)
    if pence < 0:
        return _SHORT
    return _RECOVERED if any(book.orders.refs[order] in written_off for order in orders) else _OVERPAID


def offsets_frame(book: Book, offsets: list[Offset]) -> pl.DataFrame:
    """List unallocated money that was taken back: `taken_by, receipt_ref, kind, amount, on`."""
    rows = [
        (book.receipts.refs[each.taker], book.receipts.refs[each.receipt], book.receipts.kinds[each.taker],
         each.pence, each.day)
        for each in offsets
    ]  # fmt: skip
    schema = {"taken_by": pl.String, "receipt_ref": pl.String, "kind": pl.String, "amount": pl.Int64, "on": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pounds("amount"), pl.col("on").cast(pl.Date))


def evidence_frame(book: Book, uncertain: Uncertain) -> pl.DataFrame:
    """Lay out the waterfall: `receipt_ref, order_ref, term, seen, points, score, chosen`."""
    rows = [_row(book, each) for each in uncertain.weighed]
    schema = {"receipt_ref": pl.String, "order_ref": pl.String, "term": pl.String, "seen": pl.String,
              "points": pl.Int64, "score": pl.Int64, "chosen": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _row(book: Book, each: Weighed) -> tuple[str, str, str, str, int, int, bool]:
    receipt, order = book.receipts.refs[each.receipt], book.orders.refs[each.order]
    return receipt, order, each.line.term, each.line.seen, each.line.points, each.total, each.chosen
