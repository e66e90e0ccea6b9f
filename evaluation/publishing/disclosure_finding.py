"""What may be shown of a finding: the rules for attrition, effects, curves and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from evaluation.publishing.disclosure_curves import coarsen
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_tree import Json, as_json, known_counts, protect_tree

_ESTIMATE = ("value", "low", "high")
_ARMS = (("n_treated", "events_treated"), ("n_compared", "events_compared"))
_DIGITS = {"days": 0, "people per 100": 0, "per 100": 0}
_SPECIAL = frozenset({"attrition", "effects", "curves", "numbers"})


def protect_finding(tree: Mapping[str, object], rules: Rules) -> tuple[dict[str, Json], list[str]]:
    """Protect a finding's JSON.

    Returns
    -------
    tuple
        The protected JSON with the same keys, and the reasons for what is missing (no figures in them).
    """
    known = known_counts(tree)
    hidden: list[str] = []
    data: dict[str, Json] = {
        key: protect_tree(value, rules, known, key) for key, value in tree.items() if key not in _SPECIAL
    }
    if "attrition" in tree:
        data["attrition"] = _attrition(_records(tree["attrition"]), rules, known, hidden)
    if "effects" in tree:
        data["effects"] = [_effect(effect, rules, known, hidden) for effect in _records(tree["effects"])]
    if "curves" in tree:
        data["curves"] = [_curve(curve, rules, known, hidden) for curve in _records(tree["curves"])]
    if "numbers" in tree:
        data["numbers"] = protect_tree(tree["numbers"], rules, known)
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
    shown = [False] * len(people)
    later: int | None = None
    for place in reversed(range(len(people))):
        count = people[place]
        if count is None or rules.is_small(count):
            continue
        lost = None if later is None else abs(count - later)
        if lost is None or lost == 0 or lost >= rules.threshold:
            shown[place], later = True, count
    return shown


def _effect(effect: dict[str, object], rules: Rules, known: set[int], hidden: list[str]) -> Json:
    """Withhold an estimate that rests on few people in either arm; hide event counts near none or near all."""
    data = cast("dict[str, Json]", protect_tree(effect, rules, known))
    name = str(effect.get("name", "effect"))
    small = any(isinstance(effect.get(n), int) and cast("int", effect[n]) < rules.threshold for n, _ in _ARMS)
    for key in _ESTIMATE:
        data[key] = None if small else _estimate(effect.get(key), str(effect.get("unit", "")))
    for n, events in _ARMS:
        if small or _nearly_all(effect.get(n), effect.get(events), rules):
            data[events] = None if events in effect else data.pop(events, None)
    if small:
        hidden.append(f"effect {name}: withheld, fewer people than the threshold in one group")
    return {key: value for key, value in data.items() if key in effect}


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
