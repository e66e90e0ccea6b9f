"""The second state of the data: everything an extract holds, all of it text, with the number of every row."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from evaluation.errors import DataError
from evaluation.records import headers
from evaluation.records.mapping import Mapping
from evaluation.records.workbook_limits import FIRST_DAY

_BLANK_WORDS = ("n/a", "na", "null", "none", "nan", "nat", "nil")
BLANKS = ("", "-", "--", *(form for one in _BLANK_WORDS for form in (one, one.upper(), one.capitalize())), "NaN", "NaT")
"""Texts that mean that a cell is empty, in the forms in which systems write them."""

_TOTAL = r"(?i)^\W*(?:grand\s+|sub[\s-]?|report\s+|overall\s+)?totals?\b"
_FOOTER = (
    r"(?i)^\W*(?:end of (?:report|file|extract|data)|report (?:run|generated|produced|printed)"
    r"|(?:generated|printed|produced|exported) (?:on|by|at)|page \d+ of \d+"
    r"|\d+ (?:rows?|records?) (?:returned|selected|affected|exported)|source:|notes?:|©)"
)
_MOST_NAMES = 12
_SPACE = " \t\r\n\u00a0\u2007\u202f\u200b\u200e\u200f\u2060\ufeff'"
EXTRA = "(cells beyond the header)"
ROW, LINE, REASONS = "Row of data (1 is the first below the header)", "Row in your file", "Reasons"
"""The columns that a file of rejected rows puts before those of the extract."""
_TAKEN: tuple[str, ...] = ("row", "reasons", ROW, LINE, REASONS)
_OURS = frozenset(headers.normal(name) for name in (ROW, LINE, REASONS))
TOTALS = "totals row below the table: it is no record and needs no mending"
REMARK = "remark below the table: it is no record and needs no mending"


@dataclass(frozen=True)
class Grid:
    """Cells as they stand in a file, before anyone has said which row is the header.

    Attributes
    ----------
    cells
        Text columns; a row shorter than the widest is filled with null.
    misfits
        Row of the grid to the reason why its cells do not fit the columns.
    notes
        What was detected: encoding, separator, sheet.
    places
        `line` and, in a workbook, `sheet` of every row, as a spreadsheet program shows them; None where the source
        shows no row numbers (a database, Parquet).
    serials_from
        The day from which the serial numbers of days count.
    """

    cells: pl.DataFrame
    misfits: Table[int, str] = field(default_factory=dict[int, str])
    notes: tuple[str, ...] = ()
    places: pl.DataFrame | None = None
    serials_from: date = FIRST_DAY


@dataclass(frozen=True)
class Raw:
    """Data rows as text.

    Attributes
    ----------
    cells
        `row` (1 for the first data row) and one text column for each column of the extract, under its own header.
    positions
        Column of the mapping to the header that holds it.
    misfits
        Row number to the reason why the row cannot be read at all.
    notes
        What was detected and what was skipped.
    below
        Totals and remarks below the last row of data: the columns of `cells` and `reason`, numbered on from them.
    places
        `row, line, sheet` of every row of `cells` and `below`: where its owner sees it (null where nowhere).
    serials_from
        The day from which the serial numbers of days count.
    """

    cells: pl.DataFrame
    positions: Table[str, str]
    misfits: Table[int, str]
    notes: tuple[str, ...]
    below: pl.DataFrame
    places: pl.DataFrame
    serials_from: date = FIRST_DAY


def first_rows(cells: pl.DataFrame) -> list[list[str]]:
    """The rows in which a header may stand."""
    return [[cell or "" for cell in row] for row in cells.head(headers.SEARCHED_ROWS).rows()]


def to_raw(grid: Grid, mapping: Mapping) -> Raw:
    """Take the header, the blank rows and the totals off a grid and number what is left.

    Raises
    ------
    DataError
        No header is found, columns are missing or doubled, or there is no data row.
    """
    header = headers.find(first_rows(grid.cells), headers.known_headers(mapping))
    if header is None:
        wanted = ", ".join(repr(column.names[0]) for column in mapping.columns.values() if column.required)
        raise DataError(
            f"No header was found: none of the first rows names the columns of '{mapping.system}'"
            + (f" ({wanted})." if wanted else ".")
        )
    grid, header, returned = _without_our_notes(grid, header)
    found = headers.match(mapping, header.names)
    names = _names(header.names, grid.cells.width)
    body = _body(grid, header.row)
    notes = [*grid.notes, *returned, *([f"{header.row} rows above the header skipped"] if header.row else [])]
    reasons = _footers(body)
    end = len(body) - len(reasons)
    notes += [f"{_counted(len(reasons))} of totals or remarks below the data set aside"] if reasons else []
    if not end:
        raise DataError("The extract has a header and no row of data.")
    numbered = body.with_columns(pl.int_range(1, pl.len() + 1).alias("row"))
    old = [column for column in numbered.columns if column not in ("row", "__grid")]
    misfits = _renumber(numbered.head(end), grid.misfits)
    cells = numbered.select("row", *(pl.col(one).alias(name) for one, name in zip(old, names, strict=True)))
    cells = cells.select("row", *_worth_keeping(cells, names, header.names))
    used = {names[position] for position in found.values()}
    unused = [name for name in cells.columns if name != "row" and name not in used]
    if unused:
        notes.append(f"{len(unused)} columns are not in the mapping and were dropped: {_listed(unused)}")
    positions = {name: names[position] for name, position in found.items()}
    below = cells.slice(end).with_columns(reason=pl.Series(reasons, dtype=pl.String))
    places = _places(numbered, grid.places)
    return Raw(cells.head(end), positions, misfits, tuple(notes), below, places, grid.serials_from)


def _without_our_notes(grid: Grid, header: headers.Header) -> tuple[Grid, headers.Header, list[str]]:
    """A file of rejected rows that was sent back, without the columns that told its owner what to mend.

    One of them alone may be the owner's own: a file of ours has the long one, and our columns come first.
    """
    if headers.normal(ROW) not in {headers.normal(name) for name in header.names}:
        return grid, header, []
    ours = {place for place, name in enumerate(header.names[:3]) if headers.normal(name) in _OURS}
    ours |= {place for place, name in enumerate(header.names) if headers.normal(name) == headers.normal(ROW)}
    cells = grid.cells.select(name for place, name in enumerate(grid.cells.columns) if place not in ours)
    names = tuple(name for place, name in enumerate(header.names) if place not in ours)
    note = "the columns of a file of rejected rows were dropped: its rows are read as rows sent back"
    return replace(grid, cells=cells), headers.Header(header.row, names), [note]


def _body(grid: Grid, header: int) -> pl.DataFrame:
    """The rows below the header that are not blank, each with its row of the grid in `__grid`."""
    cells = grid.cells.with_columns(pl.int_range(0, pl.len()).alias("__grid")).slice(header + 1)
    blank = pl.int_range(len(cells), eager=True)
    for name in grid.cells.columns:  # each is asked only for the rows that those before it left blank
        texts = cells[name] if len(blank) == len(cells) else cells[name].gather(blank)
        blank = blank.filter(~texts.str.contains(r"\S").fill_null(False))
        if blank.is_empty():
            return cells
    return cells.filter(~pl.int_range(pl.len()).is_in(blank.implode()))


def _places(numbered: pl.DataFrame, places: pl.DataFrame | None) -> pl.DataFrame:
    """The line (and sheet) at which the owner of the file sees each row of data."""
    kinds = {"line": pl.Int64, "sheet": pl.String}
    if places is None:
        return numbered.select("row", *(pl.lit(None, kind).alias(name) for name, kind in kinds.items()))
    at = numbered["__grid"]
    seen = places.select(pl.all().gather(at))
    known = [seen[name] if name in seen.columns else pl.lit(None, kind).alias(name) for name, kind in kinds.items()]
    return numbered.select("row").with_columns(known)


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"'{headers.shown(name)}'" for name in names[:_MOST_NAMES])
    return shown + (" and more" if len(names) > _MOST_NAMES else "")


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _footers(body: pl.DataFrame) -> list[str]:
    """Why each of the last rows is no data: totals and remarks hold little and say what they are."""
    texts = [column for column in body.columns if column != "__grid"]
    reasons: list[str] = []
    while len(reasons) < len(body):
        reason = _footer(body.row(len(body) - 1 - len(reasons), named=True), texts)
        if reason is None:
            break
        reasons.insert(0, reason)
    return reasons


def _footer(row: dict[str, str | None], texts: list[str]) -> str | None:
    import re

    cells = [row[name] or "" for name in texts]
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return None
    if re.match(_TOTAL, filled[0]) and len(filled) <= max(2, len(texts) // 2):
        return TOTALS
    return REMARK if re.match(_FOOTER, filled[0]) and len(filled) <= 2 else None


def _renumber(numbered: pl.DataFrame, misfits: Table[int, str]) -> dict[int, str]:
    if not misfits:
        return {}
    wanted = numbered.filter(pl.col("__grid").is_in(list(misfits))).select("__grid", "row")
    return {row: misfits[old] for old, row in wanted.iter_rows()}


def _names(header: tuple[str, ...], width: int) -> list[str]:
    """A different name for every column of the grid: its header, else its position."""
    names: dict[str, int] = dict.fromkeys(_TAKEN, 0)
    for position in range(width):
        name = header[position] if position < len(header) and header[position] else f"column {position + 1}"
        if position >= len(header):
            name = EXTRA
        while name in names:
            name += "_"
        names[name] = position
    return list(names)[len(_TAKEN) :]


def _worth_keeping(cells: pl.DataFrame, names: list[str], header: tuple[str, ...]) -> list[str]:
    """The columns with a header, and those without one in which something stands."""
    titled = set(header)
    untitled = [name for name in names if name not in titled]
    filled = {name for name in untitled if cells[name].str.contains(r"\S").any()}
    return [name for name in names if name in titled or name in filled]


def clean(text: pl.Series) -> pl.Series:
    """Cells without surrounding space, null where they are empty."""
    bare = text.str.strip_chars(_SPACE)
    blank = bare.is_in(list(BLANKS))
    return bare.set(blank.fill_null(False), None) if blank.any() else bare
