"""Ten years of invented section 80 cases: prosecutions, orders, events and receipts, with the truth beside them.

Every difficulty of real receipts is in it: instalments, bulk remittances with and without a schedule, reversals,
refunds, overpayments, wrong, mistyped and shortened references, names in another order, two orders for one person,
orders that never reached the register, late records, rows exported twice. `CourtCostsExample.truth` says of each
receipt which order it was meant for and how much of it that order could take.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from datetime import date, timedelta
from itertools import count
from typing import Any

import numpy as np

from evaluation.example.court_tables import CourtCostsExample, Order, pounds, tables
from evaluation.example.names import FIRST, HEADS, TAILS

SEED = 1990
AS_OF = date(2012, 12, 31)
YEARS = 10
_PER_MONTH = 4.0
_SILENT_MONTH = 40
_BARE = (1, 3, 45)
_RESULTS = ("convicted", "acquitted", "withdrawn", "dismissed")
_PERIOD = {"week": 7, "fortnight": 14, "month": 30}


def court_costs(seed: int = SEED, as_of: date = AS_OF) -> CourtCostsExample:
    """Make the example.

    Parameters
    ----------
    seed
        Of the random numbers; the same seed gives the same tables.
    as_of
        The last day of the ten years.
    """
    world = _World(np.random.default_rng(seed), as_of)
    world.prosecute()
    world.play()
    return tables(world)


class _World:
    def __init__(self, draw: np.random.Generator, as_of: date) -> None:
        self.draw = draw
        self.as_of = as_of
        self.start = date(as_of.year - YEARS, as_of.month, 1) + timedelta(days=31)
        self.prosecutions: list[dict[str, Any]] = []
        self.orders: list[Order] = []
        self.of_person: dict[str, list[Order]] = defaultdict(list)
        self.events: list[dict[str, Any]] = []
        self.receipts: list[dict[str, Any]] = []
        self.truth: list[tuple[str, str | None, int, str]] = []
        self.through_court: dict[date, list[tuple[Order, int]]] = defaultdict(list)
        self.bare: set[str] = set()
        self.turn = count()
        self.agenda: list[tuple[date, int, str, Order, int]] = []

    # Prosecutions and orders.

    def prosecute(self) -> None:
        hearings = sorted(self._hearings())
        silent = (self.start + timedelta(days=30 * _SILENT_MONTH)).replace(day=1)
        for number, (heard, breach) in enumerate(hearings, 1):
            ref = f"RU{breach.year}/{number:04d}"
            result = str(self.draw.choice(_RESULTS, p=(0.86, 0.05, 0.06, 0.03)))
            row = {"prosecution_ref": ref, "breach_on": breach, "hearing_on": heard, "result": result,
                   "order_ref": None, "absence_reason": None}  # fmt: skip
            self.prosecutions.append(row)
            if heard > self.as_of:
                row["result"] = None
            elif result != "convicted":
                row["absence_reason"] = result if self._chance(0.7) else None
            elif self._chance(0.03):
                row["absence_reason"] = "discharged"
            else:
                self._order(row, heard, listed=heard.replace(day=1) != silent and not self._chance(0.01))

    def _hearings(self) -> list[tuple[date, date]]:
        days = (self.as_of - self.start).days
        breaches = [self._days(self.start, 0, days) for _ in range(int(YEARS * 12 * _PER_MONTH))]
        return [(self._weekday(self._days(breach, 45, 150)), breach) for breach in breaches]

    def _order(self, prosecution: dict[str, Any], made: date, *, listed: bool) -> None:
        person = self._person(made)
        claimed = int(self.draw.integers(35_000, 140_000))
        awarded = int(claimed * self.draw.beta(4, 2))
        awarded = round(awarded, -3) if self._chance(0.3) else awarded
        route = str(self.draw.choice(["council", "court", "account"], p=(0.66, 0.18, 0.16)))
        number = 4_100 + 3 * len(self.orders) + int(self.draw.integers(0, 2))
        plan = self._chance(0.65)
        order = Order(
            ref=f"WX{made.year % 100:02d}-{number}",
            prosecution=prosecution["prosecution_ref"] if not self._chance(0.01) else None,
            person=person,
            made=made,
            claimed=claimed,
            awarded=awarded,
            compensation=int(self.draw.integers(4, 30)) * 1_000 if route == "account" and self._chance(0.5) else 0,
            fine=int(self.draw.integers(8, 50)) * 1_000,
            surcharge=1_500 if made.year >= 2007 else 0,
            instalment=int(self.draw.choice([2_000, 2_500, 3_000, 4_000, 5_000, 7_500])) if plan else 0,
            every=str(self.draw.choice(["week", "fortnight", "month"], p=(0.15, 0.25, 0.6))) if plan else None,
            first_due=made + timedelta(days=28),
            route=route,
            habit=str(self.draw.choice(["pays", "stops", "never"], p=(0.77, 0.15, 0.08))),
            listed=listed,
            due=awarded,
        )
        order.others = {"compensation": order.compensation, "surcharge": order.surcharge, "fine": order.fine}
        if listed and order.prosecution is not None and self._chance(0.9):
            prosecution["order_ref"] = order.ref
        self.orders.append(order)
        self.of_person[person].append(order)

    def _person(self, made: date) -> str:
        known = [name for name, orders in self.of_person.items() if (made - orders[-1].made).days < 500]
        if known and self._chance(0.12):
            return known[int(self.draw.integers(len(known)))]
        first, head, tail = (str(self.draw.choice(part)) for part in (FIRST, HEADS, TAILS))
        return f"{first} {head}{tail}"

    # What happens to them, day by day.

    def play(self) -> None:
        for order in self.orders:
            self._schedule(order)
        while self.agenda:
            day, _, what, order, pence = heapq.heappop(self.agenda)
            if day <= self.as_of:
                getattr(self, f"_on_{what}")(day, order, pence)
        months = sorted(self.through_court)
        self.bare = {f"HM{months[at]:%y%m}" for at in _BARE if at < len(months)}
        for day in months:
            self._remit(day, self.through_court[day])

    def _plan(self, day: date, what: str, order: Order, pence: int = 0) -> None:
        heapq.heappush(self.agenda, (day, next(self.turn), what, order, pence))

    def _schedule(self, order: Order) -> None:
        if self._chance(0.05):
            self._plan(self._days(order.made, 40, 200), "vary", order)
        if self._chance(0.04):
            self._plan(self._days(order.made, 120, 400), "remit", order)
        if self._chance(0.02):
            self._plan(self._days(order.made, 60, 300), "transfer", order)
        if order.habit != "pays":
            self._plan(self._days(order.made, 640, 760), "write_off", order)
        if order.habit != "never":
            self._plan(self._days(order.first_due, -3, 6), "pay", order, order.instalment or order.owed)

    def _on_pay(self, day: date, order: Order, pence: int) -> None:
        wanted = min(pence, order.owed)
        if wanted <= 0:
            return
        if order.habit == "stops" and self._chance(0.2):
            return
        # Money received on one day must not depend on the order of the rows: the court's is remitted monthly.
        if order.route == "court":
            self.through_court[(day.replace(day=1) + timedelta(days=40)).replace(day=5)].append((order, wanted))
            order.pay(wanted, False)
        else:
            self._receive(day, order, wanted)
        if order.owed and order.instalment:
            self._plan(day + timedelta(days=max(_PERIOD[order.every or "month"] + self._about(4), 1)), "pay", order,
                       order.instalment)  # fmt: skip

    def _receive(self, day: date, order: Order, wanted: int) -> None:
        other = self._other_open(order, day)
        if other is not None and self._chance(0.25):
            self._pay_both(day, order, other)
            return
        last = wanted == order.owed
        extra = -wanted % 1_000 if last and self._chance(0.05) else 0
        ref = self._row(day, order, wanted + extra)
        if extra:
            if self._chance(0.6):
                self._row(self._days(day, 20, 60), order, -extra, kind="refund", reference=order.ref)
        elif last and self._chance(0.03):
            again = self._row(self._days(day, 5, 20), order, wanted)
            if self._chance(0.6):
                self._row(self._days(day, 30, 60), order, -wanted, kind="refund", reference=again)
        elif self._chance(0.015):
            self._bounce(day, ref, order, wanted)

    def _other_open(self, order: Order, day: date) -> Order | None:
        others = [each for each in self.of_person[order.person] if each is not order and each.made <= day]
        open_ = [each for each in others if each.due > 0 and each.listed and each.route == order.route == "council"]
        return open_[0] if open_ and order.listed else None

    def _pay_both(self, day: date, one: Order, other: Order) -> None:
        parts = [(one, one.due), (other, other.due)]
        text = f"{one.ref} / {other.ref}" if self._chance(0.5) else None
        ref = self._paid_in(day, sum(pence for _, pence in parts), text, self._payer(one), None, "payment")
        for order, pence in parts:
            self.truth.append((ref, order.ref, order.pay(pence, False), "one payment, two orders"))

    def _bounce(self, day: date, ref: str, order: Order, pence: int) -> None:
        back = self._days(day, 3, 10)
        if back > self.as_of:
            return
        named = ref if self._chance(0.6) else order.ref
        self._row(back, order, -pence, kind="reversal", reference=named)
        self.truth = [(*row[:2], 0, "later reversed") if row[0] == ref else row for row in self.truth]
        if order.route == "account":
            # A court takes it back from what was paid last: the fine, the costs, the surcharge, the compensation.
            self._restore(order, pence)
        else:
            order.due += pence
        if self._chance(0.7):
            self._plan(self._days(back, 10, 25), "pay", order, pence)

    def _restore(self, order: Order, pence: int) -> None:
        limits = {"fine": order.fine, "surcharge": order.surcharge, "compensation": order.compensation}
        for part in ("fine", "costs", "surcharge", "compensation"):
            room = order.awarded - order.due if part == "costs" else limits[part] - order.others[part]
            piece = min(pence, max(room, 0))
            pence -= piece
            if part == "costs":
                order.due += piece
            else:
                order.others[part] += piece

    def _on_vary(self, day: date, order: Order, _: int) -> None:
        change = -int(order.due * self.draw.uniform(0.2, 0.5)) if self._chance(0.7) else 5_000
        if order.due and change:
            order.due += change
            self._event(day, order, "varied", change)

    def _on_remit(self, day: date, order: Order, _: int) -> None:
        if order.due:
            self._event(day, order, "remitted", order.due)
            order.due = 0

    def _on_transfer(self, day: date, order: Order, _: int) -> None:
        if order.due:
            self._event(day, order, "transferred", 0)

    def _on_write_off(self, day: date, order: Order, _: int) -> None:
        if order.due:
            self._event(day, order, "written_off", order.due)
            order.due = 0

    def _event(self, day: date, order: Order, kind: str, pence: int) -> None:
        recorded = self._days(day, 0, 45)
        if order.listed:
            self.events.append({"order_ref": order.ref, "happened_on": day, "recorded_on": recorded, "kind": kind,
                                "amount": pounds(pence)})  # fmt: skip

    # Receipts as they come.

    def _row(
        self, day: date, order: Order, pence: int, *, kind: str | None = None, reference: str | None = None
    ) -> str:
        kind = kind or ("account" if order.route == "account" else "payment")
        if pence < 0:
            return self._paid_in(day, pence, reference, self._payer(order), None, kind)
        text, payer, how = self._written(order)
        ref = self._paid_in(day, pence, text, payer, None, kind)
        taken = order.pay(pence, kind == "account")
        self.truth.append((ref, order.ref if order.listed else None, taken, how))
        return ref

    def _paid_in(
        self, day: date, pence: int, text: str | None, payer: str | None, remittance: str | None, kind: str
    ) -> str:
        ref = f"RC{len(self.receipts) + 1:06d}"
        self.receipts.append(
            {"receipt_ref": ref, "received_on": day, "recorded_on": self._days(day, 0, 12), "amount": pounds(pence),
             "reference": text, "payer_id": payer, "remittance_ref": remittance, "kind": kind}
        )  # fmt: skip
        return ref

    def _written(self, order: Order) -> tuple[str | None, str | None, str]:
        """Say what a payer writes, who is named as payer, and how hard that is."""
        ref, payer = order.ref, self._payer(order)
        some = payer if self._chance(0.8) else None
        at = int(self.draw.integers(3, len(ref) - 1))
        ways: dict[str, tuple[str | None, str | None]] = {
            "copied": (ref, some),
            "reformatted": (ref.lower().replace("-", " "), some),
            "inside a text": (f"NOISE COSTS {ref}", some),
            "letters for digits": (ref.replace("0", "O"), some),
            "transposed": (ref[:at] + ref[at + 1] + ref[at] + ref[at + 2 :], payer),
            "one digit wrong": (ref[:at] + str(self.draw.integers(10)) + ref[at + 1 :], payer),
            "cut short": (ref[:-2], payer),
            "year left out": (ref[5:], payer),
            "name only": (None, payer),
            "wrong reference": (self._reference_of_another(order), payer),
            "nothing written": (None, None),
        }
        share = (0.80, 0.04, 0.03, 0.015, 0.02, 0.02, 0.02, 0.01, 0.0405, 0.004, 0.0005)
        how = str(self.draw.choice(list(ways), p=share))
        # A slip that gives exactly another order of the same person is beyond anybody's power to see.
        if ways[how][0] in {each.ref for each in self.of_person[order.person]}:
            how = "copied"
        return *ways[how], how

    def _reference_of_another(self, order: Order) -> str:
        others = [each.ref for each in self.orders if each.person != order.person]
        return others[int(self.draw.integers(len(others)))]

    def _payer(self, order: Order) -> str:
        first, last = order.person.split(" ")
        ways = (order.person, f"{last}, {first}", f"{last.upper()} {first.upper()}")
        return ways[int(self.draw.integers(3))]

    def _remit(self, day: date, parts: list[tuple[Order, int]]) -> None:
        """Write the court's monthly remittance: a row for each order, one row with a list, or one row and no list."""
        if day > self.as_of:
            return
        batch = f"HM{day:%y%m}"
        how = "bare" if batch in self.bare else str(self.draw.choice(["rows", "list"], p=(0.82, 0.18)))
        sums: dict[str, int] = defaultdict(int)
        for order, pence in parts:
            sums[order.ref] += pence
        parts = [(order, sums[order.ref]) for order in {order.ref: order for order, _ in parts}.values()]
        if how == "rows" or len(parts) == 1:
            for order, pence in parts:
                ref = self._paid_in(day, pence, order.ref, None, batch, "payment")
                self.truth.append((ref, order.ref if order.listed else None, pence, "remittance with a row each"))
            return
        amounts = self._chance(0.9)
        lines = [f"{order.ref} {pounds(pence)}" if amounts else order.ref for order, pence in parts]
        text = ", ".join(lines) if how == "list" else None
        ref = self._paid_in(day, sum(pence for _, pence in parts), text, None, batch, "payment")
        name = "remittance with a list" if how == "list" else "remittance without a schedule"
        self.truth += [(ref, order.ref if order.listed else None, pence, name) for order, pence in parts]

    def _chance(self, share: float) -> bool:
        return bool(self.draw.random() < share)

    def _about(self, days: int) -> int:
        return int(self.draw.integers(-days, days + 1))

    def _days(self, day: date, low: int, high: int) -> date:
        return day + timedelta(days=int(self.draw.integers(low, high + 1)))

    @staticmethod
    def _weekday(day: date) -> date:
        return day + timedelta(days=max(0, day.weekday() - 4) and 7 - day.weekday())
