"""Cumulative incidence of competing events."""

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
from evaluation.survival.curves import left_after, product_limit
from evaluation.survival.influence import quadratic, spells_of, sum_of_products, within
from evaluation.survival.limits import check_limits, limits


@dataclass(frozen=True)
class CumulativeIncidence:
    """Cumulative incidence by group and state.

    Attributes
    ----------
    table
        The counts behind the curves; `table.labels` are the states.
    incidence, se
        Slots x states: probability of having had each event, and its standard error.
    conf_type, level
        Kind and level of the limits.
    """

    table: CurveTable = field(repr=False)
    incidence: Floats = field(repr=False)
    se: Floats = field(repr=False)
    conf_type: str
    level: float

    def tidy(self) -> pl.DataFrame:
        """One row per group, state and exit time: `by…, time, state, n_risk, n_event, incidence, se, low, high`."""
        parts = [self._state(number) for number in range(len(self.table.labels))]
        return pl.concat(parts) if parts else self._empty()

    def _state(self, number: int) -> pl.DataFrame:
        estimate, se = self.incidence[:, number], self.se[:, number]
        low, high = limits(estimate, se, self.conf_type, self.level)
        columns = {
            "n_risk": self.table.at_risk,
            "n_event": self.table.events[:, number],
            "incidence": estimate,
            "se": se,
            "low": low,
            "high": high,
        }
        frame = self.table.frame(columns)
        state = pl.lit(self.table.labels[number]).alias("state")
        return frame.select(*self.table.groups.columns, "time", state, *columns)

    def _empty(self) -> pl.DataFrame:
        """No state was seen: a flat curve for the state that was not."""
        zero = np.zeros(len(self.table.slots.time))
        nothing = np.full_like(zero, np.nan)
        columns = {
            "n_risk": self.table.at_risk,
            "n_event": zero,
            "incidence": zero,
            "se": zero,
            "low": nothing,
            "high": nothing,
        }
        frame = self.table.frame(columns)
        return frame.select(*self.table.groups.columns, "time", pl.lit(None, pl.Int64).alias("state"), *columns)

    def at(self, times: Iterable[float] | float) -> pl.DataFrame:
        """The curves at some times: `by…, time, state, n_risk, incidence, se, low, high`; null after the last exit."""
        tidy = self.tidy()
        parts = [
            curve_at(part, self.table, times, "incidence", origin=0.0)
            for part in tidy.partition_by("state", maintain_order=True)
        ]
        return pl.concat(parts)

    def glance(self) -> pl.DataFrame:
        """One row per group: `by…, n, events`."""
        return totals(self.table)

    def sentence(self) -> str:
        """Say the incidence at the end of follow-up, in one English sentence."""
        by = self.table.groups.columns
        last = self.tidy().group_by([*by, "state"], maintain_order=True).last()
        parts = [
            f"{', '.join(f'{name} {row[name]}' for name in by) + ': ' if by else ''}"
            f"{words.number(100 * row['incidence'])} % had {row['state']} by {words.number(row['time'], 6)}"
            for row in last.iter_rows(named=True)
        ]
        return "; ".join(parts) + "."

    def plot(self) -> Any:
        """Draw the curves: a Plotly figure."""
        from evaluation.survival import plotting

        return plotting.curves(
            self.tidy(),
            "incidence",
            by=[*self.table.groups.columns, "state"],
            titles=("Time", "Share who had the event"),
        )

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Cumulative incidence", words.table(self.tidy())])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence()])


def cumulative_incidence(
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
) -> CumulativeIncidence:
    """Estimate the probability of each of several competing events (Aalen and Johansen 1978).

    `F_k(t) = sum S(u-) d_k(u) / Y(u)`, with `S` the Kaplan–Meier curve of any event. The error is the infinitesimal
    jackknife, as in R's `survfit`.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`.
    event
        Column of the state the spell ends in: whole numbers with 0 for censored, or text with `"censored"`.
    exit, entry, by, weights, cluster, level
        As in `kaplan_meier`.
    conf_type
        `"log-log"` of the incidence, `"log"` or `"plain"`.

    Returns
    -------
    CumulativeIncidence
        With `tidy()`, `at(times)`, `glance()` and `sentence()`.

    Raises
    ------
    DataError
        When a column cannot be used.
    """
    check_limits(conf_type, level)
    table = tabulate(spells, Roles(exit, event, entry, weights, cluster, names(by), event_kind="state"))
    survival, hazard = product_limit(table)
    at_risk = table.divisor
    alive = _before(table, survival)
    incidence = within(table, alive[:, None] * table.events / at_risk[:, None])[1]
    se = np.column_stack(
        [np.sqrt(_variance(table, alive, hazard, incidence[:, k], k)) for k in range(len(table.labels))]
        or [np.zeros((len(alive), 0))]
    )
    return CumulativeIncidence(table, incidence, se, conf_type, level)


def _before(table: CurveTable, survival: Floats) -> Floats:
    """Survival just before each slot."""
    before = np.concatenate([[1.0], survival[:-1]])
    before[table.slots.first[:-1]] = 1.0
    return before


def _variance(table: CurveTable, alive: Floats, hazard: Floats, incidence: Floats, state: int) -> Floats:
    """Infinitesimal-jackknife variance of one incidence curve.

    A row at risk at `u` bears on `F(t)` by `S(u-)(dN_k - d_k/Y)/Y`, and through survival by
    `-(F(t) - F(u)) (dN - d/Y) / (Y - d)`: products of functions of the row and of `1, C(t), F(t), F(t) A(t)`.
    """
    spell = spells_of(table)
    at_risk = table.divisor
    spared = left_after(table)
    steps = alive * table.events[:, state] / at_risk**2 + incidence * spared * table.events.sum(axis=1) / at_risk
    before, upto = within(table, steps)
    hazard_before, hazard_upto = within(table, spared * table.events.sum(axis=1) / at_risk)
    last, ones = spell.last, np.ones(len(spell.last))
    direct = (spell.kind == state + 1) * alive[last] / at_risk[last]
    any_event = (spell.kind > 0) * spared[last]
    at_start = np.column_stack([before[spell.start], -ones, -hazard_before[spell.start], ones])
    at_last = np.column_stack(
        [direct + any_event * incidence[last] - upto[last], ones, hazard_upto[last] - any_event, -ones]
    )
    products = sum_of_products(table, spell, at_start, at_last)
    functions = np.column_stack([np.ones_like(upto), upto, incidence, incidence * hazard_upto])
    return quadratic(table, products, functions, table.events[:, state])
