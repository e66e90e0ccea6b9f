"""Method checks: known experiments put through the same machinery, for the methods pages and never for the register."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.charts import curves
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import documentation, sources
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.documentation import Document
from evaluation.publishing.pages.effects import checks_table, effects_table
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.reading import part_of, rows_of, texts_of
from evaluation.publishing.pages.scheme_results import ladder
from evaluation.publishing.parts import Cell, Markup, bullets, data_table, folded, heading, link, paragraph, region, say
from evaluation.publishing.release import Published


def stem(found: Published) -> str:
    """Return the path of a method check's page without suffix."""
    return f"methods/{found.name}"


def body(content: SiteContent, found: Sequence[Document]) -> str:
    """Write the methods page's lists of known experiments, notebooks and documentation."""
    return _linking(content) + _known(content) + _notebooks(content) + documentation.body(found)


def _linking(content: SiteContent) -> str:
    """How right the linking is on the worked example, whose truth is known."""
    rows = rows_of(content.quality.data, "linking") if content.quality else []
    if not rows:
        return ""
    cells: list[list[Cell]] = [
        [str(row["title"]), f"{row['precision']:.1%}", f"{row['recall']:.1%}", str(row["text"])] for row in rows
    ]
    return (
        heading(2, "How right the links are", "linking")
        + paragraph(
            "The records of this site are invented, so it is known who is who. This is how right the rules were on "
            "them. Precision: of what was linked, how much is right. Recall: of what is one, how much was found. "
            "Doubtful pairs are left apart until a person has answered. Only links whose truth is known are marked "
            "here. The page on the data counts every link, so its numbers are higher."
        )
        + region(data_table("Links beside the truth", ["Link", "Precision", "Recall", "Pairs"], cells), "Links, table")
        + sources.of_file("published/quality/quality.json", "figures")
    )


def _notebooks(content: SiteContent) -> str:
    if not content.notebooks:
        return ""
    items = [Markup(link(f"notebooks/{stem}.html", words.sentence_case(stem))) for stem in content.notebooks]
    said = paragraph("The same steps line by line, for analysts. Each is run anew with every edition.")
    return heading(2, "Notebooks", "notebooks") + said + bullets(items)


def _known(content: SiteContent) -> str:
    if not content.method_checks:
        return ""
    items = [Markup(f"{link(f'{stem(found)}.html', _title(found))}: {_line(found)}") for found in content.method_checks]
    return (
        heading(2, "The methods on real data with a known answer", "known")
        + paragraph(
            "These studies are of no scheme here. They are public data that others have analysed before us. "
            "The page of each sets the published value beside ours, in the same unit."
        )
        + bullets(items)
    )


def _title(found: Published) -> str:
    return words.sentence_case(str(found.data.get("title") or found.name))


def _line(found: Published) -> str:
    can = found.data.get("can_say") or found.data.get("cannot_say") or [found.data.get("reason") or ""]
    return words.escaped(words.sentence(str(can[0])))


def page(content: SiteContent, found: Published) -> Page:
    """Return a method check's page."""
    data = found.data
    drawn = _draw(data, exact=bool(found.licence))
    markup, live = charts(stem(found), drawn)
    parts: list[str] = []
    if data.get("can_say") or data.get("cannot_say"):
        parts += [
            heading(2, "What you can and cannot say", "say"),
            say(texts_of(data, "can_say"), data.get("cannot_say", ())),
        ]
    elif data.get("reason"):
        parts.append(paragraph(words.sentence(f"Cannot be said: {data['reason']}")))
    if markup:
        parts += [heading(2, "What happened", "happened"), *markup.values()]
    if data.get("effects"):
        parts += [heading(2, "Every number, with its range", "effects"), effects_table(data["effects"])]
    if data.get("checks"):
        parts.append(folded("Checks", checks_table(data["checks"])))
    parts.append(folded("Where the numbers come from", sources.of_finding(content, data, "../")))
    return Page(
        stem=stem(found),
        title=_title(found),
        subtitle="A method check, not a scheme of this register",
        description=words.sentence(str(data.get("question") or "")),
        stamps=("Real, public data",) if found.licence else (),
        invented=not found.licence,
        body=_named("".join(parts), data),
        live=live,
    )


def _named(html: str, data: Mapping[str, Any]) -> str:
    """Call the event by its name: a known experiment counts arrests or deaths, and no repeat incidents."""
    found = re.match(r"first (\w+)", str(part_of(data, "protocol").get("outcome") or ""))
    event = found.group(1) if found else "event"
    one = f"{'an' if event[0] in 'aeiou' else 'a'} {event}"
    named = {
        "of repeats": f"of {event}s", "a repeat": one, "repeat incidents": f"{event}s",
        "no repeat incident": f"no {event}", "no repeat": f"no {event}",
    }  # fmt: skip
    for said, meant in named.items():
        html = html.replace(said, meant)
    return html


def _draw(data: Mapping[str, Any], *, exact: bool) -> dict[str, Chart]:
    drawn: dict[str, Chart] = {}
    for name, scale in curves.SCALES.items():
        family = curves.read(data.get("curves") or (), name)[:4]
        if family and len(family[0].times) > 1:
            ends = words.listed([f"{_end(curve.values[-1], scale)} ({curve.label})" for curve in family])
            drawn[name] = curves.chart(
                family, scale, f"At the end: {ends}", name=words.slug(name), start="the start",
                desc=f"{len(family)} lines over time. The figures are in the table below.",
            )  # fmt: skip
    if len({step.get("people") for step in data.get("attrition") or ()}) > 1:  # nobody was left out: nothing to draw
        drawn["ladder"] = ladder(data["attrition"], rounded=not exact)
    return drawn


def _end(value: float, scale: curves.Scale) -> str:
    return f"{value * 100:.0f} of 100" if scale.hundred else f"{value:.2f}"
