"""Dots with their error against a line that says what they should be: the exam's coverage, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.publishing import svg, words
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import data_table


@dataclass(frozen=True)
class Dot:
    """One row: its label, its share with its error, and whether it is as it should be."""

    label: str
    share: float
    error: float
    good: bool


def chart(rows: Sequence[Dot], wanted: float, *, name: str, title: str, note: str) -> Chart:
    """Draw shares against the share wanted; those that are off are diamonds."""
    off = [row.label for row in rows if not row.good]
    spoken = f"Off: {words.listed(off)}." if off else "All are as wanted."
    desc = f"{words.number_of(len(rows), 'row')} of dots around a line at {wanted * 100:.0f}%. {spoken}"
    table = data_table(
        title,
        ["What", "Found", "Reading"],
        [[row.label, f"{row.share * 100:.1f}%", "as wanted" if row.good else "off"] for row in rows],
    )
    drawing = svg.both(lambda width: _draw(rows, wanted, name, title, desc, width))
    return Chart(name=name, title=title, drawing=drawing, table=table, note=note)


def _draw(rows: Sequence[Dot], wanted: float, name: str, title: str, desc: str, width: int) -> svg.Svg:
    wide = width == svg.WIDE
    row_height, left, top, right = (30, 330, 30, 70) if wide else (46, 4, 30, 62)
    drawing = svg.Svg(name, width, top + row_height * len(rows) + 30, title, desc)
    reach = max([0.03, *(abs(row.share - wanted) + 2 * row.error for row in rows)]) * 1.05
    bottom = top + row_height * len(rows)

    def x(share: float) -> float:
        return left + (share - wanted + reach) / (2 * reach) * (width - left - right)

    drawing.line(x(wanted), top - 6, x(wanted), bottom, "axis")
    drawing.text(x(wanted), 16, f"wanted: {wanted * 100:.0f}%", "t b", "middle")
    for i, row in enumerate(rows):
        base = top + i * row_height
        y = base + (15 if wide else 32)
        room = left - 16 if wide else width
        drawing.text(
            left - 14 if wide else 0,
            base + (20 if wide else 18),
            svg.fitted(row.label, room),
            "t",
            "end" if wide else "start",
        )
        drawing.line(left, y, width - right, y, "grid")
        drawing.line(x(row.share - 2 * row.error), y, x(row.share + 2 * row.error), y, "mean")
        if row.good:
            drawing.circle(x(row.share), y, 5, "dot1")
        else:
            drawing.diamond(x(row.share), y, 8, "out")
        drawing.text(width - right + 10, y + 5, f"{row.share * 100:.1f}%", "t b")
    return drawing
