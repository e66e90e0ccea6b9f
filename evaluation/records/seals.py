"""Pseudonyms that go out in a file of rejected rows and come back in it: each bears a seal, made with the key.

What a file of rejected rows says of a person is the pseudonym by which the accepted rows know that person, and a seal.
A mended row is so the same person again. Without its seal a text that looks like a pseudonym is nobody known: taken as
it stands, it would make a person of a text from elsewhere, or two people of one.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import polars as pl

from evaluation.records.pseudonyms import person_kind, pseudonymise

WITHHELD = "(withheld)"
NOT_OURS = "a pseudonym that was not made here with this key; put your own reference back"
STILL_WITHHELD = "withheld in the file of rejected rows; put your own value back"
_LIKE = r"(?i)^[a-z]_[0-9a-f]{20}(?:-[0-9a-z]*)?$"
_SEALED = re.compile(r"([a-z]_[0-9a-f]{20})-([0-9a-f]{12})")
_KINDS = {
    "person_name": "name",
    "birth_date": "born",
    "address": "address",
    "phone": "telephone",
    "officer": "officer",
    "presence": "officer",
}


def sealed(cells: pl.Series, kind: str, system: str, key: bytes) -> pl.Series:
    """Personal cells as pseudonyms with their seals; what looks like one and is none of ours is withheld.

    Parameters
    ----------
    cells
        The cells as read, blanks null.
    kind
        The kind of the column, one of `mapping.PERSONAL`.
    system
        The system whose references these are.
    key
        The pseudonym key.
    """
    known, strange = opened(cells, kind, system, key)
    what = _what(kind, system)
    tokens = pseudonymise(known, what, key)
    seals = {token: f"{token}-{_seal(token, what, key)}" for token in tokens.drop_nulls().unique().to_list()}
    out = pl.Series(cells.name, [seals.get(token) for token in tokens.to_list()], dtype=pl.String)
    # A seal on what was withheld, or on a stranger, would make a person of it.
    return out.set(strange | (cells == WITHHELD).fill_null(False), WITHHELD)


def opened(cells: pl.Series, kind: str, system: str, key: bytes) -> tuple[pl.Series, pl.Series]:
    """Personal cells with our own pseudonyms freed of their seals, and which cells hold one that is not ours.

    A pseudonym is ours if its seal was made with this key, for this kind of column and of this system. Any other is
    made null.
    """
    like = cells.str.contains(_LIKE).fill_null(False)
    if not like.any():
        return cells, like
    what = _what(kind, system)
    bare = {text: _opened(text, what, key) for text in cells.filter(like).unique().to_list()}
    texts = [bare[text] if alike else text for text, alike in zip(cells.to_list(), like.to_list(), strict=True)]
    values = pl.Series(cells.name, texts, dtype=pl.String)
    return values, like & values.is_null()


def _opened(text: str, what: str, key: bytes) -> str | None:
    found = _SEALED.fullmatch(text)
    if found is None or not hmac.compare_digest(found.group(2), _seal(found.group(1), what, key)):
        return None
    return found.group(1)


def _seal(token: str, what: str, key: bytes) -> str:
    return hmac.new(key, f"seal\x1f{what}\x1f{token}".encode(), hashlib.sha256).hexdigest()[:12]


def _what(kind: str, system: str) -> str:
    return person_kind(system) if kind == "person_ref" else _KINDS[kind]
