"""Verdicts by rule, each with its reason in one sentence.

Two promises, kept by construction and tested on random counts: better data never worsens a verdict, and more missing
results never improve one. They hold because every verdict looks only at two probabilities and the completeness:

- *worst*: the probability that the true share meets the target if nobody of the missing achieved the outcome,
- *best*: the same if all of them did.

`met` needs *worst* to be high, `missed` needs *best* to be low; whatever depends on the missing is `too_incomplete`. A
verdict that cannot be given stands below a good one and is neither better nor worse than a bad one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evaluation.commissioning.shares import Share, probability_at_least

Word = Literal[
    "not_collected",
    "too_incomplete",
    "missed",
    "cannot_yet_be_said",
    "met",
    "deterioration",
    "no_detectable_change",
    "reliable_improvement",
]

# (worse, better): every other pair of different words is not comparable, or follows by transitivity.
_ORDER: frozenset[tuple[str, str]] = frozenset(
    {
        ("not_collected", "too_incomplete"),
        ("not_collected", "missed"),
        ("too_incomplete", "cannot_yet_be_said"),
        ("missed", "cannot_yet_be_said"),
        ("cannot_yet_be_said", "met"),
        ("not_collected", "deterioration"),
        ("deterioration", "no_detectable_change"),
        ("no_detectable_change", "reliable_improvement"),
        ("too_incomplete", "reliable_improvement"),
    }
)

PLAIN: dict[str, str] = {
    "not_collected": "Outcomes not collected",
    "too_incomplete": "Collected, but too incomplete to say",
    "missed": "Target missed",
    "cannot_yet_be_said": "Cannot yet be said",
    "met": "Target met",
    "deterioration": "Deterioration",
    "no_detectable_change": "No detectable change",
    "reliable_improvement": "Reliable improvement",
    "outcomes_not_evidenced": "Outcomes not evidenced",
    "outcomes_met": "Outcomes evidenced: targets met",
    "outcomes_missed": "Outcomes evidenced: a target is missed",
}


@dataclass(frozen=True)
class Rules:
    """The thresholds of the verdicts; parameters, said on the page.

    Attributes
    ----------
    sure
        Probability from which a target counts as met (and, mirrored, as missed).
    completeness
        Share of results that must be known before a middling result may be read at all.
    change
        Probability from which a change counts as detected.
    """

    sure: float = 0.95
    completeness: float = 0.60
    change: float = 0.975


STANDARD = Rules()


@dataclass(frozen=True)
class Verdict:
    """One word, its reason, and the probabilities it rests on (`None` where there is nothing to work with)."""

    word: Word
    sentence: str
    probability: float | None = None
    worst: float | None = None
    best: float | None = None


def is_worse(one: str, other: str) -> bool:
    """Whether `one` stands strictly below `other` in the order of verdicts."""
    if (one, other) in _ORDER:
        return True
    return any(low == one and is_worse(high, other) for low, high in _ORDER)


def against_target(result: Share, target: float, *, rules: Rules = STANDARD, what: str = "people") -> Verdict:
    """Judge a share against a target that it should reach or exceed.

    Parameters
    ----------
    result
        The counts; `missing` are people who finished and whose result is not known.
    target
        The share promised, from 0 to 1.
    """
    if result.known == 0:
        return Verdict("not_collected", _nothing_known(result, what))
    everybody = result.known + result.missing
    now = probability_at_least(target, result.achieved, result.known)
    worst = probability_at_least(target, result.achieved, everybody)
    best = probability_at_least(target, result.achieved + result.missing, everybody)
    word = _target_word(worst, best, result.completeness, rules)
    return Verdict(word, _target_sentence(word, result, target, now, what, rules), now, worst, best)


def of_change(better: int, worse: int, same: int, missing: int, *, rules: Rules = STANDARD) -> Verdict:
    """Judge paired scores by a sign rule: do those who changed reliably get better more often than worse?

    The probability is that of a true share above one half among the changed, with Jeffreys' prior; at worst all the
    missing got worse, at best all of them got better.
    """
    known = better + worse + same
    if known == 0:
        return Verdict("not_collected", "No pair of first and last scores is held.")
    now = probability_at_least(0.5, better, better + worse)
    worst = probability_at_least(0.5, better, better + worse + missing)
    best = probability_at_least(0.5, better + missing, better + worse + missing)
    word = _change_word(worst, best, known / (known + missing), missing, rules)
    return Verdict(word, _change_sentence(word, missing), now, worst, best)


def overall(words: list[str]) -> tuple[str, str]:
    """Give the contract's verdict from those of its outcomes; outputs are not asked and so never pass it."""
    if not words:
        return "outcomes_not_evidenced", "The contract names no outcome, so it cannot show that anyone is better."
    count = {word: words.count(word) for word in ("met", "missed", "not_collected", "too_incomplete")}
    silent = count["not_collected"] + count["too_incomplete"]
    if count["missed"]:
        return "outcomes_missed", f"{_targets(count['missed'], len(words))} missed."
    if count["met"] == len(words):
        return "outcomes_met", f"{_targets(len(words), len(words))} met."
    if 2 * silent >= len(words) and not count["met"]:
        return (
            "outcomes_not_evidenced",
            f"Whether anyone is better for it is not known: {silent} of {len(words)} outcomes are not collected, or "
            "too incomplete to say.",
        )
    return "cannot_yet_be_said", f"{_targets(count['met'], len(words))} met{_open(count['met'], len(words), silent)}."


def _targets(number: int, of: int) -> str:
    """Count targets as people do, up to the verb: `None of the 3 outcome targets is`."""
    if of == 1:
        return "The one outcome target is" + ("" if number else " not")
    if number == of:
        return f"{'Both' if of == 2 else f'All {of}'} outcome targets are"
    if not number and of == 2:
        return "Neither of the 2 outcome targets is"
    return f"{number or 'None'} of the {of} outcome targets {'is' if number in (0, 1) else 'are'}"


def _open(met: int, of: int, silent: int) -> str:
    """Say what is with the targets that are not met."""
    if silent:
        return f"; {silent} {'is' if silent == 1 else 'are'} not collected, or too incomplete to say"
    if of == 1:
        return " yet"
    if not met:
        return f"; {'both' if of == 2 else 'all'} are still open"
    return "; the other is still open" if of - met == 1 else "; the others are still open"


def _target_word(worst: float, best: float, completeness: float, rules: Rules) -> Word:
    if worst >= rules.sure:
        return "met"
    if best <= 1 - rules.sure:
        return "missed"
    if worst <= 1 - rules.sure or completeness < rules.completeness:
        return "too_incomplete"
    return "cannot_yet_be_said"


def _change_word(worst: float, best: float, completeness: float, missing: int, rules: Rules) -> Word:
    if worst >= rules.change:
        return "reliable_improvement"
    if best <= 1 - rules.change:
        return "deterioration"
    decides = missing > 0 and (best >= rules.change or worst <= 1 - rules.change)
    return "too_incomplete" if decides or completeness < rules.completeness else "no_detectable_change"


def _nothing_known(result: Share, what: str) -> str:
    if result.missing:
        return f"The result is known for none of the {what} who finished."
    return f"No result of any of the {what} has been collected."


def _target_sentence(word: Word, result: Share, target: float, now: float, what: str, rules: Rules) -> str:
    # Sentences name no numerator, so that prose cannot say what a table hides.
    known = f"The target of {target:.0%} is"
    missing = f"{result.missing} {what} whose result is not known"
    if word == "met":
        return f"{known} met" + (f", even if none of the {missing} achieved it." if result.missing else ".")
    if word == "missed":
        return f"{known} missed" + (f", even if all of the {missing} achieved it." if result.missing else ".")
    if word == "too_incomplete":
        return f"Whether the target of {target:.0%} is met depends on the {missing}."
    if result.missing and not 0.05 < now < 0.95:
        return (
            f"The results so far point one way, but the {missing} could still decide whether the target of "
            f"{target:.0%} is met."
        )
    bar = f"{rules.sure:.0%} is needed to call it met, {1 - rules.sure:.0%} or less to call it missed"
    return (
        f"There are too few {what} to be sure: the probability that the target of {target:.0%} is met is {now:.0%} "
        f"({bar})."
    )


def _change_sentence(word: Word, missing: int) -> str:
    silent = f"{missing} people without two scores"
    return {
        "reliable_improvement": "More people got reliably better than worse"
        + (f", even if all {silent} got worse." if missing else "."),
        "deterioration": "More people got reliably worse than better"
        + (f", even if all {silent} got better." if missing else "."),
        "too_incomplete": f"The {silent} could turn the result either way.",
    }.get(word, "People got neither reliably better nor reliably worse more often than the other.")
