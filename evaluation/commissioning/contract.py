"""The contract: what was bought, for how much, until when, and what is to change for people because of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field

from evaluation.commissioning.terms import (
    Citation,
    Dates,
    Funding,
    Identifier,
    Lot,
    Monitoring,
    OutcomeMetric,
    Part,
    Payment,
    Role,
    ServiceLevel,
    Text,
    YearValue,
)

SHARE_KINDS = ("reliable_improvement", "reliable_recovery", "satisfied", "resolved", "reported")


class Contract(Part):
    """One contract as its file holds it. The file's stem, `id`, the scheme and the study share one name.

    Dates are days; money is `Decimal` in pounds; shares run from 0 to 1.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, title="Contract")

    id: Identifier
    title: Text
    scheme: Identifier
    provider: Text
    synthetic: bool
    lead: Role
    owner: Role
    purpose: Text
    intervention: Text
    target_population: Text
    policy_sector: str = "Criminal justice"
    lots: Annotated[tuple[Lot, ...], Field(strict=False)] = ()
    dates: Dates
    values: Annotated[tuple[YearValue, ...], Field(strict=False, min_length=1)]
    funding: Annotated[tuple[Funding, ...], Field(strict=False, min_length=1)]
    payment: Payment
    monitoring: Monitoring
    service_levels: Annotated[tuple[ServiceLevel, ...], Field(strict=False)] = ()
    outcome_metrics: Annotated[tuple[OutcomeMetric, ...], Field(strict=False)] = ()
    source: Annotated[tuple[Citation, ...], Field(strict=False)] = ()

    @property
    def starts(self) -> date:
        """The first day of service."""
        return self.dates.start_date_of_service_provision

    @property
    def ends(self) -> date:
        """The last day of service."""
        return self.dates.anticipated_end_date_of_service_provision

    @property
    def total(self) -> Decimal:
        """The whole value over the term, in pounds."""
        return sum((year.amount for year in self.values), Decimal("0.00"))

    @property
    def funding_ends(self) -> date:
        """The day the first of the funding sources ends."""
        return min(source.ends for source in self.funding)

    def metric(self, identifier: str) -> OutcomeMetric:
        """Give the outcome metric of that id; `KeyError` when there is none."""
        return {metric.id: metric for metric in self.outcome_metrics}[identifier]

    def spent(self, as_of: date) -> tuple[Decimal, Decimal, Decimal]:
        """Money for the service up to and including `as_of`, by days of each year: (amount, low, high) in pounds."""
        parts = [(_elapsed(year, self, as_of), year) for year in self.values]
        amount = sum((share * year.amount for share, year in parts), Decimal(0))
        low = sum((share * (year.low or year.amount) for share, year in parts), Decimal(0))
        high = sum((share * (year.high or year.amount) for share, year in parts), Decimal(0))
        penny = Decimal("0.01")
        return amount.quantize(penny), low.quantize(penny), high.quantize(penny)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield `(path, message)` for every rule that spans several fields and is broken."""
        yield from _date_problems(self)
        yield from _money_problems(self)
        yield from _payment_problems(self)
        yield from _metric_problems(self)


def financial_year(label: str) -> tuple[date, date]:
    """Turn `"2011/12"` into its first and last day (1 April to 31 March)."""
    first = int(label[:4])
    return date(first, 4, 1), date(first + 1, 3, 31)


def _elapsed(year: YearValue, contract: Contract, as_of: date) -> Decimal:
    first, last = financial_year(year.year)
    first, last = max(first, contract.starts), min(last, contract.ends)
    days = (last - first).days + 1
    done = (min(as_of, last) - first).days + 1
    return Decimal(max(0, done)) / Decimal(days) if days > 0 else Decimal(0)


def _date_problems(contract: Contract) -> Iterator[tuple[str, str]]:
    if contract.ends <= contract.starts:
        yield "dates.anticipated_end_date_of_service_provision", "the service ends before it starts"
    for index, clause in enumerate(contract.dates.break_clauses):
        if not contract.starts <= clause.on <= contract.ends:
            yield f"dates.break_clauses[{index}].on", "a break clause lies within the term"
    for index, review in enumerate(contract.dates.review_dates):
        if review < contract.starts:
            yield f"dates.review_dates[{index}]", "a review cannot come before the service starts"
    for index, metric in enumerate(contract.outcome_metrics):
        if not contract.starts <= metric.target_date <= contract.ends + timedelta(days=366):
            yield f"outcome_metrics[{index}].target_date", "a target falls due in the term or the year after it"


def _money_problems(contract: Contract) -> Iterator[tuple[str, str]]:
    shares = sum((source.share for source in contract.funding), Decimal(0))
    if shares != 1:
        yield "funding", f"the shares of the funding sources add up to {shares}, not to 1"
    labels = [year.year for year in contract.values]
    if len(labels) != len(set(labels)):
        yield "values", "a year is written twice"
    for index, year in enumerate(contract.values):
        first, last = financial_year(year.year)
        if int(year.year[5:]) != (first.year + 1) % 100:
            yield f"values[{index}].year", f"'{year.year}' is not a financial year such as 2011/12"
        elif last < contract.starts or first > contract.ends:
            yield f"values[{index}].year", f"{year.year} lies outside the term"
        if not (year.low or year.amount) <= year.amount <= (year.high or year.amount):
            yield f"values[{index}]", "low <= amount <= high does not hold"


def _payment_problems(contract: Contract) -> Iterator[tuple[str, str]]:
    payment = contract.payment
    if payment.kind == "per_case" and payment.price_per_case is None:
        yield "payment.price_per_case", "a contract paid per case needs its price"
    if payment.kind in ("by_results", "mixed") and not payment.tariffs:
        yield "payment.tariffs", "a contract paid by results needs its tariffs"
    kinds = {metric.id: metric.kind for metric in contract.outcome_metrics}
    priced = [tariff.outcome_metric_id for tariff in payment.tariffs]
    for repeated in sorted({name for name in priced if priced.count(name) > 1}):
        yield "payment.tariffs", f"there are two tariffs for '{repeated}'"
    for index, tariff in enumerate(payment.tariffs):
        where = f"payment.tariffs[{index}].outcome_metric_id"
        if tariff.outcome_metric_id not in kinds:
            yield where, f"'{tariff.outcome_metric_id}' is not one of this contract's outcome metrics"
        elif kinds[tariff.outcome_metric_id] in ("finding", "reported"):
            yield where, "a tariff is paid for a result that can be verified client by client"


_NEEDS = {
    "reliable_improvement": ("instrument",),
    "reliable_recovery": ("instrument",),
    "finding": ("effect",),
    "reported": ("measure", "measure_of"),
}


def _metric_problems(contract: Contract) -> Iterator[tuple[str, str]]:
    identifiers = [entry.id for entry in (*contract.service_levels, *contract.outcome_metrics)]
    for repeated in sorted({entry for entry in identifiers if identifiers.count(entry) > 1}):
        yield "outcome_metrics", f"the id '{repeated}' is used twice"
    for index, metric in enumerate(contract.outcome_metrics):
        where = f"outcome_metrics[{index}]"
        for field in _NEEDS.get(metric.kind, ()):
            if getattr(metric, field) is None:
                yield f"{where}.{field}", f"an outcome of kind '{metric.kind}' needs `{field}`"
        if metric.kind in SHARE_KINDS and not 0 <= metric.outcome_metric_target <= 1:
            yield f"{where}.outcome_metric_target", "the target of a share lies between 0 and 1"
