"""Protect a JSON-ready tree: every whole number is a count unless its key says that it is something else.

The rule is safe by default: a new key that nobody has thought of is rounded and hidden like a count of people, and a
figure beside a hidden count is hidden with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from evaluation.errors import DisclosureError
from evaluation.publishing.disclosure_keys import (
    EXEMPT_SUBTREES,
    EXTREME,
    MEDIAN,
    OWN_COUNT,
    SHARE,
    TENTH,
    is_count_key,
    name_within,
)
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_series import rolling
from evaluation.publishing.disclosure_text import protect_sentence

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

DISTINCT = 100
"""A smaller number in a sentence is too often something else to be taken for one of the result's counts."""
MEDIAN_NEEDS = 2
TENTH_NEEDS = 10
_PROSE_MIN_WORDS = 3
_PUBLIC = re.compile(r"^(target|level|cost|price\w*|budget|value_total)$")
_MONEY = re.compile(r"^-?\d+\.\d{2}$")


def known_counts(tree: object, key: str = "") -> set[int]:
    """Every exact count of the tree, so that prose repeating it can be found."""
    match tree:
        case Mapping():
            items = cast("Mapping[str, object]", tree).items()
            inside = ((name_within(key, str(k)), value) for k, value in items if k not in EXEMPT_SUBTREES)
            return set[int]().union(*(known_counts(value, name) for name, value in inside))
        case list() | tuple():
            return set[int]().union(*(known_counts(value, key) for value in cast("Sequence[object]", tree)))
        case _:
            return {cast("int", tree)} if is_count(key, tree) else set()


def is_count(key: str, value: object) -> bool:
    """Whether a leaf counts people, cases, events or rows."""
    return isinstance(value, int) and not isinstance(value, bool) and is_count_key(key)


def protect_tree(
    tree: object, rules: Rules, known: set[int] | None = None, key: str = "", people: int | None = None
) -> Json:
    """Protect a whole tree and keep its shape.

    Counts are rounded or become null. A mapping whose own count of people is hidden loses its other figures too:
    rates, amounts and limits that rest on too few. Where only one row of a list is hidden, the next smallest is hidden
    with it, because a total shown elsewhere would give a single one away.

    Parameters
    ----------
    tree
        JSON-ready: mappings, lists, text, numbers, null.
    rules
        The partnership's rules.
    known
        Exact counts to look for in prose; found in the tree itself when not given.
    key
        The key under which the tree stands.
    people
        How many people stand behind it, as far as the mappings around it say.

    Returns
    -------
    Json
        A new tree; nothing of the source is shared with it.
    """
    exact = {count for count in known_counts(tree) if count >= DISTINCT} if known is None else known
    match tree:
        case Mapping():
            return _protect_mapping(as_plain(cast("Mapping[object, object]", tree)), rules, exact, people, key)
        case list() | tuple():
            return _protect_list(list(cast("Sequence[object]", tree)), rules, exact, key, people)
        case _:
            return protect_leaf(key, tree, rules, exact, people)


def as_plain(tree: Mapping[object, object]) -> dict[str, object]:
    """Copy one mapping with text keys."""
    return {str(key): value for key, value in tree.items()}


def _protect_mapping(
    tree: dict[str, object], rules: Rules, known: set[int], people: int | None, parent: str = ""
) -> Json:
    counts = own_counts(tree)
    blank = rests_on_too_few(counts, rules) or (not counts and people == 0)
    behind = max(counts.values()) if counts else people
    behind = 0 if blank else behind
    return {
        key: as_json(value)
        if key in EXEMPT_SUBTREES
        else _figure(key, value, rules, blank=blank or _all_but_few(counts, rules), coarse=bool(counts))
        if is_figure(value) and not is_count(name_within(parent, key), value)
        else protect_tree(value, rules, known, name_within(parent, key), behind)
        for key, value in _with_medians(tree, behind, rules).items()
    }


def _with_medians(tree: dict[str, object], behind: int | None, rules: Rules) -> dict[str, object]:
    return {key: value if supported(key, behind, rules) else None for key, value in tree.items()}


def supported(key: str, people: int | None, rules: Rules) -> bool:
    """Whether enough people stand behind a median or a tenth; an extreme is always one person's."""
    folded = key.casefold()
    if EXTREME.match(folded):
        return False
    needs = TENTH_NEEDS if TENTH.search(folded) else MEDIAN_NEEDS if MEDIAN.search(folded) else 0
    return not needs or (people is not None and people >= needs * rules.threshold)


def own_counts(tree: Mapping[str, object]) -> dict[str, int]:
    """The mapping's own counts of people or cases (`n`, `n_known`, `people`, `orders` …)."""
    return {
        key: cast("int", value)
        for key, value in tree.items()
        if OWN_COUNT.match(key.casefold()) and is_count(key, value)
    }


def rests_on_too_few(counts: Mapping[str, int], rules: Rules) -> bool:
    """Whether one of a mapping's own counts must be hidden."""
    return any(0 < count < rules.threshold for count in counts.values())


def _all_but_few(counts: Mapping[str, int], rules: Rules) -> bool:
    """Whether a share of these counts would give away a few people who are not in it."""
    values = sorted(set(counts.values()))
    return any(0 < b - a < rules.threshold for i, a in enumerate(values) for b in values[i + 1 :] if a)


def _figure(key: str, value: object, rules: Rules, *, blank: bool, coarse: bool) -> Json:
    """A rate, an amount or a limit: none where it rests on too few, and few digits beside a rounded count."""
    if isinstance(value, int):
        return value
    zero = value in (0.0, "0.00")
    if blank and not zero and not _PUBLIC.match(key.casefold()):
        return None
    return as_json(_coarse(value) if coarse and isinstance(value, float) else _digits(key, value))


def _coarse(value: float) -> float:
    """Two decimals of a share, one of other numbers, two digits from 100: no count can be reckoned back from it."""
    if abs(value) <= 1:
        return round(value, 2)
    return round(value, 1) if abs(value) < 100 else float(f"{value:.2g}")


def _digits(key: str, value: object) -> Json:
    """As many decimals as an estimate needs, and no more than give no count away."""
    return as_json(round(value, 2 if SHARE.search(key.casefold()) else 4) if isinstance(value, float) else value)


def _protect_list(items: list[object], rules: Rules, known: set[int], key: str, people: int | None) -> Json:
    if key == "points" and all(isinstance(item, Mapping) for item in items):
        items = list(rolling(cast("list[Mapping[str, Any]]", items), rules))
    rows = [protect_tree(item, rules, known, key, people) for item in items]
    return cast("Json", _hide_a_second(items, rows, rules))


def _hide_a_second(items: Sequence[object], rows: list[Json], rules: Rules) -> list[Json]:
    """Blank further rows where those that are hidden could be worked out from a total shown elsewhere."""
    counts = [_largest_own(item) for item in items]
    for place in held_back(counts, rules):
        if counts[place] < rules.threshold:
            continue
        row, source = cast("dict[str, Json]", rows[place]), cast("Mapping[str, object]", items[place])
        own = own_counts(source)
        rows[place] = {
            name: None if name in own or (is_figure(source.get(name)) and source[name] not in (0.0, "0.00")) else value
            for name, value in row.items()
        }
    return rows


def held_back(counts: Sequence[int], rules: Rules, *, overlapping: bool = False, last: Sequence[int] = ()) -> set[int]:
    """Which parts of a whole to hide: the small ones, then the smallest others until enough is left open.

    Parameters
    ----------
    counts
        How many people, orders or records stand behind each part.
    rules
        The partnership's rules.
    overlapping
        Whether the same may stand behind several parts: then one hidden part must reach the threshold by itself.
    last
        Places to hide only when nothing else is left, the later the sooner.

    Returns
    -------
    set of int
        Places. Two hidden parts at least, whose counts the attacker knows to be 1 or more and to add up to the
        stated width beyond that; fewer only where there are no others.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < rules.threshold}
    others = [place for place, count in enumerate(counts) if count >= rules.threshold]
    others.sort(key=lambda place: (last.index(place) + 1 if place in last else 0, counts[place]))
    while hidden and others and not _open(sorted(counts[place] for place in hidden), rules, overlapping=overlapping):
        hidden.add(others.pop(0))
    return hidden


def _open(counts: Sequence[int], rules: Rules, *, overlapping: bool) -> bool:
    enough = counts[-1] >= rules.threshold or not overlapping
    return len(counts) > 1 and enough and sum(counts) - len(counts) >= rules.stated_width


def _largest_own(item: object) -> int:
    if not isinstance(item, Mapping):
        return 0
    return max(own_counts(as_plain(cast("Mapping[object, object]", item))).values(), default=0)


def is_figure(value: object) -> bool:
    """Whether a leaf is a number, or money written as text."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float | Decimal) or (isinstance(value, str) and bool(_MONEY.match(value)))


def protect_leaf(key: str, value: object, rules: Rules, known: set[int], people: int | None = None) -> Json:
    """Protect one value by what its key says it is."""
    match value:
        case None | bool():
            return value
        case int():
            return rules.shown(value) if is_count_key(key) else value
        case float():
            whole_count = value.is_integer() and OWN_COUNT.match(key.casefold())
            return rules.shown(value) if whole_count else (None if people == 0 else _digits(key, value))
        case str():
            return value if len(value.split()) < _PROSE_MIN_WORDS else protect_sentence(value, rules, known)
        case _:
            return as_json(value)


def as_json(value: object) -> Json:
    """Copy a value into plain JSON types.

    Raises
    ------
    DisclosureError
        For a type that has no place in JSON (a frame, for one).
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return f"{value:.2f}"
        case date():
            return value.isoformat()
        case Mapping():
            return {key: as_json(item) for key, item in as_plain(cast("Mapping[object, object]", value)).items()}
        case list() | tuple() | set() | frozenset():
            return [as_json(item) for item in cast("Sequence[object]", value)]
        case _:
            raise DisclosureError(f"A value of type {type(value).__name__} cannot be published; allowed: JSON values.")
