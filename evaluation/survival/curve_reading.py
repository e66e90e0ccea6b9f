"""Read curves off at chosen times, and count what is behind them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from evaluation.survival.curve_table import CurveTable


def numbers(values: Iterable[float] | float) -> list[float]:
    """Read a number or several as a list."""
    return [float(values)] if isinstance(values, (int, float)) else [float(value) for value in values]


def curve_at(
    tidy: pl.DataFrame, table: CurveTable, times: Iterable[float] | float, value: str, origin: float
) -> pl.DataFrame:
    """Read a tidy curve at some times, as R's `summary(survfit, times)` does.

    Parameters
    ----------
    tidy
        A row per group and distinct exit time: `by…, time, n_risk, n_event, <value>, se, low, high`.
    table
        Gives the groups, in the order of `tidy`.
    times
        Times, in the unit of the curve.
    value
        The curve's column.
    origin
        What the curve is before its first exit, without error.

    Returns
    -------
    pl.DataFrame
        The same columns but `n_event`: the curve is that of the last exit up to each time, null after the last exit of
        all unless nobody is left to survive; `n_risk` that of the first exit from each time on, 0 after the last.
    """
    wanted = numbers(times)
    tidy = tidy.drop("n_event")
    parts: list[pl.DataFrame] = []
    for section in table.sections:
        begin = section.start - len(parts)
        parts.append(_section_at(tidy.slice(begin, section.stop - section.start), wanted, value, origin))
    return pl.concat(parts)


def _section_at(part: pl.DataFrame, wanted: list[float], value: str, origin: float) -> pl.DataFrame:
    known, asked = part["time"].to_numpy().astype(float), np.array(wanted)
    place = np.searchsorted(known, asked, side="right") - 1
    following = np.searchsorted(known, asked, side="left")
    ended = value == "survival" and part[value][-1] == 0
    early, late = pl.Series(place < 0), pl.Series((asked > known[-1]) & (not ended))
    at_risk = np.append(part["n_risk"].to_numpy(), 0.0)[following]
    held = [value, "low", "high"]
    changes = [
        pl.when(late).then(None).when(early).then(pl.lit(origin if name in held else 0.0)).otherwise(name).alias(name)
        for name in [*held, "se"]
    ]
    taken = part[np.maximum(place, 0)].with_columns(pl.Series("time", asked), pl.Series("n_risk", at_risk))
    return taken.with_columns(changes)


def totals(table: CurveTable) -> pl.DataFrame:
    """One row per group: `by…, n, events`, unweighted."""
    rows = np.bincount(table.slots.stratum[table.start], minlength=len(table.sections))
    events = [float(table.count_events[section].sum()) for section in table.sections]
    return table.per_group({"n": rows, "events": np.array(events).astype(np.int64)})
