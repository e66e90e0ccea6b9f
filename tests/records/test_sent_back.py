"""Rows that were set aside, mended and sent back: the file of rejected rows is itself an extract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from evaluation.records import Extract, read_extract, write_rejected
from evaluation.records.raw import LINE, REASONS, ROW

HEADER = ("Case Ref", "Household Ref", "Scheme", "Date Opened", "Intervention Date", "Date Closed", "Next Report Date",
          "Outcome", "Officer Cost", "Notes")  # fmt: skip
KEY = b"k" * 32
AS_OF = date(2012, 12, 31)


def workbook(path: Path, rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> Path:
    """A case list as a spreadsheet program saves it: dates as dates, sums as numbers."""
    book: Any = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"})
    with book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)
    return path


def case(ref: str = "C1", household: str = "H1", **cells: Any) -> tuple[Any, ...]:
    usual = dict.fromkeys(HEADER, "") | {"Case Ref": ref, "Household Ref": household}
    usual["Date Opened"] = datetime(2011, 5, 28)  # type: ignore[assignment]
    return tuple((usual | {name.replace("_", " "): value for name, value in cells.items()})[name] for name in HEADER)


def read(path: Path, key: bytes = KEY) -> Extract:
    return read_extract(path, "case_list", as_of=AS_OF, key=key)


def set_aside(extract: Extract, folder: Path) -> Path:
    """The file of the rows that an extract set aside."""
    return write_rejected([extract], folder)[0]


def sheet(path: Path) -> pl.DataFrame:
    return pl.read_excel(path, infer_schema_length=0)


def mended(path: Path, out: Path, **cells: str) -> Path:
    """The file of rejected rows with some columns put right in every row."""
    frame = sheet(path).with_columns(pl.lit(value).alias(name.replace("_", " ")) for name, value in cells.items())
    return workbook(out, frame.fill_null("").rows(), frame.columns)


def test_a_rejected_file_sent_back_unmended_is_set_aside_again(tmp_path: Path) -> None:
    first = read(workbook(tmp_path / "cases.xlsx", [case("C1", Officer_Cost="x"), case("C2")]))
    again = read(set_aside(first, tmp_path / "once"))
    assert (again.rows_read, again.rows_accepted) == (1, 0)
    assert again.notes[1].startswith("the columns of a file of rejected rows were dropped")
    twice = sheet(set_aside(again, tmp_path / "twice"))
    assert twice.columns == [ROW, LINE, REASONS, *HEADER]
    assert twice["Case Ref"].to_list() == ["C1"]


def test_a_column_of_the_owners_own_is_not_taken_for_ours(tmp_path: Path) -> None:
    rows = [(*case("C1", Officer_Cost="x"), "late", 7)]
    extract = read(workbook(tmp_path / "cases.xlsx", rows, (*HEADER, "Reasons", LINE)))
    kept = sheet(set_aside(extract, tmp_path / "rejected"))
    assert [name for name in kept.columns if name not in HEADER] == [ROW, LINE, REASONS, "Reasons_", f"{LINE}_"]


def test_dates_and_sums_of_a_spreadsheet_are_shown_as_they_are(tmp_path: Path) -> None:
    days = {"Date_Closed": datetime(2011, 8, 1), "Next_Report_Date": datetime(2011, 5, 28)}
    rows = [case("C1", Officer_Cost=1034.5600000000001, Notes="Ann Other", Intervention_Date="soon", **days),
            case("C2", Officer_Cost="about forty", Date_Closed="Ann Other"),
            case("C3", Officer_Cost="01908 123456", Date_Closed="01908 123456"),
            case("C4", Officer_Cost="over May")]  # fmt: skip
    path = set_aside(read(workbook(tmp_path / "cases.xlsx", rows)), tmp_path / "rejected")
    one, two, three, four = sheet(path).to_dicts()
    assert [one[name] for name in HEADER if name.endswith(("Opened", "Closed"))] == ["2011-05-28", "2011-08-01"]
    assert one["Next Report Date"] == "2011-05-28"
    assert (one["Officer Cost"][:7], one["Intervention Date"], one["Notes"]) == ("1034.56", "(withheld)", "(withheld)")
    assert (two["Officer Cost"], two["Date Closed"]) == ("about forty", "(withheld)")
    assert {three["Officer Cost"], three["Date Closed"], four["Officer Cost"]} == {"(withheld)"}


def test_a_spreadsheet_of_dates_is_mended_from_its_rejected_file(tmp_path: Path) -> None:
    first = read(workbook(tmp_path / "cases.xlsx", [case("C1", Date_Closed=datetime(2011, 1, 1))]))
    again = read(mended(set_aside(first, tmp_path / "rejected"), tmp_path / "mended.xlsx", Date_Closed="2011-06-30"))
    assert again.rows_accepted == 1
    assert again.accepted["Cases"].select("opened_on", "closed_on").row(0) == (date(2011, 5, 28), date(2011, 6, 30))
