"""Quarto reads a page with pandoc. The same pandoc, run on every generated page, must give what the embedded renderer
shows: the same words in the same elements, with the same ids and links.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from difflib import unified_diff
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support import Build

from evaluation.publishing.tidy import tidy

pypandoc = pytest.importorskip("pypandoc")
READ_AS_QUARTO_DOES = ("--from=markdown", "--to=html5", "--mathml", "--section-divs", "--wrap=none")
FRAMES = ("html", "body", "main", "div", "section", "span")
KEPT = ("id", "href", "src", "scope", "colspan", "rowspan", "role", "aria-label", "aria-labelledby", "tabindex", "open")


class Content(HTMLParser):
    """The words and elements of what stands in a page's main part, without the title block and mere frames."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False
        self._title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._inside |= tag == "main"
        self._title |= named.get("id") == "title-block-header"
        if self._reads and tag not in FRAMES:
            told = [f"{name}={named[name]}" for name in KEPT if name in named]
            self.found.append(" ".join([f"<{tag}", *told]))
        elif self._reads and tag != "main" and "id" in named:
            self.found.append(f"#{named['id']}")

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "main"
        self._title &= tag != "header"

    def handle_data(self, data: str) -> None:
        if self._reads:
            self.found += data.split()

    @property
    def _reads(self) -> bool:
        return self._inside and not self._title


def content(page: str) -> list[str]:
    reader = Content()
    reader.feed(re.sub(r'<p class="stamp">.*?</p>', "", page))  # it is put in where the title block is
    return reader.found


def by_pandoc(text: str) -> str:
    program = pypandoc.get_pandoc_path()
    ran = subprocess.run([program, *READ_AS_QUARTO_DOES], input=text, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    linked = re.sub(r'(href="(?!https?:)[^"#]*)\.(?:qmd|ipynb)\b', r"\1.html", ran.stdout)
    return tidy(f"<main>{linked}</main>")


def different(site: Path, rendered: Path) -> Iterator[str]:
    for source in sorted(site.rglob("*.qmd")):
        name = source.relative_to(site).with_suffix(".html")
        shown, read = (
            content((rendered / name).read_text(encoding="utf-8")),
            content(by_pandoc(source.read_text(encoding="utf-8"))),
        )
        if shown != read:
            yield "\n".join([str(name), *list(unified_diff(shown, read, "shown", "by pandoc", lineterm="", n=2))[:40]])


def written(notebook: Path) -> Iterator[str]:
    """The text cells of a notebook but its title, and what its code cells showed."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            yield re.sub(r"\A# .*\n", "", "".join(cell["source"]))
        yield from ("".join(shown["data"]["text/markdown"]) for shown in cell.get("outputs", ()) if "data" in shown)


def missing(notebook: Path, rendered: Path) -> list[str]:
    """What pandoc reads in a notebook and the rendered page does not show."""
    end = "\n\n```{=html}\n<hr id='end'>\n```\n\n"
    read = "\n".join(content(by_pandoc(end.join(written(notebook))))).split("\n<hr id=end")
    shown = "\n".join(content(rendered.read_text(encoding="utf-8")))
    return [f"{notebook.stem}: {cell[:300]}" for cell in read if cell.strip() not in shown]


def test_every_notebook_is_the_same_by_pandoc_and_by_the_embedded_renderer(worked_example: Build) -> None:
    build = worked_example.root / "build"
    notebooks = sorted((build / "notebooks").glob("*.ipynb"))
    assert len(notebooks) > 8
    lacking = [missing(path, build / "_site" / "notebooks" / f"{path.stem}.html") for path in notebooks]
    assert [told for one in lacking for told in one] == []


def test_every_page_is_the_same_by_pandoc_and_by_the_embedded_renderer(worked_example: Build) -> None:
    build = worked_example.root / "build"
    assert len(list((build / "site").rglob("*.qmd"))) > 60
    assert list(different(build / "site", build / "_site")) == []


def test_a_page_that_pandoc_reads_otherwise_is_told(tmp_path: Path) -> None:
    (tmp_path / "page.qmd").write_text("---\ntitle: A\n---\n\nOne *two* [three](b.qmd)\n", encoding="utf-8")
    for shown in ("<p>One <em>two</em> <a href='b.html'>three</a></p>", "<p>One two <a href='b.html'>three</a></p>"):
        (tmp_path / "page.html").write_text(f"<main>{shown}</main>", encoding="utf-8")
        assert len(list(different(tmp_path, tmp_path))) == int("<em>" not in shown)
