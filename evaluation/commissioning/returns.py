"""Monitoring returns: what was sent, when, and what was changed after the event.

A later submission never overwrites an earlier one: each figure keeps its versions, and a change made after the first
submission is shown with the old figure, the new one and the days between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from evaluation.commissioning.contract import Contract

_MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True)
class Expected:
    """A period for which a return is owed, and the day it falls due."""

    period_start: date
    period_end: date
    due_on: date


@dataclass(frozen=True)
class Monitoring:
    """The state of a contract's returns on a day.

    Attributes
    ----------
    status
        A row per period owed and measure: `measure, period_start, period_end, due_on, first_on, days_late, versions,
        first_value, value, changed, state` with `state` in `on_time, late, overdue, not_yet_due`.
    """

    status: pl.DataFrame

    def count(self, state: str) -> int:
        """How many figures are in a state."""
        return self.status.filter(pl.col("state") == state).height

    @property
    def changed(self) -> int:
        """How many figures were changed after they were first sent."""
        return self.status.filter(pl.col("changed").fill_null(False)).height


def versions(returns: pl.DataFrame, *, contract: str, as_of: date) -> pl.DataFrame:
    """Give a row per figure of a contract, as known on `as_of`.

    Returns
    -------
    DataFrame
        `measure, period_start, period_end, first_on, first_value, latest_on, value, versions, changed`; two figures
        of one submission day keep the last row.
    """
    known = returns.filter((pl.col("contract") == contract) & (pl.col("submitted_on") <= as_of)).sort(
        "submitted_on", maintain_order=True
    )
    return (
        known.group_by("measure", "period_start", "period_end", maintain_order=True)
        .agg(
            first_on=pl.col("submitted_on").first(),
            first_value=pl.col("value").first().cast(pl.Float64),
            latest_on=pl.col("submitted_on").last(),
            value=pl.col("value").last().cast(pl.Float64),
            versions=pl.len().cast(pl.Int64),
        )
        .with_columns(changed=pl.col("value") != pl.col("first_value"))
        .sort("measure", "period_start")
    )


def expected(contract: Contract, *, as_of: date) -> tuple[Expected, ...]:
    """List the periods of the term that ended by `as_of`, by calendar month, quarter or financial year."""
    months = _MONTHS[contract.monitoring.frequency]
    grace = timedelta(days=contract.monitoring.due_days)
    periods: list[Expected] = []
    start = _first_period(contract.starts, months)
    while start <= contract.ends:
        following = _add_months(start, months)
        end = following - timedelta(days=1)
        if end > as_of:
            break
        periods.append(Expected(max(start, contract.starts), min(end, contract.ends), end + grace))
        start = following
    return tuple(periods)


def monitoring(contract: Contract, returns: pl.DataFrame, *, measures: Sequence[str], as_of: date) -> Monitoring:
    """Hold what was sent against what was owed, measure by measure."""
    owed = [
        {"measure": measure, "period_start": one.period_start, "period_end": one.period_end, "due_on": one.due_on}
        for measure in measures
        for one in expected(contract, as_of=as_of)
    ]
    schema = {"measure": pl.String, "period_start": pl.Date, "period_end": pl.Date, "due_on": pl.Date}
    sent = versions(returns, contract=contract.id, as_of=as_of).drop("period_start", "latest_on")
    joined = pl.DataFrame(owed, schema=schema).join(sent, on=["measure", "period_end"], how="left")
    late = (pl.col("first_on") - pl.col("due_on")).dt.total_days()
    state = (
        pl.when(pl.col("first_on").is_null() & (pl.col("due_on") < as_of)).then(pl.lit("overdue"))
        .when(pl.col("first_on").is_null()).then(pl.lit("not_yet_due"))
        .when(late > 0).then(pl.lit("late")).otherwise(pl.lit("on_time"))
    )  # fmt: skip
    return Monitoring(joined.with_columns(days_late=late.clip(lower_bound=0), state=state))


def _first_period(start: date, months: int) -> date:
    # Quarters are those of the financial year (April, July, October, January), years begin in April.
    back = (start.month - 4) % months
    return _add_months(start.replace(day=1), -back)


def _add_months(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)
