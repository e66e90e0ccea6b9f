"""Receipts whose reference does not settle the matter: scored one by one, or solved as sums.

A receipt is given to an order only when the evidence reaches `Points.accept` and is `Points.margin` ahead of the next
order; sums only when exactly one selection of orders makes them. Everything else is left, with its candidates, for a
person to decide.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evaluation.income.book import Book, day_of
from evaluation.income.evidence import Evidence, Facts, Name, Named, rule_of, score, weigh
from evaluation.income.plan import days_from_due
from evaluation.income.references import GUESSES, STRENGTH, Relation, person_key, plain, relation
from evaluation.income.rules import BULK, ONE_TO_MANY, SCHEDULE, SCORED
from evaluation.income.subset import select

_SHOWN_CANDIDATES = 5
_MOST_ORDERS_IN_A_SUM = 2_000
_INSTALMENTS_A_MONTH = {"week": (1, 2, 3, 4, 5), "fortnight": (1, 2, 3), "month": (1, 2)}


@dataclass(frozen=True)
class Candidate:
    """An order that a receipt may belong to, with the evidence for it."""

    order: int
    facts: Facts
    lines: tuple[Evidence, ...]

    @cached_property
    def score(self) -> int:
        """The sum of its points."""
        return score(self.lines)


@dataclass(frozen=True)
class Weighed:
    """A line of the waterfall, by receipt and order number: what was weighed, and whether the order was chosen."""

    receipt: int
    order: int
    line: Evidence
    total: int
    chosen: bool


class Uncertain:
    """The receipts that no copied reference settles.

    Parameters
    ----------
    book
        The book to link them in.
    register
        Every order reference of the file, in view or not.
    """

    def __init__(self, book: Book, register: frozenset[str]) -> None:
        self.book = book
        self.points = book.rules.points
        self.weighed: list[Weighed] = []
        self._later = register - set(book.orders.refs)
        self._strays: set[str | None] = set()
        self._times: Counter[str | None] = Counter()
        self._unsolved: dict[str, list[int]] = defaultdict(list)

    def resolve(self, receipts: Iterable[int], before: Callable[[int], None]) -> None:
        """Go through the receipts in the order in which they came, then through remittances as wholes.

        Parameters
        ----------
        receipts
            Numbers of the receipts.
        before
            Called with the day of each receipt before it is looked at.
        """
        receipts = list(receipts)
        self._times = Counter(self.book.receipts.references[each] for each in receipts)
        self._strays = {self.book.receipts.payers[each] for each in receipts if self._is_stray(each)} - {None}
        for receipt in receipts:
            before(int(self.book.receipts.day[receipt]))
            self.book.settle()
            self._resolve(receipt)
        for remittance, rows in self._unsolved.items():
            self.book.settle()
            if len(rows) > 1:
                self._pool(remittance, rows)

    def _resolve(self, receipt: int) -> None:
        text = self.book.receipts.references[receipt]
        if text is not None and text in self._later:
            self._leave(receipt, "before_order", "received before the order that it names was made")
            return
        named = [at for at in self.book.orders.index.named(text) if self._made(receipt, at)] if text else []
        if text is not None and self._listed(receipt, text):
            return
        if len(named) > 1:
            self._solve(receipt, named, SCHEDULE, every=True)
            return
        candidates = self._candidates(receipt, text)
        if candidates:
            self._choose(receipt, candidates)
        elif self.book.receipts.remittances[receipt] is not None:
            self._solve(receipt, self._open_orders(receipt), BULK)
        else:
            self._leave(receipt, "no_match", "no order is near by reference or name")

    def _is_stray(self, receipt: int) -> bool:
        """Whether a payer names an order of no register: then they owe more than the orders in view."""
        text, payer = self.book.receipts.references[receipt], self.book.receipts.payers[receipt]
        if text is None or payer is None or text in self._later:
            return False
        index = self.book.orders.index
        if not index.is_made_like_one(text) or index.named(text):
            return False
        own = self.book.orders.of_person.get(payer, [])
        near = [how for _, how in index.near(text) if how != "other_digit"]
        return not near and not any(self._how(text, order) for order in own)

    def _how(self, text: str, order: int) -> Relation | None:
        """Say how a text is near to an order's reference.

        Other digits that come again and again, beside receipts that copy the right reference, are no slip: they are
        the number of another order.
        """
        how = relation(plain(text), self.book.orders.index.plain[order])
        again = how == "other_digit" and self._times[text] > 1 and self.book.certain_receipts(order)
        return None if again else how

    def _listed(self, receipt: int, text: str) -> bool:
        """Follow a list of orders with amounts, if it adds up to the receipt."""
        listed = self.book.orders.index.listed(text)
        adds_up = sum(pence for _, pence in listed) == self.book.receipts.pence[receipt]
        if not listed or not adds_up or not all(self._made(receipt, order) for order, _ in listed):
            return False
        for order, pence in listed:
            self.book.link(receipt, order, pence, SCHEDULE)
        return True

    def _leave(self, receipt: int, status: str, reason: str) -> None:
        self.book.status[receipt] = (status, reason)

    def _made(self, receipt: int, order: int) -> bool:
        return bool(self.book.orders.day[order] <= self.book.receipts.day[receipt])

    # One receipt, one order.

    def _candidates(self, receipt: int, text: str | None) -> list[Candidate]:
        orders = self.book.orders
        payer = self.book.receipts.payers[receipt]
        if payer is None and text is not None and person_key(text) in orders.of_person:
            payer, text = person_key(text), None
        own = [at for at in orders.of_person.get(payer or "", []) if self._made(receipt, at)]
        near = self._near(receipt, text, own)
        named = set(orders.index.named(text)) if text else set[int]()
        stray: Named = "elsewhere" if payer in self._strays else ""
        if text is not None and not named and orders.index.is_made_like_one(text):
            stray = "none"
        open_own = [at for at in own if self._left(receipt, at) > 0]
        found: list[Candidate] = []
        for order in dict.fromkeys([*near, *own]):
            another: Named = "another" if named - {order} else stray
            facts = self._facts(receipt, order, payer, near, another, open_own)
            found.append(Candidate(order, facts, weigh(facts, self.points, self.book.rules.near_due_days)))
        return sorted(found, key=lambda each: (-each.score, each.order))

    def _near(self, receipt: int, text: str | None, own: Sequence[int]) -> dict[int, Relation]:
        if text is None:
            return {}
        index = self.book.orders.index
        theirs: dict[int, Relation] = {at: how for at in own if (how := self._how(text, at))}
        # A name and a near reference together outweigh any other order that the reference may be near to.
        near = () if theirs else index.near(text)
        theirs.update((at, how) for at, how in near if self._made(receipt, at))
        return theirs

    def _facts(
        self,
        receipt: int,
        order: int,
        payer: str | None,
        near: dict[int, Relation],
        named: Named,
        own: list[int],
    ) -> Facts:
        orders, how = self.book.orders, near.get(order)
        rivals = [at for at, other in near.items() if how and at != order and STRENGTH[other] <= STRENGTH[how]]
        return Facts(
            how=how,
            only_near=how in GUESSES and not rivals,
            named=named,
            name=self._name(payer, order),
            only_open=own == [order],
            amount=int(self.book.receipts.pence[receipt]),
            balances=self._balances(receipt, order),
            instalment=int(orders.step[order]),
            days_from_due=days_from_due(
                orders.plan_from[order], orders.every[order], day_of(self.book.receipts.day[receipt])
            ),
        )

    def _name(self, payer: str | None, order: int) -> Name:
        defendant = self.book.orders.persons[order]
        if payer is None or defendant is None:
            return "absent"
        if payer == defendant:
            return "agrees"
        return "other_defendant" if payer in self.book.orders.of_person or payer in self._strays else "unknown"

    def _left(self, receipt: int, order: int) -> int:
        room = self.book.room_at_court if self.book.receipts.to_court[receipt] else self.book.room
        return int(room[order])

    def _balances(self, receipt: int, order: int) -> tuple[int, ...]:
        """Give what the order may have had left: today's view, and without what was added to it later."""
        left = self._left(receipt, order)
        day = int(self.book.receipts.day[receipt])
        added = sum(change.pence for change in self.book.orders.changes.get(order, ()) if change.day > day)
        return (left, left - added) if 0 < added < left else (left,)

    def _choose(self, receipt: int, candidates: list[Candidate]) -> None:
        best, *others = candidates
        ahead = best.score - others[0].score if others else self.points.margin
        if best.score >= self.points.accept and ahead >= self.points.margin:
            self._show(receipt, candidates[:2], best.order)
            self.book.link(receipt, best.order, int(self.book.receipts.pence[receipt]), rule_of(best.facts))
            return
        theirs = [each.order for each in candidates if each.facts.name == "agrees"]
        doubtful = any(each.facts.how or each.facts.named for each in candidates)
        if theirs and not doubtful and self._solve_for_person(receipt, theirs):
            return
        self._show(receipt, candidates[:_SHOWN_CANDIDATES], None)
        self._leave(receipt, "ambiguous", _doubt(candidates, self.points.accept))

    def _show(self, receipt: int, candidates: Iterable[Candidate], chosen: int | None) -> None:
        self.weighed += [
            Weighed(receipt, each.order, line, each.score, each.order == chosen)
            for each in candidates
            for line in each.lines
        ]

    # One receipt, several orders.

    def _options(self, receipt: int, order: int) -> list[int]:
        left, step = self._left(receipt, order), int(self.book.orders.step[order])
        times = _INSTALMENTS_A_MONTH.get(self.book.orders.every[order] or "", ())
        return [*self._balances(receipt, order), *(step * each for each in times if 0 < step * each < left)]

    def _open_orders(self, receipt: int) -> list[int]:
        orders, held = self.book.orders, self.book.receipts
        room = self.book.room_at_court if held.to_court[receipt] else self.book.room
        still = np.flatnonzero((room > 0) & (orders.day <= held.day[receipt])).tolist()
        court = held.courts[receipt]
        return [at for at in still if court is None or orders.courts[at] in (None, court)]

    def _solve_for_person(self, receipt: int, orders: list[int]) -> bool:
        options = [self._options(receipt, order) for order in orders]
        pence = int(self.book.receipts.pence[receipt])
        answer = select(options, pence, work=self.book.rules.subset_work)
        if answer.verdict != "unique":
            return False
        chosen = [(orders[at], amount) for at, amount in answer.chosen]
        self._give([receipt], chosen, ONE_TO_MANY if len(chosen) > 1 else SCORED, len(orders))
        return True

    def _solve(self, receipt: int, orders: list[int], rule: str, *, every: bool = False) -> None:
        verdict = self._try([receipt], orders, rule, every=every)
        if verdict == "none" and rule == BULK:
            self._unsolved[self.book.receipts.remittances[receipt] or ""].append(receipt)
        if verdict != "unique":
            self._leave(receipt, *_unsolved(verdict, len(orders), every))

    def _pool(self, remittance: str, rows: list[int]) -> None:
        """Solve the rows of one remittance together when none of them can be solved alone."""
        last = rows[-1]
        orders = [at for at in self._open_orders(last) if self._made(rows[0], at)]
        if self._try(rows, orders, BULK, every=False) == "unique":
            for receipt in rows:
                self.book.status.pop(receipt, None)

    def _try(self, rows: list[int], orders: list[int], rule: str, *, every: bool) -> str:
        if len(orders) > _MOST_ORDERS_IN_A_SUM:
            return "too_much_work"
        options = [self._options(rows[0], order) for order in orders]
        pence = sum(int(self.book.receipts.pence[each]) for each in rows)
        answer = select(options, pence, work=self.book.rules.subset_work, every=every)
        if answer.verdict == "unique":
            self._give(rows, [(orders[at], amount) for at, amount in answer.chosen], rule, len(orders))
        return answer.verdict

    def _give(self, rows: list[int], chosen: list[tuple[int, int]], rule: str, considered: int) -> None:
        """Share the money of the rows, first come first, among the chosen orders."""
        seen = Evidence("sum", f"{len(chosen)} of {considered} orders make it; no other selection does", 0)
        shares = list(chosen)
        for receipt in rows:
            left = int(self.book.receipts.pence[receipt])
            while left:
                order, wanted = shares[0]
                part = min(left, wanted)
                self.book.link(receipt, order, part, rule)
                self.weighed.append(Weighed(receipt, order, seen, 0, True))
                left -= part
                shares[0] = (order, wanted - part)
                if part == wanted:
                    shares.pop(0)


def _doubt(candidates: list[Candidate], accept: int) -> str:
    best = candidates[0].score
    if best < accept:
        return f"ambiguous: the best of {len(candidates)} orders has {best} points and needs {accept}"
    near = sum(1 for each in candidates if each.score >= accept)
    return f"ambiguous: {near} orders have enough evidence and none is clearly ahead"


def _unsolved(verdict: str, orders: int, every: bool) -> tuple[str, str]:
    if verdict == "several":
        return "ambiguous", f"ambiguous: more than one selection of {orders} orders makes the sum"
    if verdict == "too_much_work":
        return "ambiguous", f"ambiguous: {orders} orders are too many to search for the sum within the bound"
    which = "the orders that it names" if every else f"any of {orders} open orders"
    return "no_match", f"no selection of {which} makes {'the sum' if orders else 'a sum: none is open'}"
