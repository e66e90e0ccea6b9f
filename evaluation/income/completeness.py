"""Is everything that should be in the ledger there? The first question of an auditor, answered before any matching.

A prosecution for breach of a notice should end in an order or in an explained absence; an order should come from a
prosecution; order numbers should run without gaps; a month with prosecutions should have orders.
"""

from __future__ import annotations

import re
from itertools import pairwise

import polars as pl

from evaluation.income.inputs import Inputs
from evaluation.income.money import pounds

_NUMBERED = re.compile(r"^(.*?)(\d+)(\D*)$")
FEWEST_IN_SERIES = 2
_NO_ORDER_RESULTS = (
    "acquitted", "not guilty", "dismissed", "withdrawn", "discontinued", "adjourned", "pending", "struck out",
    "no evidence offered", "absolute discharge",
)  # fmt: skip
_RANGE = {
    "series": pl.String, "first": pl.Int64, "last": pl.Int64, "missing": pl.Int64, "present": pl.Int64,
    "own": pl.Boolean,
}  # fmt: skip


def prosecutions_without_order(inputs: Inputs) -> pl.DataFrame:
    """List the prosecutions that no order answers: their columns, `reason` (null if unexplained) and `explained`."""
    if inputs.prosecutions is None:
        return _without_order(_NO_PROSECUTIONS, inputs)
    return _without_order(inputs.prosecutions, inputs)


_NO_PROSECUTIONS = pl.DataFrame(
    schema={"prosecution_ref": pl.String, "breach_on": pl.Date, "hearing_on": pl.Date, "result": pl.String,
            "order_ref": pl.String, "absence_reason": pl.String}
)  # fmt: skip


def _without_order(prosecutions: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    orders = inputs.orders
    answered = pl.col("prosecution_ref").is_in(orders["prosecution_ref"].drop_nulls().to_list()) | pl.col(
        "order_ref"
    ).is_in(orders["order_ref"].to_list())
    result = pl.col("result").str.to_lowercase().str.replace_all("_", " ", literal=True)
    given = pl.col("absence_reason").str.strip_chars()
    reason = (
        pl.when(given.str.len_chars() > 0).then(given)
        .when((pl.col("hearing_on") > inputs.as_of).fill_null(False)).then(pl.lit("not yet heard"))
        .when(result.is_in(list(_NO_ORDER_RESULTS)).fill_null(False)).then(pl.format("result: {}", result))
    )  # fmt: skip
    return (
        prosecutions.filter(~answered.fill_null(False))
        .with_columns(reason=reason)
        .with_columns(
            explained=pl.col("reason").is_not_null(),
            named_order_missing=pl.col("order_ref").is_not_null(),
        )
        .sort("breach_on", "prosecution_ref", nulls_last=True)
    )


def orders_without_prosecution(inputs: Inputs) -> pl.DataFrame:
    """List the orders that no prosecution supports; none can be named where no prosecutions were given."""
    known = inputs.orders.select("order_ref", "prosecution_ref", "ordered_on", "costs_awarded")
    if inputs.prosecutions is None:
        return known.clear().with_columns(pounds("costs_awarded"))
    refs = inputs.prosecutions["prosecution_ref"].to_list()
    named = inputs.prosecutions["order_ref"].drop_nulls().to_list()
    supported = pl.col("prosecution_ref").is_in(refs).fill_null(False) | pl.col("order_ref").is_in(named)
    return known.filter(~supported).sort("ordered_on", "order_ref").with_columns(pounds("costs_awarded"))


def claimed_and_awarded(inputs: Inputs) -> pl.DataFrame:
    """Set costs claimed beside costs awarded, by year of the order.

    Returns
    -------
    polars.DataFrame
        `year, orders, without_claim, claimed, awarded` (pounds; where a claim is recorded)`, share` (awarded over
        claimed)`, above_claim` (orders with more awarded than claimed).
    """
    claim = pl.col("costs_claimed")
    both = claim.is_not_null()
    return (
        inputs.orders.group_by(year=pl.col("ordered_on").dt.year())
        .agg(
            pl.len().cast(pl.Int64).alias("orders"),
            (~both).sum().cast(pl.Int64).alias("without_claim"),
            claim.sum().alias("claimed"),
            pl.col("costs_awarded").filter(both).sum().alias("awarded"),
            (pl.col("costs_awarded") > claim).sum().cast(pl.Int64).alias("above_claim"),
        )
        .sort("year")
        .with_columns(share=pl.when(pl.col("claimed") > 0).then(pl.col("awarded") / pl.col("claimed")))
        .with_columns(pounds("claimed"), pounds("awarded"))
    )


def number_gaps(inputs: Inputs) -> pl.DataFrame:
    """List the runs of order numbers that are missing between a series' first and last.

    Returns
    -------
    polars.DataFrame
        `series` (what stands before and after the number)`, first, last, missing, present, own`. `present` counts the
        series' orders. A series is the council's own where at least half of its numbers are there; else it is the
        court's, which runs through everybody's orders, and a gap in it says nothing of an order that is missing.
    """
    rows = [row for name, numbers in _series(inputs).items() for row in _gaps(name, numbers)]
    return pl.DataFrame(rows, schema=_RANGE, orient="row")


def order_numbers(inputs: Inputs) -> tuple[int | None, int]:
    """Count the numbers missing from the council's own series (None: it has none), and the orders in other series."""
    series = _series(inputs).values()
    own = [numbers for numbers in series if _is_own(numbers)]
    missing = sum(_span(numbers) - len(numbers) for numbers in own) if own else None
    return missing, sum(len(numbers) for numbers in series if not _is_own(numbers))


def _series(inputs: Inputs) -> dict[str, list[int]]:
    series: dict[str, set[int]] = {}
    for ref in inputs.orders["order_ref"]:
        found = _NUMBERED.match(ref)
        if found and len(found[2]) <= 15:
            series.setdefault(f"{found[1]}#{found[3]}", set()).add(int(found[2]))
    return {name: sorted(series[name]) for name in sorted(series)}


def _span(numbers: list[int]) -> int:
    return numbers[-1] - numbers[0] + 1


def _is_own(numbers: list[int]) -> bool:
    return len(numbers) >= FEWEST_IN_SERIES and 2 * len(numbers) >= _span(numbers)


def _gaps(name: str, numbers: list[int]) -> list[tuple[str, int, int, int, int, bool]]:
    own = _is_own(numbers)
    return [
        (name, low + 1, high - 1, high - low - 1, len(numbers), own)
        for low, high in pairwise(numbers)
        if high - low > 1
    ]


def silent_months(inputs: Inputs) -> pl.DataFrame:
    """List the months in which prosecutions were heard and no order was made: `month, prosecutions, explained`."""
    empty = {"month": pl.Date, "prosecutions": pl.Int64, "explained": pl.Int64}
    if inputs.prosecutions is None:
        return pl.DataFrame(schema=empty)
    heard = pl.coalesce("hearing_on", "breach_on")
    active = inputs.orders["ordered_on"].dt.truncate("1mo").unique().to_list()
    gaps = prosecutions_without_order(inputs).filter("explained")["prosecution_ref"].to_list()
    return (
        inputs.prosecutions.filter((heard <= inputs.as_of).fill_null(False))
        .group_by(month=heard.dt.truncate("1mo"))
        .agg(
            pl.len().cast(pl.Int64).alias("prosecutions"),
            pl.col("prosecution_ref").is_in(gaps).sum().cast(pl.Int64).alias("explained"),
        )
        .filter(~pl.col("month").is_in(active))
        .sort("month")
    )
