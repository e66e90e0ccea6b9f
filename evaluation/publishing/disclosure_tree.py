"""Protect a JSON-ready tree: every whole number is a count unless its key says that it is something else.

The rule is safe by default: a new key that nobody has thought of is rounded and hidden like a count of people. Keys
that would lead to a person (identifiers, names, addresses) are refused, not removed, because their presence means that
something which is not an aggregate was about to be published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from evaluation.errors import DisclosureError
from evaluation.publishing.disclosure_rules import Rules
from evaluation.publishing.disclosure_text import protect_sentence

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_NOT_A_COUNT = re.compile(
    r"(^|_)(days?|months?|years?|weeks?|hours?|minutes|horizon|level|maryland|rank|order|seed|version|target|threshold|"
    r"base|percent|pct|rate|ratio|share|proportion|value|low|high|lower|upper|limit|centre|center|mean|median|sd|se|"
    r"score|price|unit|term|time|z|p|e?value|smd|before|after|width|age|at|lag|window|instalment|index|digits)"
    r"(_\d+)?$"
)
_OWN_COUNT = re.compile(
    r"^(n|n_\w+|count|counts|number|people|persons|clients|cases|orders|pairs|respondents|returned|receipts|households|"
    r"rows|records|reports|incidents|prosecutions|referrals|payments|denominator|finished|entered|with_both)$"
)
_PERSONAL = re.compile(
    r"(^|_)(id|ids|ref|refs|reference|surname|forename|firstname|lastname|address|postcode|uprn|nino|dob|birth|phone|"
    r"telephone|email|pseudonym|defendant|payer|complainant|subject|place_id)$"
)
_AGGREGATE_NAMES = frozenset({"source_sha256"})
_EXEMPT_SUBTREES = frozenset({"protocol", "title", "question", "sources", "source", "period", "assumptions", "as_of"})
_PROSE_MIN_WORDS = 3
_MONEY = re.compile(r"^-?\d+\.\d{2}$")


def refuse_personal(tree: object, name: str) -> None:
    """Raise when a key of the tree names a person, a place or a reference number.

    Raises
    ------
    DisclosureError
        Naming the result and every such key, never its value.
    """
    found = sorted({path for path, key in _keys(tree) if _PERSONAL.search(key) and key not in _AGGREGATE_NAMES})
    if found:
        raise DisclosureError(
            f"'{name}' holds more than totals, so nothing of it is published.",
            [f"key '{path}' would lead to a person, a place or a single record" for path in found],
        )


def _keys(tree: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            here = f"{path}.{key}" if path else str(key)
            yield here, str(key).casefold()
            yield from _keys(value, here)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _keys(value, f"{path}[]")


def is_count_key(key: str) -> bool:
    """Whether a whole number under this key counts people, cases, events or rows."""
    return not _NOT_A_COUNT.search(key.casefold())


def known_counts(tree: object, key: str = "") -> set[int]:
    """Every exact count of the tree, so that prose repeating it can be found."""
    if isinstance(tree, Mapping):
        return set().union(*(known_counts(v, str(k)) for k, v in tree.items() if k not in _EXEMPT_SUBTREES), set())
    if isinstance(tree, list | tuple):
        return set().union(*(known_counts(v, key) for v in tree), set())
    if isinstance(tree, int) and not isinstance(tree, bool) and is_count_key(key):
        return {tree}
    return set()


def protect_tree(tree: object, rules: Rules, known: set[int] | None = None, key: str = "") -> Json:
    """Protect a whole tree and keep its shape.

    Counts are rounded or become null. A mapping whose own count of people is hidden loses its other figures too:
    rates, amounts and limits that rest on too few.

    Parameters
    ----------
    tree
        JSON-ready: mappings, lists, text, numbers, null.
    rules
        The partnership's rules.
    known
        Exact counts to look for in prose; found in the tree itself when not given.

    Returns
    -------
    Json
        A new tree; nothing of the source is shared with it.
    """
    exact = known_counts(tree) if known is None else known
    match tree:
        case Mapping():
            return _protect_mapping({str(k): v for k, v in tree.items()}, rules, exact)
        case list() | tuple():
            return [protect_tree(value, rules, exact, key) for value in tree]
        case _:
            return protect_leaf(key, tree, rules, exact)


def _protect_mapping(tree: dict[str, object], rules: Rules, known: set[int]) -> Json:
    blank = rests_on_too_few(tree, rules)
    return {
        key: as_json(value)
        if key in _EXEMPT_SUBTREES
        else (None if blank and is_figure(value) else protect_tree(value, rules, known, key))
        for key, value in tree.items()
    }


def rests_on_too_few(tree: Mapping[str, object], rules: Rules) -> bool:
    """Whether the mapping's own count (`n`, `people`, `orders` …) is one that must be hidden."""
    return any(
        _OWN_COUNT.match(key.casefold())
        and isinstance(value, int)
        and not isinstance(value, bool)
        and value > 0
        and rules.is_small(value)
        for key, value in tree.items()
    )


def is_figure(value: object) -> bool:
    """Whether a leaf is a number, or money written as text."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float | Decimal) or (isinstance(value, str) and bool(_MONEY.match(value)))


def protect_leaf(key: str, value: object, rules: Rules, known: set[int]) -> Json:
    """Protect one value by what its key says it is."""
    match value:
        case None | bool():
            return value
        case int():
            return rules.shown(value) if is_count_key(key) else value
        case float():
            whole_count = value.is_integer() and is_count_key(key)
            return rules.shown(value) if whole_count else round(value, 4)
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
        case Mapping():
            return {str(k): as_json(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [as_json(v) for v in value]
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())  # pyright: ignore[reportAttributeAccessIssue]
        case _:
            raise DisclosureError(f"A value of type {type(value).__name__} cannot be published; allowed: JSON values.")


def money(text: str) -> Decimal | None:
    """Read pounds written as "1234.50"; None for other text."""
    try:
        return Decimal(text) if _MONEY.match(text) else None
    except InvalidOperation:
        return None
