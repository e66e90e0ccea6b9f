"""A scheme's page: the decision first, then what can be said, what happened, who was helped, and why to trust it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.charts import bars, curves, love
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.charts.people import hundreds
from evaluation.publishing.pages import sources
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.glance import glance
from evaluation.publishing.pages.scheme_view import SchemeView, cost_lines, decision_lines
from evaluation.publishing.parts import (
    Fact,
    Markup,
    aside,
    bullets,
    cited_box,
    data_table,
    decision_box,
    folded,
    heading,
    link,
    paragraph,
    quoted,
    region,
    say,
    timeline,
    unknown,
)
from evaluation.publishing.words import escaped, number_of

Finding = Mapping[str, Any]


def page(content: SiteContent, view: SchemeView, written: str) -> Page:
    """Return a scheme's page.

    Parameters
    ----------
    content
        What the site is made of.
    view
        The scheme with its published finding.
    written
        The body of the scheme's `.qmd`: what people wrote about it.
    """
    drawn = draw(view)
    markup, live = charts(view.stem, drawn)
    record = view.record
    stamps = (f"Followed up to {words.long_date(content.as_of)}", f"Led by: {record.lead}")
    return Page(
        stem=view.stem,
        title=record.title,
        subtitle=f"{words.sentence_case(record.kind)}: {record.problem.lower()}",
        description=record.description or "",
        stamps=stamps,
        body=_top(view),
        written=written,
        after=_rest(content, view, markup),
        live=live,
    )


# ---------------------------------------------------------------- the top: decision, 100 people, can and cannot say


def _top(view: SchemeView) -> str:
    parts = [_decision(view), _hundred(view)]
    finding = view.finding
    if finding and (finding.get("can_say") or finding.get("cannot_say")):
        can = [*plain_claim(view), *finding.get("can_say", ())]
        parts += [heading(2, "What you can and cannot say", "say"), say(can, finding.get("cannot_say", ()))]
    if view.record.body.strip() and not view.record.body.lstrip().startswith("#"):
        parts.append(heading(2, "What it is", "about"))
    return "".join(parts)


def plain_claim(view: SchemeView) -> list[str]:
    """Say the headline in one plain sentence, to stand first among what can be said."""
    seen, name = view.seen, view.in_a_sentence
    if seen.value is None or seen.low is None or seen.high is None:
        return []
    span = words.interval_words(seen.low, seen.high)
    if seen.effect in ("fewer", "more"):
        gap = words.people_difference(seen.value)
        return [
            f"Of 100 people with {name}, {gap} had another incident within a year than of 100 similar people ({span})."
        ]
    if seen.effect == "same":
        return [f"With {name}, about as many people had another incident within a year as without it."]
    return [f"We cannot tell yet whether {name} changes repeat incidents: it could be {span} of 100."]


def _cited(view: SchemeView) -> str:
    quotes = [(source.says, f"{source.document}, {source.where}") for source in view.record.sources]
    if not quotes:
        return ""
    title = heading(2, "What source documents say of the real scheme", "documents")
    return title + cited_box("Quoted from documents about other places, not from this partnership’s data", quotes)


def _decision(view: SchemeView) -> str:
    cost, unit = cost_lines(view)
    decision, when = decision_lines(view)
    happened, more = happened_lines(view)
    sure, why = sure_lines(view)
    facts = (
        Fact("What happened", happened, more),
        Fact("How sure we are", sure, why),
        Fact("What it costs", cost, f"{unit}. {averted_cost(view)}" if unit else ""),
        Fact("Who decides, by when", view.record.decision.who, decision_when(view, when)),
    )
    foot = ""
    if view.finding:
        file = f"../published/findings/{view.finding['study']}.json"
        foot = f'<p class="foot">{link(file, "The published finding behind this box")}</p>'
    return decision_box(decision_title(view), decision, facts, gap=view.seen.effect in ("none", "planned"), foot=foot)


def decision_when(view: SchemeView, when: str) -> str:
    """Say by when, and when the money ends."""
    ends = view.record.funding_end
    return f"{words.sentence(when)} Funding ends {words.long_date(ends)}." if ends else words.sentence(when)


def decision_title(view: SchemeView) -> str:
    """Name the box: a decision to come, or one that was taken."""
    return "The decision in front of you" if view.decision_open else "The decision taken"


def happened_lines(view: SchemeView) -> tuple[str, str]:
    """Say what happened in a bold line and a small one."""
    seen, finding = view.seen, view.finding
    if seen.value is None or seen.low is None or seen.high is None:
        if finding and finding.get("reason"):
            return "Cannot be said", words.sentence(str(finding["reason"]))
        return (
            seen.words,
            "No study of this scheme has been made yet." if seen.effect == "none" else "It has not begun.",
        )
    span = words.interval_words(seen.low, seen.high)
    number = f"{words.people_difference(seen.value)} of 100"
    if seen.effect in ("fewer", "more"):
        return (
            number,
            f"people had another incident within a year (range {span} {'fewer' if seen.effect == 'fewer' else 'more'}).",
        )
    return seen.words, f"{number} had another incident within a year (range {span})."


def sure_lines(view: SchemeView) -> tuple[str, str]:
    """Say how sure, and the first reasons for it."""
    finding = view.finding
    if finding is None or finding.get("status") != "estimated":
        return "Not at all, yet", "There is no fair comparison to rest on."
    reasons = [words.sentence(str(reason)) for reason in (finding.get("evidence") or {}).get("reasons", ())]
    return view.seen.sureness, " ".join(reasons[:2])


def averted_cost(view: SchemeView) -> str:
    """Say what it costs for each person spared a repeat, with its range, where both are known."""
    seen, cost = view.seen, view.amount
    if cost is None or seen.value is None or seen.low is None or seen.high is None or not view.cost_is_per_case:
        return ""
    if seen.high >= 0:
        return "Cost for each person spared a repeat: not known, since no fewer is possible."
    each = [round(float(cost) * 100 / -edge, -1) for edge in (seen.value, seen.low, seen.high)]
    return f"About {words.pounds(each[0])} for each person spared a repeat ({words.pounds(each[1])} to {words.pounds(each[2])})."


def _hundred(view: SchemeView) -> str:
    shares = year_shares(view)
    if shares is None or view.seen.value is None or view.seen.low is None or view.seen.high is None:
        return ""
    without, helped = shares
    drawn = hundreds(without, helped, (view.seen.value, view.seen.low, view.seen.high), view.in_a_sentence)
    return heading(2, "Out of 100 people", "hundred") + drawn


def year_shares(view: SchemeView) -> tuple[float, float] | None:
    """Return the shares with another incident within a year, compared and helped, as the headline effect has them."""
    effect = view.headline or {}
    without, helped = effect.get("compared"), effect.get("treated")
    if isinstance(without, int | float) and isinstance(helped, int | float):
        return float(without), float(helped)
    read = {curve.arm: curve for curve in curves.read((view.finding or {}).get("curves", ()), "no_repeat")}
    if "compared" not in read or view.seen.value is None:
        return None
    without = 1 - read["compared"].at(366)[0]
    helped = without + view.seen.value / 100
    return (without, helped) if 0 <= helped <= 1 else None


# ---------------------------------------------------------------- charts


def draw(view: SchemeView) -> dict[str, Chart]:
    """Draw every chart the finding holds the figures for."""
    finding = view.finding
    if not finding:
        return {}
    drawn: dict[str, Chart] = {}
    for name in ("no_repeat", "incidents_per_person", "first_case_no_repeat"):
        family = curves.read(finding.get("curves", ()), name)[:4]
        if family and len(family[0].times) > 1:
            drawn[name] = _curve_chart(view, name, family)
    if finding.get("attrition"):
        drawn["ladder"] = ladder(finding["attrition"])
    if finding.get("balance"):
        drawn["balance"] = love.chart(finding["balance"])
    return drawn


def _curve_chart(view: SchemeView, name: str, family: Sequence[curves.Curve]) -> Chart:
    scale = curves.SCALES[name]
    ends = [curve.at(366)[0] for curve in family]
    share = [f"{words.per_hundred(end)} of 100" if scale.hundred else f"{end:.2f}" for end in ends]
    what = "incidents each" if name == "incidents_per_person" else "had no repeat"
    title = (
        f"After a year, {share[0]} {what} with {view.in_a_sentence}, next to {share[1]} without"
        if len(family) > 1
        else f"After a year, {share[0]} {what}"
    )
    shape = "falling" if scale.start else "rising"
    desc = (
        f"{number_of(len(family), f'{shape} line')} over time, one for each group: "
        f"{words.listed([curve.label for curve in family])}. Shaded bands show the 95% intervals. "
        "The figures are in the table below."
    )
    return curves.chart(family, scale, title, name=f"curve-{name.replace('_', '-')}", start="the start", desc=desc)


def ladder(steps: Sequence[Mapping[str, Any]], *, rounded: bool = True) -> Chart:
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
    title = (
        f"From {words.plain(known[0])} people to {words.plain(known[-1])}, step by step"
        if len(known) > 1
        else "Who was left at each step"
    )
    spoken = "; ".join(f"{row.label}: {row.words}" for row in rows)
    return bars.bars(
        rows, name="ladder", title=title, desc=f"Bars from top to bottom. {spoken}.",
        note=f"The bar in full colour is the group the result is about. {exact}", heads=("Step", "People"),
    )  # fmt: skip


# ---------------------------------------------------------------- the rest


def _rest(content: SiteContent, view: SchemeView, drawn: Mapping[str, str]) -> str:
    parts: list[str] = []
    if view.finding is None:
        parts.append(_no_finding(view))
    else:
        parts += _results(view.finding, drawn)
        parts.append(_trust(content, view.finding, drawn))
    parts += [_contracts(content, view), _objectives(view), _lessons(view), _history(view), _cited(view)]
    return "".join(parts)


def _no_finding(view: SchemeView) -> str:
    return heading(2, "What happened", "happened") + unknown(
        f"nobody has compared people helped by {escaped(view.in_a_sentence)} with similar people who were not. "
        "Until then, no number belongs here. "
        '<a href="../methods.html">How a scheme is evaluated</a>'
    )


def _results(finding: Finding, drawn: Mapping[str, str]) -> list[str]:
    parts: list[str] = []
    for name, title, beside in (
        ("no_repeat", "What happened over the year", _beside(finding)),
        ("incidents_per_person", "How many incidents in all?", "This counts every incident, not the first alone."),
    ):
        if name in drawn:
            parts += [heading(2, title, name.replace("_", "-")), aside(drawn[name], beside)]
    parts.append(_resolved(finding))
    if "ladder" in drawn:
        parts += [heading(2, "Who was helped, and who was not", "who"), drawn["ladder"]]
    needed = (finding.get("needed") or {}).get("text")
    if needed:
        open_ = glance(finding).effect in ("unclear", "none")
        title = "What would settle it" if open_ else "Were there enough people?"
        parts += [heading(2, title, "needed"), paragraph(words.sentence(str(needed)))]
    return parts


def _beside(finding: Finding) -> str:
    seen = glance(finding)
    if seen.value is None:
        return "Where the bands overlap, chance could explain the gap."
    return f"At one year the gap is {seen.numbers()} of 100. Where the bands overlap, chance could explain the gap."


def _resolved(finding: Finding) -> str:
    effect = next((e for e in finding.get("effects", ()) if e.get("name") == "resolution_difference_182"), None)
    if effect is None or effect.get("treated") is None or effect.get("compared") is None or effect.get("value") is None:
        return ""
    text = (
        f"Within half a year, {words.per_hundred(effect['treated'])} of 100 cases of people helped were resolved. "
        f"Of similar cases without the scheme, {words.per_hundred(effect['compared'])} of 100 were."
    )
    if effect.get("low") is not None and effect.get("high") is not None:
        text += f" The difference is {effect_value(effect)} of 100."
    return heading(2, "Were cases resolved?", "resolved") + paragraph(text)


def _trust(content: SiteContent, finding: Finding, drawn: Mapping[str, str]) -> str:
    parts = [heading(2, "Can you trust this?", "trust")]
    checks = [check for check in finding.get("checks", ()) if check.get("text")]
    if "balance" in drawn:
        parts.append(folded("Were the groups alike?", drawn["balance"]))
    if "first_case_no_repeat" in drawn:
        parts.append(folded("From each person’s first case, with no adjustment", drawn["first_case_no_repeat"]))
    if checks:
        passed = sum(check.get("verdict") == "pass" for check in checks)
        parts.append(
            folded(f"Ways we tried to break the result: {passed} of {len(checks)} passed", checks_table(checks))
        )
    if finding.get("effects"):
        tables = effects_table(finding["effects"])
        if finding.get("sensitivity"):
            tables += effects_table(finding["sensitivity"], "The same by other methods")
        parts.append(folded("Every number, with its range", tables))
    if finding.get("naive"):
        parts.append(folded("What a simple before-and-after would have said", _naive(finding["naive"])))
    if finding.get("assumptions"):
        parts.append(
            folded("What this takes for granted", bullets(words.sentence(str(a)) for a in finding["assumptions"]))
        )
    parts.append(folded("Where the numbers come from", sources.of_finding(content, finding, "../")))
    return "".join(parts)


VERDICTS = {"pass": "✓ Passed", "fail": "✕ Take care", "warn": "✕ Take care", "info": "For information"}


def checks_table(checks: Sequence[Mapping[str, Any]]) -> str:
    """Write every check with what it found."""
    rows = [
        [
            words.sentence_case(str(check.get("name", ""))),
            words.sentence(str(check["text"])),
            VERDICTS.get(str(check.get("verdict")), words.sentence_case(str(check.get("verdict", "")))),
        ]
        for check in checks
    ]
    return region(
        data_table("Checks made before publishing", ["Check", "What we found", "Reading"], rows), "Checks, table"
    )


_EFFECT_NAMES = (
    (re.compile(r"hazard_ratio"), "Rate of repeats, helped over not helped"),
    (re.compile(r"risk_difference_(\d+)"), "People of 100 with a repeat in {} days, difference"),
    (re.compile(r"rmst_difference_(\d+)"), "Days without a repeat in {} days, difference"),
    (re.compile(r"events_averted_per_100_(\d+)"), "Incidents averted for 100 people in {} days"),
    (re.compile(r"resolution_difference_(\d+)"), "Cases of 100 resolved in {} days, difference"),
)


def effect_name(name: str) -> str:
    """Say in words what an effect measures."""
    for pattern, said in _EFFECT_NAMES:
        found = pattern.fullmatch(name)
        if found:
            return said.format(*found.groups())
    return words.sentence_case(name)


def effect_value(effect: Mapping[str, Any]) -> str:
    """Write an effect and its interval in the unit people read."""
    name, value, low, high = (effect.get(key) for key in ("name", "value", "low", "high"))
    if value is None:
        return words.HIDDEN
    factor, digits = (100, 1) if "difference" in str(name) and "rmst" not in str(name) else (1, 2)
    show = (lambda v: f"{v:.2f}") if name == "hazard_ratio" else (lambda v: words.signed(v * factor, digits))
    return show(value) if low is None or high is None else f"{show(value)} ({show(low)} to {show(high)})"


def effects_table(effects: Sequence[Mapping[str, Any]], caption: str = "Every effect estimated") -> str:
    """Write every effect with its interval, people and method."""
    rows = [
        [
            effect_name(str(effect.get("name"))),
            effect_value(effect),
            words.count(effect.get("n_treated")),
            words.count(effect.get("n_compared")),
            words.sentence_case(str(effect.get("method") or "–")),
            words.sentence_case(str(effect.get("population") or "–")),
        ]
        for effect in effects
    ]
    heads = ["What", "Value (95% interval)", "People helped", "People compared", "Method", "About whom"]
    return region(data_table(caption, heads, rows), f"{caption}, table")


def _naive(naive: Sequence[Mapping[str, Any]]) -> str:
    items = [
        Markup(quoted(words.sentence(str(entry.get("text") or words.humane(str(entry.get("name")))))))
        for entry in naive
    ]
    return paragraph(
        "These simple sums flatter or blame a scheme. They are shown so that nobody is surprised by them."
    ) + bullets(items)


def _contracts(content: SiteContent, view: SchemeView) -> str:
    bought = [value for value in content.contracts if value.data.get("scheme") == view.record.id]
    if not bought:
        return ""
    items = [
        Markup(
            f"{link(f'../contracts/{value.name}.html', str(value.data.get('title') or value.name))}: {_verdict(value.data)}"
        )
        for value in bought
    ]
    return heading(2, "The contract behind it", "contract") + bullets(items)


def _verdict(data: Mapping[str, Any]) -> str:
    found = data.get("verdict") or {}
    return escaped(
        f"{words.visible(found.get('text') or 'no verdict')}. {words.sentence(str(found.get('sentence') or ''))}"
    )


def _objectives(view: SchemeView) -> str:
    title = heading(2, "What it set out to do", "objective")
    aim = view.record.objective
    if aim is None:
        return title + unknown("this scheme has <b>no measurable objective</b>: no number, owner and date were set.")
    row = [aim.text, f"{aim.number:g} {aim.unit}", aim.owner, words.long_date(aim.by)]
    return title + region(data_table("Objective", ["Objective", "Number", "Owner", "By"], [row]), "Objective, table")


def _lessons(view: SchemeView) -> str:
    title = heading(2, "Lessons", "lessons")
    items = [words.sentence(lesson) for lesson in view.record.lessons]
    if view.record.good_practice:
        items.append(f"Good practice: {words.sentence(view.record.good_practice)}")
    return title + (bullets(items) or paragraph("No lesson has been written down yet."))


def _history(view: SchemeView) -> str:
    if not view.record.history:
        return ""
    return heading(2, "History of decisions", "history") + timeline(
        [
            (item.day.isoformat(), words.long_date(item.day), words.sentence(item.what))
            for item in reversed(view.record.history)
        ]
    )
