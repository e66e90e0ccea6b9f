"""What was reported, where and when: published counts by ward and by problem."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.charts import multiples
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.reading import Json, dimensions_of, rows_of
from evaluation.publishing.parts import Cell, data_table, heading, link, region, unknown
from evaluation.publishing.words import escaped

MARGIN = "All"
MOST_PANELS = 24


def page(content: SiteContent) -> Page:
    """Return the page of counts."""
    counted = [table for table in content.tables if table.name.startswith("incidents")]
    drawn = {table.name: chart for table in counted if (chart := _chart(table.name, rows_of(table.data, "rows")))}
    markup, live = charts("incidents", drawn)
    parts: list[str] = []
    for table in counted:
        name = table.name
        if name not in markup:
            continue
        file = link(f"published/tables/{name}.json", f"{name}.json")
        source = f'<p class="key">Every number here comes from the published table: {file}.</p>'
        rows = rows_of(table.data, "rows")
        parts += [
            heading(2, _title(name), f"{words.slug(name)}-part"),
            markup[name],
            yearly(rows, content.as_of),
            source,
        ]
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


def _rank(level: str, counts: Mapping[tuple[str, str], int | None]) -> tuple[bool, int, str]:
    """Most reports first, what is not recorded last; equals by name, so that each build has the same order."""
    return level.startswith("not "), -(counts.get((level, MARGIN)) or 0), level


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


# ---------------------------------------------------------------- year by year

NEARLY, ROUNDED = 0.02, 5
"""A change of less than this share, or within the rounding of the counts, is called about the same."""


def yearly(rows: Sequence[Json], as_of: date) -> str:
    """Write the totals of each year for each level, and say where the last year went the other way.

    Parameters
    ----------
    rows
        A published table of two dimensions, one of them years (and perhaps their months).
    as_of
        The day up to which reports are held: a year that it cuts short is shown and not compared.
    """
    dimensions = dimensions_of(rows)
    time = next((key for key in dimensions if key.startswith(("year", "month"))), None)
    other = next((key for key in dimensions if key != time), None)
    if time is None or other is None:
        return ""
    counts = {(str(row[other]), str(row[time])): row.get("count") for row in rows}
    years = sorted({period for _, period in counts if re.fullmatch(r"\d{4}", period)})
    levels = sorted({level for level, _ in counts} - {MARGIN}, key=lambda level: _rank(level, counts))
    whole = [year for year in years if date(int(year), 12, 31) <= as_of]
    if len(whole) < 2 or not levels:
        return ""
    last = whole[-2:]
    cells: list[list[Cell]] = [
        [
            words.sentence_case(level) if level != MARGIN else "All",
            _change(*(counts.get((level, year)) for year in last)),
            *(words.count(counts.get((level, year))) for year in reversed(years)),
        ]
        for level in (*levels, MARGIN)
    ]
    title = f"Reports by {words.humane(other)} in each year, the last year first"
    heads = [words.sentence_case(other), f"{last[0]} to {last[1]}", *(_head(year, whole) for year in reversed(years))]
    return f"<p>{escaped(_last_year(levels, counts, last))}</p>" + region(
        data_table(title, heads, cells), f"{title}, table"
    )


def _head(year: str, whole: Sequence[str]) -> str:
    return year if year in whole else f"{year}, not whole"


def _change(before: int | None, after: int | None) -> str:
    if before is None or after is None or not before:
        return words.HIDDEN
    if not _turn(before, after):
        return "about the same"
    return f"{words.signed(100 * (after - before) / before, 0)}%"


def _turn(before: int, after: int) -> int:
    """Say whether a count rose (1), fell (-1) or was about the same (0)."""
    change = after - before
    if abs(change) <= ROUNDED or abs(change) < NEARLY * before:
        return 0
    return 1 if change > 0 else -1


def _last_year(levels: Sequence[str], counts: Mapping[tuple[str, str], int | None], last: Sequence[str]) -> str:
    """Say in how many levels the last whole year was above the one before, and name them."""
    pairs = {level: (counts.get((level, last[0])), counts.get((level, last[1]))) for level in levels}
    turns = {level: _turn(a, b) for level, (a, b) in pairs.items() if a and b is not None}
    rose = [f"‘{words.sentence_case(level)}’" for level, turn in turns.items() if turn > 0]
    fell = sum(turn < 0 for turn in turns.values())
    named = f" ({words.listed(rose)})" if rose else ""
    flat = len(turns) - len(rose) - fell
    return (
        f"From {last[0]} to {last[1]}, reports rose in {len(rose)} of {len(turns)}{named}, fell in {fell}, and were "
        f"about the same in {flat}. A month in which a system sent nothing makes its year look better than it was."
    )
