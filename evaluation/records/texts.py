"""Cleaned cells, a column at a time: all columns at once would be held beside their raw text and their values."""

from __future__ import annotations

import polars as pl

from evaluation.records import seals
from evaluation.records.mapping import PERSONAL, Mapping
from evaluation.records.raw import Raw, clean

_ERRORS = r"^#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|ERROR!?|#{2,})$"
_MASKED_ANYWAY = ("text", "area", "district")
"""Kinds of which an accepted row, too, shows no telephone number or address: there it says the same."""
_KEPT_AS_TEXT = r'^="([^"]*)"$'


class Texts:
    """The cleaned cells of each mapped column of an extract, made when they are asked for.

    Attributes
    ----------
    errors
        Column to the rows whose cell holds no value but a spreadsheet's error, a formula, or what stood in its place in
        a file of rejected rows, with the reason.
    blank
        Of the columns that must be filled: which cells were blank.
    """

    def __init__(self, raw: Raw, mapping: Mapping, key: bytes) -> None:
        self.errors: dict[str, list[tuple[pl.Series, str]]] = {}
        self.blank: dict[str, pl.Series] = {}
        self._raw, self._mapping, self._key = raw, mapping, key
        self._made: dict[str, pl.Series] = {}
        self._of_people = {name for parts in mapping.people.values() for name in parts.values()}

    def __getitem__(self, name: str) -> pl.Series:
        if name not in self._made:
            self._made[name] = self._text(name)
        return self._made[name]

    def drop(self, name: str) -> None:
        """Keep a column's text no longer than its values and the people that it tells of are read."""
        if name not in self._of_people:
            self._made.pop(name, None)

    def _text(self, name: str) -> pl.Series:
        column = self._mapping.columns[name]
        text = clean(self._raw.cells[self._raw.positions[name]]).alias(name)
        if column.filled:
            self.blank[name] = text.is_null()
        if column.kind in ("free_text", "skip"):
            return text
        text = self._without_errors(text)
        if column.kind not in _MASKED_ANYWAY:
            text = self._put_back(text, seals.STILL_WITHHELD, text == seals.WITHHELD)
        if column.kind not in PERSONAL:
            return text
        known, strange = seals.opened(text, column.kind, self._mapping.system, self._key)
        return self._put_back(known, seals.NOT_OURS, strange)

    def _put_back(self, text: pl.Series, why: str, wrong: pl.Series) -> pl.Series:
        """Blank what a file of rejected rows showed in place of a cell, and note it against its row."""
        wrong = wrong.fill_null(False)
        if not wrong.any():
            return text
        reason = (self._raw.cells["row"].filter(wrong), f"{self._raw.positions[text.name]}: {why}")
        self.errors[text.name] = [*self.errors.get(text.name, []), reason]
        return text.set(wrong, None)

    def _without_errors(self, text: pl.Series) -> pl.Series:
        """Blank every cell that holds a spreadsheet's error (#REF!, ####) or a formula, and note it against its row.

        What a spreadsheet is told to leave as text (="00123") is that text.
        """
        if not (text.str.starts_with("#").any() or text.str.starts_with("=").any()):
            return text
        kept = text.str.replace(_KEPT_AS_TEXT, "${1}")
        header = self._raw.positions[text.name]
        self.errors[text.name] = [
            (
                self._raw.cells["row"].filter(kept.str.contains(pattern).fill_null(False)),
                f"{header}: the cell holds {what}, not a value",
            )
            for pattern, what in ((_ERRORS, "a spreadsheet's error"), (r"^=", "a formula"))
        ]
        return kept.set(kept.str.contains(f"{_ERRORS}|^=|^$").fill_null(False), None)
