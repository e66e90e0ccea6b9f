"""Where a number comes from: the published finding, its protocol, the extracts and their hashes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.reading import part_of, texts_of
from evaluation.publishing.parts import Cell, Markup, bullets, data_table, link, paragraph, region


def of_finding(content: SiteContent, finding: Mapping[str, Any], root: str) -> str:
    """Write a finding's way back: file, question, protocol, period, sources, and the hashes of what went in.

    Parameters
    ----------
    root
        The way from the page to the site's first page.
    """
    study = str(finding.get("study", ""))
    period = part_of(finding, "period")
    lines: list[str | Markup] = [
        Markup(f"Published finding: {link(f'{root}published/findings/{study}.json', f'{study}.json')}"),
        Markup(f"Inputs and their hashes: {link(f'{root}data-quality.html#inputs', 'what went in')}"),
    ]
    if period.get("from") or period.get("to"):
        lines.append(
            f"Period: {words.date_or(period.get('from'), 'start')} to {words.date_or(period.get('to'), 'end')}."
        )
    if named := texts_of(finding, "sources"):
        lines.append(f"Sources: {words.listed([words.visible(source) for source in named])}.")
    grade = part_of(finding, "evidence").get("maryland")
    if grade is not None:
        lines.append(f"Maryland scale: level {grade} of 5.")
    question = finding.get("question")
    asked = paragraph(f"Question: {words.sentence(str(question))}") if question else ""
    return asked + bullets(lines) + protocol(finding)


def protocol(finding: Mapping[str, Any]) -> str:
    """Write the protocol as a table: who, from when, compared with what, measured how."""
    rows: list[list[Cell]] = [
        [words.sentence_case(str(key)), words.prose(str(value))]
        for key, value in part_of(finding, "protocol").items()
        if isinstance(value, str | int | float) and str(value).strip()
    ]
    if not rows:
        return ""
    return region(data_table("The protocol", ["Part", "What was fixed before looking"], rows), "The protocol, table")
