"""What a key says about its value: a count of people, another number, a person's identifier."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from evaluation.errors import DisclosureError

_NOT_A_COUNT = re.compile(
    r"(^|_)(days?|months?|years?|weeks?|hours?|minutes|horizon|level|maryland|rank|order|seed|version|target|threshold|"
    r"base|percent|pct|rate|ratio|share|proportion|value|low|high|lower|upper|limit|centre|center|mean|median|sd|se|"
    r"score|price|unit|term|time|z|p|e?value|smd|before|after|width|age|at|lag|window|instalment|index|digits)"
    r"(_\d+)?$"
)
_COUNTED_NOUN = re.compile(
    r"(^|_)(people|persons?|clients|cases|households|tenants|families|victims|complainants|orders|counts?|reports|"
    r"incidents|repeats|records|rows|referrals|receipts|prosecutions|payments)(_|$)"
)
_A_MEASURE_OF_THEM = re.compile(
    r"(^|_)(share|rate|ratio|proportion|percent|pct|mean|median|value|low|high|lower|upper|limit|score|index|rank|days|"
    r"per|target|threshold_share|sd|se)(_\d+)?$"
)
_BY_LABEL = re.compile(r"(^|_)by_")
_LENGTH = re.compile(r"^(days?|weeks?|months?|years?|hours?|minutes|seconds)_")
OWN_COUNT = re.compile(
    r"^(n|n_\w+|count|counts|number|people|persons|clients|cases|orders|pairs|respondents|returned|receipts|households|"
    r"rows|records|reports|incidents|prosecutions|referrals|payments|denominator|finished|entered|with_both)$"
)
_PERSONAL = re.compile(
    r"(^|_)(id|ids|ref|refs|reference|surname|forename|firstname|lastname|address|postcode|uprn|nino|dob|birth|phone|"
    r"telephone|email|pseudonym|defendant|payer|complainant|subject|place_id)$"
)
_AGGREGATE_NAMES = frozenset({"source_sha256"})
EXEMPT_SUBTREES = frozenset({"protocol", "title", "question", "sources", "source", "period", "assumptions", "as_of"})
SHARE = re.compile(r"(^|_)(share|proportion)(_|$)")
"""A share of people: two decimals, or its count could be reckoned back."""
MEDIAN = re.compile(r"(^|_)(median|quartile)(_|$)")
TENTH = re.compile(r"(^|_)(tenth|decile|percentile|p90|90)(_|$)")
EXTREME = re.compile(
    r"^(max|maximum|min|minimum|longest|shortest|oldest|newest|earliest|largest|smallest)(_(days|value|score))?$"
)


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
        for key, value in cast("Mapping[object, object]", tree).items():
            here = f"{path}.{key}" if path else str(key)
            yield here, str(key).casefold()
            yield from _keys(value, here)
    elif isinstance(tree, list | tuple):
        for value in cast("Sequence[object]", tree):
            yield from _keys(value, f"{path}[]")


def is_count_key(key: str) -> bool:
    """Whether a whole number under this key counts people, cases, events or rows.

    A key that begins with `n_`, or names people or cases without naming a measure of them (`cases_over_6_months`,
    `people_over_threshold`), is a count whatever else it says; otherwise the key's last word decides.
    """
    folded = key.casefold()
    if folded == "n" or folded.startswith("n_"):
        return True
    if _COUNTED_NOUN.search(folded) and not _A_MEASURE_OF_THEM.search(folded):
        return True
    return not (_NOT_A_COUNT.search(folded) or _LENGTH.match(folded))


def name_within(parent: str, key: str) -> str:
    """Name a key by what its mapping counts: under `open_cases_over`, `people_by_rung` or `by_ward`, each entry does.

    The keys of a mapping by something are labels that a council chose: a ward called Level is no level.
    """
    folded = parent.casefold()
    if _BY_LABEL.search(folded):
        return f"n_{key}"
    counted = _COUNTED_NOUN.search(folded) and not _A_MEASURE_OF_THEM.search(folded)
    return f"n_{key}" if counted and not _A_MEASURE_OF_THEM.search(key.casefold()) else key
