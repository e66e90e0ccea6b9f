"""A scheme's record and its contract are two papers about one thing: they may not contradict each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.deadlines import calendar, next_decision
from evaluation.commissioning.loading import load_contracts
from evaluation.register import Scheme, load_schemes

ROOT = Path(__file__).parents[2]
AS_OF = date(2012, 12, 31)
SCHEMES = {scheme.id: scheme for scheme in load_schemes(ROOT / "site" / "schemes")}
PAIRS = [(SCHEMES[contract.scheme], contract) for contract in load_contracts(ROOT / "contracts")]


def contradictions(scheme: Scheme, contract: Contract) -> list[str]:
    """Every field in which a record and its contract say two things."""
    due = next_decision(calendar(contract, as_of=AS_OF), as_of=AS_OF)
    last = due.decide_by if due else None
    said = {
        "provider": (scheme.provider, contract.provider),
        "lead": (scheme.lead, contract.lead),
        "funding_end": (scheme.funding_end, contract.funding_ends),
        "decision.by": (scheme.decision.by, last),
    }
    found = [f"{field}: {one} and {other}" for field, (one, other) in said.items() if one != other]
    aim = scheme.objective
    measured = [
        (round(100 * abs(float(metric.outcome_metric_target))), metric.owner, metric.target_date)
        for metric in contract.outcome_metrics
    ]
    if aim is None or (aim.number, aim.owner, aim.by) not in measured:
        found.append(f"objective: {aim} and {measured}")
    return found


@pytest.mark.parametrize(("scheme", "contract"), PAIRS, ids=[scheme.id for scheme, _ in PAIRS])
def test_a_record_and_its_contract_agree_on_days_owner_and_objective(scheme: Scheme, contract: Contract) -> None:
    assert contradictions(scheme, contract) == []


def test_each_kind_of_contradiction_is_seen() -> None:
    scheme, contract = next(pair for pair in PAIRS if pair[0].id == "elmore")
    assert scheme.objective is not None
    later = scheme.decision.model_copy(update={"by": date(2013, 1, 16)})
    aim = scheme.objective.model_copy(update={"by": date(2013, 3, 31)})
    wrong = {"decision": later, "objective": aim, "lead": "Nobody", "provider": None, "funding_end": None}
    for field, value in wrong.items():
        found = contradictions(scheme.model_copy(update={field: value}), contract)
        assert [line.partition(":")[0] for line in found] == ["decision.by" if field == "decision" else field]
