"""The worked example's contracts, end to end on data whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from evaluation.commissioning import Contract, ContractResult, evaluate, load_contracts, write, write_differences
from evaluation.commissioning.invoices import CLAIMED
from evaluation.example.provider_data import ProviderData, provider_data

CONTRACTS = Path(__file__).parents[2] / "contracts"
AS_OF = date(2012, 12, 31)
# Scheme to people, chance that the case is resolved.
PEOPLE = {
    "city_counselling": (160, 0.6), "elmore": (110, 0.65), "mediation": (120, 0.65), "family_support": (7, 0.5),
    "quiet_hours_scheme": (90, 0.3),
}  # fmt: skip
NAMES = ("risk_difference_365", "events_averted_per_100_365")
EFFECTS = {
    "elmore": ((-0.18, -0.27, -0.09), (80, 30, 130)),
    "quiet_hours_scheme": ((0.12, 0.02, 0.22), (-40, -80, 0)),
    "mediation": ((-0.11, -0.20, -0.02), (60, 10, 110)),
    "city_counselling": ((-0.04, -0.12, 0.04), (20, -20, 60)),
}


def people() -> tuple[pl.DataFrame, pl.DataFrame]:
    random = np.random.default_rng(2012)
    interventions: list[dict[str, Any]] = []
    cases: list[dict[str, Any]] = []
    for scheme, (count, chance) in PEOPLE.items():
        for _ in range(count):
            number = len(cases)
            referred = date(2011, 1, 15) + timedelta(days=int(random.integers(0, 560)))
            started = referred + timedelta(days=int(random.integers(3, 40)))
            ended = started + timedelta(days=int(random.integers(30, 100)))
            interventions.append({
                "intervention_id": f"i{number}", "scheme": scheme, "case_id": f"c{number}", "subject_id": f"p{number}",
                "referred_on": referred, "started_on": started, "ended_on": ended,
                "ending": "completed" if random.random() < 0.7 else "disengaged",
                "sessions_offered": 8, "sessions_attended": int(random.integers(2, 9)),
            })  # fmt: skip
            cases.append({
                "case_id": f"c{number}", "service": "flare" if number % 2 else "cedar", "officer_id": f"o{number % 5}",
                "area": f"Ward {number % 4}", "closed_on": ended + timedelta(days=10),
                "closure": "resolved" if random.random() < chance else "unresolved",
            })  # fmt: skip
    return pl.DataFrame(interventions), pl.DataFrame(cases)


@pytest.fixture(scope="module")
def provided() -> tuple[dict[str, pl.DataFrame], ProviderData]:
    interventions, cases = people()
    data = provider_data(interventions, 11, AS_OF)
    tables = {
        "Interventions": interventions,
        "Cases": cases,
        "Measures": data.measures,
        "Surveys": data.surveys,
        "Returns": data.returns,
    }
    return tables, data


@pytest.fixture(scope="module")
def results(provided: tuple[dict[str, pl.DataFrame], ProviderData]) -> dict[str, ContractResult]:
    findings: dict[str, Any] = {
        name: {
            "study": name, "status": "estimated", "reason": None, "can_say": [],
            "evidence": {"maryland": 3, "grade": "moderate", "reasons": []},
            "effects": [
                {"name": effect, "value": value, "low": low, "high": high, "level": 0.95}
                for effect, (value, low, high) in zip(NAMES, given, strict=True)
            ],
        }
        for name, given in EFFECTS.items()
    }  # fmt: skip
    findings["family_support"] = {
        "study": "family_support",
        "status": "cannot_be_said",
        "reason": "only seven families",
    }
    prices = {"incident": {"value": "250.00", "unit": "incident report", "source": "Finance", "year": "2012/13"}}
    contracts = load_contracts(CONTRACTS)
    return {one.id: evaluate(one, provided[0], findings, as_of=AS_OF, unit_costs=prices) for one in contracts}


def words(result: ContractResult) -> dict[str, str]:
    return {outcome.metric.id: outcome.verdict.word for outcome in result.outcomes}


def test_the_one_that_works(results: dict[str, ContractResult]) -> None:
    found = results["elmore"]
    assert found.verdict == "outcomes_met"
    assert set(words(found).values()) == {"met"}
    assert next(one for one in found.outcomes if one.metric.id == "fewer_repeats").change.word == "reliable_improvement"  # type: ignore[union-attr]


def test_the_one_that_does_not(results: dict[str, ContractResult]) -> None:
    found = results["quiet_hours_scheme"]
    assert found.verdict == "outcomes_missed"
    assert words(found)["fewer_repeats"] == "missed"
    assert next(one for one in found.outcomes if one.metric.id == "fewer_repeats").change.word == "deterioration"  # type: ignore[union-attr]


def test_the_one_that_never_collected_outcomes(results: dict[str, ContractResult]) -> None:
    found = results["witness_support"]
    assert found.verdict == "outcomes_not_evidenced"
    assert set(words(found).values()) == {"not_collected"}
    assert any(output.state == "meets" for output in found.outputs)  # its outputs are fine, and do not help


def test_the_one_with_few_second_scores(results: dict[str, ContractResult], provided: Any) -> None:
    found = results["city_counselling"]
    assert found.verdict == "outcomes_not_evidenced"
    assert words(found)["reliably_better"] == "too_incomplete"
    assert found.paired is not None
    truth = provided[1].truth["city_counselling"]["share_reliably_better"]
    assert found.paired.improvement.worst is not None
    assert found.paired.improvement.best is not None
    assert found.paired.improvement.worst <= truth <= found.paired.improvement.best
    assert found.paired.improvement.completeness < 0.5


def test_the_tiny_one(results: dict[str, ContractResult]) -> None:
    found = results["family_support"]
    assert found.verdict == "cannot_yet_be_said"
    assert words(found)["fewer_repeats"] == "cannot_yet_be_said"
    assert "only seven families" in next(one for one in found.outcomes if one.metric.kind == "finding").verdict.sentence


def test_nothing_reported_by_the_provider_alone_meets_a_target(results: dict[str, ContractResult]) -> None:
    reported = [one for result in results.values() for one in result.outcomes if one.metric.kind == "reported"]
    assert len(reported) == 3
    assert all(one.verdict.word != "met" for one in reported)


def test_outputs_alone_never_pass(results: dict[str, ContractResult], provided: Any) -> None:
    contract = results["witness_support"].contract
    high = provided[0]["Returns"].with_columns(
        value=pl.when(pl.col("contract") == "witness_support").then(999.0).otherwise("value")
    )
    found = evaluate(contract, {**provided[0], "Returns": high}, {}, as_of=AS_OF)
    assert all(output.state == "meets" for output in found.outputs)
    assert found.verdict == "outcomes_not_evidenced"


def test_the_true_share_of_complete_scores_is_recovered(results: dict[str, ContractResult], provided: Any) -> None:
    paired = results["elmore"].paired
    assert paired is not None
    assert paired.improvement.low is not None
    assert paired.improvement.high is not None
    assert paired.improvement.low <= provided[1].truth["elmore"]["share_reliably_better"] <= paired.improvement.high


def test_late_and_changed_returns_are_all_found(results: dict[str, ContractResult], provided: Any) -> None:
    for name, result in results.items():
        truth = provided[1].truth[name]
        assert result.returns.count("late") == truth["returns_late"], name


def test_a_target_that_is_not_due_is_not_missed_yet(results: dict[str, ContractResult], provided: Any) -> None:
    contract = results["quiet_hours_scheme"].contract
    early = contract.model_copy(
        update={
            "outcome_metrics": tuple(
                m.model_copy(update={"target_date": date(2013, 9, 30)}) for m in contract.outcome_metrics
            )
        }
    )
    found = evaluate(early, provided[0], {}, as_of=AS_OF)
    resolved = next(one for one in found.outcomes if one.metric.id == "case_resolved")
    assert (resolved.verdict.word, resolved.text) == ("missed", "Target missed so far")
    assert found.verdict != "outcomes_missed"


def test_people_of_an_earlier_contract_do_not_count(results: dict[str, ContractResult], provided: Any) -> None:
    contract = results["elmore"].contract
    tables = dict(provided[0])
    shifted = tables["Interventions"].with_columns(
        started_on=pl.when(pl.col("scheme") == "elmore").then(date(2009, 1, 1)).otherwise("started_on")
    )
    assert evaluate(contract, {**tables, "Interventions": shifted}, {}, as_of=AS_OF).delivery.n_started == 0


def test_what_the_returns_claim_stands_beside_what_the_records_support(results: dict[str, ContractResult]) -> None:
    ((name, claimed, supported),) = results["elmore"].claimed_units
    assert name == "case_resolved"
    assert results["elmore"].invoices is not None
    assert supported == results["elmore"].invoices.payable.height
    assert claimed > supported  # the invented provider claims everybody who completed, resolved or not
    assert results["mediation"].claimed_units == ()


def test_what_a_waiting_list_gains_stands_beside_the_scores(results: dict[str, ContractResult]) -> None:
    counselling = results["city_counselling"].to_json()["counselling"]
    assert "people who only wait gain too" in counselling["warning"]
    assert (counselling["waiting_list"]["value"], counselling["gain"]["standardised_value"] > 0) == (0.505, True)


def test_the_decision_box_says_what_to_decide_by_when(results: dict[str, ContractResult]) -> None:
    facts = results["quiet_hours_scheme"].to_json()["facts"]
    assert facts["what_happened"] == "Target missed: 2 of 2"
    assert facts["what_to_decide"] == "Break clause (commissioner); decide by 30 January 2013"
    assert results["family_support"].to_json()["facts"]["how_sure_we_are"] == "Evidence not graded"


def test_each_per_case_year_is_capped(results: dict[str, ContractResult]) -> None:
    rows = results["mediation"].cases_due
    assert [year for year, _, _ in rows] == ["2010/11", "2011/12", "2012/13"]
    assert all(due == min(240 * n, 26500) for _, n, due in rows)


def test_the_json_is_json_without_a_client(results: dict[str, ContractResult], tmp_path: Path) -> None:
    paths = write(results.values(), tmp_path)
    assert [path.stem for path in paths] == sorted(results)
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert json.loads(text)["as_of"] == "2012-12-31"
        assert '"p1' not in text
        assert '"c1' not in text
    again = write(results.values(), tmp_path / "again")
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]


def test_every_whole_number_of_the_json_says_what_it_is(results: dict[str, ContractResult]) -> None:
    def counts(tree: Any, key: str = "") -> set[str]:
        if isinstance(tree, dict):
            return set().union(*(counts(value, name) for name, value in tree.items()), set())
        if isinstance(tree, list):
            return set().union(*(counts(value, key) for value in tree), set())
        return {key} if isinstance(tree, int) and not isinstance(tree, bool) else set()

    keys = set().union(*(counts(result.to_json()) for result in results.values()))
    assert {key for key in keys if not key.startswith("n_")} <= {
        "year", "price_base", "price_year", "days", "late_days", "notice_days", "maryland", "stretch_index",
            "maximum_units_per_year",
        "on_time_index", "late_index", "overdue_index", "not_yet_due_index", "changed_index",
    }  # fmt: skip


def test_disclosure_control_accepts_every_result(results: dict[str, ContractResult]) -> None:
    from evaluation.publishing.disclosure_rules import Rules
    from evaluation.publishing.release import release_contract

    tiny = release_contract(results["family_support"].to_json(), Rules())
    assert tiny.data["delivery"]["n_started"] is None  # type: ignore[index]
    for result in results.values():
        assert release_contract(result.to_json(), Rules()).name == result.contract.id


def test_differences_of_invoices_go_to_the_contract_manager_alone(
    contract: Contract, records: Callable[..., dict[str, pl.DataFrame]], tmp_path: Path
) -> None:
    claims = pl.DataFrame(
        [
            {
                "client_id": "p1",
                "outcome_metric_id": "resolved",
                "achieved_on": None,
                "invoice_ref": "INV1",
                "amount": "120.50",
            }
        ],
        schema={**CLAIMED, "amount": pl.String},
    ).with_columns(pl.col("amount").str.to_decimal(scale=2).cast(pl.Decimal(12, 2)))
    found = evaluate(contract, records(), {}, as_of=AS_OF, claims=claims)
    (path,) = write_differences([found], tmp_path)
    assert "p1,resolved,120.50,0.00,120.50,not supported by the records" in path.read_text(encoding="utf-8")
    assert found.to_json()["invoices"]["differences"] == [
        {"reason": "not supported by the records", "n_clients": 1, "difference": "120.50"}
    ]
    assert write_differences([evaluate(contract, records(), {}, as_of=AS_OF)], tmp_path / "none") == ()


def test_empty_records_give_a_result_that_says_so(
    contract: Contract, records: Callable[..., dict[str, pl.DataFrame]]
) -> None:
    found = evaluate(contract, records(), {}, as_of=AS_OF)
    assert found.verdict == "outcomes_not_evidenced"
    assert found.outputs[0].state == "not_reported"
    assert json.dumps(found.to_json(), allow_nan=False)
