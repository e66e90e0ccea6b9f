"""Counts inside sentences: the same rules as for a table, so that prose cannot say what a table hides."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evaluation.publishing.disclosure_rules import Rules

HUNDRED = 100
COUNTED_NOUNS = (
    "people|persons?|residents?|tenants?|households?|famil(?:y|ies)|clients?|victims?|witness(?:es)?|defendants?|"
    "neighbours?|children|adults?|complainants?|subjects?|officers?|cases?|incidents?|reports?|events?|repeats?|"
    "orders?|prosecutions?|receipts?|payments?|pairs?|referrals?|breach(?:es)?|contracts?|letters?|visits?|sessions?|"
    "surveys?|responses?|returns?|rows?|records?|interventions?|closures?|spells?|treated|compared|untreated"
)
_NUMBER = re.compile(r"(?<![\w.,£:/−–+-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w%]|[.,:/]\d|\s?(?:%|per cent|percent))")
_NOUN_AHEAD = re.compile(
    rf"^(?:\s+(?!(?:fewer|less|days?|weeks?|months?|years?)\b)[a-z’'-]+){{0,2}}\s+(?:{COUNTED_NOUNS})\b", re.I
)
_SENTENCE = re.compile(r"(?<=[.;!?] )")
_RATE = re.compile(r"\b(?:of|in|per|every|each) 100\b", re.I)
_PER_HUNDRED = re.compile(r"\b(?:per|every|each) 100\b", re.I)
_UNIT_AHEAD = re.compile(r"^\s?(?:days?|weeks?|months?|years?|hours?|minutes?|points?|p(?:ounds|ence)?\b)", re.I)


def protect_sentence(text: str, rules: Rules, known: Iterable[int] = ()) -> str:
    """Round every count in a text, and say "fewer than N" for a small one.

    Parameters
    ----------
    text
        A sentence or paragraph of a finding.
    rules
        The partnership's rules.
    known
        Exact counts of the same result: a number equal to one of them is a count even where no noun follows it.

    Returns
    -------
    str
        The text with the same words. Dates, money, percentages, lengths of time, and rates ("43 of 100") stay.
    """
    exact = {count for count in known if count >= rules.threshold}
    return "".join(_protect_one(sentence, rules, exact) for sentence in _SENTENCE.split(text))


def _protect_one(sentence: str, rules: Rules, exact: set[int]) -> str:
    is_rate = bool(_RATE.search(sentence))
    per_hundred = bool(_PER_HUNDRED.search(sentence))

    def replace(match: re.Match[str]) -> str:
        count = int(match[1].replace(",", ""))
        ahead = sentence[match.end() :]
        named = bool(_NOUN_AHEAD.match(ahead)) and not per_hundred
        repeated = count in exact and not _looks_like_year(count) and not (is_rate and count <= HUNDRED)
        base_of_rate = count == HUNDRED and is_rate
        if base_of_rate or _UNIT_AHEAD.match(ahead) or not (named or repeated):
            return match[0]
        return _in_words(count, sentence[: match.start()], rules)

    return _NUMBER.sub(replace, sentence)


def _in_words(count: int, behind: str, rules: Rules) -> str:
    shown = rules.shown(count)
    if shown is not None:
        return f"{shown:,}"
    bound = f"{rules.threshold}"
    return bound if behind.rstrip().endswith(("fewer than", "under", "below")) else f"fewer than {bound}"


def _looks_like_year(count: int) -> bool:
    return 1900 <= count <= 2099
