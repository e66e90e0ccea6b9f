"""Files that look right and are not: read correctly, or set aside, or refused in one sentence; never guessed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from evaluation.errors import DataError
from evaluation.records import load_mapping, read_extract
from evaluation.records.extract import Extract

Write = Callable[..., Path]
HEADER = ",".join(column.names[0] for column in load_mapping("case_list").columns.values())
ROW = "C001,H1,Mediation,Abbey,13/01/2011,27/01/2011,30/06/2011,20/03/2011,Resolved,120.50,music"


def row(**cells: str) -> str:
    named = dict(zip(HEADER.split(","), ROW.split(","), strict=True))
    return ",".join((named | {name.replace("_", " "): cell for name, cell in cells.items()}).values())


def lines(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def reasons(extract: Extract) -> list[str]:
    return [found[0] for found in extract.rejected["reasons"].to_list()]


def book(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as made:
        sheet = made.add_worksheet("Cases")
        sheet.write_row(0, 0, HEADER.split(","))
        fill(made, sheet)
    return out.getvalue()


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "#NAME?", "########"])
@pytest.mark.parametrize("column", ["Case Ref", "Household Ref", "Ward", "Date Opened", "Officer Cost"])
def test_a_spreadsheets_error_is_no_value(cell: str, column: str, write: Write) -> None:
    extract = read_extract(write(lines(row(**{column: cell}))), "case_list")
    assert reasons(extract) == [f"{column}: the cell holds a spreadsheet's error, not a value"]


def test_an_error_in_what_is_never_kept_does_no_harm(write: Write) -> None:
    assert read_extract(write(lines(row(Notes="#REF!"))), "case_list").rows_accepted == 1


def test_a_formula_is_no_value_and_protected_figures_are(write: Write) -> None:
    extract = read_extract(write(lines(row(Case_Ref='"=""00123"""'), row(Case_Ref="=A1+1"))), "case_list")
    assert extract.accepted["Cases"]["case_id"].to_list() == ["00123"]
    assert reasons(extract) == ["Case Ref: the cell holds a formula, not a value"]


@pytest.mark.parametrize("stray", ["music", 'a 12" pipe'])
def test_a_heading_over_two_lines(stray: str, write: Write) -> None:
    header = HEADER.replace("Officer Cost", '"Officer\nCost (£)"').replace("Date Opened", '"Date\nOpened"')
    extract = read_extract(write(f"Cases\n{header}\n{ROW}\n{row(Case_Ref='C2', Notes=stray)}\nx\n"), "case_list")
    assert extract.accepted["Cases"]["cost"].to_list() == [Decimal("120.50")] * 2
    assert (extract.rows_read, extract.places.rows()) == (3, [(3, 5, None)])


@pytest.mark.parametrize("end", ["\r", "\r\r\n"])
def test_line_ends_of_several_kinds(end: str, write: Write) -> None:
    text = lines(ROW, row(Case_Ref="C2", Notes='"one\rtwo"')) + f"{row(Case_Ref='C3')}{end}{row(Case_Ref='C4')}\r\n"
    extract = read_extract(write(text), "case_list")
    assert extract.accepted["Cases"]["case_id"].to_list() == ["C001", "C2", "C3", "C4"]


def test_one_damaged_letter_does_not_change_the_others(write: Write) -> None:
    text = lines(*(row(Case_Ref=f"C{n}", Ward="Cefn Gŵyr") for n in range(9))).encode()
    extract = read_extract(write(text.replace(b"music", b"mus\xffic", 1)), "case_list")
    assert "encoding utf-8 with 1 damaged letters" in extract.notes
    assert extract.accepted["Cases"]["area"].unique().to_list() == ["Cefn Gŵyr"]


def test_letters_without_width_are_dropped(write: Write) -> None:
    extract = read_extract(write(lines("\u200b" + ROW.replace(",", ",\u200b"))), "case_list")
    assert extract.accepted["Cases"]["case_id"].to_list() == ["C001"]


def test_figures_that_a_spreadsheet_has_cut_off_are_told(write: Write) -> None:
    extract = read_extract(write(lines(row(Case_Ref="12345678901234500000"))), "case_list")
    assert "Case Ref: 1 identifiers seem to have lost the figures after their fifteenth" in extract.notes


@pytest.mark.parametrize("serial", [True, False])
def test_a_workbook_whose_days_count_from_1904(serial: bool, write: Write) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, ["C1", "H1", "", "Abbey"])
        if serial:
            sheet.write_number(1, 4, 39144)
        else:
            sheet.write_datetime(1, 4, datetime(2011, 3, 4), made.add_format({"num_format": "dd/mm/yyyy"}))

    extract = read_extract(write(book(fill, date_1904=True), "cases.xlsx"), "case_list")
    assert extract.accepted["Cases"]["opened_on"].to_list() == [date(2011, 3, 4)]
    assert "the workbook's days count from 1904" in extract.notes


@pytest.mark.parametrize(("line", "column"), [(1048575, 16383), (1048575, 200), (90_000, 700)])
def test_a_cell_far_from_the_table_is_refused_before_it_is_read(line: int, column: int, write: Write) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, ROW.split(","))
        sheet.write_string(line, column, " ")

    with pytest.raises(DataError, match=f"reaches down to row {line + 1:,}"):
        read_extract(write(book(fill), "cases.xlsx"), "case_list")


def test_a_cell_to_the_right_of_few_rows_is_read(write: Write) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, ROW.split(","))
        sheet.write_string(1, 2000, "x")

    assert read_extract(write(book(fill), "cases.xlsx"), "case_list").rows_accepted == 1


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


REFUSED: dict[str, tuple[bytes, str]] = {
    "a web page by its meta": (b'<meta charset="utf-8"><table><tr><td>Case Ref</td></tr></table>', "web page"),
    "a saved web page": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>", "web page"),
    "a document": (zipped(**{"word/document.xml": b"<w/>"}), "Office document but no workbook"),
    "a workbook of zeros": (zipped(**{"xl/workbook.xml": bytes(10_000_000)}), "cannot be opened"),
    "columns that differ in case": (lines(ROW).replace("Notes", "WARD").encode(), "more than once: 'Ward', 'WARD'"),
}


@pytest.mark.parametrize("form", REFUSED)
def test_refused_with_one_clear_sentence(form: str, write: Write) -> None:
    content, words = REFUSED[form]
    with pytest.raises(DataError) as refused:
        read_extract(write(content, "cases.xlsx"), "case_list")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
