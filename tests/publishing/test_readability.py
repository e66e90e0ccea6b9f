"""Summaries can be read at about twelve: short sentences, short words, British spelling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluation.publishing.render import Rendered

WRITTEN = ("index", "methods", "glossary", "accessibility", "exam", "caseload", "contracts", "data-quality", "changes")
SITE = Path(__file__).resolve().parents[2] / "site"


def sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.?!:])\s+|\n{2,}|\|", text) if re.search(r"[a-z]{2}", part)]


def syllables(word: str) -> int:
    word = re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", word.lower())
    return max(len(re.findall(r"[aeiouy]{1,2}", word)), 1)


def reading_grade(text: str) -> float:
    """Flesch–Kincaid grade; 7 is the school year of a twelve-year-old."""
    parts = sentences(text)
    found = re.findall(r"[A-Za-z’]+", text)
    return 0.39 * len(found) / len(parts) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def prose(name: str) -> str:
    text = (SITE / f"{name}.qmd").read_text().split("---", 2)[2]
    text = re.sub(r"^(#+ .*)$", r"\1.\n", text, flags=re.M)
    return re.sub(r"\]\([^)]*\)|[#*\[]|<!--.*?-->|^\|?[-|]+$", " ", text, flags=re.M)


@pytest.mark.parametrize("name", WRITTEN)
def test_written_pages_can_be_read_at_twelve(name: str) -> None:
    text = prose(name)
    assert reading_grade(text) < 7.5
    longest = max(sentences(text), key=lambda part: len(part.split()))
    assert len(longest.split()) <= 25, longest


def test_the_first_page_and_a_decision_can_be_read_at_twelve(rendered: tuple[Path, Rendered]) -> None:
    parts = (
        ("index.html", r'<div class="know">.*?</div></div>'),
        ("schemes/mediation.html", r'<section class="decision".*?</section>'),
        ("schemes/mediation.html", r'<div class="hundreds">.*?</p></div>'),
        ("problems/neighbour-disputes.html", r'<p class="description">.*?</p>'),
        ("court-costs.html", r'<p class="description">.*?</p>'),
    )
    for name, part in parts:
        found = re.search(part, (rendered[0] / name).read_text(), re.S)
        assert found is not None
        text = re.sub(r"</(?:h\d|dt|b|dd|p)>", ". ", found.group())
        text = re.sub(r"<[^>]+>", " ", text)
        assert reading_grade(text) < 7.5, text


@pytest.mark.parametrize("path", sorted((SITE / "schemes").glob("*.qmd")), ids=lambda path: path.stem)
def test_a_schemes_first_sentence_can_be_read_at_twelve(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("---", 2)[2].strip().split("\n\n")[0].replace("\n", " ")
    sentence = re.split(r"(?<=[.?!])\s", first)[0]
    assert reading_grade(sentence) < 7.5, sentence


AMERICAN = re.compile(
    r"\b(?:neighbor|behavior|color|center|analyze|organiz|program\b|labeled|fulfill|randomized)\w*", re.I
)


@pytest.mark.parametrize("path", sorted(SITE.glob("*.qmd")), ids=lambda path: path.stem)
def test_spelling_is_british(path: Path) -> None:
    assert AMERICAN.findall(path.read_text()) == []
