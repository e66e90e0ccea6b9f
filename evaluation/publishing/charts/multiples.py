"""Small multiples: one little line chart a part, on one scale where that can be read, else each on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.publishing import svg, words
from evaluation.publishing.charts import live
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import Cell, data_table

UNLIKE = 10
"""Times the smallest panel’s top that the largest may be: beyond it the small ones would lie on the floor."""


@dataclass(frozen=True)
class Panel:
    """One part: its label and its values by period; None where the value is hidden or the period not covered."""

    label: str
    values: tuple[float | None, ...]

    @property
    def top(self) -> float:
        """The largest value; 0 where nothing is shown."""
        return max((value for value in self.values if value is not None), default=0.0)


def chart(panels: Sequence[Panel], periods: Sequence[str], *, name: str, title: str, unit: str, note: str) -> Chart:
    """Draw one panel for each part, three to a row on desks and one on phones."""
    together = one_scale(panels)
    scale = "on one scale" if together else "each on its own scale"
    desc = (
        f"{words.number_of(len(panels), 'small line chart')} from {periods[0]} to {periods[-1]}, {scale}: "
        f"{words.listed([panel.label for panel in panels])}."
    )
    rows: list[list[Cell]] = [
        [period, *(words.plain(panel.values[i]) for panel in panels)] for i, period in enumerate(periods)
    ]
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _draw(panels, periods, name, title, desc, width)),
        table=data_table(unit, ["Period", *(panel.label for panel in panels)], rows, "data small"),
        note=f"{_scales(together=together)} {note}",
        live=_live(panels, periods, unit),
    )


def one_scale(panels: Sequence[Panel]) -> bool:
    """Say whether all panels can be read on the scale of the largest."""
    tops = [panel.top for panel in panels if panel.top]
    return not tops or max(tops) <= UNLIKE * min(tops)


def _scales(*, together: bool) -> str:
    if together:
        return "All panels have the same scale."
    return "Each panel has its own scale, from 0 to its largest number: compare shapes, not heights."


def _draw(panels: Sequence[Panel], periods: Sequence[str], name: str, title: str, desc: str, width: int) -> svg.Svg:
    across = 3 if width == svg.WIDE else 1
    wide, gap = (width - 18 * (across - 1)) / across, 18
    heads = [svg.folded(panel.label, wide)[:2] for panel in panels]
    extra = 18 * (max(map(len, heads), default=1) - 1)
    tall = 132 + extra
    lines = -(-len(panels) // across)
    drawing = svg.Svg(name, width, lines * (tall + gap), title, desc)
    largest = max((panel.top for panel in panels), default=0.0) or 1.0
    together = one_scale(panels)
    for place, (panel, head) in enumerate(zip(panels, heads, strict=True)):
        x0, y0 = (place % across) * (wide + 18), (place // across) * (tall + gap)
        for i, line in enumerate(head):
            drawing.text(x0, y0 + extra + 14 - 18 * (len(head) - 1 - i), svg.fitted(line, wide), "t b")
        _panel(drawing, panel, periods, (x0, y0 + extra, wide, tall - extra), largest if together else panel.top or 1.0)
    return drawing


def _panel(
    drawing: svg.Svg, panel: Panel, periods: Sequence[str], box: tuple[float, float, float, float], top: float
) -> None:
    x0, y0, wide, tall = box
    last = max(len(periods) - 1, 1)

    def at(i: int, value: float) -> tuple[float, float]:
        return x0 + 48 + i / last * (wide - 56), y0 + 36 + (1 - value / top) * (tall - 60)

    for value in (0.0, top):
        (left, y), (right, _) = at(0, value), at(last, value)
        drawing.line(left, y, right, y, "grid" if value else "axis")
        drawing.text(x0 + 42, y + 5, words.plain(value), "t", "end")
    run: list[tuple[float, float]] = []
    for i, value in enumerate((*panel.values, None)):
        if value is not None:
            run.append(at(i, value))
        elif run:
            drawing.path("line s1 thin", run) if len(run) > 1 else drawing.circle(*run[0], 2.5, "dot1")
            run = []
    drawing.text(at(0, 0)[0], y0 + tall - 4, periods[0])
    drawing.text(at(last, 0)[0], y0 + tall - 4, periods[-1], "t", "end")


def _live(panels: Sequence[Panel], periods: Sequence[str], unit: str) -> Mapping[str, object]:
    traces = [
        {"type": "scatter", "mode": "lines", "x": list(periods), "y": list(panel.values),
         "name": words.escaped(panel.label),
         "line": {"color": live.PALETTE[i % 6], "dash": live.DASHES[i // 6 % 4]}, "connectgaps": False}
        for i, panel in enumerate(panels)
    ]  # fmt: skip
    return live.figure(traces, live.layout("", unit, showlegend=True, xaxis={"type": "category", "nticks": 8}))
