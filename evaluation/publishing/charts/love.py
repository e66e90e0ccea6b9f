"""A love plot: how far apart the two groups are on each thing known before, before and after weighting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.publishing import svg, words
from evaluation.publishing.charts import live
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import data_table

SMALL = 0.1
"""A standardised difference under this is set aside (Austin 2009)."""


def chart(
    balance: Sequence[Mapping[str, Any]], *, left_out: float | None = None, name: str = "balance", most: int = 16
) -> Chart:
    """Draw the standardised differences of a finding, largest before weighting first.

    Parameters
    ----------
    balance
        Mappings `term, before, after`; a value may be None.
    left_out
        Up to where a difference is read as alike in what there were too few people to adjust for; None where all was
        adjusted for.
    most
        Rows drawn; the table holds them all.
    """
    rows = [
        (words.sentence_case(str(entry.get("term", ""))), _number(entry.get("before")), _number(entry.get("after")))
        for entry in balance
    ]
    rows.sort(key=lambda row: -abs(row[1] or 0.0))
    title = _title(rows, left_out)
    bound = left_out if any(abs(after or 0.0) >= SMALL for _, _, after in rows) else None
    afters = [abs(after) for _, _, after in rows if after is not None]
    desc = (
        f"{words.number_of(len(rows[:most]), 'row')}. Hollow diamonds: before weighting. Filled circles: after; "
        f"the furthest lies {max(afters, default=0):.2f} from 0."
    )
    table = data_table(
        "Standardised differences",
        ["What", "Before", "After"],
        [[term, _shown(before), _shown(after)] for term, before, after in rows],
    )
    cut = f" The {most} largest of {len(rows)} are drawn." if len(rows) > most else ""
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(lambda width: _draw(rows[:most], name, title, desc, width, bound)),
        table=table,
        note=f"Shaded: differences under 0.1, small enough to set aside.{_second_bound(bound)}{cut}",
        live=_live(rows),
    )


def _title(rows: Sequence[tuple[str, float | None, float | None]], left_out: float | None) -> str:
    """Count the differences by both bounds, so that the chart and the check beside it say the same."""
    afters = [abs(after) for _, _, after in rows if after is not None]
    above = sum(after >= SMALL for after in afters)
    if not above:
        return "After weighting, the two groups are alike: every difference is under 0.1"
    said = f"After weighting, {above} of {len(rows)} differences are still 0.1 or more"
    if left_out is None:
        return said
    beyond = sum(after > left_out for after in afters)
    return f"{said}, and {beyond or 'none'} above {left_out:.2f}"


def _second_bound(bound: float | None) -> str:
    if bound is None:
        return ""
    return (
        f" Dotted lines: {bound:.2f}, the bound for what there were too few people to adjust for. "
        "Among few people, chance alone makes differences above 0.1."
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _shown(value: float | None) -> str:
    return words.HIDDEN if value is None else words.signed(value)


def _draw(
    rows: Sequence[tuple[str, float | None, float | None]],
    name: str,
    title: str,
    desc: str,
    width: int,
    bound: float | None,
) -> svg.Svg:
    wide = width == svg.WIDE
    row_height, left, top = (34, 320, 30) if wide else (48, 24, 30)
    drawing = svg.Svg(name, width, top + row_height * len(rows) + 50, title, desc)
    reach = max([0.25, bound or 0.0, *(abs(v) for row in rows for v in row[1:] if v is not None)]) * 1.08
    bottom = top + row_height * len(rows)

    def x(value: float) -> float:
        return left + (value + reach) / (2 * reach) * (width - left - 24)

    drawing.rect(x(-SMALL), top, x(SMALL) - x(-SMALL), bottom - top, "zone")
    for edge in () if bound is None else (-bound, bound):
        drawing.line(x(edge), top, x(edge), bottom, "limit")
    drawing.line(x(0), top, x(0), bottom, "axis")
    tick = svg.nice_step(reach, 2)
    for value in (-tick, 0.0, tick):
        drawing.text(x(value), bottom + 20, words.signed(value), "t", "middle")
    drawing.text(x(0), bottom + 38, "Standardised difference", "t", "middle")
    drawing.diamond(left + 14, 14, 6, "m-line")
    drawing.text(left + 26, 19, "before")
    drawing.circle(left + 94, 14, 6, "dot1")
    drawing.text(left + 106, 19, "after weighting")
    for i, (term, before, after) in enumerate(rows):
        base = top + i * row_height
        y = base + (17 if wide else 34)
        drawing.text(
            left - 12 if wide else 0,
            base + (22 if wide else 18),
            svg.fitted(term, left - 14 if wide else width),
            "t",
            "end" if wide else "start",
        )
        drawing.line(left, y, width - 24, y, "grid")
        if before is not None and after is not None:
            drawing.line(x(before), y, x(after), y, "link")
        if before is not None:
            drawing.diamond(x(before), y, 6, "m-line")
        if after is not None:
            drawing.circle(x(after), y, 6, "dot1")
    return drawing


def _live(rows: Sequence[tuple[str, float | None, float | None]]) -> Mapping[str, object]:
    terms = [words.escaped(term) for term, _, _ in rows]
    hover = "%{y}: %{x:.2f}<extra></extra>"
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": label,
            "x": values,
            "y": terms,
            "hovertemplate": hover,
            "marker": marker,
        }
        for label, values, marker in (
            ("Before", [row[1] for row in rows], {"symbol": "diamond-open", "size": 11, "color": "#3D3D3D"}),
            ("After weighting", [row[2] for row in rows], {"symbol": "circle", "size": 11, "color": live.PALETTE[0]}),
        )
    ]
    frame = live.layout("Standardised difference", "", showlegend=True, yaxis={"autorange": "reversed"})
    return live.figure(data, {**frame, "height": 140 + 30 * len(rows)})
