"""A new edition of a published result beside the last one: a figure moves only when enough people moved it.

Only the published figures of the last edition are needed. Two rounded figures that lie `threshold + base - 1` or more
apart differ by at least the threshold of people; anything nearer may be a few people, and then the last edition's
figure stands. Estimates and curves have no counts to compare: they stand as long as the counts beside them stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_tree import Json, is_count_key, is_figure

_NAMES = (
    "name",
    "step",
    "arm",
    "label",
    "term",
    "id",
    "rule",
    "item",
    "measure",
    "month",
    "band",
    "year",
    "population",
    "method",
    "date",
)
_ALWAYS_NEW = frozenset({"as_of", "period", "protocol", "title", "question", "sources", "source", "schema", "version"})
_DIGITS = re.compile(r"\d[\d,]*")


def settle(new: Json, old: Json, rules: Rules, key: str = "", *, fresh: bool = False) -> Json:
    """Put the last edition's figures wherever the new ones differ by too few people.

    Parameters
    ----------
    new, old
        Published trees of the same result in two editions.
    rules
        The partnership's rules.
    key
        The key under which the trees stand.
    fresh
        Whether the figures around them are new: then their sentences are new too, or they would contradict them.

    Returns
    -------
    Json
        The tree to publish.
    """
    if key in _ALWAYS_NEW:
        return new
    if isinstance(new, dict) and isinstance(old, dict):
        return _settle_block(new, old, rules, fresh=fresh)
    if isinstance(new, list) and isinstance(old, list):
        if key == "points":
            return new if curve_moved(new, old, rules) else old
        return [
            item if before is None else settle(item, before, rules, key, fresh=fresh)
            for item, before in aligned(new, old)
        ]
    if isinstance(new, str) and isinstance(old, str) and not is_figure(new):
        return new if fresh else _settle_sentence(new, old, rules)
    return _settle_figure(new, old, rules, key)


def _settle_block(new: dict[str, Any], old: dict[str, Any], rules: Rules, *, fresh: bool) -> Json:
    """Settle the figures of a block first; its sentences follow them."""
    stands = has_counts(new) and not block_moved(new, old, rules)
    figures = {
        key: old[key]
        if stands and key in old and key not in _ALWAYS_NEW and _estimate(value) and _estimate(old[key])
        else (settle(value, old[key], rules, key) if key in old else value)
        for key, value in new.items()
        if figures_of(value) is not None
    }
    fresh = any(figures_of(value) != figures_of(old.get(key)) for key, value in figures.items()) if figures else fresh
    told = {
        key: settle(value, old[key], rules, key, fresh=fresh) if key in old else value
        for key, value in new.items()
        if key not in figures
    }
    return {key: figures[key] if key in figures else told[key] for key in new}


def figures_of(tree: object) -> object:
    """The numbers of a tree without its words; None where it holds none."""
    if isinstance(tree, Mapping):
        items = cast("Mapping[str, object]", tree).items()
        found = {key: inside for key, value in items if (inside := figures_of(value)) is not None}
        return found or None
    if isinstance(tree, list | tuple):
        inside = [figures_of(value) for value in cast("Sequence[object]", tree)]
        return inside if any(one is not None for one in inside) else None
    return tree if is_figure(tree) else None


def _estimate(value: object) -> bool:
    return value is None or is_figure(value)


def has_counts(block: Mapping[str, object]) -> bool:
    """Whether the block itself holds a count."""
    return any(_is_count(key, value) for key, value in block.items())


def block_moved(new: Mapping[str, object], old: Mapping[str, object], rules: Rules) -> bool:
    """Whether any count of the block moved by at least the threshold of people."""
    return any(_is_count(key, value) and moved(cast("int", value), old.get(key), rules) for key, value in new.items())


def _is_count(key: str, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and is_count_key(key)


def moved(new: int, old: object, rules: Rules) -> bool:
    """Whether two published counts are so far apart that at least the threshold of people lies between them.

    A count that was hidden is shown again only from twice the threshold, because the reader knows that it was below
    the threshold once.
    """
    if isinstance(old, int) and not isinstance(old, bool):
        return abs(new - old) >= rules.threshold + rules.base - 1
    return new - rules.base // 2 >= 2 * rules.threshold - 1


def _settle_figure(new: Json, old: Json, rules: Rules, key: str) -> Json:
    if not _is_count(key, new):
        return new
    return new if moved(cast("int", new), old, rules) else (old if old is None or isinstance(old, int) else new)


def _settle_sentence(new: str, old: str, rules: Rules) -> str:
    """Keep the last edition's sentence where only counts differ, and none of them by enough people."""
    if new == old or _DIGITS.sub("#", new) != _DIGITS.sub("#", old):
        return new
    pairs = zip(_numbers(new), _numbers(old), strict=True)
    return new if any(moved(after, before, rules) for after, before in pairs) else old


def _numbers(text: str) -> Iterator[int]:
    return (int(found.replace(",", "")) for found in _DIGITS.findall(text))


def curve_moved(new: Sequence[Any], old: Sequence[Any], rules: Rules) -> bool:
    """Whether a curve rests on enough other people, or other events, than in the last edition."""
    if not new or not old:
        return True
    people = moved(_of(new[0], "n_risk"), _of(old[0], "n_risk"), rules)
    return people or moved(sum(_of(p, "n_event") for p in new), sum(_of(p, "n_event") for p in old), rules)


def _of(point: Mapping[str, Any], key: str) -> int:
    return int(point.get(key) or 0)


def aligned(new: Sequence[Json], old: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Pair the items of two lists by what they are about, or by their place where nothing names them."""
    names_new, names_old = [_name(item) for item in new], [_name(item) for item in old]
    if () in names_new or len(set(names_new)) < len(new) or len(set(names_old)) < len(old):
        yield from ((item, old[place] if place < len(old) else None) for place, item in enumerate(new))
        return
    by_name = dict(zip(names_old, old, strict=True))
    yield from ((item, by_name.get(name)) for item, name in zip(new, names_new, strict=True))


def _name(item: Json) -> tuple[tuple[str, str], ...]:
    if not isinstance(item, dict):
        return ()
    named = [key for key in _NAMES if isinstance(item.get(key), str) or (key == "year" and key in item)]
    return tuple((key, str(item[key])) for key in named or [key for key in ("status",) if item.get(key)])
