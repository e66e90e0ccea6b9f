"""One coding: every system's own words to HouseMark categories, closures, schemes, by lists that a council edits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from evaluation.errors import DataError
from evaluation.records.privacy import word as shown_word
from evaluation.records.pseudonyms import normal_text

UNMAPPED = pl.Schema(
    {"column": pl.String, "list": pl.String, "word": pl.String, "rows": pl.Int64, "suggestion": pl.String}
)


@dataclass(frozen=True)
class CodeList:
    """Words and what they mean.

    Attributes
    ----------
    name
        The list's name (`categories`, `closures`, `schemes`, …).
    codes
        Normalised word to code.
    bands
        Code to severity band, for schemes.
    """

    name: str
    codes: Table[str, str]
    bands: Table[str, str]


@dataclass(frozen=True)
class Coded:
    """A coded column.

    Attributes
    ----------
    codes
        The code of each row; null where the cell is blank or its word is not in the list.
    unmapped
        Words that are in no list, by frequency: columns `column, list, word, rows, suggestion`.
    """

    codes: pl.Series
    unmapped: pl.DataFrame


def load_list(name: str, folder: Path | None = None) -> CodeList:
    """A code list by name, from the council's own folder where that has one, else as shipped.

    Raises
    ------
    DataError
        There is no such list, or a word stands under two codes.
    """
    own = folder / f"{name}.toml" if folder is not None else None
    if own is not None and own.is_file():
        return _parse(name, own.read_text(encoding="utf-8"))
    return _shipped(name)


@cache
def _shipped(name: str) -> CodeList:
    path = files("evaluation.records") / "code_lists" / f"{name}.toml"
    if not path.is_file():
        raise DataError(f"There is no code list '{name}'.")
    return _parse(name, path.read_text(encoding="utf-8"))


def _parse(name: str, text: str) -> CodeList:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise DataError(f"The code list {name} is not a TOML file: {problem}.") from problem
    if "schemes" in content:
        words = {code: (code, entry["title"], *entry.get("aliases", ())) for code, entry in content["schemes"].items()}
        bands = {code: entry["band"] for code, entry in content["schemes"].items() if "band" in entry}
        return CodeList(name, _index(name, words), bands)
    return CodeList(name, _index(name, content.get("codes", {})), {})


def _index(name: str, words: Table[str, Sequence[str]]) -> dict[str, str]:
    index: dict[str, str] = {}
    for code, alternatives in words.items():
        for alternative in alternatives:
            before = index.setdefault(normal_text(alternative.replace("_", " ")), code)
            if before != code:
                raise DataError(f"The code list {name} gives '{alternative}' to both {before} and {code}.")
    return index


def scheme_list(schemes: Table[str, Sequence[str]] | None, folder: Path | None = None) -> CodeList:
    """The list of schemes: those given (id to titles and aliases) before those shipped."""
    shipped = load_list("schemes", folder)
    if schemes is None:
        return shipped
    given = _index("schemes", {code: (code, *words) for code, words in schemes.items()})
    return CodeList("schemes", {**shipped.codes, **given}, shipped.bands)


def normal_word(text: str) -> str:
    """The normal form of a word as it is listed: a long one is cut, what is personal in it is masked."""
    return normal_text(shown_word(text).replace("_", " "))


def normal_words(text: pl.Series) -> pl.DataFrame:
    """Each different word of a column (`text`), its normal form (`normal`) and its number of rows (`rows`)."""
    counts = text.drop_nulls().to_frame("text").group_by("text").agg(pl.len().alias("rows"))
    normal = [normal_text(one.replace("_", " ")) for one in counts["text"].to_list()]
    return counts.with_columns(normal=pl.Series(normal, dtype=pl.String))


def code(text: pl.Series, words: CodeList, *, column: str, unclassified: Sequence[str] = ()) -> Coded:
    """Code one column of words.

    Parameters
    ----------
    text
        The words as read; null where blank.
    words
        The list.
    column
        The header, for the listing of unmapped words.
    unclassified
        Words that a system gives to everything (Uniform's "caution"): they carry no code and are not unmapped.
    """
    table = normal_words(text)
    silent = {normal_text(one) for one in unclassified}
    pairs = zip(table["normal"].to_list(), table["text"].to_list(), strict=True)
    # A long word is listed cut, and taught as it is listed.
    codes = [words.codes.get(normal) or words.codes.get(normal_word(text)) for normal, text in pairs]
    table = table.with_columns(value=pl.Series(codes, dtype=pl.String))
    missing = table.filter(pl.col("value").is_null() & ~pl.col("normal").is_in(list(silent)))
    looked = pl.DataFrame({"text": text}).join(
        table.select("text", "value"), on="text", how="left", maintain_order="left"
    )
    return Coded(looked["value"], _listing(missing, words, column))


def _listing(missing: pl.DataFrame, words: CodeList, column: str) -> pl.DataFrame:
    grouped = missing.group_by("normal").agg(pl.col("text").sort().first(), pl.col("rows").sum())
    ordered = grouped.sort(["rows", "normal"], descending=[True, False])
    return pl.DataFrame(
        {
            "column": [column] * len(ordered),
            "list": [words.name] * len(ordered),
            "word": [shown_word(one) for one in ordered["text"].to_list()],
            "rows": ordered["rows"].cast(pl.Int64),
            "suggestion": [suggest(normal, words) for normal in ordered["normal"].to_list()],
        },
        schema=UNMAPPED,
    )


def suggest(normal: str, words: CodeList) -> str | None:
    """The code that an unmapped word probably means: a near spelling, else the list's word that shares most of it."""
    near = get_close_matches(normal, words.codes, n=1, cutoff=0.75)
    if near:
        return words.codes[near[0]]
    parts = set(normal.split())
    shared = {known: len(parts & set(known.split())) / len(set(known.split())) for known in words.codes if known}
    best = max(shared, key=lambda known: (shared[known], len(known)), default=None)
    return words.codes[best] if best is not None and shared[best] >= 0.5 and len(best) > 2 else None


@cache
def _flag_words() -> tuple[tuple[str, str], ...]:
    path = files("evaluation.records") / "code_lists" / "flags.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))["codes"]
    return tuple((flag, r"(?i)\b(?:" + "|".join(words) + ")") for flag, words in content.items())


def flags(text: pl.Series) -> pl.Series:
    """What free text mentions, as flags in one text ("alcohol,noise"); the text itself goes no further."""
    found = [
        pl.when(pl.col("text").str.contains(pattern)).then(pl.lit(flag)) for flag, pattern in sorted(_flag_words())
    ]
    joined = pl.concat_str(found, separator=",", ignore_nulls=True)
    table = text.drop_nulls().unique().to_frame("text").with_columns(value=pl.when(joined != "").then(joined))
    looked = pl.DataFrame({"text": text}).join(table, on="text", how="left", maintain_order="left")
    return looked["value"]
