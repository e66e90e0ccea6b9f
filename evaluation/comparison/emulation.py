"""The emulated trial's numbers: start today against do not start, with weights, variances and the ways they can fail.

The recipe: risk-set landmarks, one pooled propensity that is also the daily hazard of starting, overlap weights,
artificial censoring at the own start undone by the inverse of the chance of having stayed untreated, exits kept at
risk, influence functions summed by person with the weights' estimation in them, a small-sample correction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from evaluation.comparison.censoring import CensoringHazard, StartDays
from evaluation.comparison.estimators import (
    cox_ratio,
    mean_count,
    restricted_mean,
    share_by,
    share_of_kind,
)
from evaluation.comparison.influence import Arm, WeightedArms
from evaluation.comparison.pieces import Gradient, Grid, Growth, Process, RowWeights
from evaluation.comparison.weights import Population, Propensity, balancing_weights, effective_size
from evaluation.follow_up.histories import Bools, Floats, Ints, add_up
from evaluation.follow_up.landmarks import Landmarks

Method: TypeAlias = Literal["per_protocol", "as_started"]

LEVERAGE_AT_MOST = 0.9
RESOLVED, CLOSED_OTHERWISE = 0, 1


@dataclass(frozen=True)
class Outcomes:
    """What happened after each landmark; days are counted from time zero, NEVER where nothing is recorded.

    Attributes
    ----------
    first : (rows,) int
        Day of the first repeat.
    repeat_row, repeat_day : (repeats,) int or None
        Every repeat within the horizon; None where only the first is recorded.
    closed : (rows,) int
        Day on which the case was closed.
    resolved : (rows,) bool
        Whether that closure was a resolution.
    closure_seen : (rows,) int or None
        Last day on which a closure would have been seen (cases dealt with but never closed in their system); None where
        that is the end of follow-up.
    """

    first: Ints
    repeat_row: Ints | None
    repeat_day: Ints | None
    closed: Ints
    resolved: Bools
    closure_seen: Ints | None = None


@dataclass(frozen=True)
class Estimate:
    """One effect on its estimation scale (a hazard ratio as its logarithm).

    Attributes
    ----------
    value, se, df : float
        Estimate, standard error, degrees of freedom of its t interval.
    treated, compared : float
        The two arms' figures that it contrasts (nan where there are none).
    influence : (clusters,) float
        Influence of each person, for whoever combines estimates.
    """

    value: float
    se: float
    df: float
    treated: float
    compared: float
    influence: Floats = field(repr=False)


@dataclass(frozen=True)
class Emulation:
    """Both methods' estimates and what the checks need.

    Attributes
    ----------
    estimates : mapping of method → effect → Estimate
    fits : mapping of method → WeightedArms
        Both arms as each method follows and weights them.
    weights : (rows,) float
        Balancing weights of the landmarks.
    largest_weight : float
        Largest censoring weight of a comparison row with follow-up left.
    ess_treated, ess_compared : float
        Effective number of people in the arms.
    late_ess : mapping of method → float
        Effective number of compared people at the last piece.
    events : mapping of arm → int
        First repeats within the horizon, people counted once.
    """

    estimates: Mapping[Method, Mapping[str, Estimate]]
    fits: Mapping[Method, WeightedArms] = field(repr=False)
    weights: Floats
    largest_weight: float
    ess_treated: float
    ess_compared: float
    late_ess: Mapping[Method, float]
    events: Mapping[int, int]


@dataclass(frozen=True)
class _Contrast:
    """An effect before its variance: value and each arm's gradient in one process."""

    name: str
    process: str
    value: float
    treated: float
    compared: float
    slopes: tuple[Gradient, Gradient]


def emulate(
    rows: Landmarks,
    x: Floats,
    outcomes: Outcomes,
    propensity: Propensity,
    start_days: StartDays | None,
    *,
    grid: Grid,
    half: int,
    population: Population = "overlap",
    methods: tuple[Method, ...] = ("per_protocol", "as_started"),
    other_starts: Floats | None = None,
) -> Emulation:
    """Estimate every effect by the given methods.

    Parameters
    ----------
    rows, x, outcomes, propensity
        Landmarks, their design, what followed, and the fitted propensity.
    start_days
        Where the hazard of starting is summed; None when nobody is ever censored at their own start.
    grid, half
        Pieces of follow-up and the first of the two horizons (182 days) for shares.
    population
        Whom the weights make the answer about.
    other_starts
        Logarithm of the inverse chance, on each row of `start_days`, of no start that also ends the follow-up but is
        not the studied scheme's.
    """
    base = balancing_weights(propensity.probability, rows.treated, population)
    censors = "per_protocol" in methods
    hazard = CensoringHazard.of(rows, propensity, start_days, grid, other_starts) if censors else None
    person = np.unique(rows.cluster, return_inverse=True)[1]
    leverage = _leverage(x, rows.treated, person, base)
    df = max(effective_size(base * rows.treated, person) - 1, 1.0)
    fits: dict[Method, WeightedArms] = {}
    late: dict[Method, float] = {}
    for method in methods:
        followed = np.minimum(rows.seen, rows.own_start) if method == "per_protocol" else rows.seen
        growth = hazard.growth() if method == "per_protocol" and hazard is not None else None
        treated, compared = (
            _arm(outcomes, np.flatnonzero(rows.treated == arm), followed, base, None if arm else growth, grid)
            for arm in (True, False)
        )
        fits[method] = WeightedArms(treated, compared, rows, x, propensity, hazard, population, grid, person)
        late[method] = _late_size(fits[method], followed)
    return Emulation(
        estimates={
            method: {c.name: _with_error(c, fit, leverage, df) for c in _contrasts(fit, grid, half)}
            for method, fit in fits.items()
        },
        fits=fits,
        weights=base,
        largest_weight=hazard.largest(rows) if hazard is not None else 1.0,
        ess_treated=effective_size(base * rows.treated, person),
        ess_compared=effective_size(base * ~rows.treated, person),
        late_ess=late,
        events=_events(rows, outcomes),
    )


def _arm(outcomes: Outcomes, members: Ints, followed: Ints, base: Floats, growth: Growth | None, grid: Grid) -> Arm:
    weights = RowWeights(base[members], growth)
    return Arm.of(members, weights, processes_of(outcomes, members, followed[members]), grid)


def processes_of(outcomes: Outcomes, members: Ints, followed: Ints) -> dict[str, Process]:
    """The outcomes of some rows as counting processes: first repeat, all repeats, closure."""
    first = outcomes.first[members]
    happened = np.flatnonzero(first <= followed)
    made = {"first": Process(np.minimum(first, followed), happened, first[happened], np.zeros(happened.size, np.int64))}
    if outcomes.repeat_row is not None and outcomes.repeat_day is not None:
        place = np.full(outcomes.first.size, -1)
        place[members] = np.arange(members.size)
        row = place[outcomes.repeat_row]
        inside = (row >= 0) & (outcomes.repeat_day <= followed[row])
        made["all"] = Process(followed, row[inside], outcomes.repeat_day[inside], np.zeros(int(inside.sum()), np.int64))
    closed = np.maximum(outcomes.closed[members], 1)
    if outcomes.closure_seen is not None:
        followed = np.minimum(followed, np.maximum(outcomes.closure_seen[members], 0))
    shut = np.flatnonzero(closed <= followed)
    kind = np.where(outcomes.resolved[members][shut], RESOLVED, CLOSED_OTHERWISE)
    made["closure"] = Process(np.minimum(closed, followed), shut, closed[shut], kind, kinds=2)
    return made


def _contrasts(fit: WeightedArms, grid: Grid, half: int) -> list[_Contrast]:
    one, two = fit.treated.sums, fit.compared.sums
    made: list[_Contrast] = []
    ratio = cox_ratio(one["first"], two["first"])
    if ratio is not None:
        minus = Gradient(-ratio.compared.events, -ratio.compared.days)
        made.append(_Contrast("hazard_ratio", "first", ratio.log_ratio, np.nan, np.nan, (ratio.treated, minus)))
    for day in dict.fromkeys((half, grid.horizon)):
        made.append(
            _difference(f"risk_difference_{day}", "first", [share_by(grid, s["first"], day) for s in (one, two)])
        )
    means = [restricted_mean(grid, s["first"]) for s in (one, two)]
    made.append(_difference(f"rmst_difference_{grid.horizon}", "first", means))
    if "all" in one:
        counts = [mean_count(grid, s["all"]) for s in (one, two)]
        made.append(_averted(_difference(f"events_averted_per_100_{grid.horizon}", "all", counts)))
    if one["closure"].events[RESOLVED].sum() > 0 and two["closure"].events[RESOLVED].sum() > 0:
        shares = [share_of_kind(grid, s["closure"], half, RESOLVED) for s in (one, two)]
        made.append(_difference(f"resolution_difference_{half}", "closure", shares))
    return made


def _difference(name: str, process: str, arms: list[tuple[float, Gradient]]) -> _Contrast:
    (treated, up), (compared, down) = arms
    return _Contrast(name, process, treated - compared, treated, compared, (up, down))


def _averted(count: _Contrast) -> _Contrast:
    up, down = (Gradient(-100 * slope.events, -100 * slope.days) for slope in count.slopes)
    return _Contrast(
        count.name, count.process, -100 * count.value, 100 * count.treated, 100 * count.compared, (up, down)
    )


def _with_error(contrast: _Contrast, fit: WeightedArms, leverage: Floats, df: float) -> Estimate:
    up, down = contrast.slopes
    by_person = fit.influence(contrast.process, up, Gradient(-down.events, -down.days))
    power = 2.0 if contrast.process == "all" else 1.0
    variance = float((by_person**2 / (1 - leverage) ** power).sum())
    return Estimate(contrast.value, variance**0.5, df, contrast.treated, contrast.compared, by_person)


def _leverage(x: Floats, treated: Bools, person: Ints, base: Floats) -> Floats:
    """Each person's leverage in the weighted regression on arm and design, capped."""
    z = np.column_stack([x, treated.astype(float)])
    information = (z * base[:, None]).T @ z
    information[np.diag_indices_from(information)] *= 1 + 1e-9
    each = base * np.einsum("ij,ij->i", z @ np.linalg.pinv(information, hermitian=True), z)
    return np.minimum(add_up(person, each), LEVERAGE_AT_MOST)


def _late_size(fit: WeightedArms, followed: Ints) -> float:
    """Effective number of compared people still followed in the last piece."""
    arm, last = fit.compared, int(fit.grid.start[-1])
    present = np.flatnonzero(followed[arm.rows] > last)
    weights = arm.weights.at(present, np.full(present.size, last + 1))
    return effective_size(weights, np.unique(fit.person[arm.rows][present], return_inverse=True)[1])


def _events(rows: Landmarks, outcomes: Outcomes) -> dict[int, int]:
    happened = outcomes.first <= np.minimum(rows.seen, rows.own_start)
    return {int(arm): int(np.unique(rows.cluster[happened & (rows.treated == arm)]).size) for arm in (True, False)}
