"""What was reported, where and when: published counts by ward and by problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    counted = [table for table in content.tables if table.name.startswith("incidents")]
    drawn = {table.name: chart for table in counted if (chart := _chart(table.name, rows_of(table.data, "rows")))}
    markup, live = charts("incidents", drawn)
    parts: list[str] = []
    for name, chart in markup.items():
        file = link(f"published/tables/{name}.json", f"{name}.json")
        source = f'<p class="key">Every number here comes from the published table: {file}.</p>'
        parts += [heading(2, _title(name), f"{words.slug(name)}-part"), chart, source]
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
    periods = _finest({period for _, period in counts} - {MARGIN})
    levels = sorted({level for level, _ in counts} - {MARGIN}, key=lambda level: _rank(level, counts))[:MOST_PANELS]
    if len(periods) < 3:
        return None
    panels = [
        multiples.Panel(words.sentence_case(level), tuple(counts.get((level, period)) for period in periods))
        for level in levels
    ]
    if all(value is None for panel in panels for value in panel.values):
        return None
    years = sorted({period[:4] for period in periods})
    ends = {level: (counts.get((level, years[0])), counts.get((level, years[-1]))) for level in (MARGIN, *levels)}
    return multiples.chart(
        panels, [_period(period) for period in periods], name=words.slug(name),
        title=_largest(levels, counts) if other == "problem" else _reading(ends, years),
        unit=_title(name), note=_gaps(panels),
    )  # fmt: skip


def _finest(levels: set[str]) -> list[str]:
    """Return the months where the table has them beside its years, and else its years."""
    return sorted({level for level in levels if _is_month(level)} or levels)


def _is_month(level: str) -> bool:
    return len(level) == len("2012-12") and words.as_date(level) is not None


def _period(level: str) -> str:
    day = words.as_date(level) if _is_month(level) else None
    return words.short_month(day) if day else level


def _gaps(panels: Sequence[multiples.Panel]) -> str:
    hidden = sum(value is None for panel in panels for value in panel.values)
    if hidden:
        return f"A gap is a number too small to show: {words.number_of(hidden, 'gap')}."
    return "Small numbers would be hidden; here none is."


def _rank(level: str, counts: Mapping[tuple[str, str], int | None]) -> tuple[bool, int]:
    """Most reports first, what is not recorded last."""
    return level.startswith("not "), -(counts.get((level, MARGIN)) or 0)


def _largest(levels: Sequence[str], counts: Mapping[tuple[str, str], int | None]) -> str:
    whole, parts = counts.get((MARGIN, MARGIN)), [counts.get((level, MARGIN)) for level in levels[:2]]
    if not whole or len(parts) < 2 or None in parts:
        return "Reports by problem"
    share = sum(part for part in parts if part is not None) / whole
    names = " and ".join(f"‘{words.sentence_case(level)}’" for level in levels[:2])
    return f"{names} are {words.about_of(share, 'reports')}"


def _reading(ends: Mapping[str, tuple[int | None, int | None]], years: Sequence[str]) -> str:
    """Say how the total changed, and in how many of the parts it went the same way."""
    first, last = ends[MARGIN]
    if first is None or last is None or not first:
        return f"{len(years)} years side by side"
    change = round(100 * (last - first) / first)
    if abs(change) < 2:
        return f"The total was about the same in {years[-1]} as in {years[0]}"
    verb = "rose" if change > 0 else "fell"
    parts = [(a, b) for level, (a, b) in ends.items() if level != MARGIN and a is not None and b is not None]
    same = sum((b > a) == (change > 0) and a != b for a, b in parts)
    of = f"all {len(parts)}" if same == len(parts) else f"{same} of {len(parts)}"
    return f"Reports {verb} by {abs(change)}% from {years[0]} to {years[-1]}, in {of} wards"
