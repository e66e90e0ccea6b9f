"""The review of uncertain pairs: asked in one file, answered by a person, honoured on the next run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.records import Records, assemble, load, read_extract, write
from evaluation.records.linking.answers import read_answers
from evaluation.records.linking.review import decide

Write = Callable[..., Path]
AS_OF = date(2012, 12, 31)
PAIRS = pl.DataFrame(
    {
        "left": ["a", "b", "c"],
        "right": ["b", "c", "d"],
        "probability": [0.99, 0.6, 0.1],
        "agree": ["name"] * 3,
        "differ": [None] * 3,
    },
    schema_overrides={"differ": pl.String},
)
FLARE = (
    "Incident Ref,Case Ref,Incident Date,Complaint Type,Premises Address"
    ",Alleged Perpetrator,Perpetrator DOB,Date Opened"
)
CEDAR = "Crime Ref,CEDAR Ref,Incident Date,Incident Type,Location,Nominal,Nominal DOB,Date Opened"
SAM = "Sam Example,1980-01-13"


@pytest.fixture
def council(write: Write) -> Callable[..., Records]:
    """Two systems that tell of one man: two reports of one day in one place, two cases of different kinds."""
    ours = [f"F{number},,2011-03-{number:02d},Litter,{number} Road," + ",," for number in range(10, 28)]
    theirs = [f"C{number},,2010-03-{number:02d},Litter,{number} Street," + ",," for number in range(10, 28)]
    ours += [f"F1,,2011-05-13,Noise,1 High Street,{SAM},", f",FC1,,Noise,,{SAM},2011-06-01"]
    theirs += ["C1,,2011-05-13,Drugs,1 High Street,,,", f",CC1,,Drugs,,{SAM},2011-06-15"]

    def run(answers: Path | None = None) -> Records:
        extracts = [
            read_extract(write("\n".join([header, *rows]) + "\n", f"{name}.csv"), name)
            for name, header, rows in (("flare", FLARE, ours), ("cedar", CEDAR, theirs))
        ]
        return assemble(extracts, as_of=AS_OF, answers=answers)

    return run


def answered(records: Records, folder: Path, **answers: str) -> Path:
    """The review as the run wrote it, with an answer to every pair of a kind."""
    write(records, folder)
    path = folder / "linking" / "review.csv"
    asked = pl.read_csv(path, infer_schema=False)
    said = pl.col("about").replace_strict(answers, default="")
    asked.with_columns(same=said).write_csv(path)
    return path


def test_people_are_asked_about_between_the_bounds() -> None:
    linked, asked = decide(PAIRS)
    assert (linked.rows(), asked.select("left", "right").rows()) == ([("a", "b")], [("b", "c")])
    yes = pl.DataFrame({"left": ["b"], "right": ["c"], "same": [True]})
    linked, asked = decide(PAIRS, yes)
    assert (sorted(linked.rows()), len(asked)) == ([("a", "b"), ("b", "c")], 0)
    no = pl.DataFrame({"left": ["a"], "right": ["b"], "same": [False]})
    assert decide(PAIRS, no)[0].is_empty()


def test_reports_and_cases_are_asked_about_and_stay_apart_until_answered(
    council: Callable[..., Records], tmp_path: Path
) -> None:
    records = council()
    asked = records.extras["review"]
    assert asked.select("about", "left", "right").rows() == [("report", "F1", "C1"), ("case", "CC1", "FC1")]
    assert asked["left_found"].to_list() == ["flare, 2011-05-13", "cedar, 2011-06-15"]
    assert asked.select("agree", "differ").rows() == [("day place", "category"), ("person", "category")]
    assert {"F1", "C1"} <= set(records["Incidents"]["incident_id"])
    assert {"FC1", "CC1"} <= set(records["Cases"]["case_id"])
    write(records, tmp_path)
    assert load(tmp_path).extras["review"].equals(asked)


def test_yes_joins_and_is_not_asked_again(council: Callable[..., Records], tmp_path: Path) -> None:
    records = council(answered(council(), tmp_path, report="yes", case="Yes"))
    assert {"F1", "C1"} & set(records["Incidents"]["incident_id"]) == {"C1"}
    assert {"FC1", "CC1"} & set(records["Cases"]["case_id"]) == {"FC1"}
    assert records.extras["review"].is_empty()
    assert records.extras["duplicates"].row(0, named=True)["how"] == "answer"


def test_no_keeps_apart_and_is_not_asked_again(council: Callable[..., Records], tmp_path: Path) -> None:
    records = council(answered(council(), tmp_path, report="no", case="n"))
    assert {"F1", "C1"} <= set(records["Incidents"]["incident_id"])
    assert {"FC1", "CC1"} <= set(records["Cases"]["case_id"])
    assert records.extras["review"].is_empty()


def test_an_answer_goes_before_a_cited_number(write: Write, tmp_path: Path) -> None:
    flare = read_extract(write("Incident Ref,Incident Date\nF1,2011-05-13\n", "f.csv"), "flare")
    cedar = read_extract(write("Crime Ref,Incident Date,FLARE Ref\nC1,2011-05-13,F1\n", "c.csv"), "cedar")
    assert len(assemble([flare, cedar], as_of=AS_OF)["Incidents"]) == 1
    said = write("about,left,right,same\nreport,F1,C1,no\n", "answers.csv")
    assert len(assemble([flare, cedar], as_of=AS_OF, answers=said)["Incidents"]) == 2


def test_an_answer_about_records_that_are_gone_is_told(council: Callable[..., Records], tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("about,left,right,same\nreport,F1,C1,yes\ncase,FC1,GONE,yes\nperson,p_1,p_2,no\n")
    records = council(path)
    assert records.notes[-1] == "2 pairs answered in the review are no longer in the records, and were left out"
    assert {"F1", "C1"} & set(records["Incidents"]["incident_id"]) == {"C1"}
    assert "FC1" in set(records["Cases"]["case_id"])


def test_the_last_answer_counts(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("about,left,right,same\ncase,CC1,FC1,no\ncase,FC1,CC1,yes\n")
    assert read_answers(path).rows() == [("case", "CC1", "FC1", True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("left,right,same\na,b,perhaps\n", "neither yes nor no"),
        ("about,left,right,same\nhouse,a,b,yes\n", "about none of person, report, case"),
        ("left,right\na,b\n", "no column same"),
    ],
)
def test_an_answer_that_is_none_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_answers(path)


def test_answers_of_an_older_review_are_about_people(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text("left,right,probability,same_person\nb,a,0.5,y\nc,d,0.4,\n")
    assert read_answers(path).rows() == [("person", "a", "b", True)]
    assert read_answers(tmp_path / "none.csv").is_empty()
