"""Charts of a contract: what is known of 100 clients, the steadiness of each output, and places compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from evaluation.publishing import words
from evaluation.publishing.charts import bars, control, funnel
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import measures
from evaluation.publishing.pages.reading import Json, figure_of, part_of, rows_of, shown
from evaluation.publishing.release import Published

OF_ALL = "satisfied_by_scheme"
"""The funnel over all schemes: every contract's result holds the same one."""
_LIMITS = "Dotted lines: how far ordinary ups and downs go (natural limits: mean ± 2.66 × mean moving range). "
FEWEST = 12
"""Points below which a control chart says nothing of steadiness."""


_SPELLED = {2: "two", 3: "three", 4: "four", 6: "six", 12: "twelve"}


def draw(data: Json) -> dict[str, Chart]:
    """Draw every chart that a contract's published result holds the figures for."""
    drawn: dict[str, Chart] = {}
    result = part_of(part_of(data, "counselling"), "improvement")
    improvement: Json = part_of(result, "bounds") if result.get("n_known") else {}
    worst, best = improvement.get("worst_share"), improvement.get("best_share")
    if isinstance(worst, int | float) and isinstance(best, int | float):
        drawn["bounds"] = _bounds(data, float(worst), float(best))
    for row in rows_of(data, "outputs"):
        points = _points(row)
        if len(points) > 1:
            drawn[f"output-{row.get('name')}"] = _output(row, points)
    for row in rows_of(data, "funnels"):
        if row.get("name") == OF_ALL:
            continue
        units = _units(row)
        if len(units) > 2:
            drawn[f"funnel-{row.get('name')}"] = _funnel(row, units)
    return drawn


def of_all(contracts: Sequence[Published], titles: Mapping[str, str] | None = None) -> tuple[Chart, str] | None:
    """Draw the funnel that is the same for every contract, once, with its reading; schemes go by their titles."""
    for value in contracts:
        for row in rows_of(value.data, "funnels"):
            named = _named(row, titles or {})
            units = _units(named)
            if row.get("name") == OF_ALL and len(units) > 2:
                return _funnel(named, units), _reading(named)
    return None


def _named(row: Json, titles: Mapping[str, str]) -> Json:
    """Give the units of a funnel the names that the site uses for them."""
    units = [{**unit, "label": titles.get(str(unit.get("label")), unit.get("label"))} for unit in rows_of(row, "units")]
    return {**row, "units": units}


def _units(row: Json) -> list[Json]:
    return [u for u in rows_of(row, "units") if u.get("share") is not None and u.get("n_total") is not None]


def sentence_of(data: Json, name: str) -> str:
    """Return the reading of an output's chart."""
    row = next(row for row in rows_of(data, "outputs") if f"output-{row.get('name')}" == name)
    said = words.sentence(str(part_of(row, "chart").get("sentence") or ""))
    return f"Read {_each(row)} by {_each(row)}, before adding up: {said}" if together(row) and said else said


def funnel_sentence(data: Json, name: str) -> str:
    """Return the reading of a funnel."""
    return _reading(next(row for row in rows_of(data, "funnels") if f"funnel-{row.get('name')}" == name))


def _reading(row: Json) -> str:
    """Read a funnel from the units it draws: how many stand out, how many are left out, how wide its limits are."""
    units = _units(row)
    out = [str(unit.get("label")) for unit in units if "998" in str(unit.get("flag"))]
    left = len(rows_of(row, "units")) - len(units)
    said = [
        f"{_count(len(out))} of the {len(units)} drawn differ{'s' if len(out) == 1 else ''} from the rest by "
        "more than chance explains."
        if out
        else f"None of the {len(units)} drawn differs from the rest by more than chance explains: do not rank them."
    ]
    if left:
        said.append(f"{_count(left)} more {'is' if left == 1 else 'are'} left out: too few people to show.")
    if row.get("dispersion") not in (None, "none"):
        said.append("They vary more than chance allows, so the limits are wider.")
    return " ".join(said)


def _count(number: int) -> str:
    return "One" if number == 1 else str(number)


def _bounds(data: Json, worst: float, best: float) -> Chart:
    better, most = round(worst * 100), round(best * 100)
    wide = most - better > 20
    title = f"Between {better} and {most} of 100 clients got reliably better" + (": too wide to use" if wide else "")
    if better == most:
        title = f"{better} of 100 clients got reliably better"
    found = part_of(data, "counselling")
    instrument, change = found.get("instrument"), shown(part_of(found, "scale").get("reliable_change_value"))
    note = (
        f"Reliably better: {instrument} down by {change} points or more. A fall is not proof. "
        "People on a waiting list often improve too."
    )
    return bars.bounds(better, most - better, 100 - most, name="bounds", title=title, note=note)


def _held(row: Json) -> list[Json]:
    return [point for point in rows_of(part_of(row, "chart"), "points") if figure_of(point) is not None]


def _points(row: Json) -> list[control.Point]:
    return [
        control.Point(_period(point.get("on")), float(figure_of(point) or 0), bool(point.get("special")))
        for point in _held(row)
    ]


def _period(value: object) -> str:
    day = words.as_date(value)
    return words.short_month(day) if isinstance(day, date) else words.visible(value)


def together(row: Json) -> str:
    """Say how many periods each published figure of an output covers: `two months`; empty where it is one."""
    size = _window(row)
    return f"{_SPELLED.get(size, str(size))} {_each(row)}s" if size > 1 else ""


def _window(row: Json) -> int:
    return max((int(point.get("window") or 1) for point in _held(row)), default=1)


def _each(row: Json) -> str:
    return measures.each(row) or "period"


def _output(row: Json, points: list[control.Point]) -> Chart:
    held, summed, share = _held(row), together(row), "share" in str(row.get("unit") or "")
    means = _stretches(held)
    limits = means[-1][1]
    several = not summed and len(rows_of(part_of(row, "chart"), "points")) < FEWEST
    name = words.visible(row.get("definition") or words.sentence_case(str(row.get("name") or "output")))
    shown_ = f"{limits.mean * 100:.0f}%" if share else words.plain(limits.mean)
    if len(means) > 1:
        before = means[-2][1].mean
        was = words.percent(before) if share else words.plain(before)
        shown_ += f" since {points[means[-1][0]].label} ({was} before)"
    return control.chart(
        points,
        means[0][1],
        name=f"output-{row.get('name')}",
        title=f"{name}{f', {summed} together' if summed else ''}: "
        + _steadiness(points[means[-1][0] :], limits, shown_, few=several, summed=summed),
        unit=f"{name}{f', {summed} together' if summed else ''}",
        note=_note(row, limits, summed),
        percent=share,
        steps=[control.Step(start, found, _reason(row, held[start])) for start, found in means[1:]],
        unlimited=f"Limits belong to a single {_each(row)}, so none are drawn." if summed else "",
        period=f"{summed[:1].upper()}{summed[1:]} to" if summed else "Period",
    )


def _stretches(held: list[Json]) -> list[tuple[int, control.Limits]]:
    """Each stretch of a chart: its first place, and its own mean and limits."""
    found: list[tuple[int, control.Limits]] = []
    for number in sorted({int(point.get("stretch_index") or 0) for point in held}):
        places = [i for i, point in enumerate(held) if int(point.get("stretch_index") or 0) == number]
        last = held[places[-1]]
        values = [float(figure_of(held[i]) or 0) for i in places]
        mean = last.get("mean")
        mean = float(mean) if isinstance(mean, int | float) else sum(values) / len(values)
        found.append((places[0], control.Limits(mean, _edge(last.get("lower")), _edge(last.get("upper")))))
    return found


def _reason(row: Json, first: Json) -> str:
    """The known change from which a stretch counts anew."""
    known = [one for one in rows_of(part_of(row, "chart"), "rebased") if str(one.get("on")) <= str(first.get("on"))]
    return words.visible(known[-1].get("reason") or "A known change") if known else "A known change"


def _steadiness(points: list[control.Point], limits: control.Limits, about: str, *, few: bool, summed: str) -> str:
    special = [point for point in points if point.special]
    if special:
        return f"about {about}; {len(special)} of {len(points)} points stand out"
    if summed:
        return f"about {about}"
    if few:
        return f"about {about}; too few points to call it steady"
    if limits.low is None and limits.high is None:
        return f"about {about}; its limits are not shown"
    return f"steady at about {about}"


def _note(row: Json, limits: control.Limits, summed: str) -> str:
    said = "An output: it does not show that anyone got better."
    bar = ""
    if summed:
        each, wanted = _each(row), row.get("target")
        if isinstance(wanted, int | float):
            bar = f" The target of {words.plain(wanted)} a {each} is {words.plain(_window(row) * wanted)} for {summed}."
        return (
            f"A single {each} can be too small to show, so each point adds up {summed}. "
            f"Each {each} is then in several points: do not add them up. It also makes the line smoother. "
            f"Counts are rounded.{bar} {said}"
        )
    return ("" if limits.low is None and limits.high is None else _LIMITS) + said


def _edge(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _funnel(row: Json, units: list[Json]) -> Chart:
    drawn = [
        funnel.Unit(
            words.sentence_case(str(u.get("label"))),
            float(u["n_total"]),
            float(u["share"]),
            "998" in str(u.get("flag")),
        )
        for u in units
    ]
    edges = ("size", "low_95", "high_95", "low_998", "high_998")
    limits = [
        funnel.Limit(*(float(line[edge]) for edge in edges))
        for line in rows_of(row, "lines")
        if all(isinstance(line.get(edge), int | float) for edge in edges)
    ]
    outside = [unit.label for unit in drawn if unit.outside]
    reading = f"{words.listed(outside)} stand{'s' if len(outside) == 1 else ''} out" if outside else "none stands out"
    target = row.get("target")
    return funnel.chart(
        drawn,
        limits,
        float(target) if isinstance(target, int | float) else 0.0,
        name=f"funnel-{row.get('name')}",
        title=f"{words.sentence_case(str(row.get('title') or row.get('name')))}: {reading}",
        size_label="Answers" if "satisfied" in str(row.get("name")) else "Closed cases",
        rate_label="Satisfied" if "satisfied" in str(row.get("name")) else "Resolved",
        percent=True,
        note=f"Each point is one {words.visible(row.get('unit') or 'place or service')}. "
        "Dotted lines: 95% limits. Dashed lines: 99.8% limits. "
        "Inside them, chance is enough to explain the difference.",
    )
