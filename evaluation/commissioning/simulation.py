"""Draw costs, effects and unit costs together, so that every interval carries all their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from evaluation.commissioning.evidence import Effect, Evidence
from evaluation.commissioning.unit_costs import Prices

AVERTED = "events_averted_per_100_365"
REPEAT = "risk_difference_365"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ValueRules:
    """Parameters of the value.

    A benefit from a finding below `minimum_grade`, or below `minimum_maryland`, always carries a caution.
    """

    minimum_grade: str = "moderate"
    minimum_maryland: int = 3
    draws: int = 20_000
    seed: int = 20121231
    expand_by: float = 1.5
    level: float = 0.95


STANDARD_VALUE = ValueRules()


@dataclass(frozen=True)
class Draws:
    """Drawn pounds spent, effects per person (`None` without a finding) and pounds for an averted incident by payer."""

    cost: Floats
    averted_per_person: Floats | None
    helped_per_person: Floats | None
    unit: dict[str, Floats]


def simulate(evidence: Evidence | None, prices: Prices, cost: tuple[Decimal, ...], rules: ValueRules) -> Draws:
    """Draw everything once, from the seed of the rules; the cost is (amount, low, high) in pounds."""
    random = np.random.default_rng(rules.seed)
    spent = _triangular(random, cost[1], cost[0], cost[2], rules.draws)
    averted = _effect_draws(random, evidence, AVERTED, rules)
    repeat = _effect_draws(random, evidence, REPEAT, rules)
    unit = {
        price.payer: _triangular(random, price.low, price.value, price.high, rules.draws) for price in prices.averted
    }
    return Draws(spent, None if averted is None else averted / 100, None if repeat is None else -repeat, unit)


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


def total(unit: dict[str, Floats]) -> Floats:
    """Add the payers\' worth of an averted incident, draw by draw."""
    return np.sum(list(unit.values()), axis=0)


def spread(draws: Floats | None, level: float) -> tuple[float | None, float | None, float | None]:
    """Give mean, lower and upper limit of the draws; nothing for nothing."""
    if draws is None:
        return None, None, None
    tail = (1 - level) / 2
    return float(np.mean(draws)), float(np.quantile(draws, tail)), float(np.quantile(draws, 1 - tail))
