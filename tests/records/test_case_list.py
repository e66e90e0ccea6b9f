"""The case list: one spreadsheet row becomes a case, its reports and the intervention that was delivered."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from evaluation.records import Extract, read_extract, schema

HEADER = (
    "Case Ref", "Household Ref", "Scheme", "Ward", "Date Opened", "Intervention Date", "Date Closed",
    "Next Report Date", "Outcome", "Officer Cost", "Notes",
)  # fmt: skip
ROWS = (
    (
        "C001",
        "H1",
        "Mediation",
        "Abbey",
        "13/01/2011",
        "27/01/2011",
        "30/06/2011",
        "20/03/2011",
        "Resolved",
        "120.50",
        "music",
    ),
    ("C002", "H2", "No Action", "Abbey", "01/03/2011", "", "31/05/2011", "", "Closed no action", "", ""),
    ("C003", "H1", "ABC", "Barton", "14/04/2011", "", "", "", "", "12.00", ""),
)
Write = Callable[..., Path]


def text_of(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *rows])
    return out.getvalue()


def read(write: Write, *rows: tuple[str, ...], **options: object) -> Extract:
    return read_extract(write(text_of(rows)), "case_list", **options)  # type: ignore[arg-type]


def row(ref: str = "C1", **cells: str) -> tuple[str, ...]:
    usual = dict.fromkeys(HEADER, "") | {"Case Ref": ref, "Household Ref": "H1", "Date Opened": "13/01/2011"}
    return tuple((usual | {name.replace("_", " "): value for name, value in cells.items()})[name] for name in HEADER)


def test_a_row_becomes_a_case_two_reports_and_an_intervention(write: Write) -> None:
    tables = read(write, ROWS[0]).accepted
    assert {name: len(frame) for name, frame in tables.items()} == {"Cases": 1, "Interventions": 1, "Incidents": 2}
    case, given = tables["Cases"].row(0, named=True), tables["Interventions"].row(0, named=True)
    assert (case["case_id"], case["opened_on"], case["closed_on"]) == ("C001", date(2011, 1, 13), date(2011, 6, 30))
    assert (case["closure"], case["cost"], case["area"]) == ("resolved", Decimal("120.50"), "Abbey")
    assert (given["scheme"], given["started_on"], given["case_id"]) == ("mediation", date(2011, 1, 27), "C001")
    assert given["subject_id"] == case["subject_id"]
    assert tables["Incidents"]["occurred_on"].to_list() == [date(2011, 1, 13), date(2011, 3, 20)]
    assert tables["Incidents"]["subject_id"].unique().to_list() == [case["subject_id"]]
    assert all(list(frame.columns) == list(schema.columns(name)) for name, frame in tables.items())


def test_a_spreadsheet_gives_the_same_tables_as_text(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate((HEADER, *ROWS)):
            sheet.write_row(number, 0, cells)
    sheet_tables = read_extract(path, "case_list").accepted
    text_tables = read_extract(write(text_of(ROWS)), "case_list").accepted
    assert all(sheet_tables[name].equals(text_tables[name]) for name in text_tables)


@pytest.mark.parametrize("words", ["", "No Action", "no  action", "NO_ACTION", "Warning Letter", "warning letter "])
def test_untreated_words_give_no_intervention(write: Write, words: str) -> None:
    extract = read(write, row(Scheme=words, Intervention_Date="14/01/2011"))
    assert extract.rows_accepted == 1
    assert extract.accepted["Interventions"].is_empty()
    assert extract.unmapped.is_empty()


@pytest.mark.parametrize(
    ("words", "scheme"),
    [("Mediation", "mediation"), ("MEDIATION ", "mediation"), ("mediation in action", "mediation"), ("ABC", "abcs"),
     ("Acceptable  Behaviour Contract", "abcs"), ("asbo", "asbos"), ("family_support", "family_support"),
     ("City Counselling", "city_counselling"), ("The Elmore Team", "elmore")],
)  # fmt: skip
def test_schemes_match_whatever_their_case_and_spacing(write: Write, words: str, scheme: str) -> None:
    given = read(write, row(Scheme=words, Intervention_Date="14/01/2011")).accepted["Interventions"]
    assert given["scheme"].to_list() == [scheme]


def test_schemes_of_the_register_go_before_those_shipped(write: Write) -> None:
    schemes = {"quiet_hours_scheme": ["Quiet Hours Scheme", "QHS"]}
    extract = read(write, row(Scheme="qhs", Intervention_Date="14/01/2011"), schemes=schemes)
    assert extract.accepted["Interventions"]["scheme"].to_list() == ["quiet_hours_scheme"]


def test_a_scheme_without_a_date_was_not_delivered(write: Write) -> None:
    extract = read(write, row(Scheme="ABC"))
    assert extract.accepted["Interventions"].is_empty()
    assert extract.accepted["Incidents"]["incident_id"].to_list() == ["C1/opened"]


def test_an_unknown_scheme_is_set_aside_with_the_near_name(write: Write) -> None:
    extract = read(write, row(Scheme="Mediaton", Intervention_Date="14/01/2011"), row("C2"))
    assert extract.rejected["row"].to_list() == [1]
    assert extract.rejected["reasons"].to_list() == [["Scheme is no scheme of the register; did you mean 'mediation'?"]]


@pytest.mark.parametrize(
    ("words", "closure"),
    [("Resolved", "resolved"), ("Closed no action", "unresolved"), ("Moved away", "moved"), ("WITHDRAWN", "withdrawn"),
     ("Evicted", "evicted"), ("In custody", "custody"), ("Deceased", "died"), ("Duplicate", "duplicate")],
)  # fmt: skip
def test_outcomes_map_to_closures(write: Write, words: str, closure: str) -> None:
    case = read(write, row(Date_Closed="14/03/2011", Outcome=words)).accepted["Cases"]
    assert case["closure"].to_list() == [closure]


def test_an_unknown_outcome_is_kept_and_listed(write: Write) -> None:
    extract = read(write, row(Date_Closed="14/03/2011", Outcome="Resolvd"))
    assert extract.accepted["Cases"]["closure"].to_list() == [None]
    assert extract.unmapped.select("list", "word", "rows", "suggestion").rows() == [
        ("closures", "Resolvd", 1, "resolved")
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Date_Opened": "31/06/2011"}, "Date Opened: '31/06/2011' is not a date"),
        ({"Date_Opened": ""}, "Cases need Date Opened, and the row gives none"),
        ({"Household_Ref": ""}, "Household Ref is blank"),
        ({"Officer_Cost": "10.999"}, "Officer Cost: '10.999' is not an amount of pounds and pence"),
        ({"Officer_Cost": "-4"}, "Officer Cost is below zero"),
        ({"Date_Closed": "12/01/2011"}, "Date Closed is before Date Opened"),
        ({"Scheme": "ABC", "Intervention_Date": "12/01/2011"}, "Intervention Date is before Date Opened"),
        ({"Next_Report_Date": "12/01/2011"}, "Next Report Date is before Date Opened"),
        ({"Next_Report_Date": "01/01/2013"}, "Next Report Date is after the as-of date 2012-12-31"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_set_aside_with_its_reason(write: Write, cells: dict[str, str], reason: str) -> None:
    extract = read(write, row("C1", **cells), row("C2"), as_of=date(2012, 12, 31))
    assert (extract.rows_read, extract.rows_accepted) == (2, 1)
    assert reason in extract.rejected["reasons"].to_list()[0]
    assert extract.accepted["Cases"]["case_id"].to_list() == ["C2"]
    assert extract.rejected["Case Ref"].to_list() == ["C1"]


def test_a_report_before_the_intervention_is_kept(write: Write) -> None:
    extract = read(write, row(Scheme="ABC", Intervention_Date="20/01/2011", Next_Report_Date="15/01/2011"))
    assert extract.accepted["Incidents"]["occurred_on"].to_list() == [date(2011, 1, 13), date(2011, 1, 15)]


def test_a_rejected_row_feeds_no_table(write: Write) -> None:
    bad = row("C1", Scheme="ABC", Intervention_Date="20/01/2011", Officer_Cost="x")
    assert {name: len(frame) for name, frame in read(write, bad, row("C2")).accepted.items()} == {
        "Cases": 1, "Interventions": 0, "Incidents": 1,
    }  # fmt: skip


def test_the_same_row_twice_is_one_case_and_contradictions_are_none(write: Write) -> None:
    twice = read(write, row("C1"), row("C1"), row("C2"))
    assert (twice.accepted["Cases"]["case_id"].to_list(), twice.rejected["row"].to_list()) == (["C1", "C2"], [2])
    clash = read(write, row("C1"), row("C1", Ward="Elsewhere"), row("C2"))
    assert (clash.accepted["Cases"]["case_id"].to_list(), clash.rejected["row"].to_list()) == (["C2"], [1, 2])


def test_households_are_pseudonyms_that_agree_within_one_key(write: Write) -> None:
    path = write(text_of(ROWS))
    one, other = read_extract(path, "case_list", key=b"k" * 32), read_extract(path, "case_list", key=b"l" * 32)
    people = one.accepted["Cases"]["subject_id"].to_list()
    assert people[0] == people[2] != people[1]
    assert not set(people) & set(other.accepted["Cases"]["subject_id"].to_list())
    assert all(person.startswith("p_") and "H1" not in person for person in people)


def test_free_text_is_kept_as_flags_alone(write: Write) -> None:
    extract = read(write, row(Notes="Mrs Quillfeather says loud music, threatened her"))
    flags = extract.accepted["Incidents"]["flags"].to_list()
    assert flags == ["noise,threat"]
    assert all("Quillfeather" not in str(frame.rows()) for frame in extract.accepted.values())


def test_a_rule_can_warn_in_place_of_rejecting(write: Write, tmp_path: Path) -> None:
    from importlib.resources import files

    text = (files("evaluation.records") / "mappings" / "case_list.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace("[columns]", '[rules]\nclosed_on_not_before_opened_on = "warn"\n\n[columns]', 1))
    extract = read_extract(write(text_of([row(Date_Closed="12/01/2011")])), own)
    assert extract.rows_accepted == 1
    assert "warning, rule closed_on_not_before_opened_on: 1 rows of Cases" in extract.notes


def test_a_rule_that_does_not_exist_is_refused(write: Write, tmp_path: Path) -> None:
    from importlib.resources import files

    from evaluation.errors import DataError

    text = (files("evaluation.records") / "mappings" / "case_list.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace("[columns]", '[rules]\nclosed_before = "warn"\n\n[columns]', 1))
    with pytest.raises(DataError, match="no rule 'closed_before'"):
        read_extract(write(text_of(ROWS)), own)


def test_rows_of_every_kind_add_up(write: Write) -> None:
    extract = read(write, *ROWS, row("C9", Officer_Cost="x"), row("C9"), as_of=date(2012, 12, 31))
    assert extract.rows_read == extract.rows_accepted + len(extract.rejected) == 5
    assert isinstance(extract.rejected["reasons"].dtype, pl.List)
