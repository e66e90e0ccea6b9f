"""A contract's page: the verdict by rule first, then what was promised and what came, and what the money bought."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.publishing import disclosure_claims as claims
from evaluation.publishing import words
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages import contract_charts, contract_money, contract_served, measures
from evaluation.publishing.pages.claims import plain
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.effects import plain_reason
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.glance import Glance, glance
from evaluation.publishing.pages.reading import Json, part_of, rows_of
from evaluation.publishing.parts import (
    Cell,
    Fact,
    Markup,
    aside,
    card_table,
    cited_box,
    decision_box,
    folded,
    heading,
    link,
    paragraph,
    timeline,
    unknown,
)
from evaluation.publishing.release import Published
from evaluation.publishing.words import escaped

READINGS = {
    "meets": '<span class="meets">✓ Meets</span>',
    "met": '<span class="meets">✓ Met</span>',
    "misses": '<span class="misses">✕ Misses</span>',
    "missed": '<span class="misses">✕ Missed</span>',
    "not_reported": '<span class="unproved">? Not reported</span>',
    "not_collected": '<span class="unproved">? Not collected</span>',
    "too_incomplete": '<span class="unproved">? Too incomplete to say</span>',
    "cannot_yet_be_said": '<span class="unproved">? Cannot yet be said</span>',
}


def stem(contract: Published) -> str:
    """Return the path of a contract's page without suffix."""
    return f"contracts/{contract.name}"


def title(data: Json) -> str:
    """Return a contract's title."""
    return words.visible(data.get("title") or words.sentence_case(str(data.get("contract", ""))))


def verdict(data: Json) -> tuple[str, str]:
    """Return a contract's verdict in words and its reason, counted from the outcomes that stand on the page."""
    found = part_of(data, "verdict")
    outcomes = [str(part_of(row, "verdict").get("word") or "") for row in rows_of(data, "outcomes")]
    said = str(found.get("sentence") or "")
    if outcomes and all(outcomes) and (again := claims.verdict(outcomes))[0] == found.get("word"):
        said = again[1]
    if outcomes and not {"met", "missed"} & set(outcomes) and found.get("word") == "cannot_yet_be_said":
        of = f"The {len(outcomes)} outcome targets" if len(outcomes) > 1 else "The one outcome target"
        said = f"{of} cannot be judged yet"
    return words.visible(found.get("text") or "No verdict"), words.sentence(said)


def missing(data: Json) -> bool:
    """Whether a contract has outcomes that are known, and misses a target."""
    return part_of(data, "verdict").get("word") == "outcomes_missed"


def unproven(data: Json) -> bool:
    """Whether a contract cannot show an outcome."""
    return part_of(data, "verdict").get("word") == "outcomes_not_evidenced"


def page(content: SiteContent, contract: Published) -> Page:
    """Return a contract's page."""
    data = contract.data
    drawn = contract_charts.draw(data)
    markup, live = charts(stem(contract), drawn)
    term = part_of(data, "term")
    summary = (
        f"{words.pounds(str(data['value_total']))} from {words.date_or(term.get('from'))} "
        f"to {words.date_or(term.get('to'))}."
        if data.get("value_total") is not None
        else ""
    )
    return Page(
        stem=stem(contract),
        title=title(data),
        subtitle="Contract",
        description=f"{summary} {words.sentence(str(data.get('purpose') or ''))}".strip(),
        stamps=(
            f"Returns up to {words.long_date(content.as_of)}",
            f"Owner: {words.visible(data.get('owner') or 'no owner named')}",
            f"Provider: {words.visible(data.get('provider') or 'not named')}",
        ),
        body=_body(content, contract, drawn, markup),
        live=live,
    )


def _body(content: SiteContent, contract: Published, drawn: Mapping[str, Chart], markup: Mapping[str, str]) -> str:
    data = contract.data
    parts = [_decision(content, data)]
    parts += [heading(2, "What was promised, and what came", "measures"), _table(data)]
    parts.append(
        "<p>An <b>output</b> is what the provider does. An <b>outcome</b> is what changes for people. "
        "Only outcomes can show that the contract works.</p>"
    )
    if "bounds" in markup:
        warning = words.sentence(str(part_of(data, "counselling").get("warning") or ""))
        parts += [heading(2, "Did clients get better?", "better"), aside(markup["bounds"], warning)]
    elif data.get("counselling"):
        parts += [
            heading(2, "Did clients get better?", "better"),
            _scores(part_of(part_of(data, "counselling"), "improvement")),
        ]
    steady = [name for name in drawn if name.startswith("output-")]
    if steady:
        parts.append(heading(2, "Is the service steady?", "steady"))
        parts += [aside(markup[name], contract_charts.sentence_of(data, name)) for name in steady]
    parts.append(_scheme(content, data))
    parts += [heading(2, "What the money bought", "money"), contract_money.body(data)]
    parts.append(contract_served.delivery(data))
    funnels = [name for name in drawn if name.startswith("funnel-")]
    if funnels:
        parts.append(heading(2, "Is one place or service unlike the others?", "funnels"))
        parts += [aside(markup[name], contract_charts.funnel_sentence(data, name)) for name in funnels]
    parts += [contract_served.returns(data), _calendar(data), _cited(data)]
    file = link(f"../published/contracts/{contract.name}.json", f"{contract.name}.json")
    parts.append(f'<p class="key">Every number here comes from the published result: {file}.</p>')
    return "".join(parts)


def _scores(found: Json) -> str:
    """Say how many got better of those with two scores, where those without are too few to show."""
    if any(found.get(key) is None for key in ("share", "low", "high")):
        return unknown("whether anyone got better: too few second scores are held.")
    share, low, high = (f"{100 * float(found[key]):.0f}" for key in ("share", "low", "high"))
    return paragraph(
        f"Of 100 clients with a first and a last score, {share} got reliably better ({low} to {high}). Those without a "
        "last score are too few to show. A fall is not proof: people on a waiting list often improve too."
    )


def _decision(content: SiteContent, data: Json) -> str:
    word, why = verdict(data)
    study = _beside_the_study(content, data)
    happened, more = _happened(data, _seen(content, data))
    facts = (
        Fact("What happened", happened, more),
        Fact("How sure we are", *_sure(data)),
        Fact("What it costs", *contract_money.headline(data)),
        Fact("What to decide", *_to_decide(data)),
    )
    return decision_box(
        f"Verdict: {word[:1].lower()}{word[1:]}",
        why,
        facts,
        gap=unproven(data),
        foot=paragraph(study, "foot") if study else "",
    )


def _to_decide(data: Json) -> tuple[str, str]:
    """Put the next decision as a choice, with its last day."""
    decision = part_of(data, "decision")
    kind, on = decision.get("kind"), words.date_or(decision.get("on"))
    ends = words.date_or(part_of(data, "term").get("to"))
    funding = f"{_funding(data)} {words.date_or(data.get('funding_ends'))}."
    asked, why = {
        "contract_end": ("Renew it, change it or let it end", f"The contract ends {on}."),
        "break_clause": (
            "Use the break, or let it run on",
            f"The break is on {on}. If it is let pass, it runs to {ends}.",
        ),
        "funding_end": (
            "Find other money, or do less",
            f"{words.sentence(str(decision.get('text') or ''))} It ends {on}.",
        ),
    }.get(str(kind), (words.visible(decision.get("text") or "No decision is waiting"), ""))
    if funding.endswith(f"{on}.") and kind == "funding_end":
        funding = ""
    passed = " That day has passed." if str(decision.get("decide_by") or "9") < str(data.get("as_of") or "") else ""
    by = f"Decide by {words.date_or(decision.get('decide_by'))}.{passed}" if decision.get("decide_by") else ""
    return asked, " ".join(part for part in (by, why, funding) if part)


def _funding(data: Json) -> str:
    """Name the day the money ends: the first of several where payers stop on different days."""
    days = {row.get("ends") for row in rows_of(data, "funding")}
    return "The first of its funding ends" if len(days) > 1 else "Funding ends"


def _beside_the_study(content: SiteContent, data: Json) -> str:
    """Say how an unproven contract and a clear study of its scheme go together."""
    seen = _seen(content, data)
    if not unproven(data) or seen.effect in ("none", "planned", "unclear"):
        return ""
    return (
        "The figures that the provider sends in cannot show it. "
        "The study of the scheme, which compares similar people, says: "
        f"{seen.words.lower()}, {seen.numbers()} of 100 (sureness {seen.sureness.lower()})."
    )


def _seen(content: SiteContent, data: Json) -> Glance:
    found = content.by_scheme.get(str(data.get("scheme")))
    return glance(found.data if found else None)


def _happened(data: Json, seen: Glance) -> tuple[str, str]:
    outcomes = rows_of(data, "outcomes")
    met = sum(part_of(row, "verdict").get("word") == "met" for row in outcomes)
    missed = sum(part_of(row, "verdict").get("word") == "missed" for row in outcomes)
    open_ = len(outcomes) - met - missed
    if not outcomes:
        return "No outcome was named", "The contract counts what is done, not what changes."
    of = words.number_of(len(outcomes), "outcome")
    none = "Neither" if len(outcomes) == 2 else "None"
    if not met and not missed:
        number = len(outcomes)
        mine = "its one outcome target cannot" if number == 1 else f"{none.lower()} of its {number} outcome targets can"
        judged = f"Against the contract: {mine} be judged yet."
        if seen.value is None:
            return "Not known yet", judged
        return f"{seen.words} in the study", f"{words.sentence_case(seen.numbers())} of 100. {judged}"
    rest = [f"{count} {state}" for count, state in ((missed, "missed"), (open_, "cannot be said yet")) if count]
    return f"{met or none} of {of} met", words.sentence(", ".join(rest) or "all are met")


def _sure(data: Json) -> tuple[str, str]:
    evidence = part_of(data, "evidence")
    if evidence.get("status") == "estimated":
        reasons = [plain_reason(str(reason)) for reason in (evidence.get("reasons") or ())][:1]
        return words.sentence_case(str(evidence.get("grade") or "Not graded")), " ".join(reasons)
    known = [part_of(part_of(row, "result"), "bounds").get("known_share") for row in rows_of(data, "outcomes")]
    shares = [share for share in known if isinstance(share, int | float)]
    if shares and min(shares) < 0.995:
        return "Not at all, yet", f"For the worst measure, {min(shares) * 100:.0f} of 100 results are known."
    return "Not at all, yet", "No comparison with similar people has been made."


def _cited(data: Json) -> str:
    quotes = [
        (str(row.get("fact") or row.get("quote") or ""), f"{row.get('document')}, {row.get('section')}")
        for row in rows_of(data, "source")
    ]
    if not quotes:
        return ""
    title = heading(2, "What source documents say of the real contract", "documents")
    return title + cited_box("Quoted from documents about other places, not from this partnership’s data", quotes)


def _table(data: Json) -> str:
    rows: list[list[Cell]] = []
    for kind in ("outputs", "outcomes"):
        for row in rows_of(data, kind):
            state = str(row.get("state") or part_of(row, "verdict").get("word") or "")
            reading = READINGS.get(state, f'<span class="unproved">? {escaped(words.sentence_case(state))}</span>')
            why = measures.why(row, _bar(data))
            rows.append(
                [
                    Markup(
                        f'{escaped(words.visible(row.get("definition")))} <span class="per">{kind[:-1]}, '
                        f"owner: {escaped(row.get('owner') or 'nobody')}</span>"
                    ),
                    f"{measures.target(row)}"
                    + (f" by {words.short_date(day)}" if (day := words.as_date(row.get("target_date"))) else ""),
                    measures.came(row),
                    Markup(reading + (f' <span class="per">{escaped(why)}</span>' if why else "")),
                ]
            )
    if not rows:
        return unknown("the contract names no measure.")
    return card_table("Measures in the contract", ["Measure", "Target", "Came", "Reading"], rows, "measures")


def _bar(data: Json) -> float:
    """The chance from which a target counts as met."""
    sure = part_of(data, "rules").get("sure")
    return float(sure) if isinstance(sure, int | float) else measures.SURE


def _scheme(content: SiteContent, data: Json) -> str:
    scheme = next((record for record in content.schemes if record.id == data.get("scheme")), None)
    if scheme is None:
        return ""
    found = content.by_scheme.get(scheme.id)
    lines = claims.can_say(found.data) if found else list(part_of(data, "evidence").get("can_say") or ())
    said = [words.sentence(plain(str(text))) for text in lines]
    text = escaped(said[0]) if said else "No study of it has a result yet."
    return heading(2, "What the study of the scheme says", "study") + (
        f"<p>{text} {link(f'../schemes/{scheme.id}.html', f'See the scheme: {scheme.title}')}</p>"
    )


def _calendar(data: Json) -> str:
    rows = sorted(
        (row for row in rows_of(data, "calendar") if words.as_date(row.get("on"))), key=lambda row: str(row["on"])
    )
    today = str(data.get("as_of") or "")
    ahead = [_dated(row) for row in rows if str(row["on"]) >= today]
    behind = [_dated(row) for row in rows if str(row["on"]) < today]
    parts = [heading(2, "Dates to keep", "calendar"), timeline(ahead) if ahead else paragraph("No date lies ahead.")]
    if behind:
        parts.append(folded(f"Dates that have passed: {len(behind)}", timeline(behind[::-1])))
    return "".join(parts)


def _dated(row: Json) -> tuple[str, str, str]:
    return str(row["on"]), words.date_or(row["on"]), _event(row)


def _event(row: Json) -> str:
    by = f" Decide by {words.date_or(row['decide_by'])}." if row.get("decide_by") else ""
    passed = {"overdue": " Overdue.", "notice_missed": " The notice date has passed."}.get(str(row.get("state")), "")
    return f"{words.sentence(str(row.get('text') or ''))}{by}{passed}"
