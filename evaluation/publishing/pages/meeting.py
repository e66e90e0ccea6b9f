"""The sheet of one tasking meeting: its own decisions, what to pass on, to copy, stop and watch, on two pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.pages import deadlines, sources
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.deadlines import MEETING, Due
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.pages.good_practice import copy_these, stop_these, tip, watch_these
from evaluation.publishing.pages.incidents import MARGIN
from evaluation.publishing.pages.reading import Json, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView, headline_line
from evaluation.publishing.pages.worth import in_short
from evaluation.publishing.parts import Cell, Markup, bullets, card_table, heading, link, paragraph
from evaluation.publishing.words import escaped

OWN, PASSED_ON, SOON, MOST, LESSONS = 4, 7, 28, 3, 3
"""What two pages hold: own decisions, those passed on (and how many days ahead), schemes of a kind, and lessons."""


def stem(day: date) -> str:
    """Return the path of a meeting's sheet without suffix."""
    return f"meetings/{day.isoformat()}"


def page(content: SiteContent, day: date, schemes: Sequence[SchemeView]) -> Page:
    """Return the two-page print sheet of one meeting."""
    found = deadlines.waiting(content, schemes)
    return Page(
        stem=stem(day),
        title="Good practice and decisions",
        subtitle=f"Joint tasking meeting (JATAC), {words.long_date(day)}",
        description=_summary(found, day),
        stamps=(f"Followed up to {words.long_date(content.as_of)}",),
        body=f'<div class="sheet">{_sheet(content, day, schemes, found)}</div>',
    )


def _summary(found: Sequence[Due], day: date) -> str:
    own = sum(due.own for due in found)
    late = sum(due.overdue(day) for due in found)
    overdue = f" {words.number_of(late, 'decision').capitalize()} overdue." if late else ""
    return (
        f"{words.number_of(own, 'decision').capitalize()} for {MEETING} itself, "
        f"{words.number_of(len(found) - own, 'decision')} to pass on.{overdue} It prints on two pages."
    )


def _sheet(content: SiteContent, day: date, schemes: Sequence[SchemeView], found: Sequence[Due]) -> str:
    stop = stop_these(schemes)
    return (
        heading(2, f"{MEETING}’s own decisions", "decisions")
        + _own([due for due in found if due.own], day)
        + heading(2, "To pass on", "pass-on")
        + _passed_on([due for due in found if not due.own], day)
        + '<div class="two">'
        + f'<section aria-labelledby="copy">{heading(2, "Copy", "copy")}{_copy(content, schemes)}</section>'
        + f'<section aria-labelledby="stop">{heading(2, "Stop or change", "stop")}{_lines(stop)}'
        + f"{heading(2, 'Watch', 'watch')}{_lines(watch_these(schemes))}</section></div>"
        + heading(2, "Lessons to use this month", "lessons")
        + _lessons(schemes)
        + '<div class="two">'
        + _cases(content)
        + f'<section aria-labelledby="unknown">{heading(2, "What this sheet cannot tell you", "unknown")}'
        + f"{bullets(_gaps(content, schemes))}</section></div>"
        + heading(2, "Actions from today", "actions")
        + _actions()
        + sources.of_register("../")
    )


# ---------------------------------------------------------------- decisions


def _own(found: Sequence[Due], today: date) -> str:
    if not found:
        return paragraph(f"No decision of {MEETING} is waiting.")
    ahead = "" if found[0].day <= today else paragraph("None has to be taken today. These come next.", "key")
    more = len(found) - OWN
    tail = f'<p class="key">And {more} more on {_register()}.</p>' if more > 0 else ""
    return ahead + _table(f"For {MEETING} to decide, earliest first", found[:OWN], today) + tail


def _passed_on(found: Sequence[Due], today: date) -> str:
    """Write a table for each who decides: what is overdue or soon due, earliest first; the rest is counted."""
    if not found:
        return paragraph("Nobody else has a decision waiting.")
    soon = [due for due in found if (due.day - today).days <= SOON][:PASSED_ON] or list(found[:1])
    tables = [
        _table(f"For the {who}, earliest first", [due for due in soon if due.who == who], today)
        for who in dict.fromkeys(due.who for due in soon)
    ]
    return "".join(tables) + _later([due for due in found if due not in soon])


def _table(caption: str, found: Sequence[Due], today: date) -> str:
    rows = [[_by(due, today), _question(due, today), headline_line(due.view)] for due in found]
    return card_table(caption, ["By", "Question", "What the evidence says"], rows, "due")


def _later(found: Sequence[Due]) -> str:
    if not found:
        return ""
    whom = {due.who: sum(other.who == due.who for other in found) for due in found}
    said = [f"{words.number_of(count, 'decision')} for the {who}" for who, count in whom.items()]
    first = words.short_date(found[0].day)
    return f'<p class="key">Later, from {first}: {escaped(words.listed(said))}. They are on {_register()}.</p>'


def _register() -> str:
    return link("../index.html?sort=by", "the register")


def _by(due: Due, today: date) -> Cell:
    if due.overdue(today):
        return Markup(f'<b>{escaped(words.short_date(due.day))}</b> <span class="misses">Overdue</span>')
    return words.short_date(due.day)


def _question(due: Due, today: date) -> Markup:
    named = link(f"../{due.view.href}", due.view.record.title)
    follows = due.follows(today)
    after = f' <span class="per">{escaped(follows)}</span>' if follows else ""
    return Markup(f"<b>{named}:</b> {escaped(words.sentence(due.text))}{after}")


# ---------------------------------------------------------------- schemes and lessons


def _copy(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    found = copy_these(schemes)
    costs = {view.record.id: _chance(in_short(content, view.record.id)) for view in found[:MOST]}
    known = '<p class="key">Look at the cost before you copy.</p>' if any(costs.values()) else ""
    return _lines(found, costs) + known


def _chance(short: str) -> str:
    return f"Worth its cost? {short}." if short else ""


def _lines(views: Sequence[SchemeView], costs: Json | None = None) -> str:
    shown = "".join(
        f"<p><b>{link(f'../{view.href}', view.record.title)}.</b> {escaped(headline_line(view))} "
        f"{escaped(str((costs or {}).get(view.record.id) or ''))} {escaped(words.sentence(_practice(view)))}</p>"
        for view in views[:MOST]
    )
    more = len(views) - MOST
    tail = f'<p class="key">And {more} more on <a href="../index.html">the register</a>.</p>' if more > 0 else ""
    return (shown or paragraph("Nothing here with the evidence so far.")) + tail


def _practice(view: SchemeView) -> str:
    if view in stop_these([view]):
        return view.record.decision.text
    if view in watch_these([view]):
        return ""
    return view.record.good_practice or next(iter(view.record.lessons), "")


def _lessons(schemes: Sequence[SchemeView]) -> str:
    items = [tip(lesson, view, "../") for view in schemes for lesson in view.record.lessons[:1]]
    return bullets(items[:LESSONS], "ol") or paragraph("No lesson has been written down yet.")


# ---------------------------------------------------------------- cases, gaps and actions

_CASES = (
    ("no_action", "Waiting, and nothing was done for three months"),
    ("open_over_6_months", "Waiting for over 6 months"),
    ("open_over_12_months", "Waiting for over a year"),
    ("open_over_24_months", "Waiting for over two years"),
    ("dealt_but_open", "To close, since they were dealt with and never marked as closed"),
)
"""Tests of the data that name cases to look at, and what a case is that fails each."""


def _waiting(content: SiteContent) -> list[str]:
    """Say what waits as the page on cases counts it; empty where its table does not tell who was dealt with."""
    table = content.table("caseload_by_service_and_state")
    rows = [row for row in rows_of(table.data, "rows") if row.get("service") == MARGIN] if table else []
    counts = {str(row.get("state")): row.get("count") for row in rows}
    if _DEALT not in counts:
        return []
    said = [f"Waiting, since nobody has closed or dealt with them: {words.count(counts.get('open'))}."]
    long = {state: count for state, count in counts.items() if state.startswith("open for over")}
    said += [f"Of these, {state}: {words.count(count)}." for state, count in long.items()]
    return [*said, f"To close, since they were dealt with and never marked as closed: {words.count(counts[_DEALT])}."]


_DEALT = "never marked as closed"


def _cases(content: SiteContent) -> str:
    title = heading(2, "Cases to look at", "overdue")
    if said := _waiting(content):
        more = link("../caseload.html", "How cases are counted")
        return f'<section aria-labelledby="overdue">{title}{bullets(said)}<p class="key">{more}</p></section>'
    tests = {str(row.get("test")): row for row in (rows_of(content.quality.data, "tests") if content.quality else [])}
    found = [(label, tests[test]) for test, label in _CASES if test in tests and tests[test].get("count") != 0]
    if known := [(label, row) for label, row in found if row.get("count") is not None]:
        found = known  # a line that says “too few to show” stands only where nothing else does
    if not found:
        return ""
    why = (
        "Waiting: nobody has closed it or dealt with it. A case that stands in two systems is counted in both, so the "
        'sums are not those of <a href="../caseload.html">the page on cases</a>.'
    )
    lines = [f"{label}: {_found(row)}." for label, row in found]
    return f'<section aria-labelledby="overdue">{title}{bullets(lines)}<p class="key">{why}</p></section>'


def _found(row: Json) -> str:
    if row.get("count") is None:
        return "too few to show"
    among = "cases waiting" if row.get("test") != "dealt_but_open" else str(row.get("among") or "cases")
    return f"{words.count(row['count'])} of {words.count(row.get('of'))} {words.visible(among)}"


def _gaps(content: SiteContent, schemes: Sequence[SchemeView]) -> list[Cell]:
    unmeasured = [view.record.title for view in schemes if view.seen.effect == "none"]
    gaps: list[Cell] = []
    if unmeasured:
        shown = words.listed([*unmeasured[:4], f"{len(unmeasured) - 4} more"] if len(unmeasured) > 4 else unmeasured)
        gaps.append(f"Whether these work, since nobody has compared: {shown}.")
    gaps.append(f"What happened after {words.long_date(content.as_of)}.")
    gaps.append(
        Markup(
            'What was reported only to a body that sends us no data. <a href="../data-quality.html">What the data '
            'cover</a>, and <a href="../methods.html">all that this site cannot tell you</a>'
        )
    )
    return gaps


def _actions() -> str:
    rows = "".join(f"<tr><td>{i}.</td><td></td><td></td></tr>" for i in range(1, 4))
    return (
        '<table class="actions"><caption>To fill in at the meeting</caption><thead><tr><th scope="col">Action</th>'
        f'<th scope="col">Who</th><th scope="col">By</th></tr></thead><tbody>{rows}</tbody></table>'
    )
