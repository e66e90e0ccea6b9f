"""The harder words of a page, explained at its foot in the glossary's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from evaluation.publishing.pages.frame import Page
from evaluation.publishing.parts import escaped_href, folded
from evaluation.publishing.words import escaped

SECTIONS = ("Harder words", "Short names")
"""Sections of the glossary whose words are explained wherever they stand; the others are plain words."""

WITHOUT = ("glossary", "search", "meetings/")
"""Pages that have the words already, list pages only, or must fit their paper."""

_ENTRY = re.compile(r"^(?P<word>[^\n:#].*)\n: (?P<meaning>.+)$", re.M)
_SECTION = re.compile(r"^## (?P<title>.+?)\s*$", re.M)
_LETTERED = {"Category A to O": r"[Cc]ategory [A-O]\b"}
"""Entries for several words at once, and what they look like on a page."""


def entries(glossary: str) -> Mapping[str, str]:
    """Read the harder words of a glossary's Markdown, with their meanings."""
    parts = _SECTION.split(glossary)
    found = dict(zip(parts[1::2], parts[2::2], strict=False))
    return {
        entry["word"].strip(): entry["meaning"].strip()
        for title in SECTIONS
        for entry in _ENTRY.finditer(found.get(title, ""))
    }


def explained(page: Page, meanings: Mapping[str, str]) -> Page:
    """Add to a page's end the harder words that stand on it; a page without any stays as it is."""
    if page.stem.startswith(WITHOUT):
        return page
    text = _text(page)
    used = {word: meaning for word, meaning in meanings.items() if re.search(_pattern(word), text)}
    if not used:
        return page
    rows = "".join(f"<dt>{escaped(word)}</dt><dd>{escaped(meaning)}</dd>" for word, meaning in used.items())
    all_words = f'<p class="key"><a href="{escaped_href(page.root)}glossary.html">All words</a></p>'
    return replace(page, after=f"{page.after}{folded('Words on this page', f'<dl>{rows}</dl>{all_words}')}")


def _text(page: Page) -> str:
    """What a reader sees of a page: its markup without tags, and what people wrote."""
    html = " ".join((page.title, page.description, page.body, page.after))
    return f"{re.sub(r'<[^>]*>', ' ', html)} {page.above} {page.written}"


def _pattern(word: str) -> str:
    """A word as it stands on pages: a short name in its own letters, others also with a small first letter."""
    if word in _LETTERED:
        return _LETTERED[word]
    if word == "p":
        return r"\bp-value\b|\bp (?:is|=)"
    first, rest = word[0], word[1:]
    if any(letter.isupper() for letter in rest):
        return rf"\b{re.escape(word)}s?\b"
    return rf"\b[{first.upper()}{first.lower()}]{re.escape(rest)}s?\b"
