"""Nelson–Aalen cumulative hazards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Roles, names
from evaluation.survival.curve_reading import curve_at, totals
from evaluation.survival.curve_table import CurveTable, tabulate
from evaluation.survival.influence import rate_variance, within
from evaluation.survival.limits import UNBOUNDED, check_limits, limits


@dataclass(frozen=True)
class NelsonAalen:
    """Cumulative hazards, by group.

    Attributes
    ----------
    table
        The counts behind the curves.
    hazard, se
        Cumulative hazard after each slot's time, and its standard error.
    conf_type, level
        Kind and level of the limits.
    """

    table: CurveTable = field(repr=False)
    hazard: Floats = field(repr=False)
    se: Floats = field(repr=False)
    conf_type: str
    level: float

    def tidy(self) -> pl.DataFrame:
        """One row per group and distinct exit time: `by…, time, n_risk, n_event, hazard, se, low, high`."""
        low, high = limits(self.hazard, self.se, self.conf_type, self.level, most=np.inf)
        columns = {"n_risk": self.table.at_risk, "n_event": self.table.events[:, 0], "hazard": self.hazard}
        return self.table.frame({**columns, "se": self.se, "low": low, "high": high})

    def at(self, times: Iterable[float] | float) -> pl.DataFrame:
        """The curve at some times: `by…, time, n_risk, hazard, se, low, high`; null after the last exit."""
        return curve_at(self.tidy(), self.table, times, "hazard", origin=0.0)

    def glance(self) -> pl.DataFrame:
        """One row per group: `by…, n, events`."""
        return totals(self.table)

    def sentence(self) -> str:
        """Say the cumulative hazard at the end of follow-up, in one English sentence."""
        by = self.table.groups.columns
        tidy = self.tidy()
        last = tidy.group_by(by, maintain_order=True).last() if by else tidy.tail(1)
        parts = [
            f"{', '.join(f'{name} {row[name]}' for name in by) + ': ' if by else ''}"
            f"cumulative hazard {words.number(row['hazard'])} by {words.number(row['time'], 6)} "
            f"({words.interval(row['low'], row['high'], self.level)})"
            for row in last.iter_rows(named=True)
        ]
        return "; ".join(parts) + "."

    def plot(self) -> Any:
        """Draw the curves: a Plotly figure."""
        from evaluation.survival import plotting

        return plotting.curves(
            self.tidy(), "hazard", by=self.table.groups.columns, titles=("Time", "Cumulative hazard")
        )

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Nelson–Aalen", words.table(self.tidy())])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence()])


def nelson_aalen(
    spells: Frame,
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    by: str | Iterable[str] | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    conf_type: str = "log",
    level: float = 0.95,
) -> NelsonAalen:
    """Estimate cumulative hazards, `sum d / Y` (Nelson 1969; Aalen 1978).

    The error is `sqrt(sum d / Y^2)`, as R's `survfit` gives for its `cumhaz`, or the infinitesimal jackknife with
    clusters or fractional weights.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`.
    exit, event, entry, by, weights, cluster, level
        As in `kaplan_meier`.
    conf_type
        `"log"` or `"plain"` limits.

    Returns
    -------
    NelsonAalen
        With `tidy()`, `at(times)`, `glance()` and `sentence()`.

    Raises
    ------
    DataError
        When a column cannot be used.
    """
    check_limits(conf_type, level, UNBOUNDED)
    table = tabulate(spells, Roles(exit, event, entry, weights, cluster, names(by)))
    at_risk = table.divisor
    hazard = within(table, table.events[:, 0] / at_risk)[1]
    variance = rate_variance(table) if table.robust else within(table, table.events[:, 0] / at_risk**2)[1]
    return NelsonAalen(table, hazard, np.sqrt(variance), conf_type, level)
