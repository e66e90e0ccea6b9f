"""The tables to download of contracts and of court costs, and what each field of their published JSON holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.measures import came
from evaluation.publishing.pages.reading import Json, part_of, rows_of
from evaluation.publishing.pages.sheets import Sheet


def sheets(content: SiteContent) -> tuple[Sheet, ...]:
    """Return the tables of contracts, their measures, dates and choices, and of court costs."""
    bought = [value.data for value in content.contracts]
    return (_contracts(bought), _measures(bought), _dates(bought), _choices(bought), _court_costs(content))


def _contracts(found: Iterable[Json]) -> Sheet:
    columns = {
        "contract": "The contract’s id; its published result has the same name",
        "title": "The contract’s title",
        "scheme": "The scheme’s id in the register",
        "provider": "Who delivers it",
        "owner": "Who answers for the contract",
        "from": "The first day of the term",
        "to": "The last day of the term",
        "value_total": "Pounds over the term",
        "spent": "Pounds spent so far",
        "saved": "Pounds that averted incidents would have cost, best estimate; empty where no fair result says",
        "saved_low": "Lower end of the range of what was saved",
        "saved_high": "Upper end of the range of what was saved",
        "chance_worth": "Chance that it is worth its cost, 0 to 1; empty where it is not known",
        "verdict": "The verdict by rule, in words",
        "decision": "The next thing that asks for a decision",
        "decide_by": "The last day for that decision, notice counted back",
        "decision_on": "The day on which it happens",
    }
    return Sheet(
        "contracts", "Every contract with its verdict and its money", columns, [_contract(row) for row in found]
    )


def _contract(data: Json) -> list[Any]:
    value, term, decision = part_of(data, "value"), part_of(data, "term"), part_of(data, "decision")
    benefit = part_of(value, "benefit")
    return [
        data.get("contract"), data.get("title"), data.get("scheme"), data.get("provider"), data.get("owner"),
        term.get("from"), term.get("to"), data.get("value_total"), value.get("spent"),
        *(benefit.get(key) for key in ("value", "low", "high")), part_of(value, "worth").get("value"),
        part_of(data, "verdict").get("text"), *(decision.get(key) for key in ("text", "decide_by", "on")),
    ]  # fmt: skip


def _measures(found: Iterable[Json]) -> Sheet:
    columns = {
        "contract": "The contract’s id",
        "kind": "Output (what the provider does) or outcome (what changes for people)",
        "measure": "What is counted",
        "owner": "Who answers for it",
        "target": "The figure to reach",
        "target_date": "The day by which it is to be reached; empty for an output, which has one each period",
        "came": "What came, in the words of the contract’s page",
        "reading": "Whether the target is met, missed, or cannot be judged, as the contract’s page has it",
    }
    rows = [
        [data.get("contract"), kind, row.get("definition"), row.get("owner"), row.get("target"),
         row.get("target_date"), came(row), row.get("state") or part_of(row, "verdict").get("word")]
        for data in found
        for kind in ("output", "outcome")
        for row in rows_of(data, f"{kind}s")
    ]  # fmt: skip
    return Sheet("contract-measures", "Every measure of every contract: target and what came", columns, rows)


def _dates(found: Iterable[Json]) -> Sheet:
    columns = {
        "contract": "The contract’s id",
        "on": "The day",
        "kind": "Contract end, funding end, break clause, review, target date or an overdue return",
        "text": "What happens",
        "decide_by": "The last day to decide, notice counted back; empty where none is needed",
        "state": "Soon, later, past, overdue, or the day for notice was missed, on the day of the edition",
    }
    rows = [
        [data.get("contract"), *(row.get(key) for key in ("on", "kind", "text", "decide_by", "state"))]
        for data in found
        for row in rows_of(data, "calendar")
    ]
    return Sheet("contract-dates", "Every date of every contract", columns, rows)


def _choices(found: Iterable[Json]) -> Sheet:
    columns = {
        "contract": "The contract’s id",
        "choice": "Continue, expand or stop, for the next twelve months",
        "cost": "Pounds it would cost",
        "people": "People who would be helped, rounded",
        "averted": "Incidents that would be averted, best estimate",
        "averted_low": "Lower end of the range",
        "averted_high": "Upper end of the range",
        "net_low": "Pounds gained or lost, lower end of the range",
        "net_high": "Pounds gained or lost, upper end of the range",
    }
    keys = ("name", "cost", "n_people", "averted", "averted_low", "averted_high", "net_low", "net_high")
    rows = [
        [data.get("contract"), *(row.get(key) for key in keys)] for data in found for row in rows_of(data, "scenarios")
    ]
    return Sheet("contract-choices", "What each contract would cost and save in a year, by choice", columns, rows)


# ---------------------------------------------------------------- court costs

_TOTALS = ("awarded", "paid", "remitted", "varied", "written_off", "outstanding")


def _court_costs(content: SiteContent) -> Sheet:
    columns = {
        "part": "Total, year, age of the debt, rule by which a payment was matched, or what was not matched",
        "item": "Which total, year, age, rule or state",
        "what": "What the amount is: awarded, paid, owed, matched and so on",
        "amount": "Pounds; empty where it is not shown",
        "orders": "Orders behind it, rounded; empty where not shown or not counted",
        "receipts": "Payments behind it, rounded; empty where not shown or not counted",
    }
    rows = list(_ledger(content.income.data)) if content.income else []
    return Sheet("court-costs", "The court-cost ledger: totals, years, ages and matching", columns, rows)


def _ledger(data: Json) -> Iterator[list[Any]]:
    behind, came = part_of(data, "orders_behind"), part_of(data, "receipts_behind")
    for key in _TOTALS:
        yield ["total", "all orders", key, data.get(key), behind.get(key), None]
    for key in ("received", "allocated", "unmatched", "refunded"):
        yield ["total", "all payments", key, part_of(data, "receipts").get(key), None, came.get(key)]
    for row in rows_of(data, "claimed_and_awarded"):
        yield ["year", row.get("year"), "claimed", row.get("claimed"), row.get("orders"), None]
        yield ["year", row.get("year"), "awarded", row.get("awarded"), row.get("orders"), None]
    for row in rows_of(data, "months"):
        yield ["year", row.get("month"), "paid", row.get("cash"), row.get("orders_cash"), None]
    for row in rows_of(data, "ageing"):
        yield ["age", row.get("band"), "outstanding", row.get("amount"), row.get("orders"), None]
    for row in rows_of(data, "rules"):
        yield ["rule", row.get("rule"), "allocated", row.get("amount"), row.get("orders"), row.get("receipts")]
    for row in rows_of(data, "unmatched"):
        yield ["not matched", row.get("status"), "unmatched", row.get("amount"), None, row.get("receipts")]


# ---------------------------------------------------------------- the fields of the JSON files

FIELDS: Mapping[str, Mapping[str, str]] = {
    "contracts/*.json": {
        "as_of": "The day up to which returns are counted",
        "calendar": "Dates of the contract, with the last day to decide for each",
        "cases_due": "Cases whose result is still to come",
        "contract": "The contract’s id",
        "counselling": "First and last scores of clients: gain, reliably better, and what is missing",
        "decision": "The next date that asks for a decision",
        "delivery": "People referred, started and finished; waiting times; sessions",
        "evidence": "What the study of its scheme says, with its grade",
        "facts": "The four short answers of the contract’s page",
        "funding": "Who pays which share, from which account, until when",
        "funding_ends": "The first day on which a share of the money ends",
        "funnels": "Services, areas or officers beside each other, with limits for their size",
        "intervention": "What is bought, in a line",
        "invoices": "What the provider claimed, and what the records support",
        "lead": "The role that leads the scheme",
        "lots": "Parts of the contract that were let on their own",
        "outcomes": "Outcome measures: target, result, range and verdict",
        "outputs": "Output measures: target, latest figure and chart by period",
        "owner": "Who answers for the contract",
        "payment": "How the provider is paid",
        "provider": "Who delivers it",
        "purpose": "What it is for",
        "returns": "The provider’s returns: on time, late, overdue, changed",
        "rules": "The rules and thresholds that were used",
        "satisfaction": "Surveys sent and returned, and those satisfied",
        "scenarios": "The choice for the next twelve months: cost, people, incidents averted, net gain",
        "scheme": "The scheme’s id in the register",
        "source": "What documents say of the real scheme",
        "synthetic": "Whether the contract is invented",
        "target_population": "Whom it is for",
        "term": "Signed, first and last day",
        "title": "The contract’s title",
        "value": "Spent, saved, cost of a unit, who gains, and the chance that it is worth its cost",
        "value_by_year": "Price of each year",
        "value_total": "Price over the term",
        "verdict": "The verdict by rule, and its reason",
    },
    "income/court_costs.json": {
        "ageing": "What is owed, by how long it is late",
        "amounts": "How amounts were rounded, where they were",
        "as_of": "The day of the ledger",
        "awarded": "What courts ordered to be paid to the council",
        "claimed_and_awarded": "What was claimed and what was awarded, by year of the order",
        "completeness": "Whether every prosecution has an order or a reason, and every order a prosecution",
        "counts": "Orders, payments and payment plans, rounded",
        "months": "Awarded and paid by period; a period is a year where months are too small to show",
        "orders_behind": "Orders behind each total, rounded",
        "outstanding": "What is still owed",
        "paid": "What was paid on orders",
        "receipts": "Payments received, matched to an order, not matched, and paid back",
        "receipts_behind": "Payments behind each of these, rounded",
        "remitted": "What courts let people off",
        "rules": "By which rule payments were matched to orders",
        "sentence": "The ledger in a sentence",
        "unmatched": "Payments that were matched to no order, by reason",
        "varied": "What courts changed later",
        "written_off": "What the council no longer tries to collect",
    },
}
"""Every field at the top of the published JSON of contracts and of court costs, with what it holds."""


def fields() -> Iterator[list[Any]]:
    """Yield a row of the data dictionary for each field of the JSON files."""
    for file, meanings in FIELDS.items():
        for field, meaning in meanings.items():
            yield [file, field, meaning]
