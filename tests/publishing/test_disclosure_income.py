"""A reader who solves every sum of the published ledger finds no amount that rests on few orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from evaluation import income
from evaluation.publishing.disclosure_income import _expected
from evaluation.publishing.release import Rules, release_income, settled

RULES = Rules()
TOTALS = ("awarded", "varied", "paid", "remitted", "written_off", "outstanding")


def summary(seed: int, orders: int = 70, until: date = date(2012, 12, 31), **few: int) -> dict[str, Any]:
    """A ledger of random orders; `few` says how many were varied, remitted or written off."""
    rng = np.random.default_rng(seed)
    made = [date(2010, 1, 4) + timedelta(days=int(day)) for day in np.sort(rng.integers(0, 900, orders))]
    awarded = [Decimal(int(pence)) / 100 for pence in rng.integers(20_000, 90_000, orders)]
    claimed = [None if rng.random() < 0.06 else amount + 100 for amount in awarded]
    frame = pl.DataFrame({
        "order_ref": [f"O{n}" for n in range(orders)], "ordered_on": made,
        "costs_awarded": pl.Series(awarded, dtype=pl.Decimal(12, 2)),
        "costs_claimed": pl.Series(claimed, dtype=pl.Decimal(12, 2)),
    })  # fmt: skip
    events = [
        (f"O{n}", made[n] + timedelta(days=40), kind, Decimal("-17.31") if kind == "varied" else Decimal("31.07") + n)
        for kind, many in few.items() for n in rng.choice(orders, min(many, orders), replace=False)
    ]  # fmt: skip
    paid = [
        (f"R{n}-{part}", made[n] + timedelta(days=30 * part), Decimal(int(rng.integers(1_000, 6_000))) / 100, f"O{n}")
        for n in range(orders) for part in range(1, int(rng.integers(1, 4)))
    ]  # fmt: skip
    receipts = pl.DataFrame(paid, schema=["receipt_ref", "received_on", "amount", "reference"], orient="row").select(
        "receipt_ref", "received_on", pl.col("amount").cast(pl.Decimal(12, 2)), "reference", kind=pl.lit("payment")
    )
    happened = pl.DataFrame(
        events,
        schema={"order_ref": pl.String, "happened_on": pl.Date, "kind": pl.String, "amount": pl.Decimal(12, 2)},
        orient="row",
    )
    return income.reconcile(frame, receipts, events=happened, as_of=until).summary()


def amounts(tree: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Every amount by its place; None where it is not shown."""
    found: dict[str, Any] = {name: tree.get(name) for name in TOTALS}
    found |= {f"receipts.{name}": (tree.get("receipts") or {}).get(name) for name in
              ("received", "allocated", "unmatched", "refunded")}  # fmt: skip
    for key, name in (("ageing", "band"), ("rules", "rule"), ("unmatched", "status")):
        found |= {f"{key}.{row[name]}": row["amount"] for row in tree[key]}
    for row in tree["months"]:
        for name in ("awarded", "cash"):
            place = f"{str(row['month'])[:4]}.{name}"
            amount = None if row[name] is None else Decimal(row[name])
            found[place] = amount if place not in found or amount is None else found[place] + amount
    return {name: None if amount is None else Decimal(amount) for name, amount in found.items()}


def sums(names: list[str]) -> np.ndarray:
    """What everybody knows of a ledger: one row for each sum that holds."""

    def line(parts: list[str], whole: list[str]) -> list[int]:
        return [(name in parts) - (name in whole) for name in names]

    def below(key: str) -> list[str]:
        return [name for name in names if name.startswith(f"{key}.")]

    years = [name for name in names if name[:4].isdigit()]
    return np.array([
        line(["awarded", "varied"], ["paid", "remitted", "written_off", "outstanding"]),
        line(below("ageing"), ["outstanding"]),
        line(below("rules"), ["receipts.allocated"]),
        line(below("unmatched"), ["receipts.unmatched"]),
        line(["receipts.received"], ["receipts.allocated", "receipts.unmatched", "receipts.refunded"]),
        line([name for name in years if name.endswith("awarded")], ["awarded"]),
        line([name for name in years if name.endswith("cash")], ["paid"]),
    ], dtype=float)  # fmt: skip


def solved(shown: Mapping[str, Decimal | None]) -> set[str]:
    """The amounts that are not shown and that the sums give all the same."""
    names = list(shown)
    lines = sums(names)[:, [i for i, name in enumerate(names) if shown[name] is None]]
    hidden = [name for name in names if shown[name] is None]
    rank = np.linalg.matrix_rank(lines)
    return {
        name for i, name in enumerate(hidden)
        if np.linalg.matrix_rank(np.vstack([lines, np.eye(len(hidden))[i]])) == rank
    }  # fmt: skip


def resting_on_few(source: Mapping[str, Any]) -> set[str]:
    few = {name for name in TOTALS if 0 < source["orders_behind"][name] < 10}
    few |= {f"receipts.{name}" for name, count in source["receipts_behind"].items() if 0 < count < 10}
    for key, name, counted in (("ageing", "band", "orders"), ("rules", "rule", "orders"), ("rules", "rule", "receipts"),
                               ("unmatched", "status", "receipts")):  # fmt: skip
        few |= {f"{key}.{row[name]}" for row in source[key] if 0 < row[counted] < 10}
    for row in source["orders_by_year"]:
        for name, counted in (("awarded", "orders_awarded"), ("cash", "orders_paying")):
            if 0 < row[counted] < 10:
                few.add(f"{row['year']}.{name}")
    return few


FEW = [
    {"remitted": 1}, {"varied": 1}, {"written_off": 3},
    {"remitted": 4, "written_off": 20}, {"varied": 7, "remitted": 7},
    {"varied": 2, "remitted": 3, "written_off": 30}, {"varied": 2, "remitted": 2, "written_off": 2}, {},
]  # fmt: skip


@pytest.mark.parametrize(("seed", "few"), list(enumerate(FEW)))
@pytest.mark.parametrize("orders", [18, 70])
def test_no_amount_of_few_orders_can_be_worked_out(seed: int, few: dict[str, int], orders: int):
    source = summary(seed, orders, **few)
    published = release_income(source, RULES).data
    shown = amounts(published)
    true = amounts(source)
    assert np.abs(sums(list(true)) @ np.array([float(true[name] or 0) for name in true])).max() < 1e-6
    small = {name for name in resting_on_few(source) if true[name]}
    assert not {name for name in small if shown[name] is not None}
    assert not small & solved(shown)
    for key in ("ageing", "rules", "unmatched"):
        assert [set(row) for row in published[key]] == [set(row) for row in source[key]]
    for name, amount in true.items():
        if name in small and abs(amount or 0) > 1:
            assert f"{amount:,.2f}" not in json.dumps(published)


def test_totals_of_enough_orders_are_to_the_penny():
    source = summary(3, 90, varied=12, remitted=15, written_off=20)
    published = release_income(source, RULES).data
    assert {name: published[name] for name in TOTALS} == {name: source[name] for name in TOTALS}
    assert published["sentence"].startswith("On 31 December 2012")


def test_two_small_reductions_are_hidden_together_and_the_sentence_leaves_them_out():
    source = summary(4, 90, varied=7, remitted=7, written_off=20)
    published = release_income(source, RULES).data
    assert (published["varied"], published["remitted"]) == (None, None)
    assert published["written_off"] == source["written_off"]
    assert published["sentence"].startswith("By 31 December 2012 £")
    assert "remitted" not in published["sentence"]


def test_claims_beside_few_orders_without_one_are_hidden():
    source = summary(0, 90)
    published = release_income(source, RULES).data
    few = 0
    for row, shown in zip(source["claimed_and_awarded"], published["claimed_and_awarded"], strict=True):
        if 0 < row["without_claim"] < 10:
            few += 1
            assert (shown["claimed"], shown["awarded"], shown["share"]) == (None, None, None)
    assert few


# ---- editions


def test_one_payment_more_is_not_told_to_the_penny():
    before = summary(5, 90, varied=12, remitted=15, written_off=20)
    first = release_income(before, RULES)
    later = {**before, "paid": str(Decimal(before["paid"]) + Decimal("61.30")),
             "outstanding": str(Decimal(before["outstanding"]) - Decimal("61.30"))}  # fmt: skip
    second = settled(release_income(later, RULES), first.data, RULES)
    assert second.data["amounts"] == "to the nearest £1,000"
    for name, amount in amounts(second.data).items():
        assert amount is None or amount % 1000 == 0, name
    assert "about £" in second.data["sentence"]
    assert "to the nearest £1,000" in second.hidden[-1]


def test_the_same_ledger_and_one_with_many_more_orders_stay_exact():
    first = release_income(summary(6, 90), RULES)
    again = settled(release_income(summary(6, 90), RULES), first.data, RULES)
    assert again.data == first.data
    assert "amounts" not in again.data


def test_the_same_hidden_sum_is_not_told_twice():
    """Two hidden totals come to what the others leave open: when that moves, it is a few orders."""
    before = summary(7, 90, varied=7, remitted=7, written_off=20)
    first = release_income(before, RULES)
    more = {**before, "remitted": str(Decimal(before["remitted"]) + 50),
            "outstanding": str(Decimal(before["outstanding"]) - 50)}  # fmt: skip
    assert settled(release_income(more, RULES), first.data, RULES).data["amounts"] == "to the nearest £1,000"


def test_what_is_expected_is_to_whole_thousands_and_hidden_with_what_is_owed() -> None:
    data = {"outstanding": "16214.45"}
    given = {"value": "6708.41", "low": "5668.62", "high": "7805.16"}
    assert _expected(given, data) == {"low": "5000.00", "value": "7000.00", "high": "8000.00"}
    assert _expected(given, {"outstanding": None}) is None
    assert _expected(None, data) is None
