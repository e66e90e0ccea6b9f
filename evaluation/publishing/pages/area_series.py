"""A scheme that acts on a place: each month's recorded incidents beside those to be expected, as a control chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from evaluation.publishing import words
from evaluation.publishing.charts import control
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.reading import Json, part_of, rows_of

FEWEST = 12
"""Months before the start below which there are no limits worth drawing."""


def draw(finding: Json) -> Chart | None:
    """Draw a place's months; None where the finding has none, or too few from before the start.

    What is drawn is the recorded count for each 100 that the study expects, so that a season, an older trend and what
    happened everywhere are not taken for a sign of the scheme. The table holds the counts themselves.
    """
    recorded, expected = (_monthly(finding, arm) for arm in ("treated", "compared"))
    start = _start(finding)
    months = [month for month in sorted(recorded) if expected.get(month)]
    before = [month for month in months if start is not None and month < start]
    since = months[len(before) :]
    if start is None or len(before) < FEWEST or not since:
        return None
    told = part_of(finding, "numbers").get("months_after")
    study = told if isinstance(told, int) and told > 0 else len(since)
    ran = [month for month in since if month <= _months_from(start, study)[-1]]
    if not ran:
        return None
    values = [100 * recorded[month] / expected[month] for month in months]
    limits = control.natural_limits(values[: len(before)])
    special = control.standing_out(values, limits)
    points = [
        control.Point(words.short_month(month), value, out, _counts(recorded[month], expected[month], why))
        for month, value, out, why in zip(months, values, special, _why(values, special, limits), strict=True)
    ]
    out = sum(special[len(before) : len(before) + len(ran)])
    return control.chart(
        points,
        control.Limits(limits.mean, max(limits.low or 0.0, 0.0), limits.high),
        name="monthly",
        title=_title(ran, since, out, study),
        unit="Incidents for each 100 expected",
        note="Recorded incidents of the scheme’s areas for each 100 that the study expects without it. "
        f"Mean and limits: the {len(before)} months before the start that are shown. "
        f"Diamonds stand out: outside the limits, or {control.RUN} months in a row on one side of the mean."
        f"{_not_shown(finding, months)}",
        change=(len(before), f"start, {words.short_month(start)}"),
    )


def _title(ran: Sequence[date], since: Sequence[date], out: int, study: int) -> str:
    """Count the months that stand out while the scheme ran: months after its end are drawn and belong to no count."""
    began = words.short_month(ran[0])
    when = f"From {began} to {words.short_month(ran[-1])}" if len(ran) < len(since) else f"Since {began}"
    of = f"{len(ran)} months" if len(ran) == study else f"the {len(ran)} months shown"
    return f"{when}, {out or 'none'} of {of} {'stands' if out == 1 else 'stand'} out"


def _counts(recorded: float, expected: float, why: str) -> str:
    return f"{words.plain(recorded)} recorded, {words.plain(expected)} expected{why}"


def _why(values: Sequence[float], special: Sequence[bool], limits: control.Limits) -> list[str]:
    """Say of each month that stands out inside the limits that the months round it make it do so."""
    low, high = limits.low or 0.0, limits.high or float("inf")
    inside = [out and low <= value <= high for value, out in zip(values, special, strict=True)]
    return [
        f"; one of {control.RUN} or more in a row {'above' if value > limits.mean else 'below'} the mean" if run else ""
        for value, run in zip(values, inside, strict=True)
    ]


def _not_shown(finding: Json, months: Sequence[date]) -> str:
    """Name the months of the study that have no point, and why: the chart may not pass over them in silence."""
    last = words.as_date(part_of(finding, "period").get("to"))
    if last is None:
        return ""
    first = months[0]
    every = _months_from(first, 12 * (last.year - first.year) + last.month - first.month + 1)
    between = [month for month in every if month < months[-1] and month not in months]
    after = [month for month in every if month > months[-1]]
    said = ""
    if between:
        named = words.listed([words.short_month(month) for month in between])
        said += f" Not drawn: {named}, because published points stand about a month apart and none falls there."
    if after:
        which = words.short_month(after[0]) + (f" to {words.short_month(after[-1])}" if len(after) > 1 else "")
        said += f" Not shown: {which}, because a month among them has too few incidents. The study counts them too."
    return said


def _months_from(first: date, count: int) -> list[date]:
    places = [divmod(first.month - 1 + i, 12) for i in range(count)]
    return [date(first.year + years, month + 1, 1) for years, month in places]


def _monthly(finding: Json, arm: str) -> Mapping[date, float]:
    """Return a value for each month: a published point stands for the month that its day lies in."""
    first = words.as_date(part_of(finding, "period").get("from"))
    curves = (curve for curve in rows_of(finding, "curves") if curve.get("name") == "monthly_incidents")
    curve = next((curve for curve in curves if curve.get("arm") == arm), None)
    if first is None or curve is None:
        return {}
    found: dict[date, float] = {}
    for point in rows_of(curve, "points"):
        value, time = point.get("value"), point.get("time")
        if isinstance(value, int | float) and isinstance(time, int | float):
            found[(first + timedelta(days=time)).replace(day=1)] = float(value)
    return found


def _start(finding: Json) -> date | None:
    first = words.as_date(part_of(finding, "period").get("from"))
    before = part_of(finding, "numbers").get("months_before")
    if first is None or not isinstance(before, int):
        return None
    years, month = divmod(first.month - 1 + before, 12)
    return date(first.year + years, month + 1, 1)
