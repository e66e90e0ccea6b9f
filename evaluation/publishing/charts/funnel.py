"""A funnel plot: areas or services against their size, with the limits that chance alone allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.publishing import svg, words
from evaluation.publishing.charts import live
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.parts import data_table


@dataclass(frozen=True)
class Unit:
    """One area or service: its label, its size, its rate, and whether it lies outside the 99.8% limits."""

    label: str
    size: float
    rate: float
    outside: bool


@dataclass(frozen=True)
class Limit:
    """The 95% and 99.8% limits at one size."""

    size: float
    low95: float
    high95: float
    low998: float
    high998: float


def chart(
    units: Sequence[Unit],
    limits: Sequence[Limit],
    mean: float,
    *,
    name: str,
    title: str,
    size_label: str,
    rate_label: str,
    note: str,
    percent: bool = False,
) -> Chart:
    """Draw rates against sizes within their limits; with `percent` rates are shares, and the axis ends at 100%."""

    def show(rate: float) -> str:
        return words.percent(rate) if percent else f"{rate:.3g}"

    outside = [unit.label for unit in units if unit.outside]
    spoken = f"Outside the outer limits: {words.listed(outside)}." if outside else "All lie within the outer limits."
    desc = (
        f"{words.number_of(len(units), 'point')} of rate against size, with limits that narrow as size grows. {spoken}"
    )
    rows = [[u.label, f"{u.size:,.0f}", show(u.rate), "outside" if u.outside else "within"] for u in units]
    return Chart(
        name=name,
        title=title,
        drawing=svg.both(
            lambda width: _draw(units, limits, mean, name, title, desc, size_label, rate_label, width, percent)
        ),
        table=data_table(title, ["Name", size_label, rate_label, "Limits"], rows),
        note=note,
        live=_live(units, limits, mean, size_label, rate_label),
    )


def _draw(
    units: Sequence[Unit],
    limits: Sequence[Limit],
    mean: float,
    name: str,
    title: str,
    desc: str,
    size_label: str,
    rate_label: str,
    width: int,
    percent: bool,
) -> svg.Svg:
    wide = width == svg.WIDE
    height, left, right, top, foot = (400 if wide else 320), 58, 16, 34, 56
    drawing = svg.Svg(name, width, height, title, desc)
    most = max([unit.size for unit in units] + [limit.size for limit in limits]) * 1.05
    ceiling = 1.0 if percent else max([unit.rate for unit in units] + [mean * 2]) * 1.1

    def x(size: float) -> float:
        return left + size / most * (width - left - right)

    def y(rate: float) -> float:
        return top + (1 - max(min(rate, ceiling), 0.0) / ceiling) * (height - top - foot)

    step = 0.25 if percent else svg.nice_step(ceiling)
    for i in range(int(ceiling / step) + 1):
        drawing.line(left, y(i * step), width - right, y(i * step), "grid" if i else "axis")
        drawing.text(left - 8, y(i * step) + 5, f"{i * step:.0%}" if percent else f"{i * step:g}", "t", "end")
    across = svg.nice_step(most, 4 if wide else 3)
    for i in range(1, int(most / across) + 1):
        drawing.text(x(i * across), height - foot + 22, f"{i * across:,.0f}", "t", "middle")
    drawing.text(0, 16, rate_label)
    drawing.text((left + width - right) / 2, height - 12, size_label, "t", "middle")
    drawing.line(left, y(mean), width - right, y(mean), "mean")
    for cls, low, high in (("limit", "low95", "high95"), ("limit-far", "low998", "high998")):
        for edge in (low, high):
            drawing.path(cls, [(x(limit.size), y(getattr(limit, edge))) for limit in limits])
    for unit in units:
        if unit.outside:
            drawing.diamond(x(unit.size), y(unit.rate), 8, "out")
            before = x(unit.size) > width * 0.6
            at = x(unit.size) - 12 if before else x(unit.size) + 12
            drawing.text(at, y(unit.rate) + 5, svg.fitted(unit.label, 160), "t b", "end" if before else "start")
        else:
            drawing.circle(x(unit.size), y(unit.rate), 4, "dot1")
    return drawing


def _live(
    units: Sequence[Unit], limits: Sequence[Limit], mean: float, size_label: str, rate_label: str
) -> Mapping[str, object]:
    sizes = [limit.size for limit in limits]
    lines = [
        {"type": "scatter", "mode": "lines", "x": sizes, "y": [getattr(limit, edge) for limit in limits],
         "line": {"color": live.PALETTE[4], "width": 1.5, "dash": dash}, "hoverinfo": "skip", "showlegend": False}
        for edge, dash in (("low95", "dot"), ("high95", "dot"), ("low998", "dash"), ("high998", "dash"))
    ]  # fmt: skip
    points = {
        "type": "scatter", "mode": "markers", "x": [unit.size for unit in units], "y": [unit.rate for unit in units],
        "text": [words.escaped(unit.label) for unit in units], "hovertemplate": "%{text}: %{y:.3g}<extra></extra>",
        "marker": {
            "size": [13 if unit.outside else 9 for unit in units],
            "symbol": ["diamond" if unit.outside else "circle" for unit in units],
            "color": [live.PALETTE[3] if unit.outside else live.PALETTE[0] for unit in units],
        },
    }  # fmt: skip
    return live.figure([*lines, points], live.layout(size_label, rate_label, shapes=[live.level(mean)]))
