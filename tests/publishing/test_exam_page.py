"""The exam's page: what a miss means here, what was not tried, and of how many towns each share is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from evaluation.publishing.pages import exam, exam_meaning

RESULT: dict[str, Any] = json.loads(
    (Path(exam.__file__).parents[2] / "example" / "exam_result.json").read_text(encoding="utf-8")
)


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_every_figure_that_was_off_is_named_with_what_rests_on_it() -> None:
    text = words_of(exam_meaning.missed(RESULT))
    off = [row for row in RESULT["marks"] if not row["unbiased"]]
    assert len(off) == 3
    for row in off:
        assert f"{exam_meaning.town(row['scenario'])}: {exam_meaning.EFFECTS[row['effect']]} came out too low" in text
        assert f"by {abs(row['bias']):.1f} " in text
    assert "Every amount that a contract is said to have saved" in text
    assert "too small more often than too large" in text


def test_nothing_is_said_to_be_missed_where_nothing_was() -> None:
    marks = [{**row, "unbiased": True} for row in RESULT["marks"]]
    assert exam_meaning.missed({**RESULT, "marks": marks}) == ""


def test_a_range_that_misses_too_often_is_named() -> None:
    marks = [{**row, "unbiased": True, "covers": row["coverage"] < 0.985} for row in RESULT["marks"]]
    assert "the range held the truth in 98.5% of towns" in words_of(exam_meaning.missed({**RESULT, "marks": marks}))


def test_shares_say_of_how_many_towns_they_are() -> None:
    page = words_of(exam.body(RESULT, {}))
    assert "No effect, small repeat within a year 0 −0.00167 −0.0278 93.7% 6% 190" in page
    assert "The scheme does nothing about 70 190 to 200" in page
    assert "tried on 40 towns of each kind" in page


def test_the_page_holds_no_word_of_the_trade_and_says_what_was_not_tried() -> None:
    page = words_of(exam.body(RESULT, {}))
    assert not re.search(r"Monte Carlo|naive|\bnull\b|standard error", page)
    assert "Only schemes for people were tried." in page
    assert "The court-cost ledger" in page


def test_a_rate_is_shown_as_a_rate_and_not_as_its_logarithm() -> None:
    assert "Helpful, middle rate of repeats 0.688 0.683" in words_of(exam.body(RESULT, {}))


def test_the_drawn_line_reaches_as_far_as_the_criterion_lets_it() -> None:
    chart = exam.draw(RESULT)["coverage"]
    assert "3 counting errors each way" in chart.note
    assert "diamond" not in chart.note
    assert ">90%</text>" in chart.drawing
    worse = [{**row, "covers": False} for row in RESULT["marks"]]
    assert "A diamond is off." in exam.draw({**RESULT, "marks": worse})["coverage"].note
