"""Who the people of a simulated council are, and what drives their incidents and the starts of schemes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.example.scenario import Scenario, TrueScheme

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Luck = npt.NDArray[np.float32]

NEVER = 1_000_000
"""A day that does not come within any simulation."""
LOG1P = np.log1p(np.arange(2000))


@dataclass(frozen=True)
class People:
    """The lasting properties of the simulated people; each array has one entry a person.

    Parameters
    ----------
    frailty
        Gamma distributed with mean 1.
    ward, kind
        Index of the ward and of the case type.
    risk
        Risk index in points, a noisy measure of the frailty.
    rate
        Incident rate per day without a recent incident, in an average season.
    """

    frailty: Floats
    ward: Ints
    kind: Ints
    risk: Ints
    rate: Floats

    def take(self, rows: Ints) -> People:
        """Return the people of these rows, repeated where a row is."""
        return People(self.frailty[rows], self.ward[rows], self.kind[rows], self.risk[rows], self.rate[rows])


def draw_people(scenario: Scenario, rng: np.random.Generator) -> People:
    """Draw the lasting properties of the people of a council."""
    n, variance = scenario.people, scenario.frailty_variance
    frailty = rng.gamma(1 / variance, variance, n)
    ward = rng.integers(0, scenario.wards, n)
    kind = rng.choice(len(scenario.kinds), n, p=scenario.kind_shares)
    noisy = 1.5 * np.log(np.maximum(frailty, 0.02)) + rng.normal(0, 1.0, n)
    risk = np.clip(np.rint(5 + noisy), 0, 12).astype(np.int64)
    ward_rate = np.linspace(-0.25, 0.25, scenario.wards) if scenario.wards > 1 else np.zeros(1)
    return People(frailty, ward, kind, risk, scenario.base_rate * frailty * np.exp(ward_rate[ward]))


def draw_exits(scenario: Scenario, people: People, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw the day on which each person leaves the area (counted from 1) and how."""
    hazard = np.maximum(scenario.exits * people.frailty**scenario.exit_power, 1e-12)
    day = np.minimum(1 + rng.exponential(1.0, hazard.size) / hazard, NEVER).astype(np.int64)
    return day, np.where(rng.random(hazard.size) < 0.8, 3, 4)


def season(scenario: Scenario, day: Any) -> Any:
    """Return the factor of the yearly wave on a day (or on each of several)."""
    return 1 + scenario.season * np.sin(2 * np.pi * day / 365.25)


def static_score(scheme: TrueScheme, scenario: Scenario, people: People) -> Floats:
    """Return the part of a log start hazard that no history changes."""
    spread = np.linspace(-0.3, 0.3, scenario.wards)[::-1] if scenario.wards > 1 else np.zeros(1)
    types = np.zeros(len(scenario.kinds))
    types[: len(scheme.types)] = scheme.types
    return scheme.log_hazard + types[people.kind] + spread[people.ward] + scenario.risk_weight * (people.risk - 5)


def history_score(scenario: Scenario, c30: Ints, c90: Ints, c365: Ints, days_open: Ints) -> Floats:
    """Return the part of a log start hazard that the incidents and the days open decide."""
    burst = 0.45 * np.minimum(c30, 3) + 0.2 * np.minimum(c90, 6) + 0.35 * LOG1P[c365]
    return scenario.conf * burst + 0.5 * (days_open >= 14) - 0.4 * (days_open > 120)
