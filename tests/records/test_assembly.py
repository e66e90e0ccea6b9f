"""Extracts together: every table present, numbers told apart, people filled in, kept and fetched again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from evaluation.follow_up.tables import table
from evaluation.records import Extract, assemble, load, read_extract, scan, schema
from evaluation.records import write as keep
from evaluation.records.assembly import _once
from evaluation.records.linking.review import REVIEW
from evaluation.records.schema import TABLES, bind_rules, empty

AS_OF = date(2012, 12, 31)
Write = Callable[..., Path]


def flare(write_file: Write, text: str, name: str = "flare", mapping: str = "flare") -> Extract:
    return read_extract(write_file(text, f"{name}.csv"), mapping, as_of=AS_OF)


CASES = (
    "Case Ref,Alleged Perpetrator,Perpetrator DOB,Date Opened,Complainant,Complainant Address\n"
    "1,Ann Other,1980-01-02,2011-01-02,Bo Peep,1 Road\n"
)
ACTIONS = "Case Ref,Action,Action Date\n1,Mediation,2011-02-02\n"


def test_every_table_is_there_with_all_its_columns() -> None:
    records = assemble([], as_of=AS_OF)
    assert list(records) == list(TABLES)
    assert all(frame.schema == empty(name).schema for name, frame in records.items())
    assert (records.as_of, len(records.coverage)) == (AS_OF, 0)


def test_assembled_tables_keep_the_rules_of_their_schema(write: Write) -> None:
    records = assemble([flare(write, CASES), flare(write, ACTIONS, "actions")], as_of=AS_OF)
    for name, frame in records.items():
        assert bind_rules(name).is_valid(frame)


def test_an_action_without_a_person_is_of_the_person_of_its_case(write: Write) -> None:
    records = assemble([flare(write, CASES), flare(write, ACTIONS, "actions")], as_of=AS_OF)
    given, case = records["Interventions"].row(0, named=True), records["Cases"].row(0, named=True)
    assert given["subject_id"] == case["subject_id"] is not None


def test_one_number_of_two_systems_is_two_cases(write: Write) -> None:
    other = (
        CASES.replace("Ann Other", "Cat Stevens")
        .replace("2011-01-02,Bo", "2012-05-05,Bo")
        .replace("Case Ref", "ASB Case Reference")
    )
    actions = ACTIONS.replace("Case Ref", "ASB Case Reference")
    records = assemble(
        [flare(write, CASES), flare(write, other, "b", "iworld"), flare(write, actions, "c", "iworld")], as_of=AS_OF
    )
    assert records["Cases"].select("case_id", "source").rows() == [("1", "flare"), ("iworld:1", "iworld")]
    assert records["Interventions"]["case_id"].to_list() == ["iworld:1"]
    assert any("used by more than one system" in note for note in records.notes)


def test_the_same_extract_twice_counts_once(write: Write) -> None:
    extract = flare(write, CASES)
    assert len(assemble([extract, extract], as_of=AS_OF)["Cases"]) == 1


def test_records_come_back_from_disk_as_they_were(tmp_path: Path, write: Write) -> None:
    records = assemble([flare(write, CASES), flare(write, ACTIONS, "actions")], as_of=AS_OF)
    keep(records, tmp_path / "kept")
    again = load(tmp_path / "kept")
    assert (again.as_of, again.notes, set(again.extras)) == (records.as_of, records.notes, set(records.extras))
    for name in TABLES:
        assert_frame_equal(again[name], records[name])
    assert_frame_equal(again.coverage, records.coverage)


def test_an_answered_review_is_honoured(write: Write, tmp_path: Path) -> None:
    one = "Incident Ref,Incident Date,Alleged Perpetrator,Perpetrator DOB,Perpetrator Address\n"
    first = flare(write, one + "1,2011-01-02,Ann Other,1980-01-02,1 Road\n")
    second = flare(
        write,
        one.replace("Alleged Perpetrator", "Nominal").replace("Perpetrator ", "Nominal ")
        + "2,2011-06-02,Ann Other,1951-07-09,1 Road\n",
        "b",
        "cedar",
    )
    apart = assemble([first, second], as_of=AS_OF)
    assert apart["Incidents"]["subject_id"].n_unique() == 2
    ids = sorted(apart["Incidents"]["subject_id"].to_list())
    answers = tmp_path / "review.csv"
    row = dict.fromkeys(REVIEW, "") | {"left": ids[0], "right": ids[1], "same": "yes"}
    pl.DataFrame([row]).write_csv(answers)
    assert assemble([first, second], as_of=AS_OF, answers=answers)["Incidents"]["subject_id"].n_unique() == 1


def test_the_schema_names_its_columns_and_refuses_other_tables() -> None:
    import pytest

    from evaluation.errors import DataError

    assert schema.required("Breaches") == ("intervention_id", "breached_on")
    with pytest.raises(DataError, match="Did you mean 'Cases'"):
        schema.table("Case")


def test_a_row_that_two_extracts_give_is_kept_once_and_in_its_place() -> None:
    rows = pl.DataFrame({"key": ["c", "a", "b", "a", "c", "a"], "says": [1, 2, 3, 2, 9, None]})
    assert _once(rows, "key").equals(rows.unique(maintain_order=True))
    assert _once(rows.head(3), "key").equals(rows.head(3))


def test_records_are_scanned_as_they_are_loaded(write: Write, tmp_path: Path) -> None:
    records = assemble([flare(write, CASES)], as_of=AS_OF)
    keep(records, tmp_path / "kept")
    scanned = scan(tmp_path / "kept")
    assert (scanned.as_of, list(scanned), len(scanned)) == (AS_OF, list(TABLES), len(TABLES))
    assert_frame_equal(scanned.coverage, records.coverage)
    assert_frame_equal(scanned["Cases"], records["Cases"])
    assert scanned.scan("Cases").select("case_id").collect().equals(records["Cases"].select("case_id"))
    assert "Nonsense" not in scanned
    assert table(scanned, "Cases").collect().equals(table(records, "Cases").collect())
