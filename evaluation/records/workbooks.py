"""Reading spreadsheets (XLSX, XLSM, XLS, ODS) as text: visible sheets alone, dates as days, numbers as typed."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any

import polars as pl

from evaluation.errors import DataError
from evaluation.records import headers
from evaluation.records.panics import refusing_panics
from evaluation.records.raw import Grid, first_rows
from evaluation.records.workbook_limits import FIRST_DAY, check_limits, first_day

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins: Excel 97, and anything encrypted by Office."""
ERROR = "#ERROR"
LINE = "__line"
_DAMAGED = "The workbook cannot be opened: it is damaged, cut off, or not a workbook."


def read_workbook(content: bytes, known: frozenset[str], sheet: str | None = None) -> Grid:
    """Read the sheet that holds the table; sheets laid out alike (one a year, say) are read one below the other.

    Parameters
    ----------
    content
        The bytes of the workbook.
    known
        Normalised headers of the mapping, by which the sheet is recognised.
    sheet
        The sheet's name, where the mapping gives one.

    Raises
    ------
    DataError
        The workbook cannot be opened, or no visible sheet (or more than one of different layout) holds the table.
    """
    try:
        began = first_day(content)
        if content.startswith(b"PK"):
            check_limits(content)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error, KeyError) as problem:
        raise DataError(_DAMAGED) from problem
    with refusing_panics(_DAMAGED, quietly=content.startswith(OLD_WORKBOOK)):
        visible, notes = _sheets(content)
    if sheet is not None:
        chosen = {name: cells for name, cells in visible.items() if name.casefold() == sheet.casefold()}
        if not chosen:
            raise DataError(f"The workbook has no visible sheet '{sheet}'; it has {_listed(visible)}.")
    else:
        chosen = _with_header(visible, known)
    notes += [f"sheet '{name}' read" for name in chosen]
    left = [name for name in visible if name not in chosen]
    notes += [f"sheet '{name}' holds no such table and was left out" for name in left]
    cells, places = _stacked(chosen, known)
    notes += ["the workbook's days count from 1904"] if began != FIRST_DAY else []
    return Grid(cells, {}, tuple(notes), places, began)


def _sheets(content: bytes) -> tuple[dict[str, pl.DataFrame], list[str]]:
    import fastexcel

    visible: dict[str, pl.DataFrame] = {}
    notes: list[str] = []
    try:
        book: Any = fastexcel.read_excel(content)
        for name in book.sheet_names:
            # Without skip_rows the empty rows at the top are dropped, and rows are not where their owner sees them.
            loaded = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if loaded.visible != "visible":
                notes.append(f"hidden sheet '{name}' ignored")
            else:
                visible[name] = _with_errors(loaded)
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError) as problem:
        if "password" in str(problem).casefold() or "encrypt" in str(problem).casefold():
            raise DataError("The workbook is protected by a password: save it without one.") from problem
        raise DataError(_DAMAGED) from problem
    return visible, notes


def _with_errors(sheet: Any) -> pl.DataFrame:
    """The cells of a sheet; one that holds an error (#N/A, #REF!) says so, for it is not an empty one."""
    batch, errors = sheet.to_arrow_with_errors()
    frame = _texts(pl.DataFrame(batch))
    if errors is None:
        return _from_first(frame)
    columns = [frame[name].to_list() for name in frame.columns]
    for error in errors.errors:
        row, column = error.offset_position
        columns[column][row] = ERROR
    return _from_first(pl.DataFrame(dict(zip(frame.columns, columns, strict=True)), schema=frame.schema))


def _from_first(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows from the first that holds anything, each with its row of the sheet in `LINE`."""
    numbered = frame.with_columns(pl.int_range(1, pl.len() + 1).alias(LINE))
    filled = frame.select(pl.any_horizontal(pl.lit(False), pl.all().is_not_null())).to_series().arg_true()
    return numbered.slice(filled[0] if len(filled) else len(frame))


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Text columns; old workbooks with a wrong code page bring a null beside each letter."""
    names = {old: f"c{place}" for place, old in enumerate(frame.columns)}
    return frame.rename(names).with_columns(pl.all().cast(pl.String).str.replace_all("\0", "", literal=True))


def _with_header(visible: dict[str, pl.DataFrame], known: frozenset[str]) -> dict[str, pl.DataFrame]:
    """The sheets that name most of the known columns."""
    hits = {name: _hits(cells, known) for name, cells in visible.items()}
    most = max(hits.values(), default=0)
    if not most:
        if not any(len(cells) for cells in visible.values()):
            raise DataError("The workbook is empty: no visible sheet holds a cell.")
        raise DataError(f"No visible sheet holds the table: its columns are named on none of {_listed(visible)}.")
    chosen = {name: cells for name, cells in visible.items() if hits[name] == most}
    layouts = {_layout(cells, known) for cells in chosen.values()}
    if len(layouts) > 1:
        raise DataError(f"Several sheets could be the table and are laid out differently: {_listed(chosen)}.")
    return chosen


def _hits(cells: pl.DataFrame, known: frozenset[str]) -> int:
    found = headers.find(first_rows(cells.drop(LINE)), known)
    return len({headers.normal(name) for name in found.names} & known) if found else 0


def _layout(cells: pl.DataFrame, known: frozenset[str]) -> tuple[str, ...]:
    found = headers.find(first_rows(cells.drop(LINE)), known)
    names = [headers.normal(name) for name in found.names] if found else []
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _stacked(chosen: dict[str, pl.DataFrame], known: frozenset[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The chosen sheets one below the other, the header of the first alone, and the place of every row."""
    frames: list[pl.DataFrame] = []
    for name, cells in chosen.items():
        found = headers.find(first_rows(cells.drop(LINE)), known) if frames else None
        frames.append((cells.slice(found.row + 1) if found else cells).with_columns(pl.lit(name).alias("sheet")))
    both = pl.concat(frames, how="diagonal")
    return both.drop(LINE, "sheet"), both.select(pl.col(LINE).cast(pl.Int64).alias("line"), "sheet")


def _listed(names: dict[str, pl.DataFrame]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "none"
