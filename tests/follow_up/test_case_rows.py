"""The sequential rule on a sheet with one row a case: (case, household, opened, closed, help, next report)."""

import numpy as np
import polars as pl
import pytest

from evaluation.follow_up.case_rows import case_rows, sheet_landmarks
from evaluation.follow_up.histories import day_number, histories


@pytest.fixture
def sheet(tables, day):
    def make(rows):
        records = tables(
            incidents=[(household, opened) for _, household, opened, *_ in rows]
            + [(household, report) for _, household, *_, report in rows if report is not None],
            cases=[(c, h, o, cl, None if cl is None else "resolved") for c, h, o, cl, *_ in rows],
            starts=[(c, h, s, "mediation") for c, h, _, _, s, _ in rows if s is not None],
            source="case_list",
        )
        cases = [c for c, *_ in rows] + [c for c, *_, report in rows if report is not None]
        records["Incidents"] = records["Incidents"].with_columns(pl.Series("case_id", cases))
        past = histories(records, scheme="mediation", as_of=day(1000))
        found = case_rows(past, records, "mediation")
        landmarks, counts = sheet_landmarks(past, found, np.ones(found.size, dtype=bool), horizon=365, seed=1)
        names = np.array(past.cases["case"].to_list())[landmarks.case]
        zero = day_number(day(0))
        arms = {
            arm: list(zip(names[landmarks.treated == arm], landmarks.day[landmarks.treated == arm] - zero, strict=True))
            for arm in (True, False)
        }
        return arms, counts, landmarks

    return make


FREE = ("t", "h0", 100, None, 200, None)


def test_a_report_free_start_is_treated_and_a_comparison_until_then(sheet):
    arms, _, _ = sheet([FREE])
    assert arms[True] == [("t", 200)]
    days = [d for _, d in arms[False]]
    assert min(days) >= 100
    assert max(days) < 200
    assert set(np.diff(days)) == {7}


def test_a_report_on_or_before_the_start_makes_a_comparison_until_the_report(sheet):
    arms, counts, _ = sheet([FREE, ("x", "h1", 100, None, 150, 140)])
    assert [name for name, _ in arms[True]] == ["t"]
    assert max(d for name, d in arms[False] if name == "x") < 140
    assert counts.reported_before_start == 1
    assert counts.own_report_before_start == 1


def test_another_opening_of_the_household_before_the_start_disqualifies_it(sheet):
    arms, counts, _ = sheet([FREE, ("x", "h1", 100, None, 180, None), ("y", "h1", 150, None, None, None)])
    assert [name for name, _ in arms[True]] == ["t"]
    assert max(d for name, d in arms[False] if name == "x") < 150
    assert counts.households_with_several_rows == 1


def test_later_cases_of_a_household_already_helped_are_not_eligible(sheet):
    arms, counts, _ = sheet([FREE, ("y", "h0", 300, None, 350, None)])
    assert [name for name, _ in arms[True]] == ["t"]
    assert all(name != "y" for name, _ in arms[False])
    assert counts.later_cases == 1


def test_comparison_days_end_with_the_closure_the_report_and_the_longest_delay(sheet):
    arms, counts, _ = sheet(
        [
            FREE,
            ("quiet", "h1", 100, None, None, None),
            ("shut", "h2", 100, 130, None, None),
            ("again", "h3", 100, None, None, 121),
        ]
    )
    last = {name: max(d for n, d in arms[False] if n == name) for name in ("quiet", "shut", "again")}
    assert last["quiet"] <= 200
    assert last["shut"] <= 130
    assert last["again"] <= 120
    assert counts.longest_delay_days == 100


def test_a_second_report_on_the_opening_day_leaves_no_report_free_day(sheet):
    arms, _, _ = sheet([FREE, ("x", "h1", 100, None, None, 100)])
    assert all(name != "x" for name, _ in arms[False])
