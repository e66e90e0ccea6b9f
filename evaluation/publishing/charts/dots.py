"""Dots with their error against a line that says what they should be: the exam's coverage, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaluation.publishing import svg, words
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import data_table


@dataclass(frozen=True)
class Dot:
    """One row: its label, its share with half its line, whether it is as it should be, and of how many it is."""

    label: str
    share: float
    error: float
    good: bool
    of: int = 0


def chart(rows: Sequence[Dot], wanted: float, *, name: str, title: str, note: str) -> Chart:
    """Draw shares against the share wanted; those that are off are diamonds."""
    off = [row.label for row in rows if not row.good]
    spoken = f"Off: {words.listed(off)}." if off else "All are as wanted."
    desc = f"{words.number_of(len(rows), 'row')} of dots around a line at {wanted * 100:.0f}%. {spoken}"
    table = data_table(
        title,
        ["What", "Found", "Of", "Reading"],
        [[row.label, f"{row.share * 100:.1f}%", _of(row), "as wanted" if row.good else "off"] for row in rows],
    )
    drawing = svg.both(lambda width: _draw(rows, wanted, name, title, desc, width))
    return Chart(name=name, title=title, drawing=drawing, table=table, note=note)


def _of(row: Dot) -> str:
    return words.plain(row.of) if row.of else "–"


def _draw(rows: Sequence[Dot], wanted: float, name: str, title: str, desc: str, width: int) -> svg.Svg:
    wide = width == svg.WIDE
    row_height, left, top, right = (30, 330, 30, 70) if wide else (46, 4, 30, 62)
    drawing = svg.Svg(name, width, top + row_height * len(rows) + 30, title, desc)
    reach = max([0.03, *(min(abs(row.share - wanted) + row.error, 1.0) for row in rows)]) * 1.05
    bottom = top + row_height * len(rows)

    def x(share: float) -> float:
        return left + (share - wanted + reach) / (2 * reach) * (width - left - right)

    _ticks(drawing, x, (wanted - reach, min(wanted + reach, 1.0)), bottom)
    drawing.text(x(wanted), 16, f"wanted: {wanted * 100:.0f}%", "t b", "middle")
    for i, row in enumerate(rows):
        base = top + i * row_height
        y = base + (15 if wide else 32)
        drawing.line(x(wanted), y - (15 if wide else 8), x(wanted), y + (15 if wide else 8), "axis")
        label = svg.fitted(row.label, left - 16 if wide else width)
        place = (left - 14, base + 20) if wide else (0, base + 18)
        drawing.text(*place, label, "t", "end" if wide else "start")
        drawing.line(left, y, width - right, y, "grid")
        drawing.line(x(max(row.share - row.error, 0.0)), y, x(min(row.share + row.error, 1.0)), y, "mean")
        if row.good:
            drawing.circle(x(row.share), y, 5, "dot1")
        else:
            drawing.diamond(x(row.share), y, 8, "out")
        drawing.text(width - right + 10, y + 5, f"{row.share * 100:.1f}%", "t b")
    return drawing


def _ticks(drawing: svg.Svg, x: Callable[[float], float], ends: tuple[float, float], bottom: float) -> None:
    """Write the scale under the rows, in whole steps of a hundredth or more."""
    low, high = (100 * end for end in ends)
    step = max(svg.nice_step(high - low), 1.0)
    tick = step * -(-low // step)
    while tick <= high + 1e-9:
        drawing.line(x(tick / 100), bottom, x(tick / 100), bottom + 5, "axis")
        drawing.text(x(tick / 100), bottom + 22, f"{tick:.0f}%", "t", "middle")
        tick += step
