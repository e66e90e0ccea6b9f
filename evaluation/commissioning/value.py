"""Value for money: what a referral, a completed case, a person helped and an averted incident cost, and who gains.

Costs and effects are simulated together, so that every interval carries both the effect's uncertainty and the cost's
range. A cost per averted incident has no upper limit when the effect may be nil: that is said, never hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.counselling import Delivery
from evaluation.commissioning.evidence import Effect, Evidence
from evaluation.commissioning.shares import Share
from evaluation.commissioning.unit_costs import Prices, UnitCost

AVERTED = "events_averted_per_100_365"
REPEAT = "risk_difference_365"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ValueRules:
    """Parameters of the value; a benefit from evidence below `minimum_maryland` always carries a caution."""

    minimum_maryland: int = 3
    draws: int = 20_000
    seed: int = 20121231
    expand_by: float = 1.5
    level: float = 0.95


STANDARD_VALUE = ValueRules()


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
class Scenario:
    """One choice for the next twelve months; money in pounds, `averted` incidents against stopping."""

    name: str
    cost: Decimal
    n_people: int
    averted: float | None
    averted_low: float | None
    averted_high: float | None
    net: float | None
    net_low: float | None
    net_high: float | None
    probability: float | None
    text: str


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


@dataclass(frozen=True)
class _Draws:
    cost: Floats
    averted_per_person: Floats | None
    helped_per_person: Floats | None
    unit: dict[str, Floats]


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
    draws = _simulate(evidence, prices, (amount, low, high), rules)
    people = delivered.n_started
    averted = None if draws.averted_per_person is None else people * draws.averted_per_person
    gains = None if averted is None or not draws.unit else averted * _total(draws.unit)
    benefit, benefit_low, benefit_high = _spread(gains, rules.level)
    return Value(
        amount, low, high,
        _costs(draws, delivered, averted, better, rules),
        benefit, benefit_low, benefit_high,
        None if gains is None else float(np.mean(gains > draws.cost)),
        _break_even(amount, people, prices),
        _payers(contract, amount, averted, draws, rules),
        _scenarios(contract, draws, started_last_year, rules),
        _lost(contract, draws, started_last_year, rules),
        _cautions(evidence, prices, rules),
        prices.year, prices.averted,
    )  # fmt: skip


def _simulate(evidence: Evidence | None, prices: Prices, cost: tuple[Decimal, ...], rules: ValueRules) -> _Draws:
    random = np.random.default_rng(rules.seed)
    spent = _triangular(random, cost[1], cost[0], cost[2], rules.draws)
    averted = _effect_draws(random, evidence, AVERTED, rules)
    repeat = _effect_draws(random, evidence, REPEAT, rules)
    unit = {
        price.payer: _triangular(random, price.low, price.value, price.high, rules.draws) for price in prices.averted
    }
    return _Draws(spent, None if averted is None else averted / 100, None if repeat is None else -repeat, unit)


def _triangular(random: np.random.Generator, low: Decimal, middle: Decimal, high: Decimal, draws: int) -> Floats:
    if low == high:
        return np.full(draws, float(middle))
    return random.triangular(float(low), float(middle), float(high), draws)


def _effect_draws(
    random: np.random.Generator, evidence: Evidence | None, name: str, rules: ValueRules
) -> Floats | None:
    if evidence is None or not evidence.estimated or name not in evidence.effects:
        return None
    effect: Effect = evidence.effects[name]
    return random.normal(effect.value, effect.standard_error, rules.draws)


def _total(unit: dict[str, Floats]) -> Floats:
    return np.sum(list(unit.values()), axis=0)


def _spread(draws: Floats | None, level: float) -> tuple[float | None, float | None, float | None]:
    if draws is None:
        return None, None, None
    tail = (1 - level) / 2
    return float(np.mean(draws)), float(np.quantile(draws, tail)), float(np.quantile(draws, 1 - tail))


def _costs(
    draws: _Draws, delivered: Delivery, averted: Floats | None, better: Share | None, rules: ValueRules
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
    middle, low, high = _spread(cost / n, rules.level)
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
    contract: Contract, amount: Decimal, averted: Floats | None, draws: _Draws, rules: ValueRules
) -> tuple[PayerValue, ...]:
    named = dict.fromkeys([source.payer for source in contract.funding])
    rows = [_payer(contract, name, amount, averted, draws, rules) for name in [*named, *_only_gain(draws, named)]]
    return tuple(rows)


def _only_gain(draws: _Draws, named: dict[str, None]) -> list[str]:
    return sorted(payer for payer in draws.unit if payer not in named)


def _payer(
    contract: Contract, payer: str, amount: Decimal, averted: Floats | None, draws: _Draws, rules: ValueRules
) -> PayerValue:
    sources = [source for source in contract.funding if source.payer == payer]
    share = sum((source.share for source in sources), Decimal(0))
    account = "; ".join(source.account for source in sources)
    pays = (amount * share).quantize(Decimal("0.01"))
    if averted is None or not draws.unit:
        return PayerValue(payer, account, pays, None, None, None, None, None)
    gains = averted * draws.unit.get(payer, np.zeros_like(averted))
    net = gains - draws.cost * float(share)
    middle, low, high = _spread(net, rules.level)
    return PayerValue(payer, account, pays, float(np.mean(gains)), middle, low, high, float(np.mean(net > 0)))


def _scenarios(contract: Contract, draws: _Draws, people: int, rules: ValueRules) -> tuple[Scenario, ...]:
    yearly = max(contract.values, key=lambda year: year.amount).amount
    texts = {
        "continue": "As now, for as many people as started in the last year.",
        "expand": f"{rules.expand_by:g} times the people at the same cost each, if the effect stays the same for them.",
        "stop": "No cost from the funding end, and the effect is lost.",
    }
    factors = {"continue": 1.0, "expand": rules.expand_by, "stop": 0.0}
    return tuple(_scenario(name, factor, yearly, people, draws, rules, texts[name]) for name, factor in factors.items())


def _scenario(
    name: str, factor: float, yearly: Decimal, people: int, draws: _Draws, rules: ValueRules, text: str
) -> Scenario:
    cost = (yearly * Decimal(str(factor))).quantize(Decimal("0.01"))
    reached = round(people * factor)
    averted = None if draws.averted_per_person is None else reached * draws.averted_per_person
    middle, low, high = _spread(averted, rules.level)
    if averted is None or not draws.unit:
        return Scenario(name, cost, reached, middle, low, high, None, None, None, None, text)
    net = averted * _total(draws.unit) - float(cost)
    net_middle, net_low, net_high = _spread(net, rules.level)
    chance = float(np.mean(net > 0)) if factor else None
    return Scenario(name, cost, reached, middle, low, high, net_middle, net_low, net_high, chance, text)


def _lost(contract: Contract, draws: _Draws, people: int, rules: ValueRules) -> str:
    ends = f"If the funding ends on {contract.funding_ends.day} {contract.funding_ends:%B %Y}"
    if draws.averted_per_person is None:
        return f"{ends}, what is lost cannot be said: no finding gives an effect."
    middle, low, high = _spread(people * draws.averted_per_person, rules.level)
    assert middle is not None
    assert low is not None
    assert high is not None
    if middle <= 0:
        return f"{ends}, no averted incidents are lost by the study's estimate: people did no better with the service."
    tail = "; the range includes none" if low <= 0 else ""
    return f"{ends}, about {middle:.0f} averted incidents a year are lost (from {low:.0f} to {high:.0f}{tail})."


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
    elif evidence.maryland is None or evidence.maryland < rules.minimum_maryland:
        level = "not graded" if evidence.maryland is None else f"at level {evidence.maryland} of 5"
        notes.append(
            f"The benefit rests on a finding {level} on the Maryland scale ({evidence.grade or 'no grade'}), "
            f"below the level {rules.minimum_maryland} asked for a benefit: read it as an indication."
        )
    return tuple(notes)
