"""Counselling outcome measures: range, direction, cut-off and reliable change.

The reliable change is `z * sd * sqrt(2 * (1 - reliability))` (Jacobson and Truax 1991). Every figure is a parameter
with its source; a service with its own standard deviation passes its own `Instrument`. PHQ-9 and GAD-7 come out at the
6 and 4 points of the NHS Talking Therapies (IAPT) manual, CORE-10 at its authors' 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from evaluation.commissioning.distributions import normal_quantile


@dataclass(frozen=True)
class Instrument:
    """A scored questionnaire.

    Attributes
    ----------
    lowest, highest
        Range of valid scores; a score outside is set aside and counted.
    falls_when_better
        Whether a lower score is better.
    cut_off
        A score at or beyond it, on the ill side, is a case; `None` where no clinical cut-off is agreed.
    sd, reliability, level
        The parameters of the reliable change: standard deviation of the scores, internal consistency, confidence.
    meaning
        What the change means, and warnings.
    source
        Where the parameters come from.
    """

    name: str
    lowest: float
    highest: float
    falls_when_better: bool
    cut_off: float | None
    sd: float
    reliability: float
    level: float
    meaning: str
    source: str

    @property
    def reliable_change(self) -> float:
        """Points of change beyond what the measure's own error explains at `level`."""
        return reliable_change(self.sd, self.reliability, self.level)

    def is_case(self, score: float) -> bool | None:
        """Whether a score is on the ill side of the cut-off; `None` without a cut-off."""
        if self.cut_off is None:
            return None
        return score >= self.cut_off if self.falls_when_better else score <= self.cut_off

    def gain(self, first: float, last: float) -> float:
        """Points gained between two scores: positive is better."""
        return first - last if self.falls_when_better else last - first


def reliable_change(sd: float, reliability: float, level: float = 0.95) -> float:
    """Jacobson–Truax reliable change in the score's own points.

    Raises
    ------
    ValueError
        When `sd` is not positive or `reliability` does not lie in [0, 1).
    """
    if sd <= 0 or not 0 <= reliability < 1 or not 0 < level < 1:
        raise ValueError("a reliable change needs sd > 0, 0 <= reliability < 1 and 0 < level < 1")
    return normal_quantile((1 + level) / 2) * sd * sqrt(2 * (1 - reliability))


INSTRUMENTS: Mapping[str, Instrument] = {
    one.name: one
    for one in (
        Instrument(
            "CORE-10", 0, 40, True, 11.0, 7.7, 0.90, 0.90,
            "General distress; a fall of 6 or more is reliable.",
            "Connell and Barkham 2007, CORE-10 manual (SD 7.7 in 1,835 clients of primary-care counselling); "
            "Barkham and others 2013 (alpha .90, cut-off 11, reliable change index of 6 at 90%)",
        ),
        Instrument(
            "CORE-OM", 0, 40, True, 10.0, 7.5, 0.94, 0.95,
            "General distress on the 0 to 40 clinical score; about 5 points.",
            "Cut-off 10 on the clinical score. SD and reliability are assumptions to be replaced by the service's own.",
        ),
        Instrument(
            "PHQ-9", 0, 27, True, 10.0, 6.1, 0.89, 0.95,
            "Depression; a fall of 6 or more is reliable.",
            "Kroenke and others 2001 (alpha .89); threshold 6 and caseness 10 as in the IAPT manual. "
            "The SD is an assumption that gives that threshold.",
        ),
        Instrument(
            "GAD-7", 0, 21, True, 8.0, 4.7, 0.92, 0.95,
            "Anxiety; a fall of 4 or more is reliable.",
            "Spitzer and others 2006 (alpha .92); threshold 4 and caseness 8 as in the IAPT manual. "
            "The SD is an assumption that gives that threshold.",
        ),
        Instrument(
            "SWEMWBS", 7, 35, False, None, 3.9, 0.84, 0.95,
            "Wellbeing: a higher score is better. Scores must be converted with the Rasch table first. A change of 1 "
            "to 3 points can matter to a person, yet is within the measure's own error here. No clinical cut-off.",
            "SD and reliability are assumptions to be replaced by the service's own.",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class WaitingList:
    """What people gain who are only waiting: mean gain in standard deviations of the score, with its 95% limits."""

    value: float
    low: float
    high: float
    text: str
    source: str


WAITING_LIST = WaitingList(
    0.505,
    0.271,
    0.739,
    "A gain between first and last score is not an effect of the service: people who only wait gain too. In ten trials "
    "the depression scores of those put on a waiting list improved by half a standard deviation.",
    "Rutherford and others 2012, Journal of Psychiatric Research 46: 697-702 (10 trials, 340 waiting). "
    "Also Posternak and Miller 2001, Journal of Affective Disorders 66: 139-146 (19 studies, scores 12 to 16% lower).",
)
