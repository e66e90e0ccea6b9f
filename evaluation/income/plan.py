"""Instalment plans: what was due by when, how old the arrears are, and which plans are broken.

What is paid pays the oldest instalment first. An order without a plan falls due at once, on `first_due_on`. All
arithmetic is closed form (how many instalments had fallen due by a date), so an order costs the same whatever its age.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from evaluation.income.money import pounds
from evaluation.income.rules import Rules

_DAYS = {"week": 7, "fortnight": 14}


def with_plan(orders: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Add `plan_from`, `plan_every`, `plan_step` (pence; null without instalments) and `plan_before` to the orders.

    `plan_before` is what the plan pays before it reaches the costs. A missing interval is a month; a missing first
    date is the day of the order plus `Rules.days_to_pay`.
    """
    first = rules.components[: rules.components.index("costs")]
    before = pl.sum_horizontal(pl.col(name).fill_null(0) for name in first) if first else pl.lit(0)
    step = pl.when(pl.col("instalment") > 0).then("instalment")
    return orders.with_columns(
        plan_from=pl.coalesce("first_due_on", pl.col("ordered_on") + timedelta(days=rules.days_to_pay)),
        plan_every=pl.when(step.is_not_null()).then(pl.col("instalment_every").fill_null("month")),
        plan_step=step,
        plan_before=before if rules.plan_covers == "sum_adjudged" else pl.lit(0, dtype=pl.Int64),
    )


def instalments_by(when: date) -> pl.Expr:
    """Count the instalments that had fallen due on or before a day (a single sum counts as one)."""
    start = pl.col("plan_from")
    day = pl.lit(when)
    elapsed = (day - start).dt.total_days()
    months = (when.year - start.dt.year().cast(pl.Int64)) * 12 + when.month - start.dt.month().cast(pl.Int64)
    end_of_month = pl.lit(_month_end(when).day)
    reached = pl.min_horizontal(start.dt.day().cast(pl.Int64), end_of_month.cast(pl.Int64)) <= when.day
    count = (
        pl.when(pl.col("plan_every") == "week").then(elapsed // 7 + 1)
        .when(pl.col("plan_every") == "fortnight").then(elapsed // 14 + 1)
        .when(pl.col("plan_every") == "month").then(months + reached.cast(pl.Int64))
        .otherwise(1)
    )  # fmt: skip
    return pl.when(start > when).then(0).otherwise(count)


def _month_end(when: date) -> date:
    return (when.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def due_by(when: date) -> pl.Expr:
    """Give the part of `debt` (pence) that had fallen due on or before a day."""
    count = instalments_by(when)
    planned = (count * pl.col("plan_step") - pl.col("plan_before")).clip(lower_bound=0)
    single = pl.when(count > 0).then("debt").otherwise(0)
    return pl.when(pl.col("plan_step").is_null()).then(single).otherwise(pl.min_horizontal("debt", planned))


def overdue_more_than(days: int, as_of: date) -> pl.Expr:
    """Give what is unpaid although it fell due more than `days` days before the as-of date, in pence."""
    return (due_by(as_of - timedelta(days=days + 1)) - pl.col("paid")).clip(lower_bound=0)


def oldest_due() -> pl.Expr:
    """Give the due date of the oldest instalment that is not fully paid; null when nothing is outstanding."""
    position = (pl.col("paid") + pl.col("plan_before")) // pl.col("plan_step")
    days = pl.col("plan_every").replace_strict(_DAYS, default=0, return_dtype=pl.Int64)
    by_days = pl.col("plan_from") + pl.duration(days=position * days)
    by_months = pl.col("plan_from").dt.offset_by(pl.format("{}mo", position.fill_null(0)))
    planned = pl.when(pl.col("plan_every") == "month").then(by_months).otherwise(by_days)
    due = pl.when(pl.col("plan_step").is_null()).then("plan_from").otherwise(planned)
    return pl.when(pl.col("outstanding") > 0).then(due)


def aged(ledger: pl.DataFrame, rules: Rules, as_of: date) -> pl.DataFrame:
    """Add a column of pence for each ageing band to a ledger with `debt, paid, outstanding` and its plan."""
    edges = [0, *rules.bands]
    older = ledger.with_columns(overdue_more_than(days, as_of).alias(f"_{days}") for days in edges)
    overdue = [pl.col(f"_{start}") - pl.col(f"_{end}") for start, end in pairwise(edges)]
    parts = [pl.col("outstanding") - pl.col("_0"), *overdue, pl.col(f"_{edges[-1]}")]
    named = [part.alias(name) for part, name in zip(parts, rules.band_names, strict=True)]
    return older.with_columns(named).drop(f"_{days}" for days in edges)


def ageing(bands: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Add up the bands: `band, orders` (with anything in the band)`, amount`."""
    rows = [
        {"band": name, "orders": int((bands[name] > 0).sum()), "amount": int(bands[name].sum())}
        for name in rules.band_names
    ]
    return pl.DataFrame(rows, schema={"band": pl.String, "orders": pl.Int64, "amount": pl.Int64}).with_columns(
        pounds("amount")
    )


def arrears(bands: pl.DataFrame, rules: Rules, as_of: date) -> pl.DataFrame:
    """List the orders in arrears: `order_ref, arrears, outstanding, oldest_due, days_overdue, missed, broken`."""
    late = (pl.lit(as_of) - pl.col("oldest_due")).dt.total_days()
    owed = pl.col("outstanding") - pl.col(rules.band_names[0])
    step = pl.coalesce("plan_step", "debt")
    return (
        bands.with_columns(arrears=owed)
        .filter(pl.col("arrears") > 0)
        .select(
            "order_ref", "arrears", "outstanding", "oldest_due", late.alias("days_overdue"),
            ((pl.col("arrears") + step - 1) // step).alias("missed"),
            (pl.col("plan_step").is_not_null() & (late > rules.broken_after_days)).alias("broken"),
        )
        .sort("days_overdue", "order_ref", descending=[True, False])
        .with_columns(pounds("arrears"), pounds("outstanding"))
    )  # fmt: skip


def days_from_due(plan_from: date, every: str | None, when: date) -> int:
    """Count the days between a day and the due date of a plan that is nearest to it."""
    if every is None or when <= plan_from:
        return abs((when - plan_from).days)
    if every in _DAYS:
        gap = (when - plan_from).days % _DAYS[every]
        return min(gap, _DAYS[every] - gap)
    return min(abs((when - near).days) for near in _due_days_around(plan_from.day, when))


def _due_days_around(day: int, when: date) -> list[date]:
    ends = [when.replace(day=1) - timedelta(days=1), _month_end(when), _month_end(_month_end(when) + timedelta(days=1))]
    return [end.replace(day=min(day, end.day)) for end in ends]
