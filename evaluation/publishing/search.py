"""The offline search index, read from the rendered pages, so that it is the same under both renderers."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.S)
_TITLE = re.compile(r'<h1 class="title">(.*?)</h1>', re.S)
_PLACE = re.compile(
    r'(?:<section[^>]*\sid="(?P<outer>[^"]+)"[^>]*>\s*)?<h[23](?P<attributes>[^>]*)>(?P<words>.*?)</h[23]>', re.S
)
_ID = re.compile(r'\b(?:id|data-anchor-id)="([^"]+)"')
_LONGEST, _LONGEST_LOOKED_UP, _LONGEST_OF_CONTRACTS = 280, 110, 500
"""Letters of a section that are searched: sections are short, and the index stays small. A page of documentation and
a notebook are looked up by their headings. A contract is looked up by its clauses, which stand in a long calendar."""
_ALSO = {
    "court-costs.html": "Bad debt, arrears, money owed, debt collection.",
    "contracts.html": "Providers, commissioning, break clause, notice.",
    "good-practice.html": "What works.",
}
"""Words that people look for and the page says otherwise: they are found, and not shown on the page."""
_FIGURES = re.compile(r'<td class="n">.*?</td>', re.S)
_CELL = re.compile(r"<td>.*?</td>", re.S)
_TABLE_OF_FIGURES = re.compile(r'<table class="[^"]*\bfigures">.*?</table>', re.S)


def plain(markup: str) -> str:
    """Take the words out of markup; drawings, scripts and tables of figures are left out."""
    text = _TABLE_OF_FIGURES.sub(lambda table: _CELL.sub(" ", table.group()), _FIGURES.sub(" ", markup))
    text = re.sub(r"<(svg|script|style|select|thead)\b.*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def sections(page: str, href: str) -> list[dict[str, str]]:
    """List a page and each of its sections: `href, title, section, text`."""
    main = _MAIN.search(page)
    if main is None:
        return []
    body = main.group(1)
    title = plain(found.group(1)) if (found := _TITLE.search(body)) else href
    places = list(_PLACE.finditer(body))
    edges = [place.start() for place in places] + [len(body)]
    longest = _longest(href)
    top = f"{plain(body[: edges[0]])[:longest]} {_ALSO.get(href, '')}".rstrip()
    entries = [{"href": href, "title": title, "section": "", "text": top}]
    for place, end in zip(places, edges[1:], strict=True):
        key = _ID.search(place["attributes"])
        anchor = key.group(1) if key else place["outer"]
        where = f"{href}#{html.unescape(anchor)}" if anchor else href
        words = plain(place["words"])
        entries.append(
            {"href": where, "title": title, "section": words, "text": plain(body[place.end() : end])[:longest]}
        )
    return entries


def _longest(href: str) -> int:
    if href.startswith("contracts/"):
        return _LONGEST_OF_CONTRACTS
    return _LONGEST_LOOKED_UP if href.startswith(("docs/", "notebooks/")) else _LONGEST


def write_index(output: Path, name: str = "assets/search-index.json") -> int:
    """Write the index of a rendered site, a page an item: `[href, title, [[anchor, section, text], …]]`.

    Returns
    -------
    int
        The number of sections.
    """
    pages: list[list[object]] = []
    count = 0
    for path in sorted(output.rglob("*.html")):
        href = path.relative_to(output).as_posix()
        if href == "search.html":
            continue
        found = sections(path.read_text(encoding="utf-8"), href)
        parts = [[entry["href"].partition("#")[2], entry["section"], entry["text"]] for entry in found]
        pages.append([href, found[0]["title"] if found else href, parts])
        count += len(parts)
    target = output / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(pages, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return count
