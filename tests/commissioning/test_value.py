from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evaluation.commissioning import Contract
from evaluation.commissioning.counselling import Delivery
from evaluation.commissioning.evidence import read_finding
from evaluation.commissioning.shares import share
from evaluation.commissioning.simulation import ValueRules
from evaluation.commissioning.unit_costs import read_unit_costs
from evaluation.commissioning.value import Value, value

Finding = Callable[..., dict[str, Any]]
DELIVERED = Delivery(120, 5, 100, 80, {"completed": 50}, share(50, 80), 20.0, 40.0, 0.8, 800, 640)
PRICES = {
    "council": {"value": "300.00", "unit": "incident", "source": "Finance", "year": "2012", "payer": "council"},
    "police": {"value": "200.00", "unit": "incident", "source": "Force", "year": "2012", "payer": "police"},
}
DAY = date(2012, 3, 31)  # the first year is over: 36,600 pounds with no range


def worked_out(
    contract: Contract, finding: dict[str, Any] | None, prices: dict[str, Any] = PRICES, **options: Any
) -> Value:
    evidence = None if finding is None else read_finding(finding)
    table = read_unit_costs(prices, as_of=date(2012, 12, 31))
    return value(contract, DELIVERED, evidence, table, as_of=DAY, started_last_year=60, **options)


def cost(found: Value, name: str) -> Any:
    return next(one for one in found.costs if one.name == name)


def test_costs_of_what_can_be_counted_by_hand(contract: Contract, finding: Finding) -> None:
    found = worked_out(contract, finding((-0.1, -0.2, 0.0), (50, 30, 70)))
    assert cost(found, "referral").value == pytest.approx(36600 / 120)
    assert cost(found, "person seen").value == pytest.approx(366)
    assert cost(found, "completed case").value == pytest.approx(36600 / 50)
    assert cost(found, "referral").low == cost(found, "referral").high


def test_a_sure_effect_gives_the_quotient(contract: Contract, finding: Finding) -> None:
    found = worked_out(contract, finding((-0.25, -0.25, -0.25), (50, 50, 50)))
    averted = cost(found, "repeat incident averted")
    assert (averted.low, averted.value, averted.high) == (pytest.approx(36600 / 50),) * 3
    assert cost(found, "person helped").value == pytest.approx(36600 / 25)
    assert found.benefit == pytest.approx(50 * 500)
    assert found.probability_worth == 0.0  # 25,000 against 36,600
    assert found.break_even_per_100 == pytest.approx(36600 / 500)  # of 100 people: 73.2 incidents


def test_the_interval_carries_the_effects_uncertainty(contract: Contract, finding: Finding) -> None:
    found = worked_out(contract, finding((-0.1, -0.2, 0.0), (50, 30, 70)))
    averted = cost(found, "repeat incident averted")
    assert averted.low == pytest.approx(36600 / 70, rel=0.02)
    assert averted.high == pytest.approx(36600 / 30, rel=0.03)
    assert found.benefit_low == pytest.approx(30 * 500, rel=0.03)


def test_a_cost_has_no_upper_limit_where_the_effect_may_be_nil(contract: Contract, finding: Finding) -> None:
    averted = cost(worked_out(contract, finding((-0.1, -0.3, 0.1), (20, -20, 60))), "repeat incident averted")
    assert averted.low is not None
    assert averted.high is None
    assert "no upper limit" in averted.text


def test_a_harmful_effect_has_no_cost_per_averted_incident_and_loses_nothing(
    contract: Contract, finding: Finding
) -> None:
    found = worked_out(contract, finding((0.1, 0.0, 0.2), (-30, -50, -10)))
    averted = cost(found, "repeat incident averted")
    assert (averted.value, averted.low, averted.high) == (None, None, None)
    assert "More likely than not" in averted.text
    assert "no averted incidents are lost" in found.lost
    assert found.benefit is not None
    assert found.benefit < 0


def test_each_payers_share_of_cost_and_gain(contract: Contract, finding: Finding) -> None:
    found = worked_out(contract, finding((-0.25, -0.25, -0.25), (100, 100, 100)))
    rows = {row.payer: row for row in found.payers}
    assert (rows["council"].pays, rows["landlord"].pays, rows["police"].pays) == (
        Decimal("27450.00"),
        Decimal("9150.00"),
        Decimal("0.00"),
    )
    assert rows["council"].net == pytest.approx(100 * 300 - 27450)
    assert rows["landlord"].net == pytest.approx(-9150)
    assert rows["landlord"].account == "Housing Revenue Account"
    assert rows["police"].probability == 1.0
    assert sum(row.net or 0 for row in found.payers) == pytest.approx(100 * 500 - 36600)


def test_the_scenarios_by_hand(contract: Contract, finding: Finding) -> None:
    found = worked_out(contract, finding((-0.25, -0.25, -0.25), (50, 50, 50)))
    rows = {row.name: row for row in found.scenarios}
    assert (rows["continue"].cost, rows["continue"].n_people, rows["continue"].averted) == (
        Decimal("36600.00"),
        60,
        pytest.approx(30),
    )
    assert (rows["expand"].cost, rows["expand"].n_people) == (Decimal("54900.00"), 90)
    assert (rows["stop"].cost, rows["stop"].averted, rows["stop"].net) == (Decimal("0.00"), 0.0, 0.0)
    assert rows["continue"].net == pytest.approx(30 * 500 - 36600)
    assert "31 December 2012" in found.lost
    assert "about 30 averted incidents a year are lost" in found.lost


def test_weak_evidence_is_never_counted_without_saying_so(contract: Contract, finding: Finding) -> None:
    weak = worked_out(contract, finding((-0.1, -0.2, 0.0), (50, 30, 70), 2))
    assert any("level 2 of 5" in line for line in weak.cautions)
    strong = worked_out(contract, finding((-0.1, -0.2, 0.0), (50, 30, 70), 3))
    assert strong.cautions == ()
    low = finding((-0.1, -0.2, 0.0), (50, 30, 70), 5)
    low["evidence"]["grade"] = "low"
    assert any("graded low" in line for line in worked_out(contract, low).cautions)
    low["evidence"]["grade"] = "unheard of"
    assert worked_out(contract, low).cautions
    assert worked_out(
        contract, finding((-0.1, -0.2, 0.0), (50, 30, 70), 3), rules=ValueRules(minimum_maryland=4)
    ).cautions


def test_without_a_finding_no_benefit_is_claimed(contract: Contract) -> None:
    found = worked_out(contract, None)
    assert (found.benefit, found.probability_worth) == (None, None)
    assert "No study of this scheme" in found.cautions[0]
    assert "cannot be said" in found.lost
    silent = worked_out(contract, {"status": "cannot_be_said", "reason": "only 9 people"})
    assert "only 9 people" in silent.cautions[0]


def test_without_prices_no_benefit_in_pounds(contract: Contract, finding: Finding) -> None:
    found = worked_out(contract, finding((-0.1, -0.2, 0.0), (50, 30, 70)), prices={})
    assert found.benefit is None
    assert found.break_even_per_100 is None
    assert cost(found, "repeat incident averted").value is not None


def test_people_better_by_their_scores_are_a_range_over_the_missing(contract: Contract) -> None:
    found = worked_out(contract, None, better=share(20, 30, 40))
    better = cost(found, "person reliably better")
    assert (better.low, better.high) == (pytest.approx(36600 / 60), pytest.approx(36600 / 20))
    assert "not an effect" in better.text


def test_the_same_seed_gives_the_same_figures(contract: Contract, finding: Finding) -> None:
    content = finding((-0.1, -0.2, 0.0), (50, 30, 70))
    assert worked_out(contract, content) == worked_out(contract, content)
