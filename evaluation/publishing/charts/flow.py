"""A flow: who started on which step and where they came to stand, as ribbons from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.publishing import svg, words
from evaluation.publishing.charts import live
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import Cell, data_table

GAP = 34
"""Pixels between two steps: room for the two lines of a label."""
STAY, MOVE = "#7092ae", "#F46A25"


@dataclass(frozen=True)
class Ribbon:
    """People who started on one step and came to another: places in the list of steps, lowest first."""

    start: int
    end: int
    count: int


def chart(
    steps: Sequence[str],
    ribbons: Sequence[Ribbon],
    totals: tuple[Sequence[int | None], Sequence[int | None]],
    *,
    name: str,
    title: str,
    heads: tuple[str, str],
    note: str,
) -> Chart:
    """Draw the flow between steps; the lowest stands at the foot, so that who goes up is drawn going up.

    Parameters
    ----------
    steps
        Lowest first.
    ribbons
        Every pair of steps with people.
    totals
        People on each step at the left and at the right, as published: rounded apart from the ribbons.
    heads
        What the left side and the right side are: `First step`, `Highest step`.
    """
    spoken = "; ".join(
        f"{words.count(ribbon.count)} from {steps[ribbon.start].lower()} "
        + ("stay" if ribbon.start == ribbon.end else f"to {steps[ribbon.end].lower()}")
        for ribbon in ribbons
    )
    desc = f"Ribbons from left to right, as wide as the number of people. {spoken}."
    table = data_table(
        f"{heads[0]} and {heads[1].lower()}, people",
        [heads[0], *(f"{heads[1]}: {step.lower()}" for step in steps), "All"],
        [[*_row(steps, ribbons, i), words.count(totals[0][i])] for i in range(len(steps))],
    )
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _draw(steps, ribbons, totals, name, title, desc, heads, width)),
        table=table,
        note=note,
        live=_live(steps, ribbons, heads),
    )


def _row(steps: Sequence[str], ribbons: Sequence[Ribbon], start: int) -> list[Cell]:
    found = {ribbon.end: ribbon.count for ribbon in ribbons if ribbon.start == start}
    return [steps[start], *(words.count(found.get(i, 0)) for i in range(len(steps)))]


def _sums(ribbons: Sequence[Ribbon], *, left: bool) -> Mapping[int, int]:
    sums: dict[int, int] = {}
    for ribbon in ribbons:
        side = ribbon.start if left else ribbon.end
        sums[side] = sums.get(side, 0) + ribbon.count
    return sums


def _draw(
    steps: Sequence[str],
    ribbons: Sequence[Ribbon],
    totals: tuple[Sequence[int | None], Sequence[int | None]],
    name: str,
    title: str,
    desc: str,
    heads: tuple[str, str],
    width: int,
) -> svg.Svg:
    wide = width == svg.WIDE
    side, thick = (170, 16) if wide else (98, 12)
    head, room = 30, 250 if wide else 220
    drawing = svg.Svg(name, width, head + room + GAP * len(steps) + 4, title, desc)
    scale = room / (sum(ribbon.count for ribbon in ribbons) or 1)
    left, right = (_places(_sums(ribbons, left=first), len(steps), head, scale) for first in (True, False))
    inner = (side + thick, width - side - thick)
    filled: tuple[dict[int, float], dict[int, float]] = ({}, {})
    for ribbon in sorted(ribbons, key=lambda ribbon: (-ribbon.start, -ribbon.end)):
        tall = ribbon.count * scale
        start = left[ribbon.start][0] + filled[0].get(ribbon.start, 0.0)
        end = right[ribbon.end][0] + filled[1].get(ribbon.end, 0.0)
        filled[0][ribbon.start] = filled[0].get(ribbon.start, 0.0) + tall
        filled[1][ribbon.end] = filled[1].get(ribbon.end, 0.0) + tall
        _ribbon(drawing, inner, (start, end), tall, "flow" if ribbon.start == ribbon.end else "flow up")
    drawing.text(side - 10 if wide else 0, 16, heads[0], "t", "end" if wide else "start")
    drawing.text(width - side + 10 if wide else width, 16, heads[1], "t", "start" if wide else "end")
    _side(drawing, steps, left, totals[0], (side, side - 10, side - 14), thick, "end")
    _side(drawing, steps, right, totals[1], (inner[1], width - side + 10, side - 14), thick, "start")
    return drawing


def _side(
    drawing: svg.Svg,
    steps: Sequence[str],
    places: Mapping[int, tuple[float, float]],
    totals: Sequence[int | None],
    across: tuple[float, float, float],
    thick: float,
    anchor: str,
) -> None:
    """Draw one side's steps with their labels; `across`: where the step stands, where its label does, and its room."""
    x, label, room = across
    for i, (top, tall) in places.items():
        drawing.rect(x, top, thick, max(tall, 2), "f1")
        lines = svg.folded(steps[i], room)
        base = top + tall / 2 + 5 - 9 * len(lines)
        for place, text in enumerate([*lines, words.count(totals[i])]):
            drawing.text(label, base + 18 * place, text, "t b" if place < len(lines) else "t", anchor)


def _places(sums: Mapping[int, int], steps: int, head: float, scale: float) -> dict[int, tuple[float, float]]:
    """Return where each step stands on one side, highest step first from the top: its top and its height."""
    found: dict[int, tuple[float, float]] = {}
    y = head + GAP / 2
    for i in reversed(range(steps)):
        tall = sums.get(i, 0) * scale
        found[i] = (y, tall)
        y += tall + GAP
    return found


def _ribbon(drawing: svg.Svg, across: tuple[float, float], tops: tuple[float, float], tall: float, cls: str) -> None:
    x0, middle, x1 = (svg.short(x) for x in (across[0], sum(across) / 2, across[1]))
    y0, y1, foot1, foot0 = (svg.short(y) for y in (*tops, tops[1] + tall, tops[0] + tall))
    there = f"C{middle} {y0} {middle} {y1} {x1} {y1}"
    back = f"C{middle} {foot1} {middle} {foot0} {x0} {foot0}"
    drawing.add(f'<path class="{cls}" d="M{x0} {y0}{there}V{foot1}{back}z"/>')


def _live(steps: Sequence[str], ribbons: Sequence[Ribbon], heads: tuple[str, str]) -> Mapping[str, object]:
    last = len(steps) - 1
    labels = [f"{head}: {words.escaped(step).lower()}" for head in heads for step in reversed(steps)]
    upwards = sorted(ribbons, key=lambda ribbon: (-ribbon.start, -ribbon.end))
    trace = {
        "type": "sankey",
        "node": {"label": labels, "color": live.PALETTE[0], "pad": 24},
        "link": {
            "source": [last - ribbon.start for ribbon in upwards],
            "target": [len(steps) + last - ribbon.end for ribbon in upwards],
            "value": [ribbon.count for ribbon in upwards],
            "color": [STAY if ribbon.start == ribbon.end else MOVE for ribbon in upwards],
        },
    }
    return live.figure([trace], {"height": 420})
