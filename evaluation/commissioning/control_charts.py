"""XmR charts: is a change in a monthly or quarterly figure signal or noise?

Limits are mean ± 2.66 × mean moving range (Shewhart; Wheeler 1993). The rules and icons are those of the NHS "Making
Data Count" programme: a point outside the limits, a run of seven on one side of the mean, a trend of six, two of three
close to the same limit. A stretch of fewer than 12 points says nothing. Limits are worked out anew from a rebasing
date, which needs a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LIMIT = 2.66
FEWEST = 12

Special = Literal["outside", "run", "trend", "near_limit"]
Floats = NDArray[np.float64]

VARIATION_TEXT: dict[str, str] = {
    "common_cause": "Ordinary variation: do not ask for a reason for each rise and fall.",
    "improvement_high": "Special cause of an improving nature, with higher values.",
    "improvement_low": "Special cause of an improving nature, with lower values.",
    "concern_high": "Special cause of a concerning nature, with higher values.",
    "concern_low": "Special cause of a concerning nature, with lower values.",
    "too_few": f"Fewer than {FEWEST} points: the chart says nothing yet.",
}
ASSURANCE_TEXT: dict[str, str] = {
    "pass": "The process will reach the target each time unless something changes.",
    "fail": "The process will miss the target each time unless something changes.",
    "hit_or_miss": "The process will hit the target at times and miss it at others, by chance alone.",
    "no_target": "No target.",
    "too_few": f"Fewer than {FEWEST} points: the chart says nothing yet.",
}


@dataclass(frozen=True)
class Point:
    """One plotted value with the limits of its stretch; `special` names the rules that it is part of."""

    on: date
    value: float
    stretch: int
    mean: float | None
    lower: float | None
    upper: float | None
    special: tuple[Special, ...]


@dataclass(frozen=True)
class Chart:
    """An XmR chart with its two icons, as of the last point of the last stretch."""

    points: tuple[Point, ...]
    variation: str
    assurance: str
    target: float | None
    rebased: tuple[tuple[date, str], ...]
    sentence: str


def xmr(
    days: Sequence[date],
    values: Sequence[float],
    *,
    increase_is_better: bool,
    target: float | None = None,
    rebase: Sequence[tuple[date, str]] = (),
    run: int = 7,
    trend: int = 6,
    screen: bool = False,
    least: float | None = None,
    most: float | None = None,
) -> Chart:
    """Chart a series of figures in order of their days.

    Parameters
    ----------
    days, values
        One figure a period, the same length; days need not be sorted but must differ.
    rebase
        Days from which the limits are worked out anew, each with its reason.
    run, trend
        Points in a row on one side of the mean, or rising or falling, that count as special.
    screen
        Leave moving ranges above 3.27 × their mean out of the mean once, as Making Data Count's tools do.
    least, most
        What the figure can be at all (a share lies between 0 and 1): limits beyond it are drawn there. Which points
        are special does not depend on it.

    Raises
    ------
    ValueError
        On lengths that differ, repeated days, or a rebase without a reason.
    """
    if len(days) != len(values) or len(set(days)) != len(days):
        raise ValueError("a chart needs one value for each different day")
    if any(not reason.strip() for _, reason in rebase):
        raise ValueError("a rebase needs its reason")
    series = sorted(zip(days, values, strict=True))
    cuts = sorted(rebase)
    points: list[Point] = []
    for number, stretch in enumerate(_stretches(series, [on for on, _ in cuts])):
        points += [_possible(point, least, most) for point in _chart_stretch(stretch, number, run, trend, screen)]
    variation = _variation(points, increase_is_better)
    assurance = _assurance(points, target, increase_is_better)
    sentence = VARIATION_TEXT[variation]
    if assurance not in ("no_target", "too_few"):
        sentence = f"{sentence} {ASSURANCE_TEXT[assurance]}"
    return Chart(tuple(points), variation, assurance, target, tuple(cuts), sentence)


def _possible(point: Point, least: float | None, most: float | None) -> Point:
    """A point whose limits lie within what the figure can be."""
    if point.lower is None or point.upper is None:
        return point
    lower = point.lower if least is None else max(point.lower, least)
    upper = point.upper if most is None else min(point.upper, most)
    return replace(point, lower=lower, upper=upper)


def limits(values: Sequence[float] | Floats, *, screen: bool = False) -> tuple[float, float, float]:
    """Give (mean, lower, upper) natural process limits of one stretch of at least two values."""
    data = np.asarray(values, dtype=np.float64)
    if data.size < 2:
        raise ValueError("limits need at least two values")
    ranges = np.abs(np.diff(data))
    if screen:
        ranges = ranges[ranges <= 3.27 * ranges.mean()]
    mean, reach = float(data.mean()), LIMIT * float(ranges.mean())
    return mean, mean - reach, mean + reach


def run_members(side: Sequence[int] | NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    """Mark every point of a run of at least `length` equal, non-zero signs."""
    marks = np.zeros(len(side), dtype=bool)
    start = 0
    for index in range(1, len(side) + 1):
        if index == len(side) or side[index] != side[start]:
            if side[start] != 0 and index - start >= length:
                marks[start:index] = True
            start = index
    return marks


def trend_members(values: Sequence[float] | Floats, length: int) -> NDArray[np.bool_]:
    """Mark every point of a stretch of at least `length` points that keep rising, or keep falling."""
    data = np.asarray(values, dtype=np.float64)
    marks = np.zeros(data.size, dtype=bool)
    steps = run_members(np.sign(np.diff(data)).astype(np.int64), length - 1)
    marks[:-1] |= steps
    marks[1:] |= steps
    return marks


def two_in_three(close: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the points close to a limit where two of three neighbours are close to the same one (+1 or −1)."""
    side = np.asarray(close, dtype=np.int64)
    marks = np.zeros(side.size, dtype=bool)
    for start in range(side.size - 2):
        window = side[start : start + 3]
        for sign in (1, -1):
            if (window == sign).sum() >= 2:
                marks[start : start + 3] |= window == sign
    return marks


def _stretches(series: list[tuple[date, float]], cuts: list[date]) -> list[list[tuple[date, float]]]:
    groups: list[list[tuple[date, float]]] = [[] for _ in range(len(cuts) + 1)]
    for on, value in series:
        groups[sum(on >= cut for cut in cuts)].append((on, value))
    return [group for group in groups if group]


def _chart_stretch(stretch: list[tuple[date, float]], number: int, run: int, trend: int, screen: bool) -> list[Point]:
    values = np.array([value for _, value in stretch], dtype=np.float64)
    if values.size < FEWEST:
        return [Point(on, float(value), number, None, None, None, ()) for on, value in stretch]
    mean, lower, upper = limits(values, screen=screen)
    marks = _marks(values, mean, lower, upper, run, trend)
    return [
        Point(on, float(value), number, mean, lower, upper, tuple(name for name, found in marks if found[index]))
        for index, (on, value) in enumerate(stretch)
    ]


def _marks(
    values: Floats, mean: float, lower: float, upper: float, run: int, trend: int
) -> list[tuple[Special, NDArray[np.bool_]]]:
    sigma = (upper - mean) / 3
    outside = (values > upper) | (values < lower)
    beyond = (values > mean + 2 * sigma).astype(np.int64) - (values < mean - 2 * sigma).astype(np.int64)
    close = np.where(outside, 0, beyond)
    side = np.sign(values - mean).astype(np.int64)
    return [
        ("outside", outside),
        ("run", run_members(side, run)),
        ("trend", trend_members(values, trend)),
        ("near_limit", two_in_three(close)),
    ]


def _variation(points: list[Point], increase_is_better: bool) -> str:
    if not points or points[-1].mean is None:
        return "too_few"
    last = points[-1]
    if not last.special:
        return "common_cause"
    # A trend tells by its direction, everything else by the side of the mean.
    reference = points[-2].value if last.special == ("trend",) else last.mean or 0.0
    high = last.value > reference
    return f"{'improvement' if high == increase_is_better else 'concern'}_{'high' if high else 'low'}"


def _assurance(points: list[Point], target: float | None, increase_is_better: bool) -> str:
    if target is None:
        return "no_target"
    if not points or points[-1].lower is None or points[-1].upper is None:
        return "too_few"
    lower, upper = points[-1].lower, points[-1].upper
    if lower > target:
        return "pass" if increase_is_better else "fail"
    if upper < target:
        return "fail" if increase_is_better else "pass"
    return "hit_or_miss"
