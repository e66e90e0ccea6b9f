"""Court costs: first whether the list is complete, then what was due, what came, and how late the rest is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from evaluation.publishing import words
from evaluation.publishing.charts import bars
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page, charts
from evaluation.publishing.pages.reading import Json, amount, money, part_of, rows_of
from evaluation.publishing.parts import (
    Cell,
    Fact,
    aside,
    card_table,
    data_table,
    decision_box,
    folded,
    heading,
    link,
    paragraph,
    region,
    unknown,
)

_LINES = (
    ("awarded", "Awarded", 1),
    ("varied", "Varied by the court", 1),
    ("paid", "Paid", -1),
    ("remitted", "Remitted", -1),
    ("written_off", "Written off", -1),
)


def page(content: SiteContent) -> Page:
    """Return the page of court costs."""
    stamps = (f"Ledger at {words.long_date(content.as_of)}",)
    if content.income is None or part_of(content.income.data, "counts").get("orders") == 0:
        body = unknown("no court orders were received, so nobody can say what is owed.")
        return Page("court-costs", "Court costs owed to the council", stamps=stamps, body=body)
    data = content.income.data
    drawn = {name: chart for name, chart in (("ledger", _ledger(content, data)), ("ageing", _ageing(data))) if chart}
    markup, live = charts("court-costs", drawn)
    return Page(
        stem="court-costs",
        title="Court costs owed to the council",
        description=_summary(data),
        stamps=stamps,
        body=_body(data, markup),
        live=live,
    )


def _written(data: Json) -> Callable[[object], str]:
    """Write amounts to the penny, or in pounds where this edition rounds them."""
    return partial(money, pence=not data.get("amounts"))


def _late(data: Json) -> Decimal | None:
    """What is owed and past its day: all that is owed less what is not yet due."""
    owed = amount(data.get("outstanding"))
    first = next((amount(row.get("amount")) for row in rows_of(data, "ageing")), None)
    return None if owed is None or first is None else owed - first


def _decision(data: Json) -> str:
    owed, late = amount(data.get("outstanding")), _late(data)
    share = words.about_of(float(late / owed), "pounds owed") if owed and late is not None else ""
    loose, written = part_of(data, "receipts").get("unmatched"), _written(data)
    unexplained = _completeness(data).get("prosecutions_without_order_unexplained")
    facts = (
        Fact("What is owed", written(owed), "after what was paid, remitted and written off."),
        Fact("How late it is", written(late), f"is past its day: {share}." if share else "is past its day."),
        Fact("What will still come", *_expected(data)),
        Fact("What is not matched", written(loose), "came in and waits for an order to be set against."),
        Fact(
            "Is the list complete?",
            "Yes" if unexplained == 0 else "Not quite",
            "Every prosecution has an order or a reason."
            if unexplained == 0
            else "Some prosecutions have no order and no reason.",
        ),
    )
    question = "Which debts do we pursue, and which do we ask the court to remit?"
    return decision_box("The decision in front of you", question, facts, gap=unexplained != 0)


def _expected(data: Json) -> tuple[str, str]:
    """Say how much of what is owed is likely to come, and so how much may never come."""
    found, owed = part_of(data, "expected"), amount(data.get("outstanding"))
    value, low, high = (amount(found.get(name)) for name in ("value", "low", "high"))
    if value is None or low is None or high is None or owed is None:
        return "Not known", "too few orders, or too short a history, to say what will be paid."
    least, most = (words.pounds(words.three_figures(max(owed - end, Decimal()))) for end in (high, low))
    about = words.pounds(value) if value else "under £1,000"
    return (
        f"About {about}",
        f"({words.pounds(low)} to {words.pounds(high)}), if people go on paying as they did. "
        f"So {least} to {most} may never come.",
    )


def _completeness(data: Json) -> dict[str, object]:
    return {str(row.get("item")): row.get("count") for row in rows_of(data, "completeness")}


def _summary(data: Json) -> str:
    owed = data.get("outstanding")
    orders = part_of(data, "counts").get("open_orders")
    on = f" on about {words.count(orders)} court orders" if isinstance(orders, int) else ""
    loose, written = part_of(data, "receipts").get("unmatched"), _written(data)
    waiting = f" {written(loose)} received has not been matched to an order yet." if loose is not None else ""
    first = f"{written(owed)} is owed{on}." if owed is not None else "What is owed is not shown: too few orders."
    return f"{first}{waiting}"


def _body(data: Json, drawn: dict[str, str]) -> str:
    parts: list[str] = [_decision(data), heading(2, "First: is the list complete?", "complete")]
    parts.append(paragraph("We check that every order is on the list before we add up what is owed."))
    parts.append(_complete(data))
    if "ledger" in drawn:
        parts.append(heading(2, "What was due, and what came", "ledger-part"))
        parts.append(
            aside(
                drawn["ledger"],
                "Nothing goes missing. What was awarded is paid, forgiven, written off or still owed. "
                "The build stops if a penny is lost.",
            )
        )
    if "ageing" in drawn:
        parts += [
            heading(2, "How late is it?", "late"),
            aside(drawn["ageing"], "Age is counted from the day each instalment was due."),
        ]
    parts.append(_unmatched(data))
    claimed = rows_of(data, "claimed_and_awarded")
    if claimed:
        parts.append(
            folded("Claimed and awarded, year by year", _yearly("Claimed and awarded", claimed, _CLAIMED, data))
        )
    months = rows_of(data, "months")
    if months:
        parts.append(folded("Awarded and paid, year by year", _yearly("Awarded and paid", months, _MOVED, data)))
    file = link("published/income/court_costs.json", "court_costs.json")
    parts.append(f'<p class="key">Every number here comes from the published ledger: {file}.</p>')
    return "".join(parts)


_ITEMS = {
    "prosecutions": "Prosecutions for breach of a notice",
    "prosecutions_with_order": "of these, with an order on the ledger",
    "prosecutions_without_order_explained": "of these, without an order, for a known reason",
    "prosecutions_without_order_unexplained": "of these, without an order and without a reason",
    "orders_without_prosecution": "Orders that no prosecution supports",
    "order_numbers_missing": "Order numbers missing from the series",
    "orders_in_numbers_of_the_court": "Orders with a number that the court gives to everybody’s orders",
    "months_with_prosecutions_and_no_order": "Months with prosecutions heard and no order made",
    "orders_awarded_more_than_claimed": "Orders that award more than was claimed",
    "orders_without_a_claim": "Orders without a recorded claim",
}
_LOOK = {
    "prosecutions_without_order_unexplained": "Ask legal services for the order or the reason",
    "orders_without_prosecution": "Find the case file",
    "order_numbers_missing": "Ask the court for the orders with these numbers",
    "orders_in_numbers_of_the_court": "A gap in these says nothing. Ask the court for a list of the council’s orders",
    "months_with_prosecutions_and_no_order": "Ask the court for the month’s register",
    "orders_awarded_more_than_claimed": "Check the amounts",
    "orders_without_a_claim": "Record what was claimed",
}


def _complete(data: Json) -> str:
    rows: list[list[Cell]] = [
        [_ITEMS.get(str(row.get("item")), words.sentence_case(str(row.get("item")))), words.count(row.get("count")),
         _LOOK.get(str(row.get("item")), "–") if row.get("count") != 0 else "Nothing to do"]
        for row in rows_of(data, "completeness")
    ]  # fmt: skip
    if not rows:
        return unknown("no list of prosecutions was received, so nobody can say whether orders are missing.")
    table = card_table("From court to ledger", ["Check", "Found", "To do"], rows)
    if _completeness(data).get("prosecutions_without_order_unexplained") != 0:
        table += unknown("what was awarded in the prosecutions without an order. The true sum owed may be higher.")
    if part_of(data, "receipts").get("unmatched") is not None:
        table += unknown("which orders the payments not yet matched belong to. The true sum owed may be lower.")
    return table


_CLAIMED = (
    ("year", "Year"),
    ("orders", "Orders"),
    ("claimed", "Claimed"),
    ("awarded", "Awarded"),
    ("share", "Awarded of what was claimed"),
    ("without_claim", "Orders without a recorded claim"),
    ("above_claim", "Orders above the claim"),
)
_MOVED = (
    ("month", "Year"),
    ("orders_awarded", "Orders made"),
    ("awarded", "Awarded"),
    ("orders_cash", "Orders paid on"),
    ("cash", "Paid"),
    ("varied", "Varied"),
    ("remitted", "Remitted"),
    ("written_off", "Written off"),
)
_AMOUNTS = ("claimed", "awarded", "cash", "varied", "remitted", "written_off", "amount")


def _yearly(caption: str, rows: list[Json], columns: tuple[tuple[str, str], ...], data: Json) -> str:
    """Write rows by year; a column of which nothing is shown is left out, and said."""
    held = [(key, head) for key, head in columns if any(row.get(key) is not None for row in rows)]
    silent = [head.lower() for key, head in columns if (key, head) not in held and key in rows[0]]
    cells: list[list[Cell]] = [[_cell(key, row.get(key), data) for key, _ in held] for row in rows]
    table = region(data_table(caption, [head for _, head in held], cells), f"{caption}, table")
    if silent:
        table += f'<p class="key">Too few orders a year to show: {words.listed(silent)}.</p>'
    return table


def _cell(key: str, value: object, data: Json) -> str:
    if key in ("year", "month"):
        return str(value)
    if key == "share":
        return words.percent(float(value)) if isinstance(value, int | float) else words.HIDDEN
    if key in _AMOUNTS:
        return _written(data)(value)
    return words.count(value if isinstance(value, int) else None)


_RULES = {
    "exact_reference": "The order’s own number stood on it",
    "corrected_reference": "The number, with a slip of the pen put right",
    "amount_date_name": "The amount, the day and the payer fitted one order",
    "one_to_many": "One payment for several orders of a payer",
    "remittance_schedule": "The court’s list said which orders it was for",
    "reversal": "A payment that was taken back",
    "decision": "Somebody decided",
}
_WAITS = {
    "ambiguous": "It could belong to more than one order",
    "no_match": "No order fits",
    "overpayment": "More than was owed",
    "recovery_after_write_off": "Paid after the order had been written off",
}


def _by_kind(caption: str, rows: list[Json], key: str, head: str, said: Mapping[str, str], data: Json) -> str:
    """Write payments by rule or by reason in words; empty where no row is shown."""
    shown = [row for row in rows if row.get("amount") is not None or row.get("receipts") is not None]
    if not shown:
        return f'<p class="key">{caption}: too few of each kind to show.</p>'
    cells: list[list[Cell]] = [
        [said.get(str(row.get(key)), words.sentence_case(str(row.get(key)))),
         _cell("receipts", row.get("receipts"), data), _cell("amount", row.get("amount"), data)]
        for row in rows
    ]  # fmt: skip
    return folded(caption, region(data_table(caption, [head, "Receipts", "Amount"], cells), f"{caption}, table"))


def _came_in(data: Json) -> list[list[Cell]]:
    """Write what came in and where it went; what is matched and not paid on costs is for other sums of the orders."""
    received, written = part_of(data, "receipts"), _written(data)
    matched, paid = amount(received.get("allocated")), amount(data.get("paid"))
    lines: list[tuple[str, object]] = [
        ("Received", received.get("received")),
        ("Matched to an order", received.get("allocated")),
    ]
    if matched is not None and paid is not None:
        lines += [
            ("of this, for costs: the “Paid” of the ledger", paid),
            ("of this, for fines and compensation on the same orders", matched - paid),
        ]
    lines += [("Not matched yet", received.get("unmatched")), ("Paid back", received.get("refunded"))]
    return [[label, written(value)] for label, value in lines]


def _unmatched(data: Json) -> str:
    if not part_of(data, "receipts"):
        return ""
    rows = _came_in(data)
    table = region(data_table("What came in, and where it went", ["Receipts", "Amount"], rows), "Receipts, table")
    parts = [heading(2, "Is every payment matched?", "matched"), table]
    if unmatched := rows_of(data, "unmatched"):
        parts.append(_by_kind("Payments not matched, by reason", unmatched, "status", "Why it waits", _WAITS, data))
    if rules := rows_of(data, "rules"):
        parts.append(_by_kind("How payments were matched", rules, "rule", "What told which order", _RULES, data))
    return "".join(parts)


def _ledger(content: SiteContent, data: Json) -> Chart | None:
    found = {key: amount(data.get(key)) for key in (*(line[0] for line in _LINES), "outstanding")}
    awarded, owed = found["awarded"], found["outstanding"]
    if awarded is None or owed is None:
        return None
    known = [(label, sign * value) for key, label, sign in _LINES if (value := found[key]) is not None]
    hidden = [label for key, label, _ in _LINES if found[key] is None]
    if hidden:
        # What is hidden is drawn as one step: together it rests on enough orders.
        known.append((words.sentence_case(words.listed([label.lower() for label in hidden])), _rest(known, owed)))
    written = _written(data)
    steps = [
        bars.Step(label, value, "down" if place else "start", written(value))
        for place, (label, value) in enumerate(known)
    ]
    steps.append(bars.Step("Outstanding", owed, "end", written(owed)))
    as_of = words.long_date(content.as_of)
    title = f"{written(awarded)} was awarded and {written(owed)} is still owed"
    note = "Awarded and varied = paid + remitted + written off + outstanding. It holds to the penny for every order."
    if data.get("amounts"):
        note = f"Amounts are {data['amounts']}, because only a few orders changed since the last edition."
    return bars.ledger(steps, name="ledger", title=title, note=note, as_of=as_of)


def _rest(known: list[tuple[str, Decimal]], owed: Decimal) -> Decimal:
    return owed - sum((value for _, value in known), Decimal())


def _ageing(data: Json) -> Chart | None:
    rows = [(str(row.get("band", "")), amount(row.get("amount"))) for row in rows_of(data, "ageing")]
    if not rows:
        return None
    written = _written(data)
    drawn = [
        bars.Bar(
            words.sentence_case(re.sub(r"(\d)-(\d)", r"\1 to \2", label)),
            None if value is None else float(value),
            written(value),
            "f5-soft" if i == 0 else "f4",
        )
        for i, (label, value) in enumerate(rows)
    ]
    owed, overdue = amount(data.get("outstanding")), _late(data)
    late = overdue / owed if owed and overdue is not None else None
    title = f"{words.about_of(float(late), 'pounds owed')} are late" if late is not None else "What is owed, by age"
    title = title[0].upper() + title[1:]
    spoken = "; ".join(f"{bar.label}: {bar.words}" for bar in drawn)
    return bars.bars(drawn, name="ageing", title=title, desc=f"One bar for each age. {spoken}.",
                     note="Grey: not yet due. Orange: late.", heads=("Age of the debt", "Owed"))  # fmt: skip
