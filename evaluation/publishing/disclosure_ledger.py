"""The ledger of a new edition beside the last one: what moved because of a few orders is not told to the penny.

Two ledgers to the penny tell what happened between them, and in a quiet quarter that is one defendant's payment. So
the amounts of a new edition are to the penny only where each is unchanged, or where enough orders moved it. Otherwise
every amount is given to the nearest thousand pounds, which is more than one order's costs: all of them, because exact
amounts among rounded ones would give the others away by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from evaluation.publishing.disclosure_income import NEAREST, RECEIPTS, ROUNDED, TOTALS, sentence
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_settling import aligned, moved, settle
from evaluation.publishing.disclosure_tree import Json, is_figure

ROUNDED_REASON = f"amounts: {ROUNDED}, because too few orders stand behind what changed since the last edition"
_ROWS = {"ageing": "orders", "rules": "orders", "unmatched": "receipts", "claimed_and_awarded": "orders"}
_YEARS = {"awarded": "orders_awarded", "cash": "orders_cash"}
_Pair = tuple[object, object, object, object]


def settle_ledger(new: Mapping[str, Any], old: Mapping[str, Any], rules: Rules) -> dict[str, Json]:
    """Settle a ledger: counts as in any result, and amounts by what moved them.

    Parameters
    ----------
    new, old
        Published ledgers of two editions.
    rules
        The partnership's rules.

    Returns
    -------
    dict
        The keys of `new`, with `amounts` saying how they are rounded where they are. Amounts are never those of the
        last edition: they are exact, rounded, or hidden where the orders behind them are.
    """
    exact = old.get("amounts") != ROUNDED and all(_may_be_told(*pair, rules) for pair in _amounts(new, old))
    told = new if exact else cast("dict[str, Any]", _rounded(cast("Json", new)))
    counted = cast("dict[str, Json]", settle(cast("Json", told), cast("Json", old), rules))
    settled = cast("dict[str, Json]", _with_amounts(counted, cast("Json", told)))
    behind = settled.get("orders_behind")
    for name in TOTALS if isinstance(behind, dict) else ():
        if name in settled and cast("dict[str, Json]", behind)[name] is None:
            settled[name] = None
    if not exact:
        settled["amounts"] = ROUNDED
    if settled.get("sentence") is not None and settled != new:
        settled["sentence"] = sentence(settled)
    return settled


def _may_be_told(new: object, old: object, count: object, before: object, rules: Rules) -> bool:
    return new == old or (
        isinstance(count, int) and isinstance(before, int) and None not in (new, old) and moved(count, before, rules)
    )


def _amounts(new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[_Pair]:
    """Every amount of both editions, with the counts behind it; what hidden totals add up to is one more amount."""
    for names, key, counts in ((TOTALS, "", "orders_behind"), (RECEIPTS, "receipts", "receipts_behind")):
        now, then = (_block(tree, key) if key else tree for tree in (new, old))
        behind, before = (_block(tree, counts) for tree in (new, old))
        yield from ((now.get(name), then.get(name), behind.get(name), before.get(name)) for name in names)
        yield _left_open(now, names), _left_open(then, names), None, None
    for key, counted in _ROWS.items():
        yield from _of_rows(new, old, key, dict.fromkeys(("amount", "claimed", "awarded"), counted))
    yield from _of_rows(new, old, "months", _YEARS)


def _block(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = tree.get(key)
    return {} if found is None else found


def _of_rows(new: Mapping[str, Any], old: Mapping[str, Any], key: str, names: Mapping[str, str]) -> Iterator[_Pair]:
    rows, before = (cast("list[Json]", tree.get(key) or []) for tree in (new, old))
    for row, other in aligned(rows, before):
        then = cast("Mapping[str, Any]", other or {})
        now = cast("Mapping[str, Any]", row)
        yield from ((now.get(n), then.get(n), now.get(counted), then.get(counted)) for n, counted in names.items())


def _left_open(tree: Mapping[str, Any], names: tuple[str, ...]) -> Decimal | None:
    """What the hidden ones of a sum come to together: anyone can work it out from the shown ones."""
    if all(tree.get(name) is not None for name in names):
        return None
    signs = dict.fromkeys(names, -1) | {"awarded": 1, "varied": 1, "received": 1}
    return sum((signs[name] * Decimal(str(tree[name])) for name in names if tree.get(name) is not None), Decimal())


def _rounded(tree: Json) -> Json:
    """Every amount to the nearest thousand pounds; one that would be nothing is not shown."""
    if isinstance(tree, dict):
        return {key: _rounded(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_rounded(value) for value in tree]
    if not isinstance(tree, str) or not is_figure(tree) or not Decimal(tree):
        return tree
    whole = (Decimal(tree) / NEAREST).to_integral_value() * NEAREST
    return f"{whole:.2f}" if whole else None


def _is_money(value: object) -> bool:
    return isinstance(value, str) and is_figure(value)


def _with_amounts(settled: Json, told: Json) -> Json:
    """Put the new amounts in place of those that stood, unless the count beside them is hidden."""
    if isinstance(settled, dict) and isinstance(told, dict):
        few = any(settled.get(name) is None for name in ("orders", "receipts") if name in settled and name in told)
        return {key: _with_one(value, told.get(key), few=few) for key, value in settled.items()}
    if isinstance(settled, list) and isinstance(told, list):
        return [_with_amounts(one, other) for one, other in zip(settled, told, strict=True)]
    return settled


def _with_one(value: Json, fresh: Json, *, few: bool) -> Json:
    if not (_is_money(value) or _is_money(fresh)):
        return _with_amounts(value, fresh)
    return None if few and fresh != "0.00" else fresh
