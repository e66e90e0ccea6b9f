"""The grades have one wording, it is true of the rule, and every page that explains them repeats it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.comparison.effects import FEW_TREATED
from evaluation.comparison.finding import Check
from evaluation.comparison.grade import DOUBTS, GRADE_WORDS, GRADES, LOWERING, MARYLAND, grade

SITE = Path(__file__).resolve().parents[2] / "site"


@pytest.mark.parametrize("page", ["methods", "index", "glossary", "docs/explain-grades"])
def test_pages_repeat_the_one_wording(page: str) -> None:
    text = (SITE / f"{page}.qmd").read_text(encoding="utf-8")
    assert [words for words in GRADE_WORDS.values() if words not in text] == []


@pytest.mark.parametrize("page", ["methods", "docs/explain-grades"])
def test_pages_list_every_doubt(page: str) -> None:
    text = (SITE / f"{page}.qmd").read_text(encoding="utf-8")
    assert [doubt for doubt in DOUBTS if f"- {doubt}." not in text] == []


def found(design: str, checks: tuple[str, ...] = (), treated: int = FEW_TREATED, uncovered: float = 0.0) -> str:
    failed = [Check(name, "fail", "it failed") for name in checks]
    return grade(design, failed, None, treated=treated, worth=-0.05, uncovered=uncovered).grade


def test_the_wording_is_what_the_rule_does() -> None:
    assert set(GRADE_WORDS) == set(GRADES)
    start = {1: "very low", 2: "low", 3: "moderate", 4: "high", 5: "high"}
    assert all(found(design) == start[level] for design, level in MARYLAND.items())
    assert found("randomised", ("balance",)) == "moderate"
    assert found("emulated_trial", ("balance",)) == "low"
    assert found("emulated_trial", ("balance", "overlap")) == "very low"
    assert found("randomised", uncovered=0.21) == "very low"


def test_each_doubt_takes_one_step_and_a_warning_none() -> None:
    assert all(found("emulated_trial", (name,)) == "low" for name in LOWERING)
    assert found("emulated_trial", treated=FEW_TREATED - 1) == "low"
    assert found("emulated_trial", ("many_results", "leave_one_out", "e_value")) == "moderate"
    assert len(DOUBTS) == len(LOWERING) + 3
