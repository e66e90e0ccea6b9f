"""The parts of a contract: dates, money, payment terms, outputs and outcomes.

Field names follow the INDIGO vocabulary of the Government Outcomes Lab where it has one (`outcome_metrics`,
`outcome_metric_target`, `price_per_unit`, `start_date_of_service_provision`, ...). Money is a quoted string in the file
and a `Decimal` here, so that no penny passes through a float.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_MONEY = re.compile(r"-?\d{1,10}(\.\d{2})?")
_SHARE = re.compile(r"(0(\.\d{1,6})?|1(\.0{1,6})?)")


def _money(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise ValueError('money is written in quotes, in pounds or pounds and pence, like "62100.00"')
    if value.startswith("-"):
        raise ValueError("money in a contract cannot be negative")
    return Decimal(value).quantize(Decimal("0.01"))


def _fraction(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _SHARE.fullmatch(value):
        raise ValueError('a share is written in quotes, from "0" to "1", like "0.60"')
    return Decimal(value)


def _role(value: object) -> object:
    if not isinstance(value, str) or len(value.strip()) < 3:
        raise ValueError("name the role that answers for this, like 'Head of Community Safety'")
    if "@" in value or re.search(r"\b(mr|mrs|ms|miss|dr)\b", value, re.IGNORECASE):
        raise ValueError("name a role, never a person")
    return value.strip()


_MoneyText = Annotated[str, Field(pattern=r"^\d{1,10}(\.\d{2})?$", description="Pounds in quotes, like 62100.00")]
_ShareText = Annotated[
    str, Field(pattern=r"^(0(\.\d{1,6})?|1(\.0{1,6})?)$", description="A share in quotes, like 0.60")
]
Money = Annotated[Decimal, Field(strict=False), BeforeValidator(_money, json_schema_input_type=_MoneyText)]
Fraction = Annotated[Decimal, Field(strict=False), BeforeValidator(_fraction, json_schema_input_type=_ShareText)]
Role = Annotated[str, BeforeValidator(_role, json_schema_input_type=str)]
Text = Annotated[str, Field(min_length=3)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Direction = Literal["increase", "decrease"]
Payer = Literal["council", "landlord", "police", "health", "charity", "government", "other"]
OutcomeKind = Literal["reliable_improvement", "reliable_recovery", "satisfied", "resolved", "reported", "finding"]


class Part(BaseModel):
    """A frozen piece of a contract that refuses unknown keys and never guesses a type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Lot(Part):
    """One part of the contract that was let on its own."""

    id: Identifier
    title: Text


class BreakClause(Part):
    """A day on which a party may end the contract, and the notice that it needs."""

    on: date
    notice_days: Annotated[int, Field(ge=0, le=730)]
    by: Literal["commissioner", "provider", "either"] = "either"


class Dates(Part):
    """The contract's dates; INDIGO's names."""

    outcomes_contract_signed: date
    start_date_of_service_provision: date
    anticipated_end_date_of_service_provision: date
    notice_days: Annotated[int, Field(ge=0, le=730)]
    review_dates: Annotated[tuple[date, ...], Field(strict=False)] = ()
    break_clauses: Annotated[tuple[BreakClause, ...], Field(strict=False)] = ()


class YearValue(Part):
    """What the contract costs in one financial year; `low` and `high` where the cost is uncertain."""

    year: Annotated[str, Field(pattern=r"^\d{4}/\d{2}$")]
    amount: Money
    low: Money | None = None
    high: Money | None = None


class Funding(Part):
    """Who pays which share, from which account, until when."""

    payer: Payer
    account: Text
    share: Fraction
    ends: date


class Tariff(Part):
    """A price for each result; INDIGO's outcome pricing."""

    outcome_metric_id: Identifier
    price_per_unit: Money
    maximum_units_per_year: Annotated[int, Field(gt=0)] | None = None
    maximum_price_if_all_targets_achieved: Money | None = None


class Payment(Part):
    """How the provider is paid: a block sum, a fee for each case, results, or a mixture."""

    kind: Literal["block", "per_case", "by_results", "mixed"]
    price_per_case: Money | None = None
    cap_per_year: Money | None = None
    tariffs: Annotated[tuple[Tariff, ...], Field(strict=False)] = ()
    terms: str = ""


class ServiceLevel(Part):
    """An output: what the provider does. It is monitored and it never passes a contract by itself."""

    id: Identifier
    definition: Text
    target: float
    direction: Direction
    unit: Text
    owner: Role
    target_date: date
    rebase: Annotated[tuple[Rebase, ...], Field(strict=False)] = ()


class Rebase(Part):
    """A day from which the control limits are worked out anew, and why."""

    on: date
    reason: Text


class OutcomeMetric(Part):
    """An outcome: what changes for people. Number, date and owner are required: that is what SMART means here.

    `kind` says how it is computed: from first and last scores (`reliable_improvement`, `reliable_recovery`, which need
    an `instrument`), from closure surveys (`satisfied`), from the cases' closures (`resolved`), from the provider's own
    return (`reported`: `measure` achieved of `measure_of`), or from a study's finding (`finding`: needs `effect`).
    """

    id: Identifier
    definition: Text
    kind: OutcomeKind
    data_source_for_outcome_validation: Text
    outcome_validation_method: Literal[
        "Randomised Control Trial",
        "Quasi-experimental study",
        "Historical comparison",
        "Pre-Post analysis",
        "Simple ex-post verification",
        "Not available",
    ]
    baseline: float | Literal["not known"]
    outcome_metric_target: float
    direction: Direction
    target_date: date
    owner: Role
    target_population: str = ""
    instrument: Literal["CORE-10", "CORE-OM", "PHQ-9", "GAD-7", "SWEMWBS"] | None = None
    effect: str | None = None
    measure: Identifier | None = None
    measure_of: Identifier | None = None


class Monitoring(Part):
    """How often a monitoring return is owed, and how many days after the period's end."""

    frequency: Literal["monthly", "quarterly", "yearly"]
    due_days: Annotated[int, Field(ge=0, le=365)]


class Citation(Part):
    """What a source document says of the real scheme; shown in a box of its own, never mixed with the example."""

    document: Text
    section: Text
    fact: Text
    quote: str = ""


ServiceLevel.model_rebuild()
