"""Reversals and refunds: which receipt, or which order's money, do they take back?

A reversal takes back what one receipt paid (a bounced cheque). A refund gives money back: first what no order could
take. Either may name the receipt, or the order, or only the payer; without a single answer it stays unmatched.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np

from evaluation.income.book import Book
from evaluation.income.posting import Offset
from evaluation.income.rules import REFUND, REVERSAL


class GiveBacks:
    """The reversals and refunds of one reconciliation.

    Parameters
    ----------
    book
        The book to link them in.
    decided
        Receipts that a decision has dealt with.
    """

    def __init__(self, book: Book, decided: set[int]) -> None:
        self.book = book
        self.undone: set[int] = set()
        self._left = book.receipts.pence.copy()
        self._pending = [each for each in np.flatnonzero(book.receipts.pence < 0).tolist() if each not in decided]
        self._waiting: list[int] = []
        self._next = 0
        self._target: dict[int, int] = {}

    def first(self) -> None:
        """Take back money whose order is already certain; a receipt that is wholly undone need not be matched."""
        pending: list[int] = []
        for taker in self._pending:
            target = self._receipt(taker)
            if target is not None and not self.book.is_linked(target):
                pending += self._from_unlinked(taker, target)
            elif target is not None:
                self._from_receipt(taker, target)
            elif (order := self._order(taker)) is not None and self._is_paid(order, taker):
                self._from_order(taker, order)
            else:
                pending.append(taker)
        self._pending = pending

    def until(self, day: int) -> None:
        """Take back, up to a day, what has become certain since; the rest waits for `last`."""
        while self._next < len(self._pending) and self.book.receipts.day[self._pending[self._next]] <= day:
            taker = self._pending[self._next]
            self._next += 1
            target, order = self._target.get(taker, self._receipt(taker)), self._order(taker)
            if target is not None and self.book.is_linked(target):
                self._from_receipt(taker, target)
            elif target is None and order is not None and self._is_paid(order, taker):
                self._from_order(taker, order)
            else:
                self._waiting.append(taker)

    def last(self) -> None:
        """Deal with what had to wait until the uncertain receipts were matched; say why the rest stays."""
        for taker in [*self._waiting, *self._pending[self._next :]]:
            target, order = self._target.get(taker), self._order(taker)
            if target is None:
                target = self._receipt(taker)
            if target is not None and self.book.is_linked(target):
                self._from_receipt(taker, target)
            elif target is not None:
                self._offset(taker, target, -int(self.book.receipts.pence[taker]))
            elif order is not None:
                self._from_order(taker, order)
            else:
                kind = self.book.receipts.kinds[taker]
                self.book.status[taker] = ("no_match", f"no receipt or order that this {kind} takes back")

    def _pence(self, taker: int) -> int:
        return int(self.book.receipts.pence[taker])

    def _rule(self, taker: int) -> str:
        return REVERSAL if self.book.receipts.kinds[taker] == "reversal" else REFUND

    def _is_paid(self, order: int, taker: int) -> bool:
        day = self.book.receipts.day
        return sum(
            int(self.book.receipts.pence[each]) for each in self._receipts_of(order) if day[each] <= day[taker]
        ) >= -(self._pence(taker))

    def _from_unlinked(self, taker: int, target: int) -> list[int]:
        """Undo a receipt that no order has; the taker is given back if it undoes a part, which has to wait."""
        if -self._pence(taker) == self.book.receipts.pence[target]:
            self._offset(taker, target, -self._pence(taker))
            self.undone.add(target)
            return []
        self._target[taker] = target
        return [taker]

    def _offset(self, taker: int, target: int, pence: int) -> None:
        taken = min(pence, int(self._left[target]))
        if taken:
            self._left[target] -= taken
            self.book.offsets.append(Offset(taker, target, taken, int(self.book.receipts.day[taker])))
        if taken < pence:
            self.book.status[taker] = ("no_match", "more than the receipt that it takes back")

    def _from_receipt(self, taker: int, target: int) -> None:
        """Take from the orders that the receipt was given to, the last one first."""
        left = -self._pence(taker)
        self._left[target] -= left
        orders = self.book.orders_of(target)
        for at, order in enumerate(reversed(orders)):
            part = left if at == len(orders) - 1 else min(left, self._given(target, order))
            if part:
                self.book.link(taker, order, -part, self._rule(taker), undoes=target)
                left -= part

    def _given(self, receipt: int, order: int) -> int:
        return sum(each.pence for each in self.book.links.get(order, ()) if each.receipt == receipt)

    def _from_order(self, taker: int, order: int) -> None:
        self.book.link(taker, order, self._pence(taker), self._rule(taker))

    def _receipt(self, taker: int) -> int | None:
        """Find the one receipt that is taken back: named, or the latest of the same amount on the order or payer."""
        held = self.book.receipts
        named = held.position.get(held.references[taker] or "")
        if named is not None and held.pence[named] > 0:
            return named
        if held.kinds[taker] == "refund":
            return self._unmatched_of_payer(taker)
        order = self._order(taker)
        if order is not None:
            same = [each for each in self._receipts_of(order) if self._could_undo(taker, each)]
            return same[-1] if same else self._unplaced(taker, self.book.orders.persons[order])
        same = [each for each in self._same_payer_and_amount.get(self._key(taker), ()) if self._could_undo(taker, each)]
        places = {tuple(self.book.orders_of(each)) for each in same}
        return same[-1] if len(places) == 1 else None

    def _receipts_of(self, order: int) -> list[int]:
        extra = [each.receipt for each in self.book.links.get(order, ()) if each.pence > 0]
        return sorted([*self.book.certain_receipts(order), *extra])

    def _could_undo(self, taker: int, receipt: int) -> bool:
        held = self.book.receipts
        in_time = held.day[receipt] <= held.day[taker]
        return bool(in_time and self._left[receipt] == held.pence[receipt] == -held.pence[taker])

    def _unmatched_of_payer(self, taker: int) -> int | None:
        return self._unplaced(taker, self.book.receipts.payers[taker]) if self._order(taker) is None else None

    def _unplaced(self, taker: int, payer: str | None) -> int | None:
        """Find the one receipt of a payer, of the same amount, that no order has."""
        same = self._same_payer_and_amount.get((payer, -self._pence(taker)), ())
        lone = [each for each in same if self._could_undo(taker, each) and not self.book.is_linked(each)]
        return lone[0] if len(lone) == 1 else None

    def _key(self, taker: int) -> tuple[str | None, int]:
        return self.book.receipts.payers[taker], -self._pence(taker)

    @cached_property
    def _same_payer_and_amount(self) -> dict[tuple[str | None, int], list[int]]:
        held = self.book.receipts
        takers = np.flatnonzero(held.pence < 0).tolist()
        wanted = {self._key(taker) for taker in takers if held.payers[taker] is not None}
        meant = ((self._order(taker), -self._pence(taker)) for taker in takers)
        wanted |= {(self.book.orders.persons[order], pence) for order, pence in meant if order is not None}
        found: dict[tuple[str | None, int], list[int]] = defaultdict(list)
        for receipt, (payer, pence) in enumerate(zip(held.payers, held.pence.tolist(), strict=True)):
            if pence > 0 and payer is not None and (payer, pence) in wanted:
                found[payer, pence].append(receipt)
        return found

    def _order(self, taker: int) -> int | None:
        """Find the one order that is meant: by its reference, else the payer's only order."""
        held, orders = self.book.receipts, self.book.orders
        text = held.references[taker]
        near = orders.index.near(text) if text else ()
        sure = [at for at, how in near if how in ("exact", "formatting", "confused_letters")]
        if sure:
            return sure[0] if len(sure) == 1 else None
        own = orders.of_person.get(held.payers[taker] or "", [])
        likely = [at for at, _ in near if at in own] or own
        return likely[0] if len(likely) == 1 else None
