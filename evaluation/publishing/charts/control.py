"""A control (XmR) chart: what varies as usual, and what stands out, marked by shape as well as by colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from evaluation.publishing import svg, words
from evaluation.publishing.charts import live
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import data_table


@dataclass(frozen=True)
class Limits:
    """Mean and natural limits: mean ± 2.66 × mean moving range; None where too few points allow none."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Point:
    """One period: its label, its value, whether a rule marks it as special, and words to stand with it in the table."""

    label: str
    value: float
    special: bool = False
    counts: str = ""


@dataclass(frozen=True)
class Step:
    """A known change of the process: the place of its first point, its own mean and limits, and what changed."""

    start: int
    limits: Limits
    reason: str


FEWEST = 12
"""Points below which a chart has no limits."""
REACH = 2.66
"""Mean moving ranges from the mean to a natural limit (Shewhart)."""
RUN = 7
"""Points in a row on one side of the mean that stand out."""


def natural_limits(values: Sequence[float]) -> Limits:
    """Return mean and natural limits of a stretch of at least two values."""
    mean = sum(values) / len(values)
    ranges = [abs(after - before) for before, after in pairwise(values)]
    reach = REACH * sum(ranges) / len(ranges)
    return Limits(mean, mean - reach, mean + reach)


def standing_out(values: Sequence[float], limits: Limits) -> list[bool]:
    """Say of each value whether it lies outside the limits, or in a run of `RUN` on one side of the mean."""
    marks: list[bool] = []
    for side, group in groupby(values, key=lambda value: (value > limits.mean) - (value < limits.mean)):
        run = len(list(group))
        marks += [bool(side) and run >= RUN] * run
    low, high = limits.low, limits.high
    return [
        mark or (low is not None and value < low) or (high is not None and value > high)
        for value, mark in zip(values, marks, strict=True)
    ]


def chart(
    points: Sequence[Point],
    limits: Limits,
    *,
    name: str,
    title: str,
    unit: str,
    note: str,
    percent: bool = False,
    change: tuple[int, str] | None = None,
    steps: Sequence[Step] = (),
    unlimited: str = "",
    period: str = "Period",
) -> Chart:
    """Draw points in time around their mean and natural limits.

    Parameters
    ----------
    unit
        What is counted, for the table's head and the label of the axis.
    percent
        Whether values are shares, shown as percentages: their limits then stay within 0 and 1.
    change
        The place of the point from which something is new, and what that is.
    steps
        Known changes of the process, each of which starts a stretch with a mean and limits of its own.
    unlimited
        Why the points have no limits, where that is not that they are too few; no point is then called usual.
    period
        The head of the first column: what a point covers.
    """
    if percent:
        limits = _within(limits, 0.0, 1.0)
        steps = [Step(step.start, _within(step.limits, 0.0, 1.0), step.reason) for step in steps]

    digits = 0 if max(abs(point.value) for point in points) >= 10 else 1

    def show(value: float) -> str:
        return f"{value * 100:.0f}%" if percent else words.plain(value, digits)

    special = [point for point in points if point.special]
    parts = [_Stretch(0, limits), *(_Stretch(step.start, step.limits) for step in steps)]
    missing = unlimited or ("Too few points for limits." if len(points) < FEWEST else "Its limits are not shown.")
    around = _around(points, limits, steps, show, missing)
    out = f" Marked with a diamond: {words.listed([p.label for p in special])}." if special else " No point stands out."
    read = limits.low is not None or limits.high is not None or bool(special)
    desc = f"{len(points)} points from {points[0].label} to {points[-1].label}. {around}{out if read else ''}"
    rows = [[p.label, show(p.value), _reading(p) if read else "not judged"] for p in points]
    if change is None and steps:
        change = (steps[0].start, steps[0].reason)
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _draw(points, parts, name, title, desc, show, width, change)),
        table=data_table(f"{unit}. {around}", [period, unit, "Reading"], rows),
        note=note,
        live=_live(points, parts, unit),
    )


@dataclass(frozen=True)
class _Stretch:
    start: int
    limits: Limits


def _around(points: Sequence[Point], limits: Limits, steps: Sequence[Step], show: Any, missing: str) -> str:
    """Say the mean and the limits of each stretch."""

    def said(found: Limits) -> str:
        if found.low is None or found.high is None:
            return f"Mean {show(found.mean)}. {missing}"
        return f"Mean {show(found.mean)}. Natural limits: {show(found.low)} to {show(found.high)}."

    if not steps:
        return said(limits)
    first = f"Before {points[steps[0].start].label}: {said(limits)}"
    return " ".join(
        [first, *(f"From {points[step.start].label} ({step.reason}): {said(step.limits)}" for step in steps)]
    )


def _reading(point: Point) -> str:
    said = "stands out" if point.special else "usual"
    return f"{said}: {point.counts}" if point.counts else said


def _within(limits: Limits, least: float, most: float) -> Limits:
    """Keep limits where a value can be: a share has no limit below 0 or above 100%."""
    low = None if limits.low is None else max(limits.low, least)
    high = None if limits.high is None else min(limits.high, most)
    return Limits(limits.mean, low, high)


def _draw(
    points: Sequence[Point],
    parts: Sequence[_Stretch],
    name: str,
    title: str,
    desc: str,
    show: Any,
    width: int,
    change: tuple[int, str] | None,
) -> svg.Svg:
    wide = width == svg.WIDE
    height, left, right, top, foot = (330 if wide else 290), 64, (140 if wide else 12), 24, 44
    held = [value for part in parts for value in (part.limits.low, part.limits.high, part.limits.mean)]
    edges = [p.value for p in points] + [value for value in held if value is not None]
    span = (max(edges) - min(edges)) or abs(max(edges)) or 1.0
    step = svg.nice_step(span * 1.1, 3)
    base, ceiling = math.floor(min(edges) / step) * step, math.ceil(max(edges) / step) * step
    ceiling = max(ceiling, base + step)  # a series that never moves still needs a scale to stand on
    drawing = svg.Svg(name, width, height, title, desc)

    def x(i: int) -> float:
        return left + 8 + i / max(len(points) - 1, 1) * (width - left - right - 16)

    def y(value: float) -> float:
        return top + (ceiling - value) / (ceiling - base) * (height - top - foot)

    for tick in range(round((ceiling - base) / step) + 1):
        value = base + tick * step
        drawing.line(left, y(value), width - right, y(value), "grid" if tick else "axis")
        drawing.text(left - 8, y(value) + 5, show(value), "t", "end")
    half = (x(1) - x(0)) / 2 if len(points) > 1 else 0.0
    ends = [x(part.start) - half for part in parts[1:]] + [width - right]
    for part, start, end in zip(parts, [left, *ends[:-1]], ends, strict=True):
        drawing.line(start, y(part.limits.mean), end, y(part.limits.mean), "mean")
        for edge in (part.limits.low, part.limits.high):
            if edge is not None:
                drawing.line(start, y(edge), end, y(edge), "limit")
    if change is not None:
        _mark_change(drawing, x(change[0]) - half, top, height - foot, change[1], width - right)
    drawing.path("line s1 thin", [(x(i), y(p.value)) for i, p in enumerate(points)])
    for i, point in enumerate(points):
        if point.special:
            drawing.diamond(x(i), y(point.value), 9, "out")
        else:
            drawing.circle(x(i), y(point.value), 4 if wide else 3, "dot1")
    _frame_labels(drawing, points, parts[-1].limits, show, x, y, right)
    return drawing


def _mark_change(drawing: svg.Svg, at: float, top: float, foot: float, reason: str, edge: float) -> None:
    """Draw the line from which something is new, and name it on the side where the name has room."""
    drawing.line(at, top - 8, at, foot, "change")
    room = 7.5 * len(reason) + 6 < edge - at
    below_mean = 4 if drawing.wide else 20  # on a phone the mean is named in the corner
    drawing.text(at + 6 if room else at - 6, top + below_mean, reason, "t", "start" if room else "end")


def _frame_labels(
    drawing: svg.Svg, points: Sequence[Point], limits: Limits, show: Any, x: Any, y: Any, right: int
) -> None:
    last = len(points) - 1
    for i in sorted({0, last // 2, last}):
        anchor = "start" if i == 0 else "end" if i == last else "middle"
        drawing.text(x(i), drawing.height - 16, points[i].label, "t", anchor)
    if not drawing.wide:
        drawing.text(drawing.width - right, 16, f"mean {show(limits.mean)}", "t b", "end")
        return
    named = [("mean", limits.mean, "t b"), ("lower limit", limits.low, "t"), ("upper limit", limits.high, "t")]
    shown = [(label, value, cls) for label, value, cls in named if value is not None]
    for (label, value, cls), place in zip(shown, svg.apart([y(v) + 5 for _, v, _ in shown], 18), strict=True):
        drawing.text(drawing.width - right + 8, place, f"{label} {show(value)}", cls)


def _live(points: Sequence[Point], parts: Sequence[_Stretch], unit: str) -> Mapping[str, object]:
    labels = [words.escaped(p.label) for p in points]
    marker = {
        "symbol": ["diamond" if p.special else "circle" for p in points],
        "size": [14 if p.special else 8 for p in points],
        "color": [live.PALETTE[3] if p.special else live.PALETTE[0] for p in points],
    }
    traces = [
        {"type": "scatter", "mode": "lines+markers", "x": labels, "y": [p.value for p in points], "name": unit,
         "marker": marker, "line": {"color": live.PALETTE[0], "width": 1.5},
         "hovertemplate": "%{x}: %{y}<extra></extra>"}
    ]  # fmt: skip
    shapes: list[dict[str, Any]] = []
    for part, end in zip(parts, [*(part.start for part in parts[1:]), len(points)], strict=True):
        limits = part.limits
        span = None if len(parts) == 1 else (part.start - 0.5, end - 0.5)
        edges = [live.level(edge, "dot", span) for edge in (limits.low, limits.high) if edge is not None]
        shapes += [live.level(limits.mean, span=span), *edges]
    frame = live.layout("", unit, xaxis={"type": "category", "nticks": 8}, shapes=shapes)
    return live.figure(traces, frame)
