"""Pages whose source is the same as in the last build are not rendered again: their rendered page is taken as it was.

The embedded renderer makes a page from its own source, the project's configuration and the list of pages, and from
nothing else; where anything but sources differs, every page is rendered.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from evaluation.publishing.tidy import REMOVED_FOLDERS

CONFIGURATION = "_quarto.yml"
_STUBS = {
    ".qmd": "---\ntitle: The same as before\n---\n",
    ".ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
}
_INCLUDES = "{{<"
_BESIDE_PAGES = ("assets", "published", *REMOVED_FOLDERS)


@dataclass(frozen=True)
class Earlier:
    """The last build's project and what was rendered from it, by the same code and the same renderer."""

    project: Path
    rendered: Path


def set_aside(project: Path, earlier: Earlier | None) -> dict[str, Path]:
    """Empty the pages of a project (a copy) that are the same as before.

    Returns
    -------
    dict
        The page as it was rendered before, by its place in the site.
    """
    if earlier is None or not _alike(project, earlier):
        return {}
    kept: dict[str, Path] = {}
    for place in _sources(project):
        page, source = earlier.rendered / _page(place), project / place
        if page.is_file() and _same(source, earlier.project / place) and _INCLUDES not in source.read_text("utf-8"):
            kept[_page(place)] = page
            source.write_text(_STUBS[source.suffix], encoding="utf-8")
    return kept


def put_back(rendered: Path, kept: dict[str, Path]) -> None:
    """Put the pages that were set aside in the place of their empty ones."""
    for place, page in kept.items():
        shutil.copyfile(page, rendered / place)


def _alike(project: Path, earlier: Earlier) -> bool:
    """Whether both projects have one configuration and the same pages, and a page brings no file of its own."""
    return (
        _same(project / CONFIGURATION, earlier.project / CONFIGURATION)
        and _sources(project) == _sources(earlier.project)
        and all(_is_common(path.relative_to(earlier.rendered)) for path in earlier.rendered.rglob("*"))
    )


def _is_common(path: Path) -> bool:
    return path.parts[0] in _BESIDE_PAGES or path.suffix in ("", ".html")


def _sources(project: Path) -> list[str]:
    found = (path.relative_to(project) for path in project.rglob("*") if path.suffix in _STUBS)
    return sorted(path.as_posix() for path in found)


def _page(source: str) -> str:
    return Path(source).with_suffix(".html").as_posix()


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()
