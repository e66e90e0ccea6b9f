"""What the data cover and how good they are: months by source, rows in = used + set aside, tests, and input hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.charts import coverage, multiples
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.pages.reading import Json, part_of, record_table, rows_of, texts_of
from evaluation.publishing.parts import (
    Cell,
    Markup,
    bullets,
    card_table,
    data_table,
    folded,
    heading,
    link,
    paragraph,
    per,
    region,
    unknown,
)
from evaluation.publishing.words import escaped


def page(content: SiteContent) -> Page:
    """Return the page on data."""
    data: Json = content.quality.data if content.quality else {}
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


def in_a_line(content: SiteContent) -> str:
    """Say in a line what is known of the data: how many rows could be used, and the gap that matters most."""
    data: Json = content.quality.data if content.quality else {}
    extracts = rows_of(data, "extracts")
    read, used = (sum(row.get(key) or 0 for row in extracts) for key in ("rows_read", "rows_accepted"))
    said = f"{words.percent(used / read)} of the rows received could be used. " if read else ""
    return escaped(f"{said}{(_missing(data) or [''])[-1]}".strip())


def _body(content: SiteContent, data: Json) -> str:
    parts: list[str] = []
    missing = _missing(data)
    if missing:
        parts.append(unknown(escaped(" ".join(missing))))
    grid = _grid(data, _owners(content))
    if grid:
        parts += [heading(2, "Which months are covered", "coverage"), grid]
        parts.append(
            paragraph(
                "A complete month has records in it. That does not say that every case is among them: the tests below "
                "do. Every row that came in is either used or set aside with a reason. None is dropped without a word. "
                "Numbers are rounded, so sums can differ a little."
            )
        )
    parts += _tests(data)
    parts += [heading(2, "What went in", "inputs"), _inputs(content, data)]
    if content.quality:
        file = link("published/quality/quality.json", "quality.json")
        parts.append(f'<p class="key">Every number here comes from the published figures: {file}.</p>')
    return "".join(parts)


def _missing(data: Json) -> list[str]:
    """Name the systems without an extract, and those with months that are not covered."""
    said: list[str] = []
    if absent := texts_of(data, "missing_sources"):
        said.append(f"{words.listed([words.system(name) for name in absent])} sent no extract.")
    gaps: dict[str, list[date]] = {}
    for row in rows_of(data, "coverage"):
        day = words.as_date(row.get("month"))
        if row.get("covered") is False and day is not None:
            gaps.setdefault(str(row.get("source")), []).append(day)
    for name, months in sorted(gaps.items()):
        shown = [words.short_month(month) for month in sorted(months)[:4]]
        more = [f"{len(months) - 4} more months"] if len(months) > 4 else []
        said.append(f"{words.system(name)} holds no record of {words.listed([*shown, *more])}.")
    said += [
        f"{words.count(row['count'])} of {words.count(row.get('of'))} police cases ({words.percent(row.get('share'))}) "
        "have no matching case in a council system: each service knows only its own half. Their incidents are counted."
        for row in rows_of(data, "tests")
        if row.get("test") == "police_not_uploaded" and row.get("count")
    ]
    return said


def _months(data: Json) -> list[date]:
    found = {day for row in rows_of(data, "coverage") if (day := words.as_date(row.get("month")))}
    return sorted(found)[-coverage.MOST_MONTHS :]


def _owners(content: SiteContent) -> Mapping[str, str]:
    """Return whose system each source is, as the workspace says: CEDAR is the Police's."""
    return {
        str(entry.get("name")): words.visible(entry.get("source") or "").removesuffix(" (invented)")
        for entry in rows_of(content.run or {}, "inputs")
    }


def _grid(data: Json, owners: Mapping[str, str]) -> str:
    months = _months(data)
    rows = rows_of(data, "coverage")
    if not months:
        return ""
    names = sorted({str(row.get("source")) for row in rows})
    state = {(str(row.get("source")), words.as_date(row.get("month"))): _state(row) for row in rows}
    counts = {str(row.get("name", row.get("source"))): row for row in rows_of(data, "extracts")}
    sources = [
        coverage.Source(
            words.system(name),
            "".join(state.get((name, month), "n") for month in months),
            _rows(counts.get(name)),
            owners.get(name, ""),
        )
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
    if aside is None:
        return f"{words.count(read)} rows in: {words.count(used)} used, too few set aside to show (numbers are rounded)"
    return f"{words.count(read)} rows in: {words.count(used)} used, {words.count(aside)} set aside"


def _tests(data: Json) -> list[str]:
    parts: list[str] = []
    totals = rows_of(data, "tests")
    if totals:
        parts += [
            heading(2, "The auditors’ tests, repeated", "tests"),
            _test_table("Every test over all systems", totals),
        ]
    for key, part, title in (("tests_by_system", "source", "system"), ("tests_by_service", "service", "service")):
        rows = rows_of(data, key)
        if rows:
            parts.append(folded(f"The tests {title} by {title}", _split_table(f"Share found, by {title}", rows, part)))
    monthly = _monthly(data)
    if monthly:
        parts.append(folded("The tests month by month", monthly))
    unmapped = rows_of(data, "unmapped_words")
    if unmapped:
        heads = {"word": "Word", "source": "System", "list": "Code list", "rows": "Rows"}
        if any(row.get("suggestion") for row in unmapped[:40]):
            heads["suggestion"] = "Perhaps"
        parts.append(
            folded("Words in no code list", record_table("Words that no code list holds", unmapped[:40], heads))
        )
    notes = [words.sentence(note) for note in texts_of(data, "notes")]
    if notes:
        parts += [heading(2, "Counted once", "linked"), bullets(notes)]
        if rows_of(data, "linking"):
            parts.append(paragraph(_MARKED))
    return parts


_MARKED = (
    "These count all that was joined. The page on methods says how right the joins are. It counts pairs, and only "
    "those whose true answer is known, so its numbers differ from these."
)
_PLAINER = {"open cases": "cases that nobody has closed or dealt with"}
"""Rows of each system, where the page of cases counts a case of two systems once."""


def _among(row: Json) -> str:
    among = words.visible(row.get("among") or "all")
    return f"of {_PLAINER.get(among, among)}"


def _share(row: Json) -> str:
    if row.get("of") == 0:
        return "–"
    return "under 1%" if row.get("share") == 0 and row.get("count") != 0 else words.percent(row.get("share"))


def _found(row: Json) -> str:
    if row.get("count") is None:
        return words.HIDDEN if row.get("of") is None else f"too few to show, of {words.count(row.get('of'))}"
    return f"{words.count(row.get('count'))} of {words.count(row.get('of'))}"


def _test_table(caption: str, rows: Sequence[Json]) -> str:
    cells: list[list[Cell]] = [
        [
            Markup(f"{escaped(row.get('title'))} {per(_among(row))}"),
            _found(row) if row.get("of") != 0 else "none to test",
            _share(row),
        ]
        for row in rows
    ]
    return card_table(caption, ["Test", "Found", "Share"], cells)


def _split_table(caption: str, rows: Sequence[Json], part: str) -> str:
    columns = sorted({str(row.get(part)) for row in rows})
    titles = {str(row.get("test")): str(row.get("title")) for row in rows}
    shares = {(str(row.get("test")), str(row.get(part))): row.get("share") for row in rows}
    cells: list[list[Cell]] = [
        [title, *(words.percent(shares[name, column]) if (name, column) in shares else "–" for column in columns)]
        for name, title in titles.items()
    ]
    return region(data_table(caption, ["Test", *map(words.system, columns)], cells, "data small"), f"{caption}, table")


def _monthly(data: Json) -> str:
    rows = rows_of(data, "tests_by_month")
    months = sorted({str(row.get("month")) for row in rows})[-24:]
    if len(months) < 3:
        return ""
    titles = {str(row.get("test")): str(row.get("title")) for row in rows}
    shares = {(str(row.get("test")), str(row.get("month"))): row.get("share") for row in rows}
    panels = [
        multiples.Panel(title, tuple(_percent(shares.get((name, month))) for month in months))
        for name, title in titles.items()
    ]
    labels = [words.short_month(day) if (day := words.as_date(month)) else month for month in months]
    chart = multiples.chart(
        panels, labels, name="monthly", title="Each test, month by month", unit="Per cent of rows tested",
        note="A gap in a line is a month that was not tested, or whose numbers are too small to show.",
    )  # fmt: skip
    return replace(chart, live=None).markup()


def _percent(share: object) -> float | None:
    return round(100 * float(share), 1) if isinstance(share, int | float) else None


def _inputs(content: SiteContent, data: Json) -> str:
    licensed = any(entry.get("licence") for entry in rows_of(content.run or {}, "inputs"))
    counted = {str(row.get("name")): row for row in rows_of(data, "extracts")}
    rows: list[list[Cell]] = [
        [
            words.system(name := str(entry.get("name", ""))),
            words.visible(entry.get("source") or "–"),
            *(words.count(counted.get(name, {}).get(key)) for key in ("rows_read", "rows_accepted", "rows_rejected")),
            *([words.visible(entry.get("licence") or "–")] if licensed else []),
            words.visible(entry.get("sha256", ""))[:16],
        ]
        for entry in rows_of(content.run or {}, "inputs")
    ]
    if not rows:
        return paragraph("The list of inputs is written when the whole job is run.")
    versions = part_of(content.run or {}, "versions")
    made = ", ".join(f"{name} {version}" for name, version in versions.items())
    heads = [
        "Extract",
        "From",
        "Rows in",
        "Used",
        "Set aside",
        *(["Licence"] if licensed else []),
        "SHA-256, first 16 letters",
    ]
    return card_table("Extracts, rows and hashes", heads, rows) + (
        paragraph(f"Made with {made}.", "key") if made else ""
    )
