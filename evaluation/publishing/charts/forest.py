"""Every result on one scale: the forest plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.publishing import svg, words
from evaluation.publishing.charts import live
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import data_table


@dataclass(frozen=True)
class Row:
    """One result: its label, its value and interval of 100, a word on how sure, and of 100 of what."""

    label: str
    value: float
    low: float
    high: float
    sure: str
    unit: str = "people"


def chart(rows: Sequence[Row], *, title: str, name: str = "forest") -> Chart:
    """Draw results under one another on the same scale, with no difference as an upright line."""
    spoken = "; ".join(f"{row.label} {_reading(row)}" for row in rows)
    units = {row.unit for row in rows}
    of = units.pop() if len(units) == 1 else "people or incidents"
    table = data_table(title, ["Scheme", f"Difference of 100 {of} (95% interval)", "How sure"],
                       [[row.label, _in_unit(row), row.sure] for row in rows])  # fmt: skip
    places = any(row.unit == "incidents" for row in rows)
    alone = " Counted in incidents: of 100 that were expected."
    beside = " Schemes for a place: incidents of 100 expected; the others: people of 100."
    counted = "" if not places else alone if of == "incidents" else beside
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _draw(rows, name, title, f"One row for each scheme. {spoken}.", width)),
        table=table,
        note="Dot: best estimate. Bar: 95% interval. A bar that touches or crosses the upright line is not clear yet."
        + counted,
        live=_live(rows),
    )


def _reading(row: Row) -> str:
    return f"{words.people_difference(row.value)} ({words.interval_words(row.low, row.high)})"


def _in_unit(row: Row) -> str:
    return f"{_reading(row)} of 100 {row.unit}" if row.unit == "incidents" else _reading(row)


def _draw(rows: Sequence[Row], name: str, title: str, desc: str, width: int) -> svg.Svg:
    wide = width == svg.WIDE
    row_height, left, top = (46, 226, 34) if wide else (64, 12, 34)
    right = 176 if wide else 12
    drawing = svg.Svg(name, width, top + row_height * len(rows) + 30, title, desc)
    reach = min(max([10.0, *(abs(edge) for row in rows for edge in (row.low, row.high))]), 60.0)
    bottom = top + row_height * len(rows)

    def x(value: float) -> float:
        return left + (max(min(value, reach), -reach) + reach) / (2 * reach) * (width - left - right)

    drawing.text(x(-reach), 18, "← fewer repeats")
    drawing.text(x(reach), 18, "more repeats →", "t", "end")
    drawing.line(x(0), top - 6, x(0), bottom, "axis")
    step = svg.nice_step(2 * reach, 4)
    for tick in range(-3, 4):
        if abs(tick * step) <= reach:
            drawing.text(x(tick * step), bottom + 20, f"{abs(tick * step):g}", "t", "middle")
    for i, row in enumerate(rows):
        base = top + i * row_height
        y = base + (21 if wide else 48)
        tone = "good" if row.high < 0 else "bad" if row.low > 0 else "open"
        drawing.line(left, y, width - right, y, "grid")
        drawing.rect(x(row.low), y - 5, x(row.high) - x(row.low), 10, f"i-{tone}")
        drawing.circle(x(row.value), y, 6, "i-dot")
        _words(drawing, row, base, left, right)
    return drawing


def _words(drawing: svg.Svg, row: Row, base: float, left: float, right: float) -> None:
    if not drawing.wide:
        drawing.text(0, base + 16, svg.fitted(row.label, drawing.width), "t b")
        drawing.text(0, base + 35, svg.fitted(_reading(row), drawing.width))
        return
    lines = svg.folded(row.label, left - 16)[:2]
    for i, line in enumerate(lines):
        down = 25 if len(lines) == 1 else 16
        drawing.text(left - 14, base + down + 18 * i, svg.fitted(line, left - 16), "t b", "end")
    drawing.text(drawing.width - right + 12, base + 16, words.people_difference(row.value), "t b")
    drawing.text(drawing.width - right + 12, base + 34, words.interval_words(row.low, row.high))


def _live(rows: Sequence[Row]) -> Mapping[str, object]:
    tones = [live.PALETTE[0] if row.high < 0 else live.PALETTE[1] if row.low > 0 else live.PALETTE[4] for row in rows]
    trace = {
        "type": "scatter", "mode": "markers", "x": [round(row.value, 1) for row in rows],
        "y": [words.escaped(row.label) for row in rows], "marker": {"size": 12, "color": tones},
        "error_x": {
            "type": "data", "symmetric": False, "thickness": 3, "color": "#8d9194",
            "array": [round(row.high - row.value, 1) for row in rows],
            "arrayminus": [round(row.value - row.low, 1) for row in rows],
        },
        "text": [f"{_reading(row)}, {row.sure.lower()}" for row in rows],
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }  # fmt: skip
    frame = live.layout(
        "People of 100 with another incident, helped less not helped", "", yaxis={"autorange": "reversed"}
    )
    return live.figure([trace], {**frame, "height": 140 + 36 * len(rows)})
