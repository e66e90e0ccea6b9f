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


def of_register(root: str) -> str:
    """Say where the numbers of several schemes side by side come from; `root` is the way to the first page."""
    return of_file(f"{root}published/register.csv", "register", "The page of a scheme links its own finding.")


def of_file(href: str, what: str, more: str = "") -> str:
    """Write the line that leads from a page's numbers to the published file they stand in."""
    file = link(href, href.rpartition("/")[2])
    return f'<p class="key">Every number here comes from the published {what}: {file}. {more}'.rstrip() + "</p>"


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
