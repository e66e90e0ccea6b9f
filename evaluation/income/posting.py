"""What became of each receipt on one order, day by day.

The money linked to an order is played in the order in which it came, together with what the court did to the costs.
Money paid to the court fills the components in the statutory order; the council's own money fills the costs. What the
order cannot take is a credit: it stays with its receipt, is taken up if the costs are later raised, and grows again if
they are lowered. A reversal takes back exactly what its receipt paid; a refund takes the credit first. Amounts are
whole pence and days are ordinals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Change(NamedTuple):
    """A change of the costs owed (variation, remission, write-off): `day` and signed `pence`."""

    day: int
    pence: int


class Money(NamedTuple):
    """A receipt, or the part of one, that belongs to the order.

    `pence` is negative for a reversal or refund; `undoes` is the receipt that a reversal or refund takes back, if it
    is known, else -1; `to_court` marks money paid to the court.
    """

    day: int
    sequence: int
    receipt: int
    pence: int
    to_court: bool
    undoes: int


class Line(NamedTuple):
    """A posting: so many pence of a receipt to a component on a day; negative when taken back."""

    receipt: int
    component: int
    pence: int
    day: int


class Offset(NamedTuple):
    """Unallocated money of `receipt` that the reversal or refund `taker` took back."""

    taker: int
    receipt: int
    pence: int
    day: int


@dataclass
class Posted:
    """What became of the money of one order.

    Attributes
    ----------
    lines
        Postings in the order in which they were made.
    credits
        Receipt and pence that the order could not take; negative for a reversal or refund that found too little.
    offsets
        Credit that was reversed or refunded.
    room
        Per component, pence that the order could still take.
    """

    lines: list[Line] = field(default_factory=list[Line])
    credits: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    offsets: list[Offset] = field(default_factory=list[Offset])
    room: list[int] = field(default_factory=list[int])


def post(caps: Sequence[int], costs: int, changes: Iterable[Change], money: Iterable[Money]) -> Posted:
    """Play the history of one order.

    Parameters
    ----------
    caps
        What was ordered, per component, in the order in which money to the court is applied.
    costs
        Position of the costs among them.
    changes
        Changes of the costs, those of one day in the order in which they count.
    money
        Receipts, reversals and refunds.
    """
    book = _OrderBook(list(caps), costs)
    # On one day the court's change comes first, then money in, then money back.
    history: list[tuple[int, int, int, Change | Money]] = [(each.day, 0, at, each) for at, each in enumerate(changes)]
    history += [(each.day, 1 if each.pence > 0 else 2, each.sequence, each) for each in money]
    for _, _, _, each in sorted(history):
        if isinstance(each, Change):
            book.change(each)
        elif each.pence > 0:
            book.receive(each)
        else:
            book.give_back(each)
    return book.close()


@dataclass
class _Held:
    receipt: int
    component: int
    pence: int
    to_court: bool


class _OrderBook:
    def __init__(self, caps: list[int], costs: int) -> None:
        self.caps = caps
        self.costs = costs
        self.filled = [0] * len(caps)
        self.held: list[_Held] = []
        self.credit: list[_Held] = []
        self.posted = Posted()

    def change(self, change: Change) -> None:
        self.caps[self.costs] += change.pence
        excess = self.filled[self.costs] - self.caps[self.costs]
        for entry in reversed(self.held[:]):
            if excess <= 0:
                break
            if entry.component == self.costs:
                excess -= self._release(entry, excess, change.day)
        self._use_credit(change.day)

    def receive(self, money: Money) -> None:
        self.credit.append(_Held(money.receipt, -1, money.pence, money.to_court))
        self._use_credit(money.day)

    def give_back(self, money: Money) -> None:
        left = -money.pence
        for entry in reversed(self.credit):
            if left and money.undoes in (-1, entry.receipt) and entry.pence:
                taken = min(left, entry.pence)
                entry.pence -= taken
                left -= taken
                self.posted.offsets.append(Offset(money.receipt, entry.receipt, taken, money.day))
        for entry in reversed(self.held):
            if left and money.undoes in (-1, entry.receipt) and entry.pence:
                taken = min(left, entry.pence)
                entry.pence -= taken
                left -= taken
                self.filled[entry.component] -= taken
                self.posted.lines.append(Line(money.receipt, entry.component, -taken, money.day))
        if left:
            self.posted.credits.append((money.receipt, -left))
        self._use_credit(money.day)

    def close(self) -> Posted:
        self.posted.credits += [(entry.receipt, entry.pence) for entry in self.credit if entry.pence]
        self.posted.room = [cap - filled for cap, filled in zip(self.caps, self.filled, strict=True)]
        return self.posted

    def _release(self, entry: _Held, most: int, day: int) -> int:
        taken = min(most, entry.pence)
        if taken:
            entry.pence -= taken
            self.filled[entry.component] -= taken
            self.posted.lines.append(Line(entry.receipt, entry.component, -taken, day))
            self.credit.append(_Held(entry.receipt, -1, taken, entry.to_court))
        return taken

    def _use_credit(self, day: int) -> None:
        for entry in self.credit:
            for component in range(len(self.caps)) if entry.to_court else (self.costs,):
                taken = min(entry.pence, self.caps[component] - self.filled[component])
                if taken > 0:
                    entry.pence -= taken
                    self.filled[component] += taken
                    self.held.append(_Held(entry.receipt, component, taken, entry.to_court))
                    self.posted.lines.append(Line(entry.receipt, component, taken, day))
        self.credit = [entry for entry in self.credit if entry.pence]
