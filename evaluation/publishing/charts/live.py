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


def layout(x_title: str, y_title: str, **more: Any) -> dict[str, Any]:
    """Return the layout that all charts share."""
    axis = {"gridcolor": "#d9dadb", "linecolor": "#3d3d3d", "zeroline": False, "fixedrange": True, "automargin": True}
    return {
        "height": 420,
        "margin": {"l": 64, "r": 16, "t": 12, "b": 56},
        "font": {"family": "Arial, sans-serif", "size": 15, "color": "#0b0c0c"},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hovermode": "closest",
        "colorway": list(PALETTE),
        "showlegend": False,
        "xaxis": {**axis, "title": {"text": x_title}, **more.pop("xaxis", {})},
        "yaxis": {**axis, "title": {"text": y_title}, **more.pop("yaxis", {})},
        **more,
    }


def figure(data: Sequence[Mapping[str, Any]], frame: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole figure: data, layout, and a config without Plotly's own links and buttons."""
    return {
        "data": list(data),
        "layout": dict(frame),
        "config": {"displaylogo": False, "responsive": True, "displayModeBar": False},
    }


def step_line(
    name: str,
    index: int,
    x: Sequence[float],
    y: Sequence[float],
    band: tuple[Sequence[float], Sequence[float]] | None,
    hover: str,
) -> list[dict[str, Any]]:
    """Return a step line with its interval: the traces of one curve."""
    base = {"x": list(x), "type": "scatter", "mode": "lines", "showlegend": False}
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
