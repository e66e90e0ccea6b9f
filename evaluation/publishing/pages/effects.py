"""Effects and checks in words and tables: what was estimated, how it was tested, and what simple sums would say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evaluation.publishing import disclosure_claims as claims
from evaluation.publishing import words
from evaluation.publishing.parts import Cell, Markup, bullets, data_table, paragraph, quoted, region

VERDICTS = {"pass": "✓ Passed", "fail": "✕ Take care", "warn": "✕ Take care", "info": "For information"}


CATEGORIES = {
    "A": "Noise", "B": "Verbal abuse, harassment, threats", "C": "Hate-related", "D": "Vandalism and damage",
    "E": "Pets and animals", "F": "Vehicles", "G": "Drugs", "H": "Alcohol", "I": "Domestic abuse",
    "J": "Physical violence", "K": "Litter, rubbish, fly-tipping", "L": "Garden", "M": "Communal areas, loitering",
    "N": "Prostitution, kerb crawling", "O": "Other crime",
}  # fmt: skip
"""HouseMark's letters in words."""

_CHECKS = {
    "balance": "Are the groups alike?",
    "overlap": "Could anyone have been in either group?",
    "proportional_hazards": "Is the effect the same all year?",
    "placebo_in_time": "Was there a difference before it began?",
    "negative_control": "Does something change that cannot?",
    "evalue": "How strong would a hidden cause have to be?",
    "leave_one_area_out": "Does one area make the result?",
    "doubly_robust": "A second way of comparing",
    "matching": "A third way: matched pairs",
    "missing_uploads": "What if incidents are missing?",
    "many_results": "Is it one lucky result of many?",
    "self_controlled": "Each person before and after",
    "shrinkage": "Beside the other schemes’ results",
    "without_adjustment": "Without making the groups alike",
    "difference_in_differences": "Beside other areas",
    "upwards_only": "Only steps up count",
    "length": "Is the time long enough?",
}
_OPEN = re.compile(r"open (\d+) days")
_SEASON = re.compile(r"season \((?:co)?sine\)")


def check_name(name: str) -> str:
    """Say in words what a check asks."""
    return _CHECKS.get(name, words.sentence_case(name))


def term_name(term: str) -> str:
    """Say in words what two groups were compared on: `category H` is a case of alcohol."""
    kind, _, level = term.partition(" ")
    if kind == "category":
        return f"Case: {CATEGORIES[level].lower()}" if level in CATEGORIES else "Case: kind not recorded"
    if kind == "area" and level != "rate":
        return f"Lives in {level}"
    if found := _OPEN.fullmatch(term):
        return f"Case open for {found[1]} days"
    if found := re.fullmatch(r"incidents in (\d+) days", term):
        return f"Incidents in the last {found[1]} days"
    return "Time of year" if _SEASON.fullmatch(term) else words.sentence_case(term)


def checks_table(checks: Sequence[Mapping[str, Any]]) -> str:
    """Write every check with what it found."""
    rows: list[list[Cell]] = [
        [
            check_name(str(check.get("name", ""))),
            words.sentence(_never_nought(str(check["text"]))),
            VERDICTS.get(str(check.get("verdict")), words.sentence_case(str(check.get("verdict", "")))),
        ]
        for check in checks
    ]
    return region(
        data_table("Checks made before publishing", ["Check", "What we found", "Reading"], rows), "Checks, table"
    )


def _never_nought(text: str) -> str:
    """A probability that rounds to nothing is below what is shown, not nothing."""
    return text.replace("p-value is 0.000", "p-value is below 0.001").replace("p = 0.000", "p below 0.001")


_LEVEL = re.compile(r"Maryland level (\d): (.+?)\.?", re.S)


def plain_reason(reason: str) -> str:
    """Say a reason for a grade with what was done first, and the name of the scale last."""
    found = _LEVEL.fullmatch(reason.strip())
    if found is None:
        return claims.plainer(reason)
    return f"{found[2][:1].upper()}{found[2][1:]} (Maryland scale: {found[1]} of 5)."


_EFFECT_NAMES = (
    (re.compile(r"hazard_ratio"), "Rate of repeats, helped over not helped"),
    (re.compile(r"incident_ratio"), "Monthly incidents, recorded over expected"),
    (re.compile(r"risk_difference_(\d+)"), "People of 100 with a repeat in {} days, difference"),
    (re.compile(r"rmst_difference_(\d+)"), "Days without a repeat in {} days, difference"),
    (
        re.compile(r"events_averted_per_100_(\d+)"),
        "Incidents averted for 100 people in {} days (below 0: more incidents)",
    ),
    (re.compile(r"resolution_difference_(\d+)"), "Cases of 100 resolved in {} days, difference"),
)


def effect_name(name: str) -> str:
    """Say in words what an effect measures."""
    for pattern, said in _EFFECT_NAMES:
        found = pattern.fullmatch(name)
        if found:
            return said.format(*found.groups())
    return words.sentence_case(name)


def _writer(name: str) -> Callable[[float], str]:
    """Return how values of an effect are written: a ratio, people of 100, or days."""
    if name.endswith("_ratio"):
        return "{:.2f}".format
    factor, digits = (100, 1) if "difference" in name and "rmst" not in name else (1, 2)
    return lambda value: words.signed(value * factor, digits)


def effect_value(effect: Mapping[str, Any]) -> str:
    """Write an effect and its interval in the unit people read."""
    name, value, low, high = (effect.get(key) for key in ("name", "value", "low", "high"))
    if value is None:
        return words.HIDDEN
    show = _writer(str(name))
    return show(value) if low is None or high is None else f"{show(value)} ({show(low)} to {show(high)})"


def effects_table(effects: Sequence[Mapping[str, Any]], caption: str = "Every effect estimated") -> str:
    """Write every effect with its interval, people and method."""
    rows: list[list[Cell]] = [
        [
            effect_name(str(effect.get("name"))),
            effect_value(effect),
            words.count(effect.get("n_treated")),
            words.count(effect.get("n_compared")),
            words.sentence_case(str(effect.get("method") or "–")),
            words.sentence_case(str(effect.get("population") or "–")),
        ]
        for effect in effects
    ]
    heads = ["What", "Value (95% interval)", "People helped", "People compared", "Method", "About whom"]
    return region(data_table(caption, heads, rows), f"{caption}, table")


def naive_list(naive: Sequence[Mapping[str, Any]]) -> str:
    """Write what simple sums would have said, each as a claim in quotation marks."""
    items = [
        Markup(quoted(words.sentence(str(entry.get("text") or words.humane(str(entry.get("name")))))))
        for entry in naive
    ]
    return paragraph(
        "These simple sums flatter or blame a scheme. They are shown so that nobody is surprised by them."
    ) + bullets(items)
