"""The step after rendering: no inline code, a strict policy, no dead link."""

from pathlib import Path

import pytest

from evaluation.publishing.tidy import POLICY, STAMP, broken_links, inline_code, tidy, tidy_site

PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="generator" content="x">
<link rel="stylesheet" href="site_libs/themes/default.min.css"><link rel="stylesheet" href="assets/site.css">
<script src="site_libs/bootstrap/bootstrap.bundle.min.js"></script><style>a{color:red}</style>
<script src="https://cdn.example/x.js"></script><link rel="stylesheet" href="//cdn.example/x.css"></head>
<body class="a"><header id="title-block-header" class="q"><h1>twice</h1></header><header class="page-head"></header>
<script>var x = 1;</script><script type="application/json">{"kept": 1}</script>
<p onclick="go()" style="color:red" title="a > b">text</p><a href="javascript:alert(1)">x</a>
<iframe src="https://x"></iframe><script src="assets/site.js" defer></script></body></html>"""


@pytest.fixture
def page() -> str:
    return tidy(PAGE)


def test_nothing_inline_is_left(page: str) -> None:
    assert list(inline_code(PAGE))
    assert list(inline_code(page)) == []


@pytest.mark.parametrize(
    "gone",
    [
        "site_libs",
        "cdn.example",
        "<style",
        "onclick",
        "style=",
        "javascript:",
        "<iframe",
        "title-block-header",
        "generator",
    ],
)
def test_what_a_page_does_not_need_is_taken_out(page: str, gone: str) -> None:
    assert gone not in page


@pytest.mark.parametrize(
    "kept", ["assets/site.css", "assets/site.js", "application/json", "text</p>", 'lang="en-GB"', POLICY]
)
def test_what_a_page_needs_stays(page: str, kept: str) -> None:
    assert kept in page


def test_a_page_of_another_hand_gets_the_stamp_once_after_its_title() -> None:
    foot = f"<footer>{STAMP}.</footer>"
    start = '<html><head><meta charset="utf-8"></head><body><header>menu</header>'
    block = '<header id="title-block-header"><h1>Title</h1><p>Sub</p></header>'
    with_block = tidy(f"{start}{block}<p>Text</p>{foot}</body></html>")
    assert with_block.index("Sub") < with_block.index('class="stamp"') < with_block.index("Text")
    notebook = tidy(f"{start}<h1>Title</h1><p>Text</p>{foot}</body></html>")
    assert notebook.index("Title") < notebook.index('class="stamp"') < notebook.index("Text")
    assert with_block.count('class="stamp"') == notebook.count('class="stamp"') == 1
    assert 'class="stamp"' not in tidy(f"{start}{block}<p>Text</p></body></html>")


def test_a_skip_link_comes_first(page: str) -> None:
    assert page.index('class="skip"') < page.index("text</p>")


def test_a_sentence_that_looks_like_a_handler_is_left_alone() -> None:
    sentence = "<p>Say on x=“yes” and style=“plain”.</p>"
    assert sentence in tidy(f'<html><head><meta charset="utf-8"></head><body>{sentence}</body></html>')


def test_framework_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / "site_libs").mkdir()
    (tmp_path / "site_libs" / "x.css").write_text("a")
    (tmp_path / "index.html").write_text(PAGE)
    assert tidy_site(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


@pytest.mark.parametrize(
    ("href", "broken"),
    [
        ("other.html", False), ("other.html#here", False), ("other.html?effect=fewer#here", False), ("#top", False),
        ("https://www.gov.uk", False), ("missing.html", True), ("other.html#nowhere", True), ("../outside.html", True),
        ("assets/a%20b.csv", False),
    ],
)  # fmt: skip
def test_links_lead_somewhere(tmp_path: Path, href: str, broken: bool) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a b.csv").write_text("x")
    (tmp_path / "index.html").write_text(f'<p id="top"><a href="{href}">x</a></p>')
    (tmp_path / "other.html").write_text('<p id="here">x</p>')
    assert broken_links(tmp_path) == ((f"index.html: {href}",) if broken else ())
