"""What can and cannot be said, in plain English for people who decide."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.comparison.effects import Reported
from evaluation.comparison.finding import Check, Effect


def percent(share: float) -> str:
    """A share as people of 100, without a sign."""
    return f"{abs(100 * share):.0f} of 100"


def can_say(reported: Reported, title: str, wording: str) -> tuple[str, ...]:
    """Sentences that the numbers carry, the difference within a year first."""
    by_name = {effect.name: effect for effect in reported.effects}
    lines: list[str] = []
    for name, words in (("risk_difference_365", "a year"), ("risk_difference_182", "half a year")):
        if name in by_name:
            lines.append(difference_sentence(by_name[name], title, words))
    if "hazard_ratio" in by_name:
        effect = by_name["hazard_ratio"]
        lines.append(
            f"At any time in the year, the rate of a first repeat with the scheme was {effect.value:.2f} times that of "
            f"similar people without it (95% range {effect.low:.2f} to {effect.high:.2f})."
        )
    if "rmst_difference_365" in by_name:
        effect = by_name["rmst_difference_365"]
        word = "more" if effect.value >= 0 else "fewer"
        lines.append(
            f"Over the year, people helped went {abs(effect.value):.0f} {word} days without a repeat (95% range "
            f"{effect.low:+.0f} to {effect.high:+.0f} days)."
        )
    averted = next((effect for effect in reported.effects if effect.name.startswith("events_averted")), None)
    if averted is not None:
        lines.append(averted_sentence(averted))
    return (*lines, f"In words, for people with another incident within the year: {wording}.")


def changed(ratio: float) -> str:
    """Say a ratio of counts as people do: `19% fewer`."""
    share = round(100 * abs(ratio - 1))
    return "as many" if share == 0 else f"{share}% {'more' if ratio > 1 else 'fewer'}"


def incidents_than(ratio: float) -> str:
    """Begin a comparison of counts: `19% fewer incidents than`."""
    said = changed(ratio)
    return "as many incidents as" if said == "as many" else f"{said} incidents than"


def averted_sentence(effect: Effect) -> str:
    """One sentence on incidents averted."""
    if effect.low > 0:
        return (
            f"For every 100 people helped, {effect.value:.0f} incidents were averted within the year (95% range "
            f"{effect.low:.0f} to {effect.high:.0f})."
        )
    if effect.high < 0:
        return (
            f"For every 100 people helped, there were {-effect.value:.0f} more incidents within the year (95% range "
            f"{-effect.high:.0f} to {-effect.low:.0f} more)."
        )
    return (
        f"It is not clear whether incidents were averted: for every 100 people helped the best estimate is "
        f"{effect.value:.0f} (95% range {effect.low:.0f} to {effect.high:.0f}; below 0 means more incidents)."
    )


def difference_sentence(effect: Effect, title: str, words: str) -> str:
    """One sentence on a difference in shares."""
    arms = ""
    if effect.treated is not None and effect.compared is not None:
        arms = f": {percent(effect.treated)} with {title}, {percent(effect.compared)} of similar people without it"
    span = f"95% range {100 * effect.low:+.0f} to {100 * effect.high:+.0f} of 100"
    gap = f"{100 * effect.value:+.0f} of 100"
    if effect.high < 0:
        return f"Fewer people had another incident within {words}{arms} (difference {gap}, {span})."
    if effect.low > 0:
        return f"More people had another incident within {words}{arms} (difference {gap}, {span})."
    return (
        f"It is not clear whether fewer people had another incident within {words}{arms} (difference "
        f"{100 * effect.value:+.0f} of 100, {span})."
    )


def cannot_say(
    cannot_tell: Sequence[str], checks: Sequence[Check], reported: Reported | None, population: str
) -> tuple[str, ...]:
    """What the study does not show, from its protocol and from the checks that failed."""
    lines = [*cannot_tell]
    effect = next((e for e in reported.effects if e.name.startswith("risk_difference_365")), None) if reported else None
    if effect is not None and effect.low <= 0 <= effect.high:
        lines.append("That the scheme has no effect: an unclear result is not evidence of none.")
    lines.append(
        {
            "overlap": "What it would do for people unlike those who could have gone either way.",
            "treated": "What it would do for people who are never offered it.",
            "all": "What it does for each person: these are averages.",
        }[population]
    )
    lines.append(
        "Whether something that is not recorded, such as a person's readiness to change, explains the difference."
    )
    lines += [f"Take care: {check.text}." for check in checks if check.verdict == "fail"]
    return tuple(dict.fromkeys(lines))
