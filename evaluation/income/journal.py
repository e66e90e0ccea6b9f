"""Lines for the finance system: the double entry of every month, and the list of debtors.

Council money goes to suspense when it comes and from there to the debt it pays, so that suspense always holds exactly
what is unmatched. Money that the defendant paid to the court is due from the court. Lists carry references, never
names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from evaluation.income.money import in_pence, pounds

if TYPE_CHECKING:
    from evaluation.income.reconciliation import Reconciliation

COLUMNS = ("period", "account", "debit", "credit", "narrative")


def journal(held: Reconciliation) -> pl.DataFrame:
    """Write the double entry of every month.

    Returns
    -------
    polars.DataFrame
        `period` (first of the month)`, account, debit, credit, narrative`; debits equal credits in every month.
    """
    accounts = held.rules.accounts
    moves = [
        ("awarded", _movement(held, "awarded"), accounts.debtors, accounts.income, "costs awarded"),
        ("varied", _movement(held, "varied"), accounts.debtors, accounts.income, "costs varied by the court"),
        ("remitted", _movement(held, "remitted"), accounts.remissions, accounts.debtors, "costs remitted"),
        ("written_off", _movement(held, "written_off"), accounts.written_off, accounts.debtors, "debts written off"),
        ("cash", _council_cash(held), accounts.cash, accounts.suspense, "money received less reversals and refunds"),
        ("matched", _costs(held, False), accounts.suspense, accounts.debtors, "receipts matched to orders"),
        ("court", _costs(held, True), accounts.court_control, accounts.debtors, "costs paid to the court"),
    ]
    lines = [_pair(amounts, debit, credit, text) for _, amounts, debit, credit, text in moves]
    return pl.concat(lines).sort("period", maintain_order=True)


def _pair(amounts: pl.DataFrame, debit: str, credit: str, text: str) -> pl.DataFrame:
    moved = amounts.filter(pl.col("pence") != 0)
    # A negative movement is the same pair the other way round.
    forward, size = pl.col("pence") > 0, pl.col("pence").abs()
    sides = [
        moved.select(
            "period",
            pl.when(forward).then(pl.lit(one)).otherwise(pl.lit(other)).alias("account"),
            (size if side == "debit" else pl.lit(0, dtype=pl.Int64)).alias("debit"),
            (size if side == "credit" else pl.lit(0, dtype=pl.Int64)).alias("credit"),
            pl.lit(text).alias("narrative"),
        )
        for side, one, other in (("debit", debit, credit), ("credit", credit, debit))
    ]
    return pl.concat(sides).with_columns(pounds("debit"), pounds("credit"))


def _movement(held: Reconciliation, name: str) -> pl.DataFrame:
    return held.months.select(pl.col("month").alias("period"), in_pence(held.months, name).alias("pence"))


def _by_month(frame: pl.DataFrame, day: str) -> pl.DataFrame:
    return frame.group_by(period=pl.col(day).dt.truncate("1mo")).agg(pl.col("pence").sum()).sort("period")


def _costs(held: Reconciliation, to_court: bool) -> pl.DataFrame:
    chosen = held.postings.with_columns(in_pence(held.postings, "amount").alias("pence"))
    own = (pl.col("component") == "costs") & (pl.col("to_court") == to_court)
    return _by_month(chosen.filter(own), "posted_on")


def _council_cash(held: Reconciliation) -> pl.DataFrame:
    receipts = held.inputs.receipts.filter(~pl.col("receipt_ref").is_in(_court_receipts(held)))
    return _by_month(receipts.select("received_on", pl.col("amount").alias("pence")), "received_on")


def _court_receipts(held: Reconciliation) -> list[str]:
    """List money paid to the court, and the reversals and refunds of such money."""
    paid = held.inputs.receipts.filter(pl.col("kind") == "account")["receipt_ref"].to_list()
    taken = held.taken_back.filter(pl.col("receipt_ref").is_in(paid))["taken_by"].to_list()
    posted = held.postings.filter("to_court")["receipt_ref"].to_list()
    return list({*paid, *taken, *posted})


def debtors(held: Reconciliation) -> pl.DataFrame:
    """List the orders with anything outstanding, the oldest debt first; references and dates, never a name.

    Returns
    -------
    polars.DataFrame
        `order_ref, prosecution_ref, ordered_on, outstanding, arrears, oldest_due, days_overdue, band, plan_broken,
        last_paid_on, transferred_on`.
    """
    late = (pl.lit(held.as_of) - pl.col("oldest_due")).dt.total_days().clip(lower_bound=0)
    band = pl.lit(held.rules.band_names[-1])
    for end, name in zip((0, *held.rules.bands)[::-1], held.rules.band_names[-2::-1], strict=True):
        band = pl.when(late <= end).then(pl.lit(name)).otherwise(band)
    broken = held.broken_plans["order_ref"].to_list()
    return (
        held.states.filter(pl.col("outstanding") > 0)
        .with_columns(arrears=pl.col("outstanding") - pl.col(held.rules.band_names[0]), days_overdue=late)
        .select(
            "order_ref", "prosecution_ref", "ordered_on", "outstanding", "arrears", "oldest_due", "days_overdue",
            band.alias("band"), pl.col("order_ref").is_in(broken).alias("plan_broken"), "last_paid_on",
            "transferred_on",
        )
        .sort("days_overdue", "order_ref", descending=[True, False])
        .with_columns(pounds("outstanding"), pounds("arrears"))
    )  # fmt: skip
