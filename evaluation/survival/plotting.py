"""Plotly figures of results, for those who work in a notebook; the site draws its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

PALETTE = ("#12436D", "#801650", "#28A197", "#F46A25", "#3D3D3D", "#A285D1")
DASHES = ("solid", "dash", "dot", "dashdot")


def curves(frame: pl.DataFrame, value: str, *, by: Sequence[str] = (), titles: tuple[str, str]) -> Any:
    """Draw step curves with their intervals.

    Parameters
    ----------
    frame
        `by…, time, low, high` and the column `value`.
    value
        Name of the column that is drawn.
    by
        Columns; each combination is a curve.
    titles
        Of the axis of time and of the axis of values.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = _figure(*titles)
    parts = frame.partition_by(by, maintain_order=True) if by else [frame]
    for place, part in enumerate(parts):
        name = ", ".join(str(part[column][0]) for column in by) if part.height else ""
        _band(figure, part, PALETTE[place % len(PALETTE)])
        line = {"shape": "hv", "color": PALETTE[place % len(PALETTE)], "dash": DASHES[place % len(DASHES)]}
        figure.add_scatter(x=part["time"].to_list(), y=part[value].to_list(), mode="lines", name=name, line=line)
    figure.update_layout(showlegend=len(parts) > 1)
    return figure


def _band(figure: Any, part: pl.DataFrame, colour: str) -> None:
    """Shade between the limits; where a limit is not defined there is no shade."""
    known = part.drop_nulls(["low", "high"])
    edge = {"x": known["time"].to_list(), "mode": "lines", "line": {"width": 0, "shape": "hv"}, "showlegend": False}
    figure.add_scatter(**edge, y=known["high"].to_list(), hoverinfo="skip")
    figure.add_scatter(
        **edge, y=known["low"].to_list(), hoverinfo="skip", fill="tonexty", fillcolor=_tint(colour, 0.15)
    )


def ranges(
    rows: Iterable[tuple[str, float, float, float]], *, title: str, neutral: float | None = None, log: bool = False
) -> Any:
    """Draw estimates with their intervals, the first at the top.

    Parameters
    ----------
    rows
        Label, value, low, high.
    title
        Of the axis of values.
    neutral
        The value that means no effect, if there is one.
    log
        Whether the axis is logarithmic, as a ratio's should be.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = _figure(title, "")
    for label, value, low, high in rows:
        error = {"type": "data", "symmetric": False, "array": [high - value], "arrayminus": [value - low]}
        marker = {"color": PALETTE[0], "size": 10}
        figure.add_scatter(
            x=[value], y=[label], error_x=error, mode="markers", marker=marker, name=label, showlegend=False
        )
    if neutral is not None:
        figure.add_vline(x=neutral, line_dash="dot", line_color=PALETTE[4])
    figure.update_yaxes(autorange="reversed", type="category")
    if log:
        figure.update_xaxes(type="log")
    return figure


def bars(labels: Sequence[str], values: Sequence[float], *, title: str) -> Any:
    """Draw one bar a label, the first at the top.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = _figure(title, "")
    figure.add_bar(x=list(values), y=list(labels), orientation="h", marker={"color": PALETTE[0]})
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def chance(chi2: float, df: int) -> Any:
    """Draw where a test's chi-squared lies among the values that chance alone gives.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    from scipy.special import chdtrc

    end = max(2 * chi2, 4.0 * df + 8)
    points = [(end * step / 200, float(chdtrc(df, end * step / 200))) for step in range(201)]
    titles = ("Chi-squared", "Share of chance results at least as large")
    return line(points, titles=titles, marked=(chi2, float(chdtrc(df, chi2))))


def line(points: Iterable[tuple[float, float]], *, titles: tuple[str, str], marked: tuple[float, float]) -> Any:
    """Draw one line and a point on it.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    x, y = zip(*points, strict=True)
    figure = _figure(*titles)
    figure.add_scatter(x=list(x), y=list(y), mode="lines", line={"color": PALETTE[0]}, showlegend=False)
    marker = {"color": PALETTE[1], "size": 12, "symbol": "diamond"}
    figure.add_scatter(x=[marked[0]], y=[marked[1]], mode="markers", marker=marker, showlegend=False)
    return figure


def _figure(x_title: str, y_title: str) -> Any:
    from importlib import import_module

    axis = {"gridcolor": "#d9dadb", "linecolor": "#3d3d3d", "zeroline": False, "automargin": True}
    layout = {
        "template": "none",
        "height": 420,
        "margin": {"l": 64, "r": 16, "t": 24, "b": 56},
        "xaxis": {**axis, "title": {"text": x_title}},
        "yaxis": {**axis, "title": {"text": y_title}},
    }
    return import_module("plotly.graph_objects").Figure(layout=layout)


def _tint(colour: str, strength: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"
