"""A meeting's sheet: its own decisions first, then whom to pass others to, and what follows where a day is past."""

from __future__ import annotations

from datetime import date
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from evaluation.publishing.pages import SiteContent, deadlines, good_practice, meeting
from evaluation.publishing.pages.scheme_view import views
from evaluation.publishing.release import Rules, release_contract, release_table

DAY = date(2013, 1, 17)
JATAC = "Tasking meeting (JATAC)"


def due(demo: ModuleType, who: str, by: date, key: str = "mediation", **more: Any) -> Any:
    return demo.scheme(key, key.title(), decision={"text": f"Decide on {key}", "who": who, "by": by}, **more)


def sheet(content: SiteContent, day: date = DAY) -> str:
    return meeting.page(content, day, views(content)).body


def test_the_meetings_own_decisions_stand_first_however_late_they_are_due(demo: ModuleType) -> None:
    content = demo.content(
        schemes=(
            due(demo, "Strategy group", date(2013, 1, 2), "letters"),
            due(demo, JATAC, date(2013, 3, 21), "abcs"),
            due(demo, "Head of Housing", date(2013, 1, 20), "asbos"),
        )
    )
    text = sheet(content)
    assert text.index("JATAC’s own decisions") < text.index("Decide on abcs") < text.index("To pass on")
    assert (
        text.index("For the Strategy group") < text.index("Decide on letters") < text.index("For the Head of Housing")
    )
    assert "None has to be taken today" in text
    page = meeting.page(content, DAY, views(content))
    assert page.description.startswith("1 decision for JATAC itself, 2 decisions to pass on. 1 decision overdue.")


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("contract_end", "The contract ends", "The contract ends on 31 March 2013, in 73 days."),
        ("funding_end", "Funding ends: 50% of the money, from the police", "50% of the money, from the police ends on"),
        ("break_clause", "Break clause (either)", "The break of 31 March 2013 can no longer be used."),
    ],
)
def test_what_follows_an_overdue_decision_is_said(demo: ModuleType, kind: str, text: str, said: str) -> None:
    by = date(2012, 12, 31)
    row = {"on": "2013-03-31", "kind": kind, "text": text, "decide_by": by.isoformat(), "days": 0, "state": "soon"}
    bought = {**demo.contract(), "decision": row, "calendar": [row]}
    content = demo.content(
        schemes=(due(demo, "Strategy group", by, "city_counselling"),), contracts=(release_contract(bought, Rules()),)
    )
    page = sheet(content)
    assert "Overdue by 17 days." in page
    assert said in page
    assert "Overdue" not in sheet(content, by)


def test_a_date_of_the_contract_before_the_decision_is_a_decision_of_its_own(demo: ModuleType) -> None:
    dates = [
        {"on": "2013-03-31", "kind": "funding_end", "text": "Funding ends: half", "decide_by": "2013-01-02"},
        {"on": "2013-09-30", "kind": "break_clause", "text": "Break clause", "decide_by": "2013-07-02"},
    ]
    bought = {**demo.contract(), "decision": dates[1], "calendar": dates}
    content = demo.content(
        schemes=(due(demo, "Strategy group", date(2013, 7, 2), "city_counselling"),),
        contracts=(release_contract(bought, Rules()),),
    )
    found = deadlines.waiting(content, views(content))
    assert [(one.day, one.text) for one in found] == [
        (date(2013, 1, 2), "Funding ends: half"),
        (date(2013, 7, 2), "Decide on city_counselling"),
    ]


def test_only_what_runs_is_stopped_copied_or_watched(demo: ModuleType) -> None:
    content = demo.content()
    schemes = views(content)
    named = {view.record.id for view in schemes if view.record.status in ("ended", "failed", "planned")}
    listed = [
        *good_practice.stop_these(schemes),
        *good_practice.copy_these(schemes),
        *good_practice.watch_these(schemes),
    ]
    assert {"mediation", "letters", "abcs"} == {view.record.id for view in listed}
    assert not named & {view.record.id for view in listed}


def test_a_tip_says_whether_its_scheme_was_measured(demo: ModuleType) -> None:
    content = demo.content()
    page = good_practice.body(content, views(content), [])
    tips = page.partition("Good practice, scheme by scheme")[2]
    assert "Mediation</a> (measured: fewer repeats)" in tips
    assert "City Counselling</a> (not measured: what staff have found)" in tips
    assert tips.index("Mediation</a>") < tips.index("City Counselling</a>")


def test_value_for_money_stands_beside_the_effect(demo: ModuleType) -> None:
    value = {"spent": "90000.00", "benefit": {"value": 9000.0, "low": 5000.0, "high": 12000.0}, "worth": {"value": 0.0}}
    bought = {**demo.contract(), "contract": "mediation", "scheme": "mediation", "value": value}
    content = demo.content(contracts=(release_contract(bought, Rules()),))
    assert "Worth its cost? Chance under 1 in 100." in sheet(content)
    assert "Is it worth its cost?</b> Its contract has spent £90,000" in good_practice.body(content, views(content), [])


def test_waiting_cases_are_told_from_those_never_closed(demo: ModuleType) -> None:
    tests = [
        {"test": "open_over_6_months", "title": "Open over 6 months", "count": 150, "of": 940, "among": "open cases"},
        {"test": "open_over_12_months", "title": "Open over 12 months", "count": None, "of": None},
        {"test": "dealt_but_open", "title": "Dealt", "count": 1185, "of": 20130, "among": "cases closed or dealt with"},
    ]
    content = demo.content(tables=())
    object.__setattr__(content.quality, "data", {**content.quality.data, "tests": tests})
    page = sheet(content)
    assert "Waiting for over 6 months: 150 of 940 cases waiting." in page
    assert "never marked as closed: 1,185 of 20,130" in page
    assert "over a year" not in page


def test_cases_are_counted_as_on_their_own_page_where_it_tells_who_was_dealt_with(demo: ModuleType) -> None:
    states = {"open": 615, "open for over 6 months": 100, "never marked as closed": 1185, "resolved": 900}
    rows = [{"service": "All", "state": state, "count": count} for state, count in states.items()]
    frame = pl.DataFrame([*rows, *({**row, "service": "Housing"} for row in rows)])
    table = release_table("caseload_by_service_and_state", frame, Rules())
    page = sheet(demo.content(tables=(table,))).partition("Cases to look at")[2]
    assert "nobody has closed or dealt with them: 615." in page
    assert "Of these, open for over 6 months: 100." in page
    assert "never marked as closed: 1,185." in page
    assert "counted in both" not in page
