"""Spreadsheets: visible sheets alone, merged headings, true dates and serial numbers, damaged and empty files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import pytest
import xlsxwriter

from evaluation.errors import DataError
from evaluation.records import load_mapping, read_extract, write_rejected
from evaluation.records.rejected import LINE

HEADER = [column.names[0] for column in load_mapping("case_list").columns.values()]
Fill = Callable[[Any, Any], None]


def rows_into(book: Any, sheet: Any, top: int = 0, *, header: bool = True) -> None:
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    if header:
        sheet.write_row(top, 0, HEADER)
    sheet.write_row(top + 1, 0, ["C001", 12345, "Mediation", "Abbey"])
    sheet.write_datetime(top + 1, 4, datetime(2011, 3, 4), day)
    sheet.write_datetime(top + 1, 5, datetime(2011, 3, 9, 10, 30), day)
    sheet.write_number(top + 1, 9, 120.5)
    sheet.write_row(top + 2, 0, ["C002", "007", "", "Abbey", 40606])
    sheet.write_string(top + 2, 9, "£12.50")
    sheet.write_row(top + 3, 0, ["C003", "008", "ABC", "Abbey", "13/05/2011"])
    sheet.write_number(top + 3, 9, 0.1 + 0.2)


def workbook(path: Path, *fills: tuple[str, Fill]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, fill in fills:
            fill(book, book.add_worksheet(name))
    return path


def below_a_title(book: Any, sheet: Any) -> None:
    sheet.write(0, 0, "Cases of the council")
    rows_into(book, sheet, 3)
    sheet.write_row(8, 0, ["Total", "", "", "", "", "", "", "", "", 132.5])


def under_merged_headings(book: Any, sheet: Any) -> None:
    for place, name in enumerate(HEADER):
        if not 4 <= place <= 7:
            sheet.merge_range(0, place, 1, place, name)
    sheet.merge_range(0, 4, 0, 7, "Dates")
    sheet.write_row(1, 4, HEADER[4:8])
    rows_into(book, sheet, 1, header=False)


def under_split_headings(book: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["Case", "Household"])
    sheet.merge_range(0, 4, 0, 5, "Date")
    sheet.write_row(1, 0, ["Ref", "Ref", "Scheme", "Ward", "Opened", "of Intervention", *HEADER[6:]])
    rows_into(book, sheet, 1, header=False)


def hidden(book: Any, sheet: Any) -> None:
    rows_into(book, sheet)
    sheet.hide()


@pytest.mark.parametrize("fill", [rows_into, below_a_title, under_merged_headings, under_split_headings])
def test_dates_amounts_and_headings(fill: Fill, tmp_path: Path) -> None:
    extract = read_extract(workbook(tmp_path / "cases.xlsx", ("Cases", fill)), "case_list")
    cases = extract.accepted["Cases"]
    assert cases["opened_on"].to_list() == [date(2011, 3, 4), date(2011, 3, 4), date(2011, 5, 13)]
    assert cases["cost"].to_list() == [Decimal("120.50"), Decimal("12.50"), Decimal("0.30")]
    assert extract.rows_accepted == 3
    assert extract.rows_read - 3 == len(extract.rejected) == (1 if fill is below_a_title else 0)


def test_a_row_set_aside_says_its_sheet_and_row(tmp_path: Path) -> None:
    def wrong(book: Any, sheet: Any) -> None:
        sheet.write_row(3, 1, HEADER)
        sheet.write_row(5, 1, ["C009", "H1", "", "Abbey", "13/13/2011"])

    extract = read_extract(workbook(tmp_path / "cases.xlsx", ("2011", wrong), ("2012", wrong)), "case_list")
    assert extract.places.rows() == [(1, 6, "2011"), (2, 6, "2012")]
    (sheet,) = write_rejected([extract], tmp_path / "rejected")
    assert fastexcel.read_excel(sheet).load_sheet(0).to_polars()[LINE].to_list() == ["2011, row 6", "2012, row 6"]


def test_a_hidden_sheet_is_ignored_and_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "cases.xlsx", ("Now", rows_into), ("Old", hidden))
    extract = read_extract(path, "case_list")
    assert extract.rows_read == 3
    assert "hidden sheet 'Old' ignored" in extract.notes


def test_sheets_laid_out_alike_are_read_one_below_the_other(tmp_path: Path) -> None:
    def second(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["C009", "1", "", "Abbey", "14/05/2012"])

    path = workbook(tmp_path / "cases.xlsx", ("2011", rows_into), ("2012", second))
    assert read_extract(path, "case_list").accepted["Cases"]["case_id"].to_list() == ["C001", "C002", "C003", "C009"]


@pytest.mark.parametrize(
    ("fills", "words"),
    [
        ([("Empty", lambda book, sheet: None)], "is empty"),
        ([("Letter", lambda book, sheet: sheet.write(0, 0, "Dear Sir"))], "No visible sheet holds the table"),
        ([("A", rows_into), ("B", lambda book, sheet: sheet.write_row(0, 0, HEADER[::-1]))], "laid out differently"),
        ([("A", lambda book, sheet: sheet.write_row(0, 0, HEADER))], "no row of data"),
    ],
)
def test_workbooks_that_hold_no_one_table(fills: list[tuple[str, Fill]], words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        read_extract(workbook(tmp_path / "cases.xlsx", *fills), "case_list")


def test_a_workbook_that_calls_itself_text_is_read_and_a_cut_one_refused(tmp_path: Path) -> None:
    content = workbook(tmp_path / "cases.xlsx", ("Cases", rows_into)).read_bytes()
    path = tmp_path / "cases.csv"
    path.write_bytes(content)
    assert read_extract(path, "case_list").rows_read == 3
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="damaged or cut off"):
        read_extract(path, "case_list")


def test_an_error_in_a_cell_is_not_an_empty_cell(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        rows_into(book, sheet)
        sheet.write_formula(3, 7, "=1/0", value="#DIV/0!")

    extract = read_extract(workbook(tmp_path / "cases.xlsx", ("Cases", fill)), "case_list")
    assert extract.rejected["reasons"].to_list() == [
        ["Next Report Date: the cell holds a spreadsheet's error, not a value"]
    ]


def ods(rows: list[list[str | float | date]]) -> bytes:
    """A minimal OpenDocument spreadsheet."""

    def cell(value: str | float | date) -> str:
        if isinstance(value, date):
            return (
                f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p/></table:table-cell>'
            )
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p/></table:table-cell>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    names = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Cases">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    return out.getvalue()


def test_an_opendocument_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "cases.ods"
    row: list[str | float | date] = [
        "C1",
        "H1",
        "Mediation",
        "A",
        date(2011, 3, 4),
        date(2011, 3, 9),
        "",
        "",
        "",
        12.5,
        "",
    ]
    path.write_bytes(ods([list(HEADER), row]))
    case = read_extract(path, "case_list").accepted["Cases"].row(0, named=True)
    assert (case["opened_on"], case["cost"]) == (date(2011, 3, 4), Decimal("12.50"))


def test_an_opendocument_spreadsheet_under_a_password(tmp_path: Path) -> None:
    path = tmp_path / "cases.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
        archive.writestr("content.xml", b"\x01\x02")
    with pytest.raises(DataError, match="encrypted"):
        read_extract(path, "case_list")


def xls(rows: list[list[str | float]]) -> bytes:
    """A minimal BIFF8 workbook in a compound file, as Excel 97 wrote it."""
    import struct

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def cell(row: int, column: int, value: str | float) -> bytes:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, float):
            return record(0x0203, place + struct.pack("<d", value))
        return record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))

    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    sheet += b"".join(
        cell(row, column, value) for row, cells in enumerate(rows) for column, value in enumerate(cells) if value != ""
    )
    sheet += record(0x000A)
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)) + record(
        0x0042, struct.pack("<H", 1200)
    )

    def bound(offset: int) -> bytes:
        return record(0x0085, struct.pack("<IBBBB", offset, 0, 0, 5, 0) + b"Cases")

    offset = len(begin) + len(bound(0)) + len(record(0x000A))
    stream = begin + bound(offset) + record(0x000A) + sheet
    stream += bytes(-len(stream) % 512) if len(stream) >= 4096 else bytes(4096 - len(stream))
    sectors = len(stream) // 512

    def entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(text) if name else 0, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    folder = entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + entry("Workbook", 2, 2, len(stream)) + entry("", 0, 0, 0) * 2
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    return head + fat + folder + stream


def test_a_workbook_of_excel_97(tmp_path: Path) -> None:
    path = tmp_path / "cases.xls"
    path.write_bytes(xls([list(HEADER), ["C1", "H1", "Mediation", "A", "13/03/2011", 40615.0, "", "", "", 12.5, "n"]]))
    extract = read_extract(path, "case_list")
    case = extract.accepted["Cases"].row(0, named=True)
    assert (case["opened_on"], case["cost"]) == (date(2011, 3, 13), Decimal("12.50"))
    assert extract.accepted["Interventions"]["started_on"].to_list() == [date(2011, 3, 13)]
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(DataError, match=r"cannot be opened|no workbook"):
        read_extract(path, "case_list")
