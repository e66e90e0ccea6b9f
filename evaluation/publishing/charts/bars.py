"""Bars: the ladder of who was left at each step, money by age, the ledger's steps, and what is known of 100."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluation.publishing import svg
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import data_table


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its length (None when hidden), the words at its end and its tone (`f1`, `f1-soft`, …)."""

    label: str
    value: float | None
    words: str
    tone: str = "f1-soft"


def bars(rows: Sequence[Bar], *, name: str, title: str, desc: str, note: str, heads: Sequence[str]) -> Chart:
    """Draw horizontal bars from the same left edge, each with its label and its figure in words.

    Parameters
    ----------
    rows
        From top to bottom.
    heads
        The two column heads of the table: what the bars are, and what they count.
    """
    table = data_table(title, list(heads), [[row.label, row.words] for row in rows])
    drawing = svg.both(lambda width: _bars(rows, name, title, desc, width))
    return Chart(name=name, title=title, drawing=drawing, table=table, note=note)


def _bars(rows: Sequence[Bar], name: str, title: str, desc: str, width: int) -> svg.Svg:
    wide = width == svg.WIDE
    left, thick = (212, 28) if wide else (0, 24)
    lines = max((len(svg.folded(row.label, left - 14 if wide else width)) for row in rows), default=1)
    extra = 18 * max(min(lines, _MOST_LINES) - (2 if wide else 1), 0)
    row_height = (44 if wide else 58) + extra
    drawing = svg.Svg(name, width, row_height * len(rows) + 8, title, desc)
    longest = max((row.value or 0 for row in rows), default=0) or 1
    room = max(len(row.words) for row in rows) * svg.LETTER + 14
    for i, row in enumerate(rows):
        y = i * row_height + 4
        top = y + 4 + extra / 2 if wide else y + 24 + extra
        _bar_label(drawing, row.label, left, top)
        length = (row.value or 0) / longest * (width - left - room)
        if row.value is None:
            drawing.rect(left, top, 10, thick, "hatch")
            length = 10
        else:
            drawing.rect(left, top, max(length, 2 if row.value else 0), thick, row.tone)
        drawing.text(left + length + 8, top + thick / 2 + 6, row.words, "t b")
    return drawing


_MOST_LINES = 3


def _bar_label(drawing: svg.Svg, label: str, left: float, top: float) -> None:
    """Write a bar's label in as many lines as it needs: beside the bar's middle, or on phones above it."""
    room = left - 14 if drawing.wide else float(drawing.width)
    lines = svg.folded(label, room)[:_MOST_LINES]
    for i, text in enumerate(lines):
        if drawing.wide:
            place = top + 20 - 9 * (len(lines) - 1) + 18 * i
            drawing.text(left - 12, place, svg.fitted(text, left - 12), "t", "end")
        else:
            drawing.text(0, top - 8 - 18 * (len(lines) - 1 - i), svg.fitted(text, room), "t")


@dataclass(frozen=True)
class Step:
    """One step of the ledger: `start` and `end` stand on the ground, `down` and `up` hang from the step before."""

    label: str
    amount: Decimal
    kind: str
    written: str


def ledger(steps: Sequence[Step], *, name: str, title: str, note: str, as_of: str) -> Chart:
    """Draw what was awarded, what became of it, and what is still owed, with each amount as it is written."""
    spoken = ", ".join(f"{step.label.lower()} {step.written}" for step in steps)
    rows = [[step.label, step.written] for step in steps]
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _ledger(steps, name, title, f"Bars that step down: {spoken}.", width)),
        table=data_table(f"The ledger at {as_of}", ["Line", "Amount"], rows),
        note=note,
    )


def _ledger(steps: Sequence[Step], name: str, title: str, desc: str, width: int) -> svg.Svg:
    wide = width == svg.WIDE
    row_height, left, right, thick = (42, 190, 112, 28) if wide else (56, 0, 12, 22)
    drawing = svg.Svg(name, width, row_height * len(steps) + 8, title, desc)
    longest = float(max((abs(step.amount) for step in steps), default=Decimal(1))) or 1.0
    level = 0.0
    for i, step in enumerate(steps):
        y = i * row_height + 6
        amount = float(step.amount)
        start, end = (0.0, amount) if step.kind in ("start", "end") else sorted((level, level + amount))
        level = amount if step.kind in ("start", "end") else level + amount
        bold = "t b" if step.kind in ("start", "end") else "t"
        top = y if wide else y + 22
        x0, x1 = (left + value / longest * (width - left - right) for value in (start, end))
        shown = step.written
        _step_label(drawing, step.label, bold, left, y, len(shown) * svg.LETTER + 14)
        drawing.text(x1 + 8 if wide else width, y + (20 if wide else 15), shown, bold, "start" if wide else "end")
        drawing.rect(x0, top, max(x1 - x0, 2), thick, {"start": "f1", "end": "f4"}.get(step.kind, "f5-soft"))
        if wide and i < len(steps) - 1:  # on phones the line would strike through the next label
            at = left + level / longest * (width - left - right)
            drawing.line(at, top, at, top + row_height, "link")
    return drawing


def _step_label(drawing: svg.Svg, label: str, tone: str, left: float, y: float, taken: float) -> None:
    """Write a step's label: in two lines beside its bar, or on phones above it, left of its amount."""
    if not drawing.wide:
        drawing.text(0, y + 15, svg.fitted(label, drawing.width - taken), tone)
        return
    lines = svg.folded(label, left - 14)[:2]
    for i, line in enumerate(lines):
        drawing.text(left - 12, y + 21 - 9 * (len(lines) - 1) + 18 * i, svg.fitted(line, left - 12), tone, "end")


def bounds(better: int, unknown: int, worse: int, *, name: str, title: str, note: str) -> Chart:
    """Draw 100 clients: known to be better, not known, known not to be better; the three sum to 100."""
    desc = (
        f"A bar from 0 to 100 clients. {better} are known to be better, {worse} are known not to be, and {unknown} "
        f"have no second score, so the true number lies between {better} and {better + unknown}."
    )
    rows = [["Better", str(better)], ["Not better", str(worse)], ["Not known", str(unknown)]]
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _bounds(better, unknown, worse, name, title, desc, width)),
        table=data_table("Clients of each 100", ["Known result", "Clients"], rows),
        note=note,
    )


def _bounds(better: int, unknown: int, worse: int, name: str, title: str, desc: str, width: int) -> svg.Svg:
    drawing = svg.Svg(name, width, 124, title, desc)
    full = width - 4
    drawing.rect(2, 56, full * better / 100, 34, "f1")
    drawing.add(
        f'<rect class="hatch" x="{2 + full * better / 100:.1f}" y="56" width="{full * unknown / 100:.1f}" height="34"/>'
    )
    drawing.rect(2 + full * (better + unknown) / 100, 56, full * worse / 100, 34, "f5")
    drawing.text(2, 18, f"{better} better", "t b")
    drawing.text(width / 2, 18 if drawing.wide else 42, f"{unknown} not known", "t b", "middle")
    drawing.text(width - 2, 18, f"{worse} not better", "t b", "end")
    drawing.text(2, 112, "0", "t")
    drawing.text(width - 2, 112, "100 clients" if drawing.wide else "100", "t", "end")
    drawing.text(width / 2, 112, f"the true number is {better} to {better + unknown}", "t", "middle")
    return drawing
