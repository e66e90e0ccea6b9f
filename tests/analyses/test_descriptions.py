"""The describing studies on a small council written by hand."""

from datetime import date, timedelta

import polars as pl
import pytest

from analyses import ladder, resolution, victim_repeat

FIRST = date(2010, 1, 1)
END = date(2012, 12, 31)


def day(number):
    return FIRST + timedelta(days=number)


def frame(rows, **columns):
    return pl.DataFrame(rows, schema=columns, orient="row")


def interventions(rows):
    return frame(rows, subject_id=pl.String, scheme=pl.String, started_on=pl.Date)


def test_the_ladder_counts_upwards_and_says_where_people_stop():
    rows = [(f"p{i}", "warning_letters", day(0)) for i in range(20)]
    rows += [(f"p{i}", "abcs", day(100)) for i in range(10)]
    rows += [("p19", "abcs", day(5)), ("p19", "warning_letters", day(50))]
    incidents = frame([(f"p{i}", day(200)) for i in range(5)], subject_id=pl.String, occurred_on=pl.Date)
    found = ladder.study.run({"Interventions": interventions(rows), "Incidents": incidents}, as_of=END)
    assert found.status == "estimated"
    assert found.numbers["people_by_rung"] == {"warning": 20, "contract": 11, "order": 0, "possession": 0}
    assert found.numbers["share_by_rung_two_years"]["contract_share"] == pytest.approx(11 / 20)
    assert found.numbers["no_further_incident"]["warning"]["share"] == pytest.approx(15 / 20)
    assert not any("nao" in key for key in found.numbers), "what others found of real people is no figure of this place"
    assert not any("National Audit" in text or "most would" in text for text in (*found.can_say, *found.cannot_say))
    contract = next(curve for curve in found.curves if curve["arm"] == "contract")
    assert sum(point["n_event"] for point in contract["points"]) == 11


def test_one_rung_is_no_ladder():
    rows = [(f"p{i}", "abcs", day(i)) for i in range(20)]
    incidents = frame([("p1", day(200))], subject_id=pl.String, occurred_on=pl.Date)
    found = ladder.study.run({"Interventions": interventions(rows), "Incidents": incidents}, as_of=END)
    assert found.status == "cannot_be_said"
    assert "Only one rung of the ladder is recorded, a contract" in str(found.reason)


def test_repeat_victims_need_three_reports_in_six_months_each_within_a_month():
    rows = [(f"v{i}", day(d), day(d + 1)) for i in range(10) for d in (0, 90, 180)]
    rows += [(f"w{i}", day(d), day(d + 1)) for i in range(10) for d in (0, 90, 190)]
    rows += [("late", day(d), day(d + 40)) for d in (0, 10, 20)]
    incidents = frame(rows, complainant_id=pl.String, occurred_on=pl.Date, reported_on=pl.Date)
    found = victim_repeat.study.run({"Incidents": incidents}, as_of=END)
    assert found.numbers["people_who_reported"] == 20
    assert found.numbers["people_over_threshold"] == 10
    assert found.numbers["share_over_threshold_364"] == pytest.approx(0.5)


def test_other_closures_compete_with_resolution_and_overdue_cases_are_counted():
    rows = [("a", day(0), day(2), day(50), "resolved")] * 10 + [("a", day(0), day(40), day(60), "withdrawn")] * 5
    rows += [("b", date(2010, 6, 1), None, None, None)] * 5
    cases = frame(
        rows, officer_id=pl.String, opened_on=pl.Date, responded_on=pl.Date, closed_on=pl.Date, closure=pl.String
    )
    found = resolution.study.run({"Cases": cases}, as_of=END).numbers
    assert found["overall"]["resolved_share"] == pytest.approx(10 / 20)
    assert found["overall"]["median_days"] == 50
    assert found["overall"]["response"]["answered_7_days_share"] == pytest.approx(10 / 20)
    assert found["open_cases_over"] == {"6_months": 5, "12_months": 5, "24_months": 5}
    assert found["caseloads"][0]["officer"] == "officer A"
    assert found["caseloads"][0]["cases"] == 5


def resolution_of(*closures):
    rows = [(day(0), day(50 + number), closure) for number, closure in enumerate(closures)]
    cases = frame(rows, opened_on=pl.Date, closed_on=pl.Date, closure=pl.String)
    empty = [pl.lit(None, pl.String).alias(name) for name in ("officer_id",)]
    return resolution.study.run({"Cases": cases.with_columns(empty)}, as_of=END)


def test_a_case_whose_outcome_nobody_knows_is_not_called_unresolved():
    found = resolution_of(*["resolved"] * 12, *["unresolved"] * 4, *[None] * 24)
    assert found.can_say[0] == "Within half a year, 30 of 100 cases are known to have been resolved."
    assert found.can_say[1] == (
        "The outcome of 24 closed cases is not known. Had all of them been resolved, it would be 90 of 100."
    )
    assert found.cannot_say[0].startswith("How 24 closed cases ended")
    known = resolution_of(*["resolved"] * 12, *["unresolved"] * 28)
    assert known.can_say[0] == "Within half a year, 30 of 100 cases were resolved."
    assert not any("outcome" in sentence for sentence in (*known.can_say, *known.cannot_say))


def test_without_any_known_outcome_resolution_is_not_said():
    found = resolution_of(*[None] * 40)
    assert not any("resolved" in sentence for sentence in found.can_say)
    assert found.cannot_say[0].startswith("How 40 closed cases ended")
