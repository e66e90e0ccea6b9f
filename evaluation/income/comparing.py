"""Two days side by side: what happened in between, and what was only recorded in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from evaluation.errors import UsageError
from evaluation.income.ledger import AMOUNTS
from evaluation.income.money import POUNDS, total
from evaluation.income.reconciliation import Reconciliation


@dataclass(frozen=True)
class Comparison:
    """Two reconciliations of the same tables.

    Attributes
    ----------
    earlier, later
        The two days.
    totals
        `measure, earlier, restated, later, recorded_late, since` in pounds. `restated` is the earlier day as it is
        known on the later one: `recorded_late` is the difference that late records make, `since` what has happened.
    orders
        The orders whose state differs: `order_ref`, and each amount `_earlier` and `_later` (null: not there).
    """

    earlier: date
    later: date
    totals: pl.DataFrame
    orders: pl.DataFrame

    def tidy(self) -> pl.DataFrame:
        """The totals, a row a measure."""
        return self.totals

    def plot(self) -> Any:
        """Draw what has happened between the two days, in pounds by measure: a Plotly figure."""
        from evaluation.survival import plotting

        pounds = self.totals["since"].cast(pl.Float64).to_list()
        title = f"Pounds, {self.earlier:%d %B %Y} to {self.later:%d %B %Y}"
        return plotting.bars(self.totals["measure"].to_list(), pounds, title=title)

    def _repr_markdown_(self) -> str:
        from evaluation.survival import words

        return f"{words.markdown(self.totals)}\n\n{self.sentence()}"

    def sentence(self) -> str:
        """Say what has happened between the two days, and what was only recorded late."""
        since = {row["measure"]: row["since"] for row in self.totals.to_dicts()}
        late = sum(abs(row["recorded_late"]) for row in self.totals.to_dicts() if row["measure"] != "outstanding")
        differ = "1 order differs" if len(self.orders) == 1 else f"{len(self.orders):,} orders differ"
        behind = f"£{late:,} of amounts were recorded late" if late else "nothing was recorded late"
        return (
            f"Between {self.earlier:%d %B %Y} and {self.later:%d %B %Y} £{since['awarded']:,} was awarded and "
            f"£{since['paid']:,} paid; what is outstanding changed by {_signed(since['outstanding'])}; {behind}. "
            f"{differ}."
        )


def _signed(pounds: Decimal) -> str:
    return f"{'-' if pounds < 0 else ''}£{abs(pounds):,}"


def compare(earlier: Reconciliation, later: Reconciliation) -> Comparison:
    """Compare two reconciliations of the same tables on two days.

    Raises
    ------
    UsageError
        When the first is the later one.
    """
    if earlier.as_of > later.as_of:
        raise UsageError(f"{earlier.as_of} is after {later.as_of}; the earlier reconciliation comes first.")
    return Comparison(earlier.as_of, later.as_of, _totals(earlier, later), _orders(earlier, later))


def restated(later: Reconciliation, day: date) -> pl.DataFrame:
    """Give the ledger's amounts on a day before the as-of date, as they are known on the as-of date.

    Returns
    -------
    polars.DataFrame
        `order_ref` and `ledger.AMOUNTS`, in pounds, for the orders made by that day.
    """
    costs = later.postings.filter((pl.col("component") == "costs") & (pl.col("posted_on") <= day))
    events = later.inputs.events.filter(pl.col("happened_on") <= day)
    made = later.ledger.filter(pl.col("ordered_on") <= day).select("order_ref", "awarded")
    table = made.join(_sum(costs, pl.col("amount"), "paid"), on="order_ref", how="left", maintain_order="left")
    for kind in ("varied", "remitted", "written_off"):
        pence = pl.col("applied").cast(pl.Decimal(38, 0)) * pl.lit("0.01").cast(pl.Decimal(3, 2))
        table = table.join(
            _sum(events.filter(pl.col("kind") == kind), pence, kind), on="order_ref", how="left", maintain_order="left"
        )
    wide = pl.Decimal(38, 2)
    table = table.with_columns(pl.col(name).cast(wide).fill_null(0) for name in AMOUNTS[:-1])
    debt = pl.col("awarded") + pl.col("varied") - pl.col("remitted") - pl.col("written_off") - pl.col("paid")
    return table.with_columns(outstanding=debt).select("order_ref", pl.col(AMOUNTS).cast(POUNDS))


def _sum(frame: pl.DataFrame, value: pl.Expr, name: str) -> pl.DataFrame:
    return frame.group_by("order_ref").agg(value.sum().cast(pl.Decimal(38, 2)).alias(name))


def _totals(earlier: Reconciliation, later: Reconciliation) -> pl.DataFrame:
    said = {"earlier": earlier.ledger, "restated": restated(later, earlier.as_of), "later": later.ledger}
    wide = pl.Decimal(38, 2)
    columns = {name: pl.Series([total(frame, each) for each in AMOUNTS], dtype=wide) for name, frame in said.items()}
    return pl.DataFrame({"measure": list(AMOUNTS), **columns}).with_columns(
        recorded_late=pl.col("restated") - pl.col("earlier"), since=pl.col("later") - pl.col("restated")
    )


def _orders(earlier: Reconciliation, later: Reconciliation) -> pl.DataFrame:
    sides = [
        held.ledger.select("order_ref", pl.col(AMOUNTS).name.suffix(f"_{name}"))
        for name, held in (("earlier", earlier), ("later", later))
    ]
    both = sides[0].join(sides[1], on="order_ref", how="full", coalesce=True)
    differs = pl.any_horizontal(pl.col(f"{name}_earlier").ne_missing(pl.col(f"{name}_later")) for name in AMOUNTS)
    return both.filter(differs).sort("order_ref")
