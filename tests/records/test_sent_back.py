"""Rows that were set aside, mended and sent back: the file of rejected rows is itself an extract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
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


def households(extract: Extract) -> dict[str, str]:
    return dict(extract.accepted["Cases"].select("case_id", "subject_id").iter_rows())


def test_a_household_sent_back_by_its_pseudonym_stays_one_household(tmp_path: Path) -> None:
    rows = [case("C1", "H 1", Officer_Cost="x"), case("C2", "h-1"), case("C3", "H2")]
    first = read(workbook(tmp_path / "cases.xlsx", rows))
    path = set_aside(first, tmp_path / "rejected")
    assert "H 1" not in str(sheet(path).rows())
    again = read(mended(path, tmp_path / "mended.xlsx", Officer_Cost="12.50"))
    assert households(again)["C1"] == households(first)["C2"] != households(first)["C3"]
    # A file that is set aside and sent back twice keeps its people too.
    twice = set_aside(read(mended(path, tmp_path / "still.xlsx", Officer_Cost="y")), tmp_path / "twice")
    third = read(mended(twice, tmp_path / "third.xlsx", Officer_Cost="12.50"))
    assert households(third) == households(again)


def test_a_pseudonym_that_was_not_made_here_is_refused(tmp_path: Path) -> None:
    first = read(workbook(tmp_path / "cases.xlsx", [case("C1", Officer_Cost="x")]))
    path = set_aside(first, tmp_path / "rejected")
    [ours] = sheet(path)["Household Ref"].to_list()
    bare, _, seal = ours.partition("-")
    strangers = [
        bare,
        "r_56bfa20e0123456789ab",
        f"{bare}-{'0' * 12}",
        f"p_{'0' * 20}-{seal}",
        ours.upper(),
        "(withheld)",
    ]
    rows = [case(f"C{number}", household) for number, household in enumerate(strangers)]
    extract = read(workbook(tmp_path / "strange.xlsx", [*rows, case("C9", ours)]))
    assert households(extract).keys() == {"C9"}
    reasons = [reason for [reason] in extract.rejected["reasons"].to_list()]
    assert len(reasons) == 6
    assert reasons[-1] == "Household Ref: withheld in the file of rejected rows; put your own value back"
    assert {reason.partition("; ")[2] for reason in reasons[:-1]} == {"put your own reference back"}
    # Set aside once more, a stranger must not leave with our seal.
    assert set(sheet(set_aside(extract, tmp_path / "again"))["Household Ref"].to_list()) == {"(withheld)"}
    assert read(mended(path, tmp_path / "other.xlsx", Officer_Cost="1"), key=b"o" * 32).rows_accepted == 0


@pytest.mark.parametrize("column", ["Case Ref", "Date Opened", "Officer Cost", "Scheme"])
def test_what_was_withheld_is_asked_for_again(column: str, tmp_path: Path) -> None:
    row = dict(zip(HEADER, case("C1"), strict=True)) | {column: "(withheld)"}
    extract = read(workbook(tmp_path / "cases.xlsx", [tuple(row.values())]))
    assert f"{column}: withheld in the file of rejected rows; put your own value back" in extract.rejected["reasons"][0]


def test_whether_there_is_a_lead_officer_survives_being_set_aside(tmp_path: Path) -> None:
    header = (
        "Incident Ref",
        "Case Ref",
        "Incident Date",
        "Complaint Type",
        "Date Opened",
        "Date Closed",
        "Lead Officer",
    )
    rows = [("I1", "K1", "13/01/2011", "Noise", "14/01/2011", "soon", "No"),
            ("I2", "K2", "13/01/2011", "Noise", "14/01/2011", "soon", "Ann Other")]  # fmt: skip
    first = read_extract(workbook(tmp_path / "flare.xlsx", rows, header), "flare", as_of=AS_OF, key=KEY)
    path = set_aside(first, tmp_path / "rejected")
    assert "Ann Other" not in str(sheet(path).rows())
    again = read_extract(mended(path, tmp_path / "m.xlsx", Date_Closed="01/02/2011"), "flare", as_of=AS_OF, key=KEY)
    assert again.accepted["Cases"]["has_lead"].to_list() == [False, True]
