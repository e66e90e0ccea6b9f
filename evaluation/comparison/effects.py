"""Estimates become effects: intervals, units, which method leads and which horizon may be reported."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.comparison.emulation import Emulation, Estimate, Method
from evaluation.comparison.finding import Effect
from evaluation.follow_up.landmarks import Landmarks

LEVEL = 0.95
FEWEST_TREATED = 20
FEWEST_EVENTS = 10
FEWEST_COMPARED = 40
FEW_TREATED = 60
COUNT_WEIGHT_AT_MOST = 10.0
WEIGHT_AT_MOST = 40.0
LATE_SHARE_AT_LEAST = 0.5
WHOLE_YEAR_SHARE = 0.6

UNITS = {
    "hazard_ratio": "ratio of rates of a first repeat",
    "risk_difference": "share of people",
    "rmst_difference": "days",
    "events_averted": "incidents per 100 people",
    "resolution_difference": "share of cases",
    "incident_ratio": "ratio of monthly incidents",
}


def only(number: int) -> str:
    """Say that people are few, in words that fit their number."""
    return "nobody" if number == 0 else "only 1 person" if number == 1 else f"only {number} people"


def unit_of(name: str) -> str:
    """Unit of an effect by its name."""
    return next(unit for start, unit in UNITS.items() if name.startswith(start))


@dataclass(frozen=True)
class Reported:
    """The effects of a finding with the rules that chose them.

    Attributes
    ----------
    effects, sensitivity : tuple of Effect
        One a name by the method that leads it, and the other method's.
    switches : tuple of str
        Sentences on every rule that changed a method or dropped a horizon.
    """

    effects: tuple[Effect, ...]
    sensitivity: tuple[Effect, ...]
    switches: tuple[str, ...]


def refusal(rows: Landmarks, emulation: Emulation | None = None) -> str | None:
    """Why no effect may be given, or None."""
    treated = rows.people(True) if rows.size else 0
    if not treated:
        return "no extract records that anybody started the scheme while a case was open and could be followed"
    if treated < FEWEST_TREATED:
        return (
            f"{only(treated)} who started could be followed, and fewer than {FEWEST_TREATED} give no "
            "interval that can be trusted"
        )
    if not (~rows.treated).any():
        return "nobody with an open case was left to compare with"
    if emulation is None:
        return None
    if emulation.events[1] < FEWEST_EVENTS:
        return (
            f"{only(emulation.events[1])} of those who started had a repeat, and fewer than {FEWEST_EVENTS} "
            "give no interval that can be trusted"
        )
    if emulation.ess_compared < FEWEST_COMPARED:
        return (
            f"the people to compare with carry the weight of only {emulation.ess_compared:.0f}, and at least "
            f"{FEWEST_COMPARED} are needed"
        )
    return None


def leading_methods(emulation: Emulation) -> tuple[dict[str, Method], list[str]]:
    """Which method leads counts and which leads everything else, and why."""
    largest = emulation.largest_weight
    thin = emulation.late_ess["per_protocol"] < LATE_SHARE_AT_LEAST * emulation.late_ess["as_started"]
    why: list[str] = []
    lead: dict[str, Method] = {"counts": "per_protocol", "others": "per_protocol"}
    if largest > COUNT_WEIGHT_AT_MOST or thin:
        lead["counts"] = "as_started"
        why.append(
            "Events averted are counted as started (people compared may start later), because too many of the people "
            f"compared went on to start for the per-protocol count to be stable (largest weight {largest:.1f})."
        )
    if largest > WEIGHT_AT_MOST:
        lead["others"] = "as_started"
        why.append(f"Every effect is given as started: the largest censoring weight is {largest:.1f}, above 40.")
    return lead, why


def report(
    rows: Landmarks,
    emulation: Emulation,
    *,
    population: str,
    horizon: int = 365,
    follow_methods: Mapping[Method, str] | None = None,
) -> Reported:
    """Turn estimates into the effects of a finding."""
    lead, why = leading_methods(emulation)
    whole = float(np.mean(rows.seen[rows.treated] >= horizon))
    effects: list[Effect] = []
    sensitivity: list[Effect] = []
    for method, estimates in emulation.estimates.items():
        for name, estimate in estimates.items():
            if whole < WHOLE_YEAR_SHARE and not name.endswith("_182"):
                continue
            leads = lead["counts" if name.startswith("events") else "others"]
            target = effects if method == leads else sensitivity
            target.append(
                _effect(name, estimate, rows, emulation, population, (follow_methods or {}).get(method, method))
            )
    if whole < WHOLE_YEAR_SHARE:
        why.append(
            f"Only {whole:.0%} of those who started could be followed for a whole year, so results are given at 182 "
            "days alone."
        )
    return Reported(tuple(effects), tuple(sensitivity), tuple(why))


def _effect(
    name: str, estimate: Estimate, rows: Landmarks, emulation: Emulation, population: str, method: str
) -> Effect:
    low, high = interval(estimate)
    value = estimate.value
    if name == "hazard_ratio":
        value, low, high = math.exp(value), math.exp(low), math.exp(high)
    return Effect(
        name=name,
        value=value,
        low=low,
        high=high,
        level=LEVEL,
        p=p_value(estimate),
        unit=unit_of(name),
        treated=None if math.isnan(estimate.treated) else estimate.treated,
        compared=None if math.isnan(estimate.compared) else estimate.compared,
        n_treated=rows.people(True),
        n_compared=rows.people(False),
        rows_compared=int((~rows.treated).sum()),
        events_treated=emulation.events[1],
        events_compared=emulation.events[0],
        population=population,
        method=method,
    )


def interval(estimate: Estimate, level: float = LEVEL) -> tuple[float, float]:
    """Limits by Student's t with the estimate's degrees of freedom, on the estimation scale."""
    from scipy.special import stdtrit

    reach = float(stdtrit(estimate.df, 0.5 + level / 2)) * estimate.se
    return estimate.value - reach, estimate.value + reach


def p_value(estimate: Estimate) -> float:
    """Two-sided p-value of no effect."""
    from scipy.special import stdtr

    if estimate.se == 0:
        return 1.0
    return float(2 * stdtr(estimate.df, -abs(estimate.value / estimate.se)))
