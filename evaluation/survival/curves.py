"""Kaplan–Meier curves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Roles, names
from evaluation.survival.curve_reading import curve_at, numbers, totals
from evaluation.survival.curve_table import CurveTable, tabulate
from evaluation.survival.influence import quadratic, spells_of, sum_of_products, within
from evaluation.survival.limits import check_limits, limits

QUANTILE_TOLERANCE = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True)
class KaplanMeier:
    """Survival curves, by group.

    Attributes
    ----------
    table
        The counts behind the curves.
    survival, se
        Survival after each slot's time, and its standard error (NaN where it is not defined).
    conf_type, level
        Kind and level of the limits.
    """

    table: CurveTable = field(repr=False)
    survival: Floats = field(repr=False)
    se: Floats = field(repr=False)
    conf_type: str
    level: float

    def tidy(self) -> pl.DataFrame:
        """One row per group and distinct exit time: `by…, time, n_risk, n_event, survival, se, low, high`."""
        low, high = self._limits()
        columns = {
            "n_risk": self.table.at_risk,
            "n_event": self.table.events[:, 0],
            "survival": self.survival,
            "se": self.se,
            "low": low,
            "high": high,
        }
        return self.table.frame(columns)

    def _limits(self) -> tuple[Floats, Floats]:
        return limits(self.survival, self.se, self.conf_type, self.level)

    def at(self, times: Iterable[float] | float) -> pl.DataFrame:
        """The curve at some times: `by…, time, n_risk, survival, se, low, high`; null after the last exit.

        `n_risk` counts those at risk at the first exit from then on.
        """
        return curve_at(self.tidy(), self.table, times, "survival", origin=1.0)

    def quantile(self, p: float | Iterable[float] = 0.5) -> pl.DataFrame:
        """Times by which a share `p` has had the event: `by…, p, time, low, high`.

        Where the curve is flat at `1 - p` the middle of the flat stretch is taken, and the limits are where the
        curve's own limits cross, as R's `quantile.survfit` does (Brookmeyer and Crowley 1982). Null: not reached.
        """
        shares = numbers(p)
        if any(not 0 <= share <= 1 for share in shares):
            raise DataError(f"A quantile lies between 0 and 1; given: {', '.join(map(str, shares))}.")
        low, high = self._limits()
        rows: list[dict[str, object]] = []
        for number, section in enumerate(self.table.sections):
            group = self.table.groups.row(number, named=True) if self.table.groups.width else {}
            times = np.concatenate(
                [[min(0.0, float(np.min(self.table.slots.time[section])))], self.table.slots.time[section]]
            )
            for share in shares:
                found = [_crossing(times, curve[section], share) for curve in (self.survival, low, high)]
                rows.append({**group, "p": share, "time": found[0], "low": found[1], "high": found[2]})
        schema = {
            **self.table.groups.schema,
            "p": pl.Float64,
            "time": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
        }
        return pl.DataFrame(rows, schema=schema)

    def glance(self) -> pl.DataFrame:
        """One row per group: `by…, n, events, median, low, high`."""
        middle = self.quantile(0.5).drop("p").rename({"time": "median"})
        return totals(self.table).hstack(middle.select("median", "low", "high"))

    def sentence(self) -> str:
        """Say how many events there were and the median time, in one English sentence."""
        return (
            "; ".join(
                _sentence(row, self.table.groups.columns, self.level) for row in self.glance().iter_rows(named=True)
            )
            + "."
        )

    def plot(self) -> Any:
        """Draw the curves: a Plotly figure."""
        from evaluation.survival import plotting

        return plotting.curves(
            self.tidy(), "survival", by=self.table.groups.columns, titles=("Time", "Share without the event")
        )

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Kaplan–Meier", words.table(self.glance()), words.table(self.tidy())])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.glance()), words.markdown(self.tidy()), self.sentence()])


def kaplan_meier(
    spells: Frame,
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    by: str | Iterable[str] | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    conf_type: str = "log-log",
    level: float = 0.95,
) -> KaplanMeier:
    """Estimate survival curves.

    `S(t) = prod (1 - d/Y)` over event times up to `t` (Kaplan and Meier 1958), with Greenwood's error
    `S(t)^2 sum d / (Y (Y - d))`, or the infinitesimal jackknife where there are clusters or fractional weights.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`.
    exit, event, entry
        Columns of the times and of the event (true/false or 0/1).
    by
        Columns; each combination has a curve.
    weights, cluster
        Columns of case weights, and of units whose rows depend on each other.
    conf_type
        `"log-log"`, `"log"` or `"plain"` limits.
    level
        Confidence level.

    Returns
    -------
    KaplanMeier
        With `tidy()`, `glance()`, `at(times)`, `quantile(p)` and `sentence()`. No event is a flat curve.

    Raises
    ------
    DataError
        When a column cannot be used.
    """
    check_limits(conf_type, level)
    table = tabulate(spells, Roles(exit, event, entry, weights, cluster, names(by)))
    survival, accumulated = product_limit(table)
    variance = robust_log_variance(table, accumulated) if table.robust else accumulated
    # Greenwood's error is infinite times zero once nobody is left; the jackknife's is zero.
    se = np.where(survival > 0, survival * np.sqrt(variance), 0.0 if table.robust else np.nan)
    return KaplanMeier(table, survival, se, conf_type, level)


def product_limit(table: CurveTable) -> tuple[Floats, Floats]:
    """Survival of any event after each slot, and the accumulated `d / (Y (Y - d))`."""
    events = table.events.sum(axis=1)
    exhausted = table.count_at_risk <= (table.count_events.sum(axis=1) if table.size is None else -1.0)
    at_risk = np.where(table.count_at_risk > 0, table.at_risk, 1.0)
    left = np.where(exhausted, 0.0, at_risk - events)
    factor = np.where(table.count_at_risk > 0, left / at_risk, 1.0)
    survival = np.ones_like(factor)
    for section in table.sections:
        survival[section] = np.cumprod(factor[section])
    steps = np.divide(events, at_risk * left, out=np.zeros_like(events), where=left > 0)
    return survival, within(table, steps)[1]


def left_after(table: CurveTable) -> Floats:
    """One over the weighted number at risk less the events of each slot; 0 where none is left."""
    events = table.events.sum(axis=1)
    left = np.where(table.count_at_risk <= table.count_events.sum(axis=1), 0.0, table.at_risk - events)
    return np.divide(1.0, left, out=np.zeros_like(left), where=left > 0)


def robust_log_variance(table: CurveTable, accumulated: Floats) -> Floats:
    """Infinitesimal-jackknife variance of the log of the curve: row `i` adds `sum (dN_i - Y_i d/Y) / (Y - d)`."""
    spell = spells_of(table)
    before = accumulated - np.diff(np.concatenate([[0.0], accumulated])) * _inside(table)
    before = np.where(_inside(table), before, 0.0)
    event = spell.size * left_after(table)[spell.last]
    ones = np.ones(len(spell.start))
    at_start = np.column_stack([before[spell.start], -ones])
    at_last = np.column_stack([event - accumulated[spell.last], ones])
    products = sum_of_products(table, spell, at_start, at_last)
    functions = np.column_stack([np.ones_like(accumulated), accumulated])
    return quadratic(table, products, functions, table.events.sum(axis=1))


def _inside(table: CurveTable) -> Floats:
    """0 at each group's first slot and 1 elsewhere."""
    inside = np.ones(len(table.slots.time))
    inside[table.slots.first[:-1]] = 0.0
    return inside


def _crossing(times: Floats, curve: Floats, share: float) -> float | None:
    """Where one minus a curve first reaches a share, by the rule of R's `quantile.survfit`."""
    reached = np.concatenate([[0.0], 1 - curve])
    if np.nanmax(reached) < share:
        return None
    last, end = float(times[-1]), float(reached[-1])
    keep = np.concatenate([[True], ~(np.isclose(np.diff(reached), 0, rtol=0, atol=0))]) & ~np.isnan(reached)
    x, y = times[keep], reached[keep]
    if share == 0:
        return float(x[0])
    tolerance = QUANTILE_TOLERANCE
    order = np.argsort(y, kind="stable")
    x, y = x[order], y[order]
    first = int(np.searchsorted(y + tolerance, share))
    second = int(np.searchsorted(y - tolerance, share))
    if first >= len(x):
        return None
    if end == end and abs(share - end) < tolerance:
        return (float(x[first]) + last) / 2
    return None if second >= len(x) else (float(x[first]) + float(x[second])) / 2


def _sentence(row: dict[str, Any], by: list[str], level: float) -> str:
    group = ", ".join(f"{name} {row[name]}" for name in by)
    median, low, high = (row[name] if isinstance(row[name], float) else None for name in ("median", "low", "high"))
    reached = "half never reach it in the time seen" if median is None else f"half reach it by {words.number(median)}"
    limits_said = "" if median is None else f" ({words.interval(low, high, level)})"
    return f"{group + ': ' if group else ''}{row['events']} events among {row['n']} rows; {reached}{limits_said}"
