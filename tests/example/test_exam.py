"""The exam marks what studies say of councils whose truth is known; its marks are right and repeat."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from evaluation.errors import UsageError
from evaluation.example import ExamResult, Plan, load_plan, run_exam
from evaluation.example.exam_keep import Kept
from evaluation.example.exam_marks import mark
from evaluation.example.exam_plan import question
from evaluation.example.truth import Truth

QUICK = (
    question("null", 155, 1.0, people=700),
    question("sheet", 155, 0.6, layout="case_list", people=700),
)


@dataclass(frozen=True)
class Said:
    """A hand-made answer: one value with its limits for one effect."""

    effects: dict[str, tuple[float, float, float, float | None, str]]
    question: int = 0
    status: str = "estimated"
    treated: int = 100
    naive: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    seconds: tuple[float, float] = (0.1, 0.2)


def said(value: float, reach: float, *, name: str = "risk_difference_365", method: str = "per_protocol") -> Said:
    return Said({name: (value, value - reach, value + reach, 0.5, method)})


def truth(value: float, as_started: float = 0.0, name: str = "risk_difference_365") -> Truth:
    return Truth("mediation", {name: value}, {name: as_started}, 100.0, 1000)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return replace(load_plan(), questions=(question("helpful", 155, 0.6),), replicates=4)


@pytest.fixture(scope="module")
def small() -> ExamResult:
    return run_exam(
        2, 11, scenarios=QUICK, workers=1, studies=("mediation",),
        plan=replace(load_plan(), truth_people=1200, truth_copies=500),
    )  # fmt: skip


def test_coverage_bias_and_power_by_hand(plan: Plan) -> None:
    """Values -.3, -.1, .1, -.1 within .15 of a truth of -.1: two of four cover it, one of four excludes 0."""
    marked = mark(plan, {0: truth(-0.1)}, [said(value, 0.15) for value in (-0.3, -0.1, 0.1, -0.1)]).marks[0]
    assert (marked.councils, marked.coverage, marked.rejects) == (4, 0.5, 0.25)
    assert marked.bias == pytest.approx(0.0)
    assert marked.spread == pytest.approx(math.sqrt(0.08 / 3))
    assert marked.standard_error == pytest.approx(0.15 / 1.959964)
    assert not marked.covers, "50 % is more than 3 x sqrt(.95 x .05 / 4) = 33 points below 95 %"
    assert marked.quiet is None, "false positives are judged under a null alone"


def test_ratios_are_marked_on_the_log_scale(plan: Plan) -> None:
    answers = [Said({"hazard_ratio": (value, value / 1.5, value * 1.5, 0.5, "per_protocol")}) for value in (0.5, 2.0)]
    marked = mark(plan, {0: truth(1.0, name="hazard_ratio")}, answers).marks[0]
    assert marked.mean == pytest.approx(0.0)
    assert marked.rejects == 1.0


def test_an_as_started_answer_is_held_against_its_own_truth(plan: Plan) -> None:
    answers = [said(-0.05, 0.01, method="as_started"), said(-0.05, 0.01, method="as_started")]
    marked = mark(plan, {0: truth(-0.2, as_started=-0.05)}, answers).marks[0]
    assert (marked.coverage, marked.as_started, marked.truth) == (1.0, 1.0, pytest.approx(-0.05))


def test_what_misses_is_said_to_be_missed(plan: Plan) -> None:
    result = mark(plan, {0: truth(-0.1)}, [said(value, 0.02) for value in (0.0, 0.01, 0.02, 0.0)])
    verdicts = {criterion.name: criterion for criterion in result.criteria}
    assert not result.passed
    assert "missed: helpful: risk_difference_365 0.0%" in verdicts["coverage of every headline effect"].found
    assert not verdicts["bias"].passed
    assert "**missed**" in result.markdown()


def test_refusals_are_counted_and_not_marked(plan: Plan) -> None:
    refused = replace(said(0.0, 1.0), effects={}, status="cannot_be_said")
    result = mark(plan, {0: truth(0.0)}, [refused, said(0.0, 1.0), said(0.1, 1.0)])
    assert result.scenarios[0].refused == 1
    assert result.marks[0].councils == 2


def test_a_naive_method_that_rejects_a_null_is_shown_failing() -> None:
    null = replace(load_plan(), questions=(question("null", 155, 1.0),))
    answers = [replace(said(0.0, 1.0), naive={"ever_treated": (1.8, 1.4, 2.2)}) for _ in range(3)]
    marked = mark(null, {0: truth(0.0)}, answers).naive[0]
    assert (marked.rejects, marked.fails_as_expected) == (1.0, True)


def test_the_shipped_plan_is_large_enough() -> None:
    plan = load_plan()
    pooled = [question for question in plan.questions if question.assumption]
    assert plan.replicates >= 200
    assert plan.replicates * len(pooled) >= 2000
    names = " ".join(question.name for question in plan.questions)
    assert all(word in names for word in ("null", "helpful", "harmful", "waning", "exits", "missing uploads"))
    assert {question.layout for question in load_plan("case_list").questions} == {"case_list"}


def test_a_small_exam_runs_the_shipped_study(small: ExamResult) -> None:
    assert small.councils == 4
    assert {scenario.councils for scenario in small.scenarios} == {2}
    effects = {marked.effect for marked in small.marks if marked.scenario == "null"}
    assert {"hazard_ratio", "risk_difference_365", "events_averted_per_100_365"} <= effects
    assert json.loads(small.to_json())["councils"] == 4


def test_an_exam_that_was_stopped_goes_on_and_says_the_same_in_another_process(
    small: ExamResult, tmp_path: Path
) -> None:
    keep, plan = tmp_path / "answers.jsonl", replace(load_plan(), truth_people=1200, truth_copies=500)
    run_exam(1, 11, scenarios=QUICK[:1], workers=1, studies=("mediation",), plan=plan, keep=keep)
    before = len(keep.read_text(encoding="utf-8").splitlines())
    again = run_exam(2, 11, scenarios=QUICK[:1], workers=2, studies=("mediation",), plan=plan, keep=keep)
    assert before == 3, "an empty line, one truth, one council"
    assert len(keep.read_text(encoding="utf-8").splitlines()) == before + 1
    kept, fresh = (json.loads(result.to_json()) for result in (again, small))
    assert kept["marks"] == [row for row in fresh["marks"] if row["scenario"] == "null"]
    assert kept["scenarios"] == fresh["scenarios"][:1]


def test_answers_to_other_questions_and_half_lines_are_not_used(tmp_path: Path) -> None:
    mine, other = replace(load_plan(), questions=QUICK[:1]), replace(load_plan(), questions=QUICK[1:])
    kept = Kept(tmp_path / "answers.jsonl", mine, ("mediation",))
    kept.add_truth(0, truth(-0.1))
    with kept.path.open("a", encoding="utf-8") as file:
        file.write('\n{"of": "x", "att')
    assert kept.read() == ({0: truth(-0.1)}, [])
    assert Kept(kept.path, other, ("mediation",)).read() == ({}, [])


def test_a_kept_result_reads_back(small: ExamResult) -> None:
    text = small.to_json()
    assert ExamResult.from_json(text).to_json() == text
    assert "evaluation exam --replicates 2 --seed 11" in text


def test_progress_counts_to_the_end() -> None:
    seen: list[tuple[int, int]] = []
    run_exam(
        1, 2, scenarios=QUICK[:1], workers=1, studies=("mediation",), progress=lambda done, of: seen.append((done, of)),
        plan=replace(load_plan(), truth_people=1500, truth_copies=500),
    )  # fmt: skip
    assert seen == [(1, 2), (2, 2)]


def test_unknown_options_and_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match="size 12"):
        question("odd", 12, 1.0)
    with pytest.raises(UsageError, match="gravity"):
        question("odd", 75, 1.0, gravity=9.81)


def test_what_nobody_could_judge_is_neither_reached_nor_missed() -> None:
    from evaluation.example.exam_marks import Criterion
    from evaluation.example.exam_tables import markdown

    criteria = (Criterion("bias", "x", "0 of 0 reached", True), Criterion("coverage", "x", "nan%", False))
    said = markdown(ExamResult(1, 1, 0, (), (), (), criteria))
    assert said.count("nothing to judge") == 2
    assert "nan" not in said
    assert "not known" in said
