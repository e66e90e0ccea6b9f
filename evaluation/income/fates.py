"""What became of every pound due, and when: the spells behind the forecast.

Each order's costs due (awarded and varied) are divided by what became of them: paid, remitted, written off, or still
outstanding (censored). A pound is at risk from the day of the order. Money paid and then taken back counts as not
paid; what was taken back is charged to the latest payments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from evaluation.income.money import in_pence

if TYPE_CHECKING:
    from evaluation.income.reconciliation import Reconciliation

CENSORED, PAID, REMITTED, WRITTEN_OFF = "censored", "paid", "remitted", "written_off"


def pound_spells(held: Reconciliation) -> pl.DataFrame:
    """Divide the costs due of every order by their fate.

    Returns
    -------
    polars.DataFrame
        `order_ref, days` (from the order to the fate or the as-of date)`, fate, pence`; the pence of an order add up
        to its awarded and varied costs.
    """
    parts = [
        _paid(held).select("order_ref", "on", "fate", "pence"),
        _relieved(held),
        held.states.filter(pl.col("outstanding") > 0).select(
            "order_ref", pl.lit(held.as_of).alias("on"), pl.lit(CENSORED).alias("fate"),
            pl.col("outstanding").alias("pence"),
        ),
    ]  # fmt: skip
    days = (pl.col("on") - pl.col("ordered_on")).dt.total_days().clip(lower_bound=0)
    return (
        pl.concat(parts)
        .join(held.states.select("order_ref", "ordered_on"), on="order_ref", how="left")
        .select("order_ref", days.alias("days"), "fate", "pence")
        .sort("order_ref", "days", "fate")
    )


def order_spells(held: Reconciliation) -> pl.DataFrame:
    """Say for each order how long it took to settle, and what settled it: `order_ref, days, fate`.

    What happened last names the fate; an order with anything outstanding is censored.
    """
    last = pound_spells(held).sort("order_ref", "days", maintain_order=True).group_by("order_ref", maintain_order=True)
    settled = last.agg(pl.col("days").last(), pl.col("fate").last())
    open_orders = held.states.filter(pl.col("outstanding") > 0)["order_ref"].to_list()
    still = pl.col("order_ref").is_in(open_orders)
    return settled.with_columns(fate=pl.when(still).then(pl.lit(CENSORED)).otherwise("fate"))


def _paid(held: Reconciliation) -> pl.DataFrame:
    costs = held.postings.filter(pl.col("component") == "costs")
    lines = costs.with_columns(in_pence(costs, "amount").alias("pence"))
    back = lines.filter(pl.col("pence") < 0).group_by("order_ref").agg((-pl.col("pence")).sum().alias("back"))
    later = pl.col("pence").sum().over("order_ref") - pl.col("pence").cum_sum().over("order_ref")
    lost = (pl.col("back") - later).clip(0, pl.col("pence"))
    return (
        lines.filter(pl.col("pence") > 0)
        .sort("order_ref", "posted_on", maintain_order=True)
        .join(back, on="order_ref", how="left", maintain_order="left")
        .with_columns(pl.col("back").fill_null(0))
        .with_columns(pence=pl.col("pence") - lost)
        .filter(pl.col("pence") > 0)
        .select("order_ref", pl.col("posted_on").alias("on"), pl.lit(PAID).alias("fate"), "pence")
    )


def _relieved(held: Reconciliation) -> pl.DataFrame:
    events = held.inputs.events.filter(pl.col("kind").is_in([REMITTED, WRITTEN_OFF]) & (pl.col("applied") > 0))
    return events.select(
        "order_ref", pl.col("happened_on").alias("on"), pl.col("kind").alias("fate"), pl.col("applied").alias("pence")
    )
