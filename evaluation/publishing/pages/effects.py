"""Effects and checks in words and tables: what was estimated, how it was tested, and what simple sums would say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evaluation.publishing import disclosure_claims as claims
from evaluation.publishing import words
from evaluation.publishing.pages.glance import OF_A_PLACE
from evaluation.publishing.parts import Cell, Markup, bullets, data_table, paragraph, quoted, region

VERDICTS = {
    "pass": "✓ Passed", "lowers": "✕ Failed: a step off how sure we are", "fail": "✕ Take care: a warning",
    "warn": "✕ Take care: a warning", "info": "For information",
}  # fmt: skip
_COUNTED = (("pass", "passed"), ("lowers", "failed"), ("fail", "to take care with"), ("info", "for information"))

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


def reading(check: Mapping[str, Any]) -> str:
    """Return how a check reads: its verdict, or `lowers` where it failed and takes a step off the grade."""
    verdict = str(check.get("verdict", ""))
    return "lowers" if verdict == "fail" and claims.lowers(str(check.get("name"))) else verdict


def counted(checks: Sequence[Mapping[str, Any]]) -> str:
    """Count checks by how they read: `9 passed, 0 failed, 1 to take care with, 2 for information`."""
    found = [reading(check) for check in checks]
    return ", ".join(
        f"{found.count(key)} {said}" for key, said in _COUNTED if key in found or key in ("pass", "lowers")
    )


def may_be_chance(finding: Mapping[str, Any] | None) -> bool:
    """Whether a result that is clear alone may be the lucky one of all results that are read together."""
    checks: Sequence[Mapping[str, Any]] = (finding or {}).get("checks") or ()
    return any(check.get("name") == "many_results" and check.get("verdict") == "fail" for check in checks)


def checks_table(checks: Sequence[Mapping[str, Any]]) -> str:
    """Write every check with what it found."""
    rows: list[list[Cell]] = [
        [
            check_name(str(check.get("name", ""))),
            words.sentence(_never_nought(str(check["text"]))),
            VERDICTS.get(reading(check), words.sentence_case(reading(check))),
        ]
        for check in checks
    ]
    rule = paragraph(
        "A check that fails shows that the comparison may be unfair. It takes a step off how sure we are. "
        "A warning says what else to keep in mind. It does not change how sure we are."
    )
    table = data_table("Checks made before publishing", ["Check", "What we found", "Reading"], rows)
    return rule + region(table, "Checks, table")


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


def _population(effect: Mapping[str, Any]) -> str:
    """Say whom a number is about: of a place there is no person in it."""
    if effect.get("name") == OF_A_PLACE:
        return "The scheme’s areas"
    return words.sentence_case(str(effect.get("population") or "–"))


def effects_table(effects: Sequence[Mapping[str, Any]], caption: str = "Every effect estimated") -> str:
    """Write every effect with its interval, people and method."""
    rows: list[list[Cell]] = [
        [
            effect_name(str(effect.get("name"))),
            effect_value(effect),
            words.count(effect.get("n_treated")),
            words.count(effect.get("n_compared")),
            words.sentence_case(str(effect.get("method") or "–")),
            _population(effect),
        ]
        for effect in effects
    ]
    counted_ = "Incidents" if effects and all(effect.get("name") == OF_A_PLACE for effect in effects) else "People"
    of = ("with the scheme", "elsewhere") if counted_ == "Incidents" else ("helped", "compared")
    heads = ["What", "Value (95% interval)", *(f"{counted_} {part}" for part in of), "Method", "About whom"]
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
