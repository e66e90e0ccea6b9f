"""Value for money: what a referral, a completed case, a person helped and an averted incident cost, and who gains.

Costs and effects are simulated together, so that every interval carries both the effect's uncertainty and the cost's
range. A cost per averted incident has no upper limit when the effect may be nil: that is said, never hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.counselling import Delivery
from evaluation.commissioning.evidence import Evidence
from evaluation.commissioning.scenarios import Scenario, lost, scenarios
from evaluation.commissioning.shares import Share
from evaluation.commissioning.simulation import STANDARD_VALUE, Draws, Floats, ValueRules, simulate, spread, total
from evaluation.commissioning.unit_costs import Prices, UnitCost


@dataclass(frozen=True)
class CostPer:
    """A cost in pounds for one unit; `high` is `None` when there is no upper limit, `value` when there is no unit."""

    name: str
    n: int | None
    value: float | None
    low: float | None
    high: float | None
    text: str


@dataclass(frozen=True)
class PayerValue:
    """What one payer pays and gets: pounds over the contract so far, net gain with limits, and its probability."""

    payer: str
    account: str
    pays: Decimal
    gains: float | None
    net: float | None
    low: float | None
    high: float | None
    probability: float | None


@dataclass(frozen=True)
class Value:
    """Value for money of a contract up to the as-of date, and the choice ahead."""

    spent: Decimal
    spent_low: Decimal
    spent_high: Decimal
    costs: tuple[CostPer, ...]
    benefit: float | None
    benefit_low: float | None
    benefit_high: float | None
    probability_worth: float | None
    break_even_per_100: float | None
    payers: tuple[PayerValue, ...]
    scenarios: tuple[Scenario, ...]
    lost: str
    cautions: tuple[str, ...]
    price_year: int
    unit_costs: tuple[UnitCost, ...]


def value(
    contract: Contract,
    delivered: Delivery,
    evidence: Evidence | None,
    prices: Prices,
    *,
    as_of: date,
    started_last_year: int,
    better: Share | None = None,
    rules: ValueRules = STANDARD_VALUE,
) -> Value:
    """Work out the value of a contract from its cost so far and its study's finding.

    Parameters
    ----------
    started_last_year
        People who started in the 365 days up to `as_of`: the scenarios' yearly number.
    better
        People reliably better, with bounds, where scores are held.
    """
    amount, low, high = contract.spent(as_of)
    draws = simulate(evidence, prices, (amount, low, high), rules)
    people = delivered.n_started
    averted = None if draws.averted_per_person is None else people * draws.averted_per_person
    gains = None if averted is None or not draws.unit else averted * total(draws.unit)
    benefit, benefit_low, benefit_high = spread(gains, rules.level)
    return Value(
        amount, low, high,
        _costs(draws, delivered, averted, better, rules),
        benefit, benefit_low, benefit_high,
        None if gains is None else float(np.mean(gains > draws.cost)),
        _break_even(amount, people, prices),
        _payers(contract, amount, averted, draws, rules),
        scenarios(contract, draws, started_last_year, rules),
        lost(contract, draws, started_last_year, rules),
        _cautions(evidence, prices, rules),
        prices.year, prices.averted,
    )  # fmt: skip


def _costs(
    draws: Draws, delivered: Delivery, averted: Floats | None, better: Share | None, rules: ValueRules
) -> tuple[CostPer, ...]:
    completed = delivered.planned.achieved
    rows = [
        _per_count("referral", delivered.n_referred, draws.cost, rules, "referrals"),
        _per_count("person seen", delivered.n_started, draws.cost, rules, "people who started"),
        _per_count("completed case", completed, draws.cost, rules, "people who completed"),
    ]
    if better is not None and better.known:
        rows.append(_per_better(draws.cost, better))
    helped = None if draws.helped_per_person is None else delivered.n_started * draws.helped_per_person
    rows.append(_per_effect("person helped", draws.cost, helped, rules, "people kept from being reported again"))
    rows.append(_per_effect("repeat incident averted", draws.cost, averted, rules, "repeat incidents averted"))
    return tuple(rows)


def _per_count(name: str, n: int, cost: Floats, rules: ValueRules, what: str) -> CostPer:
    if n == 0:
        return CostPer(name, 0, None, None, None, f"There were no {what}.")
    middle, low, high = spread(cost / n, rules.level)
    return CostPer(name, n, middle, low, high, f"The money so far for each of the {what}.")


def _per_better(cost: Floats, better: Share) -> CostPer:
    spent = float(np.mean(cost))
    most, fewest = better.achieved + better.missing, better.achieved
    text = (
        "Reliably better by their own scores, which is not an effect; the range is over those without a second score."
    )
    low = spent / most if most else None
    return CostPer("person reliably better", better.achieved, None, low, spent / fewest if fewest else None, text)


def _per_effect(name: str, cost: Floats, amount: Floats | None, rules: ValueRules, what: str) -> CostPer:
    if amount is None:
        return CostPer(name, None, None, None, None, f"No finding says how many {what} there were.")
    tail = (1 - rules.level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(amount > 0, cost / np.where(amount > 0, amount, 1.0), np.inf)
    low, middle, high = (float(np.quantile(ratio, at, method="lower")) for at in (tail, 0.5, 1 - tail))
    chance = float(np.mean(amount <= 0))
    if chance >= 0.5:
        return CostPer(name, None, None, None, None, f"More likely than not there were no {what}, so none has a cost.")
    if chance > tail:
        text = f"With probability {chance:.0%} there were no {what}, so this cost has no upper limit."
    else:
        text = f"The money so far for each of the {what}, against like people without the service."
    return CostPer(name, None, _finite(middle), _finite(low), _finite(high), text)


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _break_even(amount: Decimal, people: int, prices: Prices) -> float | None:
    worth = sum((price.value for price in prices.averted), Decimal(0))
    if not people or not worth:
        return None
    return float(amount / worth / people * 100)


def _payers(
    contract: Contract, amount: Decimal, averted: Floats | None, draws: Draws, rules: ValueRules
) -> tuple[PayerValue, ...]:
    named = dict.fromkeys([source.payer for source in contract.funding])
    rows = [_payer(contract, name, amount, averted, draws, rules) for name in [*named, *_only_gain(draws, named)]]
    return tuple(rows)


def _only_gain(draws: Draws, named: dict[str, None]) -> list[str]:
    return sorted(payer for payer in draws.unit if payer not in named)


def _payer(
    contract: Contract, payer: str, amount: Decimal, averted: Floats | None, draws: Draws, rules: ValueRules
) -> PayerValue:
    sources = [source for source in contract.funding if source.payer == payer]
    share = sum((source.share for source in sources), Decimal(0))
    account = "; ".join(source.account for source in sources)
    pays = (amount * share).quantize(Decimal("0.01"))
    if averted is None or not draws.unit:
        return PayerValue(payer, account, pays, None, None, None, None, None)
    gains = averted * draws.unit.get(payer, np.zeros_like(averted))
    net = gains - draws.cost * float(share)
    middle, low, high = spread(net, rules.level)
    return PayerValue(payer, account, pays, float(np.mean(gains)), middle, low, high, float(np.mean(net > 0)))


def _cautions(evidence: Evidence | None, prices: Prices, rules: ValueRules) -> tuple[str, ...]:
    notes = list(prices.notes)
    if not prices.averted:
        notes.append(
            "No unit cost of an averted incident is given in current prices, so no benefit is counted in pounds."
        )
    if evidence is None:
        notes.append("No study of this scheme has been run, so no benefit is claimed.")
    elif not evidence.estimated:
        notes.append(f"The study cannot say whether it works: {evidence.reason or 'no reason given'}.")
    elif evidence.is_below(rules.minimum_grade, rules.minimum_maryland):
        level = "not placed" if evidence.maryland is None else f"level {evidence.maryland} of 5"
        notes.append(
            f"The benefit rests on a finding graded {evidence.grade or 'not at all'} ({level} on the Maryland scale), "
            f"below what is asked for a benefit ({rules.minimum_grade}, level {rules.minimum_maryland}): "
            "read it as an indication."
        )
    return tuple(notes)
