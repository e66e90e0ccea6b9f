"""Curves without anybody's own day: a coarse grid whose every step rests on enough people.

A survival or incidence curve drawn at event times gives away when each event happened, and its smallest step how many
people stand behind it. Here a curve may change only at whole multiples of the grid, only when at least the threshold
number of events has gathered since the last change, and only while at least that number are still followed up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import gcd

from evaluation.publishing.disclosure_rules import Rules

Point = dict[str, float | int | None]
VALUE_DIGITS = 2
YEAR_DAYS = 365
HALF_YEAR_DAYS = 182
FOUR_WEEKS = 28


def coarsen(points: Sequence[Mapping[str, float | int | None]], rules: Rules) -> list[Point]:
    """Coarsen one arm's curve.

    Parameters
    ----------
    points
        In time order: `time` (days), `value`, `low`, `high`, `n_risk` (people), `n_event` (events at this time, or
        since the point before).
    rules
        The partnership's rules.

    Returns
    -------
    list of Point
        The start and every step that may be shown: `time` is a day of the grid (multiples of `curve_step_days`, half
        a year, whole years), values have two decimals, `n_risk` and `n_event` (gathered since the last step) are
        rounded. Empty where fewer people than the threshold are followed, or fewer events than the threshold happened.
    """
    ordered = sorted(points, key=lambda point: _number(point.get("time")))
    steps = list(_steps(_supported(ordered, rules), rules))
    return (
        [_start(ordered, rules), *(_published(day, point, events, rules) for day, point, events in steps)]
        if steps
        else []
    )


def grid_day(day: float, step: int) -> int:
    """The day of the public grid on or after a day of follow-up."""
    public = (-int(-day // step) * step, -int(-day // YEAR_DAYS) * YEAR_DAYS, HALF_YEAR_DAYS)
    return min(end for end in public if end >= day)


def own_grid(days: Sequence[float]) -> int | None:
    """The step of a curve that already stands on a public grid of four weeks or more; None for event times."""
    whole = [int(day) for day in days if day != HALF_YEAR_DAYS and day % YEAR_DAYS]
    step = gcd(*whole) if whole and all(day == int(day) for day in days) else 0
    return step if step >= FOUR_WEEKS else None


def _supported(
    ordered: Sequence[Mapping[str, float | int | None]], rules: Rules
) -> list[tuple[int, Mapping[str, float | int | None], float]]:
    """Each whole cell of the grid with its last point and its events, while enough people are followed."""
    cells: list[tuple[int, Mapping[str, float | int | None], float]] = []
    step = own_grid([_number(point.get("time")) for point in ordered]) or rules.curve_step_days
    for day, group in groupby(ordered, key=lambda point: grid_day(_number(point.get("time")), step)):
        inside = list(group)
        if min(_number(point.get("n_risk")) for point in inside) < rules.threshold:
            break
        cells.append((day, inside[-1], sum(_number(point.get("n_event")) for point in inside)))
    return cells


def _steps(
    cells: Sequence[tuple[int, Mapping[str, float | int | None], float]], rules: Rules
) -> Iterator[tuple[int, Mapping[str, float | int | None], float]]:
    """Join neighbouring cells until each step has enough events; what is left at the end joins the last step."""
    joined: list[tuple[int, Mapping[str, float | int | None], float]] = []
    gathered = 0.0
    for day, point, events in cells:
        gathered += events
        if day > 0 and gathered >= rules.threshold:
            joined.append((day, point, gathered))
            gathered = 0.0
    if joined and cells[-1][0] > joined[-1][0]:
        last_day, last_point, _ = cells[-1]
        if gathered:
            joined[-1] = (last_day, last_point, joined[-1][2] + gathered)
        else:
            joined.append((last_day, last_point, 0.0))
    yield from joined


def _start(ordered: Sequence[Mapping[str, float | int | None]], rules: Rules) -> Point:
    first = ordered[0]
    falls = _number(ordered[-1].get("value")) < _number(first.get("value"))
    at_start = _number(first.get("value")) if _number(first.get("time")) == 0 else float(falls)
    return {
        "time": 0,
        "value": round(at_start, VALUE_DIGITS),
        "low": round(at_start, VALUE_DIGITS),
        "high": round(at_start, VALUE_DIGITS),
        "n_risk": rules.shown(_number(first.get("n_risk"))),
        "n_event": 0,
    }


def _published(day: int, point: Mapping[str, float | int | None], events: float, rules: Rules) -> Point:
    return {
        "time": day,
        "value": _two_digits(point.get("value")),
        "low": _two_digits(point.get("low")),
        "high": _two_digits(point.get("high")),
        "n_risk": rules.shown(_number(point.get("n_risk"))),
        "n_event": rules.rounded(events),
    }


def _two_digits(value: float | int | None) -> float | None:
    return None if value is None else round(float(value), VALUE_DIGITS)


def _number(value: float | int | None) -> float:
    return 0.0 if value is None else float(value)
