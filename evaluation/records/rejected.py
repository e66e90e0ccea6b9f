"""Rejected rows as spreadsheets that the data owner can mend and return.

Each sheet has the columns of the extract, the number of the row in the owner's own file and every reason. What is
personal is written as its pseudonym and free text is withheld: the owner has both. A returned sheet is read by the same
mapping, and a pseudonym in it stays what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from evaluation.records.extract import Extract
from evaluation.records.mapping import PERSONAL
from evaluation.records.privacy import masked
from evaluation.records.pseudonyms import DEMONSTRATION_KEY, pseudonymise

WITHHELD = "(withheld)"
ROW, REASONS = "Row in your file", "Reasons"
_MOST_ROWS = 1_000_000
_CREATED = (2000, 1, 1)
_KINDS = {
    "person_ref": "ref",
    "person_name": "name",
    "birth_date": "born",
    "address": "address",
    "phone": "telephone",
    "officer": "officer",
    "presence": "officer",
}


def write_rejected(extracts: Sequence[Extract], folder: Path, *, key: bytes = DEMONSTRATION_KEY) -> tuple[Path, ...]:
    """Write one workbook per extract that has rejected rows.

    Parameters
    ----------
    extracts
        What was read.
    folder
        Where to write; made when absent.
    key
        The pseudonym key by which the extracts were read.

    Returns
    -------
    tuple of Path
        The files written, in the order of the extracts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(extract, folder, key) for extract in extracts if len(extract.rejected))


def protected(extract: Extract, key: bytes = DEMONSTRATION_KEY) -> pl.DataFrame:
    """The rejected rows with people as pseudonyms, free text and unmapped columns withheld, patterns masked."""
    frame = extract.rejected
    columns = [
        _protected(frame[name], extract.columns.get(name), key)
        for name in frame.columns
        if name not in ("row", "reasons")
    ]
    return pl.DataFrame([frame["row"].alias(ROW), frame["reasons"].list.join("; ").alias(REASONS), *columns])


def _protected(cells: pl.Series, kind: str | None, key: bytes) -> pl.Series:
    if kind in _KINDS and kind in PERSONAL:
        return pseudonymise(cells, _KINDS[kind], key).alias(cells.name)
    if kind in (None, "free_text", "reference", "skip"):
        return pl.select(pl.when(pl.lit(cells).is_not_null()).then(pl.lit(WITHHELD)).alias(cells.name)).to_series()
    return cells.to_frame("cells").select(masked(pl.col("cells")))["cells"].alias(cells.name)


def _write(extract: Extract, folder: Path, key: bytes) -> Path:
    from datetime import datetime

    import xlsxwriter

    path = folder / f"{extract.name}.xlsx"
    frame = protected(extract, key).head(_MOST_ROWS)
    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(path, options) as book:
        # A fixed date, so that the same rows give the same bytes.
        book.set_properties({"created": datetime(*_CREATED)})
        sheet = book.add_worksheet("Rows to mend")
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        sheet.write_row(0, 0, frame.columns, bold)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 60, wrap)
        sheet.set_column(2, max(frame.width - 1, 2), 18)
        sheet.freeze_panes(1, 2)
        for number, row in enumerate(frame.iter_rows(), start=1):
            for place, value in enumerate(row):
                if place == 0:
                    sheet.write_number(number, place, value)
                elif value is not None:
                    sheet.write_string(number, place, str(value))
    return path
