"""Self-controlled case series: each person's own earlier rate is the comparison.

For schemes without anybody to compare with. The weeks before a start are kept apart, because a run of incidents is what
brings the start about; the calendar is allowed for by year. What changes within a person over years, and is not the
scheme, cannot be told from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evaluation.comparison.weights import solve
from evaluation.errors import DataError
from evaluation.follow_up.histories import NEVER, Floats, Histories, Ints, add_up

RUN_UP_DAYS = 90
AFTER_DAYS = 365
FEWEST = 20
SETTLED = 1e-6
FEWEST_EVENTS = 5
BASELINE, RUN_UP, AFTER = 0, 1, 2


@dataclass(frozen=True)
class SelfControlled:
    """Rate after the start against the same people's rate before the run-up.

    Attributes
    ----------
    ratio, low, high : float
        Rate ratio with 95 % limits (errors robust to people's own variation).
    p : float
        Two-sided p-value.
    run_up_ratio : float
        The same for the 90 days before the start: how much of a burst brought people in.
    people, events : int
        People who started and had an incident, and their incidents.
    """

    ratio: float
    low: float
    high: float
    p: float
    run_up_ratio: float
    people: int
    events: int

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"In the year after the start the same people had {self.ratio:.2f} times their own earlier rate of "
            f"incidents "
            f"(95% range {self.low:.2f} to {self.high:.2f}), leaving out the {RUN_UP_DAYS} days before it, when "
            f"the rate "
            f"was {self.run_up_ratio:.2f} times as high."
        )


def self_controlled(histories: Histories, *, even_after_bursts: bool = False) -> SelfControlled:
    """Fit the conditional Poisson model (Farrington 1995) with periods and calendar years.

    Parameters
    ----------
    histories
        Everybody's history.
    even_after_bursts
        Whether to give the ratio even where starts follow bursts of incidents, to show how it misleads.

    Raises
    ------
    DataError
        With fewer than 20 people who started and had an incident; and where the rate in the run-up is clearly raised:
        then incidents bring the start about, the design's first assumption fails, and even a scheme without any effect
        would seem to halve the rate.
    """
    people = np.flatnonzero((histories.start < NEVER) & (histories.start > histories.first_day + RUN_UP_DAYS))
    cells = _cells(histories, people)
    informative = np.bincount(cells.person, weights=cells.count, minlength=people.size) > 0
    if int(informative.sum()) < FEWEST:
        raise DataError(
            f"Only {int(informative.sum())} people who started had an incident on record; {FEWEST} are needed."
        )
    periods = np.where(cells.x[:, 0] == 1, RUN_UP, np.where(cells.x[:, 1] == 1, AFTER, BASELINE))
    fewest = float(add_up(periods, cells.count, 3).min())
    if fewest < FEWEST_EVENTS:
        raise DataError(f"Only {fewest:.0f} incidents in one of the periods compared; {FEWEST_EVENTS} are needed.")
    beta, robust = _fit(cells, people.size)
    if not even_after_bursts and beta[0] > 1.959964 * robust[0] ** 0.5:
        raise DataError(
            f"Starts follow runs of incidents (the rate in the {RUN_UP_DAYS} days before is "
            f"{math.exp(beta[0]):.1f} times "
            "people's own), so their own earlier rate is no fair comparison."
        )
    reach = 1.959964 * robust[1] ** 0.5
    z = beta[1] / robust[1] ** 0.5
    return SelfControlled(
        ratio=math.exp(beta[1]),
        low=math.exp(beta[1] - reach),
        high=math.exp(beta[1] + reach),
        p=math.erfc(abs(z) / math.sqrt(2)),
        run_up_ratio=math.exp(beta[0]),
        people=int(informative.sum()),
        events=int(cells.count.sum()),
    )


@dataclass(frozen=True)
class _Cells:
    person: Ints
    x: Floats
    days: Floats
    count: Floats


def _cells(histories: Histories, people: Ints) -> _Cells:
    """Counts and days by person, period and calendar year."""
    start, end = histories.start[people], np.minimum(histories.start[people] + AFTER_DAYS, histories.as_of)
    bounds = [np.full(people.size, histories.first_day - 1), start - RUN_UP_DAYS, start, end]
    years = np.arange(histories.first_day, histories.as_of + 365, 365) - 1
    parts: list[tuple[Ints, Ints, int, int]] = []
    for period in (BASELINE, RUN_UP, AFTER):
        for year in range(years.size - 1):
            low = np.maximum(bounds[period], years[year])
            high = np.minimum(bounds[period + 1], years[year + 1])
            parts.append((low, high, period, year))
    rows: list[tuple[Ints, Floats, Floats, Floats]] = []
    for low, high, period, year in parts:
        some = np.flatnonzero(high > low)
        x = np.zeros((some.size, 2 + years.size - 2))
        if period:
            x[:, period - 1] = 1.0
        if 0 < year < years.size - 1:
            x[:, 1 + year] = 1.0
        counted = histories.incidents_between(people[some], low[some], high[some]).astype(float)
        rows.append((some, x, (high - low)[some].astype(float), counted))
    return _Cells(
        person=np.concatenate([row[0] for row in rows]),
        x=np.concatenate([row[1] for row in rows]),
        days=np.concatenate([row[2] for row in rows]),
        count=np.concatenate([row[3] for row in rows]),
    )


def _fit(cells: _Cells, people: int) -> tuple[Floats, Floats]:
    """Newton's method on the conditional likelihood; coefficients and robust variances."""
    x = cells.x[:, cells.x.any(axis=0)]
    total = add_up(cells.person, cells.count, people)
    beta = np.zeros(x.shape[1], dtype=np.float64)
    step = np.ones_like(beta)
    for _ in range(50):
        information, scores = _slopes(cells, x, beta, total)
        step = solve(information, scores.sum(axis=0))
        beta = beta + np.clip(step, -2, 2)
        if float(np.abs(step).max()) < 1e-10:
            break
    if not float(np.abs(step).max()) < SETTLED:
        raise DataError("the self-controlled series did not settle on an answer")
    information, scores = _slopes(cells, x, beta, total)
    bread = np.linalg.inv(information)
    return beta, np.diag(bread @ (scores.T @ scores) @ bread).astype(float)


def _slopes(cells: _Cells, x: Floats, beta: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Information, and each person's score."""
    share, mean = _shares(cells, x, beta, total.size)
    expected = total[cells.person] * share
    centred = x - mean[cells.person]
    scores = np.zeros((total.size, beta.size), dtype=np.float64)
    np.add.at(scores, cells.person, centred * (cells.count - expected)[:, None])
    return (centred * expected[:, None]).T @ centred + 1e-9 * np.eye(beta.size), scores


def _shares(cells: _Cells, x: Floats, beta: Floats, people: int) -> tuple[Floats, Floats]:
    rate = cells.days * np.exp(x @ beta)
    whole = add_up(cells.person, rate, people)
    share = rate / whole[cells.person]
    mean = np.stack([add_up(cells.person, share * column, people) for column in x.T], axis=1)
    return share, mean
