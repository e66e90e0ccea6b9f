"""Resolution and caseload: how many cases are resolved, how long that takes, and what is open now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evaluation.publishing import words
from evaluation.publishing.charts import bars, curves
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import descriptions
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import effect_value
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.incidents import MARGIN
from evaluation.publishing.pages.reading import dimensions_of, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView
from evaluation.publishing.parts import Cell, Markup, aside, card_table, heading, link, unknown
from evaluation.publishing.release import Published


def page(content: SiteContent, schemes: Sequence[SchemeView]) -> Page:
    """Return the page on resolution and caseload."""
    aged = _ages(content)
    drawn = {**overall(content), **({"ages": aged} if aged else {}), **descriptions.draw(content)}
    markup, live = charts("caseload", drawn)
    parts: list[str] = []
    if "closures" not in drawn:
        parts.append(unknown("no study of all cases has been made for this edition."))
    else:
        parts.append(markup.pop("closures"))
    if aged:
        file = link(f"published/tables/{OPEN_CASES}.json", f"{OPEN_CASES}.json")
        parts += [heading(2, "How old are the open cases?", "old"), aside(markup.pop("ages"), _why_old(content))]
        parts.append(_by_service(content))
        parts.append(f'<p class="key">Every number here comes from the published table: {file}.</p>')
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


OPEN_CASES = "caseload_by_service_and_state"
OPEN = "open"
DEALT_WITH = "dealt with, never marked as closed"
AGES = (
    ("open for up to 6 months", "Up to 6 months"),
    ("open for over 6 months", "Over 6 months"),
)
"""Ages of open cases as the published table names them, youngest first."""


def in_a_line(content: SiteContent) -> str:
    """Say how many cases wait, and how many only look as if they did; empty where neither is shown."""
    counts = _by_state(content)
    waiting, done, old = counts.get(OPEN), counts.get(DEALT_WITH), counts.get(AGES[-1][0])
    parts: list[str] = []
    if waiting:
        older = f", {words.count(old)} of them for over 6 months" if old else ""
        parts.append(f"{words.count(waiting)} cases are open and not dealt with{older}.")
    if done:
        more = "more were" if waiting else "cases were"
        parts.append(f"{words.count(done)} {more} dealt with and never marked as closed.")
    return " ".join(parts)


def _by_state(content: SiteContent, service: str = MARGIN) -> dict[str, int | None]:
    table = content.table(OPEN_CASES)
    rows = rows_of(table.data, "rows") if table else []
    return {str(row.get("state")): row.get("count") for row in rows if row.get("service") == service}


def _ages(content: SiteContent) -> Chart | None:
    counts = _by_state(content)
    if not any(counts.get(age) for age, _ in AGES):
        return None
    rows = [
        bars.Bar(label, None if (count := counts.get(age)) is None else float(count), words.count(count),
                 "f4" if i else "f5-soft")
        for i, (age, label) in enumerate(AGES)
    ]  # fmt: skip
    whole, old = counts.get(OPEN), counts.get(AGES[-1][0])
    title = "Open cases by age"
    if whole:
        title = f"{words.count(whole)} cases are open and not dealt with"
        title += f", {words.count(old)} of them for over 6 months" if old else ""
    spoken = "; ".join(f"{bar.label}: {bar.words}" for bar in rows)
    return bars.bars(rows, name="ages", title=title, desc=f"One bar for each age. {spoken}.",
                     note=f"Open on {words.long_date(content.as_of)}. Orange: older than 6 months.",
                     heads=("Age", "Open cases"))  # fmt: skip


def _why_old(content: SiteContent) -> str:
    said = "Open: no closing day and no day of dealing with it is on record."
    count = _by_state(content).get(DEALT_WITH)
    if count:
        said += (
            f" {words.count(count)} cases were dealt with and never marked as closed. They are left out here: nobody "
            "waits for them. Close them in the system."
        )
    return f"{said} {TWICE}"


TWICE = (
    "A case that stands in two systems is one case here. On the page on data each system’s rows are counted, so that "
    "its numbers are larger."
)


def _by_service(content: SiteContent) -> str:
    """Write how old the open cases of each service are."""
    table = content.table(OPEN_CASES)
    services = sorted(
        {str(row.get("service")) for row in (rows_of(table.data, "rows") if table else [])}, key=_margin_last
    )
    rows: list[list[Cell]] = []
    for service in services:
        counts = _by_state(content, service)
        rows.append(
            [service, *(words.count(counts.get(state)) for state in (OPEN, *(age for age, _ in AGES), DEALT_WITH))]
        )
    heads = ["Service", "Open", *(label for _, label in AGES), "Dealt with, not closed"]
    caption = "Open cases by service and age"
    return card_table(caption, heads, rows)


def _margin_last(level: str) -> tuple[bool, str]:
    return level == MARGIN, level


def crossed(table: Published) -> str:
    """Write a published table of two dimensions as rows and columns, its margins last."""
    aged = {age for age, _ in AGES}
    rows = [row for row in rows_of(table.data, "rows") if row.get("state") not in aged]
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
    shown = card_table(title, heads, cells)
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
    caption = "Cases of each 100 resolved within half a year"
    return card_table(caption, heads, rows)
