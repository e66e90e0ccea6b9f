"""The step after rendering, the same for both renderers: no inline code, a strict policy, no framework the pages do
not need, and no link that leads nowhere.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

STAMP = "Worked example: synthetic data"
"""What every page of an invented partnership says at its head; a notebook's page gets it here."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
_META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
_SKIP = '<a class="skip" href="#quarto-document-content">Skip to the content</a>'
_FLAGS = re.S | re.I
_GONE = (
    # Inline scripts; notebooks keep the JSON that a widget or a chart reads as data.
    re.compile(r"<script(?![^>]*\bsrc\s*=)(?![^>]*application/json)[^>]*>.*?</script\s*>\s*", _FLAGS),
    re.compile(r"<script[^>]*quarto-search-options[^>]*>.*?</script\s*>\s*", _FLAGS),
    # The renderers' own scripts and the framework: the pages need none of them.
    re.compile(r"<script[^>]*\bsrc\s*=\s*[\"']?[^\"'>]*site_libs/[^>]*>\s*</script\s*>\s*", _FLAGS),
    re.compile(r"<link[^>]*\bhref\s*=\s*[\"']?[^\"'>]*site_libs/[^>]*>\s*", _FLAGS),
    # Anything from another host.
    re.compile(r"<script[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^>]*>\s*</script\s*>\s*", _FLAGS),
    re.compile(r"<link[^>]*\bhref\s*=\s*[\"']?(?:https?:)?//[^>]*>\s*", _FLAGS),
    re.compile(r"<(iframe|object|embed|base)\b[^>]*>(?:.*?</\1\s*>)?", _FLAGS),
    re.compile(r"<style\b[^>]*>.*?</style\s*>\s*", _FLAGS),
    re.compile(r"<meta[^>]*(?:quarto:offset|smalldocs:offset|name=\"generator\")[^>]*>\s*", _FLAGS),
    # The menu button works by script only; the links are always shown.
    re.compile(r'<button[^>]*class="navbar-toggler".*?</button>\s*', _FLAGS),
    re.compile(r'<div[^>]*id="quarto-search(?:-results)?"[^>]*>\s*</div>\s*', _FLAGS),
    re.compile(r'<ul class="navbar-nav[^"]*">\s*</ul>\s*', _FLAGS),
    # Widths of columns, which the policy would not let work.
    re.compile(r"<colgroup>\s*(?:<col\b[^>]*>\s*)*</colgroup>\s*", _FLAGS),
    re.compile(r'<div class="nav-footer-center">(?:\s|&nbsp;)*</div>\s*', _FLAGS),
)
# The renderer's title block, where a page writes its own, so that both renderers show the same.
_TITLE_BLOCK = re.compile(r'<header[^>]*id="title-block-header".*?</header>\s*', _FLAGS)
# Wrappers that only the framework's own stylesheet knows; Quarto's stand for an active page are kept with their link.
_WRAPPED = re.compile(r'<span class="menu-text">(.*?)</span>', _FLAGS)
_CODE = re.compile(
    r'(?P<frame><div class="sourceCode[^>]*>)?<pre\b[^>]*><code\b[^>]*>(?P<text>.*?)</code></pre>(?(frame)</div>)',
    _FLAGS,
)
_COLOURED = re.compile(r"</?span\b[^>]*>|<a\b[^>]*>\s*</a>", _FLAGS)
# Classes of the framework's layout on the header, the frame and the foot: its stylesheet is gone.
_FRAMEWORK = re.compile(
    r"(?<=[\s\"])(?:navbar-nav-scroll|me-auto|mx-auto|container-fluid|navbar-expand-lg|sd-navbar-default|collapse|"
    r"page-columns|page-rows-contents|page-layout-\w+|page-navbar|quarto-container|column-page|nav-fixed|fullcontent|"
    r"headroom|sticky-top|fixed-top|list-unstyled|quarto-light)(?=[\s\"])\s*"
)
_FRAMES = re.compile(r"<(?:body|header|nav|div|ul|main)\b[^<>]*\sclass=\"[^\"]*\"[^<>]*>", re.I)
# What only the renderers' scripts read of a heading: its section holds the same id.
_ANCHORED = re.compile(
    r'(?:(?<=<h[1-6]) class="anchored"| data-anchor-id="[^"]*"|(?<=") class="level[1-6]"(?=>))(?=[^<>]*>)', _FLAGS
)
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_HANDLER = re.compile(r"""\s(?:on[a-z]+|style|srcdoc)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.I)
_ACTIVE_URL = re.compile(
    r"""\s(?:href|src|action|formaction)\s*=\s*["']?\s*(?:javascript|vbscript|data:text)[^\s>]*""", re.I
)
REMOVED_FOLDERS = ("site_libs",)
_REMOVED_FILES = ("search.json", "sitemap.xml", "robots.txt")


def tidy(page: str) -> str:
    """Return a rendered page without inline code, with the policy and a skip link.

    Parameters
    ----------
    page
        HTML as either renderer wrote it.
    """
    for pattern in _GONE:
        page = pattern.sub("", page)
    if 'class="page-head"' in page:
        page = _TITLE_BLOCK.sub("", page)
    elif STAMP in page:
        end = "</header>" if _TITLE_BLOCK.search(page) else "</h1>"
        head, found, rest = page.partition('id="title-block-header"') if end == "</header>" else ("", "", page)
        page = head + found + rest.replace(end, f'{end}<p class="stamp"><b>{STAMP}</b></p>', 1)
    page = (
        _WRAPPED.sub(r"\1", page)
        .replace(", user-scalable=yes", "")
        .replace('<li class="nav-item">', "<li>")
        .replace('<a class="nav-link" ', "<a ")
    )
    page = _CODE.sub(lambda code: f"<pre><code>{_COLOURED.sub('', code['text'])}</code></pre>", page)
    page = _FRAMES.sub(_plain_frame, _ANCHORED.sub("", page))
    page = _TAG.sub(lambda tag: _ACTIVE_URL.sub("", _HANDLER.sub("", tag.group())), page)
    page = re.sub(r"(<body[^>]*>)", rf"\1{_SKIP}", page, count=1)
    return re.sub(r'(<meta charset="utf-8"\s*/?>)', rf"\1{_META}", page, count=1)


def _plain_frame(tag: re.Match[str]) -> str:
    """Return a frame's tag without the framework's classes."""
    return _FRAMEWORK.sub("", tag.group()).replace(' class=""', "").replace(' "', '"')


def tidy_site(output: Path) -> int:
    """Tidy every page of a rendered site and remove what no page uses; return the number of pages."""
    pages = sorted(output.rglob("*.html"))
    for path in pages:
        path.write_text(tidy(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    for name in REMOVED_FOLDERS:
        shutil.rmtree(output / name, ignore_errors=True)
    for name in _REMOVED_FILES:
        (output / name).unlink(missing_ok=True)
    return len(pages)


# ---------------------------------------------------------------- links

_HREF = re.compile(r"""<[a-z][^<>]*?\s(?:href|src|data-figure|data-plotly|data-index)="([^"]*)\"""", re.I)
_ID = re.compile(r"""<[a-z][^<>]*?\sid="([^"]*)\"""", re.I)


def broken_links(output: Path) -> tuple[str, ...]:
    """List the links within the site that lead nowhere: a missing file, or a missing place on a page."""
    texts = {path.relative_to(output).as_posix(): path.read_text(encoding="utf-8") for path in output.rglob("*.html")}
    anchors = {name: {html.unescape(key) for key in _ID.findall(text)} for name, text in texts.items()}
    files = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    found: list[str] = []
    for name, text in sorted(texts.items()):
        for href in dict.fromkeys(html.unescape(raw) for raw in _HREF.findall(text)):
            if not _leads_somewhere(name, href, files, anchors):
                found.append(f"{name}: {href}")
    return tuple(found)


def _leads_somewhere(page: str, href: str, files: set[str], anchors: dict[str, set[str]]) -> bool:
    if not href or re.match(r"(?i)(https?|mailto|data):", href):
        return True
    path, _, anchor = href.partition("#")
    target = _joined(PurePosixPath(page).parent, unquote(path.partition("?")[0])) if path else page
    if target not in files:
        return False
    return not anchor or target not in anchors or unquote(anchor) in anchors[target]


def _joined(folder: PurePosixPath, path: str) -> str:
    parts: list[str] = []
    for part in (folder / path).parts:
        if part == "..":
            if not parts:
                return "outside the site"
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def inline_code(page: str) -> Iterable[str]:
    """Yield what a strict policy would refuse in a page: an empty result is what a tidy page gives."""
    yield from re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page, re.I)
    yield from re.findall(r"<style\b[^>]*>", page, re.I)
    yield from (match for tag in _TAG.findall(page) for match in _HANDLER.findall(tag))
