"""Resolution and caseload: how many cases are resolved, how long that takes, and what is open now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evaluation.publishing import words
from evaluation.publishing.charts import curves
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import descriptions
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import effect_value
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.incidents import MARGIN
from evaluation.publishing.pages.reading import dimensions_of, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView
from evaluation.publishing.parts import Cell, Markup, card_table, data_table, heading, link, region, unknown
from evaluation.publishing.release import Published


def page(content: SiteContent, schemes: Sequence[SchemeView]) -> Page:
    """Return the page on resolution and caseload."""
    drawn = {**overall(content), **descriptions.draw(content)}
    markup, live = charts("caseload", drawn)
    parts: list[str] = []
    if "closures" not in drawn:
        parts.append(unknown("no study of all cases has been made for this edition."))
    else:
        parts.append(markup.pop("closures"))
    parts += [heading(2, "Resolved within half a year, scheme by scheme", "by-scheme"), _by_scheme(schemes)]
    parts.append(descriptions.body(content, markup))
    for table in content.tables:
        if table.name.startswith("caseload"):
            parts.append(crossed(table))
    return Page(
        stem="caseload",
        title="Are cases resolved, and how long does it take?",
        stamps=(f"Followed up to {words.long_date(content.as_of)}",),
        body="".join(parts),
        live=live,
    )


def _margin_last(level: str) -> tuple[bool, str]:
    return level == MARGIN, level


def crossed(table: Published) -> str:
    """Write a published table of two dimensions as rows and columns, its margins last."""
    rows = rows_of(table.data, "rows")
    dimensions = dimensions_of(rows)
    if len(dimensions) != 2:
        return ""
    down, across = dimensions
    counts = {(str(row[down]), str(row[across])): row.get("count") for row in rows}
    columns = sorted({column for _, column in counts}, key=_margin_last)
    cells: list[list[Cell]] = [
        [level, *(words.count(counts.get((level, column))) for column in columns)]
        for level in sorted({level for level, _ in counts}, key=_margin_last)
    ]
    title = f"{words.sentence_case(table.name.partition('_by_')[0])} by {words.humane(down)} and {words.humane(across)}"
    heads = [words.sentence_case(down), *(words.sentence_case(column) for column in columns)]
    shown = region(data_table(title, heads, cells), f"{title}, table")
    file = link(f"published/tables/{table.name}.json", f"{table.name}.json")
    return heading(2, title, words.slug(table.name)) + shown + f'<p class="key">Published table: {file}.</p>'


CLOSURES = (
    ("case_resolved", "Resolved"),
    ("case_closed_unresolved", "Closed, not resolved"),
    ("case_left", "Moved away, in custody or died"),
)
"""What can close a case, as the studies count it; each competes with the others."""


def overall(content: SiteContent) -> dict[str, Chart]:
    """Draw what closed all cases, from the first finding that counts them; all findings count the same cases."""
    for finding in content.findings:
        family = [
            replace(curve, label=label)
            for name, label in CLOSURES
            for curve in curves.read(finding.data.get("curves") or (), name)
            if curve.arm == "all"
        ]
        if family:
            return {"closures": _chart(family)}
    return {}


def _chart(family: Sequence[curves.Curve]) -> Chart:
    year = words.per_hundred(family[0].at(366)[0])
    return curves.chart(
        family,
        curves.SCALES["case_resolved"],
        f"A year after opening, {year} of 100 cases are resolved",
        name="closures",
        start="opening",
        shared="Cases still open",
        desc=f"{len(family)} rising lines over time: {words.listed([curve.label for curve in family])}.",
    )


def _by_scheme(schemes: Sequence[SchemeView]) -> str:
    rows: list[list[Cell]] = []
    for view in schemes:
        effects = (view.finding or {}).get("effects") or ()
        effect = next((e for e in effects if e.get("name") == "resolution_difference_182"), None)
        if effect is None or effect.get("treated") is None:
            continue
        helped, without = words.per_hundred(effect["treated"]), words.per_hundred(effect.get("compared"))
        rows.append([Markup(link(view.href, view.record.title)), str(helped), str(without), effect_value(effect)])
    if not rows:
        return unknown("no scheme’s cases have a known closure yet.")
    heads = ["Scheme", "Of 100 helped", "Of 100 not helped", "Difference (95% interval)"]
    return card_table("Cases of each 100 resolved within half a year", heads, rows)
