"""How a published value shows itself in a notebook: short tables and sentences in Markdown, with a drawing on the site.

A viewer of notebooks shows the Markdown. The site's copy carries the same Markdown and, for a finding, its chart as a
static drawing in a raw block; that copy travels under a media type of its own, which marks it as publishable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaluation.publishing import words

PUBLISHED_TYPE = "application/vnd.evaluation.published"
"""Media type of an output that has passed disclosure control; only such outputs reach the site."""

ROWS_SHOWN = 60
TOTALS = ("awarded", "varied", "paid", "remitted", "written_off", "outstanding")


def markdown(kind: str, name: str, data: Mapping[str, Any], hidden: Sequence[str]) -> str:
    """Return the Markdown of a published value.

    Parameters
    ----------
    kind, name, data, hidden
        The fields of `release.Published`.
    """
    writers = {
        "finding": _finding,
        "table": _table,
        "contract": _contract,
        "income": _income,
        "quality": _quality,
    }
    body = writers.get(kind, _figures)(data)
    title = _bare(str(data.get("title") or name))
    return "\n\n".join([f"**{title[:1].upper()}{title[1:]}**", *body, *_left_out(hidden)])


def _left_out(hidden: Sequence[str]) -> Iterable[str]:
    """Say that figures are missing: the small ones in one line, every other reason in its own words."""
    small = [line for line in hidden if "rests on fewer" in line]
    if small:
        yield "*Figures that rest on too few people, cases or records are not shown.*"
    yield from (f"*{_bare(line[:1].upper() + line[1:])}.*" for line in hidden if line not in small)


def site_markdown(kind: str, name: str, data: Mapping[str, Any], hidden: Sequence[str]) -> str:
    """Return the Markdown of a published value as the site shows it: with the drawing of a finding."""
    text = markdown(kind, name, data, hidden)
    drawing = _drawing(name, data) if kind == "finding" else ""
    return f"{text}\n\n```{{=html}}\n{drawing}\n```\n" if drawing else text


def _drawing(name: str, data: Mapping[str, Any]) -> str:
    from evaluation.publishing.charts import curves

    family = curves.read(data.get("curves") or (), "no_repeat")[:4]
    if not family or len(family[0].times) < 2:
        return ""
    ends = [f"{curve.label}, {words.per_hundred(curve.at(366)[0])} of 100" for curve in family]
    chart = curves.chart(
        family,
        curves.SCALES["no_repeat"],
        f"No repeat within a year: {'; '.join(ends)}",
        name=f"curve-{name.replace('_', '-')}",
        start="the start",
        desc="Falling lines over time, one for each group. The figures are in the table below.",
    )
    return replace(chart, live=None).markup("../")


def _finding(data: Mapping[str, Any]) -> Iterable[str]:
    if data.get("status") == "cannot_be_said":
        yield f"Cannot be said, because {_bare(str(data.get('reason')))}."
        return
    if data.get("effects"):
        heads = ["Effect", "Value (95% range)", "Helped", "Compared"]
        yield table(heads, [_effect(effect) for effect in data["effects"]])
    grade = _part(data, "evidence").get("grade")
    if grade:
        yield f"Evidence: {_bare(str(grade))}."
    yield from (_bare(line) for line in data.get("can_say") or ())


def _effect(effect: Mapping[str, Any]) -> list[str]:
    """Write one effect in the unit that people read: people of 100, days, a ratio."""
    from evaluation.publishing.pages.effects import effect_name, effect_value

    helped, compared = (_people(effect.get(key)) for key in ("n_treated", "n_compared"))
    return [effect_name(str(effect.get("name"))), effect_value(effect), helped, compared]


def _contract(data: Mapping[str, Any]) -> Iterable[str]:
    verdict = _part(data, "verdict")
    yield f"{_bare(str(verdict.get('text')))}. {_bare(str(verdict.get('sentence')))}"
    yield table(
        ["Outcome", "Verdict", "Result", "95% range", "Target"], [_outcome(one) for one in data.get("outcomes") or ()]
    )
    facts = _part(data, "facts")
    yield table(["Question", "Answer"], [[words.sentence_case(key), str(value)] for key, value in facts.items()])


def _outcome(outcome: Mapping[str, Any]) -> list[str]:
    found = _part(outcome, "result") or _part(outcome, "finding")
    value = found.get("share", found.get("value"))
    span = "–" if found.get("low") is None else f"{_number(found['low'])} to {_number(found['high'])}"
    verdict = _part(outcome, "verdict").get("text")
    return [str(outcome.get("definition")), str(verdict), _number(value), span, _number(outcome.get("target"))]


def _income(data: Mapping[str, Any]) -> Iterable[str]:
    yield table(["What", "Pounds"], [[words.sentence_case(name), str(data.get(name))] for name in TOTALS])
    yield table(
        ["Outstanding, by age", "Orders", "Pounds"],
        [
            [str(row.get("band")), _people(row.get("orders")), str(row.get("amount") or words.HIDDEN)]
            for row in data.get("ageing") or ()
        ],
    )
    yield _bare(str(data.get("sentence") or ""))


def _quality(data: Mapping[str, Any]) -> Iterable[str]:
    yield table(
        ["Test", "Found", "Of", "Among"],
        [
            [str(test.get("title")), _people(test.get("count")), _people(test.get("of")), str(test.get("among"))]
            for test in data.get("tests") or ()
        ],
    )


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
    yield table(["Figure", "Value"], [[words.sentence_case(key), _number(value)] for key, value in plain.items()])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown pipe table with inert cells."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the block under `key`, empty where there is none."""
    block: Mapping[str, Any] | None = data.get(key)
    return {} if block is None else block


def _bare(text: str) -> str:
    """Reduce to plain letters, but never lose a minus sign."""
    return words.bare(text.replace(words.MINUS, "-"))


def _cell(text: str) -> str:
    return _bare(text).replace("|", "\\|")


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else "–" if value is None else str(value)


def _people(value: object) -> str:
    return "fewer than the threshold" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
