"""One page for each problem type: what has worked here for noise, for neighbour disputes, and what has not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluation.publishing import words
from evaluation.publishing.charts import forest
from evaluation.publishing.pages import sources, worth
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.glance import EFFECTS
from evaluation.publishing.pages.scheme_view import SchemeView, cost_lines, decision_lines, headline_line, leading
from evaluation.publishing.parts import Cell, Markup, bullets, card_table, heading, link, two_lines, unknown
from evaluation.publishing.words import escaped, number_of

EVERY = "All problems"
_ORDER = (
    ("fewer", "Followed by fewer repeats"),
    ("later", "Repeats come later"),
    ("unclear", "Not clear yet"),
    ("same", "Little or no difference"),
    ("sooner", "Repeats come sooner"),
    ("more", "Followed by more repeats"),
    ("none", "Not measured"),
    ("planned", "Not started"),
)


def names(schemes: Sequence[SchemeView]) -> list[str]:
    """List the problems that schemes of the register are against."""
    return sorted({words.visible(view.record.problem) for view in schemes if view.record.problem != EVERY})


def stem(problem: str) -> str:
    """Return the path of a problem's page without suffix."""
    return f"problems/{words.slug(problem)}"


def against(problem: str, schemes: Sequence[SchemeView]) -> list[SchemeView]:
    """List the schemes against a problem, those against all problems among them."""
    return [view for view in schemes if words.visible(view.record.problem) in (problem, EVERY)]


def index(schemes: Sequence[SchemeView]) -> str:
    """Write the list of problems, each with what is known of it."""
    rows: list[list[Cell]] = []
    for problem in names(schemes):
        tried = [view for view in schemes if words.visible(view.record.problem) == problem]
        best = [view for view in tried if view.seen.effect == "fewer"]
        rows.append(
            [
                Markup(link(f"{stem(problem)}.html", problem)),
                number_of(len(tried), "scheme"),
                words.listed([_doubted(view) for view in best]) or "Nothing yet with a clear result",
            ]
        )
    general = [view for view in schemes if view.record.problem == EVERY]
    text = card_table("Problems, A to Z", ["Problem", "Tried", "Followed by fewer repeats"], rows)
    source = sources.of_register("")
    if general:
        items = [Markup(f"{link(view.href, view.record.title)}: {escaped(headline_line(view))}") for view in general]
        text += heading(2, "Schemes used for every problem", "all") + bullets(items)
    return text + source


def _doubted(view: SchemeView) -> str:
    return f"{view.record.title} (may yet be chance)" if view.may_be_chance else view.record.title


def page(content: SiteContent, problem: str, schemes: Sequence[SchemeView]) -> Page:
    """Return a problem's page."""
    tried = against(problem, schemes)
    fewer = sum(view.seen.effect == "fewer" for view in tried)
    measured = [view for view in tried if view.seen.value is not None]
    markup, live = charts(stem(problem), {"forest": _forest(problem, measured)} if len(measured) > 1 else {})
    own = sum(words.visible(view.record.problem) == problem for view in tried)
    general = f", and {len(tried) - own} used for every problem" if len(tried) > own else ""
    summary = (
        f"{number_of(own, 'scheme').capitalize()} {'has' if own == 1 else 'have'} been tried or planned{general}. "
        f"{number_of(fewer, 'scheme').capitalize() if fewer else 'None so far'} "
        f"{'are' if fewer > 1 else 'is'} followed by fewer repeats."
    ) + "".join(f" After {view.in_a_sentence}, repeats come {view.seen.effect}." for view in tried if view.seen.rate)
    if doubted := [view.record.title for view in tried if view.may_be_chance]:
        summary += f" Read beside all results, {words.listed(doubted)} may yet be chance."
    return Page(
        stem=stem(problem),
        title=f"What has worked here for {problem[:1].lower() + problem[1:]}",
        subtitle="Problem",
        description=summary,
        stamps=(f"Followed up to {words.long_date(content.as_of)}",),
        body=_body(content, tried, markup) + _elsewhere(problem, schemes) + sources.of_register("../"),
        live=live,
    )


def _body(content: SiteContent, tried: Sequence[SchemeView], drawn: dict[str, str]) -> str:
    parts: list[str] = []
    if not any(view.seen.value is not None for view in tried):
        parts.append(unknown("no scheme against this problem has a fair result yet."))
    if "forest" in drawn:
        parts += [heading(2, "All results on one scale", "results"), drawn["forest"]]
    for effect, title in _ORDER:
        group = [view for view in tried if view.seen.effect == effect]
        if group:
            parts += [
                heading(2, title, effect),
                _group(
                    content, group, f"{number_of(len(group), 'scheme')}, {EFFECTS[effect].words.lower()}".capitalize()
                ),
            ]
    lessons = [
        Markup(f"{escaped(words.sentence(lesson))} {link(f'../{view.href}', view.record.title)}")
        for view in tried
        for lesson in view.record.lessons
    ]
    if lessons:
        parts += [heading(2, "Lessons", "lessons"), bullets(lessons)]
    return "".join(parts)


def _elsewhere(problem: str, schemes: Sequence[SchemeView]) -> str:
    """Name the schemes against another problem whose own page says that they serve this one as well."""
    word = re.compile(rf"\b{re.escape(problem.lower())}\b")
    others = [
        view
        for view in schemes
        if words.visible(view.record.problem) not in (problem, EVERY) and word.search(view.record.body.lower())
    ]
    if not others:
        return ""
    items = [Markup(f"{link(f'../{view.href}', view.record.title)}: {escaped(headline_line(view))}") for view in others]
    said = (
        f"These are meant for something else, and their pages name {escaped(problem.lower())}. "
        f"Each result is about all the people helped. What it is for {escaped(problem.lower())} alone is not known."
    )
    return heading(2, f"Schemes that also meet {problem.lower()}", "also") + f"<p>{said}</p>" + bullets(items)


def _group(content: SiteContent, group: Sequence[SchemeView], caption: str) -> str:
    rows: list[list[Cell]] = []
    for view in group:
        cost, unit = cost_lines(view)
        decision, when = decision_lines(view)
        rows.append(
            [
                Markup(link(f"../{view.href}", view.record.title)),
                two_lines(_numbers(view), f"sureness: {view.seen.sureness.lower()}{_chance(view)}"),
                two_lines(cost, unit + worth.in_a_cell(content, view.record.id)),
                two_lines(decision, when),
            ]
        )
    return card_table(caption, ["Scheme", "Effect, of 100 people", "Cost", "Decision"], rows)


def _chance(view: SchemeView) -> str:
    return "; it may yet be chance" if view.may_be_chance else ""


def _numbers(view: SchemeView) -> str:
    said = f"{leading(view)}{view.seen.numbers()}"
    return said[:1].upper() + said[1:]


def _forest(problem: str, measured: Sequence[SchemeView]) -> forest.Chart:
    rows = forest_rows(measured)
    clear = sum(view.seen.effect == "fewer" for view in measured)
    verb = "are" if clear > 1 else "is" if clear else "is clearly"
    title = f"{clear or 'None'} of {number_of(len(rows), 'measured scheme')} {verb} followed by fewer repeats"
    return forest.chart(rows, title=title)


def forest_rows(measured: Sequence[SchemeView]) -> list[forest.Row]:
    """Return the rows of a forest plot for schemes with a result."""
    return [
        forest.Row(
            view.record.title, view.seen.value, view.seen.low, view.seen.high, view.seen.sureness, view.seen.unit
        )
        for view in measured
        if view.seen.value is not None and view.seen.low is not None and view.seen.high is not None
    ]
