"""Better data never worsens a verdict; more missing never improves one; each word has its reason."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.commissioning.shares import share
from evaluation.commissioning.verdict import PLAIN, Word, against_target, is_worse, of_change, overall

COUNTS = st.integers(0, 60)
TARGETS = st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.75, 0.9])


def word(achieved: int, failed: int, missing: int, target: float) -> str:
    return against_target(share(achieved, achieved + failed, missing), target).word


def never_worse(before: str, after: str) -> None:
    assert not is_worse(after, before), f"{before} became {after}"


@settings(max_examples=200, deadline=None)
@given(COUNTS, st.integers(1, 60), COUNTS, TARGETS)
def test_a_failure_that_turns_into_a_success_never_worsens(a: int, f: int, m: int, target: float) -> None:
    never_worse(word(a, f, m, target), word(a + 1, f - 1, m, target))


@settings(max_examples=200, deadline=None)
@given(COUNTS, COUNTS, st.integers(1, 60), TARGETS)
def test_a_missing_result_that_arrives_as_a_success_never_worsens(a: int, f: int, m: int, target: float) -> None:
    never_worse(word(a, f, m, target), word(a + 1, f, m - 1, target))


@settings(max_examples=200, deadline=None)
@given(COUNTS, COUNTS, COUNTS, TARGETS)
def test_one_more_missing_never_improves(a: int, f: int, m: int, target: float) -> None:
    never_worse(word(a, f, m + 1, target), word(a, f, m, target))


@settings(max_examples=200, deadline=None)
@given(COUNTS, COUNTS, COUNTS, TARGETS, st.booleans())
def test_withholding_a_known_result_never_improves(a: int, f: int, m: int, target: float, success: bool) -> None:
    known = (a + 1, f, m) if success else (a, f + 1, m)
    never_worse(word(a, f, m + 1, target), word(*known, target))


@settings(max_examples=200, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS, st.sampled_from(["worse_to_same", "same_to_better", "missing_to_better"]))
def test_better_scores_never_worsen_the_change(b: int, w: int, s: int, m: int, step: str) -> None:
    before, after = {
        "worse_to_same": ((b, w + 1, s, m), (b, w, s + 1, m)),
        "same_to_better": ((b, w, s + 1, m), (b + 1, w, s, m)),
        "missing_to_better": ((b, w, s, m + 1), (b + 1, w, s, m)),
    }[step]
    never_worse(of_change(*before).word, of_change(*after).word)


@settings(max_examples=200, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_more_missing_scores_never_improve_the_change(b: int, w: int, s: int, m: int) -> None:
    never_worse(of_change(b, w, s, m + 1).word, of_change(b, w, s, m).word)


def test_the_order_of_verdicts_is_an_order() -> None:
    words = get_args(Word)
    assert not any(is_worse(one, one) for one in words)
    assert not any(is_worse(one, other) and is_worse(other, one) for one, other in permutations(words, 2))
    assert is_worse("not_collected", "met")
    assert is_worse("missed", "met")
    assert not is_worse("missed", "too_incomplete")


@pytest.mark.parametrize(
    ("achieved", "known", "missing", "target", "expected"),
    [
        (0, 0, 0, 0.5, "not_collected"),
        (0, 0, 40, 0.5, "not_collected"),
        (20, 38, 62, 0.5, "too_incomplete"),  # 20 to 82 of 100
        (80, 95, 5, 0.5, "met"),
        (80, 95, 60, 0.4, "met"),  # 80 of 155 at worst
        (5, 95, 5, 0.5, "missed"),
        (5, 60, 40, 0.6, "missed"),  # 45 of 100 at best
        (3, 5, 0, 0.5, "cannot_yet_be_said"),
        (30, 60, 2, 0.5, "cannot_yet_be_said"),
    ],
)
def test_verdicts_by_hand(achieved: int, known: int, missing: int, target: float, expected: str) -> None:
    verdict = against_target(share(achieved, known, missing), target)
    assert verdict.word == expected
    assert verdict.sentence.endswith(".")


@pytest.mark.parametrize(
    ("better", "worse", "same", "missing", "expected"),
    [
        (0, 0, 0, 30, "not_collected"),
        (40, 3, 20, 4, "reliable_improvement"),
        (3, 40, 20, 4, "deterioration"),
        (6, 5, 60, 0, "no_detectable_change"),
        (40, 3, 20, 60, "too_incomplete"),
        (0, 0, 20, 0, "no_detectable_change"),
    ],
)
def test_changes_by_hand(better: int, worse: int, same: int, missing: int, expected: str) -> None:
    assert of_change(better, worse, same, missing).word == expected


def test_the_bounds_enclose_the_probability() -> None:
    verdict = against_target(share(30, 50, 10), 0.5)
    assert verdict.worst is not None
    assert verdict.best is not None
    assert verdict.probability is not None
    assert verdict.worst < verdict.probability < verdict.best


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "outcomes_not_evidenced"),
        (["not_collected", "not_collected"], "outcomes_not_evidenced"),
        (["too_incomplete", "cannot_yet_be_said"], "outcomes_not_evidenced"),
        (["met", "met"], "outcomes_met"),
        (["met", "missed"], "outcomes_missed"),
        (["met", "not_collected"], "cannot_yet_be_said"),
        (["cannot_yet_be_said"], "cannot_yet_be_said"),
    ],
)
def test_the_contract_as_a_whole(words: list[str], expected: str) -> None:
    found, sentence = overall(words)
    assert found == expected
    assert found in PLAIN
    assert sentence


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cannot_yet_be_said"] * 3, "None of the 3 outcome targets is met; all are still open."),
        (["cannot_yet_be_said"] * 2, "Neither of the 2 outcome targets is met; both are still open."),
        (["met", "cannot_yet_be_said"], "1 of the 2 outcome targets is met; the other is still open."),
        (["cannot_yet_be_said"], "The one outcome target is not met yet."),
        (["missed", "missed"], "Both outcome targets are missed."),
        (["missed"], "The one outcome target is missed."),
        (["met"] * 3, "All 3 outcome targets are met."),
        (["met", "cannot_yet_be_said", "cannot_yet_be_said"],
         "1 of the 3 outcome targets is met; the others are still open."),
        (["met", "met", "cannot_yet_be_said"], "2 of the 3 outcome targets are met; the other is still open."),
        (["cannot_yet_be_said", "cannot_yet_be_said", "not_collected"],
         "None of the 3 outcome targets is met; 1 is not collected, or too incomplete to say."),
    ],
)  # fmt: skip
def test_targets_are_counted_as_people_do(words: list[str], said: str) -> None:
    assert overall(words)[1] == said


def test_a_result_that_the_missing_could_turn_says_so() -> None:
    verdict = against_target(share(187, 268, 45), 0.6)
    assert verdict.word == "cannot_yet_be_said"
    assert "45 people whose result is not known could still decide whether the target of 60% is met" in verdict.sentence


def test_sentences_name_no_numerator() -> None:
    # Prose must not say what a protected table hides: a small number who achieved it would.
    assert "3" not in against_target(share(3, 80, 0), 0.5).sentence


def test_an_open_target_names_the_bar_it_is_held_against() -> None:
    said = against_target(share(24, 40), 0.6).sentence
    assert said.endswith("(95% is needed to call it met, 5% or less to call it missed).")
