"""The parts every page is put together from: boxes, tables, marks and figures, as HTML.

Each function takes plain text and escapes it, unless its parameter is called `html`, `body` or `drawing`: those hold
markup that another part made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.publishing.words import HIDDEN, MINUS, escaped, prose, sentence, slug

MARKS = {
    "down": '<path class="m-good" d="M2 4h16l-8 14z"/>',
    "same": '<path class="m-flat" d="M2 5h16v4H2zM2 12h16v4H2z"/>',
    "unclear": '<path class="m-line" d="M10 1.5 18.5 10 10 18.5 1.5 10z"/><path class="m-ink" d="M7 9h6v2H7z"/>',
    "up": '<path class="m-bad" d="M10 2l8 14H2z"/>',
    "none": '<circle class="m-line" cx="10" cy="10" r="7.5"/>',
    "planned": '<circle class="m-line m-dash" cx="10" cy="10" r="7.5"/>',
}
"""Glance marks, 20 by 20: each has its own outline, so colour is never needed, and words always stand beside it."""

_NUMBER = re.compile(rf"[{MINUS}+£]?\d[\d,.]*%?( \(.*\))?|{HIDDEN}|–")


@dataclass(frozen=True)
class Markup:
    """A cell that already holds markup made by another part."""

    html: str


Cell = str | int | float | Markup


def _cell(value: Cell) -> str:
    return value.html if isinstance(value, Markup) else escaped(value)


def mark(name: str) -> str:
    """Draw a glance mark, hidden from screen readers since words stand beside it."""
    return (
        f'<svg class="sign" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">'
        f"{MARKS[name]}</svg>"
    )


def blocks(level: int) -> str:
    """Draw four blocks, filled up to the level of sureness."""
    drawn = "".join(
        f'<rect class="{"b-on" if i < level else "b-off"}" x="{1 + i * 12}" y="1" width="9" height="12"/>'
        for i in range(4)
    )
    return (
        '<svg class="blocks" viewBox="0 0 48 14" width="48" height="14" aria-hidden="true" focusable="false">'
        f"{drawn}</svg>"
    )


def link(href: str, words: str) -> str:
    """Write a link."""
    return f'<a href="{escaped_href(href)}">{escaped(words)}</a>'


def escaped_href(href: str) -> str:
    """Escape an address for an attribute; only addresses within the site, web and mail addresses are let through."""
    if re.match(r"(?i)\s*[a-z][a-z0-9+.-]*:", href) and not re.match(r"(?i)(https?|mailto):", href):
        return "#"
    return re.sub(r"[&<>\"'`{}\\\s]", lambda found: f"&#{ord(found.group())};", href)


def heading(level: int, words: str, key: str = "") -> str:
    """Write a heading, with an id that links and the search can point at."""
    return (
        f'<h{level} id="{escaped(key)}">{escaped(words)}</h{level}>'
        if key
        else f"<h{level}>{escaped(words)}</h{level}>"
    )


def paragraph(words: str, cls: str = "") -> str:
    """Write a paragraph of plain text."""
    return f'<p class="{cls}">{escaped(words)}</p>' if cls else f"<p>{escaped(words)}</p>"


def bullets(items: Iterable[Cell], tag: str = "ul") -> str:
    """Write a list; an empty one writes nothing."""
    body = "".join(f"<li>{_cell(item)}</li>" for item in items)
    return f"<{tag}>{body}</{tag}>" if body else ""


def unknown(html: str) -> str:
    """Write the orange block that says what is not known."""
    return f'<div class="unknown"><p><b>What we do not know:</b> {html}</p></div>'


def know(known: str, not_known: str) -> str:
    """Set what is known beside what is not; both are markup."""
    return (
        f'<div class="know"><div class="known"><p><b>We know:</b> {known}</p></div>'
        f'<div class="unknown"><p><b>We do not know:</b> {not_known}</p></div></div>'
    )


@dataclass(frozen=True)
class Fact:
    """One of the four answers of a decision box: a question, the answer in bold, and a line more."""

    question: str
    answer: str
    more: str = ""


def decision_box(title: str, headline: str, facts: Sequence[Fact], *, gap: bool = False, foot: str = "") -> str:
    """Write the decision box that stands first on every scheme and contract; `foot` is markup."""
    shown = "".join(
        f"<div><dt>{escaped(fact.question)}</dt><dd><b>{escaped(fact.answer)}</b> {escaped(fact.more)}</dd></div>"
        for fact in facts
    )
    tone = " outcome-missing" if gap else ""
    return (
        f'<section class="decision{tone}" aria-labelledby="decide"><h2 id="decide">{escaped(title)}</h2>'
        f'<p class="headline">{escaped(headline)}</p><dl class="facts">{shown}</dl>{foot}</section>'
    )


NOTHING_YET = "Nothing yet about what it does."


def say(can: Sequence[str], cannot: Sequence[str], *, key: str = "") -> str:
    """Write what can be said, as sentences to copy out, and what cannot; `key` tells several on a page apart."""
    mark_ = f"-{slug(key)}" if key else ""
    claims = f"<ul>{''.join(f'<li>{quoted(text)}</li>' for text in can)}</ul>" if can else f"<p>{NOTHING_YET}</p>"
    part = "div" if key else "section"  # places of a page have names of their own: several pairs are no places
    can_name, cannot_name = (f' aria-labelledby="{name}"' if not key else "" for name in ("can", "cannot"))
    return (
        f'<div class="say"><{part}{can_name}><h3 id="can{mark_}">You can say</h3>{claims}</{part}>'
        f'<{part} class="cannot"{cannot_name}><h3 id="cannot{mark_}">You cannot say</h3>'
        f"<ul>{''.join(f'<li>{escaped(sentence(text))}</li>' for text in cannot)}</ul></{part}></div>"
    )


def quoted(text: str) -> str:
    """Put quotation marks round a claim; what follows its first full stop explains it and stays outside."""
    claim, stop, why = prose(text).partition(". ")
    claim = claim.strip('“”" ') + stop.strip()
    return f"“{escaped(claim)}” {escaped(why)}".rstrip()


def region(html: str, label: str) -> str:
    """Wrap something wide, so that it (and not the page) scrolls, by mouse and by keyboard."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escaped(label)}">{html}</div>'


def data_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], cls: str = "data") -> str:
    """Write a data table: the first column names the row; columns of numbers are set right."""
    numeric = {
        i for i in range(1, len(heads))
        if rows and all(not isinstance(row[i], Markup) and _NUMBER.fullmatch(str(row[i])) for row in rows)
    }  # fmt: skip
    if numeric and len(numeric) == len(heads) - 1:  # the usual table of figures says it once, for all its cells
        cls, numeric = f"{cls} figures", set[int]()
    side = [' class="n"' if i in numeric else "" for i in range(len(heads))]
    head = "".join(f'<th scope="col"{side[i]}>{escaped(words)}</th>' for i, words in enumerate(heads))
    body = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        + "".join(f"<td{side[i]}>{_cell(value)}</td>" for i, value in enumerate(row[1:], 1))
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="{cls}"><caption>{escaped(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def card_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], cls: str = "") -> str:
    """Write a table whose rows become cards on a phone; its roles are written out, since `display` takes them away."""
    head = "".join(f'<th role="columnheader">{escaped(words)}</th>' for words in heads)
    body = "".join(
        f'<tr role="row"><th role="rowheader">{_cell(row[0])}</th>'
        + "".join(
            f'<td role="cell" data-label="{escaped(heads[i])}">{_cell(value)}</td>'
            for i, value in enumerate(row[1:], 1)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="cards {cls}" role="table"><caption>{escaped(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
    )


def folded(summary: str, body: str) -> str:
    """Fold something away behind a line that says what it holds."""
    return f'<details class="folded"><summary>{escaped(summary)}</summary>{body}</details>'


def aside(drawing: str, words: str) -> str:
    """Set a few words beside a figure."""
    return f'<div class="beside">{drawing}<p>{escaped(words)}</p></div>' if words else drawing


def timeline(events: Sequence[tuple[str, str, str]]) -> str:
    """Write a history: (ISO date, the date in words, what happened), newest first."""
    items = "".join(
        f'<li><time datetime="{escaped(iso)}">{escaped(day)}</time> {escaped(what)}</li>' for iso, day, what in events
    )
    return f'<ol class="timeline">{items}</ol>'


def cited_box(title: str, quotes: Sequence[tuple[str, str]]) -> str:
    """Set what source documents say of a real scheme in a box of its own, never beside a synthetic figure.

    Parameters
    ----------
    quotes
        What is said, and where: one pair for each passage.
    """
    said = "".join(
        f'<blockquote>{escaped(text)}</blockquote><p class="source">Source: {escaped(source)}</p>'
        for text, source in quotes
    )
    return (
        f'<aside class="cited" aria-label="{escaped(title)}"><p class="cited-title">{escaped(title)}</p>{said}</aside>'
    )


def per(words: str) -> str:
    """Write the small second line of a cell."""
    return f'<span class="per">{escaped(words)}</span>'


def two_lines(first: str, second: str) -> Markup:
    """Write a cell of two lines: the answer, and a note under it."""
    return Markup(f"<b>{escaped(first)}</b> {per(second)}")
