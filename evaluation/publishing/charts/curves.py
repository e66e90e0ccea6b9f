"""Curves over time with their intervals and the people still followed: no repeat, resolved, repeats a person."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from evaluation.publishing import svg, words
from evaluation.publishing.charts import live
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import Cell, data_table

_DAYS_A_MONTH = 365.25 / 12
_NUMBER = 46
"""Pixels that a bold number of five figures needs."""
_TICKS = (0, 3, 6, 9, 12, 18, 24, 36)


@dataclass(frozen=True)
class Curve:
    """One step curve: times in days, values with their interval, and the people still followed."""

    label: str
    arm: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]
    followed: tuple[int | None, ...]

    @property
    def on_a_grid(self) -> bool:
        """Whether points stand at whole weeks or 30 days, as published curves do, and not at the events' own days."""
        off = [min(sum(time % step != 0 for time in self.times) for step in (7, 30))]
        return len(self.times) > 3 and off[0] <= 2

    def at(self, day: float) -> tuple[float, float | None, float | None]:
        """Return value and interval on a day: the last step at or before it."""
        i = max(bisect_right(self.times, day) - 1, 0)
        return self.values[i], self.lows[i], self.highs[i]

    def is_known_at(self, day: float) -> bool:
        """Whether a point was published in the month before a day: a curve of few points says nothing in between."""
        i = bisect_right(self.times, day) - 1
        return not self.on_a_grid or (i >= 0 and day - self.times[i] <= 31)

    def followed_at(self, day: float) -> int | None:
        """Return the people followed on a day, from the nearest point."""
        i = min(range(len(self.times)), key=lambda i: abs(self.times[i] - day))
        return self.followed[i]


@dataclass(frozen=True)
class Scale:
    """How a family of curves is drawn and spoken of.

    Attributes
    ----------
    unit
        The label of the vertical axis.
    what
        What the value counts, for notes and tables.
    hundred
        Whether values are shares, shown as people of each 100.
    start
        The value on the first day: 1 for no repeat, 0 for the others.
    """

    unit: str
    what: str
    hundred: bool = True
    start: float = 1.0


SCALES: Mapping[str, Scale] = {
    "no_repeat": Scale("People of 100 with no repeat", "people of each 100 with no repeat incident"),
    "first_case_no_repeat": Scale(
        "People of 100 with no repeat", "people of each 100 with no repeat since their first case"
    ),
    "below_threshold": Scale("People of 100 below the threshold", "people of each 100 who have not met the threshold"),
    "monthly_incidents": Scale("Incidents a month", "incidents a month", hundred=False, start=0.0),
    "case_resolved": Scale("Cases of 100", "cases of each 100 closed, by what closed them", start=0.0),
    "incidents_per_person": Scale("Incidents a person", "incidents a person so far", hundred=False, start=0.0),
}


def read(curves: Sequence[Mapping[str, Any]], name: str) -> tuple[Curve, ...]:
    """Read the curves of one name from a published finding; points without a value are left out."""
    found: list[Curve] = []
    for raw in curves:
        if raw.get("name") != name:
            continue
        points = _thinned([point for point in raw.get("points", ()) if point.get("value") is not None])
        if points:
            found.append(
                Curve(
                    label=words.visible(raw.get("label") or raw.get("arm") or name),
                    arm=str(raw.get("arm", "all")),
                    times=tuple(float(p["time"]) for p in points),
                    values=tuple(float(p["value"]) for p in points),
                    lows=tuple(p.get("low") for p in points),
                    highs=tuple(p.get("high") for p in points),
                    followed=tuple(p.get("n_risk") for p in points),
                )
            )
    order = {"treated": 0, "compared": 1}
    return tuple(sorted(found, key=lambda curve: order.get(curve.arm, 2)))


def _thinned(points: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out a point of a 30-day grid that another follows within a week: the grid's own days and the year's end."""
    on_grid = [float(point["time"]) % 30 == 0 for point in points]
    if len(points) < 5 or sum(on_grid) < len(points) - 2:
        return points
    last = float(points[-1]["time"])
    return [
        point
        for point, whole in zip(points, on_grid, strict=True)
        if float(point["time"]) == last or (whole and last - float(point["time"]) >= 7)
    ]


def chart(
    curves: Sequence[Curve], scale: Scale, title: str, *, name: str, start: str, desc: str, shared: str = ""
) -> Chart:
    """Draw a family of curves.

    Parameters
    ----------
    curves
        One to four, the helped group first.
    scale
        What the values are.
    title
        The finding in one line.
    name
        Unique on the page.
    start
        What day 0 is, in words: `the first meeting`.
    desc
        How the chart looks, for those who cannot see it.
    shared
        What is still followed, in words, where all curves follow the same cases; one row of numbers then serves.
    """
    end = max(curve.times[-1] for curve in curves)
    ticks = [month for month in _TICKS if month * _DAYS_A_MONTH <= end + 8] or [0]
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _draw(curves, scale, title, desc, name, start, width, ticks, shared)),
        table=_table(curves, scale, ticks, shared),
        note=_note(curves, scale, start),
        live=_live(curves, scale, start),
    )


def _note(curves: Sequence[Curve], scale: Scale, start: str) -> str:
    dashes = ("Solid line", "Dashed line", "Dotted line", "Line of dashes and dots")
    lines = "; ".join(f"{dashes[i % 4].lower() if i else dashes[0]}: {curve.label}" for i, curve in enumerate(curves))
    what = scale.what[0].upper() + scale.what[1:]
    return f"{what}, by months after {start}. {lines}. Bands: 95% intervals."


def _ceiling(curves: Sequence[Curve], scale: Scale) -> float:
    if scale.hundred:
        return 1.0
    top = max(max(curve.values) for curve in curves)
    step = svg.nice_step(top)
    return step * (int(top / step) + 1)


def _draw(
    curves: Sequence[Curve],
    scale: Scale,
    title: str,
    desc: str,
    name: str,
    start: str,
    width: int,
    ticks: Sequence[int],
    shared: str,
) -> svg.Svg:
    wide = width == svg.WIDE
    followed = curves[:1] if shared else curves
    foot = 62 + 40 * len(followed)
    height = (330 if wide else 260) + foot + 34
    left, right, top = 46, (172 if wide else 24), 34
    end = max(*(curve.times[-1] for curve in curves), ticks[-1] * _DAYS_A_MONTH)
    ceiling = _ceiling(curves, scale)

    def x(day: float) -> float:
        return left + day / end * (width - left - right)

    def y(value: float) -> float:
        return top + (1 - min(value / ceiling, 1.0)) * (height - top - foot)

    drawing = svg.Svg(name, width, height, title, desc)
    pieces = 4 if scale.hundred else round(ceiling / svg.nice_step(ceiling * 0.99))
    for piece in range(pieces + 1):
        value = ceiling * piece / pieces
        drawing.line(left, y(value), width - right, y(value), "grid" if piece else "axis")
        drawing.text(left - 8, y(value) + 5, f"{value * 100:.0f}" if scale.hundred else f"{value:g}", "t", "end")
    for month in ticks:
        drawing.line(x(month * _DAYS_A_MONTH), y(0), x(month * _DAYS_A_MONTH), y(0) + 5, "axis")
        drawing.text(x(month * _DAYS_A_MONTH), y(0) + 22, str(month), "t", "middle")
    drawing.text(0, 16, scale.unit, "t")
    drawing.text((left + width - right) / 2, height - foot + 42, f"Months after {start}", "t", "middle")
    for row, curve in enumerate(followed):
        base = height - foot + 66 + row * 40
        label = shared or f"{curve.label}: still followed"
        if len(label) > width / svg.LETTER:
            label = svg.folded(curve.label, width)[0].rstrip(",")
        drawing.text(0, base, svg.fitted(label, width), "t" if shared else f"t s{row + 1}-t")
        for month in _apart(ticks, x):
            text = words.count(curve.followed_at(month * _DAYS_A_MONTH))
            drawing.text(x(month * _DAYS_A_MONTH), base + 19, "–" if text == words.HIDDEN else text, "t b", "middle")
    for row, curve in reversed(list(enumerate(curves))):
        _trace(drawing, curve, row, end, x, y, scale.start)
    _labels(drawing, curves, scale, end, x, y)
    return drawing


def _apart(ticks: Sequence[int], x: Any) -> list[int]:
    """Leave out the ticks whose number would run into the one before; the first and the last are kept."""
    kept: list[int] = []
    for month in ticks:
        if not kept or x(month * _DAYS_A_MONTH) - x(kept[-1] * _DAYS_A_MONTH) >= _NUMBER:
            kept.append(month)
    if kept[-1] != ticks[-1]:
        kept[-1:] = [ticks[-1]]
    return kept


def _trace(drawing: svg.Svg, curve: Curve, row: int, end: float, x: Any, y: Any, start: float) -> None:
    points = [
        (time, value, value if low is None else low, value if high is None else high)
        for time, value, low, high in zip(curve.times, curve.values, curve.lows, curve.highs, strict=True)
    ]
    if points[0][0] > 0:
        points.insert(0, (0.0, start, start, start))
    if not curve.on_a_grid:
        points.append((end, *points[-1][1:]))
    middle, low, high = (_corners(points, place, curve.on_a_grid) for place in (1, 2, 3))
    drawing.path(
        f"band s{row + 1}-band", [(x(a), y(b)) for a, b in high] + [(x(a), y(b)) for a, b in reversed(low)], close=True
    )
    drawing.path(f"line s{row + 1}", [(x(a), y(b)) for a, b in middle])


def _corners(points: Sequence[tuple[float, ...]], place: int, joined: bool) -> list[tuple[float, float]]:
    """Return a line's corners: straight from point to point on a grid, in steps where points are events."""
    if joined:
        return [(point[0], point[place]) for point in points]
    steps = [
        corner for before, after in pairwise(points) for corner in ((after[0], before[place]), (after[0], after[place]))
    ]
    return [(points[0][0], points[0][place]), *steps]


def _labels(drawing: svg.Svg, curves: Sequence[Curve], scale: Scale, end: float, x: Any, y: Any) -> None:
    ends = [curve.at(end)[0] for curve in curves]
    if drawing.wide:
        pieces = [svg.folded(curve.label, 150) for curve in curves]
        tall = [18 * (len(piece) + 1) + 4 for piece in pieces]
        places = _stacked([y(value) + 5 for value in ends], tall, y(0) + 20)
        for row, (piece, place, value) in enumerate(zip(pieces, places, ends, strict=True)):
            for i, text in enumerate([*piece, _reading(value, scale)]):
                bold = " b" if i < len(piece) else ""
                drawing.text(x(end) + 8, place + 18 * i, text, f"t{bold} s{row + 1}-t")
        return
    room = drawing.width - x(0) - 8
    lines = [
        (row, line)
        for row, (curve, value) in enumerate(zip(curves, ends, strict=True))
        for line in svg.folded(f"{curve.label}, {_reading(value, scale)}", room)
    ]
    first = y(0) - 12 - 20 * (len(lines) - 1) if scale.start > 0 else 50
    for place, (row, line) in enumerate(lines):
        drawing.text(x(0) + 8, first + 20 * place, svg.fitted(line, room), f"t b s{row + 1}-t")


def _stacked(wanted: Sequence[float], tall: Sequence[float], bottom: float) -> list[float]:
    """Place labels of different heights beside their lines, in order, none over another or below the axis."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = list(wanted)
    for above, i in pairwise(order):
        places[i] = max(places[i], places[above] + tall[above])
    for i in reversed(order):
        places[i] = min(places[i], bottom - tall[i])
        bottom = places[i]
    return places


def _reading(value: float, scale: Scale) -> str:
    return f"{words.per_hundred(value)} of 100" if scale.hundred else f"{value:.2f} each"


def _table(curves: Sequence[Curve], scale: Scale, ticks: Sequence[int], shared: str) -> str:
    followed = curves[:1] if shared else curves
    heads = ["Time", *(curve.label for curve in curves), *(shared or f"Followed: {c.label}" for c in followed)]
    rows: list[list[Cell]] = []
    for month in [month for month in ticks if month]:
        day = month * _DAYS_A_MONTH
        shown: list[Cell] = [
            _with_interval(curve.at(day), scale) if curve.is_known_at(day) else "–" for curve in curves
        ]
        rows.append([f"{month} months", *shown, *(words.count(curve.followed_at(day)) for curve in followed)])
    what = scale.what[0].upper() + scale.what[1:]
    return data_table(f"{what} (95% interval)", heads, rows)


def _with_interval(point: tuple[float, float | None, float | None], scale: Scale) -> str:
    value, low, high = point

    def show(number: float) -> str:
        return f"{number * 100:.0f}" if scale.hundred else f"{number:.2f}"

    return show(value) if low is None or high is None else f"{show(value)} ({show(low)} to {show(high)})"


def _live(curves: Sequence[Curve], scale: Scale, start: str) -> Mapping[str, object]:
    factor = 100 if scale.hundred else 1
    end = max(curve.times[-1] for curve in curves)
    traces: list[dict[str, Any]] = []
    for row, curve in reversed(list(enumerate(curves))):
        months = [0.0, *(round(time / _DAYS_A_MONTH, 1) for time in curve.times)]
        first = scale.start * factor
        middle = [first, *(round(v * factor, 2) for v in curve.values)]
        low = [
            first,
            *(round((v if b is None else b) * factor, 2) for v, b in zip(curve.values, curve.lows, strict=True)),
        ]
        high = [
            first,
            *(round((v if b is None else b) * factor, 2) for v, b in zip(curve.values, curve.highs, strict=True)),
        ]
        hover = "%{y:.0f} of 100 at month %{x:.1f}" if scale.hundred else "%{y:.2f} at month %{x:.1f}"
        traces += live.step_line(curve.label, row, months, middle, (low, high), hover)
    notes = [
        {
            "x": round(end / _DAYS_A_MONTH, 2), "y": round(curve.at(end)[0] * factor, 2), "xanchor": "right",
            "yanchor": "bottom" if row == 0 else "top", "showarrow": False, "text": words.escaped(curve.label),
            "font": {"color": live.PALETTE[row % 6], "size": 15},
        }
        for row, curve in enumerate(curves)
    ]  # fmt: skip
    span = {"range": [0, 101]} if scale.hundred else {"rangemode": "tozero"}
    frame = live.layout(f"Months after {start}", scale.unit, hovermode="x unified", yaxis=span, annotations=notes)
    return live.figure(traces, frame)
