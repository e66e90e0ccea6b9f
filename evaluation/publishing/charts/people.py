"""One hundred people: squares had another incident, rings did not. Shape, not colour, carries it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from evaluation.publishing import words
from evaluation.publishing.words import escaped


def hundred(had: int, name: str) -> str:
    """Draw 100 people as 10 by 10, of whom `had` had another incident.

    A row is one dashed line: square dashes had another incident, round ones, with a hole, did not.
    """
    squares = _rows(0, had, lambda x, y, count: f"M{x - 6} {y}h{16 * count - 4}")
    rings = _rows(had, 100, lambda x, y, count: f"M{x} {y}h{16 * count - 15.9:g}")
    shapes = f'<path class="p-on" d="{squares}"/><path class="p-off" d="{rings}"/><path class="p-hole" d="{rings}"/>'
    title = f"{had} of 100 squares filled: these people had another incident. The rings did not."
    return (
        f'<svg class="people" viewBox="0 0 160 160" width="160" height="160" role="img" aria-labelledby="{name}-t">'
        f'<title id="{name}-t">{title}</title>{shapes}</svg>'
    )


def _rows(first: int, end: int, row: Callable[[int, int, int], str]) -> str:
    """Write the people from `first` up to `end`, row by row of ten: each row from its first person's middle."""
    edges = sorted({first, end, *range((first // 10 + 1) * 10, end, 10)})
    return "".join(row(a % 10 * 16 + 8, a // 10 * 16 + 8, b - a) for a, b in pairwise(edges))


def hundreds(without: float, helped: float, gap: tuple[float, float, float], scheme: str) -> str:
    """Set 100 people without a scheme beside 100 with it, and the difference.

    Parameters
    ----------
    without, helped
        Shares with another incident within a year.
    gap
        The difference and its interval in people of 100, helped less not helped.
    scheme
        The scheme's name in a sentence.
    """
    before, after = round(without * 100), round(helped * 100)
    name = escaped(scheme)
    value, low, high = gap
    off = " (Each number is rounded on its own.)" if after - before != round(value) else ""
    return (
        '<div class="hundreds">'
        f'<div class="hundred">{hundred(before, "h-without")}<p><b>{before} of 100</b> similar people '
        f"<b>without</b> {name} had another incident within a year.</p></div>"
        f'<div class="hundred">{hundred(after, "h-with")}<p><b>{after} of 100</b> people <b>with</b> {name} '
        "had another incident within a year.</p></div>"
        f'<p class="hundred-sum"><b>{words.people_difference(value)}</b> for each 100 people helped. '
        f"It is likely to be {_range(low, high)}.{off}</p></div>"
    )


def _range(low: float, high: float) -> str:
    if high <= 0 or low >= 0:
        return f"between {words.interval_words(low, high).replace(' to ', ' and ')} {'fewer' if high <= 0 else 'more'}"
    return f"anywhere from {words.interval_words(low, high)}"
