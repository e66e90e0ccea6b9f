"""Keyed traits of people, so that spellings can be compared for linking after the names themselves are gone.

Of each person the parts are hashed one by one with the key: names, their sound, initials, birth date and its parts,
address, postcode, telephone. Equal hashes mean equal parts; nothing else can be read from them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Table

import polars as pl

from evaluation.records.privacy import POSTCODE
from evaluation.records.pseudonyms import PSEUDONYM, normal_name, normal_phone, normal_text, tokens

PARTS = ("name", "first", "last", "sound", "born", "born_year", "born_swapped", "address", "postcode", "telephone")
TRAITS = pl.Schema({"person_id": pl.String, "role": pl.String, **dict.fromkeys(PARTS, pl.String)})
_AT_ONCE = 100_000
"""So many people's parts are held as Python's own texts at a time: those take ten times the room of a column."""
_SOUNDS = str.maketrans("bfpvcgjkqsxzdtlmnr", "111122222222334556")


def traits(people: Table[str, pl.DataFrame], frame: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The traits of every different person of an extract: a row per person, role and set of parts."""
    tables = [pl.DataFrame(schema=TRAITS)]
    for role, parts in people.items():
        if not {"name", "address", "phone"} & set(parts.columns):
            continue
        different = (
            parts.with_columns(person_id=frame[f"person.{role}"]).drop_nulls("person_id").unique(maintain_order=True)
        )
        if different.is_empty():
            continue
        texts = pl.concat([_texts(piece) for piece in different.iter_slices(_AT_ONCE)])
        hidden = [tokens(texts[part], part, key).alias(part) for part in PARTS]
        tables.append(
            pl.DataFrame([different["person_id"], pl.repeat(role, len(different), eager=True).alias("role"), *hidden])
        )
    return pl.concat(tables)


def _texts(people: pl.DataFrame) -> pl.DataFrame:
    """The normalised parts of some people, as text that goes no further."""
    rows = [_parts(row) for row in people.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=dict.fromkeys(PARTS, pl.String))


def _parts(row: Table[str, str | None]) -> dict[str, str | None]:
    name, born, address = row.get("name") or "", row.get("born") or "", row.get("address") or ""
    tidy = normal_name(name)
    first, last = _first_and_last(name, tidy)
    year, month, day = born.split("-") if re.fullmatch(r"\d{4}-\d\d-\d\d", born) else ("", "", "")
    found = re.search(POSTCODE, address)
    postcode = re.sub(r"\s", "", found.group()).lower() if found else None
    place = normal_text(address)
    return {
        "name": _if_text(name, tidy),
        "first": first,
        "last": last,
        "sound": f"{sound(last)} {first[0]}" if last and first else None,
        "born": born or None,
        "born_year": year or None,
        "born_swapped": f"{year}-{day}-{month}" if year else None,
        "address": _if_text(address, place),
        "postcode": postcode,
        "telephone": _if_text(row.get("phone") or "", normal_phone(row.get("phone") or "")),
    }


def _if_text(raw: str, normal: str) -> str | None:
    return (raw if re.match(PSEUDONYM, raw) else normal) or None


def _first_and_last(name: str, tidy: str) -> tuple[str | None, str | None]:
    """First and last name; "Smith, John" is written last name first."""
    if re.match(PSEUDONYM, name):
        return None, None
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first} {last}"
    known = set(tidy.split())
    parts = [part for part in normal_text(name).split() if part in known]
    return (parts[0], parts[-1]) if len(parts) > 1 else (None, parts[0] if parts else None)


def sound(word: str | None) -> str | None:
    """How a name sounds (Soundex, as used by the United States census): a letter and three figures.

    Examples
    --------
    >>> sound("Robert"), sound("Rupert"), sound("Tymczak")
    ('r163', 'r163', 't522')
    """
    letters = re.sub(r"[^a-z]", "", (word or "").lower())
    if not letters:
        return None
    coded = letters.translate(_SOUNDS)
    figures = [coded[0] if coded[0].isdigit() else ""]
    last = figures[0]
    out = letters[0]
    for letter, figure in zip(letters[1:], coded[1:], strict=True):
        if figure.isdigit():
            if figure != last:
                out += figure
            last = figure
        elif letter not in "hw":
            last = ""
    return (out + "000")[:4]
