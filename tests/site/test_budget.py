"""What the worked example's site weighs: whole, page by page, and what a reader's first page loads."""

from __future__ import annotations

from typing import Any

WHOLE = 7_700_000
"""Bytes of the whole site, the one copy of plotly.js among them; 8 MB is what was promised."""
PLAIN = 100_000
FIRST = 200_000


def test_the_whole_site_keeps_to_its_budget(worked_example: Any) -> None:
    site = worked_example.folder / "_site"
    sizes = {path: path.stat().st_size for path in site.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < WHOLE
    assert [path.name for path in sizes if path.name.startswith("plotly")] == ["plotly.min.js"]
    assert not [path for path in sizes if path.suffix in (".woff", ".woff2", ".map")]


def test_a_page_without_charts_and_the_first_page_are_small(worked_example: Any) -> None:
    site = worked_example.folder / "_site"
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    heavy = {path.name: len(text.encode()) for path, text in pages.items() if "<figure" not in text}
    assert max(heavy.values()) < PLAIN, max(heavy, key=lambda name: heavy[name])
    first = ("index.html", "assets/site.css", "assets/site.js")
    assert sum((site / name).stat().st_size for name in first) < FIRST


def test_a_figure_that_two_pages_show_is_kept_once(worked_example: Any) -> None:
    charts = sorted((worked_example.folder / "_site" / "assets" / "charts").glob("*.json"))
    texts = [path.read_bytes() for path in charts]
    assert len(set(texts)) == len(texts)
