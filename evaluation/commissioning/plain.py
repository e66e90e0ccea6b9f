"""A contract's result as plain JSON: counts under `n_…`, money as text in pounds, dates as ISO text, no client.

No key names an identifier, so that disclosure control can refuse every key that would lead to a person.
"""

from __future__ import annotations

from typing import Any

from evaluation.commissioning.comparisons import Comparison
from evaluation.commissioning.counselling import Delivery, PairedOutcomes
from evaluation.commissioning.deadlines import next_decision
from evaluation.commissioning.invoices import Invoices
from evaluation.commissioning.outcomes import Outcome
from evaluation.commissioning.plain_contract import contract_json, facts_json, plain, renamed
from evaluation.commissioning.plain_outputs import output_json, returns_json
from evaluation.commissioning.result import ContractResult
from evaluation.commissioning.satisfaction import Satisfaction
from evaluation.commissioning.shares import Share
from evaluation.commissioning.value import Value
from evaluation.commissioning.verdict import PLAIN, Verdict


def result_json(result: ContractResult) -> dict[str, Any]:
    """Give a contract's result as JSON-ready values."""
    decision = next_decision(result.calendar, as_of=result.as_of)
    content = {
        **contract_json(result.contract),
        "as_of": result.as_of,
        "verdict": {"word": result.verdict, "text": PLAIN[result.verdict], "sentence": result.sentence},
        "facts": facts_json(result, decision),
        "decision": decision,
        "outputs": [output_json(one) for one in result.outputs],
        "outcomes": [_outcome(one) for one in result.outcomes],
        "delivery": _delivery(result.delivery),
        "counselling": None if result.paired is None else _paired(result.paired),
        "satisfaction": {
            "here": _satisfaction(result.satisfaction),
            "by_scheme": [_satisfaction(one) for one in result.satisfaction_by_scheme],
            "by_service": [_satisfaction(one) for one in result.satisfaction_by_service],
        },
        "funnels": [_comparison(one) for one in result.comparisons],
        "returns": returns_json(result.returns, result.contract),
        "value": _value(result.value),
        "scenarios": result.value.scenarios,
        "calendar": result.calendar,
        "invoices": None if result.invoices is None else _invoices(result.invoices, result.claimed_units),
        "cases_due": [{"year": year, "n_cases": n, "due": due} for year, n, due in result.cases_due],
        "evidence": _evidence(result),
        "rules": result.rules,
        "source": result.contract.source,
    }
    return plain(content)


def _share(found: Share | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "n_achieved": found.achieved,
        "n_known": found.known,
        "share": found.value,
        "low": found.low,
        "high": found.high,
        # On their own, so that a hidden number of missing people hides the bounds that would give it away.
        "bounds": {
            "n_missing": found.missing,
            "known_share": found.completeness,
            "worst_share": found.worst,
            "best_share": found.best,
        },
    }


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "word": verdict.word,
        "text": PLAIN[verdict.word],
        "sentence": verdict.sentence,
        "probability": {"value": verdict.probability, "low": verdict.worst, "high": verdict.best},
    }


def _outcome(one: Outcome) -> dict[str, Any]:
    metric = one.metric
    effect = None if one.effect is None else dict(zip(("value", "low", "high"), one.effect, strict=True))
    return {
        "name": metric.id,
        "definition": metric.definition,
        "kind": metric.kind,
        "instrument": metric.instrument,
        "effect": metric.effect,
        "data_source": metric.data_source_for_outcome_validation,
        "validation_method": metric.outcome_validation_method,
        "baseline_value": metric.baseline,
        "target": metric.outcome_metric_target,
        "direction": metric.direction,
        "target_date": metric.target_date,
        "owner": metric.owner,
        "due": one.due,
        "verdict": {**(_verdict(one.verdict) or {}), "text": one.text},
        "change": _verdict(one.change),
        "result": _share(one.share),
        "finding": effect,
        "exact_test": {"high": one.p_high, "low": one.p_low},
        "note": one.note,
    }


def _delivery(delivered: Delivery) -> dict[str, Any]:
    return {
        "n_referred": delivered.n_referred,
        "declined": {"n_people": delivered.n_declined},
        "n_started": delivered.n_started,
        "n_finished": delivered.n_finished,
        "endings": [{"ending": name, "n_people": n} for name, n in delivered.endings.items()],
        "planned": _share(delivered.planned),
        "waiting": {"median": delivered.waiting_median, "longest_tenth_days": delivered.waiting_90},
        "sessions": {
            "n_offered": delivered.sessions_offered,
            "n_attended": delivered.sessions_attended,
            "share": delivered.attendance,
        },
    }


def _paired(paired: PairedOutcomes) -> dict[str, Any]:
    scale = paired.instrument
    return {
        "instrument": scale.name,
        "scale": {
            "cut_off_value": scale.cut_off,
            "reliable_change_value": scale.reliable_change,
            "level": scale.level,
            "meaning": scale.meaning,
            "source": scale.source,
        },
        "n_first": paired.n_first,
        "n_finished": paired.n_finished,
        "n_pairs": paired.pairs.height,
        "outside_range": {"n_scores": paired.outside},
        "improvement": _share(paired.improvement),
        "deterioration": _share(paired.deterioration),
        "recovery": _share(paired.recovery),
        "reliable_recovery": _share(paired.reliable_recovery),
        "gain": {
            "n_pairs": paired.pairs.height,
            "value": paired.mean_gain,
            "low": paired.mean_low,
            "high": paired.mean_high,
            "standardised_value": paired.standardised_gain,
        },
        "verdict": _verdict(paired.verdict),
        "warning": paired.waiting_list.text,
        "waiting_list": paired.waiting_list,
    }


def _satisfaction(one: Satisfaction) -> dict[str, Any]:
    return {
        "name": one.name,
        "n_sent": one.sent,
        "n_returned": one.returned,
        "response_rate": one.response,
        "satisfied": _share(one.share),
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    units = [
        {
            "label": unit.name,
            "n_total": unit.n,
            "n_achieved": unit.achieved,
            "share": unit.value,
            "flag": unit.flag,
            "limits": {
                "low_95": unit.low_95,
                "high_95": unit.high_95,
                "low_998": unit.low_998,
                "high_998": unit.high_998,
            },
        }
        for unit in one.funnel.units
    ]
    found = one.funnel
    return {
        "name": one.name,
        "title": one.title,
        "unit": one.unit,
        "target": found.target,
        "phi_value": found.phi,
        "tau2_value": found.tau2,
        "dispersion": found.dispersion,
        "sentence": found.sentence,
        "units": units,
        "lines": [{**plain(line), "size": float(line.size) + 0.0} for line in found.lines],
    }


def _value(worth: Value) -> dict[str, Any]:
    kept = renamed(plain(worth))
    del kept["scenarios"]
    kept["benefit"] = {"value": worth.benefit, "low": worth.benefit_low, "high": worth.benefit_high}
    kept["worth"] = {"value": kept.pop("probability_worth")}
    kept["payers"] = [{**row, "probability": {"value": row["probability"]}} for row in kept["payers"]]
    for name in ("benefit_low", "benefit_high"):
        del kept[name]
    return kept


def _invoices(account: Invoices, units: tuple[tuple[str, int, int], ...]) -> dict[str, Any]:
    unpaid = account.payable.filter(account.payable["reason"] != "")
    return {
        "due": account.due,
        "claimed": account.claimed,
        "n_results": account.payable.height,
        "capped": {"n_results": unpaid.height},
        "by_return": [{"outcome": name, "n_claimed": asked, "n_supported": held} for name, asked, held in units],
        "differences": [
            {"reason": reason, "n_clients": n, "difference": total} for reason, (n, total) in account.by_reason.items()
        ],
    }


def _evidence(result: ContractResult) -> dict[str, Any] | None:
    found = result.evidence
    if found is None:
        return None
    return {
        "study": found.study,
        "status": found.status,
        "reason": found.reason,
        "maryland": found.maryland,
        "grade": found.grade,
        "reasons": found.reasons,
        "can_say": found.can_say,
    }
