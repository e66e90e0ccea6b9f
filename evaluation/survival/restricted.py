"""Restricted mean time: the area under a survival curve up to a horizon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtri

from evaluation.errors import DataError
from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Roles, check_level, names
from evaluation.survival.contrasts import against_first
from evaluation.survival.curve_table import CurveTable, tabulate
from evaluation.survival.curves import left_after, product_limit
from evaluation.survival.influence import unit_sums, within


@dataclass(frozen=True)
class RestrictedMean:
    """Restricted mean time, by group.

    Attributes
    ----------
    horizon
        End of the area, in the unit of the times.
    rmst, se
        Mean time before the event up to the horizon, and its standard error; one value a group.
    notes
        Groups followed for less than the horizon.
    """

    table: CurveTable = field(repr=False)
    horizon: float
    rmst: Floats
    se: Floats
    level: float
    notes: tuple[str, ...]

    def tidy(self) -> pl.DataFrame:
        """One row per group: `by…, rmst, se, low, high`."""
        reach = -ndtri((1 - self.level) / 2) * self.se
        columns = {"rmst": self.rmst, "se": self.se, "low": self.rmst - reach, "high": self.rmst + reach}
        return self.table.per_group(columns)

    def difference(self) -> pl.DataFrame:
        """Each later group minus the first: `by…, difference, se, low, high, z, p`."""
        influence = self._influence if self.table.cluster is not None else None
        return against_first(self.table, self.rmst, self.se, influence, self.level)

    def _influence(self) -> Floats:
        return _row_influence(self.table, self.horizon)

    def glance(self) -> pl.DataFrame:
        """One row: `horizon, groups, n, events`."""
        events = int(self.table.count_events.sum())
        return pl.DataFrame(
            {"horizon": self.horizon, "groups": len(self.rmst), "n": len(self.table.start), "events": events}
        )

    def sentence(self) -> str:
        """Say each group's mean in one English sentence."""
        parts = [
            f"{_name(self.table, i)}{words.number(row['rmst'], 4)} "
            f"({words.interval(row['low'], row['high'], self.level)})"
            for i, row in enumerate(self.tidy().iter_rows(named=True))
        ]
        return f"Mean time without the event, up to {self.horizon:g}: {'; '.join(parts)}."

    def plot(self) -> Any:
        """Draw each group's mean with its limits: a Plotly figure."""
        from evaluation.survival import plotting

        rows = [
            (_name(self.table, place).strip(" :") or "All", row["rmst"], row["low"], row["high"])
            for place, row in enumerate(self.tidy().iter_rows(named=True))
        ]
        return plotting.ranges(rows, title=f"Mean time without the event, up to {self.horizon:g}")

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join([f"Restricted mean to {self.horizon:g}", words.table(self.tidy()), *self.notes])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence(), *self.notes])


def restricted_mean(
    spells: Frame,
    *,
    horizon: float,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    by: str | Iterable[str] | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> RestrictedMean:
    """Estimate the mean time before the event, up to a horizon (Irwin 1949; Royston and Parmar 2013).

    The area under the Kaplan–Meier curve from 0 to the horizon; its error is Greenwood's,
    `sum (area after t)^2 d / (Y (Y - d))`, or the infinitesimal jackknife with clusters or fractional weights. A
    curve that ends before the horizon is carried on flat, as R's `survfit` does, and a note says so.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`.
    horizon
        End of the area, in the unit of the times.
    exit, event, entry, by, weights, cluster, level
        As in `kaplan_meier`.

    Returns
    -------
    RestrictedMean
        With `tidy()`, `difference()` and `sentence()`.

    Raises
    ------
    DataError
        When a column or the horizon cannot be used.
    """
    check_level(level)
    if not horizon > 0:
        raise DataError(f"The horizon is {horizon}; it must be above 0, in the unit of the times.")
    table = tabulate(spells, Roles(exit, event, entry, weights, cluster, names(by)))
    survival, _ = product_limit(table)
    means, after = _areas(table, survival, horizon)
    if table.robust:
        influence = unit_sums_by_group(table, _row_influence(table, horizon))
        se = np.sqrt(np.sum(influence**2, axis=0))
    else:
        steps = after**2 * table.events.sum(axis=1) * left_after(table) / np.maximum(table.at_risk, 1e-300)
        se = np.sqrt([float(steps[section].sum()) for section in table.sections])
    return RestrictedMean(table, float(horizon), means, se, level, _notes(table, survival, horizon))


def unit_sums_by_group(table: CurveTable, rows: Floats) -> Floats:
    """Sum rows' influence by unit within each group: units x groups."""
    home = table.slots.stratum[table.start]
    return unit_sums(table, rows[:, None] * (home[:, None] == np.arange(len(table.sections))))


def _areas(table: CurveTable, survival: Floats, horizon: float) -> tuple[Floats, Floats]:
    """Area up to the horizon by group, and the area from each slot on (0 beyond the horizon)."""
    after = np.zeros(len(survival))
    means = np.zeros(len(table.sections))
    for group, section in enumerate(table.sections):
        times = np.minimum(table.slots.time[section], horizon)
        start = min(0.0, float(times[0]))
        widths = np.diff(np.append(times, horizon))
        area = np.cumsum((survival[section] * widths)[::-1])[::-1]
        after[section] = area
        means[group] = area[0] + times[0] - start + start
    return means, after


def _row_influence(table: CurveTable, horizon: float) -> Floats:
    survival, _ = product_limit(table)
    after = _areas(table, survival, horizon)[1]
    bearing = after * left_after(table)
    at_risk = table.divisor
    before, upto = within(table, bearing * table.events.sum(axis=1) / at_risk)
    last = table.stop - 1
    return -((table.kind > 0) * bearing[last] - (upto[last] - before[table.start]))


def _notes(table: CurveTable, survival: Floats, horizon: float) -> tuple[str, ...]:
    short: list[str] = []
    for group, section in enumerate(table.sections):
        end = float(table.slots.time[section][-1])
        if end < horizon and survival[section][-1] > 0:
            short.append(
                f"{_name(table, group)}follow-up ends at {end:g}, before the horizon; the curve is carried on flat."
            )
    return tuple(short)


def _name(table: CurveTable, group: int) -> str:
    if not table.groups.width:
        return ""
    return ", ".join(f"{k} {v}" for k, v in table.groups.row(group, named=True).items()) + ": "
