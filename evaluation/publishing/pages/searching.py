"""The search page: a form for those with scripts, and the list of all pages for everybody."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.publishing import words
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.parts import Markup, bullets, heading, link

_FORM = (
    '<form class="search-form" id="search-form" role="search" data-index="assets/search-index.json" hidden>'
    '<label for="q">What are you looking for?</label><input id="q" name="q" type="search" autocomplete="off">'
    '<button class="button" type="submit">Search</button></form>'
    '<p class="count" id="search-status" role="status"></p><ol class="results" id="search-results"></ol>'
)
_GROUPS = (
    ("", "Main pages"),
    ("schemes/", "Schemes"),
    ("problems/", "Problems"),
    ("contracts/", "Contracts"),
    ("meetings/", "Meetings"),
    ("methods/", "Method checks"),
)


def body(pages: Sequence[Page], notebooks: Sequence[str] = ()) -> str:
    """Write the form and the list of pages; `notebooks` are stems."""
    parts = [_FORM]
    for folder, title in _GROUPS:
        group = [page for page in pages if page.stem.startswith(folder) and ("/" in page.stem) == bool(folder)]
        if group:
            named = sorted(group, key=lambda page: page.title)
            parts.append(heading(2, title, f"all-{folder.strip('/') or 'main'}"))
            parts.append(
                bullets(
                    Markup(link(page.href, f"{page.title}" if not folder.startswith("meet") else page.subtitle))
                    for page in named
                )
            )
    if notebooks:
        parts.append(heading(2, "Notebooks", "all-notebooks"))
        parts.append(bullets(Markup(link(f"notebooks/{stem}.html", words.sentence_case(stem))) for stem in notebooks))
    return "".join(parts)
