"""The frame of a page: front matter, its own head with the stamp, the body, and the site's script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.tidy import STAMP
from evaluation.publishing.words import HIDDEN, bare, escaped

WHY_HIDDEN = (
    "<b>Not shown:</b> the number is small, or a small one could be worked out from it. "
    "Somebody might then be recognised."
)


@dataclass(frozen=True)
class Page:
    """One page of the generated project.

    Attributes
    ----------
    stem
        Path without suffix, from the project's folder: `schemes/mediation`.
    title, subtitle, description
        Plain text; they are escaped here.
    stamps
        Short facts beside the synthetic-data stamp: the as-of date, the owner.
    above
        Markdown that people wrote, to stand above the generated part.
    body
        Markup (an HTML string): the generated part.
    written
        Markdown that people wrote, or an empty text.
    after
        Markup that stands below it.
    live
        Interactive figures: file name → JSON text.
    invented
        Whether its figures come from the workspace's data; a page of real, public data does not bear the stamp.
    """

    stem: str
    title: str
    subtitle: str = ""
    description: str = ""
    stamps: tuple[str, ...] = ()
    above: str = ""
    body: str = ""
    written: str = ""
    after: str = ""
    live: Mapping[str, str] = field(default_factory=dict[str, str])
    invented: bool = True

    @property
    def href(self) -> str:
        """The page's address from the site's first page."""
        return f"{self.stem}.html"

    @property
    def root(self) -> str:
        """The way from the page back to the site's first page."""
        return root_of(self.stem)


def root_of(stem: str) -> str:
    """Return the way from a page to the site's first page: `../` for each folder."""
    return "../" * (len(PurePosixPath(stem).parts) - 1)


def raw(html: str) -> str:
    """Wrap markup in a raw block; the fence is longer than any in it can be, since backticks are always escaped."""
    return f"```{{=html}}\n{html}\n```\n"


def head(page: Page, *, synthetic: bool) -> str:
    """Write a page's head: what it is, its title, its one-paragraph summary, and the stamps."""
    parts = ['<header class="page-head">']
    if page.subtitle:
        parts.append(f'<p class="subtitle">{escaped(page.subtitle)}</p>')
    parts.append(f'<h1 class="title">{escaped(page.title)}</h1>')
    if page.description:
        parts.append(f'<p class="description">{escaped(page.description)}</p>')
    stamps = "".join(f" <span>{escaped(stamp)}</span>" for stamp in page.stamps)
    mark = f"<b>{STAMP}</b>" if synthetic and page.invented else ""
    if mark or stamps:
        parts.append(f'<p class="stamp">{mark}{stamps}</p>')
    return "".join([*parts, "</header>"])


def source(page: Page, *, synthetic: bool) -> str:
    """Return a page's `.qmd` text.

    The title goes to the browser's bar through front matter, reduced to plain letters, and to the page itself as
    escaped markup: no name can then act as Markdown, HTML or a shortcode in either renderer.
    """
    front = [f'pagetitle: "{bare(page.title)}"', "title-block-style: none"]
    if page.description:
        front.append(f'description: "{bare(page.description)}"')
    blocks = ["\n".join(["---", *front, "---"]), raw(head(page, synthetic=synthetic))]
    if page.above.strip():
        blocks.append(page.above.strip() + "\n")
    if page.body:
        blocks.append(raw(page.body))
    if page.written.strip():
        blocks.append(page.written.strip() + "\n")
    if page.after:
        blocks.append(raw(page.after))
    if f">{HIDDEN}<" in page.body + page.after and not page.stem.startswith("data-quality"):
        blocks.append(raw(f'<p class="key">{WHY_HIDDEN}</p>'))
    blocks.append(raw(f'<script src="{page.root}assets/site.js" defer></script>'))
    return "\n\n".join(blocks)


def charts(stem: str, drawn: Mapping[str, Chart]) -> tuple[dict[str, str], dict[str, str]]:
    """Return each chart's markup for a page, and the interactive figures' files.

    Returns
    -------
    tuple
        Name → markup, and file name → JSON text.
    """
    markup = {name: chart.markup(root_of(stem)) for name, chart in drawn.items()}
    live = {chart.live_file: chart.live_json() for chart in drawn.values() if chart.live}
    return markup, live
