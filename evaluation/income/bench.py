"""How long a reconciliation takes, and how its cost grows with the number of receipts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from time import perf_counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.income.money import POUNDS, pounds
from evaluation.income.reconciliation import reconcile

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_START = date(2003, 1, 1)
_AS_OF = date(2012, 12, 31)
_RECEIPTS_PER_ORDER = 10
_SEED = 80


def bench_tables(receipts: int, seed: int = _SEED) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Make orders, receipts and events of a given size, with the difficulties of real ones in fixed shares.

    Of the receipts 90 % copy the reference, 4 % have it mistyped, 4 % have a name alone, 0.1 % are bulk remittances,
    and 2 % are reversed; a tenth of the orders is varied, remitted or written off; a tenth is paid through the court.
    """
    draw = np.random.default_rng(seed)
    count = max(receipts // _RECEIPTS_PER_ORDER, 1)
    orders = _orders(count, draw)
    table = _receipts(orders, receipts, draw)
    return orders, table, _events(orders, draw)


def income_bench(sizes: Sequence[int] = SIZES) -> pl.DataFrame:
    """Time reconciliations of growing size, each with a tenth as many orders as receipts.

    Parameters
    ----------
    sizes
        Numbers of receipts.

    Returns
    -------
    polars.DataFrame
        `receipts, orders, seconds, microseconds_per_receipt, peak_memory_mb` (of the process so far), a row per size.
    """
    rows: list[dict[str, float]] = []
    for size in sizes:
        orders, receipts, events = bench_tables(size)
        start = perf_counter()
        reconcile(orders, receipts, events=events, as_of=_AS_OF)
        seconds = perf_counter() - start
        rows.append(
            {"receipts": len(receipts), "orders": len(orders), "seconds": seconds,
             "microseconds_per_receipt": 1e6 * seconds / max(len(receipts), 1), "peak_memory_mb": _peak_memory()}
        )  # fmt: skip
    return pl.DataFrame(rows)


def _peak_memory() -> float:
    if sys.platform == "win32":
        return float("nan")
    import resource

    unit = 1 if sys.platform == "darwin" else 1_024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _days(count: int, draw: np.random.Generator, first: int, last: int) -> NDArray[np.int64]:
    return draw.integers(first, last, count)


def _dates(days: NDArray[np.int64]) -> pl.Series:
    offset = (_START - date(1970, 1, 1)).days
    return pl.Series((days + offset).astype(np.int32)).cast(pl.Date)


def _orders(count: int, draw: np.random.Generator) -> pl.DataFrame:
    numbers = np.arange(count)
    days = np.sort(_days(count, draw, 0, 3_200))
    through_court = draw.random(count) < 0.1
    return pl.DataFrame(
        {
            "order_ref": [f"NC{at // 10_000:02d}/{at % 10_000:04d}-{(at * 7) % 97:02d}" for at in numbers],
            "prosecution_ref": [f"P{at}" for at in numbers],
            "defendant_id": [f"d{at:x}" for at in draw.integers(0, max(int(count * 0.9), 1), count)],
            "ordered_on": _dates(days),
            "costs_awarded": draw.integers(8_000, 90_000, count),
            "compensation": np.where(through_court, 5_000, 0),
            "instalment": draw.choice([1_000, 2_000, 2_500, 4_000], count),
            "instalment_every": draw.choice(["week", "fortnight", "month"], count),
            "first_due_on": _dates(days + 28),
            "court": through_court,
        }
    ).with_columns(
        pounds("costs_awarded"), pounds("compensation"), pounds("instalment"), pl.lit(0).cast(POUNDS).alias("fine")
    )  # fmt: skip


def _receipts(orders: pl.DataFrame, count: int, draw: np.random.Generator) -> pl.DataFrame:
    reversed_ = int(count * 0.02)
    at = draw.integers(0, len(orders), count - reversed_)
    paid = orders.select("order_ref", "defendant_id", "ordered_on", "instalment", "court")[at]
    drawn = {"how": draw.random(len(paid)), "after": _days(len(paid), draw, 1, 400)}
    ref = pl.col("order_ref")
    table = paid.with_columns(pl.Series(name, values) for name, values in drawn.items()).with_columns(
        receipt_ref=pl.format("R{}", pl.int_range(pl.len())),
        received_on=pl.col("ordered_on") + pl.duration(days="after"),
        kind=pl.when("court").then(pl.lit("account")).otherwise(pl.lit("payment")),
    ).with_columns(
        reference=pl.when(pl.col("how") < 0.90).then(ref)
        .when(pl.col("how") < 0.94).then(pl.concat_str(ref.str.head(5), ref.str.tail(-6)))
        .otherwise(None),
        payer_id=pl.when(pl.col("how") < 0.98).then("defendant_id"),
        remittance_ref=pl.when(pl.col("how") > 0.999).then(pl.format("B{}", "receipt_ref")),
        amount=pl.col("instalment"),
    )  # fmt: skip
    table = table.select("receipt_ref", "received_on", "amount", "reference", "payer_id", "remittance_ref", "kind")
    bounced = table.sample(reversed_, seed=_SEED).with_columns(
        receipt_ref=pl.format("V{}", "receipt_ref"),
        received_on=pl.col("received_on") + timedelta(days=5),
        reference="receipt_ref",
        amount=(-pl.col("amount")).cast(POUNDS),
        kind=pl.lit("reversal"),
    )
    return pl.concat([table, bounced])


def _events(orders: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    chosen = orders.sample(max(len(orders) // 10, 1), seed=_SEED)
    kinds = draw.choice(["varied", "remitted", "written_off"], len(chosen))
    return chosen.select(
        "order_ref",
        happened_on=pl.col("ordered_on") + timedelta(days=200),
        kind=pl.Series(kinds),
        amount=pl.lit(4_000, dtype=pl.Int64),
    ).with_columns(pounds("amount"))
