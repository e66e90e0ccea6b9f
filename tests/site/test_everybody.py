"""Every page for everybody: no fault that axe-core finds, no sideways scroll, nothing from another host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

TEMPLATES = (
    "index.html", "schemes/mediation.html", "contracts/city_counselling.html",
    "problems/threats-and-harassment.html",
    "meetings/2013-01-17.html", "court-costs.html", "data-quality.html", "downloads.html", "search.html",
    "methods.html", "ladder.html",
)  # fmt: skip
"""One page of each template."""
VIEWS = [(width, scheme) for width in (390, 768, 1440) for scheme in ("light", "dark")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def faults(page: Any) -> list[str]:
    """What axe-core, already loaded, finds on an open page."""
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def sideways(page: Any) -> int:
    """How many pixels a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_is_free_of_faults_in_every_view(window: Any, axe: str, name: str) -> None:
    page = window().goto(name)
    page.evaluate(axe)
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == [], (width, scheme)
        assert sideways(page) <= 0, (width, scheme)


def test_every_other_page_is_free_of_faults(window: Any, axe: str, site: Path) -> None:
    opened = window(viewport={"width": 390, "height": 900})
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if name not in TEMPLATES:
            page = opened.goto(name)
            page.evaluate(axe)
            assert faults(page) == [], name
            assert sideways(page) <= 0, name


def test_open_folds_and_a_live_chart_are_free_of_faults(window: Any, axe: str) -> None:
    opened = window()
    page = opened.goto("schemes/mediation.html")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.get_by_role("button", name="Explore this chart").first.click()
    page.locator(".live-chart .main-svg").first.wait_for()
    page.evaluate(axe)
    assert [fault for fault in faults(page) if "js-plotly-plot" not in fault] == []
    opened.wrong[:] = [line for line in opened.wrong if "Content Security Policy" not in line]


def test_at_400_percent_zoom_nothing_is_lost(window: Any) -> None:
    opened = window(viewport={"width": 320, "height": 256})
    for name in TEMPLATES:
        page = opened.goto(name)
        assert sideways(page) <= 0, name
        assert page.get_by_role("heading", level=1).is_visible()


def test_nothing_shifts_while_a_page_loads(window: Any) -> None:
    opened = window()
    page = opened.goto("schemes/mediation.html")
    shift = page.evaluate(
        """() => new Promise(done => { let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { sum += e.value; }))
            .observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(sum), 300); })"""
    )
    assert shift < 0.02
