"""React: cases linked under a super case are one chain, and the action log says when and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from evaluation.records import Records, assemble, measure, read_extract
from evaluation.records.extract import Extract

Write = Callable[..., Path]
AS_OF = date(2012, 12, 31)
HEADER = (
    "React Case Ref,Super Case,Perpetrator Ref,Category,Incident Ref,Incident Date,Date Opened,Date Closed,"
    "Closure Reason,Case Cost,Action Ref,Action Log Entry,Action Date,Action Cost"
)


def react(write: Write, *rows: str) -> tuple[Extract, Records]:
    extract = read_extract(write("\n".join([HEADER, *rows]) + "\n", "react.csv"), "react", as_of=AS_OF)
    assert extract.rows_accepted == len(rows)
    return extract, assemble([extract], as_of=AS_OF)


def case(number: str, above: str, person: str, opened: str, closed: str = "", cost: str = "") -> str:
    return f"{number},{above},{person},Noise,,,{opened},{closed},{'Resolved' if closed else ''},{cost},,,,"


CHAIN = (
    case("R1", "S1", "P1", "2011-01-10", "2011-02-01", "100.00"),
    case("R2", "S1", "P1", "2011-06-10", "2011-07-01"),
    "R2,,P1,Noise,,,,,,,A1,Mediation,2011-06-20,30.10",
    "R2,,P1,Noise,,,,,,,A2,Warning letter,2011-06-12,12.40",
    "R2,,P1,Noise,I1,2011-06-11,,,,,,,,",
)


def test_cases_of_one_super_case_are_one_chain(write: Write) -> None:
    extract, records = react(write, *CHAIN, case("R3", "", "P1", "2012-01-10"))
    assert records["Cases"].select("case_id", "opened_on", "closed_on", "cost").rows() == [
        ("R1", date(2011, 1, 10), date(2011, 7, 1), Decimal("142.50")),
        ("R3", date(2012, 1, 10), None, None),
    ]
    assert records["Incidents"]["case_id"].to_list() == ["R1"]
    assert records["Interventions"]["case_id"].unique().to_list() == ["R1"]
    assert "1 cases go on under the first case of their super case" in records.notes
    figures = measure([extract], records, as_of=AS_OF).tidy()
    row = figures.filter(pl.col("measure") == "super_cases").row(0, named=True)
    assert (row["count"], row["of"]) == (1, 2)


def test_the_action_log_fills_the_last_action_and_the_cost(write: Write) -> None:
    _, records = react(write, *CHAIN)
    assert records["Cases"]["last_action_on"].to_list() == [date(2011, 6, 20)]
    assert records["Interventions"].sort("intervention_id")["cost"].to_list() == [Decimal("30.10"), Decimal("12.40")]


@pytest.mark.parametrize(
    ("rows", "chains"),
    [
        (["R1,S1,P1", "R2,S1,P2"], ["R1", "R2"]),
        (["R1,S1,P1", "R2,S1,P2", "R3,S1,P1"], ["R1", "R2"]),
        (["R1,S1,P1", "R2,S1,"], ["R1"]),
        (["R1,,P1", "R2,R1,P1", "R3,R2,P1"], ["R1"]),
        (["R1,S1,P1", "R2,S2,P1"], ["R1", "R2"]),
        (["R1,Yes,P1", "R2,Yes,P1"], ["R1", "R2"]),
        (["R1,,P1", "R2,-,P1"], ["R1", "R2"]),
    ],
    ids=["two people", "a chain each", "nobody named", "linked in turn", "two super cases", "only a flag", "none"],
)
def test_a_chain_is_of_one_person_and_one_super_case(rows: list[str], chains: list[str], write: Write) -> None:
    told = [case(*row.split(","), f"2011-0{month}-10") for month, row in enumerate(rows, 1)]
    assert sorted(react(write, *told)[1]["Cases"]["case_id"]) == chains


def test_a_super_case_is_known_in_its_own_system_alone(write: Write) -> None:
    flare = read_extract(write("Case Ref,Date Opened\nS1,2011-01-01\nR1,2011-01-05\n", "flare.csv"), "flare")
    extract = read_extract(
        write("\n".join([HEADER, case("R1", "S1", "P1", "2011-02-10"), case("S1", "", "P1", "2011-03-10")]) + "\n"),
        "react",
    )
    records = assemble([flare, extract], as_of=AS_OF)
    assert records["Cases"].select("source", "case_id").sort("case_id").rows() == [
        ("flare", "R1"), ("flare", "S1"), ("react", "react:R1"),
    ]  # fmt: skip
