"""A contract's page and the list of contracts: what is not recorded, what is to be decided, and by when."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest

from evaluation.publishing.pages import contract, contract_list, contract_money, contract_served
from evaluation.publishing.pages.measures import came
from evaluation.publishing.release import Published, Rules, release_contract

SHARE = {"n_achieved": 0, "n_known": None, "share": 0.0}
NONE = {"n_referred": 0, "n_started": 0, "n_finished": 0, "sessions": {"n_offered": 0, "n_attended": 0}}
SOME = {"n_referred": 60, "n_started": 60, "n_finished": 55, "planned": {"n_achieved": 35, "n_known": 55}}


def text(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


def test_a_share_of_hidden_answers_is_never_shown_as_none() -> None:
    here = {"n_sent": None, "n_returned": None, "satisfied": SHARE}
    said = text(contract_served.delivery({"delivery": SOME, "satisfaction": {"here": here}}))
    assert "Satisfied, of those who answered not shown" in said
    assert "0%" not in said
    assert came({"result": {"n_known": None, "share": None, "bounds": {}}}) == "not shown"


def test_zeros_that_count_nothing_are_not_recorded() -> None:
    costs = [{"name": "referral", "n_units": 0, "value": None}]
    choices = [{"name": name, "cost": "10.00", "n_people": 0} for name in ("continue", "stop")]
    data = {"delivery": NONE, "value": {"costs": costs}, "scenarios": choices}
    said = text(contract_money.body(data))
    assert "Referral not recorded" in said
    assert "Continue £10 not recorded" in said
    assert "Stop £10 0 " in said
    assert "name no person" in text(contract_served.delivery(data))
    offered = {**SOME, "sessions": {"n_offered": 0, "n_attended": 0}}
    assert "Sessions offered not recorded" in text(contract_served.delivery({"delivery": offered}))


def test_those_who_ended_and_those_who_completed_have_one_name_each() -> None:
    served = text(contract_served.delivery({"delivery": SOME}))
    assert "Ended 55 Of them, completed as planned 35" in served
    costs = {"delivery": SOME, "value": {"costs": [{"name": "completed case", "n_units": 35, "value": 4100.0}]}}
    assert "Person who completed as planned 35 £4,100" in text(contract_money.body(costs))


@pytest.mark.parametrize(
    ("averted", "row", "lost"),
    [
        ((13.3, 9.1, 17.5), "13 (9 to 18)", "about 13 (9 to 18) averted incidents a year are lost."),
        ((-34.2, -54.7, -13.8), "none: 34 more happen (14 to 55)", "34 more happen (14 to 55)."),
    ],
)
def test_what_is_lost_is_said_in_the_figures_of_the_choice(
    averted: tuple[float, float, float], row: str, lost: str
) -> None:
    figures = dict(zip(("averted", "averted_low", "averted_high"), averted, strict=True))
    choice = {"name": "continue", "cost": "10.00", "n_people": 25, **figures}
    data = {
        "delivery": SOME, "scenarios": [choice], "funding_ends": "2013-03-31",
        "value": {"lost": "If the funding ends on 31 March 2013, about 15 are lost."},
    }  # fmt: skip
    said = text(contract_money.body(data))
    assert f"25 {row} " in said
    assert said.endswith(lost)


def test_the_price_of_each_year_stands_and_what_is_not_published_is_said() -> None:
    paid = {"value_by_year": [{"year": "2011/12", "amount": "71200.00"}]}
    assert "2011/12 £71,200" in text(contract_served.by_year(paid))
    assert "in each year is not published" in contract_served.by_year(paid)
    paid["value_by_year"].append({"year": "2013/14", "amount": "6000.00"})
    cases = [{"year": "2011/12", "n_cases": 70}]
    counted = text(contract_served.by_year({**paid, "cases_due": cases, "as_of": "2012-12-31"}))
    assert "2011/12 £71,200 70 2013/14 £6,000 not begun" in counted
    assert "is not published" not in counted
    assert "the records name nobody who was" in contract_served.by_year({**paid, "delivery": NONE})


def decided(demo: ModuleType, **decision: Any) -> Published:
    made = {
        **demo.contract(),
        "title": "Counselling for neighbours",
        "as_of": "2012-12-31",
        "decision": {"on": "2013-03-31", **decision},
    }
    made["term"] = {**made.get("term", {}), "to": "2013-09-30", "notice_days": 90}
    return release_contract(made, Rules())


def test_a_decision_is_a_choice(demo: ModuleType) -> None:
    found = decided(demo, kind="break_clause", decide_by="2013-01-30", text="Break clause (commissioner)")
    said = text(contract.page(demo.content(contracts=(found,)), found).body)
    assert "What to decide Use the break, or let it run on Decide by 30 January 2013." in said
    assert "If it is let pass, it runs to 30 September 2013." in said
    late = decided(demo, kind="contract_end", decide_by="2012-12-01", text="The contract ends")
    said = text(contract.page(demo.content(contracts=(late,)), late).body)
    assert "Renew it, change it or let it end Decide by 1 December 2012. That day has passed." in said


def test_the_list_names_the_scheme_the_notice_and_its_last_day(demo: ModuleType) -> None:
    found = decided(demo, kind="break_clause", decide_by="2013-01-30", text="Break clause (commissioner)")
    said = text(contract_list.page(demo.content(contracts=(found,)), ()).body)
    assert "Scheme: City Counselling." in said
    assert "60 days before the break of 31 March 2013; else 90 days before it ends 30 January 2013" in said
    late = decided(demo, kind="contract_end", decide_by="2012-12-31", text="The contract ends")
    assert "31 December 2012 the day of this edition" in text(
        contract_list.page(demo.content(contracts=(late,)), ()).body
    )


def test_an_open_contract_with_a_study_says_what_the_study_found(demo: ModuleType) -> None:
    open_ = {"word": "cannot_yet_be_said", "text": "Cannot yet be said", "sentence": "Not yet."}
    made = {**demo.contract(), "scheme": "mediation", "outcomes": [{"name": "a", "verdict": open_}] * 2}
    found = release_contract(made, Rules())
    said = text(contract.page(demo.content(contracts=(found,)), found).body)
    assert "Fewer repeats in the study 11 fewer (1 to 21) of 100." in said
    assert "Against the contract: neither of its 2 outcome targets can be judged yet." in said
    assert "Not known yet" not in said
