"""What was reported, where and when: published counts by ward and by problem, on one scale."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.publishing import words
from evaluation.publishing.charts import multiples
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.reading import Json, dimensions_of, rows_of
from evaluation.publishing.parts import heading, link, unknown

MARGIN = "All"
MOST_PANELS = 24


def page(content: SiteContent) -> Page:
    """Return the page of counts."""
    counted = [table for table in content.tables if not table.name.startswith("caseload")]
    drawn = {table.name: chart for table in counted if (chart := _chart(table.name, rows_of(table.data, "rows")))}
    markup, live = charts("incidents", drawn)
    parts: list[str] = []
    for name, chart in markup.items():
        file = link(f"published/tables/{name}.json", f"{name}.json")
        source = f'<p class="key">Every number here comes from the published table: {file}.</p>'
        parts += [heading(2, _title(name), words.slug(name)), chart, source]
    return Page(
        stem="incidents",
        title="What was reported, where and when",
        stamps=(f"Records up to {words.long_date(content.as_of)}",),
        body="".join(parts) or unknown("no table of counts was published with this edition."),
        live=live,
    )


def _title(name: str) -> str:
    what, _, by = name.partition("_by_")
    return f"{words.sentence_case(what)} by {words.humane(by)}" if by else words.sentence_case(name)


def _chart(name: str, rows: Sequence[Json]) -> Chart | None:
    """Draw one panel for each level of a table's first dimension over its years; None where it has no years."""
    dimensions = dimensions_of(rows)
    time = next((key for key in dimensions if key.startswith(("year", "month"))), None)
    other = next((key for key in dimensions if key != time), None)
    if time is None or other is None or len(dimensions) != 2:
        return None
    counts = {(str(row[other]), str(row[time])): row.get("count") for row in rows}
    periods = sorted({period for _, period in counts} - {MARGIN})
    levels = sorted({level for level, _ in counts}, key=lambda level: (level != MARGIN, level))[:MOST_PANELS]
    if len(periods) < 3:
        return None
    panels = [
        multiples.Panel(level, tuple(counts.get((level, period)) for period in periods))
        for level in levels
        if level != MARGIN
    ]
    total = [counts.get((MARGIN, period)) for period in periods]
    return multiples.chart(
        panels, periods, name=words.slug(name), title=_reading(total, periods), unit=_title(name),
        note="All panels have the same scale. A gap is a number too small to show.",
    )  # fmt: skip


def _reading(total: Sequence[int | None], periods: Sequence[str]) -> str:
    first, last = total[0], total[-1]
    if first is None or last is None or not first:
        return f"{len(periods)} years side by side"
    change = round(100 * (last - first) / first)
    verb = "rose" if change > 0 else "fell"
    if abs(change) < 2:
        return f"The total was about the same in {periods[-1]} as in {periods[0]}"
    return f"The total {verb} by {abs(change)}% from {periods[0]} to {periods[-1]}"
