"""A scheme's page says no more than it shows: lines by their own names, warnings apart from failed checks, days."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from evaluation.publishing.charts import control, curves, forest, love
from evaluation.publishing.pages import problem, register, scheme_dates, scheme_results
from evaluation.publishing.pages.area_series import draw
from evaluation.publishing.pages.effects import checks_table, counted, effects_table, may_be_chance
from evaluation.publishing.pages.scheme import page, two_parts
from evaluation.publishing.pages.scheme_record import how_often
from evaluation.publishing.pages.scheme_view import SchemeView, headline_line, views
from evaluation.publishing.release import Rules, release_contract, release_finding

WARNED = {"name": "many_results", "verdict": "fail", "text": "the p-value is 0.066; among so many it may be chance"}


def seen(demo: ModuleType, finding: dict[str, Any], **record: Any) -> tuple[Any, SchemeView]:
    """The site with this finding of mediation, and mediation as its pages read it."""
    site = demo.content(findings=(release_finding(finding, Rules()),))
    view = next(view for view in views(site) if view.record.id == "mediation")
    return site, replace(view, record=view.record.model_copy(update=record))


def mediation(demo: ModuleType, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = demo.finding("mediation", "Mediation", -0.11, -0.21, -0.01, "moderate")
    return {**found, **more}


def test_a_title_names_the_lines_that_are_drawn_and_says_which_is_withheld(demo: ModuleType) -> None:
    name = "first_case_no_repeat"
    drawn = [
        demo.curve(name, "compared", "without mediation, or before it", 0.52, 900),
        demo.curve(name, "all", "everybody", 0.51, 950),
    ]
    _, view = seen(demo, mediation(demo, curves=drawn))
    title = scheme_results.draw(view)[name].title
    assert "(without mediation, or before it)" in title
    assert "(everybody)" in title
    assert title.endswith("People helped by mediation: too few to show")
    assert "next to" not in title
    drawn.append(demo.curve(name, "treated", "with mediation", 0.4, 200))
    _, view = seen(demo, mediation(demo, curves=drawn))
    assert "too few" not in scheme_results.draw(view)[name].title


def test_only_a_failed_check_of_the_comparison_takes_a_step_off(demo: ModuleType) -> None:
    checks = [
        {"name": "balance", "verdict": "fail", "text": "the groups differ"},
        {"name": "overlap", "verdict": "pass", "text": "there is overlap"},
        {"name": "evalue", "verdict": "info", "text": "1.9 times"},
        WARNED,
    ]
    assert counted(checks) == "1 passed, 1 failed, 1 to take care with, 1 for information"
    table = checks_table(checks)
    assert table.count("a step off how sure we are<") == 1
    assert table.count("Take care: a warning<") == 1
    assert counted(checks[1:2]) == "1 passed, 0 failed"


def test_a_clear_result_that_may_be_chance_is_said_so_everywhere(demo: ModuleType) -> None:
    site, view = seen(demo, mediation(demo, checks=[WARNED]))
    assert may_be_chance(view.finding)
    assert "it may yet be chance" in page(site, view, "").body
    assert headline_line(view).endswith("It may yet be chance.")
    assert 'results, <a href="schemes/mediation.html">Mediation</a> may yet be chance' in register.body(site, [view])
    open_ = mediation(demo, checks=[WARNED])
    open_["effects"][0]["high"] = 0.04
    _, unclear = seen(demo, open_)
    assert not unclear.may_be_chance


def test_both_bounds_of_alikeness_are_named() -> None:
    rows = [{"term": "drugs", "before": 0.2, "after": 0.15}, {"term": "noise", "before": 0.5, "after": 0.0}]
    drawn = love.chart(rows, left_out=0.26)
    assert drawn.title == "After weighting, 1 of 2 differences are still 0.1 or more, and none above 0.26"
    assert "0.26, the bound for what there were too few people to adjust for" in drawn.note
    assert love.chart([{**rows[0], "after": 0.36}], left_out=0.26).title.endswith("and 1 above 0.26")
    assert "0.26" not in love.chart(rows[1:], left_out=0.26).note


@pytest.mark.parametrize(
    ("people", "high", "expected"),
    [
        (0, 0.05, "A smaller one may still be there."),
        (140, 0.05, "An open result is not evidence of no effect."),
        (140, -0.01, "This result is clear with fewer."),
    ],
)
def test_what_would_settle_it_fits_the_result(demo: ModuleType, people: int, high: float, expected: str) -> None:
    found = mediation(demo, needed={"people": people, "text": "About that many more people."})
    found["effects"][0]["high"] = high
    _, view = seen(demo, found)
    assert expected in "".join(scheme_results.results(view, view.finding or {}, {}))


def of_a_place(demo: ModuleType) -> dict[str, Any]:
    found = mediation(demo, needed=None)
    found["effects"] = [{**found["effects"][0], "name": "incident_ratio", "value": 0.81, "low": 0.65, "high": 1.0}]
    return found


def test_an_open_result_of_a_place_says_what_is_left_to_wait_for(demo: ModuleType) -> None:
    _, view = seen(demo, of_a_place(demo))
    assert "How many is not known" in "".join(scheme_results.results(view, view.finding or {}, {}))
    _, ended = seen(demo, of_a_place(demo), ended_on=date(2012, 3, 31))
    assert "no more months of it will come" in "".join(scheme_results.results(ended, ended.finding or {}, {}))


def test_a_place_is_counted_in_incidents_not_people(demo: ModuleType) -> None:
    table = effects_table(of_a_place(demo)["effects"])
    assert "Incidents with the scheme" in table
    assert "People" not in table
    rows = [forest.Row("Orders", -19, -35, 0, "Low", "incidents"), forest.Row("Mediation", -15, -20, -9, "Moderate")]
    drawn = forest.chart(rows, title="Two")
    assert "19 fewer (0 to 35) of 100 incidents" in drawn.table
    assert "Schemes for a place: incidents of 100 expected" in drawn.note
    assert "touches or crosses" in drawn.note


def test_months_that_are_not_drawn_and_months_after_the_end_are_named() -> None:
    days = [(date(2009 + i // 12, i % 12 + 1, 1) - date(2009, 1, 1)).days for i in range(42)]
    kept = [day for i, day in enumerate(days) if i != 1]
    points = {
        arm: [{"time": day, "value": 50 + i % kinds} for i, day in enumerate(kept)]
        for arm, kinds in (("treated", 3), ("compared", 1))
    }
    curves_ = [{"name": "monthly_incidents", "arm": arm, "points": points[arm]} for arm in points]
    found = {
        "period": {"from": "2009-01-01", "to": "2012-12-31"}, "curves": curves_,
        "numbers": {"months_before": 24, "months_after": 12},
    }  # fmt: skip
    drawn = draw(found)
    assert drawn is not None
    assert drawn.title == "From Jan 2011 to Dec 2011, none of 12 months stand out"
    assert "Not drawn: Feb 2009" in drawn.note
    assert "Not shown: Jul 2012 to Dec 2012" in drawn.note
    for points_ in points.values():
        del points_[28]  # June 2011, while it ran
    gap = draw(found)
    assert gap is not None
    assert gap.title == "From Jan 2011 to Dec 2011, none of the 11 months shown stand out"


def test_the_contracts_days_say_what_each_is_for(demo: ModuleType) -> None:
    site = demo.content()
    scheme = str(site.contracts[0].data["scheme"])
    (day,) = scheme_dates.contract_days(site, scheme)
    assert (day.decide_by, day.what) == (date(2013, 1, 29), "the contract ends on 31 March 2013")
    late, same, early = (
        scheme_dates.reasons((day,), min(own, day.decide_by), own)
        for own in (date(2013, 3, 1), day.decide_by, date(2013, 1, 2))
    )
    assert "The group had set 1 Mar 2013. That is too late to give notice" in late
    assert same == "It is the last day to give notice: the contract ends on 31 March 2013."
    assert early.startswith("The last day to give notice is 29 Jan 2013")
    later = scheme_dates.ContractDay(date(2013, 7, 2), "the contract can be broken on 30 September 2013")
    assert scheme_dates.reasons((day, later), day.decide_by, day.decide_by).endswith(
        "Next: decide by 2 Jul 2013, since the contract can be broken on 30 September 2013."
    )
    assert scheme_dates.reasons((), date(2013, 1, 1), date(2013, 1, 1)) == ""


def test_a_series_that_never_moves_is_drawn() -> None:
    points = [control.Point(str(i), 1.0) for i in range(12)]
    limits = control.natural_limits([point.value for point in points])
    drawn = control.chart(points, limits, name="c", title="T", unit="Share", note="", percent=True).drawing
    assert "100%" in drawn


def test_a_problems_page_says_which_results_may_be_chance(demo: ModuleType) -> None:
    site, view = seen(demo, mediation(demo, checks=[WARNED]))
    said = problem.page(site, "Neighbour disputes", [view]).description
    assert "Read beside all results, Mediation may yet be chance." in said
    assert "Mediation (may yet be chance)" in problem.index([view])


def test_steps_that_lose_nobody_say_so() -> None:
    steps = [{"step": "randomised", "people": 432}, {"step": "analysed", "people": 432}]
    assert scheme_results.ladder(steps).title == "All 432 people are in it"
    assert scheme_results.ladder([*steps, {"step": "seen", "people": 9}]).title == "From 432 people to 9, step by step"


def test_money_lost_stands_in_the_decision_box_and_the_register(demo: ModuleType) -> None:
    data = {**demo.contract(), "scheme": "mediation"}
    data["value"] = {"spent": "900.00", "benefit": {"value": 90, "low": 50, "high": 99}, "worth": {"value": 0.0}}
    site, view = seen(demo, mediation(demo))
    site = replace(site, contracts=(release_contract(data, Rules()),))
    box = page(site, view, "").body
    assert "<dt>Is it worth its money</dt><dd><b>Chance under 1 in 100</b>" in box
    first = register.body(site, [view])
    assert "Worth it: chance under 1 in 100" in first
    assert '<a href="schemes/mediation.html">Mediation</a> costs more than the averted incidents save.' in first


def test_a_rate_that_turns_round_within_the_year_is_said_in_both_parts() -> None:
    check = {"name": "proportional_hazards", "verdict": "pass", "text": "", "figures": {}}

    def said(early: float, later: float, verdict: str = "pass") -> str:
        figures = {"early_ratio": early, "later_ratio": later}
        return two_parts({"checks": [{**check, "verdict": verdict, "figures": figures}]})

    assert "1.79 times as often in the first 13 weeks and 0.90 times afterwards" in said(1.79, 0.9)
    assert "too few people to be sure" in said(1.79, 0.9)
    assert "too few" not in said(1.79, 0.9, "fail")
    assert said(1.79, 1.2) == ""


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"kind": "enforcement"}, "what followed mediation with what happened to similar people without it"),
        ({"kind": "prevention"}, "in similar places, or to people, without it"),
        ({"status": "planned"}, "has not begun, so there is nothing to compare yet"),
        ({"kind": "contract"}, "people helped by mediation with similar people who were not"),
    ],
)
def test_what_nobody_compared_is_named_for_what_it_is(demo: ModuleType, record: dict[str, Any], expected: str) -> None:
    site = demo.content(findings=())
    view = next(view for view in views(site) if view.record.id == "mediation")
    view = replace(view, record=view.record.model_copy(update={"status": "live", **record}))
    assert expected in page(site, view, "").after


def test_starts_are_counted_as_far_as_the_years_shown_go() -> None:
    assert how_often({"2010": 25, "2011": 20, "All": 45}) == "The records show about 45 starts"
    assert how_often({"2010": 25, "2011": None, "All": None}) == "The records show at least about 25 starts"
    assert how_often({"2011": None, "All": None}) == "The records show a few starts"


def test_each_area_can_be_chosen_and_costs_of_one_kind_stand_together(demo: ModuleType) -> None:
    schemes = views(demo.content())
    two = replace(schemes[0], record=schemes[0].record.model_copy(update={"area": "Castlewick, Grangehill"}))
    site = register.body(demo.content(), [two, *schemes[1:]])
    options = re.findall(r'<option value="([^"]+)">', site.partition('name="area"')[2].partition("</select>")[0])
    assert {"Castlewick", "Grangehill"} <= set(options)
    assert 'data-cost="case 000000000410.00"' in site
    assert 'data-cost="zzz"' in site


def test_labels_of_lines_that_end_together_keep_apart_and_near(demo: ModuleType) -> None:
    name = "first_case_no_repeat"
    family = curves.read(
        [
            demo.curve(name, "compared", "without intensive support by the Elmore team, or before it", 0.52, 900),
            demo.curve(name, "all", "everybody", 0.51, 950),
        ],
        name,
    )
    drawn = curves.chart(family, curves.SCALES[name], "T", name="c", start="start", desc="D").drawing
    heights = {
        text: float(y) for y, text in re.findall(r'y="([\d.]+)"[^>]*>(everybody|without intensive|\d+ of 100)<', drawn)
    }
    assert 36 < heights["without intensive"] - heights["everybody"] < 50
