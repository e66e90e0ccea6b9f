"""What changed since the last edition: results of schemes, contracts, court costs and cases, then and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.pages import contract
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.glance import Glance, glance
from evaluation.publishing.pages.incidents import MARGIN
from evaluation.publishing.pages.reading import Json, amount, part_of, rows_of
from evaluation.publishing.pages.scheme_view import SchemeView
from evaluation.publishing.parts import Cell, Markup, card_table, heading, link, paragraph

Before = Mapping[str, Mapping[str, Any]]
Row = list[Cell]
HEADS = ("Last edition", "This edition", "What changed")
SAME = "As before"
NOTHING: Mapping[str, Any] = {}


def body(content: SiteContent, schemes: Sequence[SchemeView]) -> str:
    """Write the page of changes."""
    if not content.previous:
        return paragraph(
            "This is the first edition, so there is nothing to compare it with. From the next one on, every result "
            "that moved is listed here, with the old number beside the new one."
        )
    before: Before = content.previous
    parts = [_editions(content, before), _schemes(before, schemes), _contracts(content, before)]
    parts += [_figures(content, before), _gone(content, before), _source()]
    return "".join(parts)


def _editions(content: SiteContent, before: Before) -> str:
    """Name the two editions by the day that each follows everything up to."""
    then, now = last_day(before), words.long_date(content.as_of)
    if then is None:
        return paragraph(f"This edition goes up to {now}. The last edition does not say up to which day it went.")
    if then == content.as_of:
        return paragraph(f"Both editions go up to {now}. This one was made again, with what changed since.")
    return paragraph(f"The last edition went up to {words.long_date(then)}. This one goes up to {now}.")


def last_day(before: Before) -> date | None:
    """Return the day up to which an edition went: the latest that a result of it bears."""
    days = [day for data in before.values() if (day := words.as_date(data.get("as_of"))) is not None]
    return max(days, default=None)


def _source() -> str:
    return f'<p class="key">Every number here comes from {link("downloads.html#results", "the published results")}.</p>'


# ---------------------------------------------------------------- schemes


def _schemes(before: Before, schemes: Sequence[SchemeView]) -> str:
    """Compare what the register counts as a result: an effect with its range, then or now."""
    rows: list[Row] = []
    same: list[str] = []
    for view in schemes:
        old = before.get(f"finding/{view.finding['study']}") if view.finding else None
        then = glance(old) if old else Glance("none")
        if then.value is None and view.seen.value is None:
            continue
        named = link(view.href, view.record.title)
        if _reading(then) == _reading(view.seen):
            same.append(named)
        else:
            rows.append([Markup(named), _reading(then), _reading(view.seen), _change(then, view.seen)])
    table = card_table("Results, then and now", ["Scheme", *HEADS], rows) if rows else paragraph("No result moved.")
    stayed = words.number_of(len(same), "result").capitalize()
    kept = f"<p>{stayed} stayed as before{f': {words.listed(same)}' if same else ''}.</p>"
    return heading(2, "Results of schemes", "moved") + table + kept


def _reading(seen: Glance) -> str:
    if seen.value is None:
        return "No result"
    return f"{seen.words}: {seen.numbers()}. Sureness: {seen.sureness.lower()}"


def _change(then: Glance, now: Glance) -> str:
    if then.value is None:
        return "New"
    if now.value is None:
        return "No result any more"
    if then.effect != now.effect:
        return "Reading changed"
    return "Sureness changed" if then.numbers() == now.numbers() else "Number changed"


# ---------------------------------------------------------------- contracts


def _contracts(content: SiteContent, before: Before) -> str:
    if not content.contracts:
        return ""
    rows: list[Row] = []
    same: list[str] = []
    for value in content.contracts:
        old = before.get(f"contract/{value.name}")
        named = link(f"{contract.stem(value)}.html", contract.title(value.data))
        then, now = (_bought(old) if old else ""), _bought(value.data)
        if then == now:
            same.append(named)
        else:
            rows.append([Markup(named), then or "–", now, _turn(old, value.data)])
    table = card_table("Contracts, then and now", ["Contract", *HEADS], rows) if rows else ""
    stayed = words.number_of(len(same), "contract").capitalize()
    kept = f"<p>{stayed} stayed as before{f': {words.listed(same)}' if same else ''}.</p>"
    return heading(2, "Contracts", "contracts") + table + kept


def _bought(data: Json) -> str:
    """Say a contract's verdict, what it has spent and the chance that it is worth it."""
    verdict, _ = contract.verdict(data)
    value = part_of(data, "value")
    spent, chance = amount(value.get("spent")), part_of(value, "worth").get("value")
    parts = [verdict]
    if spent is not None:
        parts.append(f"{words.pounds(spent)} spent")
    if isinstance(chance, int | float):
        parts.append(f"{words.percent(float(chance))} likely to be worth its cost")
    return "; ".join(parts)


def _turn(old: Json | None, new: Json) -> str:
    if old is None:
        return "New"
    return "Verdict changed" if contract.verdict(old)[0] != contract.verdict(new)[0] else "Amounts changed"


# ---------------------------------------------------------------- court costs and cases


def _figures(content: SiteContent, before: Before) -> str:
    """Compare the main single figures: what is owed, and what is open or never marked as closed."""
    now: Before = {f"{value.kind}/{value.name}": value.data for value in content.published}
    was, are = _counted(before), _counted(now)
    rows: list[Row] = []
    for label in dict.fromkeys((*are, *was)):
        old, new = was.get(label), are.get(label)
        if new is None and old is None:
            continue
        href = "court-costs.html" if label in LEDGER.values() else "caseload.html"
        change = SAME if new == old else "New" if old is None else "Gone" if new is None else "Changed"
        rows.append([Markup(link(href, label)), _shown(was, label), _shown(are, label), change])
    if not rows:
        return ""
    table = card_table("Main figures, then and now", ["Figure", *HEADS], rows)
    return heading(2, "Court costs and cases", "figures") + table + _recounted(set(was), set(are))


def _shown(found: Mapping[str, str | None], label: str) -> str:
    return found[label] or words.HIDDEN if label in found else "not counted"


def _recounted(was: set[str], are: set[str]) -> str:
    """Warn where the states of cases are not those of the last edition: the numbers then count other things."""
    if not was - are:
        return ""
    return paragraph("Cases are counted in another way than before, so their old numbers cannot be set beside the new.")


LEDGER = {"awarded": "Awarded to the council", "paid": "Paid", "outstanding": "Still owed"}
CASES = "table/caseload_by_service_and_state"
NOT_CLOSED = ("open", "never marked as closed")
"""How the states of cases begin that have no closing day."""


def _counted(published: Before) -> dict[str, str | None]:
    """Return each figure of an edition by its label; None where it is not shown."""
    ledger: Json = next((data for key, data in published.items() if key.startswith("income/")), NOTHING)
    found: dict[str, str | None] = {}
    for key, label in LEDGER.items():
        value = amount(ledger.get(key))
        found[label] = None if value is None else words.pounds(value, pence=not ledger.get("amounts"))
    rows = [row for row in rows_of(published.get(CASES, NOTHING), "rows") if row.get("service") == MARGIN]
    for row in sorted(rows, key=lambda row: str(row.get("state"))):
        if (state := str(row.get("state"))).startswith(NOT_CLOSED):
            count = row.get("count")
            found[f"Cases {state}"] = words.count(count) if isinstance(count, int) else None
    return found


def _gone(content: SiteContent, before: Before) -> str:
    gone = sorted(key for key in before if key not in {f"{value.kind}/{value.name}" for value in content.published})
    named = [f"{words.humane(name)} ({kind})" for kind, _, name in (key.partition("/") for key in gone)]
    return paragraph(f"No longer published: {words.listed(named)}.") if named else ""
