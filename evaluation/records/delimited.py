"""Reading delimited text: one fast pass over the bytes proves the structure, then Polars parses what is proven.

The pass finds where each record ends (a line end inside quotes does not count), how many cells it has, and whether
every quote opens or closes a cell. Where one does not (a stray quote), the file is read again, line by line.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from evaluation.errors import DataError
from evaluation.records import headers
from evaluation.records.encodings import outside, to_text
from evaluation.records.raw import EXTRA, Grid

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_NEWLINE, _QUOTE, _RETURN = 10, 34, 13
_SAMPLE_LINES = 60
_PIECE = 1 << 18
_LONGEST_CELL_LINES = 50
_MOST_HEADING_LINES = 12


def read_delimited(content: bytes, known: frozenset[str]) -> Grid:
    """Read delimited text into a grid.

    Parameters
    ----------
    content
        The bytes of the file.
    known
        Normalised headers of the mapping, by which the separator and the header's width are recognised.

    Raises
    ------
    DataError
        The bytes are not text, hold no table, or break off in the middle.
    """
    text, encoding = to_text(content)
    separator, header, width = _layout(text, known)
    notes = [f"encoding {encoding}", f"separator {SEPARATORS[separator]}"]
    scan = _scan(text, separator)
    if scan is None:
        return _read_forgiving(text, separator, header, width, notes)
    return _read_proven(text, separator, header, width, scan, notes)


def _layout(text: bytes, known: frozenset[str]) -> tuple[str, int, int]:
    """The separator, the record at which the header stands, and its number of cells."""
    lines = text[: 1 << 18].decode("utf-8", errors="replace").split("\n")[:_SAMPLE_LINES]
    sample = [line.rstrip("\r") for line in lines]
    best: tuple[tuple[int, int], str, int, int] | None = None
    for separator in SEPARATORS:
        rows = _sampled(sample, separator)
        width = _modal_width(rows)
        found = headers.find(rows, known)
        hits = sum(headers.normal(name) in known for name in found.names) if found else 0
        score = (hits, width if width > 1 else 0)
        if best is None or score > best[0]:
            at = found.row if found else 0
            best = (score, separator, at, len(rows[at]) if found and rows else width)
    if best is None or best[0] == (0, 0):
        raise DataError("The file is not a table: no row of it is divided into cells.")
    return best[1], best[2], best[3]


def _sampled(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The cells of each line; a heading that goes on over several lines inside quotes stands at its first."""
    rows: list[list[str]] = []
    while len(rows) < len(lines):
        at = len(rows)
        used, cells = _heading(lines, at, separator) or (1, _cells(lines[at], separator))
        rows += [cells, *([[]] * (used - 1))]
    return rows


def _heading(lines: Sequence[str], at: int, separator: str) -> tuple[int, list[str]] | None:
    """A record of several cells that takes several lines, if one begins here: how many, and its cells."""
    if not lines[at].count('"') % 2:
        return None
    for used in range(2, min(_MOST_HEADING_LINES, len(lines) - at) + 1):
        cells = _strict("\n".join(lines[at : at + used]), separator)
        if cells is not None and len(cells) > 1:
            return used, cells
    return None


def _modal_width(rows: Sequence[Sequence[str]]) -> int:
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    return widths.most_common(1)[0][0] if widths else 0


@dataclass(frozen=True)
class _Scan:
    """Where records end (index after the line end) and how many cells each has."""

    ends: npt.NDArray[np.int64]
    cells: npt.NDArray[np.int64]
    quoted: bool


def _scan(text: bytes, separator: str) -> _Scan | None:
    """One pass over the bytes, a piece at a time; None where a quote neither opens nor closes a cell."""
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.concatenate([start + np.flatnonzero(piece == _QUOTE) for start, piece in _pieces(data)])
    if len(quotes) and not _quotes_are_sound(data, quotes, ord(separator)):
        return None
    ends: list[npt.NDArray[np.int64]] = []
    upto: list[npt.NDArray[np.int64]] = []
    before = 0
    for start, piece in _pieces(data):
        first, last = np.searchsorted(quotes, (start, start + len(piece)))
        # One quote more where the piece begins inside quotes: what counts is whether their number is even.
        near = quotes[first - first % 2 : last] - start
        found, marks = (outside(np.flatnonzero(piece == one), near) for one in (_NEWLINE, ord(separator)))
        ends.append(found + (start + 1))
        upto.append(before + np.searchsorted(marks, found))
        before += len(marks)
    if not len(ends[-1]) or ends[-1][-1] != len(data):
        ends.append(np.array([len(data)]))
        upto.append(np.array([before]))
    return _Scan(np.concatenate(ends), np.diff(np.concatenate(upto), prepend=0) + 1, bool(len(quotes)))


def _pieces(data: npt.NDArray[np.uint8]) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """Pieces that fit a processor's memory, each with the place at which it begins."""
    for start in range(0, max(len(data), 1), _PIECE):
        yield start, data[start : start + _PIECE]


def _quotes_are_sound(data: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64], separator: int) -> bool:
    if len(quotes) % 2:
        return False
    edge = np.zeros(256, dtype=np.bool_)
    edge[[separator, _NEWLINE, _RETURN]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    # A quote doubled inside a cell closes it and opens it again at once: "" stands for one quote.
    doubled = np.concatenate(([False], opening[1:] == closing[:-1] + 1))
    again = np.concatenate((opening[1:] == closing[:-1] + 1, [False]))
    opens = (opening == 0) | edge[data[np.maximum(opening - 1, 0)]] | doubled
    closes = (closing == len(data) - 1) | edge[data[np.minimum(closing + 1, len(data) - 1)]] | again
    return bool(opens.all() and closes.all())


def _read_proven(text: bytes, separator: str, header: int, width: int, scan: _Scan, notes: list[str]) -> Grid:
    starts = np.concatenate(([0], scan.ends[:-1]))
    at = _record_of_line(scan, text, header)
    _refuse_broken_end(scan.cells[-1], width, text, len(scan.cells) - 1 > at)
    fits = scan.cells == width
    fits[:at] = False
    odd = np.flatnonzero(~fits)
    blank = [number for number in odd if not text[starts[number] : scan.ends[number]].strip()]
    keep = fits.copy()
    body = text if keep.all() else _joined(text, starts, scan.ends, keep)
    frame = _parse(body, separator, width, scan.quoted)
    if len(frame) != int(keep.sum()):
        return _read_forgiving(text, separator, header, width, notes)
    numbers = np.flatnonzero(keep)
    nothing = set(blank)
    others = [number for number in odd if number not in nothing]
    rows = [_cells_of(text[starts[number] : scan.ends[number]], separator) for number in others]
    return _grid(frame, numbers, rows, [int(number) for number in others], at, width, notes)


def _record_of_line(scan: _Scan, text: bytes, line: int) -> int:
    """The record that holds a physical line (a title may span lines inside quotes)."""
    offset = 0
    for _ in range(line):
        offset = text.find(b"\n", offset) + 1
    return int(np.searchsorted(scan.ends, offset, side="right"))


def _joined(
    text: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], keep: npt.NDArray[np.bool_]
) -> bytes:
    """The kept records, copied in runs."""
    change = np.flatnonzero(np.diff(np.concatenate(([False], keep, [False])).astype(np.int8)))
    runs = zip(change[0::2], change[1::2], strict=True)
    return b"".join(text[starts[first] : ends[after - 1]] for first, after in runs)


def _parse(body: bytes, separator: str, width: int, quoted: bool) -> pl.DataFrame:
    names = _column_names(width)
    if not body:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    try:
        return pl.read_csv(
            body,
            has_header=False,
            separator=separator,
            quote_char='"' if quoted else None,
            schema=dict.fromkeys(names, pl.String),
            raise_if_empty=False,
        ).rechunk()  # columns in several chunks would be copied again at every step
    except pl.exceptions.PolarsError:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))


def _column_names(width: int) -> list[str]:
    return [f"c{position}" for position in range(width)]


def _cells_of(record: bytes, separator: str) -> list[str]:
    return _cells(record.decode("utf-8", errors="replace").rstrip("\r\n"), separator)


def _cells(record: str, separator: str) -> list[str]:
    if '"' not in record:
        return record.split(separator)
    try:
        rows = list(csv.reader(io.StringIO(record, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return record.split(separator)
    return rows[0] if len(rows) == 1 else record.split(separator)


def _refuse_broken_end(cells: int, width: int, text: bytes, has_rows: bool) -> None:
    """A last line that has no line end and too few cells was cut off on its way."""
    last = text[text.rfind(b"\n") + 1 :]
    if has_rows and last.count(b'"') % 2:
        raise DataError("The file breaks off in the middle of its last cell, which is never closed: export it again.")
    if has_rows and 1 < cells < width and last.strip():
        raise DataError(
            f"The file breaks off in the middle of its last row ({cells} of {width} cells): export it again."
        )


def _grid(
    frame: pl.DataFrame,
    numbers: npt.NDArray[np.int64],
    others: Sequence[list[str]],
    other_numbers: Sequence[int],
    header: int,
    width: int,
    notes: list[str],
    lines: npt.NDArray[np.int64] | None = None,
) -> Grid:
    """Put the rows that fit and those that do not back into the order of the file."""
    if not others:
        return Grid(frame, {}, tuple(notes), _places(numbers))
    trimmed = [_trimmed(row, width) for row in others]
    extra = any(len(row) > width for row in trimmed)
    names = [*_column_names(width), *([EXTRA] if extra else [])]
    padded = [_padded(row, width, extra) for row in trimmed]
    odd = pl.DataFrame(padded, schema=dict.fromkeys(names, pl.String), orient="row")
    both = pl.concat(
        [frame.with_columns(__at=pl.Series(numbers)), odd.with_columns(__at=pl.Series(other_numbers, dtype=pl.Int64))],
        how="diagonal",
    ).sort("__at")
    wrong = {
        number: len(row)
        for number, row in zip(other_numbers, trimmed, strict=True)
        if number > header and len(row) != width
    }
    at = both["__at"].search_sorted(pl.Series(list(wrong), dtype=pl.Int64)) if wrong else pl.Series(dtype=pl.Int64)
    misfits = {
        place: f"the row has {cells} cells where the header has {width}"
        for place, cells in zip(at.to_list(), wrong.values(), strict=True)
    }
    return Grid(both.drop("__at"), misfits, tuple(notes), _places(both["__at"].to_numpy() if lines is None else lines))


def _places(records: npt.NDArray[np.int64]) -> pl.DataFrame:
    """The rows of records, counted from 1 as a spreadsheet program counts them."""
    return pl.DataFrame({"line": records + 1}, schema={"line": pl.Int64})


def _trimmed(row: list[str], width: int) -> list[str]:
    """A row without the empty cells that stand beyond the header."""
    end = len(row)
    while end > width and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _padded(row: list[str], width: int, extra: bool) -> list[str | None]:
    cells: list[str | None] = [*row[:width], *([None] * (width - len(row)))]
    return [*cells, " | ".join(row[width:]) or None] if extra else cells


def _read_forgiving(text: bytes, separator: str, header: int, width: int, notes: list[str]) -> Grid:
    """Read line by line: a quote that neither opens nor closes a cell is taken as a letter."""
    lines = text.decode("utf-8", errors="replace").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    rows: list[list[str]] = []
    stray = at = 0
    while at < len(lines):
        row, used, repaired = _record(lines, at, separator, width if at >= header else None)
        rows.append(row)
        stray += repaired
        at += used
    _refuse_broken_end(len(rows[-1]) if rows else width, width, text, len(rows) > header + 1)
    kept = [number for number, row in enumerate(rows) if any(cell.strip() for cell in row)]
    filled = [rows[number] for number in kept]
    at = next((n for n, row in enumerate(filled) if row == rows[header]), 0) if header < len(rows) else 0
    empty = pl.DataFrame(schema=dict.fromkeys(_column_names(width), pl.String))
    notes = [*notes, f"{stray} rows with a stray quote read as they stand"] if stray else notes
    none = np.array([], dtype=np.int64)
    records = np.array(kept, dtype=np.int64) - _continued(lines[:header])
    return _grid(empty, none, filled, range(len(filled)), at, width, notes, records)


def _continued(above: Sequence[str]) -> int:
    """How many lines above the header go on with a title that began inside quotes: a spreadsheet shows them as one."""
    inside = continued = 0
    for line in above:
        continued += inside
        inside = (inside + line.count('"')) % 2
    return 0 if inside else continued


def _record(lines: Sequence[str], at: int, separator: str, width: int | None) -> tuple[list[str], int, bool]:
    """The record that begins at a line: its cells, the lines it takes, and whether a quote was repaired."""
    line = lines[at].rstrip("\r")
    if '"' not in line:
        return line.split(separator), 1, False
    for used in range(1, min(_LONGEST_CELL_LINES, len(lines) - at) + 1):
        cells = _strict("\n".join(part.rstrip("\r") for part in lines[at : at + used]), separator)
        if cells is not None and (width is None or len(cells) == width):
            return cells, used, False
        if width is None:
            break
    plain = line.split(separator)
    if width is None or len(plain) == width:
        return plain, 1, True
    cells = _strict(line, separator)
    return (cells, 1, False) if cells is not None else (plain, 1, True)


def _strict(record: str, separator: str) -> list[str] | None:
    """The cells of a record whose quotes are sound, else None."""
    if record.count('"') % 2:
        return None
    data = np.frombuffer(record.encode(), dtype=np.uint8)
    if not _quotes_are_sound(data, np.flatnonzero(data == _QUOTE), ord(separator)):
        return None
    try:
        rows = list(csv.reader(io.StringIO(record, newline=""), delimiter=separator))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
