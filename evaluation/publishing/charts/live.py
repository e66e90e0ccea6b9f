"""The one Plotly template, and the interactive figures made from it.

The figures are written as plain JSON and drawn only when a reader asks: Python's plotly is not needed here. Colours
are the Government Analysis Function's; lines differ by dash as well as by colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PALETTE = ("#12436D", "#801650", "#28A197", "#F46A25", "#3D3D3D", "#A285D1")
DASHES = ("solid", "dash", "dot", "dashdot")
_TINTS = ("rgba(18,67,109,0.14)", "rgba(128,22,80,0.12)", "rgba(40,161,151,0.14)", "rgba(244,106,37,0.14)")


_AXIS = {"gridcolor": "#d9dadb", "linecolor": "#3d3d3d", "zeroline": False, "fixedrange": True, "automargin": True}
SHARED: Mapping[str, Any] = {
    "template": {
        "layout": {
            "margin": {"l": 64, "r": 16, "t": 12, "b": 56},
            "font": {"family": "Arial, sans-serif", "size": 15, "color": "#0b0c0c"},
            "paper_bgcolor": "#ffffff",
            "plot_bgcolor": "#ffffff",
            "hovermode": "closest",
            "colorway": list(PALETTE),
            "showlegend": False,
            "xaxis": _AXIS,
            "yaxis": _AXIS,
        }
    },
    "config": {"displaylogo": False, "responsive": True, "displayModeBar": False},
}
"""What every interactive chart has in common: one file of the site, fetched with the first chart that is asked for."""
SHARED_FILE = "template.json"


def layout(x_title: str, y_title: str, **more: Any) -> dict[str, Any]:
    """Return what is a chart's own: its axes' titles, its height, and what else is given."""
    return {
        "height": 420,
        "xaxis": {"title": {"text": x_title}, **more.pop("xaxis", {})},
        "yaxis": {"title": {"text": y_title}, **more.pop("yaxis", {})},
        **more,
    }


def figure(data: Sequence[Mapping[str, Any]], frame: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole figure: data and layout; the template and the config are in the shared file."""
    return {"data": list(data), "layout": dict(frame)}


def level(value: float, dash: str = "solid", span: tuple[float, float] | None = None) -> dict[str, Any]:
    """Return a line at one height: across the whole chart, or from one place of its axis to another."""
    line = {"color": PALETTE[4], "width": 1.5, "dash": dash}
    ends = {"xref": "paper", "x0": 0, "x1": 1} if span is None else {"xref": "x", "x0": span[0], "x1": span[1]}
    return {"type": "line", **ends, "y0": value, "y1": value, "line": line}


def step_line(
    name: str,
    index: int,
    x: Sequence[float],
    y: Sequence[float],
    band: tuple[Sequence[float], Sequence[float]] | None,
    hover: str,
) -> list[dict[str, Any]]:
    """Return a step line with its interval: the traces of one curve."""
    base = {"x": list(x), "type": "scatter", "mode": "lines"}
    traces: list[dict[str, Any]] = []
    if band is not None:
        low, high = band
        edge = {"width": 0, "shape": "hv"}
        traces.append({**base, "y": list(high), "line": edge, "hoverinfo": "skip"})
        traces.append(
            {
                **base,
                "y": list(low),
                "line": edge,
                "fill": "tonexty",
                "fillcolor": _TINTS[index % 4],
                "hoverinfo": "skip",
            }
        )
    line = {"width": 3, "shape": "hv", "color": PALETTE[index % 6], "dash": DASHES[index % 4]}
    traces.append({**base, "y": list(y), "name": name, "line": line, "hovertemplate": hover})
    return traces
