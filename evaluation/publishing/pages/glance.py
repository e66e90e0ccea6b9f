"""The three marks of a scheme at a glance: what happened, how sure, and the sentence that says both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.parts import mark

OF_A_PLACE = "incident_ratio"
"""The effect of a scheme that acts on a place: recorded over expected monthly incidents."""

LITTLE = 5.0
"""People of 100: an interval wholly inside this distance of 0 is `little or no difference`."""


@dataclass(frozen=True)
class Effect:
    """One of the things a register can say of a scheme: rank for sorting, mark and words."""

    rank: int
    sign: str
    words: str


EFFECTS: Mapping[str, Effect] = {
    "fewer": Effect(1, "down", "Fewer repeats"),
    "later": Effect(2, "down", "Repeats come later"),
    "same": Effect(3, "same", "Little or no difference"),
    "unclear": Effect(4, "unclear", "Not clear yet"),
    "sooner": Effect(5, "up", "Repeats come sooner"),
    "more": Effect(6, "up", "More repeats"),
    "none": Effect(7, "none", "Not measured"),
    "planned": Effect(8, "planned", "Not started"),
}
"""What a register can say. Later and sooner: the rate of repeats clearly differs, the sum of the year does not."""

TIMING = ("later", "sooner")
HARM = ("more", "sooner")
STOP = ("more", "sooner", "same")
"""Effects that ask whether to stop: more repeats, sooner ones, or no difference."""

_GROUPS = (("fewer", "later"), ("same", "unclear"), HARM, ("none", "planned"))

SURENESS = {4: "High", 3: "Moderate", 2: "Low", 1: "Very low", 0: "None yet"}
_GRADES = {"high": 4, "moderate": 3, "low": 2, "very low": 1, "very_low": 1}


@dataclass(frozen=True)
class Glance:
    """What a scheme's row shows.

    Attributes
    ----------
    effect
        A key of `EFFECTS`.
    rate
        The rate of repeats, helped over not helped, with its interval: kept where the timing is the result.
    value, low, high
        People of 100 who had another incident within a year, helped less not helped; None where not measured.
    sure
        0 to 4.
    unit
        What the values are of 100 of: people, or the incidents that would have been expected of a place.
    """

    effect: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    sure: int = 0
    unit: str = "people"
    rate: tuple[float, float, float] | None = None

    @property
    def words(self) -> str:
        """What happened, in two or three words."""
        said = EFFECTS[self.effect].words
        return said.replace("repeats", "incidents") if self.unit == "incidents" else said

    @property
    def sureness(self) -> str:
        """How sure, in a word."""
        return SURENESS[self.sure]

    @property
    def order(self) -> float:
        """The place in the register: clear gains first, then what is not clear, then harm, and last the unmeasured."""
        group = next(i for i, effects in enumerate(_GROUPS) if self.effect in effects)
        return 1000.0 * group + (EFFECTS[self.effect].rank if self.value is None else self.value)

    def numbers(self) -> str:
        """The difference and its interval in words, or why there is none."""
        if self.value is None or self.low is None or self.high is None:
            return "Nothing to measure yet" if self.effect == "planned" else "No fair result yet"
        said = f"{words.people_difference(self.value)} ({words.interval_words(self.low, self.high)})"
        return f"{said} of 100 incidents" if self.unit == "incidents" else said

    def rate_line(self) -> str:
        """Say how often repeats come: `1.37 times as often as among similar people (1.09 to 1.72)`."""
        if self.rate is None:
            return ""
        value, low, high = self.rate
        return f"{value:.2f} times as often as among similar people ({low:.2f} to {high:.2f})"

    def sign(self) -> str:
        """The glance mark, as markup."""
        return mark(EFFECTS[self.effect].sign)


HEADLINES = ("risk_difference_365", OF_A_PLACE)
"""The effects that can lead: of people within a year, or of a place month by month."""


def headline(finding: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return a finding's headline effect: the difference within a year, as its protocol's own method gives it."""
    if not finding or finding.get("status") != "estimated":
        return None
    for name in HEADLINES:
        named = (effect for effect in finding.get("effects", ()) if effect.get("name") == name)
        if (found := next((effect for effect in named if effect.get("value") is not None), None)) is not None:
            return found
    return None


def sureness(finding: Mapping[str, Any] | None) -> int:
    """Return the grade of a finding's evidence as 0 to 4."""
    if not finding or finding.get("status") != "estimated":
        return 0
    evidence: Mapping[str, Any] = finding.get("evidence") or {}
    grade = str(evidence.get("grade") or "").lower()
    return _GRADES.get(grade, 0)


def classify(value: float, low: float, high: float) -> str:
    """Say which of the six a difference per 100 people is."""
    if abs(low) <= LITTLE and abs(high) <= LITTLE:
        return "same"
    if high < 0:
        return "fewer"
    return "more" if low > 0 else "unclear"


def estimate(finding: Mapping[str, Any], name: str) -> tuple[float, float, float] | None:
    """Return an effect's value and interval, or None where the finding does not have them all."""
    effects: Sequence[Mapping[str, Any]] = finding.get("effects") or ()
    for effect in effects:
        if effect.get("name") == name and not any(effect.get(key) is None for key in ("value", "low", "high")):
            return float(effect["value"]), float(effect["low"]), float(effect["high"])
    return None


def timing(finding: Mapping[str, Any]) -> tuple[str, tuple[float, float, float] | None]:
    """Say whether repeats clearly come later or sooner: by the finding's own headline, where that is a rate.

    Returns
    -------
    tuple
        `later`, `sooner` or `unclear`, and the rate with its interval.
    """
    leads: Mapping[str, Any] = finding.get("headline") or {}
    if leads.get("effect") != "hazard_ratio":
        return "unclear", None
    found = estimate(finding, "hazard_ratio")
    if found is None:
        return "unclear", None
    _, low, high = found
    word = "later" if high < 1 else "sooner" if low > 1 else "unclear"
    return word, found if word != "unclear" else None


def glance(finding: Mapping[str, Any] | None, *, planned: bool = False) -> Glance:
    """Read the glance marks off a published finding."""
    effect = headline(finding)
    if effect is None or effect.get("low") is None or effect.get("high") is None:
        return Glance("planned" if planned else "none")
    place = effect.get("name") == OF_A_PLACE
    value, low, high = (100 * (float(effect[key]) - place) for key in ("value", "low", "high"))
    unit = "incidents" if place else "people"
    word, rate = classify(value, low, high), None
    if word == "unclear" and not place:
        word, rate = timing(finding or {})
    return Glance(word, value, low, high, sureness(finding), unit, rate)


def interval_bar(seen: Glance, reach: float) -> str:
    """Draw one row of the forest plot: the same scale in every row, 0 marked by a line, cut at the scale's ends."""

    def x(value: float) -> float:
        return round(100 + max(min(value / reach, 1.0), -1.0) * 95, 1)

    axis = '<path class="i-axis" d="M5 10h190"/><path class="i-zero" d="M100 1v18"/>'
    body = ""
    if seen.value is not None and seen.low is not None and seen.high is not None:
        left = x(seen.low)
        tone = "good" if seen.high < 0 else "bad" if seen.low > 0 else "open"
        body = (
            f'<rect class="i-{tone}" x="{left}" y="6" width="{round(x(seen.high) - left, 1)}" height="8"/>'
            f'<circle class="i-dot" cx="{x(seen.value)}" cy="10" r="4.5"/>'
        )
    return (
        '<svg class="interval" viewBox="0 0 200 20" width="200" height="20" aria-hidden="true" focusable="false">'
        f"{axis}{body}</svg>"
    )


def reach_of(glances: list[Glance]) -> float:
    """Return the half-width of the shared scale, in people of 100: round, and no wider than 40."""
    ends = [abs(edge) for seen in glances for edge in (seen.low, seen.high) if edge is not None]
    return float(min(max(10 * (int(max(ends, default=20) / 10) + 1), 20), 40))
