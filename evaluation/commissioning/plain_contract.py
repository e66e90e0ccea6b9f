"""The contract and its decision box as plain JSON values, with no key that could be taken for a person's identifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from pydantic import BaseModel

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.deadlines import Deadline
from evaluation.commissioning.result import ContractResult


def plain(value: Any) -> Any:
    """Turn dataclasses, contract parts, money, dates and numbers into what JSON holds; floats keep six figures."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in cast("Mapping[object, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in cast("Sequence[Any]", value)]
    return value


_RENAMED = {"id": "name", "payer": "paid_by", "outcome_metric_id": "outcome", "n": "n_units"}


def renamed(value: Any) -> Any:
    """Give plain values with keys that no rule could take for a person's identifier."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        return {_RENAMED.get(key, key): renamed(entry) for key, entry in entries}
    return [renamed(entry) for entry in cast("list[Any]", value)] if isinstance(value, list) else value


def contract_json(contract: Contract) -> dict[str, Any]:
    """Give the contract itself: who, what, for how much and until when."""
    return {
        "contract": contract.id,
        "title": contract.title,
        "scheme": contract.scheme,
        "provider": contract.provider,
        "synthetic": contract.synthetic,
        "lead": contract.lead,
        "owner": contract.owner,
        "purpose": contract.purpose,
        "intervention": contract.intervention,
        "target_population": contract.target_population,
        "lots": renamed(plain(contract.lots)),
        "term": {
            "from": contract.starts,
            "to": contract.ends,
            "signed": contract.dates.outcomes_contract_signed,
            "notice_days": contract.dates.notice_days,
        },
        "funding_ends": contract.funding_ends,
        "value_total": contract.total,
        "value_by_year": contract.values,
        "funding": renamed(plain(contract.funding)),
        "payment": renamed(plain(contract.payment)),
    }


def facts_json(result: ContractResult, decision: Deadline | None) -> dict[str, str]:
    """Give the four lines of the decision box: what happened, how sure, what it costs, what to decide."""
    texts = [one.text for one in result.outcomes]
    counted = "; ".join(f"{text}: {texts.count(text)} of {len(texts)}" for text in dict.fromkeys(texts))
    sure = "No finding yet"
    if result.evidence is not None:
        level = "" if result.evidence.maryland is None else f", level {result.evidence.maryland} of 5"
        sure = f"Evidence {result.evidence.grade or 'not graded'}{level}"
    decide = "No decision is due."
    if decision is not None:
        by = decision.decide_by or decision.on
        passed = "the day to give notice has passed, it was" if by < result.as_of else "decide by"
        decide = f"{decision.text}; {passed} {by.day} {by:%B %Y}"
    return {
        "what_happened": counted or "The contract names no outcome",
        "how_sure_we_are": sure,
        "what_it_costs": f"£{result.value.spent:,.0f} so far, of £{result.contract.total:,.0f} over the term",
        "what_to_decide": decide,
    }
