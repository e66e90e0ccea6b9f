"""A scheme's page: the decision first, then what can be said, what happened, who was helped, and why to trust it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from evaluation.publishing import disclosure_claims as claims
from evaluation.publishing import words
from evaluation.publishing.charts import curves
from evaluation.publishing.charts.people import hundreds
from evaluation.publishing.pages import contract_money, scheme_dates, scheme_record, scheme_results
from evaluation.publishing.pages import worth as value_for_money
from evaluation.publishing.pages.claims import spoken
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import plain_reason
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.glance import estimate
from evaluation.publishing.pages.reading import Json, part_of, rows_of, texts_of
from evaluation.publishing.pages.scheme_view import SchemeView, cost_lines, decision_lines
from evaluation.publishing.parts import Fact, decision_box, heading, link, say, unknown
from evaluation.publishing.words import escaped


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
    drawn = scheme_results.draw(view)
    markup, live = charts(view.stem, drawn)
    record = view.record
    stamps = (
        f"Followed up to {words.long_date(content.as_of)}", f"Led by: {record.lead}",
        f"Status: {record.status}", f"Where: {record.area}",
    )  # fmt: skip
    return Page(
        stem=view.stem,
        title=record.title,
        subtitle=f"{words.sentence_case(record.kind)}: {record.problem.lower()}",
        description=record.description or first_sentence(record.body),
        stamps=stamps,
        body=_top(content, view),
        written=written,
        after=_rest(content, view, markup),
        live=live,
    )


def first_sentence(body: str) -> str:
    """Return the first sentence of what people wrote, where it is plain words: a summary for want of another."""
    paragraph_ = next(
        (part for part in body.split("\n\n") if part.strip() and not part.lstrip().startswith(("#", "-", "|"))), ""
    )
    found = re.match(r"[^.?!]+[.?!](?=\s|$)", " ".join(paragraph_.split()))
    return found.group() if found and not set(found.group()) & set("<>`{}[]*_|") else ""


def _top(content: SiteContent, view: SchemeView) -> str:
    parts = [_decision(content, view), _hundred(view)]
    finding = view.finding
    if finding and (texts_of(finding, "can_say") or texts_of(finding, "cannot_say")):
        first = plain_claim(view)
        can = [*first, *spoken(claims.can_say(finding), headline=bool(first))]
        parts += [heading(2, "What you can and cannot say", "say"), say(can, texts_of(finding, "cannot_say"))]
    if view.record.body.strip() and not view.record.body.lstrip().startswith("#"):
        parts.append(heading(2, "What it is", "about"))
    return "".join(parts)


def plain_claim(view: SchemeView) -> list[str]:
    """Say the headline in one plain sentence, to stand first among what can be said."""
    seen, name = view.seen, view.in_a_sentence
    if seen.value is None or seen.low is None or seen.high is None:
        return []
    span = words.interval_words(seen.low, seen.high)
    if seen.unit == "incidents":
        gap = words.people_difference(seen.value)
        if seen.effect in ("fewer", "more"):
            return [f"For each 100 incidents expected where {name} ran, {gap} were recorded ({span})."]
        return [f"We cannot tell yet whether incidents change with {name}: it could be {span} of 100."]
    if seen.effect in ("fewer", "more"):
        gap = words.people_difference(seen.value)
        return [
            f"Of 100 people with {name}, {gap} had another incident within a year than of 100 similar people ({span})."
        ]
    if seen.rate:
        return [
            f"With {name}, repeats come {seen.effect}: at any time in the year, they come {seen.rate_line()}; "
            f"whether more or fewer people have one within the year is not clear ({span} of 100)."
        ]
    if seen.effect == "same":
        return [f"With {name}, about as many people had another incident within a year as without it."]
    return [f"We cannot tell yet whether repeats change with {name}: it could be {span} of 100."]


def _decision(content: SiteContent, view: SchemeView) -> str:
    cost, unit = cost_lines(view)
    decision, when = decision_lines(view)
    happened, more = happened_lines(view)
    sure, why = sure_lines(view)
    facts = (
        Fact("What happened", happened, more),
        Fact("How sure we are", sure, why),
        Fact("What it costs", cost, f"{unit}. {_each_spared(content, view)}" if unit else ""),
        Fact("Who decides, by when", view.record.decision.who, decision_when(content, view, when)),
        *_worth(content, view),
    )
    foot = ""
    if view.finding:
        file = f"../published/findings/{view.finding['study']}.json"
        foot = f'<p class="foot">{link(file, "The published finding behind this box")}</p>'
    return decision_box(decision_title(view), decision, facts, gap=view.seen.effect in ("none", "planned"), foot=foot)


def decision_when(content: SiteContent, view: SchemeView, when: str) -> str:
    """Say by when, why then where a contract asks for it, and when the money ends."""
    days = scheme_dates.contract_days(content, view.record.id)
    why = scheme_dates.reasons(days, view.decide_by, view.record.decision.by)
    ends = scheme_dates.funding(content, view.record.id, view.record.funding_end)
    return " ".join(part for part in (words.sentence(when), why, ends) if part)


def _worth(content: SiteContent, view: SchemeView) -> tuple[Fact, ...]:
    """Set what the money bought beside the effect: fewer repeats can cost more than they save."""
    said = value_for_money.worth(content, view.record.id)
    return (Fact("Is it worth its money", value_for_money.in_short(content, view.record.id), said),) if said else ()


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
    if seen.unit == "incidents":
        said = f"were recorded than the months before led to expect (range {span})."
        if seen.effect in ("fewer", "more"):
            return f"{number} incidents", said
        return seen.words, f"{number} incidents {said}"
    if seen.effect in ("fewer", "more"):
        return (
            number,
            f"people had another incident within a year (range {span} {seen.effect}).",
        )
    if seen.rate:
        return seen.words, (
            f"At any time in the year, repeats came {seen.rate_line()}.{two_parts(finding or {})}{half_year(view)} "
            f"Within the whole year, {number} had another incident (range {span}): not clear."
        )
    return seen.words, f"{number} had another incident within a year (range {span})."


def two_parts(finding: Json) -> str:
    """Say that a rate for the whole year hides two unlike parts of it, where they lie on two sides of no difference."""
    check = next((row for row in rows_of(finding, "checks") if row.get("name") == "proportional_hazards"), None)
    early, later = (part_of(check or {}, "figures").get(key) for key in ("early_ratio", "later_ratio"))
    if not isinstance(early, int | float) or not isinstance(later, int | float) or (early - 1) * (later - 1) >= 0:
        return ""
    told = "" if (check or {}).get("verdict") == "fail" else " There are too few people to be sure that the two differ."
    return f" It was {early:.2f} times as often in the first 13 weeks and {later:.2f} times afterwards.{told}"


def half_year(view: SchemeView) -> str:
    """Say the difference within half a year, where a finding has it."""
    found = estimate(view.finding or {}, "risk_difference_182")
    if found is None:
        return ""
    value, low, high = (100 * edge for edge in found)
    return f" Within half a year, {words.people_difference(value)} of 100 had one ({words.interval_words(low, high)})."


def sure_lines(view: SchemeView) -> tuple[str, str]:
    """Say how sure, and the first reasons for it."""
    finding = view.finding
    if finding is None or finding.get("status") != "estimated":
        return "Not at all, yet", "There is no fair comparison to rest on."
    reasons = [plain_reason(reason) for reason in texts_of(part_of(finding, "evidence"), "reasons")]
    if view.may_be_chance:
        reasons.insert(1, CHANCE)
    return view.seen.sureness, " ".join(reasons[:3])


CHANCE = "Take care: read beside all results of the register, it may yet be chance."


def _each_spared(content: SiteContent, view: SchemeView) -> str:
    """Give the contract's own sum where it has one, so that two pages do not say two things."""
    bought = (value.data for value in content.contracts if value.data.get("scheme") == view.record.id)
    known = next((said for data in bought if (said := contract_money.spared(data))), "")
    return f"With all that its contract has spent: {known}." if known else averted_cost(view)


def averted_cost(view: SchemeView) -> str:
    """Say what it costs for each person spared a repeat, with its range, where both are known."""
    seen, cost = view.seen, view.amount
    if seen.unit == "incidents":
        return ""
    if cost is None or seen.value is None or seen.low is None or seen.high is None or not view.cost_is_per_case:
        return ""
    if seen.high >= 0:
        return "Cost for each person spared a repeat: not known, since it may have spared nobody."
    each = [round(float(cost) * 100 / -edge, -1) for edge in (seen.value, seen.low, seen.high)]
    best, low, high = (words.pounds(amount) for amount in each)
    return f"About {best} for each person spared a repeat ({low} to {high})."


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
    read = {curve.arm: curve for curve in curves.read(rows_of(view.finding or {}, "curves"), "no_repeat")}
    if "compared" not in read or view.seen.value is None:
        return None
    without = 1 - read["compared"].at(366)[0]
    helped = without + view.seen.value / 100
    return (without, helped) if 0 <= helped <= 1 else None


def _rest(content: SiteContent, view: SchemeView, drawn: Mapping[str, str]) -> str:
    if view.finding is None:
        return _no_finding(view) + scheme_record.body(content, view)
    shown = [*scheme_results.results(view, view.finding, drawn), scheme_results.trust(content, view.finding, drawn)]
    return "".join(shown) + scheme_record.body(content, view)


def _no_finding(view: SchemeView) -> str:
    return heading(2, "What happened", "happened") + unknown(
        f"{escaped(_not_compared(view))} Until then, no number belongs here. "
        '<a href="../methods.html">How a scheme is evaluated</a>'
    )


def _not_compared(view: SchemeView) -> str:
    """Say what nobody has compared: an order or a notice helps nobody, and what has not begun has no people yet."""
    name = view.in_a_sentence
    if view.record.status == "planned":
        return f"{name} has not begun, so there is nothing to compare yet."
    if view.record.kind == "enforcement":
        return f"nobody has compared what followed {name} with what happened to similar people without it."
    if view.record.kind == "prevention":
        return (
            f"nobody has compared what followed {name} with what happened in similar places, or to people, without it."
        )
    return f"nobody has compared people helped by {name} with similar people who were not."
