"""The methods page: documentation by use, limits in one list; a known experiment beside its published value."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import ModuleType

from evaluation.publishing.pages import checks, documentation
from evaluation.publishing.pages.documentation import Document
from evaluation.publishing.release import Rules, release_finding

SITE = Path(__file__).resolve().parents[2] / "site"


def test_documentation_is_grouped_by_use_with_a_line_each() -> None:
    found = documentation.documents(SITE)
    page = documentation.body(found)
    heads = ["Tutorial", "How to", "Explanation", "Reference"]
    places = [page.index(f">{head}:") for head in heads]
    assert places == sorted(places)
    assert all(page.count(f'href="docs/{one.stem}.html"') == 1 for one in found)
    assert [one.stem for one in found if not one.line] == []
    assert places[1] < page.index("docs/howto-study.html") < places[2] < page.index("docs/deviations.html") < places[3]


def test_a_document_of_no_group_is_still_listed() -> None:
    assert "docs/other.html" in documentation.body([Document("other", "Other", "")])


def test_a_known_experiment_counts_its_own_event(demo: ModuleType) -> None:
    trial = {**demo.finding("aid", "Aid", -0.1, -0.2, -0.01, "high"), "study": "aid", "scheme": None}
    trial["protocol"] = {"outcome": "first arrest within 52 weeks"}
    page = checks.page(demo.content(), release_finding(trial, Rules())).body
    assert "Rate of arrests, helped over not helped" in page
    assert not re.search(r"\b(?:a|no|of) repeats?\b", re.sub(r'="[^"]*"', "", page))


def test_the_published_value_of_the_experiment_is_worked_out_right() -> None:
    text = (SITE / "methods" / "financial_aid_on_release.qmd").read_text(encoding="utf-8")
    value, low, high = (math.exp(-0.3794 + z * 0.1914) for z in (0, -1.959964, 1.959964))
    assert f"{value:.2f} ({low:.2f} to {high:.2f})" in text


def test_what_the_site_cannot_tell_is_one_list() -> None:
    text = (SITE / "methods.qmd").read_text(encoding="utf-8")
    part = text.partition("{#limits}")[2].partition("<!--")[0]
    assert len(re.findall(r"^- \*\*", part, re.M)) >= 10
