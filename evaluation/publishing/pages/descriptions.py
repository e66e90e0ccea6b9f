"""What happened to cases and people, described and not compared: the ladder, resolution by kind, repeat reporters."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.publishing import words
from evaluation.publishing.charts import bars, curves
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import CATEGORIES
from evaluation.publishing.pages.reading import Json, part_of, rows_of, shown, texts_of
from evaluation.publishing.parts import Cell, card_table, folded, heading, link, paragraph, say
from evaluation.publishing.release import Published

RUNGS = ("warning", "contract", "order", "possession")
"""The rungs of the ladder, lowest first."""


def is_ladder(found: Published) -> bool:
    """Whether a finding describes the ladder, which has a page of its own."""
    return bool(part_of(part_of(found.data, "numbers"), "no_further_incident"))


def draw(content: SiteContent) -> dict[str, Chart]:
    """Draw the charts of every descriptive finding."""
    drawn: dict[str, Chart] = {}
    for found in content.descriptions:
        below = curves.read(rows_of(found.data, "curves"), "below_threshold")
        if below and len(below[0].times) > 1:
            drawn[f"{found.name}-threshold"] = _threshold(below)
    return drawn


def stopped(rungs: Json) -> Chart:
    """Draw how many of each 100 had no further incident within a year of each rung."""
    rows: list[bars.Bar] = []
    for name in sorted(map(str, rungs), key=_rung):
        found = part_of(rungs, name)
        share = found.get("share")
        known = isinstance(share, int | float)
        label = f"{words.sentence_case(str(name))}, {words.count(found.get('people'))} people"
        rows.append(
            bars.Bar(
                label, float(share) if known else None, f"{words.per_hundred(share)} of 100" if known else words.HIDDEN
            )
        )
    spoken = "; ".join(f"{row.label}: {row.words}" for row in rows)
    return bars.bars(
        rows,
        name="ladder-stopped",
        title="Fewer than half have no further incident within a year, whatever the rung"
        if all((row.value or 0) < 0.5 for row in rows)
        else "How many had no further incident within a year of each rung",
        desc=f"One bar for each rung. {spoken}.",
        note="People go up the ladder when a lower rung did not hold. The rungs are given to different people.",
        heads=("Rung", "No further incident within a year"),
    )


def _rung(name: str) -> tuple[int, str]:
    """The place of a rung on the ladder, lowest first."""
    return (RUNGS.index(name) if name in RUNGS else len(RUNGS), name)


def _threshold(family: tuple[curves.Curve, ...]) -> Chart:
    year = words.per_hundred(1 - family[0].at(366)[0])
    return curves.chart(
        family[:1],
        curves.SCALES["below_threshold"],
        f"Within a year, {year} of 100 people who reported met the threshold of an ASB Case Review",
        name="threshold",
        start="the first report",
        desc="One falling line: people who have not met the threshold.",
    )


def body(content: SiteContent, drawn: Mapping[str, str]) -> str:
    """Write a section for each descriptive finding but the ladder."""
    return "".join(section(found, drawn) for found in content.descriptions if not is_ladder(found))


def section(found: Published, drawn: Mapping[str, str]) -> str:
    """Write what a descriptive finding says, with its charts (`NAME-…`)."""
    data = found.data
    title = words.sentence_case(str(data.get("title") or found.name))
    parts = [heading(2, title, words.slug(found.name)), paragraph(words.sentence(str(data.get("question") or "")))]
    parts += [markup for name, markup in drawn.items() if name.startswith(f"{found.name}-")]
    numbers = part_of(data, "numbers")
    for key, head in (("by_case_type", "Kind of case"), ("by_service", "Service")):
        if rows := part_of(numbers, key):
            parts.append(_times(rows, head))
    can, cannot = texts_of(data, "can_say"), texts_of(data, "cannot_say")
    parts.append(folded(f"What can and cannot be said: {title[:1].lower()}{title[1:]}", _said(can, cannot, found.name)))
    return "".join(parts)


def _said(can: list[str], cannot: list[str], name: str) -> str:
    file = link(f"published/findings/{name}.json", f"{name}.json")
    source = f'<p class="key">Every number here comes from the published finding: {file}.</p>'
    return say(can, cannot, key=name) + source


def _days(value: object) -> str:
    return words.plain(round(value)) if isinstance(value, int | float) else shown(value)


def _times(rows: Json, head: str) -> str:
    cells: list[list[Cell]] = []
    for name in map(str, rows):
        row = part_of(rows, name)
        answered = part_of(row, "response").get("answered_7_days_share")
        cells.append(
            [
                CATEGORIES.get(name, words.sentence_case(name.replace("unknown", "not recorded"))),
                words.count(row.get("cases")),
                words.percent(row.get("resolved_share")),
                _days(row.get("median_days")),
                _days(row.get("longest_tenth_days")),
                words.percent(answered),
            ]
        )
    heads = [
        head,
        "Cases",
        "Resolved within half a year",
        "Of those resolved: half within so many days",
        "Of those resolved: 9 in 10 within",
        "Answered in a week",
    ]
    caption = f"Time to resolution, by {head.lower()}"
    return card_table(caption, heads, cells)
