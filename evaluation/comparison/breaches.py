"""Breaches of orders: when each order was first breached, counted per order.

Breaches can belong to orders of earlier years, so breaches of a year are never divided by orders of that year.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from evaluation.follow_up.tables import Tables, table

FEWEST_ORDERS = 10
YEAR = 365


def order_spells(records: Tables, scheme: str, as_of: date) -> pl.DataFrame:
    """A row an order: `exit` (days to the first breach, the end of the order or the as-of date), `breached`."""
    orders = table(records, "Interventions").filter(
        pl.col("scheme") == scheme, pl.col("started_on").is_not_null(), pl.col("started_on") < as_of
    )
    first = (
        table(records, "Breaches")
        .filter(pl.col("breached_on") <= as_of)
        .group_by("intervention_id")
        .agg(pl.col("breached_on").min())
    )
    end = pl.min_horizontal(pl.col("ended_on").fill_null(as_of), pl.lit(as_of))
    return (
        orders.join(first, on="intervention_id", how="left")
        .filter(pl.col("breached_on").is_null() | (pl.col("breached_on") >= pl.col("started_on")))
        .with_columns((pl.col("breached_on").is_not_null() & (pl.col("breached_on") <= end)).alias("breached"))
        .with_columns(pl.when("breached").then("breached_on").otherwise(end).alias("stop"))
        .select(((pl.col("stop") - pl.col("started_on")).dt.total_days()).clip(1).alias("exit"), "breached")
        .collect()
    )


def breaches_by_order(records: Tables, scheme: str, as_of: date) -> dict[str, Any]:
    """Share of orders breached within a year of their start (Kaplan–Meier, orders in force)."""
    spells = order_spells(records, scheme, as_of)
    if spells.height < FEWEST_ORDERS:
        return {"orders": spells.height, "reason": f"only {spells.height} orders are recorded"}
    if table(records, "Breaches").select(pl.len()).collect().item() == 0:
        return {"orders": spells.height, "reason": "no breach is recorded in any extract"}
    from evaluation.survival import kaplan_meier

    seen = kaplan_meier(spells, exit="exit", event="breached").tidy().filter(pl.col("time") <= YEAR).sort("time")
    row = seen.row(-1, named=True) if seen.height else {"survival": 1.0, "low": 1.0, "high": 1.0}
    longest = min(int(spells["exit"].max()), YEAR)  # pyright: ignore[reportArgumentType]
    return {
        "orders": spells.height,
        "orders_breached": int(spells["breached"].sum()),
        "share_breached_365": 1 - row["survival"],
        "low": 1 - (row["survival"] if row["high"] is None else row["high"]),
        "high": 1 - (row["survival"] if row["low"] is None else row["low"]),
        "followed_days": longest,
        "text": f"first breach of each order within {longest} days of its start, while it is in force",
    }
