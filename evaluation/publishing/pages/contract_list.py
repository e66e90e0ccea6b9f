"""The list of contracts: the verdict of each, its notice and the last day to give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.publishing import words
from evaluation.publishing.pages import contract_charts
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.contract import stem, title, verdict
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.reading import Json, part_of
from evaluation.publishing.parts import Cell, Markup, aside, card_table, heading, link, per, unknown
from evaluation.publishing.release import Published
from evaluation.publishing.words import escaped

HEADS = ("Contract", "Verdict", "Value", "First funding ends", "Notice", "Last day for notice")
_BEFORE = {
    "contract_end": "before it ends on",
    "break_clause": "before the break of",
    "funding_end": "before a funder stops on",
}


def page(content: SiteContent, stamps: tuple[str, ...]) -> Page:
    """Return the list of contracts, with what is the same for all of them."""
    contracts = content.contracts
    titles = {scheme.id: words.visible(scheme.title) for scheme in content.schemes}
    found = contract_charts.of_all(contracts, titles)
    all_ = link("downloads.html#results", "the published results")
    source = f'<p class="key">Every number here comes from {all_}. The page of a contract links its own.</p>'
    listed = index(contracts, titles)
    if found is None:
        return Page("contracts", "Contracts", stamps=stamps, body=listed + source)
    chart, reading = found
    markup, live = charts("contracts", {"funnel": chart})
    body = heading(2, "Are people satisfied, scheme by scheme?", "satisfied") + (
        "<p>Every scheme with enough answers is here, also those that are not bought by contract.</p>"
        + aside(markup["funnel"], reading)
    )
    return Page("contracts", "Contracts", stamps=stamps, body=listed + body + source, live=live)


def index(contracts: Sequence[Published], titles: Mapping[str, str]) -> str:
    """Write the list of contracts with their verdicts, the earliest decision first.

    Parameters
    ----------
    titles
        What each scheme is called on this site, by its id: people look for a contract by its scheme's name.
    """
    if not contracts:
        return unknown("no contract has been recorded yet.")
    rows = [_row(contract, titles) for contract in sorted(contracts, key=_first_decision)]
    return card_table("Contracts, earliest decision first", HEADS, rows)


def _row(contract: Published, titles: Mapping[str, str]) -> list[Cell]:
    data = contract.data
    word, why = verdict(data)
    total = data.get("value_total")
    scheme = str(data.get("scheme") or "")
    named = f"Scheme: {titles[scheme]}. " if titles.get(scheme, title(data)) != title(data) else ""
    provider = words.visible(data.get("provider") or "")
    return [
        Markup(f"{link(f'{stem(contract)}.html', title(data))} {per(f'{named}{provider}'.strip())}"),
        Markup(f'<b>{escaped(word)}</b> <span class="per">{escaped(why)}</span>'),
        words.pounds(str(total)) if total is not None else words.HIDDEN,
        words.date_or(data.get("funding_ends")),
        _notice(data),
        _last_day(data),
    ]


def _notice(data: Json) -> Cell:
    """The notice that the next decision needs, and that of the contract's end where it is another."""
    decision, usual = part_of(data, "decision"), part_of(data, "term").get("notice_days")
    on, by = words.as_date(decision.get("on")), words.as_date(decision.get("decide_by"))
    if on is None or by is None:
        return words.number_of(usual, "day") if isinstance(usual, int) else "not recorded"
    asked = (on - by).days
    before = f"{_BEFORE.get(str(decision.get('kind')), 'before')} {words.long_date(on)}"
    if isinstance(usual, int) and usual != asked:
        before += f"; else {words.number_of(usual, 'day')} before it ends"
    return Markup(f"{words.number_of(asked, 'day')} {per(before)}")


def _last_day(data: Json) -> Cell:
    by = words.as_date(part_of(data, "decision").get("decide_by"))
    if by is None:
        return "no decision waiting"
    today = words.as_date(data.get("as_of"))
    said = "" if today is None or by > today else "the day of this edition" if by == today else "has passed"
    return Markup(f"{words.long_date(by)} {per(said)}") if said else words.long_date(by)


def _first_decision(contract: Published) -> str:
    return str(part_of(contract.data, "decision").get("decide_by") or "9999")
