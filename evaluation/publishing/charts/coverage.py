"""Which months each source covers: a strip of cells a source, with words, so that a gap cannot be missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from evaluation.publishing import words
from evaluation.publishing.parts import Cell, Markup, card_table, data_table, per, region
from evaluation.publishing.words import escaped

STATES: Mapping[str, str] = {"c": "complete", "p": "part", "n": "none"}
MOST_MONTHS = 60


@dataclass(frozen=True)
class Source:
    """One source: its name, its state by month (`c`, `p`, `n`), its rows in words, and whose system it is."""

    name: str
    states: str
    rows: str
    owner: str = ""


def strip(states: str) -> str:
    """Draw a source's months, one cell each: full, half or crossed."""
    cells: dict[str, str] = {}
    for i, state in enumerate(states):
        x = i * 11 + 1
        cells[f"cov-{state}"] = cells.get(f"cov-{state}", "") + f"M{x} 1h9v22h-9z"
        if state == "p":
            cells["cov-half"] = cells.get("cov-half", "") + f"M{x} 23L{x + 9} 1V23z"
        if state == "n":
            cells["cov-x"] = cells.get("cov-x", "") + f"M{x + 2} 9l5 6m0-6l-5 6"
    order = sorted(cells, key=lambda name: name in ("cov-half", "cov-x"))
    drawn = "".join(f'<path class="{name}" d="{cells[name]}"/>' for name in order)
    width = 11 * len(states)
    return (
        f'<svg class="strip" viewBox="0 0 {width} 24" width="{width}" height="24" aria-hidden="true" '
        f'focusable="false">{drawn}</svg>'
    )


def in_words(states: str, months: Sequence[date]) -> str:
    """Say which months are complete, in part, or missing."""
    kinds = set(states)
    if kinds == {"c"}:
        return f"Complete in all {len(states)} months"
    if kinds == {"n"}:
        return "None in any month"
    runs: list[str] = []
    place = 0
    for state, group in groupby(states):
        length = len(list(group))
        first, last = words.short_month(months[place]), words.short_month(months[place + length - 1])
        runs.append(f"{STATES[state]} {first}" + (f" to {last}" if length > 1 else ""))
        place += length
    text = "; ".join(runs)
    return text[:1].upper() + text[1:]


def _named(source: Source) -> Markup:
    return Markup(escaped(source.name) + (f" {per(source.owner)}" if source.owner else ""))


def grid(sources: Sequence[Source], months: Sequence[date]) -> str:
    """Write the grid as a table of strips with words, and every month as a table folded away."""
    key = "".join(f"<span>{strip(state)} {word}</span>" for state, word in STATES.items())
    span = f"{words.short_month(months[0])} to {words.short_month(months[-1])}"
    rows = [
        [
            _named(source),
            Markup(strip(source.states) + per(in_words(source.states, months))),
            Markup(escaped(source.rows)),
        ]
        for source in sources
    ]
    every: list[list[Cell]] = [
        [words.short_month(month), *(STATES[source.states[i]] for source in sources)] for i, month in enumerate(months)
    ]
    full = data_table("Coverage by month", ["Month", *(source.name for source in sources)], every, "data small")
    return (
        f'<p class="key cov-key">{key}</p>'
        + card_table("Which months each source covers", ["Source", span, "Rows"], rows, "coverage")
        + f"<details><summary>Show every month as a table</summary>{region(full, 'Coverage by month, table')}</details>"
    )
