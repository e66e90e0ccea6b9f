"""Words that the partnership has taught: the listing of words in no code list, with its codes filled in."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.records.coding import CodeList, normal_word

WORD, YOUR_CODE, LIST, EXTRACT = "Word", "Your code", "Code list", "Extract"


@dataclass(frozen=True)
class Taught:
    """What the partnership says that words mean.

    Attributes
    ----------
    file
        The name of the file, for messages.
    anywhere
        Code list to normal word to code, where every answer on a word agrees.
    within
        The same by extract, where answers on one word differ between extracts.
    """

    file: str = ""
    anywhere: Table[str, Table[str, str]] = field(default_factory=dict[str, dict[str, str]])
    within: Table[tuple[str, str], Table[str, str]] = field(default_factory=dict[tuple[str, str], dict[str, str]])

    def added(self, words: CodeList, extract: str) -> CodeList:
        """A code list with the taught words.

        Raises
        ------
        DataError
            A word was given a code that the list does not have.
        """
        answers = {**self.anywhere.get(words.name, {}), **self.within.get((extract, words.name), {})}
        known = {code.casefold(): code for code in sorted(set(words.codes.values()))}
        wrong = [code for code in dict.fromkeys(answers.values()) if code not in known]
        if wrong:
            hints = [f"'{code}' is no code of {words.name}.{did_you_mean(code, known)}" for code in wrong]
            raise DataError(f"{self.file}: {' '.join(hints)} Codes: {', '.join(known.values())}.")
        meant = {word: known[code] for word, code in answers.items()}
        return replace(words, codes={**words.codes, **meant}) if meant else words


def read_taught(path: Path) -> Taught:
    """Read the listing of words in no code list (`words-in-no-list.xlsx`, or the same as CSV), filled in.

    Parameters
    ----------
    path
        A table with the columns `Word`, `Your code` and `Code list`, and `Extract` where an answer is for one extract
        alone. A row without a code teaches nothing.

    Raises
    ------
    DataError
        The file is no such table, or a word stands under two codes.
    """
    frame = _table(path)
    within: dict[tuple[str, str], dict[str, str]] = {}
    for row in frame.filter(pl.col(YOUR_CODE) != "").iter_rows(named=True):
        said = within.setdefault((row[EXTRACT], row[LIST].casefold()), {})
        code = row[YOUR_CODE].casefold()
        if said.setdefault(normal_word(row[WORD]), code) != code:
            raise DataError(f"{path.name}: '{row[WORD]}' of {row[LIST]} stands under two codes.")
    together: dict[str, dict[str, set[str]]] = {}
    for (_, name), words in within.items():
        for word, code in words.items():
            together.setdefault(name, {}).setdefault(word, set()).add(code)
    agreed = {
        name: {word: next(iter(codes)) for word, codes in words.items() if len(codes) == 1}
        for name, words in together.items()
    }
    return Taught(path.name, agreed, within)


def _table(path: Path) -> pl.DataFrame:
    try:
        if path.suffix.lower() == ".csv":
            frame = pl.read_csv(path, infer_schema=False)
        else:
            frame = pl.read_excel(path, infer_schema_length=0)
    except Exception as problem:  # a damaged workbook is told of by several libraries, each in its own way
        raise DataError(f"{path.name}: the taught words are neither a workbook nor comma-separated text.") from problem
    missing = [name for name in (WORD, YOUR_CODE, LIST) if name not in frame.columns]
    if missing:
        hints = "".join(did_you_mean(name, frame.columns) for name in missing)
        raise DataError(f"{path.name}: the taught words have no column {', '.join(map(repr, missing))}.{hints}")
    present = [name for name in (WORD, YOUR_CODE, LIST, EXTRACT) if name in frame.columns]
    texts = frame.select(pl.col(name).cast(pl.String).fill_null("").str.strip_chars() for name in present)
    return texts if EXTRACT in present else texts.with_columns(pl.lit("").alias(EXTRACT))
