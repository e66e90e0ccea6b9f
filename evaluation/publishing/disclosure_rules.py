"""The parameters of disclosure control, and what they do to one count.

Defaults follow the package `acro` (threshold 10, rounding to 5). NHS sub-national tables hide 1 to 7 and round the
rest to 5, which is `Rules(threshold=8, base=5)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evaluation.errors import UsageError

THRESHOLD = 10
BASE = 5
CURVE_STEP_DAYS = 30
DOMINANT_SHARE = 0.5
ZEROS = ("show", "hide")


@dataclass(frozen=True)
class Rules:
    """How a partnership protects what it publishes (`[publishing]` of partnership.toml).

    Parameters
    ----------
    threshold
        A count of people, cases or events from 1 to `threshold - 1` is hidden.
    base
        Every count shown is rounded to the nearest multiple of `base`; 1 leaves counts as they are.
    zeros
        `"show"`: a zero is published as 0. `"hide"`: a zero is treated like any small count.
    width
        The least width (in people) of the interval that an attacker can prove for a hidden cell; `threshold` when
        it is not given.
    dominant_share
        A cell is hidden where one contributor supplies more than this share of it (0 to 1).
    curve_step_days
        Curves are published at whole multiples of this many days, never at an event's own day.

    Raises
    ------
    UsageError
        For a parameter that cannot protect anything.
    """

    threshold: int = THRESHOLD
    base: int = BASE
    zeros: Literal["show", "hide"] = "show"
    width: int | None = None
    dominant_share: float = DOMINANT_SHARE
    curve_step_days: int = CURVE_STEP_DAYS

    def __post_init__(self) -> None:
        problems = [
            f"{name} is {found!r}; allowed: {allowed}"
            for name, found, allowed, good in (
                ("threshold", self.threshold, "a whole number from 1", _whole(self.threshold, 1)),
                ("base", self.base, "a whole number from 1", _whole(self.base, 1)),
                ("zeros", self.zeros, "'show' or 'hide'", self.zeros in ZEROS),
                ("width", self.width, "a whole number from 1", self.width is None or _whole(self.width, 1)),
                ("dominant_share", self.dominant_share, "a share above 0, up to 1", 0 < self.dominant_share <= 1),
                (
                    "curve_step_days",
                    self.curve_step_days,
                    "a whole number of days from 7",
                    _whole(self.curve_step_days, 7),
                ),
            )
            if not good
        ]
        if problems:
            raise UsageError("The publishing rules cannot be used.", problems)

    @property
    def stated_width(self) -> int:
        """The least width, in people, that an attacker's interval for a hidden cell must have."""
        return self.threshold if self.width is None else self.width

    def is_small(self, count: float) -> bool:
        """Whether a count may not be shown."""
        return count < self.threshold and (count != 0 or self.zeros == "hide")

    def rounded(self, count: float) -> int:
        """Round to the nearest multiple of `base`, halves upward."""
        return int((2 * count + self.base) // (2 * self.base)) * self.base

    def shown(self, count: float) -> int | None:
        """What is published for a count: a multiple of `base`, or None where it is hidden."""
        return None if self.is_small(count) else self.rounded(count)


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
