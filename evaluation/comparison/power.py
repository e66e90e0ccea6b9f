"""How many more people, or months, would settle an open question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scipy.special import ndtri

from evaluation.errors import DataError

LONGEST_WAIT_MONTHS = 120


@dataclass(frozen=True)
class Needed:
    """People who would have to be helped for a study to see the smallest effect worth paying for.

    Attributes
    ----------
    people : int
        More people than now (0 when there are enough).
    total : int
        People in all.
    months : float or None
        At the pace so far.
    text : str
        A sentence.
    """

    people: int
    total: int
    months: float | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"people": self.people, "total_people": self.total, "months": self.months, "text": self.text}


def needed(
    *, se: float, people: int, smallest: float, per_month: float | None, power: float = 0.8, level: float = 0.95
) -> Needed:
    """Scale the standard error reached with `people` to what the smallest effect worth paying for needs.

    Parameters
    ----------
    se
        Standard error of the difference in the share of people with a repeat.
    people
        People helped in it.
    smallest
        Smallest difference worth paying for, as a share (its sign does not matter).
    per_month
        People helped in an average month.
    power, level
        Chance of seeing it if it is there, and confidence level.

    Notes
    -----
    `n = people × (se (z_{1−α/2} + z_power) / smallest)²`: the error falls with the root of the number helped.
    """
    if smallest == 0 or people <= 0 or se <= 0:
        raise DataError("A power calculation needs a smallest effect, people and a standard error above 0.")
    reach = float(ndtri(0.5 + level / 2) + ndtri(power))
    total = math.ceil(people * (se * reach / abs(smallest)) ** 2)
    return _told(total, people, smallest, per_month, power)


def needed_from_shares(
    *, share: float, people: int, smallest: float, per_month: float | None, compared_per_treated: float = 2.0
) -> Needed:
    """The same where nothing could be estimated, from the share with a repeat (two independent groups)."""
    share = min(max(share, 0.05), 0.95)
    after = min(max(share - abs(smallest), 0.01), 0.99)
    variance = after * (1 - after) + share * (1 - share) / compared_per_treated
    reach = float(ndtri(0.975) + ndtri(0.8))
    total = math.ceil(variance * (reach / abs(smallest)) ** 2)
    return _told(max(total, 20), people, smallest, per_month, 0.8)


def _told(total: int, people: int, smallest: float, per_month: float | None, power: float) -> Needed:
    more = max(total - people, 0)
    months = more / per_month if per_month and more else None
    if not more:
        text = (
            f"There were enough people to see a difference of {abs(smallest):.0%} of people with a repeat, the "
            f"smallest "
            "said to be worth paying for."
        )
        return Needed(0, total, None, text)
    wait = _wait(months)
    text = (
        f"To see a difference of {abs(smallest):.0%} of people with a repeat, the smallest said to be worth "
        f"paying for, "
        f"about {round_up(more)} more people would have to be helped and followed for a year{wait} "
        f"(with {power:.0%} chance of seeing it if it is there)."
    )
    return Needed(more, total, months, text)


def _wait(months: float | None) -> str:
    if months is None or months < 1:
        return ""
    if months > LONGEST_WAIT_MONTHS:
        return (
            ", which takes more than ten years at the present pace: join with other areas, or look for a larger effect"
        )
    return f", about {months:.0f} more months at the present pace"


def round_up(number: int) -> int:
    """Up to the next multiple of 5 (of 50 above 500): a forecast has no more digits."""
    step = 5 if number <= 500 else 50
    return -(-number // step) * step
