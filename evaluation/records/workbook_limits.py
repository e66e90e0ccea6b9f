"""What must be known of a workbook before it is opened: how far its sheets reach, how large it unpacks, its first day.

The reader of workbooks keeps every cell from the first to the last one used. A space typed by mistake into the last
cell of a sheet would ask for half a terabyte, and the process would end without a word: so it is looked for first.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

from evaluation.errors import DataError

MOST_CELLS = 60_000_000
MOST_BYTES = 4 << 30
FIRST_DAY, FIRST_DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)
"""Day 0 of the two calendars of spreadsheets, from which their serial numbers count."""
_SHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$")
_LAST_ROW = re.compile(rb'<(?:\w+:)?(?:row|c)\b[^>]*?\br="[A-Z]{0,3}(\d{1,9})"')
_COLUMNS = (
    (re.compile(rb'\br="([A-Z]{3})\d'), 16_384),
    (re.compile(rb'\br="([A-Z]{2})\d'), 702),
    (re.compile(rb'\br="([A-Z])\d'), 26),
)
_TAIL = 1 << 20


def check_limits(content: bytes) -> None:
    """Refuse a workbook that would not fit into memory.

    Raises
    ------
    DataError
        A sheet reaches too far, or the file unpacks to too much.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
            raise DataError("The workbook unpacks to more than 4 GB: export the table as CSV.")
        for member in archive.infolist():
            if _SHEET.match(member.filename):
                _check_sheet(archive.read(member))


def _check_sheet(xml: bytes) -> None:
    rows = _last_row(xml)
    if rows * _columns(xml, rows) > MOST_CELLS:
        raise DataError(
            f"A sheet of the workbook reaches down to row {rows:,} and too far to the right for its table: "
            "delete the rows and columns beyond the table (one cell there may hold a space), and save it again."
        )


def _last_row(xml: bytes) -> int:
    """The last row that holds a cell; rows stand in their order."""
    found = _LAST_ROW.findall(xml[-_TAIL:]) or _LAST_ROW.findall(xml)
    return max((int(number) for number in found), default=0)


def _columns(xml: bytes, rows: int) -> int:
    """The last column used, or as many as cannot matter for so few rows."""
    for pattern, most in _COLUMNS:
        if pattern.search(xml) is None:
            continue
        if rows * most <= MOST_CELLS:
            return most
        return max(_number(letters) for letters in set(pattern.findall(xml)))
    return 1


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def first_day(content: bytes) -> date:
    """The day from which a workbook's serial numbers count: some count from 1904."""
    if not content.startswith(b"PK"):
        return FIRST_DAY
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return FIRST_DAY
        with archive.open("xl/workbook.xml") as file:
            head = file.read(_TAIL)
    return FIRST_DAY_1904 if re.search(rb'date1904="(?:1|true)"', head) else FIRST_DAY
