"""Harder words are explained at the foot of the page on which they stand, in the glossary's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.publishing.pages import word_list
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.pages.written import read

MEANINGS = word_list.entries(read(Path(__file__).resolve().parents[2] / "site" / "glossary.qmd").below)


def test_the_glossary_holds_the_words_that_readers_asked_for() -> None:
    asked = {
        "Natural limits", "Break clause", "CORE-10", "CANACT", "ASB Case Review", "Holm", "p", "Per protocol",
        "Overlap", "Category A to O", "Super case", "Precision", "Recall",
    }  # fmt: skip
    assert asked <= set(MEANINGS)
    assert "Repeat" not in MEANINGS


@pytest.mark.parametrize(
    ("body", "explained"),
    [
        ("<p>The CORE-10 score</p>", ["CORE-10"]),
        ("<p>Dotted lines: natural limits.</p>", ["Natural limits"]),
        ("<td>category B</td>", ["Category A to O"]),
        ("<p>The p-value is 0.066.</p>", ["p"]),
        ('<p class="overlap">nothing hard</p>', []),
        ("<p>people and p</p>", []),
        ("<p>ABCs and score</p>", ["ABC"]),
    ],
)
def test_a_page_explains_the_words_that_it_shows(body: str, explained: list[str]) -> None:
    page = word_list.explained(Page("schemes/a", "A", body=body), MEANINGS)
    assert [word for word in MEANINGS if f"<dt>{word}</dt>" in page.after] == explained
    assert ("../glossary.html" in page.after) == bool(explained)


def test_the_glossary_and_a_sheet_to_print_are_left_as_they_are() -> None:
    for stem in ("glossary", "search", "meetings/2013-01-17"):
        assert word_list.explained(Page(stem, "A", body="CORE-10"), MEANINGS).after == ""
