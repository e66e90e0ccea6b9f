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
_OF_THE_TOTAL = frozenset({"n_achieved", "share", "low", "high", "bounds", "limits"})
_PROBABILITY = re.compile(r":? the probability that [^.]*\.")


def protect_contract(result: Mapping[str, object], rules: Rules) -> dict[str, Json]:
    """Protect a contract's result.

    Returns
    -------
    dict
        The same keys. A price for each person in a sentence has two digits, or is left out where few people were
        helped; a finding's effect has the two decimals with which the finding itself is published. No share, bound or
        probability stands beside a hidden number of people: even "0 of them" would say it of each of the few.
    """
    source = as_plain(cast("Mapping[object, object]", result))
    few = not _enough_people(source, rules)
    data = cast("dict[str, Json]", protect_tree(_in_sentences(source, few=few), rules))
    for outcome in cast("list[Json]", data.get("outcomes") or []):
        if isinstance(outcome, dict) and isinstance(outcome.get("finding"), dict):
            outcome["finding"] = _two_decimals(cast("dict[str, Json]", outcome["finding"]))
    kept = {key: _without_reckoned(_coarser(value, key)) for key, value in data.items()}
    for found in cast("list[Json]", kept.get("funnels") or []):
        if isinstance(found, dict):
            _of_the_shown(found)
    return kept


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


def _without_reckoned(tree: Json) -> Json:
    """Hide what a hidden total or numerator could be reckoned from: "none of a few" names each of the few."""
    if isinstance(tree, list):
        return [_without_reckoned(value) for value in tree]
    if not isinstance(tree, dict):
        return tree
    kept = {key: _without_reckoned(value) for key, value in tree.items()}
    result = kept.get("result")
    if isinstance(result, dict) and _total_hidden(result):
        kept = {**kept, "exact_test": _blank(kept.get("exact_test")), "verdict": _unquantified(kept.get("verdict"))}
    if _total_hidden(kept):
        return {key: _blank(value) if key in _OF_THE_TOTAL else value for key, value in kept.items()}
    bounds = kept.get("bounds")
    if isinstance(bounds, dict) and kept.get("n_achieved", 0) is None:
        kept["bounds"] = {**bounds, "worst_share": None, "best_share": None}
    return kept


def _of_the_shown(found: dict[str, Json]) -> None:
    """Let a funnel's reading name nobody whose figures are hidden: standing out says a share of them."""
    units = [unit for unit in cast("list[Json]", found.get("units") or []) if isinstance(unit, dict)]
    hidden = [unit for unit in units if _total_hidden(unit)]
    for unit in hidden:
        unit["flag"] = None
    if not hidden:
        return
    shown = [unit for unit in units if unit not in hidden]
    out = [str(unit.get("label")) for unit in shown if "998" in str(unit.get("flag"))]
    said = f"{len(out)} of the {len(shown)} shown" if out else f"None of the {len(shown)} shown"
    verb = "differs" if len(out) < 2 else "differ"
    names = f": {', '.join(out)}" if out else "; do not rank them"
    found["sentence"] = f"{said} {verb} from the rest by more than chance explains{names}."


def _total_hidden(tree: Mapping[str, Json]) -> bool:
    return any(tree.get(key, 0) is None for key in ("n_known", "n_total"))


def _blank(tree: Json) -> Json:
    return {key: _blank(value) for key, value in tree.items()} if isinstance(tree, dict) else None


def _unquantified(verdict: Json) -> Json:
    """Keep a verdict's word; leave its probability out of the figures and out of its sentence."""
    if not isinstance(verdict, dict):
        return verdict
    said = _PROBABILITY.sub(".", str(verdict.get("sentence") or ""))
    return {**verdict, "sentence": said, "probability": _blank(verdict.get("probability"))}


def _two_decimals(effect: dict[str, Json]) -> dict[str, Json]:
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in effect.items()}
