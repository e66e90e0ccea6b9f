"""A measure of a contract in words: its target, what came, and why it reads as it does."""

from __future__ import annotations

import math
import re

from evaluation.publishing import words
from evaluation.publishing.pages.reading import Json, figure_of, part_of, shown

SURE = 0.95
"""The chance from which a target counts as met, where a published result does not say its own."""


def target(row: Json) -> str:
    """Write a measure's target in the unit that people read."""
    wanted = row.get("target")
    if wanted is None:
        return "none set"
    share = "share" in str(row.get("unit") or "") or (isinstance(wanted, float) and abs(wanted) < 1)
    if row.get("kind") == "finding":
        return f"{words.people_difference(100 * float(wanted))} of 100"
    return words.percent(float(wanted)) if share else f"{shown(wanted)} {words.visible(row.get('unit') or '')}".strip()


def came(row: Json) -> str:
    """Write what came of a measure, in the unit of its target."""
    result = part_of(row, "result")
    if row.get("finding"):
        effect = part_of(row, "finding")
        if effect.get("value") is not None and effect.get("low") is not None and effect.get("high") is not None:
            value, low, high = (100 * float(effect[key]) for key in ("value", "low", "high"))
            return f"{words.people_difference(value)} of 100 ({words.interval_words(low, high)})"
        return "not measured"
    bounds = part_of(result, "bounds")
    worst, best = bounds.get("worst_share"), bounds.get("best_share")
    if isinstance(worst, float | int) and isinstance(best, float | int):
        same = round(worst * 100) == round(best * 100)
        return words.percent(worst) if same else f"between {words.percent(worst)} and {words.percent(best)}"
    if isinstance(result.get("share"), float | int):
        return f"{words.percent(result['share'])} of those whose result is known"
    if "n_known" in result and result["n_known"] is None:
        return words.HIDDEN
    latest = figure_of(part_of(row, "latest"))
    if latest is not None:
        value = words.percent(latest) if "share" in str(row.get("unit") or "") else shown(latest)
        return (
            f"{value} ({_one(row)}to {words.short_month(end)})"
            if (end := words.as_date(row.get("period_end")))
            else value
        )
    return words.HIDDEN if row.get("latest") else "not measured"


def each(row: Json) -> str:
    """The period of one figure of an output, from its unit: `people a quarter` has `quarter`; else empty."""
    found = re.search(r"\ba (week|month|quarter|year)$", str(row.get("unit") or ""))
    return found[1] if found else ""


def _one(row: Json) -> str:
    return f"{each(row)} " if each(row) else ""


def why(row: Json, sure: float = SURE) -> str:
    """Say in a sentence why a measure reads as met, missed or open; `sure` is the chance from which it is met."""
    verdict = part_of(row, "verdict")
    chance = part_of(verdict, "probability").get("value")
    found = part_of(row, "finding").get("value")
    if not isinstance(found, int | float) or not isinstance(chance, int | float) or row.get("target") is None:
        said = str(verdict.get("sentence") or "")
        return words.sentence(said) if said else ""
    difference = words.people_difference(100 * float(found))
    said, bar = chances(float(chance)), ""
    if verdict.get("word") == "cannot_yet_be_said":
        if float(chance) >= sure:  # rounded for release: the chance itself lies below the bar
            said = f"just under {100 * sure:.0f}"
        bar = f". {100 * sure:.0f} or more would be met, {100 - 100 * sure:.0f} or fewer missed"
    return (
        f"Of 100 people helped, {difference} had another incident than of 100 similar people. "
        f"The target is {words.people_difference(100 * float(row['target']))}. "
        f"The chance that the true difference reaches it is {said} in 100{bar}."
    )


def chances(share: float) -> str:
    """Write a chance of 100 without making it surer than it is: 94.8 is 94, and never 0 or 100."""
    nearer = math.floor(100 * share) if share >= 0.5 else math.ceil(100 * share)
    if nearer >= 100 or share > 0.99:
        return "over 99"
    return "under 1" if share < 0.01 else str(nearer)
