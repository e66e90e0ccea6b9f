"""Resolution and caseload: how many cases are resolved, how long that takes, and what is open now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.charts import curves
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.content import SiteContent
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
    parts += [heading(2, "Resolved within a year, scheme by scheme", "by-scheme"), _by_scheme(schemes)]
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


def overall(content: SiteContent) -> dict[str, Chart]:
    """Draw the curves of resolution of every finding about all cases."""
    drawn: dict[str, Chart] = {}
    for finding in content.findings:
        if finding.data.get("scheme"):
            continue
        family = [
            *curves.read(finding.data.get("curves") or (), "resolved"),
            *curves.read(finding.data.get("curves") or (), "closed_unresolved"),
        ][:4]
        if family:
            drawn[finding.name] = _chart(finding.name, family)
    return drawn


def _chart(name: str, family: Sequence[curves.Curve]) -> Chart:
    year = words.per_hundred(family[0].at(366)[0])
    return curves.chart(
        family,
        curves.SCALES["resolved"],
        f"A year after opening, {year} of 100 cases are resolved",
        name=words.slug(name),
        start="opening",
        desc=f"{len(family)} rising lines over time: {words.listed([curve.label for curve in family])}.",
    )


def _resolved(finding: Mapping[str, Any], arm: str) -> str:
    found = [curve for curve in curves.read(finding.get("curves") or (), "resolved") if curve.arm == arm]
    if not found:
        return "–"
    value, low, high = found[0].at(366)
    span = f" ({low * 100:.0f} to {high * 100:.0f})" if low is not None and high is not None else ""
    return f"{value * 100:.0f}{span}"


def _by_scheme(schemes: Sequence[SchemeView]) -> str:
    rows: list[list[Cell]] = [
        [
            Markup(link(view.href, view.record.title)),
            _resolved(view.finding, "treated"),
            _resolved(view.finding, "compared"),
        ]
        for view in schemes
        if view.finding and curves.read(view.finding.get("curves") or (), "resolved")
    ]
    if not rows:
        return unknown("no scheme’s cases have a known closure yet.")
    heads = ["Scheme", "Of 100 helped", "Of 100 not helped"]
    return card_table("Cases of each 100 resolved within a year (95% interval)", heads, rows)
