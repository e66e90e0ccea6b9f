"""What may be shown of a finding: the rules for attrition, effects, curves and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from evaluation.publishing.disclosure_curves import coarsen
from evaluation.publishing.disclosure_keys import EXEMPT_SUBTREES
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_tree import Json, as_json, is_count, known_counts, protect_tree, supported

_ESTIMATE = ("value", "low", "high", "treated", "compared")
_ARMS = (("n_treated", "events_treated", "treated"), ("n_compared", "events_compared", "compared"))
_DIGITS = {"days": 0, "people per 100": 0, "per 100": 0}
_REPEATED_IN_PROSE = ("attrition", "effects", "numbers")
_MODELS = frozenset({"adjusted_cox", "models"})
_EFFECTS = ("effects", "sensitivity")
_SPECIAL = frozenset({"attrition", *_EFFECTS, "curves", "naive", "numbers"})


def protect_finding(tree: Mapping[str, object], rules: Rules) -> tuple[dict[str, Json], list[str]]:
    """Protect a finding's JSON.

    Returns
    -------
    tuple
        The protected JSON with the same keys, and the reasons for what is missing (no figures in them).
    """
    known = known_counts({key: tree.get(key) for key in _REPEATED_IN_PROSE})
    hidden: list[str] = []
    data: dict[str, Json] = {
        key: as_json(value) if key in EXEMPT_SUBTREES else protect_tree(value, rules, known, key)
        for key, value in tree.items()
        if key not in _SPECIAL
    }
    if "attrition" in tree:
        data["attrition"] = _attrition(_records(tree["attrition"]), rules, known, hidden)
    for key in _EFFECTS:
        if key in tree:
            data[key] = [_effect(effect, rules, known, hidden) for effect in _records(tree[key])]
    if "curves" in tree:
        data["curves"] = [_curve(curve, rules, known, hidden) for curve in _records(tree["curves"])]
    if "naive" in tree:
        data["naive"] = [_naive(row, rules, known) for row in _records(tree["naive"])]
    if "numbers" in tree:
        data["numbers"] = _numbers(cast("Mapping[str, object]", tree["numbers"]), rules, known)
    return data, hidden


def _records(value: object) -> list[dict[str, object]]:
    return [dict(cast("Mapping[str, object]", item)) for item in cast("Sequence[object]", value or ())]


def _attrition(steps: list[dict[str, object]], rules: Rules, known: set[int], hidden: list[str]) -> Json:
    """Show a step only where the people lost between it and the next shown step are enough, or none."""
    shown = _steps_to_show([cast("int | None", step.get("people")) for step in steps], rules)
    if not all(shown):
        hidden.append("attrition: a step is hidden where fewer people than the threshold remain or leave")
    return [
        {**cast("dict[str, Json]", protect_tree(step, rules, known)), "people": _people(step, show, rules)}
        for step, show in zip(steps, shown, strict=True)
    ]


def _people(step: Mapping[str, object], show: bool, rules: Rules) -> int | None:
    people = step.get("people")
    return rules.shown(people) if show and isinstance(people, int) else None


def _steps_to_show(people: Sequence[int | None], rules: Rules) -> list[bool]:
    """The last and the first step come first, then the others from the end."""
    kept: dict[int, int] = {}
    last = len(people) - 1
    for place in dict.fromkeys([last, 0, *reversed(range(1, last))] if people else []):
        count = people[place]
        if count is None or rules.is_small(count):
            continue
        if all(count == other or abs(count - other) >= rules.threshold for other in kept.values()):
            kept[place] = count
    return [place in kept for place in range(len(people))]


def _numbers(numbers: Mapping[str, object], rules: Rules, known: set[int]) -> Json:
    """The numbers of a finding stand beside each other by chance, so a small one hides only itself."""
    people = max(
        (value for key, value in numbers.items() if is_count(key, value) and isinstance(value, int)), default=0
    )
    few = _few_helped(numbers, rules)
    return {
        key: protect_tree(value, rules, known, key, 0 if few and key in _MODELS else None)
        if supported(key, people, rules)
        else None
        for key, value in numbers.items()
    }


def _few_helped(numbers: Mapping[str, object], rules: Rules) -> bool:
    """Whether a model's level of those helped rests on too few people or repeats."""
    first = numbers.get("first_case")
    if not isinstance(first, Mapping):
        return False
    held = cast("Mapping[str, object]", first)
    return any(_below(held.get(key), rules) for key in ("people_helped", "repeats_helped"))


def _effect(effect: dict[str, object], rules: Rules, known: set[int], hidden: list[str]) -> Json:
    """Withhold an estimate that rests on few people in either arm; hide event counts near none or near all."""
    data = cast("dict[str, Json]", protect_tree(effect, rules, known))
    small = any(_below(effect.get(people), rules) for people, _, _ in _ARMS)
    for key in _ESTIMATE:
        data[key] = None if small else _estimate(effect.get(key), str(effect.get("unit", "")))
    for people, events, share in _ARMS:
        if small or _below(effect.get(events), rules) or _nearly_all(effect.get(people), effect.get(events), rules):
            data[events] = data[share] = None
    if isinstance(effect.get("p"), float):
        data["p"] = None if small else float(f"{cast('float', effect['p']):.2g}")
    if small:
        hidden.append(f"effect {effect.get('name', '')}: withheld, fewer people than the threshold in one group")
    return {key: data[key] if key in data else as_json(value) for key, value in effect.items()}


def _naive(row: dict[str, object], rules: Rules, known: set[int]) -> Json:
    """A change worked out from plain counts is given in whole hundredths, so that the counts cannot be found again."""
    data = cast("dict[str, Json]", protect_tree(row, rules, known))
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in data.items()}


def _below(count: object, rules: Rules) -> bool:
    return isinstance(count, int) and 0 < count < rules.threshold


def _estimate(value: object, unit: str) -> float | None:
    return round(float(value), _DIGITS.get(unit, 2)) if isinstance(value, int | float) else None


def _nearly_all(people: object, events: object, rules: Rules) -> bool:
    return isinstance(people, int) and isinstance(events, int) and 0 < people - events < rules.threshold


def _curve(curve: dict[str, object], rules: Rules, known: set[int], hidden: list[str]) -> Json:
    rest = {key: value for key, value in curve.items() if key != "points"}
    points = coarsen(cast("Sequence[Mapping[str, float | int | None]]", _records(curve.get("points"))), rules)
    if not points:
        hidden.append(f"curve {curve.get('name', '')}, {curve.get('arm', '')}: withheld, too few people or events")
    return {**cast("dict[str, Json]", protect_tree(rest, rules, known)), "points": as_json(points)}
