"""What may be shown of a contract's result: public money stands; a price for each person gives nobody away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_tree import Json, as_plain, protect_tree

_REST_ON_COUNTS = frozenset({"limits", "probability", "exact_test"})
"""Worked out from counts by a formula that anyone can turn round: with four decimals it gives the counts back."""
_PRICE_EACH = re.compile(r",? ?£([\d,]+(?:\.\d+)?) for each (?:person|client|case|family)[^,;.]*")


def protect_contract(result: Mapping[str, object], rules: Rules) -> dict[str, Json]:
    """Protect a contract's result.

    Returns
    -------
    dict
        The same keys. A price for each person in a sentence has two digits, or is left out where few people were
        helped; a finding's effect has the two decimals with which the finding itself is published.
    """
    source = as_plain(cast("Mapping[object, object]", result))
    few = not _enough_people(source, rules)
    data = cast("dict[str, Json]", protect_tree(_in_sentences(source, few=few), rules))
    for outcome in cast("list[Json]", data.get("outcomes") or []):
        if isinstance(outcome, dict) and isinstance(outcome.get("finding"), dict):
            outcome["finding"] = _two_decimals(cast("dict[str, Json]", outcome["finding"]))
    return {key: _coarser(value, key) for key, value in data.items()}


def _enough_people(result: Mapping[str, object], rules: Rules) -> bool:
    delivery = cast("Mapping[str, object]", result.get("delivery") or {})
    started = delivery.get("n_started")
    return isinstance(started, int) and started >= rules.threshold


def _in_sentences(tree: object, *, few: bool) -> object:
    match tree:
        case Mapping():
            items = as_plain(cast("Mapping[object, object]", tree)).items()
            return {key: _in_sentences(value, few=few) for key, value in items}
        case list():
            return [_in_sentences(value, few=few) for value in cast("list[object]", tree)]
        case str():
            return _PRICE_EACH.sub("" if few else _two_digits, tree)
        case _:
            return tree


def _two_digits(match: re.Match[str]) -> str:
    price = float(match[1].replace(",", ""))
    return match[0].replace(f"£{match[1]}", f"£{float(f'{price:.2g}'):,.0f}")


def _coarser(tree: Json, key: str, *, money: bool = False) -> Json:
    """Two decimals of what counts gave, three figures of what money and counts gave together, two of a break-even."""
    money = money or key == "value"
    if isinstance(tree, dict):
        if key in _REST_ON_COUNTS:
            return _two_decimals(tree)
        return {name: _coarser(value, name, money=money) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_coarser(value, key, money=money) for value in tree]
    if not isinstance(tree, float) or not money:
        return tree
    return float(f"{tree:.2g}" if key.startswith("break_even") else f"{tree:.3g}")


def _two_decimals(effect: dict[str, Json]) -> dict[str, Json]:
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in effect.items()}
