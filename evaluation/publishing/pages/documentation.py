"""The list of the documentation on the methods page: grouped by what a reader wants, with a line for each page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.publishing import words
from evaluation.publishing.pages.written import read
from evaluation.publishing.parts import Markup, bullets, folded, heading, link, paragraph
from evaluation.publishing.words import escaped


@dataclass(frozen=True)
class Document:
    """A page of the documentation: its stem under `docs/`, its title and its line."""

    stem: str
    title: str
    line: str


GROUPS = (
    ("Tutorial: learn by doing", ("tutorial",)),
    ("How to: do one thing", ("howto-",)),
    ("Explanation: why it is done so", ("explain-", "assumptions", "deviations")),
    ("Reference: look it up", ("reference-", "command-line", "index")),
)
"""Headings, and how the stems under each begin; what begins otherwise is looked up too."""


def documents(source: Path) -> tuple[Document, ...]:
    """Read the title and the line of every page under `docs/` of the source project."""
    found = [(path.stem, read(path)) for path in sorted((source / "docs").glob("*.qmd"))]
    return tuple(
        Document(stem, page.text("title") or words.sentence_case(stem), page.text("description"))
        for stem, page in found
    )


def body(found: Sequence[Document]) -> str:
    """Write the list; the reference, which is long, is folded."""
    if not found:
        return ""
    parts = [heading(2, "For analysts", "analysts"), paragraph("How to use the package, and how it works inside.")]
    for title, begin in GROUPS:
        kind, last = title.partition(":")[0], begin == GROUPS[-1][1]
        own = [page for page in found if page.stem.startswith(begin) or (last and not _grouped(page))]
        listed = bullets(_item(page) for page in own)
        if listed:
            parts.append(folded(title, listed) if last else heading(3, title, f"docs-{words.slug(kind)}") + listed)
    return "".join(parts)


def _grouped(page: Document) -> bool:
    return any(page.stem.startswith(begin) for _, begin in GROUPS)


def _item(page: Document) -> Markup:
    line = f": {escaped(words.sentence(page.line))}" if page.line else ""
    return Markup(f"{link(f'docs/{page.stem}.html', page.title)}{line}")
