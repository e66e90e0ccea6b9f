from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from evaluation.commissioning.closures import closures, resolved
from evaluation.commissioning.comparisons import compare_resolved, compare_satisfaction
from evaluation.commissioning.satisfaction import by_scheme, by_service, for_scheme, satisfaction

Table = Callable[..., pl.DataFrame]
SENT, BACK = date(2012, 5, 1), date(2012, 5, 20)
SURVEYS: list[dict[str, Any]] = [
    {"case_id": "c1", "sent_on": SENT, "returned_on": BACK, "satisfied": True},
    {"case_id": "c2", "sent_on": SENT, "returned_on": BACK, "satisfied": False},
    {"case_id": "c3", "sent_on": SENT, "returned_on": date(2013, 2, 1), "satisfied": True},  # after the as-of date
    {"case_id": "c4", "sent_on": SENT, "returned_on": BACK, "satisfied": None},  # returned without an answer
    {"case_id": "c5", "sent_on": date(2013, 1, 5)},  # not yet sent
]
CASES: list[dict[str, Any]] = [
    {"case_id": f"c{i}", "service": "flare" if i < 3 else "cedar", "area": "A" if i % 2 else "B",
     "officer_id": f"o{i % 2}", "closed_on": date(2012, 6, i), "closure": closure}
    for i, closure in enumerate(["resolved", "unresolved", "resolved", "duplicate", "moved"], start=1)
]  # fmt: skip


def given(scheme: str, *cases: int, ended: date | None = date(2012, 5, 30)) -> list[dict[str, Any]]:
    return [
        {"intervention_id": f"i{scheme}{i}", "scheme": scheme, "case_id": f"c{i}", "subject_id": f"p{i}",
         "referred_on": date(2012, 3, 1), "started_on": date(2012, 3, 10), "ended_on": ended}
        for i in cases
    ]  # fmt: skip


def test_silence_is_bounded_not_dropped(table: Table, as_of: date) -> None:
    found = satisfaction(table("Surveys", SURVEYS), as_of=as_of, name="all")
    assert (found.sent, found.returned, found.response) == (4, 2, 0.5)
    assert (found.share.achieved, found.share.known, found.share.missing) == (1, 2, 2)
    assert (found.share.worst, found.share.best) == (1 / 4, 3 / 4)


def test_nothing_sent(table: Table, as_of: date) -> None:
    found = satisfaction(table("Surveys", []), as_of=as_of, name="none")
    assert (found.sent, found.response, found.share.value) == (0, None, None)


def test_by_scheme_and_by_service(table: Table, as_of: date) -> None:
    interventions = table("Interventions", given("calm", 1, 2) + given("talk", 3, 4))
    schemes = by_scheme(table("Surveys", SURVEYS), interventions, as_of=as_of)
    assert [(one.name, one.sent) for one in schemes] == [("calm", 2), ("talk", 2)]
    services = by_service(table("Surveys", SURVEYS), table("Cases", CASES), as_of=as_of)
    assert [(one.name, one.sent, one.returned) for one in services] == [("cedar", 2, 0), ("flare", 2, 2)]


def test_one_scheme_and_a_case_with_two_helpings_counts_once(table: Table, as_of: date) -> None:
    interventions = table("Interventions", given("calm", 1, 2) + given("calm", 1))
    assert for_scheme(table("Surveys", SURVEYS), interventions, "calm", as_of=as_of).sent == 2


def test_closures_by_hand(table: Table, as_of: date) -> None:
    cases = [*CASES, {"case_id": "c6"}, {"case_id": "c7", "closed_on": date(2013, 3, 1), "closure": "resolved"}]
    rows = closures(
        table("Interventions", given("calm", 1, 2, 3, 4, 5, 6, 7, 8)), table("Cases", cases), "calm", as_of=as_of
    )
    found = resolved(rows)
    # Resolved: 1, 3. Known: 1, 2, 3 and 5 (moved). Left out: 4, a duplicate. Missing: 6 and 7 are open, 8 not held.
    assert (found.achieved, found.known, found.missing) == (2, 4, 3)


def test_those_still_in_the_scheme_are_not_counted(table: Table, as_of: date) -> None:
    rows = closures(table("Interventions", given("calm", 1, ended=None)), table("Cases", CASES), "calm", as_of=as_of)
    assert rows.is_empty()
    assert resolved(rows).known == 0


def test_a_person_who_finished_twice_counts_once_by_the_last(table: Table, as_of: date) -> None:
    twice = [*given("calm", 1), {**given("calm", 2, ended=date(2012, 9, 1))[0], "subject_id": "p1"}]
    rows = closures(table("Interventions", twice), table("Cases", CASES), "calm", as_of=as_of)
    assert rows.select("subject_id", "case_id").rows() == [("p1", "c2")]


def test_officers_are_compared_without_their_names(table: Table, as_of: date) -> None:
    rows = closures(table("Interventions", given("calm", 1, 2, 3, 5)), table("Cases", CASES), "calm", as_of=as_of)
    found = compare_resolved(rows, "officer_id", unit="officer")
    assert found is not None
    assert [unit.name for unit in found.funnel.units] == ["Officer 1", "Officer 2"]
    assert [(unit.achieved, unit.n) for unit in found.funnel.units] == [(2, 3), (0, 1)]


def test_one_unit_is_no_comparison(table: Table, as_of: date) -> None:
    rows = closures(table("Interventions", given("calm", 1)), table("Cases", CASES), "calm", as_of=as_of)
    assert compare_resolved(rows, "area", unit="area") is None
    schemes = by_scheme(
        table("Surveys", SURVEYS), table("Interventions", given("calm", 1, 2) + given("talk", 3)), as_of=as_of
    )
    assert compare_satisfaction(schemes, unit="scheme") is None  # nobody answered in the second
