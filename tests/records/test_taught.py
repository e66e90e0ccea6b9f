"""Words in no code list are taught by the listing of them, filled in and named in partnership.toml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from evaluation.errors import DataError
from evaluation.records import Extract, read_extract, read_taught, write_rejected

HEADER = "Case Ref,Household Ref,Scheme,Date Opened,Intervention Date,Date Closed,Next Report Date,Outcome\n"
LONG = "Closed after a very long conversation with everybody concerned"
ROWS = (
    "C1,H1,,13/01/2011,,30/06/2011,,Sorted\nC2,H2,Mediation Svc,13/01/2011,20/01/2011,,,\n"
    f"C3,H3,,13/01/2011,,30/06/2011,,{LONG}\nC4,H4,,13/01/2011,,30/06/2011,,Resolved\n"
)
Write = Callable[..., Path]


def filled(listing: Path, out: Path, **codes: str) -> Path:
    """The listing of words with codes filled in by their beginnings."""
    frame = pl.read_excel(listing, infer_schema_length=0).fill_null("")
    book = xlsxwriter.Workbook(out)
    with book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, frame.columns)
        for number, row in enumerate(frame.iter_rows(named=True), 1):
            code = next((code for word, code in codes.items() if row["Word"].startswith(word)), "")
            sheet.write_row(number, 0, list((row | {"Your code": code}).values()))
    return out


def closures(extract: Extract) -> list[str | None]:
    return extract.accepted["Cases"].sort("case_id")["closure"].to_list()


def test_the_filled_listing_is_read_back(write: Write, tmp_path: Path) -> None:
    path = write(HEADER + ROWS)
    first = read_extract(path, "case_list")
    assert (first.rows_accepted, closures(first)) == (3, [None, None, "resolved"])
    listing = write_rejected([first], tmp_path / "rejected")[-1]
    own = filled(listing, tmp_path / "words.xlsx", Sorted="Resolved", Mediation="mediation", Closed="withdrawn")
    again = read_extract(path, "case_list", taught=read_taught(own))
    assert (again.rows_accepted, closures(again)) == (4, ["resolved", None, "withdrawn", "resolved"])
    assert again.accepted["Interventions"]["scheme"].to_list() == ["mediation"]
    assert again.unmapped.is_empty()


def test_an_answer_for_one_extract_stays_there_where_answers_differ(write: Write) -> None:
    words = "Word,Your code,Code list,Extract\nSorted,resolved,closures,old\nSorted,withdrawn,closures,new\n"
    taught = read_taught(write(words, "words.csv"))
    path = write(HEADER + "C1,H1,,13/01/2011,,30/06/2011,,SORTED\n")
    by_name = {
        name: closures(read_extract(path, "case_list", taught=taught, name=name)) for name in ("old", "new", "x")
    }
    assert by_name == {"old": ["resolved"], "new": ["withdrawn"], "x": [None]}


def test_a_category_is_known_by_its_letter_in_either_case(write: Write) -> None:
    taught = read_taught(write("Word,Your code,Code list\nhullabaloo,a,categories\n", "words.csv"))
    text = "Incident Ref,Incident Date,Complaint Type\nI1,13/01/2011,Hullabaloo\n"
    incidents = read_extract(write(text, "flare.csv"), "flare", taught=taught).accepted["Incidents"]
    assert incidents["category"].to_list() == ["A"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("Word,Your code,Code list\nSorted,resolvd,closures\n", "'resolvd' is no code of closures. Did you mean"),
     ("Word,Code,Code list\nSorted,resolved,closures\n", "no column 'Your code'"),
     ("Word,Your code,Code list\nSorted,resolved,closures\nSORTED,moved,closures\n", "stands under two codes")],
)  # fmt: skip
def test_what_cannot_be_taught_is_refused(text: str, why: str, write: Write) -> None:
    path = write(HEADER + ROWS)
    with pytest.raises(DataError, match=why):
        read_extract(path, "case_list", taught=read_taught(write(text, "words.csv")))


def test_a_damaged_workbook_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="neither a workbook nor"):
        read_taught(write(b"PK not a workbook", "words.xlsx"))


def test_check_says_where_to_teach_and_reads_what_was_taught(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from evaluation.cli import run

    folder = tmp_path / "town"
    (folder / "extracts").mkdir(parents=True)
    (folder / "extracts/cases.csv").write_text(HEADER + ROWS)
    settings = (
        'name = "Town"\nas_of = 2012-12-31\nsynthetic = true\n'
        '[extracts.cases]\npath = "extracts/cases.csv"\nmapping = "case_list"\n'
    )
    (folder / "partnership.toml").write_text(settings)
    assert run(["check", "--workspace", str(folder)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Words to teach" in said
    assert "rarer words in 3 rows" in said
    assert "The outcome of 2 of 3 closed cases is blank or in no code list" in said
    # A row a case is no log of actions, and its reports cannot but have their case.
    assert "No action for three months not recorded" in said
    assert "Incidents not linked to their case not recorded" in said
    (folder / "decisions").mkdir()
    listing = folder / "build/rejected/words-in-no-list.xlsx"
    filled(listing, folder / "decisions/words.xlsx", Sorted="resolved", Mediation="mediation", Closed="withdrawn")
    (folder / "partnership.toml").write_text(settings + '[decisions]\nwords = "decisions/words.xlsx"\n')
    assert run(["check", "--workspace", str(folder)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "4 accepted" in said
    assert "Words to teach" not in said
    assert "The outcome of" not in said
    filled(folder / "decisions/words.xlsx", folder / "decisions/words.xlsx", Sorted="moved", Mediation="mediation")
    assert run(["check", "--workspace", str(folder)]) == 0
    assert pl.read_parquet(folder / "build/records/Cases.parquet")["closure"].to_list()[0] == "moved"
