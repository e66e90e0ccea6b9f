"""Tables of counts: margins, sub-totals, and what is a part of what."""

from __future__ import annotations

from datetime import date

import polars as pl

from analyses import ladder as study
from evaluation.aggregates import AGES, DEALT_WITH, OLDEST, RUNGS, hierarchies, ladder, tables, with_margins
from evaluation.publishing.release import Rules, release_tables

AS_OF = date(2012, 12, 31)


def counts(frame: pl.DataFrame) -> dict[tuple[str, ...], int]:
    dimensions = [name for name in frame.columns if name not in ("count", "contributors", "largest")]
    return {tuple(row[name] for name in dimensions): row["count"] for row in frame.to_dicts()}


def records() -> dict[str, pl.DataFrame]:
    days = [date(2011, 3, 1)] * 30 + [date(2011, 4, 2)] * 20 + [date(2012, 4, 2)] * 40
    incidents = pl.DataFrame(
        {
            "incident_id": [f"i{i}" for i in range(90)],
            "subject_id": [f"p{i}" for i in range(90)],
            "area": ["North" if i % 2 else "South" for i in range(90)],
            "category": ["A"] * 90,
            "occurred_on": days,
        }
    )
    opened = [date(2012, 11, 1), date(2012, 3, 1), date(2011, 6, 1), date(2009, 1, 1), *[date(2012, 1, 1)] * 3]
    cases = pl.DataFrame(
        {
            "case_id": [f"c{i}" for i in range(7)],
            "subject_id": [f"p{i}" for i in range(7)],
            "service": ["Police"] * 7,
            "opened_on": opened,
            "closed_on": [None, None, None, None, date(2012, 2, 1), None, None],
            "dealt_on": [None, None, None, None, date(2012, 1, 20), date(2012, 1, 9), date(2013, 1, 9)],
            "closure": [None, None, None, None, "resolved", None, None],
        }
    )
    steps = [
        ("p1", "warning_letters", date(2010, 1, 1)), ("p1", "asbos", date(2011, 1, 1)),
        ("p2", "warning_letters", date(2010, 1, 1)), ("p3", "abcs", date(2010, 1, 1)),
        ("p3", "warning_letters", date(2011, 1, 1)), ("p4", "warning_letters", date(2013, 1, 1)),
    ]  # fmt: skip
    interventions = pl.DataFrame(
        {
            "intervention_id": [f"d{i}" for i in range(len(steps))],
            "subject_id": [person for person, _, _ in steps],
            "scheme": [scheme for _, scheme, _ in steps],
            "started_on": [day for _, _, day in steps],
            "case_id": pl.Series([None] * len(steps), dtype=pl.String),
        }
    )
    return {"Incidents": incidents, "Cases": cases, "Interventions": interventions}


def test_months_stand_beside_their_years_and_the_whole() -> None:
    found = counts(tables(records(), AS_OF)["incidents_by_ward_and_month"])  # type: ignore[arg-type]
    assert found["All", "All"] == 90
    assert found["All", "2011"] == 50
    assert found["All", "2011-03"] + found["All", "2011-04"] == found["All", "2011"]
    assert found["North", "2011-03"] == 15
    assert found["North", "2012-04"] == found["North", "2012"]


def test_open_cases_are_told_apart_by_age() -> None:
    found = counts(tables(records(), AS_OF)["caseload_by_service_and_state"])  # type: ignore[arg-type]
    assert [found["All", state] for state in (*(age for _, age in AGES), OLDEST)] == [1, 4]
    assert found["All", "open"] == 5
    assert found["All", "resolved"] == 1


def test_a_case_that_was_dealt_with_is_not_open_though_nobody_closed_it() -> None:
    found = counts(tables(records(), AS_OF)["caseload_by_service_and_state"])
    assert found["All", DEALT_WITH] == 1, "dealt with by the day; the one dealt with later is open on it"


def test_the_ladder_counts_each_person_once_and_never_downwards() -> None:
    found = counts(ladder(records(), AS_OF))  # type: ignore[arg-type]
    assert found["All", "All"] == 3  # who starts after the day is not counted
    assert found["warning", "order"] == 1
    assert found["warning", "warning"] == 1
    assert found["contract", "contract"] == 1
    assert found["warning", "order or possession"] == 1


def test_the_rungs_are_those_of_the_study() -> None:
    assert dict(RUNGS) == study.RUNGS


def test_starts_are_counted_by_scheme_up_to_the_day() -> None:
    found = counts(tables(records(), AS_OF)["deliveries_by_scheme_and_year"])  # type: ignore[arg-type]
    assert found["warning_letters", "All"] == 3
    assert found["All", "All"] == 5


def test_sub_totals_can_be_protected_with_their_parts() -> None:
    rows = pl.DataFrame(
        {
            "ward": ["North"] * 43 + ["South"] * 60,
            "year": ["2011-01"] * 3 + ["2011-02"] * 40 + ["2011-01"] * 30 + ["2012-01"] * 30,
            "person": [str(i) for i in range(103)],
        }
    )
    frame = with_margins(rows, ["ward", "year"], in_parts=True)
    parts = hierarchies([frame])
    assert parts["year"] == {"2011-01": "2011", "2011-02": "2011", "2012-01": "2012"}
    (published,), _ = release_tables({"t": frame}, Rules(), hierarchies=parts)
    shown = {(row["ward"], row["year"]): row["count"] for row in published.data["rows"]}
    assert shown["North", "2011-01"] is None
    assert shown["North", "2011-02"] is None  # or the year less it would tell the hidden month
    assert shown["North", "2011"] == 45
