"""The results of a scheme's page: curves, who was helped, and why to trust it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.charts import bars, curves, love
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import area_series, sources
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import (
    checks_table,
    counted,
    effect_value,
    effects_table,
    naive_list,
    term_name,
)
from evaluation.publishing.pages.glance import TIMING, glance
from evaluation.publishing.pages.reading import Json, part_of, rows_of, texts_of
from evaluation.publishing.pages.scheme_view import SchemeView
from evaluation.publishing.parts import aside, bullets, folded, heading, paragraph
from evaluation.publishing.words import number_of


def draw(view: SchemeView) -> dict[str, Chart]:
    """Draw every chart the finding holds the figures for."""
    finding = view.finding
    if not finding:
        return {}
    drawn: dict[str, Chart] = {}
    for name in ("no_repeat", "incidents_per_person", "first_case_no_repeat"):
        family = curves.read(rows_of(finding, "curves"), name)[:4]
        if family and len(family[0].times) > 1:
            drawn[name] = _curve_chart(view, name, family)
    if monthly := area_series.draw(finding):
        drawn["monthly"] = monthly
    if steps := rows_of(finding, "attrition"):
        drawn["ladder"] = ladder(steps, counted=glance(finding).unit)
    if balance := rows_of(finding, "balance"):
        named = [{**row, "term": term_name(str(row.get("term", "")))} for row in balance]
        drawn["balance"] = love.chart(named, left_out=_left_out_bound(finding))
    return drawn


def _left_out_bound(finding: Json) -> float | None:
    """Return up to where a difference in what was not adjusted for is read as alike, as the finding's check has it."""
    check = next((check for check in rows_of(finding, "checks") if check.get("name") == "balance"), None)
    bound = part_of(check or {}, "figures").get("left_out_smd_bound")
    return float(bound) if isinstance(bound, int | float) else None


def _curve_chart(view: SchemeView, name: str, family: Sequence[curves.Curve]) -> Chart:
    scale = curves.SCALES[name]
    ends = [curve.at(366)[0] for curve in family]
    share = [f"{words.per_hundred(end)} of 100" if scale.hundred else f"{end:.2f}" for end in ends]
    title = _title(view, name, family, share)
    shape = "falling" if scale.start else "rising"
    desc = (
        f"{number_of(len(family), f'{shape} line')} over time, one for each group: "
        f"{words.listed([curve.label for curve in family])}. Shaded bands show the 95% intervals. "
        "The figures are in the table below."
    )
    start = "the first case opens" if name == "first_case_no_repeat" else "the start"
    return curves.chart(family, scale, title, name=f"curve-{name.replace('_', '-')}", start=start, desc=desc)


def _title(view: SchemeView, name: str, family: Sequence[curves.Curve], share: Sequence[str]) -> str:
    """Say what the lines that are drawn show: a line that is withheld is named as such, and no other takes its place.

    Lines from the first case always name their own group: `without` there holds the days before a scheme as well.
    """
    what = "incidents each" if name == "incidents_per_person" else "had no repeat"
    arms = {curve.arm for curve in family}
    if name != "first_case_no_repeat" and arms >= {"treated", "compared"}:
        return f"After a year, {share[0]} {what} with {view.in_a_sentence}, next to {share[1]} without"
    if arms == {"all"}:
        return f"Of everybody with a case, {share[0]} {what} after a year"
    named = [f"{part} ({curve.label})" for part, curve in zip(share, family, strict=True)]
    held_back = "" if "treated" in arms else f". People helped by {view.in_a_sentence}: too few to show"
    since = "A year after the first case" if name == "first_case_no_repeat" else "After a year"
    return f"{since}, {words.listed(named)} {what}{held_back}"


def ladder(steps: Sequence[Mapping[str, Any]], *, rounded: bool = True, counted: str = "people") -> Chart:
    """Draw who was left at each step, from the extracts to the comparison."""
    exact = "Numbers are rounded." if rounded else "Numbers are exact: the data are public."
    rows = [
        bars.Bar(
            words.sentence_case(str(step.get("step", ""))),
            step.get("people"),
            words.count(step.get("people")),
            "f1" if i == len(steps) - 1 else "f1-soft",
        )
        for i, step in enumerate(steps)
    ]
    known = [step["people"] for step in steps if step.get("people") is not None]
    title = "Who was left at each step"
    if len(known) > 1:
        first, last = words.plain(known[0]), words.plain(known[-1])
        title = (
            f"From {first} {counted} to {last}, step by step" if first != last else f"All {last} {counted} are in it"
        )
    spoken = "; ".join(f"{row.label}: {row.words}" for row in rows)
    return bars.bars(
        rows, name="ladder", title=title, desc=f"Bars from top to bottom. {spoken}.",
        note=f"The bar in full colour is the group the result is about. {exact}", heads=("Step", counted.capitalize()),
    )  # fmt: skip


def results(view: SchemeView, finding: Json, drawn: Mapping[str, str]) -> list[str]:
    """Write what happened, who was helped, and what would settle it."""
    parts: list[str] = []
    for name, title, beside in (
        ("no_repeat", "What happened over the year", _beside(finding)),
        ("incidents_per_person", "How many incidents in all?", "This counts every incident, not the first alone."),
    ):
        if name in drawn:
            parts += [heading(2, title, name.replace("_", "-")), aside(drawn[name], beside)]
    if "monthly" in drawn:
        beside = "One month proves little. Whether the scheme did it is for the study to say: see the box above."
        parts += [heading(2, "Month by month", "months"), aside(drawn["monthly"], beside)]
    parts.append(_resolved(finding))
    if "ladder" in drawn:
        place = glance(finding).unit == "incidents"
        title = "What was counted" if place else "Who was helped, and who was not"
        parts += [heading(2, title, "who"), drawn["ladder"]]
    parts.append(_settling(view, finding))
    return parts


def _settling(view: SchemeView, finding: Json) -> str:
    """Say what would settle an open result, or whether a clear one rests on enough people."""
    needed = words.sentence(str(part_of(finding, "needed").get("text") or ""))
    seen = glance(finding)
    if seen.unit == "incidents":
        return _settling_of_a_place(view) if seen.effect == "unclear" else ""
    if not needed:
        return ""
    if seen.effect not in ("unclear", "none", *TIMING):
        more = part_of(finding, "needed").get("people") != 0
        clear = " This result is clear with fewer. More people would narrow its range." if more else ""
        return heading(2, "Were there enough people?", "needed") + paragraph(needed + clear)
    if part_of(finding, "needed").get("people") == 0:
        needed += " So a difference as large as that would most likely have shown. A smaller one may still be there."
    else:
        needed += " An open result is not evidence of no effect."
    return heading(2, "What would settle it", "needed") + paragraph(needed)


def _settling_of_a_place(view: SchemeView) -> str:
    """Nobody has worked out the months that a place still needs; a scheme that has ended gets none."""
    ended = view.record.ended_on
    said = (
        f"The scheme ended on {words.long_date(ended)}, so no more months of it will come. Its result stays open, "
        "unless it is used again and counted from before the first day."
        if ended
        else "More months would narrow the range. How many is not known: for a place nobody has worked it out."
    )
    return heading(2, "What would settle it", "needed") + paragraph(
        f"{said} An open result is not evidence of no effect."
    )


def _beside(finding: Json) -> str:
    seen = glance(finding)
    if seen.value is None:
        return "This line is everybody with a case. It says nothing of the scheme."
    return (
        f"At one year the gap is {seen.numbers()} of 100 people. Where the bands overlap, chance could explain the gap."
    )


def _resolved(finding: Json) -> str:
    effect = next((e for e in rows_of(finding, "effects") if e.get("name") == "resolution_difference_182"), None)
    if effect is None or effect.get("treated") is None or effect.get("compared") is None or effect.get("value") is None:
        return ""
    text = (
        f"Within half a year, {words.per_hundred(effect['treated'])} of 100 cases of people helped were resolved. "
        f"Of similar cases without the scheme, {words.per_hundred(effect['compared'])} of 100 were."
    )
    if effect.get("low") is not None and effect.get("high") is not None:
        text += f" The difference is {effect_value(effect)} of 100."
    return heading(2, "Were cases resolved?", "resolved") + paragraph(text)


def trust(content: SiteContent, finding: Json, drawn: Mapping[str, str]) -> str:
    """Write what stands behind the result, folded away."""
    parts = [heading(2, "Can you trust this?", "trust")]
    checks = [check for check in rows_of(finding, "checks") if check.get("text")]
    if "balance" in drawn:
        parts.append(folded("Were the groups alike?", drawn["balance"]))
    if "first_case_no_repeat" in drawn:
        parts.append(folded("From each person’s first case, with no adjustment", drawn["first_case_no_repeat"]))
    if checks:
        parts.append(folded(f"Ways we tried to break the result: {counted(checks)}", checks_table(checks)))
    if effects := rows_of(finding, "effects"):
        tables = effects_table(effects)
        if others := rows_of(finding, "sensitivity"):
            tables += effects_table(others, "The same by other methods")
        parts.append(folded("Every number, with its range", tables))
    if naive := rows_of(finding, "naive"):
        parts.append(folded("What a simple before-and-after would have said", naive_list(naive)))
    if assumptions := texts_of(finding, "assumptions"):
        parts.append(folded("What this takes for granted", bullets(words.sentence(text) for text in assumptions)))
    parts.append(folded("Where the numbers come from", sources.of_finding(content, finding, "../")))
    return "".join(parts)
