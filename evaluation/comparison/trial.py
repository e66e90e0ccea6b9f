"""One emulated trial on everybody's history: landmarks, design, propensity, outcomes and estimates together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.comparison.covariates import Covariate, Design, Moments, choose_design
from evaluation.comparison.emulation import Emulation, Method, Outcomes, StartDays, emulate
from evaluation.comparison.pieces import Grid
from evaluation.comparison.weights import Population, Propensity, fit_propensity
from evaluation.follow_up.histories import NEVER, Bools, Floats, Histories
from evaluation.follow_up.landmarks import Landmarks, OpenCases, open_cases, risk_set, untreated_days

HALF_YEAR = 182
CROWDED = 0.8
"""Above this fitted probability a comparison landmark has next to no counterpart."""


@dataclass(frozen=True)
class Trial:
    """A fitted emulated trial.

    Attributes
    ----------
    histories, cases, rows
        Everybody's history, the eligible open days, and the landmarks compared.
    design, x, propensity
        What was adjusted for and the fitted hazard of starting.
    outcomes, emulation
        What followed, and the estimates.
    crowded
        Largest fitted probability.
    set_aside
        Landmarks of levels that only one arm has, dropped from the population.
    """

    histories: Histories
    cases: OpenCases
    rows: Landmarks
    design: Design
    x: Floats
    propensity: Propensity
    outcomes: Outcomes
    emulation: Emulation
    grid: Grid
    set_aside: tuple[str, ...]

    def moments(self) -> Moments:
        """The landmarks as people on days."""
        return Moments(self.histories, self.rows.unit, self.rows.day, self.rows.case)


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
    """Fit the propensity on the landmarks and estimate every effect.

    Notes
    -----
    A level of a covariate that one arm lacks leaves the population, and the design is chosen anew without it.
    """
    rows, set_aside = _shared_levels(histories, rows, covariates)
    at = Moments(histories, rows.unit, rows.day, rows.case)
    people = rows.people(True)
    design = choose_design(at, people, covariates)
    x = design.matrix(at)
    propensity = fit_propensity(x, rows.treated, people=people)
    outcomes = outcomes_of(histories, rows, horizon)
    person, day, place, step = untreated_days(histories, cases, rows.phase)
    starts = StartDays(person, day, design.matrix(Moments(histories, person, day, cases.case[place])), step)
    grid = Grid.up_to(horizon)
    emulation = emulate(
        rows, x, outcomes, propensity, starts, grid=grid, half=HALF_YEAR, population=population, methods=methods
    )
    return Trial(histories, cases, rows, design, x, propensity, outcomes, emulation, grid, set_aside)


def _shared_levels(
    histories: Histories, rows: Landmarks, covariates: Sequence[Covariate]
) -> tuple[Landmarks, tuple[str, ...]]:
    design = choose_design(Moments(histories, rows.unit, rows.day, rows.case), rows.people(True), covariates)
    set_aside: list[str] = []
    keep = np.ones(rows.size, dtype=np.bool_)
    for covariate, short in design.forms:
        column = getattr(covariate, "column", None)
        if short or column is None:
            continue
        codes, levels = Moments(histories, rows.unit, rows.day, rows.case).codes(column)
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
    )
