"""The choice ahead: continue, expand or stop, and what is lost if the funding ends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.simulation import Draws, ValueRules, spread, total


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


def scenarios(contract: Contract, draws: Draws, people: int, rules: ValueRules) -> tuple[Scenario, ...]:
    """Set continuing, expanding and stopping side by side, for the yearly number of `people`."""
    yearly = max(contract.values, key=lambda year: year.amount).amount
    texts = {
        "continue": "As now, for as many people as started in the last year.",
        "expand": f"{rules.expand_by:g} times the people at the same cost each, if the effect stays the same for them.",
        "stop": "No cost from the funding end, and the effect is lost.",
    }
    factors = {"continue": 1.0, "expand": rules.expand_by, "stop": 0.0}
    return tuple(_scenario(name, factor, yearly, people, draws, rules, texts[name]) for name, factor in factors.items())


def _scenario(
    name: str, factor: float, yearly: Decimal, people: int, draws: Draws, rules: ValueRules, text: str
) -> Scenario:
    cost = (yearly * Decimal(str(factor))).quantize(Decimal("0.01"))
    reached = round(people * factor)
    averted = None if draws.averted_per_person is None else reached * draws.averted_per_person
    middle, low, high = spread(averted, rules.level)
    if averted is None or not draws.unit:
        return Scenario(name, cost, reached, middle, low, high, None, None, None, None, text)
    net = averted * total(draws.unit) - float(cost)
    net_middle, net_low, net_high = spread(net, rules.level)
    chance = float(np.mean(net > 0)) if factor else None
    return Scenario(name, cost, reached, middle, low, high, net_middle, net_low, net_high, chance, text)


def lost(contract: Contract, draws: Draws, people: int, rules: ValueRules) -> str:
    """Say in one sentence what is lost if the funding ends."""
    ends = f"If the funding ends on {contract.funding_ends.day} {contract.funding_ends:%B %Y}"
    if draws.averted_per_person is None:
        return f"{ends}, what is lost cannot be said: no finding gives an effect."
    middle, low, high = spread(people * draws.averted_per_person, rules.level)
    assert middle is not None
    assert low is not None
    assert high is not None
    if middle <= 0:
        return f"{ends}, no averted incidents are lost by the study's estimate: people did no better with the service."
    tail = "; the range includes none" if low <= 0 else ""
    return f"{ends}, about {middle:.0f} averted incidents a year are lost (from {low:.0f} to {high:.0f}{tail})."
