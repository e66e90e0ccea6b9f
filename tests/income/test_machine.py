"""Random histories against a slow plain ledger that moves one penny at a time: no penny is ever lost or made."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from evaluation.income import reconcile

START = date(2010, 1, 1)
MONEY = pl.Decimal(12, 2)
COMPONENTS = ("compensation", "surcharge", "costs", "fine")
DAYS = st.integers(0, 40)
LATE = st.sampled_from([0, 0, 0, 5, 20])
LOOKED_AT = (12, 30, 55, 200)
PENCE = st.integers(1, 40)


class PlainOrder:
    """One order, penny by penny."""

    def __init__(self, caps):
        self.caps = dict(caps)
        self.placed = []
        self.credit = []
        self.short = Counter()
        self.relief = Counter()
        self.varied = 0

    def room(self, component):
        return self.caps[component] - sum(1 for _, where in self.placed if where == component)

    def place(self, penny):
        for component in COMPONENTS if penny[1] == "account" else ("costs",):
            if self.room(component) > 0:
                self.placed.append((penny, component))
                return True
        return False

    def use_credit(self):
        self.credit = [penny for penny in self.credit if not self.place(penny)]

    def pay(self, receipt, kind, pence):
        self.credit += [(receipt, kind)] * pence
        self.use_credit()

    def take_back(self, taker, pence, undone=None):
        for _ in range(pence):
            mine = [at for at, penny in enumerate(self.credit) if undone in (None, penny[0])]
            held = [at for at, (penny, _) in enumerate(self.placed) if undone in (None, penny[0])]
            if mine:
                self.credit.pop(mine[-1])
            elif held:
                self.placed.pop(held[-1])
            else:
                self.short[taker] -= 1
        self.use_credit()

    def change(self, kind, pence):
        pence = max(pence, -self.caps["costs"])
        self.caps["costs"] += pence
        if kind == "varied":
            self.varied += pence
        else:
            self.relief[kind] -= pence
        while self.room("costs") < 0:
            at = max(at for at, (_, where) in enumerate(self.placed) if where == "costs")
            self.credit.append(self.placed.pop(at)[0])
        self.use_credit()


class Histories(RuleBasedStateMachine):
    orders = Bundle("orders")
    receipts = Bundle("receipts")

    def __init__(self):
        super().__init__()
        self.made, self.rows, self.happened = {}, [], []

    @initialize(target=orders, costs=st.integers(60, 200))
    def first_order(self, costs):
        return self.order(0, costs, 12)

    @precondition(lambda self: len(self.made) < 4)
    @rule(target=orders, on=st.integers(0, 10), costs=st.integers(0, 200), others=st.sampled_from([0, 0, 7, 30]))
    def another_order(self, on, costs, others):
        return self.order(on, costs, others)

    def order(self, on, costs, others):
        ref = f"MK/{10_000 + 37 * len(self.made)}"
        self.made[ref] = (on, {"compensation": others, "surcharge": others // 2, "costs": costs, "fine": others})
        return ref

    @rule(
        target=receipts, order=orders, after=DAYS, late=LATE, pence=PENCE, kind=st.sampled_from(["payment", "account"])
    )
    def pay(self, order, after, late, pence, kind):
        return self.receive(self.made[order][0] + after - 2, late, pence, order, kind)

    @rule(receipt=receipts, after=st.integers(0, 20), late=LATE)
    def bounce(self, receipt, after, late):
        paid = next(row for row in self.rows if row["ref"] == receipt)
        self.receive(paid["on"] + after, late, -paid["pence"], receipt, "reversal")

    @rule(order=orders, after=DAYS, late=LATE, pence=PENCE)
    def refund(self, order, after, late, pence):
        self.receive(self.made[order][0] + after, late, -pence, order, "refund")

    @rule(receipt=receipts)
    def export_twice(self, receipt):
        self.rows.append(next(row for row in self.rows if row["ref"] == receipt))

    @rule(order=orders, after=DAYS, late=LATE, pence=PENCE, kind=st.sampled_from(["varied", "remitted", "written_off"]),
          sign=st.sampled_from([1, -1]))  # fmt: skip
    def event(self, order, after, late, pence, kind, sign):
        on = self.made[order][0] + after
        self.happened.append((order, on, on + late, kind, sign * pence if kind == "varied" else pence))

    def receive(self, on, late, pence, text, kind):
        ref = f"R{len(self.rows):05d}"
        self.rows.append({"ref": ref, "on": on, "known": on + late, "pence": pence, "text": text, "kind": kind})
        return ref

    def teardown(self):
        for as_of in LOOKED_AT:
            self.check(as_of)

    def check(self, as_of):
        held = self.reconciled(as_of)
        plain, loose = self.plainly(as_of)
        found = {row["order_ref"]: row for row in held.ledger.iter_rows(named=True)}
        assert set(found) == set(plain)
        for ref, order in plain.items():
            paid = sum(1 for _, where in order.placed if where == "costs")
            expected = (order.varied, paid, order.relief["remitted"], order.relief["written_off"], order.room("costs"))
            names = ("varied", "paid", "remitted", "written_off", "outstanding")
            assert tuple(int(found[ref][name] * 100) for name in names) == expected
        left = Counter(loose)
        for order in plain.values():
            left.update(penny[0] for penny in order.credit)
            left.update(order.short)
        unmatched = dict(zip(held.unmatched_receipts["receipt_ref"], held.unmatched_receipts["amount"], strict=True))
        assert {ref: int(value * 100) for ref, value in unmatched.items()} == {k: v for k, v in left.items() if v}

    def plainly(self, as_of):
        plain = {ref: PlainOrder(caps) for ref, (on, caps) in self.made.items() if on <= as_of}
        rows = {row["ref"]: row for row in self.rows if max(row["on"], row["known"]) <= as_of}
        loose = Counter()
        history = [(on, 0, KINDS[kind], at, order, kind, pence)
                   for at, (order, on, known, kind, pence) in enumerate(self.happened) if known <= as_of]  # fmt: skip
        history += [(row["on"], 1 if row["pence"] > 0 else 2, 0, ref, row["text"], row["kind"], row["pence"])
                    for ref, row in rows.items()]  # fmt: skip
        undone = set()
        for on, _, _, ref, text, kind, pence in sorted(history, key=lambda each: each[:4]):
            if kind in KINDS:
                if text in plain:
                    plain[text].change(kind, pence if kind == "varied" else -pence)
            elif pence > 0:
                if text in plain and on >= self.made[text][0]:
                    plain[text].pay(ref, kind, pence)
                else:
                    loose[ref] += pence
            elif kind == "refund":
                if text in plain:
                    plain[text].take_back(ref, -pence)
                else:
                    loose[ref] += pence
            else:
                self.bounce_plainly(plain, rows, loose, undone, ref, pence)
        return plain, loose

    def bounce_plainly(self, plain, rows, loose, undone, ref, pence):
        paid = rows.get(rows[ref]["text"])
        if paid is None:
            loose[ref] += pence
        elif paid["text"] in plain and paid["on"] >= self.made[paid["text"]][0]:
            plain[paid["text"]].take_back(ref, -pence, undone=paid["ref"])
        elif paid["ref"] in undone:
            loose[ref] += pence
        else:
            undone.add(paid["ref"])
            loose[paid["ref"]] += pence

    def reconciled(self, as_of):
        orders = pl.DataFrame(
            {"order_ref": list(self.made), "ordered_on": [day(on) for on, _ in self.made.values()],
             **{name: [pounds(caps[part]) for _, caps in self.made.values()] for name, part in COLUMNS.items()}},
            schema={"order_ref": pl.String, "ordered_on": pl.Date, **dict.fromkeys(COLUMNS, MONEY)},
        )  # fmt: skip
        receipts = pl.DataFrame(
            [(row["ref"], day(row["on"]), day(row["known"]), pounds(row["pence"]), row["text"], row["kind"])
             for row in self.rows],
            schema={"receipt_ref": pl.String, "received_on": pl.Date, "recorded_on": pl.Date, "amount": MONEY,
                    "reference": pl.String, "kind": pl.String}, orient="row",
        )  # fmt: skip
        events = pl.DataFrame(
            [(ref, day(on), day(known), kind, pounds(pence)) for ref, on, known, kind, pence in self.happened],
            schema={"order_ref": pl.String, "happened_on": pl.Date, "recorded_on": pl.Date, "kind": pl.String,
                    "amount": MONEY}, orient="row",
        )  # fmt: skip
        return reconcile(orders, receipts, events=events, as_of=day(as_of))


KINDS = {"varied": 0, "remitted": 1, "written_off": 2}
COLUMNS = {"costs_awarded": "costs", "compensation": "compensation", "surcharge": "surcharge", "fine": "fine"}


def day(number):
    return START + timedelta(days=number)


def pounds(pence):
    return Decimal(pence) / 100


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=40,
    # Shrinking a history takes minutes; the whole of one can be read as well.
    phases=(Phase.reuse, Phase.generate), stateful_step_count=30, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
