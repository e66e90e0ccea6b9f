"""What may be shown of a contract's result: public money stands; a price for each person gives nobody away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_tree import Json, as_plain, protect_tree

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
    return data


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


def _two_decimals(effect: dict[str, Json]) -> dict[str, Json]:
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in effect.items()}
