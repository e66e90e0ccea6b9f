"""The as-of date: a later day is a slip, unless the whole extract was taken later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from evaluation.records import load_mapping, read_extract

HEADER = ",".join(column.names[0] for column in load_mapping("case_list").columns.values())
AS_OF = date(2012, 6, 30)
Write = Callable[..., Path]


def rows(count: int, opened: str) -> list[str]:
    return [f"{opened}-{number},H{number},,A,{opened},,,,,,,"[:-1] for number in range(count)]


def text(*lines: str) -> str:
    return "\n".join([HEADER, *lines]) + "\n"


STRADDLING = "S1,H1,Mediation,A,2012-01-05,2012-02-01,2012-09-01,2012-08-01,Resolved,,"
STARTED_LATER = "S2,H2,Mediation,A,2012-01-05,2012-08-01,,,,,"


def test_a_later_day_is_a_slip_in_an_extract_of_its_time(write: Write) -> None:
    extract = read_extract(write(text(*rows(100, "2012-01-02"), STRADDLING, STARTED_LATER)), "case_list", as_of=AS_OF)
    assert extract.rejected["Case Ref"].to_list() == ["S1", "S2"]
    assert "Date Closed is after the as-of date 2012-06-30" in extract.rejected["reasons"].to_list()[0]


def test_an_extract_taken_later_is_cut_and_its_cases_stay_as_they_stood(write: Write) -> None:
    later = rows(30, "2012-11-01")
    extract = read_extract(
        write(text(*rows(100, "2012-01-02"), STRADDLING, STARTED_LATER, *later)), "case_list", as_of=AS_OF
    )
    assert (extract.rows_read, extract.rows_accepted, len(extract.rejected)) == (132, 102, 30)
    assert extract.rejected["reasons"].list.first().unique().to_list() == [
        "the row begins after the as-of date 2012-06-30"
    ]
    case = extract.accepted["Cases"].row(by_predicate=extract_of("S1"), named=True)
    assert (case["closed_on"], case["closure"]) == (None, None)
    assert "S1/next" not in extract.accepted["Incidents"]["incident_id"].to_list()
    assert extract.accepted["Interventions"]["case_id"].to_list() == ["S1"]
    assert "the extract was taken later than 2012-06-30 and was cut at that date" in extract.notes


def test_rows_that_merely_begin_later_are_no_rows_to_mend(write: Write, tmp_path: Path) -> None:
    import polars as pl

    from evaluation.records import assemble, measure, write_rejected

    bad = "B1,H1,,A,2012-01-05,,2012-01-01,,,,"
    late_and_bad = "B2,H1,,A,2012-11-05,,,,,x,"
    extract = read_extract(
        write(text(*rows(69, "2012-01-02"), bad, late_and_bad, *rows(30, "2012-11-01"))), "case_list", as_of=AS_OF
    )
    assert (len(extract.rejected), int(extract.only_later.sum())) == (32, 30)
    path = write_rejected([extract], tmp_path / "rejected")[0]
    assert pl.read_excel(path)["Case Ref"].to_list() == ["B1", "B2"]
    quality = measure([extract], assemble([extract], as_of=AS_OF), as_of=AS_OF)
    row = next(row for row in quality.to_json()["tests"] if row["test"] == "rows_rejected")
    assert (row["count"], row["of"]) == (2, 71)
    assert "101 rows read = 69 accepted + 2 set aside + 30 begun later" in quality.scorecard()


def extract_of(ref: str):
    import polars as pl

    return pl.col("case_id") == ref


def test_without_an_as_of_date_nothing_is_late(write: Write) -> None:
    assert read_extract(write(text(STRADDLING, STARTED_LATER)), "case_list").rows_accepted == 2
