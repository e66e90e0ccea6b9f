"""Resolution and caseload: how many cases are resolved, how long that takes, and what is open now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evaluation.publishing import words
from evaluation.publishing.charts import curves
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import effect_value
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.reading import record_table, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView
from evaluation.publishing.parts import Cell, Markup, card_table, heading, link, unknown


def page(content: SiteContent, schemes: Sequence[SchemeView]) -> Page:
    """Return the page on resolution and caseload."""
    drawn = overall(content)
    markup, live = charts("caseload", drawn)
    parts: list[str] = []
    if not drawn:
        parts.append(unknown("no study of all cases has been made for this edition."))
    for chart in drawn:
        parts.append(markup[chart])
    parts += [heading(2, "Resolved within half a year, scheme by scheme", "by-scheme"), _by_scheme(schemes)]
    for table in content.tables:
        rows = rows_of(table.data, "rows")
        if table.name.startswith("caseload") and rows:
            title = words.sentence_case(table.name)
            parts += [heading(2, title, words.slug(table.name)), record_table(title, rows[:200])]
    return Page(
        stem="caseload",
        title="Are cases resolved, and how long does it take?",
        stamps=(f"Followed up to {words.long_date(content.as_of)}",),
        body="".join(parts),
        live=live,
    )


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
