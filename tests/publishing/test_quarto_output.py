"""Real Quarto cannot be installed here: its pages are tidied from a sample written by hand, and the project is held to
the rules that make both renderers agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from evaluation.publishing.search import sections
from evaluation.publishing.tidy import POLICY, inline_code, tidy, tidy_site

PAGE = Path(__file__).with_name("quarto_page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page() -> str:
    return tidy(PAGE)


def test_no_code_of_quarto_is_left(page: str) -> None:
    assert len(list(inline_code(PAGE))) > 5
    assert list(inline_code(page)) == []
    assert re.findall(r"<script[^>]*>", page) == ['<script src="../assets/site.js" defer="">']
    assert page.count(POLICY) == 1


@pytest.mark.parametrize(
    "gone",
    [
        "site_libs", "cdn.jsdelivr.net", "cdnjs.cloudflare.com", "fonts.googleapis.com", "mathjax", "require.min.js",
        "quarto-search-options", "search-no-results-text", "quarto-html-before-body", "quarto-html-after-body",
        "onclick", "navbar-toggler", "title-block-header", "quarto:offset", "generator", "<style", "menu-text",
        "data-anchor-id", "tabindex", "<colgroup>", 'id="quarto-search-results"',
    ],
)  # fmt: skip
def test_what_quarto_adds_and_no_page_needs_goes(page: str, gone: str) -> None:
    assert gone in PAGE
    assert gone not in page


def test_only_the_links_of_the_text_lead_to_another_host(page: str) -> None:
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', page) == ["https://www.gov.uk/"]


@pytest.mark.parametrize(
    "kept",
    [
        'lang="en-GB"', '<h1 class="title">Mediation</h1>', '<section id="about">', 'aria-current="page"',
        '<a href="../contracts.html">', "Why trust these numbers", "../assets/site.css",
        'data-figure="../assets/charts/curve-0a1b2c3d.json"', '<th scope="row">One</th>',
        "<pre><code>import evaluation  # a &lt; b</code></pre>", '<title id="c-t">T</title>',
    ],
)  # fmt: skip
def test_what_the_page_says_stays(page: str, kept: str) -> None:
    assert kept in page
    assert page.count("<h1") == 1


def test_quarto_and_the_embedded_renderer_give_the_same_search_entries(page: str) -> None:
    found = sections(page, "schemes/mediation.html")
    assert [(entry["section"], entry["href"].partition("#")[2]) for entry in found] == [
        ("", ""),
        ("What it is", "about"),
    ]


def test_quartos_own_search_and_framework_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / "site_libs" / "bootstrap").mkdir(parents=True)
    (tmp_path / "site_libs" / "bootstrap" / "bootstrap-icons.woff").write_bytes(b"font")
    for name in ("search.json", "sitemap.xml", "robots.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "index.html").write_text(PAGE)
    assert tidy_site(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


# ---------------------------------------------------------------- the generated project, for either renderer


def test_the_configuration_keeps_to_what_both_renderers_do_alike(project: Path) -> None:
    found = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    html = found["format"]["html"]
    assert found["lang"] == "en-GB"
    assert (html["theme"], html["html-math-method"], html["html-table-processing"]) == ("default", "mathml", "none")
    assert found["website"]["search"] is False
    assert "filters" not in found
    linked = [item["href"] for part in ("left",) for item in found["website"]["navbar"][part]]
    linked += [item["href"] for item in found["website"]["page-footer"]["right"]]
    assert all((project / href).is_file() for href in linked)


def test_pages_use_nothing_that_one_of_the_renderers_lacks(project: Path) -> None:
    for path in sorted(project.rglob("*.qmd")):
        text = path.read_text(encoding="utf-8")
        front, _, body = text.removeprefix("---\n").partition("\n---\n")
        assert isinstance(yaml.safe_load(front), dict), path.name
        markdown = re.sub(r"(?ms)^(`{3,})\{=html\}\n.*?\n\1$", "", body)
        for lacking in ("{{<", "```{ojs", "```{mermaid", "```{python", ".columns", ".grid", "@fig-", "@tbl-", "$$"):
            assert lacking not in markdown, (path.name, lacking)
        assert not re.search(r"^\+[-=]+\+", markdown, re.M), path.name
        assert "<script>" not in body, path.name
        assert not re.search(r"\son[a-z]+=\"", body), path.name


def test_raw_blocks_are_closed_and_hold_no_fence(project: Path) -> None:
    for path in sorted(project.rglob("*.qmd")):
        fences = re.findall(r"(?m)^`{3,}.*$", path.read_text(encoding="utf-8"))
        assert len(fences) % 2 == 0, path.name
        assert all(opening.endswith("{=html}") for opening in fences[::2] if "html" in opening), path.name
