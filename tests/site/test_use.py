"""What a reader does with the site: filter, sort, search, keys alone, scripts off, paper, an interactive chart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

FEWER = ["Mediation"]


def rows(page: Any) -> list[str]:
    """The schemes shown, from top to bottom."""
    return page.eval_on_selector_all(
        "#register tbody tr", "all => all.filter(row => !row.hidden).map(row => row.querySelector('th a').textContent)"
    )


def test_the_register_opens_with_the_best_effect_first(window: Any) -> None:
    page = window().goto("index.html")
    assert rows(page)[:2] == ["Mediation", "Acceptable Behaviour Contracts"]
    assert page.locator("#register-count").text_content() == "9 schemes"


def test_each_filter_narrows_the_register(window: Any) -> None:
    page = window().goto("index.html")
    for name, value, left in (
        ("effect", "fewer", 1), ("kind", "Prevention", 3), ("status", "Planned", 1), ("area", "Eastfield", 1),
        ("problem", "Threats and harassment", 2), ("sure", "3", 2),
    ):  # fmt: skip
        page.select_option(f"select[name={name}]", value)
        assert len(rows(page)) == left, name
        assert f"{name}={value.split()[0]}" in page.url.replace("+", " ")
        page.get_by_role("button", name="Clear").click()
        page.locator("#register tbody tr:not([hidden])").nth(8).wait_for()
    page.fill("#f-q", "warn")
    assert rows(page) == ["Warning letters"]


def test_a_tile_and_its_address_give_the_same_view(window: Any) -> None:
    page = window().goto("index.html")
    page.get_by_role("link", name=re.compile("more repeats")).click()
    page.get_by_text("1 of 9 schemes").wait_for()
    assert rows(page) == ["ASBOs"]
    again = window().goto("index.html?effect=more#register")
    assert rows(again) == ["ASBOs"]


@pytest.mark.parametrize(
    ("column", "first"),
    [
        ("Scheme", "Acceptable Behaviour Contracts"),
        ("Effect, of 100 people", "Mediation"),
        ("How sure", "City Counselling"),
    ],
)
def test_a_click_on_a_heading_sorts_and_another_turns_it_round(window: Any, column: str, first: str) -> None:
    page = window().goto("index.html")
    button = page.get_by_role("button", name=column)
    if page.locator("th[aria-sort]").text_content().find(column) < 0:  # the effect is sorted by from the start
        button.click()
    assert rows(page)[0] == first
    button.click()
    assert rows(page)[0] != first
    assert page.locator("th[aria-sort]").count() == 1


def test_an_unknown_sort_in_the_address_is_ignored(window: Any) -> None:
    page = window().goto("index.html?sort=nothing&effect=%22%3E%3Cb%3E")
    assert len(rows(page)) == 9
    assert page.locator("select[name=sort]").input_value() == "order"


def test_search_finds_a_page_and_its_section_without_another_host(window: Any) -> None:
    opened = window()
    page = opened.goto("search.html")
    page.fill("#q", "outcomes not evidenced")
    page.keyboard.press("Enter")
    page.locator("#search-results li").first.wait_for()
    assert "City Counselling" in (page.locator("#search-results").text_content() or "")
    assert "results for" in (page.locator("#search-status").text_content() or "")
    page.locator("#search-results a").first.click()
    assert page.get_by_role("heading", level=1).is_visible()


def test_search_reads_a_question_as_people_ask_it(window: Any) -> None:
    page = window().goto("search.html?q=what%20works%20for%20neighbour%20disputes%3F")
    page.locator("#search-results li").first.wait_for()
    assert "neighbour disputes" in (page.locator("#search-results").text_content() or "")
    page = window().goto("search.html?q=bad%20debt")
    page.locator("#search-results li").first.wait_for()
    assert "Court costs" in (page.locator("#search-results").text_content() or "")


def test_an_area_finds_every_scheme_that_names_it(window: Any) -> None:
    page = window().goto("index.html")
    page.evaluate("document.querySelector('#register tbody tr').dataset.area = 'Northbrook, Eastfield'")
    first = rows(page)[0]
    page.select_option("select[name=area]", "Eastfield")
    assert rows(page) == [first, "Fire prevention project"]


def test_search_for_nothing_known_says_so(window: Any) -> None:
    page = window().goto("search.html?q=zzzzqq")
    page.get_by_text("for “zzzzqq”").wait_for()
    assert "0 results" in (page.locator("#search-status").text_content() or "")


# ---------------------------------------------------------------- keys alone


def test_the_first_key_offers_to_skip_to_the_content(window: Any) -> None:
    page = window().goto("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_the_register_works_by_keys_alone(window: Any) -> None:
    page = window().goto("index.html")
    page.locator("#f-q").focus()
    page.keyboard.type("letters")
    assert rows(page) == ["Warning letters"]
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Scheme", exact=False).first.focus()
    page.keyboard.press("Enter")
    assert rows(page)[0] == "Acceptable Behaviour Contracts"
    page.keyboard.press("Space")
    assert rows(page)[0] == "Warning letters"


def test_a_fold_opens_by_keys_and_focus_can_be_seen(window: Any) -> None:
    page = window().goto("schemes/mediation.html")
    fold = page.locator("details.folded").first
    fold.locator("> summary").focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("fold => fold.open")
    page.keyboard.press("Tab")
    seen = page.evaluate(
        "() => { const s = getComputedStyle(document.activeElement); return s.outlineColor + s.backgroundColor; }"
    )
    assert "rgb(255, 221, 0)" in seen


def test_no_key_alone_does_anything(window: Any) -> None:
    opened = window()
    page = opened.goto("index.html")
    before = page.url
    for key in "fs/?":
        page.keyboard.press(key)
    assert page.url == before


# ---------------------------------------------------------------- scripts off, paper, charts on request


def test_without_scripts_the_register_is_complete(window: Any) -> None:
    page = window(java_script_enabled=False).goto("index.html")
    assert page.locator("#register tbody tr").count() == 9
    assert not page.locator("#register-filters").is_visible()
    assert page.get_by_role("link", name="Contracts").first.is_visible()


def test_without_scripts_a_scheme_has_its_drawing_and_its_figures(window: Any) -> None:
    page = window(java_script_enabled=False).goto("schemes/mediation.html")
    assert page.locator("svg.chart-wide").first.is_visible()
    assert page.get_by_role("button", name="Explore this chart").count() == 0
    page.locator("figure summary").first.click()
    assert page.locator("figure table").first.is_visible()


def test_without_scripts_search_lists_every_page(window: Any, site: Path) -> None:
    page = window(java_script_enabled=False).goto("search.html")
    assert page.locator("main ul a").count() >= len(list(site.rglob("*.html"))) - 2


def test_plotly_comes_only_when_it_is_asked_for(window: Any) -> None:
    opened = window()
    page = opened.goto("schemes/mediation.html")
    assert not [url for url in opened.requests if "plotly" in url or url.endswith(".json")]
    page.get_by_role("button", name="Explore this chart").first.click()
    page.locator(".live-chart .main-svg").first.wait_for()
    assert len([url for url in opened.requests if url.endswith("plotly.min.js")]) == 1
    assert page.locator(".live-chart .scatterlayer .trace").count() >= 2
    opened.wrong[:] = [line for line in opened.wrong if "Content Security Policy" not in line]


def test_a_chart_that_cannot_be_loaded_leaves_the_drawing(window: Any) -> None:
    opened = window()
    page = opened.goto("schemes/mediation.html")
    page.route("**/plotly.min.js", lambda route: route.abort())
    page.get_by_role("button", name="Explore this chart").first.click()
    page.get_by_text("could not be loaded").first.wait_for()
    assert page.locator("svg.chart-wide").first.is_visible()
    opened.wrong.clear()


@pytest.mark.parametrize(
    ("name", "most"), [("meetings/2013-01-17.html", 2), ("index.html", 4), ("schemes/mediation.html", 6)]
)
def test_pages_fit_their_paper(window: Any, name: str, most: int) -> None:
    page = window().goto(name)
    paper = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= most


def test_paper_has_what_the_reader_unfolded(window: Any) -> None:
    page = window().goto("schemes/mediation.html")
    page.emulate_media(media="print")
    assert not page.locator("#balance table").is_visible()
    after = page.locator("main").evaluate("main => getComputedStyle(main, '::after').content")
    assert "printed only where it was opened" in after
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    assert page.locator("#balance table").bounding_box()["height"] > 20
    assert page.locator("main").evaluate("main => getComputedStyle(main, '::after').content") == "none"
    assert not page.get_by_role("button", name="Explore this chart").first.is_visible()
    assert not page.locator(".navbar-nav").first.is_visible()


def test_a_phone_shows_the_narrow_drawing_and_cards(window: Any) -> None:
    page = window(viewport={"width": 390, "height": 844}).goto("schemes/mediation.html")
    assert page.locator("svg.chart-narrow").first.is_visible()
    assert not page.locator("svg.chart-wide").first.is_visible()
    page = window(viewport={"width": 390, "height": 844}).goto("index.html")
    assert page.locator("#register tbody tr").first.evaluate("row => getComputedStyle(row).display") == "grid"
    before = page.locator("#register .c-sure").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "How sure" in before


def test_no_cookie_and_nothing_kept(window: Any) -> None:
    opened = window()
    page = opened.goto("index.html")
    assert opened.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
