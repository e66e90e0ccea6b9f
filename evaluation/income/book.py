"""The working state of one reconciliation: which receipt belongs to which order, and what each order can still take.

Almost all orders are plain: copied references, the council's own money, nothing undone. Their postings are one
cumulative sum. The others are played event by event (`posting`). Both give the same answer for a plain order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.income.inputs import Inputs
from evaluation.income.plan import with_plan
from evaluation.income.posting import Change, Line, Money, Offset, Posted, post
from evaluation.income.references import ReferenceIndex, person_key
from evaluation.income.rules import EXACT, Rules

Whole = NDArray[np.int64]
_EPOCH = date(1970, 1, 1).toordinal()


def day_of(day: int) -> date:
    """Turn days since 1970 into a date."""
    return date.fromordinal(int(day) + _EPOCH)


def _whole(series: pl.Series) -> Whole:
    return series.to_physical().cast(pl.Int64).fill_null(0).to_numpy()


def _person_keys(series: pl.Series) -> list[str | None]:
    keys = {each: person_key(each) for each in series.unique()}
    return [keys[each] for each in series]


@dataclass(frozen=True)
class Orders:
    """The orders in view, column by column; positions are the orders' numbers everywhere in the reconciliation."""

    frame: pl.DataFrame
    refs: list[str]
    persons: list[str | None]
    of_person: dict[str, list[int]]
    day: Whole
    debt: Whole
    caps: NDArray[np.int64]
    step: Whole
    every: list[str | None]
    plan_from: list[date]
    courts: list[str | None]
    changes: dict[int, list[Change]]

    @cached_property
    def index(self) -> ReferenceIndex:
        """The references, ready to be looked up."""
        return ReferenceIndex(self.refs)

    @cached_property
    def position(self) -> dict[str, int]:
        """The number of each order reference."""
        return {ref: at for at, ref in enumerate(self.refs)}

    @classmethod
    def of(cls, inputs: Inputs, rules: Rules) -> Orders:
        """Lay out the orders and what the court did to their costs."""
        frame = with_plan(inputs.orders, rules)
        persons = _person_keys(frame["defendant_id"])
        of_person: dict[str, list[int]] = defaultdict(list)
        for at, person in enumerate(persons):
            if person:
                of_person[person].append(at)
        refs = frame["order_ref"].to_list()
        changes = _changes(inputs.events, refs)
        debt = _whole(frame["costs_awarded"]).copy()
        for at, each in changes.items():
            debt[at] += sum(change.pence for change in each)
        columns = {"costs": "costs_awarded"}
        caps = np.column_stack([_whole(frame[columns.get(name, name)]) for name in rules.components])
        return cls(
            frame, refs, persons, dict(of_person), _whole(frame["ordered_on"]), debt, caps.astype(np.int64),
            _whole(frame["plan_step"]), frame["plan_every"].to_list(), frame["plan_from"].to_list(),
            _person_keys(frame["court"]), changes,
        )  # fmt: skip


def _changes(events: pl.DataFrame, refs: list[str]) -> dict[int, list[Change]]:
    position = {ref: at for at, ref in enumerate(refs)}
    found: dict[int, list[Change]] = defaultdict(list)
    days = _whole(events["happened_on"])
    for ref, kind, applied, day in zip(events["order_ref"], events["kind"], events["applied"], days, strict=True):
        if applied:
            found[position[ref]].append(Change(int(day), applied if kind == "varied" else -applied))
    return dict(found)


@dataclass(frozen=True)
class Receipts:
    """The receipts in view, column by column, in the order in which they were received."""

    frame: pl.DataFrame
    refs: list[str]
    day: Whole
    pence: Whole
    to_court: NDArray[np.bool_]
    kinds: list[str]
    references: list[str | None]
    payers: list[str | None]
    remittances: list[str | None]
    courts: list[str | None]

    @cached_property
    def position(self) -> dict[str, int]:
        """The number of each receipt reference."""
        return {ref: at for at, ref in enumerate(self.refs)}

    @classmethod
    def of(cls, inputs: Inputs) -> Receipts:
        """Lay out the receipts; an empty reference is none."""
        frame = inputs.receipts
        text = frame["reference"].str.strip_chars()
        return cls(
            frame, frame["receipt_ref"].to_list(), _whole(frame["received_on"]), _whole(frame["amount"]),
            (frame["kind"] == "account").to_numpy(), frame["kind"].to_list(),
            text.set(text == "", None).to_list(), _person_keys(frame["payer_id"]),
            frame["remittance_ref"].to_list(), _person_keys(frame["court"]),
        )  # fmt: skip


class Book:
    """Links of receipts to orders, and what they leave open. Built up by the matching rules, read at the end."""

    def __init__(self, orders: Orders, receipts: Receipts, rules: Rules) -> None:
        self.orders = orders
        self.receipts = receipts
        self.rules = rules
        self.costs_at = rules.components.index("costs")
        self.certain: Whole = np.full(len(receipts.refs), -1, dtype=np.int64)
        self.links: dict[int, list[Money]] = defaultdict(list)
        self.rule: dict[tuple[int, int], str] = {}
        self.linked: dict[int, list[int]] = defaultdict(list)
        self.offsets: list[Offset] = []
        self.status: dict[int, tuple[str, str]] = {}
        self._posted: dict[int, Posted] = {}
        self._stale: set[int] = set()
        self._unplayed: set[int] = set()
        self._through_court: set[int] = set()
        self._by_order: Whole = np.empty(0, dtype=np.int64)
        self._starts: Whole = np.zeros(len(orders.refs) + 1, dtype=np.int64)
        self.room: Whole = orders.debt.copy()
        self.room_at_court: Whole = orders.caps.sum(axis=1) - orders.caps[:, self.costs_at] + orders.debt

    def link_certain(self, certain: Whole) -> None:
        """Take the receipts whose copied reference settles the matter: the order's number, or -1."""
        self.certain = certain
        taken = np.flatnonzero(certain >= 0)
        self._by_order = taken[np.argsort(certain[taken], kind="stable")]
        counts = np.bincount(certain[taken], minlength=len(self.orders.refs))
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        paid = np.bincount(certain[taken], weights=self.receipts.pence[taken], minlength=len(self.orders.refs))
        self.room = np.maximum(self.orders.debt - paid.astype(np.int64), 0)
        self.room_at_court -= self.orders.debt - self.room
        self._stale |= set(self.orders.changes)
        self._through_court = set(certain[taken][self.receipts.to_court[taken]].tolist())
        self._stale |= self._through_court

    def link(self, receipt: int, order: int, pence: int, rule: str, undoes: int = -1) -> None:
        """Give `pence` of a receipt to an order (negative for a reversal or refund) and say by which rule."""
        day = max(int(self.receipts.day[receipt]), int(self.orders.day[order]))
        to_court = bool(self.receipts.to_court[receipt])
        if to_court:
            self._through_court.add(order)
        self.links[order].append(Money(day, receipt, receipt, pence, to_court, undoes))
        self.rule[receipt, order] = rule
        self.linked[receipt].append(order)
        self._touch(order, pence if not to_court and undoes < 0 else 0)

    def _touch(self, order: int, paid: int) -> None:
        """Note that an order changed; where only the costs can be paid, what is left is known without playing it."""
        if paid <= 0 or order in self._through_court:
            self._stale.add(order)
            return
        taken = min(paid, int(self.room[order]))
        self.room[order] -= taken
        self.room_at_court[order] -= taken
        self._unplayed.add(order)

    def is_linked(self, receipt: int) -> bool:
        """Whether any of the receipt has been given to an order."""
        return self.certain[receipt] >= 0 or receipt in self.linked

    def orders_of(self, receipt: int) -> list[int]:
        """List the orders that a receipt was given to."""
        certain = int(self.certain[receipt])
        return [certain] if certain >= 0 else self.linked.get(receipt, [])

    def settle(self) -> None:
        """Bring what every order can still take up to date."""
        for order in self._stale:
            self._play(order)
        self._unplayed -= self._stale
        self._stale.clear()

    def play_all(self) -> None:
        """Play every order that was touched, so that the postings are complete."""
        self._stale |= self._unplayed
        self.settle()

    def certain_receipts(self, order: int) -> list[int]:
        """List the receipts that a copied reference gave to an order."""
        return self._by_order[self._starts[order] : self._starts[order + 1]].tolist()

    def _play(self, order: int) -> None:
        held = self.receipts
        money = [
            Money(int(held.day[each]), each, each, int(held.pence[each]), bool(held.to_court[each]), -1)
            for each in self.certain_receipts(order)
        ]
        caps = self.orders.caps[order].tolist()
        changes = self.orders.changes.get(order, [])
        posted = post(caps, self.costs_at, changes, [*money, *self.links.get(order, ())])
        self._posted[order] = posted
        self.room[order] = posted.room[self.costs_at]
        self.room_at_court[order] = sum(posted.room)

    def lines(self) -> pl.DataFrame:
        """Give every posting: `receipt, order` (numbers)`, component, pence, day, rule`."""
        self.play_all()
        rows = [(order, line) for order, posted in self._posted.items() for line in posted.lines]
        played = _frame_of_lines(rows, self.rule, self.rules.components)
        return pl.concat([self._plain_lines(), played])

    def credits(self) -> dict[int, int]:
        """Give what each receipt has left, or what a reversal or refund could not take back (negative), in pence."""
        self.play_all()
        left: dict[int, int] = defaultdict(int)
        for receipt, pence in self._plain_credits():
            left[receipt] += pence
        for posted in self._posted.values():
            for receipt, pence in posted.credits:
                left[receipt] += pence
        return left

    def all_offsets(self) -> list[Offset]:
        """Give all unallocated money that was reversed or refunded."""
        self.play_all()
        return [*self.offsets, *(offset for posted in self._posted.values() for offset in posted.offsets)]

    def _plain(self) -> tuple[Whole, Whole, Whole]:
        played = np.zeros(len(self.orders.refs), dtype=bool)
        played[list(self._posted)] = True
        receipts = self._by_order[~played[self.certain[self._by_order]]]
        orders = self.certain[receipts]
        amounts = self.receipts.pence[receipts]
        running = np.cumsum(amounts)
        first = np.concatenate(([True], orders[1:] != orders[:-1])) if len(orders) else np.empty(0, dtype=bool)
        before = (running - amounts) - np.maximum.accumulate(np.where(first, running - amounts, 0))
        taken = np.clip(self.orders.debt[orders] - before, 0, amounts)
        return receipts, orders, taken

    def _plain_lines(self) -> pl.DataFrame:
        receipts, orders, taken = self._plain()
        return pl.DataFrame(
            {"receipt": receipts, "order": orders, "pence": taken, "day": self.receipts.day[receipts]}
        ).select("receipt", "order", pl.lit("costs").alias("component"), "pence", "day",
                 pl.lit(EXACT).alias("rule")).filter(pl.col("pence") > 0)  # fmt: skip

    def _plain_credits(self) -> list[tuple[int, int]]:
        receipts, _, taken = self._plain()
        left = self.receipts.pence[receipts] - taken
        over = left > 0
        return list(zip(receipts[over].tolist(), left[over].tolist(), strict=True))


def _frame_of_lines(
    rows: list[tuple[int, Line]], rule: dict[tuple[int, int], str], components: tuple[str, ...]
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "receipt": [line.receipt for _, line in rows],
            "order": [order for order, _ in rows],
            "component": [components[line.component] for _, line in rows],
            "pence": [line.pence for _, line in rows],
            "day": [line.day for _, line in rows],
            "rule": [rule.get((line.receipt, order), EXACT) for order, line in rows],
        },
        schema={"receipt": pl.Int64, "order": pl.Int64, "component": pl.String, "pence": pl.Int64, "day": pl.Int64,
                "rule": pl.String},
    )  # fmt: skip
