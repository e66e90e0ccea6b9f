"""Rejected rows as spreadsheets that the data owner can mend and return.

Each sheet has the columns of the extract, the number of the row of data (blank rows not counted), the row at which the
owner sees it in the file (title rows, header and blank rows counted, as a spreadsheet program does) and every reason.
What is personal is written as its pseudonym and free text is withheld: the owner has both. A returned sheet is read by
the same mapping, and a pseudonym in it is the person that the accepted rows know by it (see `seals`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.records.coding import UNMAPPED
from evaluation.records.dates import read_days
from evaluation.records.extract import Extract
from evaluation.records.mapping import PERSONAL
from evaluation.records.privacy import masked, outward
from evaluation.records.raw import LINE, REASONS, ROW, clean
from evaluation.records.seals import WITHHELD, sealed
from evaluation.records.values import NO, YES

WORDS_FILE = "words-in-no-list.xlsx"
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_FIGURES = rf"^[\d\s./:,£+\-()%]{{1,24}}$|^\d{{1,2}}(?:st|nd|rd|th)?[\s\-./]*{_MONTH}[\s\-./,]*\d{{2,4}}$"
_YEAR = r"(?:(?:19|2[01])\d\d)"
_DATED = (
    rf"^(?:{_YEAR}-\d\d?-\d\d?|\d\d?[/.\-]\d\d?[/.\-](?:{_YEAR}|\d\d))"
    r"(?:[ T]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?)?$"
)
_SUM = r"^\s*[£+\-(]{0,2}\s*(?:0|[1-9]\d{0,2}(?:,?\d{3})?)(?:\.\d{1,17})?\s*[)%]?\s*$"
"""A date, or a sum below a million: neither is a telephone number, however many figures stand in it."""
_MIDNIGHT = r" 00:00:00(?:\.0+)?$"
_ROUGHLY = (
    "about around approx approximately circa roughly nearly almost over under up to more less than at least most or "
    "and so a c ca some est estimated tbc tba pending unknown free nil none zero one two three four five six seven "
    "eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty "
    "fifty sixty seventy eighty ninety hundred thousand half dozen pound pounds pence gbp hour hours"
)
_ROUGH = rf"(?:(?:{'|'.join(_ROUGHLY.split())})(?:[\s,.\-]+|$))*"
_IN_WORDS = rf"(?i)^{_ROUGH}(?:£?\d{{1,6}}(?:\.\d{{1,2}})?(?:\s+|$))?{_ROUGH}$"
"""A sum in words that are no name, with one number at most among them."""
_SHAPES = {
    **dict.fromkeys(("date", "month", "money", "number", "whole"), _FIGURES),
    "identifier": r"^[A-Za-z]{0,6}[\s/\-_.]?[\w/\-.+]*\d[\w/\-.+]*$",
}
"""What may stand in a column of its kind: anything else has strayed there, and may be a name."""
_WORDS = ("code", "scheme", "area", "name", "text", "district", "yes_no", "true_false", "verbatim", "person_id")
_MOST_ROWS = 1_000_000
"""A sheet holds little more: what is beyond goes into a further workbook."""
_LONGEST_CELL = 32_767
_CREATED = (2000, 1, 1)


def write_rejected(extracts: Sequence[Extract], folder: Path) -> tuple[Path, ...]:
    """Write one workbook per extract that has rejected rows, and one of the words that are in no code list.

    Parameters
    ----------
    extracts
        What was read.
    folder
        Where to write; made when absent.

    Returns
    -------
    tuple of Path
        The files written, in the order of the extracts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        _write_sheet(folder / f"{extract.name}{f'-{number}' if number > 1 else ''}.xlsx", "Rows to mend", part)
        for extract in extracts
        for number, part in enumerate(protected(extract).iter_slices(_MOST_ROWS), start=1)
        if len(part)
    ]
    words = unmapped_words(extracts)
    return (*written, *([_write_sheet(folder / WORDS_FILE, "Words to code", words)] if len(words) else ()))


def unmapped_words(extracts: Sequence[Extract]) -> pl.DataFrame:
    """Words in no code list, the most frequent first, with a suggestion and a column for the council's answer."""
    frames = [extract.unmapped.with_columns(extract=pl.lit(extract.name)) for extract in extracts]
    together = pl.concat([pl.DataFrame(schema={**UNMAPPED, "extract": pl.String}), *frames])
    ordered = together.sort(["rows", "extract", "word"], descending=[True, False, False])
    return ordered.select(
        pl.col("rows").alias("Rows"), pl.col("word").alias("Word"), pl.col("suggestion").alias("Suggested code"),
        pl.lit("").alias("Your code"), pl.col("list").alias("Code list"), pl.col("extract").alias("Extract"),
        pl.col("column").alias("Column"),
    )  # fmt: skip


def protected(extract: Extract) -> pl.DataFrame:
    """The rejected rows with people as pseudonyms, and withheld what is free text or has strayed.

    Rows that merely begin after the as-of date need no mending and are left out.
    """
    frame = extract.rejected.filter(~extract.only_later)
    names = [name for name in frame.columns if name not in ("row", "reasons")]
    columns = [_protected(frame[name], extract.columns.get(name), extract) for name in names]
    lines = frame.select("row").join(extract.places, on="row", how="left", maintain_order="left")
    several = lines["sheet"].drop_nulls().n_unique() > 1
    shown = pl.concat_str("sheet", pl.lit(", row "), "line") if several else pl.col("line")
    reasons = frame["reasons"].list.join("; ").alias(REASONS)
    return pl.DataFrame([frame["row"].alias(ROW), lines.select(shown.alias(LINE)).to_series(), reasons, *columns])


def _protected(cells: pl.Series, kind: str | None, extract: Extract) -> pl.Series:
    if kind is not None and kind in PERSONAL:
        texts = _births(clean(cells), extract.date_order) if kind == "birth_date" else clean(cells)
        hidden = sealed(texts, kind, extract.system, extract.key)
        # Whether there is a lead officer at all is told of nobody, and a pseudonym in its place would say yes.
        plain = texts.str.to_lowercase().is_in([*YES, *NO]).fill_null(False)
        return hidden.zip_with(~plain, texts) if kind == "presence" else hidden
    # A spreadsheet's date comes with a midnight that nobody typed.
    cell = pl.col("cells").str.replace(_MIDNIGHT, "") if kind == "date" else pl.col("cells")
    if kind in _SHAPES:
        shaped = cell.str.contains(_SHAPES[kind]) & (masked(cell) == cell) | _harmless(cell, kind)
        safe = pl.when(shaped | cell.str.contains(r"^\s*$")).then(cell).when(cell.is_not_null()).then(pl.lit(WITHHELD))
    elif kind in _WORDS:
        safe = masked(outward(cell) if kind == "area" else cell)
    else:
        safe = pl.when(cell.is_not_null()).then(pl.lit(WITHHELD))
    return cells.to_frame("cells").select(safe.alias(cells.name)).to_series()


def _harmless(cell: pl.Expr, kind: str) -> pl.Expr:
    """What is a date in a column of dates, and a sum in a column of sums, whatever else its figures look like."""
    if kind in ("date", "month"):
        return cell.str.contains(_DATED)
    if kind in ("money", "number", "whole"):
        return cell.str.contains(_SUM) | cell.str.contains(_IN_WORDS)
    return pl.lit(False)


def _births(cells: pl.Series, order: str | None) -> pl.Series:
    """Dates of birth in the one written form by which people are known, where they can be read."""
    days = read_days({"born": cells}, declared=order, weak=frozenset({"born"})).values["born"]
    iso = days.dt.to_string("%Y-%m-%d")
    return iso.zip_with(iso.is_not_null(), cells)


def _write_sheet(path: Path, title: str, frame: pl.DataFrame) -> Path:
    """Write a table to a workbook, every cell but row numbers as text, so that no identifier loses a zero."""
    from datetime import datetime

    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book: Any = xlsxwriter.Workbook(path, options)
    with book:
        # A fixed date, so that the same rows give the same bytes.
        book.set_properties({"created": datetime(*_CREATED)})
        sheet = book.add_worksheet(title)
        sheet.write_row(0, 0, frame.columns, book.add_format({"bold": True}))
        sheet.set_column(0, 0, 16)
        told = frame.columns.index(REASONS) if REASONS in frame.columns else 1
        sheet.set_column(1, max(frame.width - 1, 1), 18)
        sheet.set_column(told, told, 60, book.add_format({"text_wrap": True}))
        sheet.freeze_panes(1, told + 1)
        for number, row in enumerate(frame.iter_rows(), start=1):
            for place, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, place, value)
                elif value is not None:
                    sheet.write_string(number, place, str(value)[:_LONGEST_CELL])
    return path
