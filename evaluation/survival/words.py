"""Plain text for results: tables and the small words of sentences."""

from __future__ import annotations

import polars as pl


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with a fixed number of significant digits, or a dash for a missing one."""
    if value is None or value != value:
        return "–"
    return f"{value:.{digits}g}" if abs(value) < 1e5 else f"{value:,.0f}"


def p_value(p: float | None) -> str:
    """Write a p-value, `p < 0.001` when it is small."""
    if p is None or p != p:
        return "p not defined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def interval(low: float | None, high: float | None, level: float) -> str:
    """Write a confidence interval: `95 % interval 0.8 to 1.2`."""
    return f"{100 * level:g} % interval {number(low)} to {number(high)}"


def markdown(frame: pl.DataFrame, rows: int = 40) -> str:
    """Write the first rows of a frame as a Markdown table."""
    shown = frame.head(rows)
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * frame.width]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in shown.iter_rows()]
    if frame.height > rows:
        lines.append(f"\n{frame.height - rows} more rows.")
    return "\n".join(lines)


def table(frame: pl.DataFrame, rows: int = 40) -> str:
    """Write the first rows of a frame as an aligned plain table."""
    cells = [list(frame.columns), *([_cell(v) for v in row] for row in frame.head(rows).iter_rows())]
    widths = [max(len(row[i]) for row in cells) for i in range(frame.width)]
    numeric = [dtype.is_numeric() for dtype in frame.dtypes]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    ]
    if frame.height > rows:
        lines.append(f"... {frame.height - rows} more rows")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return number(value, 4)
    return "–" if value is None else str(value)
