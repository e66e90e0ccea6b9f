"""What can be said of a scheme, in the words that people use: no signs, no ratio where a number of people says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluation.publishing import words

_NUMBER = r"([+\-−]?\d+(?:\.\d+)?)"
_DIFFERENCE = re.compile(rf"\(difference {_NUMBER} of 100, 95% range {_NUMBER} to {_NUMBER} of 100\)")
_DAYS = re.compile(rf"\(95% range {_NUMBER} to {_NUMBER} days\)")
_YEAR = re.compile(r"within a year: \d+ of 100 with ")
_RATE = re.compile(r"^At any time in the year, the rate of a first repeat ")
_GRADED = "In words,"


def spoken(said: Sequence[str], *, headline: bool) -> list[str]:
    """Return claims in plain words.

    Parameters
    ----------
    said
        The finding's own sentences.
    headline
        Whether another sentence gives the difference within a year: then it is not said twice, nor as a rate. Both
        stand among all numbers further down.
    """
    told = (_YEAR, _RATE) if headline else ()
    kept = (text for text in said if not text.startswith(_GRADED) and not any(one.search(text) for one in told))
    return [plain(text) for text in kept]


def plain(text: str) -> str:
    """Write differences and their ranges as `14 fewer of 100; 9 to 19`."""
    return _DAYS.sub(_days, _DIFFERENCE.sub(_difference, text))


def _difference(found: re.Match[str]) -> str:
    value, low, high = map(_value, found.groups())
    return f"({words.people_difference(value)} of 100; range {words.interval_words(low, high)})"


def _days(found: re.Match[str]) -> str:
    return f"(range {words.interval_words(*map(_value, found.groups()))})"


def _value(text: str) -> float:
    return float(text.replace(words.MINUS, "-"))
