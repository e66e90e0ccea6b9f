"""What the data cover and how good they are: months by source, rows in = used + set aside, tests, and input hashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.charts import coverage
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.pages.reading import Json, part_of, record_table, rows_of
from evaluation.publishing.parts import data_table, heading, link, paragraph, region, unknown
from evaluation.publishing.words import escaped


def page(content: SiteContent) -> Page:
    """Return the page on data."""
    data = content.quality.data if content.quality else {}
    return Page(
        stem="data-quality",
        title="What the data cover, and how good they are",
        description=_summary(data),
        stamps=(f"Records up to {words.long_date(content.as_of)}",),
        body=_body(content, data),
    )


def _summary(data: Json) -> str:
    sources = {str(row.get("source")) for row in rows_of(data, "coverage")}
    if not sources:
        return "Every result on this site stands on the extracts listed here."
    sent = words.number_of(len(sources), "system")
    return f"{sent.capitalize()} sent data. Every result on this site stands on the months marked complete below."


def _body(content: SiteContent, data: Json) -> str:
    parts: list[str] = []
    missing = _missing(data)
    if missing:
        parts.append(unknown(escaped(words.sentence(missing))))
    grid = _grid(data)
    if grid:
        parts += [heading(2, "Which months are covered", "coverage"), grid]
        parts.append(
            paragraph(
                "Every row that came in is either used or set aside with a reason. None is dropped without a word."
            )
        )
    parts += _tests(data)
    parts += [heading(2, "What went in", "inputs"), _inputs(content)]
    if content.quality:
        file = link("published/quality/quality.json", "quality.json")
        parts.append(f'<p class="key">Every number here comes from the published figures: {file}.</p>')
    return "".join(parts)


def _missing(data: Json) -> str:
    found = data.get("missing_sources") or []
    return f"{words.listed([str(name) for name in found])} sent no extract" if found else ""


def _months(data: Json) -> list[date]:
    found = {day for row in rows_of(data, "coverage") if (day := words.as_date(row.get("month")))}
    return sorted(found)[-coverage.MOST_MONTHS :]


def _grid(data: Json) -> str:
    months = _months(data)
    rows = rows_of(data, "coverage")
    if not months:
        return ""
    names = sorted({str(row.get("source")) for row in rows})
    state = {(str(row.get("source")), words.as_date(row.get("month"))): _state(row) for row in rows}
    counts = {str(row.get("name", row.get("source"))): row for row in rows_of(data, "extracts")}
    sources = [
        coverage.Source(name, "".join(state.get((name, month), "n") for month in months), _rows(counts.get(name)))
        for name in names
    ]
    return coverage.grid(sources, months)


def _state(row: Json) -> str:
    if row.get("covered") is False:
        return "n"
    return "p" if row.get("partial") else "c"


def _rows(extract: Json | None) -> str:
    if not extract:
        return ""
    read, used = extract.get("rows_read"), extract.get("rows_accepted")
    aside = extract.get("rows_rejected")
    return f"{words.count(read)} rows in = {words.count(used)} used + {words.count(aside)} set aside"


_KNOWN = ("coverage", "extracts", "missing_sources")


def _tests(data: Json) -> list[str]:
    parts: list[str] = []
    for key, value in data.items():
        rows = rows_of(data, key)
        if key in _KNOWN or not rows:
            continue
        title = words.sentence_case(key)
        parts += [heading(2, title, words.slug(key)), record_table(title, rows[:60])]
        del value
    return parts


def _inputs(content: SiteContent) -> str:
    inputs: Sequence[Any] = (content.run or {}).get("inputs") or []
    rows = [
        [
            words.visible(entry.get("name", "")),
            words.count(entry.get("rows_read")),
            words.count(entry.get("rows_accepted")),
            words.count(entry.get("rows_rejected")),
            words.visible(entry.get("sha256", entry.get("source_sha256", "")))[:16],
        ]
        for entry in inputs
        if isinstance(entry, dict)
    ]
    if not rows:
        return paragraph("The list of inputs is written when the whole job is run.")
    versions = part_of(content.run or {}, "versions")
    made = ", ".join(f"{name} {version}" for name, version in versions.items())
    heads = ["Extract", "Rows in", "Used", "Set aside", "SHA-256, first 16 letters"]
    return region(data_table("Extracts, rows and hashes", heads, rows), "Inputs, table") + (
        paragraph(f"Made with {made}.", "key") if made else ""
    )
