"""What changed since the last edition: results that moved, that are new, and that are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.pages import sources
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.glance import glance
from evaluation.publishing.pages.scheme_view import SchemeView
from evaluation.publishing.parts import Cell, Markup, card_table, heading, link, paragraph


def body(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    """Write the page of changes."""
    if not content.previous:
        return paragraph(
            "This is the first edition, so there is nothing to compare it with. From the next one on, every result "
            "that moved is listed here, with the old number beside the new one."
        )
    before: Mapping[str, Any] = content.previous
    rows: list[list[Cell]] = []
    same = 0
    for view in schemes:
        if view.finding is None:
            continue
        old = before.get(f"finding/{view.finding['study']}")
        then = glance(old) if old else None
        if then is None:
            rows.append([Markup(link(view.href, view.record.title)), "–", _reading(view.seen), "New"])
        elif _reading(then) != _reading(view.seen):
            change = "Reading changed" if then.effect != view.seen.effect else "Number changed"
            rows.append([Markup(link(view.href, view.record.title)), _reading(then), _reading(view.seen), change])
        else:
            same += 1
    parts = [heading(2, "Results that moved", "moved")]
    parts.append(
        card_table("Results, then and now", ["Scheme", "Last edition", "This edition", "What changed"], rows)
        if rows
        else paragraph("No result moved.")
    )
    parts.append(paragraph(f"{words.number_of(same, 'result').capitalize()} stayed as before."))
    gone = sorted(key for key in before if key not in {f"{p.kind}/{p.name}" for p in content.published})
    if gone:
        parts.append(
            paragraph(f"No longer published: {words.listed([words.humane(key.partition('/')[2]) for key in gone])}.")
        )
    parts.append(sources.of_register(""))
    return "".join(parts)


def _reading(seen: Any) -> str:
    return f"{seen.words}: {seen.numbers()}. Sureness: {seen.sureness.lower()}"
