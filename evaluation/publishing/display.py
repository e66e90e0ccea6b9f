"""How a published value shows itself in a notebook: a short table and its sentences, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evaluation.publishing import words

PUBLISHED_TYPE = "application/vnd.evaluation.published"
"""Media type of an output that has passed disclosure control; only such outputs reach the site."""

ROWS_SHOWN = 60


def markdown(kind: str, name: str, data: Mapping[str, Any], hidden: Sequence[str]) -> str:
    """Return the Markdown of a published value.

    Parameters
    ----------
    kind, name, data, hidden
        The fields of `release.Published`.
    """
    body = {"finding": _finding, "table": _table}.get(kind, _figures)(data)
    left_out = [f"*Not shown: {words.bare(line)}*" for line in hidden[:3]]
    return "\n\n".join([f"**{words.bare(str(data.get('title') or words.humane(name)))}**", *body, *left_out])


def _finding(data: Mapping[str, Any]) -> Iterable[str]:
    if data.get("status") == "cannot_be_said":
        yield f"Cannot be said, because {words.bare(str(data.get('reason')))}."
        return
    yield table(
        ["Effect", "Estimate", "95% range", "Helped", "Compared"],
        [_effect(effect) for effect in data.get("effects") or ()],
    )
    grade = (data.get("evidence") or {}).get("grade")
    if grade:
        yield f"Evidence: {words.bare(str(grade))}."
    yield from (words.bare(line) for line in data.get("can_say") or ())


def _effect(effect: Mapping[str, Any]) -> list[str]:
    span = f"{_number(effect.get('low'))} to {_number(effect.get('high'))}"
    helped, compared = (_people(effect.get(key)) for key in ("n_treated", "n_compared"))
    return [words.humane(str(effect.get("name"))), _number(effect.get("value")), span, helped, compared]


def _table(data: Mapping[str, Any]) -> Iterable[str]:
    rows: Sequence[Mapping[str, Any]] = data.get("rows") or ()
    dimensions: Sequence[str] = data.get("dimensions") or ()
    heads = [words.sentence_case(name) for name in dimensions] + ["Count"]
    yield table(heads, [[*(str(row[name]) for name in dimensions), _people(row["count"])] for row in rows[:ROWS_SHOWN]])
    if len(rows) > ROWS_SHOWN:
        yield f"*The first {ROWS_SHOWN} of {len(rows)} rows.*"


def _figures(data: Mapping[str, Any]) -> Iterable[str]:
    """Plain figures of any other result: one line for each that is a number or a short text."""
    plain = {key: value for key, value in data.items() if isinstance(value, str | int | float) and value != ""}
    yield table(["Figure", "Value"], [[words.humane(key), _number(value)] for key, value in plain.items()])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown pipe table with inert cells."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return words.bare(text).replace("|", "\\|")


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else "–" if value is None else str(value)


def _people(value: object) -> str:
    return "fewer than the threshold" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
