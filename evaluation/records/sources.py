"""From bytes as received to a grid of text: what a file is decides how it is read, whatever its name says."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluation.errors import DataError
from evaluation.records import databases, headers
from evaluation.records.delimited import read_delimited
from evaluation.records.mapping import Mapping
from evaluation.records.panics import refusing_panics
from evaluation.records.raw import Grid
from evaluation.records.workbooks import OLD_WORKBOOK, read_workbook

_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
_DAMAGED_PARQUET = "The Parquet file is damaged or cut off."
_NOT_TABLES = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a compressed file: unpack it first",
    b"BZh": "a compressed file: unpack it first",
    b"\xfd7zXZ": "a compressed file: unpack it first",
    b"\x28\xb5\x2f\xfd": "a compressed file: unpack it first",
    b"7z\xbc\xaf": "an archive: unpack it first",
    b"Rar!": "an archive: unpack it first",
    b"PK\x05\x06": "an empty zip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a text document",
    b"SQLite format 3": "a database: give it as sqlite:///FILE#TABLE",
}
_MARKUP = re.compile(rb"<[!?a-z]|mime-version:")
_MOST_MANIFEST = 10_000_000


@dataclass(frozen=True)
class Source:
    """A grid of text, the SHA-256 of what it came from, and the name by which it is called."""

    grid: Grid
    sha256: str
    name: str


def read_source(path_or_uri: str | Path, mapping: Mapping) -> Source:
    """Read an extract into a grid.

    Raises
    ------
    DataError
        The file is absent, is no table, is encrypted, cut off or empty.
    """
    if databases.is_database(str(path_or_uri)):
        grid, digest = databases.read_database(str(path_or_uri), mapping.query)
        return Source(grid, digest, str(path_or_uri).rpartition("#")[2].rpartition("/")[2] or "database")
    path = Path(path_or_uri)
    content = _content(path)
    return Source(
        _grid(content, headers.known_headers(mapping), mapping.sheet), hashlib.sha256(content).hexdigest(), path.stem
    )


def read_grid(path: Path, known: frozenset[str], sheet: str | None = None) -> Grid:
    """Read a file into a grid, its header recognised by any of the `known` names.

    Raises
    ------
    DataError
        As `read_source`.
    """
    return _grid(_content(path), known, sheet)


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise DataError("It is a folder: name the file in it.")
    try:
        content = path.read_bytes()
    except FileNotFoundError as problem:
        raise DataError("There is no such file.") from problem
    except OSError as problem:
        raise DataError(f"The file cannot be opened ({problem.strerror}).") from problem
    if not content.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise DataError("The file is empty.")
    return content


def _grid(content: bytes, known: frozenset[str], sheet: str | None) -> Grid:
    for mark, what in _NOT_TABLES.items():
        if content.startswith(mark):
            raise DataError(f"The file is not a table but {what}.")
    if content.startswith(_PARQUET):
        return _parquet(content)
    if content.startswith(_ZIP):
        return _zipped(content, known, sheet)
    if content.startswith(OLD_WORKBOOK):
        return _ole(content, known, sheet)
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if _MARKUP.match(start):
        raise DataError("The file is a web page or XML, whatever its name says: export it as CSV or XLSX.")
    if start.startswith((b"{", b"[{", b"[\n")):
        raise DataError("The file is JSON, not a table: export it as CSV or XLSX.")
    return read_delimited(content, known)


def _parquet(content: bytes) -> Grid:
    try:
        with refusing_panics(_DAMAGED_PARQUET, quietly=True):
            frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError, ValueError) as problem:
        raise DataError(_DAMAGED_PARQUET) from problem
    names = {old: f"c{place}" for place, old in enumerate(frame.columns)}
    nested = [name for name, kind in frame.schema.items() if kind.is_nested() or kind == pl.Binary]
    if nested:
        raise DataError(f"Columns of the Parquet file hold more than one value a cell: {', '.join(nested)}.")
    top = pl.DataFrame([list(names)], schema=dict.fromkeys(names.values(), pl.String), orient="row")
    cells = frame.rename(names).with_columns(pl.all().cast(pl.String))
    return Grid(pl.concat([top, cells]), {}, ("Parquet",))


def _zipped(content: bytes, known: frozenset[str], sheet: str | None) -> Grid:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.namelist()
            locked = any(member.flag_bits & 1 for member in archive.infolist()) or _locked_by_manifest(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise DataError("The workbook (or archive) is damaged or cut off: export it again.") from problem
    if locked:
        raise DataError("The file is encrypted: save it without a password.")
    if "xl/workbook.xml" in inside or "content.xml" in inside or "xl/workbook.bin" in inside:
        return read_workbook(content, known, sheet)
    if any(name.startswith(("word/", "ppt/")) for name in inside):
        raise DataError("The file is an Office document but no workbook.")
    raise DataError("The file is a zip archive: unpack it and name the table inside.")


def _locked_by_manifest(archive: zipfile.ZipFile) -> bool:
    """An OpenDocument file under a password says so in its manifest."""
    name = "META-INF/manifest.xml"
    if name not in archive.namelist():
        return False
    with archive.open(name) as file:
        return b"encryption-data" in file.read(_MOST_MANIFEST)


def _ole(content: bytes, known: frozenset[str], sheet: str | None) -> Grid:
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise DataError("The workbook is protected by a password: save it without one.")
    if not (has("Workbook") or has("Book")):
        raise DataError("The file is an Office document but no workbook.")
    return read_workbook(content, known, sheet)
