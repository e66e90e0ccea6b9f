"""Recurrent events: the mean cumulative count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Roles, check_choice, names
from evaluation.survival.contrasts import against_first
from evaluation.survival.curve_reading import curve_at, totals
from evaluation.survival.curve_table import CurveTable, tabulate
from evaluation.survival.influence import rate_variance, within
from evaluation.survival.limits import UNBOUNDED, check_limits, limits
from evaluation.survival.overlap import refuse_overlap


@dataclass(frozen=True)
class MeanCumulativeCount:
    """Mean number of events per person up to each time, by group.

    Attributes
    ----------
    table
        The counts behind the curves.
    mean, se
        Mean count after each slot's time, and its standard error.
    conf_type, level
        Kind and level of the limits.
    """

    table: CurveTable = field(repr=False)
    mean: Floats = field(repr=False)
    se: Floats = field(repr=False)
    conf_type: str
    level: float

    def tidy(self) -> pl.DataFrame:
        """One row per group and distinct exit time: `by…, time, n_risk, n_event, mean, se, low, high`."""
        low, high = limits(self.mean, self.se, self.conf_type, self.level, most=np.inf)
        columns = {
            "n_risk": self.table.at_risk,
            "n_event": self.table.events[:, 0],
            "mean": self.mean,
            "se": self.se,
            "low": low,
            "high": high,
        }
        return self.table.frame(columns)

    def at(self, times: Iterable[float] | float) -> pl.DataFrame:
        """The curve at some times: `by…, time, n_risk, mean, se, low, high`; null after the last exit."""
        return curve_at(self.tidy(), self.table, times, "mean", origin=0.0)

    def difference(self, at: float) -> pl.DataFrame:
        """Each later group's mean minus the first's at a time: `by…, difference, se, low, high, z, p`.

        Clusters that have rows in both groups are accounted for.
        """
        ends = [float(self.table.slots.time[section][-1]) for section in self.table.sections]
        if at > min(ends):
            raise DataError(f"Follow-up of a group ends at {min(ends):g}, before the time {at:g} asked for.")
        if len(ends) < 2:
            raise DataError("A difference needs at least two groups; name their column with `by`.")
        row = self.at(at)
        influence = _row_influence(self.table, at)
        return against_first(self.table, row["mean"].to_numpy(), row["se"].to_numpy(), lambda: influence, self.level)

    def glance(self) -> pl.DataFrame:
        """One row per group: `by…, n, events`."""
        return totals(self.table)

    def sentence(self) -> str:
        """Say the mean count at the end of follow-up, in one English sentence."""
        by = self.table.groups.columns
        tidy = self.tidy()
        last = tidy.group_by(by, maintain_order=True).last() if by else tidy.tail(1)
        parts = [
            f"{', '.join(f'{name} {row[name]}' for name in by) + ': ' if by else ''}"
            f"{words.number(row['mean'])} events a person by {words.number(row['time'], 6)} "
            f"({words.interval(row['low'], row['high'], self.level)})"
            for row in last.iter_rows(named=True)
        ]
        return "; ".join(parts) + "."

    def plot(self) -> Any:
        """Draw the curves: a Plotly figure."""
        from evaluation.survival import plotting

        return plotting.curves(self.tidy(), "mean", by=self.table.groups.columns, titles=("Time", "Events a person"))

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Mean cumulative count", words.table(self.tidy())])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence()])


def mean_cumulative_count(
    spells: Frame,
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = "entry",
    cluster: str | None,
    by: str | Iterable[str] | None = None,
    weights: str | None = None,
    conf_type: str = "log",
    overlap: str = "refuse",
    level: float = 0.95,
) -> MeanCumulativeCount:
    """Estimate the mean number of events per person up to each time (Nelson 1995).

    `M(t) = sum d/Y`, with the robust variance of Lawless and Nadeau (1995): the sum over clusters of
    `(sum (dN_i - Y_i dM) / Y)^2`.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`; a person has a row up to each event and one after the last.
    exit, entry
        Columns of the times.
    event
        Column of the number of events at the exit: true/false, 0/1, or a count.
    cluster
        Column of the person (or a larger unit whose rows depend on each other); None when each row is a person.
    by, weights
        Columns of the groups and case weights.
    conf_type
        `"log"` or `"plain"` limits.
    overlap
        `"refuse"`: rows of one cluster may not overlap in time within a group; `"allow"`: they may, where the
        cluster is not a person followed once (a household, or a person's several landmarks).
    level
        Confidence level.

    Returns
    -------
    MeanCumulativeCount
        With `tidy()`, `at(times)`, `difference(at=...)` and `sentence()`.

    Raises
    ------
    DataError
        When a column cannot be used, or a person is at risk twice at once.
    """
    check_limits(conf_type, level, UNBOUNDED)
    check_choice("overlap", overlap, ("refuse", "allow"))
    roles = Roles(exit, event, entry, weights, cluster, names(by), event_kind="count")
    table = tabulate(spells, roles)
    if cluster is not None and overlap == "refuse":
        refuse_overlap(spells, cluster, exit, entry, names(by))
    at_risk = table.divisor
    mean = within(table, table.events[:, 0] / at_risk)[1]
    return MeanCumulativeCount(table, mean, np.sqrt(rate_variance(table)), conf_type, level)


def _row_influence(table: CurveTable, at: float) -> Floats:
    """Influence of each row on its group's mean at one time."""
    at_risk = table.divisor
    reached = np.nan_to_num(table.slots.time, nan=np.inf) <= at
    before, upto = within(table, np.where(reached, table.events[:, 0] / at_risk**2, 0.0))
    last = table.stop - 1
    size = (table.kind > 0).astype(float) if table.size is None else table.size
    return reached[last] * size / at_risk[last] - (upto[last] - before[table.start])
