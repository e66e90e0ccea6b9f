"""One emulated trial on everybody's history: landmarks, design, propensity, outcomes and estimates together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evaluation.comparison.covariates import Covariate, Design, Moments, choose_design
from evaluation.comparison.emulation import Emulation, Method, Outcomes, StartDays, emulate
from evaluation.comparison.pieces import Grid
from evaluation.comparison.weights import Population, Propensity, fit_propensity
from evaluation.follow_up.histories import NEVER, Bools, Floats, Histories, Ints
from evaluation.follow_up.landmarks import Landmarks, OpenCases, open_cases, risk_set, untreated_days

HALF_YEAR = 182
KEPT = 4
"""Blocks of start days whose design is kept; all of them where every day is a row (`untreated_days`)."""
CROWDED = 0.8
"""Above this fitted probability a comparison landmark has next to no counterpart."""


@dataclass(frozen=True)
class Trial:
    """A fitted emulated trial.

    Attributes
    ----------
    histories, rows
        Everybody's history and the landmarks compared.
    covariates, design, x, propensity
        What could be and what was adjusted for, and the fitted hazard of starting.
    outcomes, emulation
        What followed, and the estimates.
    grid
        Pieces of follow-up.
    set_aside
        Levels that only one arm has, dropped from the population.
    """

    histories: Histories
    rows: Landmarks
    covariates: tuple[Covariate, ...]
    design: Design
    x: Floats
    propensity: Propensity
    outcomes: Outcomes
    emulation: Emulation
    grid: Grid
    set_aside: tuple[str, ...]

    def moments(self) -> Moments:
        """The landmarks as people on days."""
        return moments_of(self.histories, self.rows)


def moments_of(histories: Histories, rows: Landmarks) -> Moments:
    """Landmarks as people on days."""
    return Moments(histories, rows.cluster, rows.day, rows.case)


def landmarks_of(histories: Histories, eligible: Bools, *, horizon: int, seed: int) -> tuple[OpenCases, Landmarks]:
    """Eligible open days and the landmarks sampled from them."""
    cases = open_cases(histories, eligible)
    return cases, risk_set(histories, cases, horizon=horizon, seed=seed)


def fit_trial(
    histories: Histories,
    cases: OpenCases,
    rows: Landmarks,
    covariates: Sequence[Covariate],
    *,
    horizon: int = 365,
    population: Population = "overlap",
    methods: tuple[Method, ...] = ("per_protocol", "as_started"),
) -> Trial:
    """Fit the trial of people with full histories: propensity on the landmarks, then every effect."""
    person, day, place, step = untreated_days(histories, cases, rows.phase)
    return fit_rows(
        histories,
        rows,
        covariates,
        lambda kept: outcomes_of(histories, kept, horizon),
        UntreatedDays(person, Moments(histories, person, day, cases.case[place]), step),
        horizon=horizon,
        population=population,
        methods=methods,
    )


@dataclass(frozen=True)
class UntreatedDays:
    """Open, untreated days: whose hazard of starting, measured at what, and how many days each row stands for."""

    unit: Ints
    at: Moments
    stands_for: int


def fit_rows(
    histories: Histories,
    rows: Landmarks,
    covariates: Sequence[Covariate],
    outcomes_of_rows: Callable[[Landmarks], Outcomes],
    days: UntreatedDays,
    *,
    horizon: int = 365,
    population: Population = "overlap",
    methods: tuple[Method, ...] = ("per_protocol", "as_started"),
    other_hazard: Callable[[Landmarks, Design], Floats] | None = None,
) -> Trial:
    """Fit the propensity on landmarks and estimate every effect.

    Notes
    -----
    A level of a covariate that one arm lacks leaves the population, and the design is chosen anew without it.
    """
    rows, set_aside = _shared_levels(histories, rows, covariates)
    people = rows.people(True)
    design = choose_design(moments_of(histories, rows), people, covariates)
    x = design.matrix(moments_of(histories, rows))
    propensity = fit_propensity(x, rows.treated, people=people)
    outcomes = outcomes_of_rows(rows)
    grid = Grid.up_to(horizon)
    starts = StartDays(days.unit, days.at.day, _design_of(design, days.at), days.stands_for)
    emulation = emulate(
        rows,
        x,
        outcomes,
        propensity,
        starts,
        grid=grid,
        half=HALF_YEAR,
        population=population,
        methods=methods,
        other_starts=None if other_hazard is None else other_hazard(rows, design),
    )
    return Trial(histories, rows, tuple(covariates), design, x, propensity, outcomes, emulation, grid, set_aside)


def _design_of(design: Design, at: Moments) -> Callable[[int, int], Floats]:
    """The design on some rows; the last blocks are kept, so that few days are measured once."""

    @lru_cache(maxsize=KEPT)
    def measured(first: int, last: int) -> Floats:
        return design.matrix(at.some(first, last))

    return measured


def _shared_levels(
    histories: Histories, rows: Landmarks, covariates: Sequence[Covariate]
) -> tuple[Landmarks, tuple[str, ...]]:
    at = moments_of(histories, rows)
    design = choose_design(at, rows.people(True), covariates)
    set_aside: list[str] = []
    keep = np.ones(rows.size, dtype=np.bool_)
    for covariate, short in design.forms:
        column = getattr(covariate, "column", None)
        if short or column is None:
            continue
        codes, levels = at.codes(column)
        arms = [np.bincount(codes[rows.treated == arm], minlength=len(levels)) for arm in (True, False)]
        lonely = (arms[0] == 0) != (arms[1] == 0)
        keep &= ~lonely[codes]
        set_aside += [f"{covariate.label} {levels[place]}" for place in np.flatnonzero(lonely)]
    return (rows.keep(keep), tuple(set_aside)) if set_aside else (rows, ())


def outcomes_of(histories: Histories, rows: Landmarks, horizon: int) -> Outcomes:
    """What followed each landmark within the horizon."""
    first = histories.next_incident(rows.unit, rows.day)
    before = histories.incidents_up_to(rows.unit, rows.day)
    after = histories.incidents_up_to(rows.unit, rows.day + horizon)
    number = after - before
    row = np.repeat(np.arange(rows.size), number)
    place = np.repeat(before - np.cumsum(number) + number, number) + np.arange(row.size)
    closed = histories.cases["closed"].to_numpy()[rows.case]
    resolved = (histories.cases["closure"] == "resolved").fill_null(False).to_numpy()[rows.case]
    return Outcomes(
        first=np.where(first >= NEVER, NEVER, first - rows.day),
        repeat_row=row,
        repeat_day=histories.incident_day[place] - rows.day[row],
        closed=np.where(closed >= NEVER, NEVER, closed - rows.day),
        resolved=resolved,
        closure_seen=histories.cases["dealt"].to_numpy()[rows.case] - rows.day,
    )
