"""How far a finding can be trusted: the Maryland level by rule, then a grade lowered for every stated reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.comparison.effects import FEW_TREATED
from evaluation.comparison.finding import Check, Effect

GRADES = ("very low", "low", "moderate", "high")
GRADE_WORDS = {
    "high": "Chance, or something close to it, decided who was helped, and there is no doubt",
    "moderate": "Similar people or places with a recorded history were compared, and there is no doubt; "
    "or a stronger comparison with one doubt",
    "low": "A comparison without a recorded history of both; or a stronger one with one more doubt",
    "very low": "Before and after alone; or more doubts; or sources missing in more than a fifth of the months",
}
"""What each grade means, strongest first: the one wording, which every page that explains the grades repeats."""

DOUBTS = (
    "The groups are not alike",
    "There is nobody to compare with",
    "The scheme seems to work before it starts",
    "Something moves that the scheme cannot touch",
    "The range is wider than twice the smallest difference worth paying for",
    f"Fewer than {FEW_TREATED} people were helped",
    "The study names a doubt of its own",
)
"""What takes a grade down one step each, in the words of the pages that explain the grades."""

LOWERING = ("balance", "overlap", "placebo_in_time", "negative_control")
"""Checks that take a step off the grade when they fail: each says that the comparison itself may be unfair.

Every other check that fails is a warning beside the grade. `many_results` is one of them: chance among many results is
no fault of a study's design, and the grade speaks of the design and of the range. The range already says how far chance
may reach for this result alone; the warning says that among so many results a clear one may still be chance.
"""
MARYLAND = {
    "before_after": 1,
    "cross_section": 2,
    "adjusted_cases": 2,
    "self_controlled": 2,
    "series_alone": 2,
    "emulated_trial": 3,
    "series_with_control": 3,
    "difference_in_differences": 3,
    "natural_experiment": 4,
    "randomised": 5,
}
"""Design → level of the Maryland Scientific Methods Scale."""
MARYLAND_WORDS = {
    1: "a comparison before and after, or of groups at one time, without adjustment",
    2: "people compared with others, adjusted for what is recorded, without a recorded history of both",
    3: "people helped compared with people not helped, both with a recorded history before and after",
    4: "a comparison in which who was helped was close to chance",
    5: "a randomised trial",
}

DESIGN_WORDS = {
    "series_with_control": "months before and since the scheme, beside other areas over the same months",
    "series_alone": "months before and since the scheme, without other areas beside them",
    "difference_in_differences": "change in the scheme's areas beside the change elsewhere",
    "self_controlled": "the same people before and after, with age and season allowed for",
}
"""Designs that are not described well by their level alone."""

STEPS = (
    "overall increased repeat incidents",
    "some sign of an increase in repeat incidents",
    "no statistically clear effect, leaning to an increase",
    "no effect on repeat incidents of a size that matters",
    "no statistically clear effect, leaning to a decrease",
    "some sign of a decrease in repeat incidents",
    "overall decreased repeat incidents",
    "insufficient evidence to say",
)
"""The eight steps of effect wording, from harm over no effect to benefit, and insufficient evidence.

They follow the order of the College of Policing's effect scale; the wording is this package's own, for one local study
where the College's speaks of a body of studies.
"""


@dataclass(frozen=True)
class Evidence:
    """Level, grade, the reasons, and the step of effect wording."""

    maryland: int | None
    grade: str
    reasons: tuple[str, ...]
    effect_wording: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "maryland": self.maryland,
            "grade": self.grade,
            "reasons": list(self.reasons),
            "effect_wording": self.effect_wording,
        }


def no_evidence(reason: str) -> Evidence:
    """The evidence of a study that could not be made."""
    return Evidence(None, "none", (reason,), STEPS[7])


def grade(
    design: str,
    checks: Sequence[Check],
    effect: Effect | None,
    *,
    treated: int,
    worth: float,
    uncovered: float = 0.0,
    lowered: Sequence[str] = (),
) -> Evidence:
    """Grade a finding.

    Parameters
    ----------
    design
        Key of `MARYLAND`.
    checks
        What was tested; a failed check of `LOWERING` lowers the grade, any other failed one is a warning beside it.
    effect
        The difference in the share with a repeat (for imprecision and the wording).
    treated
        People helped.
    worth
        Smallest difference worth paying for.
    uncovered
        Share of the months in which a source that matters was missing.
    lowered
        Further reasons of the study, each lowering the grade by one.
    """
    level = MARYLAND[design]
    start = {1: 0, 2: 1, 3: 2, 4: 3, 5: 3}[level]
    reasons = [f"Maryland level {level}: {DESIGN_WORDS.get(design, MARYLAND_WORDS[level])}."]
    down = [f"Lowered: {check.text}." for check in checks if check.verdict == "fail" and check.name in LOWERING]
    if effect is not None and effect.high - effect.low > 2 * abs(worth):
        down.append("Lowered: the range is wider than twice the smallest difference worth paying for.")
    if treated < FEW_TREATED:
        down.append("Lowered: few people were helped.")
    down += [f"Lowered: {reason}." for reason in lowered]
    place = max(start - len(down), 0)
    if uncovered > 0.2:
        down.append("Lowered to an association: sources were missing in more than a fifth of the months.")
        place = 0
    return Evidence(level, GRADES[place], (*reasons, *down), effect_step(effect, worth))


def effect_step(effect: Effect | None, worth: float) -> str:
    """One of the eight steps for a difference in the share of people with a repeat (fewer is negative)."""
    if effect is None:
        return STEPS[7]
    small = abs(worth) / 2
    if effect.high < 0:
        return STEPS[6] if (effect.p or 0) < 0.01 else STEPS[5]
    if effect.low > 0:
        return STEPS[0] if (effect.p or 0) < 0.01 else STEPS[1]
    if -small <= effect.low and effect.high <= small:
        return STEPS[3]
    if effect.high - effect.low > 4 * abs(worth):
        return STEPS[7]
    return STEPS[4] if effect.value < 0 else STEPS[2]
