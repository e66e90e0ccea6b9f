"""Which orders may a written reference mean? Exact, differently formatted, misread, cut short or one slip away.

References arrive as people type them: lower case, without separators, with O for 0, with the end cut off by a bank's
field length, with one character wrong, inside a longer text, or several in one. Each near order is given with *how* it
is near, so that the evidence can be weighed; nothing is decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

Relation = Literal["exact", "formatting", "confused_letters", "one_slip", "truncated", "other_digit"]

STRENGTH: dict[Relation, int] = {
    "exact": 0, "formatting": 1, "confused_letters": 2, "one_slip": 3, "truncated": 4, "other_digit": 5,
}  # fmt: skip

GUESSES: tuple[Relation, ...] = ("one_slip", "truncated", "other_digit")

_SPLIT = re.compile(r"[\s,;&+|]+")
_NOT_ALNUM = re.compile(r"[\W_]+")
_CONFUSED = str.maketrans("OILSBZ", "011582")
_AMOUNT = re.compile(r"^£?(\d+)\.(\d\d)$")
_SHAPE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "A" * 26 + "9" * 10)
_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_SHORTEST_TOKEN = 4
_SHORTEST_OWN_END = 3
_MOST_NEAR = 50


def plain(text: str) -> str:
    """Reduce a reference to its letters and digits, in capitals."""
    return _NOT_ALNUM.sub("", text).upper()


@lru_cache(maxsize=200_000)
def person_key(name: str | None) -> str | None:
    """Make one key of a person's pseudonym or name whatever its case, punctuation and the order of its words."""
    words = sorted(word for word in _NOT_ALNUM.split((name or "").casefold()) if word)
    return " ".join(words) or None


def shape(query: str) -> str:
    """Reduce a plain reference to where its letters and digits stand."""
    return query.translate(_SHAPE)


def _one_edit(one: str, other: str) -> Relation | None:
    if abs(len(one) - len(other)) > 1:
        return None
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, left = one[at:], other[at:]
    if len(one) == len(other):
        if rest[1:] == left[1:]:
            return "other_digit" if rest[0].isdigit() and left[0].isdigit() else "one_slip"
        swapped = rest[1::-1] == left[:2] and rest[2:] == left[2:]
        return None if not swapped else "other_digit" if rest[:2].isdigit() else "one_slip"
    return "one_slip" if rest[1:] == left or rest == left[1:] else None


def relation(query: str, ref: str) -> Relation | None:
    """Say how a plain query is near to one plain order reference, or that it is not."""
    if query == ref:
        return "formatting"
    if query.translate(_CONFUSED) == ref.translate(_CONFUSED):
        return "confused_letters"
    if len(query) >= _SHORTEST_OWN_END and len(query) < len(ref) and (ref.startswith(query) or ref.endswith(query)):
        return "truncated"
    return _one_edit(query, ref) if len(query) >= _SHORTEST_TOKEN else None


class ReferenceIndex:
    """All order references, ready to be looked up by what somebody wrote.

    Parameters
    ----------
    refs
        The order references; answers are positions in this sequence.
    """

    def __init__(self, refs: Sequence[str]) -> None:
        self._refs = refs
        self.plain = [plain(ref) for ref in refs]
        self._exact = {ref: at for at, ref in enumerate(refs)}
        self._folded: dict[str, list[int]] = defaultdict(list)
        for at, ref in enumerate(self.plain):
            self._folded[ref].append(at)
        self._near: dict[str, tuple[tuple[int, Relation], ...]] = {}

    @cached_property
    def shapes(self) -> frozenset[str]:
        """How the letters and digits of the order references stand."""
        return frozenset(map(shape, self.plain))

    @cached_property
    def _confused(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = defaultdict(list)
        for at, ref in enumerate(self.plain):
            index[ref.translate(_CONFUSED)].append(at)
        return index

    @cached_property
    def _forwards(self) -> list[tuple[str, int]]:
        return sorted((ref, at) for at, ref in enumerate(self.plain))

    @cached_property
    def _backwards(self) -> list[tuple[str, int]]:
        return sorted((ref[::-1], at) for at, ref in enumerate(self.plain))

    def named(self, text: str) -> tuple[int, ...]:
        """Find every order that the text names in full, in the order in which they are named."""
        words = _words(text)
        if len(words) > 1 and all(word in self._exact for word in words):
            return tuple(dict.fromkeys(self._exact[word] for word in words))
        found: dict[int, None] = {}
        for piece in _pieces(words):
            if len(piece) >= _SHORTEST_TOKEN and any(letter.isdigit() for letter in piece):
                found |= dict.fromkeys(self._folded.get(piece, ()))
        return tuple(found)

    def is_made_like_one(self, text: str) -> bool:
        """Whether anything in the text has its letters and digits where the order references have them."""
        return any(shape(piece) in self.shapes for piece in _pieces(_words(text)))

    def listed(self, text: str) -> tuple[tuple[int, int], ...]:
        """Read a list of orders with amounts ("A-1 20.00, A-2 35.50"): order and pence; none if it is no such list."""
        words = [word for word in _SPLIT.split(text.strip()) if word]
        pairs = [
            (self._exact.get(ref), _AMOUNT.match(amount)) for ref, amount in zip(words[::2], words[1::2], strict=False)
        ]
        if len(words) % 2 or any(order is None or amount is None for order, amount in pairs):
            return ()
        return tuple((order, int(amount[1] + amount[2])) for order, amount in pairs if order is not None and amount)

    def near(self, text: str) -> tuple[tuple[int, Relation], ...]:
        """Find the orders that a reference may mean, each with how it is near; none when too many are."""
        if text not in self._near:
            self._near[text] = self._look(text)
        return self._near[text]

    def _look(self, text: str) -> tuple[tuple[int, Relation], ...]:
        if text.strip() in self._exact:
            return ((self._exact[text.strip()], "exact"),)
        query = plain(text)
        if not query:
            return ()
        if query in self._folded:
            return _each(self._folded[query], "formatting")
        named = self.named(text)
        if named:
            return _each(named, "formatting")
        if query.translate(_CONFUSED) in self._confused:
            return _each(self._confused[query.translate(_CONFUSED)], "confused_letters")
        return self._guesses(query) if len(query) >= _SHORTEST_TOKEN else ()

    def _guesses(self, query: str) -> tuple[tuple[int, Relation], ...]:
        found: dict[int, Relation] = {}
        for at in self._cut_short(query):
            found.setdefault(at, "truncated")
        for variant in _variants(query):
            for at in self._folded.get(variant, ()):
                found.setdefault(at, _one_edit(query, self.plain[at]) or "one_slip")
        return tuple(sorted(found.items())) if len(found) <= _MOST_NEAR else ()

    def _cut_short(self, query: str) -> list[int]:
        return [*_starting(self._forwards, query), *_starting(self._backwards, query[::-1])]


def _words(text: str) -> list[str]:
    return [word for word in _SPLIT.split(text.strip()) if word and not _AMOUNT.match(word)]


def _pieces(words: Sequence[str]) -> list[str]:
    return [plain(piece) for piece in (*words, *(one + other for one, other in pairwise(words)), "".join(words))]


def _each(positions: Sequence[int], how: Relation) -> tuple[tuple[int, Relation], ...]:
    return tuple((at, how) for at in positions)


def _starting(ordered: list[tuple[str, int]], query: str) -> list[int]:
    start = bisect_left(ordered, (query, -1))
    found: list[int] = []
    for ref, at in ordered[start : start + _MOST_NEAR + 1]:
        if not ref.startswith(query):
            break
        found.append(at)
    return found


def _variants(query: str) -> Iterator[str]:
    for at in range(len(query)):
        head, tail = query[:at], query[at + 1 :]
        yield head + tail
        if tail:
            yield head + tail[0] + query[at] + tail[1:]
        for letter in _CHARACTERS:
            yield head + letter + tail
            yield head + letter + query[at:]
    for letter in _CHARACTERS:
        yield query + letter
