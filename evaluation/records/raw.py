"""The second state of the data: everything an extract holds, all of it text, with the number of every row."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

import polars as pl

from evaluation.errors import DataError
from evaluation.records import headers
from evaluation.records.mapping import Mapping

_BLANK_WORDS = ("n/a", "na", "null", "none", "nan", "nat", "nil")
BLANKS = ("", "-", "--", *(form for one in _BLANK_WORDS for form in (one, one.upper(), one.capitalize())), "NaN", "NaT")
"""Texts that mean that a cell is empty, in the forms in which systems write them."""

_TOTAL = r"(?i)^\W*(?:grand\s+|sub[\s-]?|report\s+|overall\s+)?totals?\b"
_FOOTER = (
    r"(?i)^\W*(?:end of (?:report|file|extract|data)|report (?:run|generated|produced|printed)"
    r"|(?:generated|printed|produced|exported) (?:on|by|at)|page \d+ of \d+"
    r"|\d+ (?:rows?|records?) (?:returned|selected|affected|exported)|source:|notes?:|©)"
)
EXTRA = "(cells beyond the header)"


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
    head
        The first rows, as lists of text, in which the header is looked for.
    """

    cells: pl.DataFrame
    misfits: Table[int, str] = field(default_factory=dict[int, str])
    notes: tuple[str, ...] = ()


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
    """

    cells: pl.DataFrame
    positions: Table[str, str]
    misfits: Table[int, str]
    notes: tuple[str, ...]


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
    found = headers.match(mapping, header.names)
    names = _names(header.names, grid.cells.width)
    body = _body(grid, header.row)
    notes = [*grid.notes, *([f"{header.row} rows above the header skipped"] if header.row else [])]
    body, footer = _without_footer(body)
    notes += footer
    if not len(body):
        raise DataError("The extract has a header and no row of data.")
    numbered = body.with_columns(pl.int_range(1, pl.len() + 1).alias("row"))
    old = [column for column in numbered.columns if column not in ("row", "__grid")]
    misfits = _renumber(numbered, grid.misfits)
    cells = numbered.select("row", *(pl.col(one).alias(name) for one, name in zip(old, names, strict=True)))
    cells = cells.select("row", *(name for name in names if _worth_keeping(cells, name, header.names)))
    unused = [name for name in names if name in cells.columns and name not in {names[p] for p in found.values()}]
    if unused:
        notes.append(f"{len(unused)} columns are not in the mapping and were dropped")
    return Raw(cells, {name: names[position] for name, position in found.items()}, misfits, tuple(notes))


def _body(grid: Grid, header: int) -> pl.DataFrame:
    """The rows below the header that are not blank, each with its row of the grid in `__grid`."""
    cells = grid.cells.with_columns(pl.int_range(0, pl.len()).alias("__grid")).slice(header + 1)
    texts = grid.cells.columns
    filled = pl.any_horizontal(pl.col(texts).str.contains(r"\S").fill_null(False))
    return cells.filter(filled)


def _without_footer(body: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Drop totals and remarks below the last row of data: rows that hold little and say what they are."""
    texts = [column for column in body.columns if column != "__grid"]
    end = len(body)
    while end > 0 and _is_footer(body.row(end - 1, named=True), texts):
        end -= 1
    skipped = len(body) - end
    rows = "1 row" if skipped == 1 else f"{skipped} rows"
    return body.head(end), [f"{rows} of totals or remarks below the data skipped"] if skipped else []


def _is_footer(row: dict[str, str | None], texts: list[str]) -> bool:
    import re

    cells = [row[name] or "" for name in texts]
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return True
    if re.match(_FOOTER, filled[0]) and len(filled) <= 2:
        return True
    return bool(re.match(_TOTAL, filled[0])) and len(filled) <= max(2, len(texts) // 2)


def _renumber(numbered: pl.DataFrame, misfits: Table[int, str]) -> dict[int, str]:
    if not misfits:
        return {}
    wanted = numbered.filter(pl.col("__grid").is_in(list(misfits))).select("__grid", "row")
    return {row: misfits[old] for old, row in wanted.iter_rows()}


def _names(header: tuple[str, ...], width: int) -> list[str]:
    """A different name for every column of the grid: its header, else its position."""
    names: list[str] = []
    for position in range(width):
        name = header[position] if position < len(header) and header[position] else f"column {position + 1}"
        if position >= len(header):
            name = EXTRA
        while name in names or name in ("row", "reasons"):
            name += "_"
        names.append(name)
    return names


def _worth_keeping(cells: pl.DataFrame, name: str, header: tuple[str, ...]) -> bool:
    """A column without a header is kept only where something stands in it."""
    return name in header or bool(cells[name].str.contains(r"\S").fill_null(False).any())


def clean(text: pl.Expr) -> pl.Expr:
    """A cell without surrounding space, null where it is empty."""
    bare = text.str.strip_chars(" \t\r\n\u00a0\ufeff'")
    return pl.when(~bare.is_in(list(BLANKS))).then(bare)
