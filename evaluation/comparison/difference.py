"""Difference in differences between areas, with the spread between areas as the yardstick (Donald and Lang 2007)."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.special import stdtr, stdtrit

from evaluation.comparison.wording import changed, incidents_than
from evaluation.errors import DataError

FEWEST_CONTROLS = 3


@dataclass(frozen=True)
class AreaDifference:
    """Change in the scheme's areas against the change elsewhere.

    Attributes
    ----------
    ratio, low, high : float
        Factor between the change here and the change elsewhere, with 95 % limits.
    p : float
        Two-sided p-value.
    here, elsewhere : float
        The two changes, as factors.
    areas, controls : int
        Number of areas in each group.
    incidents_here, incidents_elsewhere : int
        Incidents in the months of the scheme.
    """

    ratio: float
    low: float
    high: float
    p: float
    here: float
    elsewhere: float
    areas: int
    controls: int
    incidents_here: int
    incidents_elsewhere: int

    def sentence(self) -> str:
        """Two sentences: what changed here and elsewhere, and what one is beside the other."""
        return (
            f"In the scheme's areas there were {incidents_than(self.here)} before, and in {self.controls} others "
            f"{changed(self.elsewhere)}. That is {incidents_than(self.ratio)} if both had gone the same way (95% range "
            f"{changed(self.low)} to {changed(self.high)})."
        )


def area_difference(
    frame: pl.DataFrame, *, treated: Collection[str], start: date, end: date | None = None, months_before: int = 24
) -> AreaDifference:
    """Compare the change from before to during the scheme here with the change elsewhere.

    Parameters
    ----------
    frame
        `area, month, count`: one row an area and month, zeros written out.
    treated
        The scheme's areas.
    start, end
        First month of the scheme, and the month after its last.
    months_before
        Months before the start that are compared.

    Raises
    ------
    DataError
        With fewer than three areas to compare with, or an area without incidents.

    Notes
    -----
    Each area gives one number, the log of its change; with few areas only the spread between the areas that were left
    alone says how far such changes differ by themselves.
    """
    since = _months_earlier(start, months_before)
    before = (pl.col("month") >= since) & (pl.col("month") < start)
    during = pl.col("month") >= start if end is None else (pl.col("month") >= start) & (pl.col("month") < end)
    areas = frame.group_by("area").agg(
        pl.col("count").filter(before).sum().alias("was"),
        before.sum().alias("months_was"),
        pl.col("count").filter(during).sum().alias("now"),
        during.sum().alias("months_now"),
    )
    areas = areas.sort("area").with_columns(pl.col("area").is_in(list(treated)).alias("here"))
    problems = areas.filter((pl.col("was") == 0) | (pl.col("now") == 0) | (pl.col("months_now") == 0)).height
    here, others = areas.filter("here"), areas.filter(~pl.col("here"))
    if problems or here.is_empty() or others.height < FEWEST_CONTROLS:
        raise DataError(
            f"{here.height} areas of the scheme and {others.height} others ({FEWEST_CONTROLS} are needed); "
            f"{problems} have no incident before or during the scheme."
        )
    return _compare(here, others)


def _compare(here: pl.DataFrame, others: pl.DataFrame) -> AreaDifference:
    """Change here against the changes elsewhere, whose spread is the yardstick."""
    pooled = _rate(here, "now") / _rate(here, "was")
    now, was = ((others[period] / others[f"months_{period}"]).to_numpy() for period in ("now", "was"))
    changes = np.log(now / was)
    elsewhere, spread = float(changes.mean()), float(changes.std(ddof=1))
    chance = 1 / float(here["now"].sum()) + 1 / float(here["was"].sum())
    se = math.sqrt(max(spread**2 / here.height, chance) + spread**2 / others.height)
    value, df = math.log(pooled) - elsewhere, others.height - 1
    reach = float(stdtrit(df, 0.975)) * se
    return AreaDifference(
        ratio=math.exp(value),
        low=math.exp(value - reach),
        high=math.exp(value + reach),
        p=float(2 * stdtr(df, -abs(value) / se)),
        here=pooled,
        elsewhere=math.exp(elsewhere),
        areas=here.height,
        controls=others.height,
        incidents_here=int(here["now"].sum()),
        incidents_elsewhere=int(others["now"].sum()),
    )


def _rate(areas: pl.DataFrame, period: str) -> float:
    """Incidents per area and month in a period."""
    return float(areas[period].sum()) / float(areas[f"months_{period}"].sum())


def _months_earlier(month: date, number: int) -> date:
    index = month.year * 12 + month.month - 1 - number
    return date(index // 12, index % 12 + 1, 1)
