"""Good practice: what to copy, to stop or change and to watch among schemes that run, and what each tip rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.pages import sources
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.glance import HARM, STOP
from evaluation.publishing.pages.scheme_view import SchemeView, headline_line
from evaluation.publishing.pages.worth import COUNTED, worth
from evaluation.publishing.parts import Markup, bullets, heading, link, paragraph
from evaluation.publishing.words import escaped

RUNNING = ("live", "pilot")
"""Only what runs can be copied, stopped or watched; of the others, what was learned is kept."""

RESTS_ON = {
    "fewer": "measured: fewer repeats",
    "later": "measured: repeats come later",
    "same": "measured: little or no difference",
    "unclear": "measured, not clear yet",
    "sooner": "measured: repeats come sooner",
    "more": "measured: more repeats",
    "none": "not measured: what staff have found",
    "planned": "not begun",
}
"""What a scheme's tip rests on: a tip is not proved by a good result, and much less by none."""


def runs(view: SchemeView) -> bool:
    """Whether a scheme runs, so that there is something to stop."""
    return view.record.status in RUNNING


def copy_these(schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """Schemes followed by fewer repeats that still run: surest first."""
    found = [view for view in schemes if view.seen.effect == "fewer" and runs(view)]
    return sorted(found, key=lambda view: (-view.seen.sure, view.seen.order))


def stop_these(schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """Schemes that still run and are followed by more repeats, sooner ones or no difference."""
    found = [view for view in schemes if view.seen.effect in STOP and runs(view)]
    return sorted(found, key=lambda view: (view.seen.effect not in HARM, -view.seen.sure))


def watch_these(schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """Schemes that still run and whose result is not clear yet."""
    return [view for view in schemes if view.seen.effect in ("unclear", "later") and runs(view)]


def ended(schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """Schemes that no longer run, of which something was learned."""
    return [view for view in schemes if not runs(view) and view.record.status != "planned" and view.record.lessons]


def money(content: SiteContent, view: SchemeView) -> str:
    """Say whether a scheme is worth its cost, without the line that is the same for all of them; empty without one."""
    return (worth(content, view.record.id) or "").removesuffix(COUNTED).strip()


def rests_on(view: SchemeView) -> str:
    """Say what a scheme's tip or lesson rests on."""
    said = RESTS_ON[view.seen.effect]
    return said.replace("repeats", "incidents") if view.seen.unit == "incidents" else said


def tip(text: str, view: SchemeView, root: str) -> Markup:
    """Write a tip with its scheme and with what it rests on."""
    named = link(f"{root}{view.href}", view.record.title)
    return Markup(f"<b>{escaped(words.sentence(text))}</b> {named} ({rests_on(view)})")


def body(content: SiteContent, schemes: Sequence[SchemeView], sheets: Sequence[tuple[date, str]]) -> str:
    """Write the page on good practice: the sheets by meeting, then every tip with what it rests on.

    Parameters
    ----------
    sheets
        The day and the address of each meeting's sheet.
    """
    printed = [Markup(link(href, f"Sheet for {words.long_date(day)}")) for day, href in sorted(sheets, reverse=True)]
    tips = [
        tip(view.record.good_practice, view, "")
        for view in sorted(schemes, key=lambda view: view.seen.effect in ("none", "planned"))
        if view.record.good_practice
    ]
    parts = [heading(2, "Sheets to print", "sheets"), bullets(printed) or paragraph("No meeting is in the calendar.")]
    return "".join([*parts, _groups(content, schemes), _tips(tips), sources.of_register("")])


def _groups(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    groups = (
        ("Schemes to copy", copy_these(schemes), "No scheme that runs is clearly followed by fewer repeats."),
        ("Schemes to stop or change", stop_these(schemes), "No scheme that runs is shown to harm, or to do nothing."),
        ("Schemes to watch", watch_these(schemes), "No result is waiting for more cases."),
    )
    parts: list[str] = []
    for title, views, none in groups:
        items = [_line(content, view) for view in views]
        parts += [heading(2, title, words.slug(title)), bullets(items) or paragraph(none)]
        if any(money(content, view) for view in views):
            parts.append(paragraph(COUNTED, "key"))
    if learned := [tip(view.record.lessons[0], view, "") for view in ended(schemes)]:
        parts += [heading(2, "What ended schemes taught us", "ended"), bullets(learned)]
    return "".join(parts)


def _line(content: SiteContent, view: SchemeView) -> Markup:
    cost = money(content, view)
    more = f" <b>Is it worth its cost?</b> {escaped(cost)}" if cost else ""
    return Markup(f"{link(view.href, view.record.title)}: {escaped(headline_line(view))}{more}")


def _tips(tips: Sequence[Markup]) -> str:
    said = (
        "These are tips from the people who run the schemes. A tip is not proved by the scheme’s result. "
        "Each says in brackets whether its scheme was measured. Measured ones stand first."
    )
    return heading(2, "Good practice, scheme by scheme", "practice") + (
        paragraph(said) + bullets(tips) if tips else paragraph("None written down yet.")
    )
