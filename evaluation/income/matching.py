"""From receipts to orders, the surest evidence first.

A person's decision; a copied reference; reversals and refunds of what these settle; a corrected reference; amount,
date and name; a schedule of several orders; one payment for several orders of a person; a bulk remittance as a subset
sum; and last the remaining reversals and refunds. What no rule settles stays unmatched, with its status and reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from evaluation.income.book import Book, Orders, Receipts, Whole
from evaluation.income.decisions import Decision
from evaluation.income.givebacks import GiveBacks
from evaluation.income.inputs import Inputs
from evaluation.income.rules import DECISION, Rules
from evaluation.income.uncertain import Uncertain


def match(inputs: Inputs, decisions: Mapping[str, tuple[Decision, ...]], rules: Rules) -> tuple[Book, Uncertain]:
    """Link every receipt that can be linked without a guess.

    Returns
    -------
    tuple
        The book with its links and statuses, and the uncertain receipts with their evidence.
    """
    orders, receipts = Orders.of(inputs, rules), Receipts.of(inputs)
    book = Book(orders, receipts, rules)
    decided = {receipts.position[ref]: parts for ref, parts in decisions.items() if ref in receipts.position}
    book.link_certain(_certain(inputs, orders, receipts, book, decided))
    for receipt, parts in decided.items():
        _decide(book, receipt, parts)
    backs = GiveBacks(book, set(decided))
    backs.first()
    uncertain = Uncertain(book, inputs.register)
    uncertain.resolve(_open_receipts(book, backs.undone), backs.until)
    backs.last()
    return book, uncertain


def _certain(
    inputs: Inputs, orders: Orders, receipts: Receipts, book: Book, decided: Mapping[int, tuple[Decision, ...]]
) -> Whole:
    """Find the receipts whose reference is an order's, letter by letter, and that nothing speaks against."""
    numbered = pl.DataFrame(
        {"text": orders.refs, "order": np.arange(len(orders.refs))}, schema_overrides={"text": pl.String}
    )
    texts = pl.DataFrame({"text": pl.Series(receipts.references, dtype=pl.String)})
    order = texts.join(numbered, on="text", how="left", maintain_order="left")["order"].fill_null(-1).to_numpy().copy()
    order[receipts.pence < 0] = -1
    order[list(decided)] = -1
    named = order >= 0
    early = named & (receipts.day < np.where(named, _at(orders.day, order), 0))
    another = _named_for_another(orders, receipts, order)
    for receipt in np.flatnonzero(early & ~another).tolist():
        book.status[receipt] = ("before_order", "received before the order that it names was made")
    order[early | another] = -1
    return order


def _at(values: Whole, positions: Whole) -> Whole:
    return values[np.maximum(positions, 0)] if len(values) else np.zeros(len(positions), dtype=np.int64)


def _named_for_another(orders: Orders, receipts: Receipts, order: Whole) -> np.ndarray:
    """Find copied references whose payer has an order of their own, which is not this one."""
    against = np.zeros(len(order), dtype=bool)
    persons = orders.persons
    known = {*orders.of_person, *_who_pay_elsewhere(orders, receipts, order)}
    for receipt, at in enumerate(order.tolist()):
        payer = receipts.payers[receipt]
        if at >= 0 and payer is not None and persons[at] is not None and payer != persons[at] and payer in known:
            against[receipt] = True
    return against


def _who_pay_elsewhere(orders: Orders, receipts: Receipts, order: Whole) -> set[str]:
    """Find payers who are no defendant in view and name an order of no register: theirs never reached it."""
    found: set[str] = set()
    for receipt in np.flatnonzero((order < 0) & (receipts.pence > 0)).tolist():
        payer, text = receipts.payers[receipt], receipts.references[receipt]
        if payer is None or text is None or payer in found or payer in orders.of_person:
            continue
        if orders.index.is_made_like_one(text) and not orders.index.named(text):
            found.add(payer)
    return found


def _decide(book: Book, receipt: int, parts: tuple[Decision, ...]) -> None:
    sign = 1 if book.receipts.pence[receipt] > 0 else -1
    for part in parts:
        if part.order_ref is None:
            book.status[receipt] = ("held", "left unmatched by a decision")
        elif part.order_ref not in book.orders.position:
            book.status[receipt] = ("held", "decided for an order that was not yet known")
        else:
            pence = abs(int(book.receipts.pence[receipt])) if part.pence is None else part.pence
            book.link(receipt, book.orders.position[part.order_ref], sign * pence, DECISION)


def _open_receipts(book: Book, undone: set[int]) -> list[int]:
    candidates = np.flatnonzero((book.certain < 0) & (book.receipts.pence > 0)).tolist()
    return [each for each in candidates if each not in undone and each not in book.status and each not in book.linked]
