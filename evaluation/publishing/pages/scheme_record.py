"""What a scheme's record says: its contract, objective, lessons, history, and what documents say of the real one."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.publishing import words
from evaluation.publishing.pages import contract
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.incidents import MARGIN
from evaluation.publishing.pages.reading import Json, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView
from evaluation.publishing.parts import (
    Markup,
    bullets,
    card_table,
    cited_box,
    heading,
    link,
    paragraph,
    timeline,
    unknown,
)
from evaluation.publishing.words import escaped


def body(content: SiteContent, view: SchemeView) -> str:
    """Write the record's part of a scheme's page."""
    return "".join(
        [
            _used(content, view),
            _contracts(content, view),
            _objectives(view),
            _lessons(view),
            _history(view),
            _cited(view),
        ]
    )


DELIVERIES = "deliveries_by_scheme_and_year"


def deliveries(content: SiteContent, scheme: str) -> Mapping[str, int | None]:
    """Return how often a scheme was started in each year, and under `All` in all; empty where nobody records it."""
    table = content.table(DELIVERIES)
    rows = rows_of(table.data, "rows") if table else []
    return {str(row.get("year")): row.get("count") for row in rows if row.get("scheme") == scheme}


def _used(content: SiteContent, view: SchemeView) -> str:
    """Say how often the records show that a scheme was started, and that they contradict a plan where they do."""
    if content.table(DELIVERIES) is None or view.finding is not None:
        return ""
    title = heading(2, "How often it was used", "used")
    found = deliveries(content, view.record.id)
    if not found:
        said = "no system that sent records names it as a step taken, so it cannot be counted here."
        return "" if view.record.status == "planned" else title + unknown(said)
    often = how_often(found)
    years = [f"{year}: {words.count(found[year])}" for year in sorted(found) if year != MARGIN and found[year] != 0]
    if view.record.status == "planned":
        said = f"{often[:1].lower()}{often[1:]} of it, though the register says that it has not begun. One is wrong."
        return title + unknown(f"whether it has begun: {said}")
    file = link(f"../published/tables/{DELIVERIES}.json", f"{DELIVERIES}.json")
    source = f'<p class="key">Every number here comes from the published table: {file}.</p>'
    return title + paragraph(f"{often}. By year: {', '.join(years)}.{_why_no_sum(found)}") + source


def how_often(found: Mapping[str, int | None]) -> str:
    """Say how often in all: the sum, or at least what the years that are shown come to, or that it was seldom."""
    whole = found.get(MARGIN)
    if whole is not None:
        return f"The records show about {words.count(whole)} starts"
    shown = sum(count or 0 for year, count in found.items() if year != MARGIN)
    return f"The records show at least about {words.count(shown)} starts" if shown else "The records show a few starts"


def _why_no_sum(found: Mapping[str, int | None]) -> str:
    years = [count for year, count in found.items() if year != MARGIN]
    if found.get(MARGIN) is not None or not any(years):
        return ""
    return " The sum is not shown: it would give away a year that is too small to show."


def _contracts(content: SiteContent, view: SchemeView) -> str:
    bought = [value for value in content.contracts if value.data.get("scheme") == view.record.id]
    if not bought:
        return ""
    items = [
        Markup(
            f"{link(f'../contracts/{value.name}.html', str(value.data.get('title') or value.name))}: "
            f"{_verdict(value.data)}"
        )
        for value in bought
    ]
    return heading(2, "The contract behind it", "contract") + bullets(items)


def _verdict(data: Json) -> str:
    text, why = contract.verdict(data)
    return escaped(f"{text}. {why}")


def _objectives(view: SchemeView) -> str:
    title = heading(2, "What it set out to do", "objective")
    aim = view.record.objective
    if aim is None:
        return title + unknown("this scheme has <b>no measurable objective</b>: no number, owner and date were set.")
    row = [aim.text, f"{aim.number:g} {aim.unit}", aim.owner, words.long_date(aim.by)]
    return title + card_table("What is counted, and by when", ["Objective", "Number", "Owner", "By"], [row])


def _lessons(view: SchemeView) -> str:
    title = heading(2, "Lessons", "lessons")
    items = [words.sentence(lesson) for lesson in view.record.lessons]
    if view.record.good_practice:
        items.append(f"Good practice: {words.sentence(view.record.good_practice)}")
    return title + (bullets(items) or paragraph("No lesson has been written down yet."))


def _history(view: SchemeView) -> str:
    if not view.record.history:
        return ""
    return heading(2, "History of decisions", "history") + timeline(
        [
            (item.day.isoformat(), words.long_date(item.day), words.sentence(item.what))
            for item in reversed(view.record.history)
        ]
    )


def _cited(view: SchemeView) -> str:
    quotes = [(source.says, f"{source.document}, {source.where}") for source in view.record.sources]
    if not quotes:
        return ""
    title = heading(2, "What source documents say of the real scheme", "documents")
    return title + cited_box("Quoted from documents about other places, not from this partnership’s data", quotes)
