"""Periods in which a source was not recorded: a person is only followed where what happened would have been seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

MATTERS = 0.05
"""A source that holds a smaller share of the followed incidents than this does not stop the follow-up."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Gaps:
    """Uncovered periods as whole days, `start <= day < end`, sorted and not touching.

    Attributes
    ----------
    start, end : (gaps,) int
        Days since 1970-01-01.
    sources : tuple of str
        The sources that lack these months, for the record.
    """

    start: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    end: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sources: tuple[str, ...] = ()

    def next_start(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """First uncovered day after each `day`; a very late day where none follows."""
        starts = np.append(self.start, 1 << 40)
        return starts[np.searchsorted(self.start, day, side="right")]

    def touched(self, after: NDArray[np.int64], up_to: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether any uncovered day lies in `after < day <= up_to`."""
        if not self.start.size:
            return np.zeros(after.shape, dtype=np.bool_)
        place = np.searchsorted(self.end, after + 1, side="right")
        starts = np.append(self.start, 1 << 40)
        return starts[place] <= up_to

    def days(self) -> int:
        """Number of uncovered days."""
        return int((self.end - self.start).sum())


def gaps_of(coverage: pl.DataFrame | None, incidents: pl.DataFrame) -> Gaps:
    """Uncovered months of the sources that matter.

    Parameters
    ----------
    coverage
        `source, month` (first of the month)`, covered`; None when nothing is known, which is no gap.
    incidents
        The followed incidents with their `source`; only sources holding at least 5 % of them count.
    """
    if coverage is None or coverage.is_empty() or not {"source", "month", "covered"} <= set(coverage.columns):
        return Gaps()
    shares = incidents.group_by("source").len().filter(pl.col("len") >= MATTERS * max(incidents.height, 1))
    missing = coverage.filter(
        pl.col("covered").not_().fill_null(False), pl.col("source").is_in(shares["source"].drop_nulls().to_list())
    )
    months = missing.select(pl.col("month").cast(pl.Date)).unique().sort("month")["month"].to_list()
    return Gaps(*_periods(months), sources=tuple(sorted(set(missing["source"].to_list()))))


def _periods(months: Iterable[date]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts: list[int] = []
    ends: list[int] = []
    for month in months:
        first = (month - _EPOCH).days
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        if ends and ends[-1] == first:
            ends.pop()
        else:
            starts.append(first)
        ends.append((following - _EPOCH).days)
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
