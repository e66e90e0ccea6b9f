"""Good practice for the tasking meeting: decisions, what to copy, stop and watch, on two sheets of paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.pages import sources
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.pages.glance import HARM, STOP
from evaluation.publishing.pages.reading import Json, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView, headline_line
from evaluation.publishing.parts import Cell, Markup, bullets, card_table, heading, link, paragraph, two_lines
from evaluation.publishing.words import escaped

DECISIONS, SOON, MOST, LESSONS = 4, 4, 3, 5
"""Decisions in the table and those named after it, schemes to copy, stop or watch, and lessons: two pages hold them."""


def stem(day: date) -> str:
    """Return the path of a meeting's sheet without suffix."""
    return f"meetings/{day.isoformat()}"


def page(content: SiteContent, day: date, schemes: Sequence[SchemeView]) -> Page:
    """Return the two-page print sheet of one meeting."""
    due = sum(view.decision_open for view in schemes)
    return Page(
        stem=stem(day),
        title="Good practice and decisions",
        subtitle=f"Joint tasking meeting (JATAC), {words.long_date(day)}",
        description=f"Two pages to print. {words.number_of(due, 'decision').capitalize()} ahead, "
        "then what to copy, stop and watch.",
        stamps=(f"Followed up to {words.long_date(content.as_of)}",),
        body=f'<div class="sheet">{_sheet(content, day, schemes)}</div>',
    )


def _sheet(content: SiteContent, day: date, schemes: Sequence[SchemeView]) -> str:
    copy, stop, watch = copy_these(schemes), stop_these(schemes), watch_these(schemes)
    return (
        heading(2, "Decide today or pass on", "decisions")
        + _decisions(day, schemes)
        + '<div class="two">'
        + f'<section aria-labelledby="copy">{heading(2, "Copy", "copy")}{_lines(copy)}</section>'
        + f'<section aria-labelledby="stop">{heading(2, "Stop", "stop")}{_lines(stop)}</section></div>'
        + heading(2, "Watch", "watch")
        + _lines(watch)
        + f'<div class="sheet-break">{heading(2, "Lessons to use this month", "lessons")}{_lessons(schemes)}</div>'
        + _overdue(content)
        + heading(2, "What this sheet cannot tell you", "unknown")
        + bullets(_gaps(content, schemes))
        + heading(2, "Actions from today", "actions")
        + _actions()
        + sources.of_register("../")
    )


def copy_these(schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """Schemes followed by fewer repeats that still run: surest first."""
    found = [view for view in schemes if view.seen.effect == "fewer"]
    return sorted(found, key=lambda view: (-view.seen.sure, view.seen.order))


def stop_these(schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """Schemes followed by more repeats, sooner ones or no difference, and those recorded as failed."""
    found = [view for view in schemes if view.seen.effect in STOP or view.record.status == "failed"]
    return sorted(found, key=lambda view: (view.seen.effect not in HARM, -view.seen.sure))


def watch_these(schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """Schemes whose result is not clear yet."""
    return [view for view in schemes if view.seen.effect in ("unclear", "later") and view.record.status != "failed"]


def _lines(views: Sequence[SchemeView]) -> str:
    shown = "".join(
        f"<p><b>{link(f'../{view.href}', view.record.title)}.</b> {escaped(headline_line(view))} "
        f"{escaped(words.sentence(_practice(view)))}</p>"
        for view in views[:MOST]
    )
    more = len(views) - MOST
    tail = f'<p class="key">And {more} more on <a href="../index.html">the register</a>.</p>' if more > 0 else ""
    return (shown or paragraph("Nothing here with the evidence so far.")) + tail


def _practice(view: SchemeView) -> str:
    if view.seen.effect in STOP or view.record.status == "failed":
        return view.record.decision.text
    return view.record.good_practice or next(iter(view.record.lessons), "")


def _decisions(day_of_meeting: date, schemes: Sequence[SchemeView]) -> str:
    dated = [(day, view) for view in schemes if view.decision_open and (day := view.decide_by) is not None]
    dated.sort(key=lambda pair: (pair[0], pair[1].record.title))
    rows: list[list[Cell]] = [
        [
            two_lines(words.short_date(day), _passed(view, day < day_of_meeting)),
            Markup(f"<b>{link(f'../{view.href}', view.record.title)}:</b> {escaped(view.record.decision.text)}"),
            headline_line(view),
            words.visible(view.record.decision.who),
        ]
        for day, view in dated[:DECISIONS]
    ]
    if not rows:
        return paragraph("No decision is waiting.")
    table = card_table("Decisions, earliest first", ["By", "Question", "What the evidence says", "Who"], rows)
    more = len(dated) - DECISIONS
    soon = [f"{view.record.title} ({words.short_date(day)})" for day, view in dated[DECISIONS : DECISIONS + SOON]]
    tail = (
        f'<p class="key">Then {escaped(words.listed(soon))}. All {len(dated)} decisions are on '
        '<a href="../index.html?sort=by">the register</a>.</p>'
        if more > 0
        else ""
    )
    return table + tail


def _passed(view: SchemeView, passed: bool) -> str:
    whose = "the contract’s day" if view.bound_by_contract else ""
    return ", ".join(part for part in (whose, "has passed" if passed else "") if part)


def _overdue(content: SiteContent) -> str:
    tests = rows_of(content.quality.data, "tests") if content.quality else []
    rows: list[list[Cell]] = [
        [words.visible(row.get("title")), _found(row)]
        for row in tests
        if str(row.get("title", "")).startswith(("Open over", "No action")) and row.get("of") != 0
    ]
    if not rows:
        return ""
    return heading(2, "Cases to look at", "overdue") + card_table(
        "Cases that nobody has closed or dealt with", ["Case", "How many"], rows
    )


def _found(row: Json) -> str:
    if row.get("count") is None:
        return "too few to show"
    return f"{words.count(row['count'])} of {words.count(row.get('of'))}"


def _lessons(schemes: Sequence[SchemeView]) -> str:
    items = [
        Markup(f"<b>{escaped(words.sentence(lesson))}</b> {link(f'../{view.href}', view.record.title)}")
        for view in schemes
        for lesson in view.record.lessons[:1]
    ]
    return bullets(items[:LESSONS], "ol") or paragraph("No lesson has been written down yet.")


def _gaps(content: SiteContent, schemes: Sequence[SchemeView]) -> list[Cell]:
    unmeasured = [view.record.title for view in schemes if view.seen.effect == "none"]
    gaps: list[Cell] = []
    if unmeasured:
        shown = words.listed([*unmeasured[:4], f"{len(unmeasured) - 4} more"] if len(unmeasured) > 4 else unmeasured)
        gaps.append(f"Whether these work, since nobody has compared: {shown}.")
    gaps.append(f"What happened after {words.long_date(content.as_of)}.")
    gaps.append(
        Markup('What a system that sends no extract saw. <a href="../data-quality.html">What the data cover</a>')
    )
    return gaps


def _actions() -> str:
    rows = "".join(f"<tr><td>{i}.</td><td></td><td></td></tr>" for i in range(1, 5))
    return (
        '<table class="actions"><caption>To fill in at the meeting</caption><thead><tr><th scope="col">Action</th>'
        f'<th scope="col">Who</th><th scope="col">By</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def overview(schemes: Sequence[SchemeView], days: Sequence[date]) -> str:
    """Write the page on good practice: the sheets by meeting, then every line of good practice."""
    sheets = [
        Markup(link(f"{stem(day)}.html", f"Sheet for {words.long_date(day)}")) for day in sorted(days, reverse=True)
    ]
    lines = [
        Markup(f"<b>{escaped(words.sentence(view.record.good_practice))}</b> {link(view.href, view.record.title)}")
        for view in schemes
        if view.record.good_practice
    ]
    parts = [heading(2, "Sheets to print", "sheets"), bullets(sheets) or paragraph("No meeting is in the calendar.")]
    groups = (
        ("Schemes to copy", copy_these(schemes), "No scheme is clearly followed by fewer repeats."),
        ("Schemes to stop", stop_these(schemes), "No scheme is shown to make no difference, or to harm."),
        ("Schemes to watch", watch_these(schemes), "No result is waiting for more cases."),
    )
    for title, views, none in groups:
        items = [Markup(f"{link(view.href, view.record.title)}: {escaped(headline_line(view))}") for view in views]
        parts += [heading(2, title, words.slug(title)), bullets(items) or paragraph(none)]
    parts += [
        heading(2, "Good practice, scheme by scheme", "practice"),
        bullets(lines) or paragraph("None written down yet."),
        sources.of_register(""),
    ]
    return "".join(parts)
