"""The same question by other routes: a doubly robust regression, matching, and each person's own earlier rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.comparison.covariates import Covariate, Moments
from evaluation.comparison.emulation import processes_of
from evaluation.comparison.estimators import share_by
from evaluation.comparison.finding import Check
from evaluation.comparison.pieces import RowWeights, row_influence, totals
from evaluation.comparison.self_controlled import self_controlled
from evaluation.comparison.trial import Trial
from evaluation.errors import DataError
from evaluation.follow_up.histories import Floats, Histories, Ints

CALIPER = 0.2
"""Largest difference of the matched logits, in their standard deviations (Austin 2011)."""
TINY = 1e-9
"""Room for rounding at the edges of the caliper."""


@dataclass(frozen=True)
class Crossed:
    """Difference in the share with a repeat by the horizon by another route, as started."""

    value: float
    se: float
    people: int

    @property
    def low(self) -> float:
        """Lower 95 % limit."""
        return self.value - 1.959964 * self.se

    @property
    def high(self) -> float:
        """Upper 95 % limit."""
        return self.value + 1.959964 * self.se


def doubly_robust(trial: Trial) -> Crossed:
    """Weighted regression of pseudo-values on the arm and every covariate, in the design or not.

    A row's pseudo-value is its arm's share plus its influence on it, undone of its weight. The arm's coefficient is
    right if either the hazard of starting or the regression is.
    """
    weights, treated = trial.emulation.weights, trial.rows.treated
    pseudo = np.empty(trial.rows.size)
    for arm in (True, False):
        members = np.flatnonzero(treated == arm)
        process = processes_of(trial.outcomes, members, trial.rows.seen[members])["first"]
        own = RowWeights(weights[members])
        value, gradient = share_by(trial.grid, totals(trial.grid, process, own), trial.grid.horizon)
        influence = row_influence(trial.grid, process, own, gradient)[0]
        pseudo[members] = value + influence * weights[members].sum() / weights[members]
    z = np.column_stack([treated.astype(float), _everything(trial)])
    bread = np.linalg.pinv((z * weights[:, None]).T @ z, hermitian=True)
    beta = bread @ (z.T @ (weights * pseudo))
    moved = (z * (weights * (pseudo - z @ beta))[:, None]) @ bread[:, 0]
    leverage = weights * np.einsum("ij,ij->i", z @ bread, z)
    person = np.unique(trial.rows.cluster, return_inverse=True)[1]
    sums, reach = np.bincount(person, weights=moved), np.minimum(np.bincount(person, weights=leverage), 0.9)
    return Crossed(float(beta[0]), float((sums**2 / (1 - reach)).sum()) ** 0.5, trial.rows.people(True))


def _everything(trial: Trial) -> Floats:
    """An intercept, the design and whatever the design had no room for."""
    at = trial.moments()
    columns: dict[str, Floats] = {}
    for covariate in trial.covariates:
        columns.update(_extra(covariate, at, trial.design.names))
    extra = [(c - c.mean()) / c.std() for c in columns.values() if float(np.ptp(c)) > 0]
    return np.column_stack([trial.x, *extra]) if extra else trial.x


def _extra(covariate: Covariate, at: Moments, names: tuple[str, ...]) -> dict[str, Floats]:
    return {name: column for name, column in covariate.terms(at).items() if name not in names}


def matched(trial: Trial) -> Crossed:
    """Each person helped with the nearest comparison landmark of another person, without replacement.

    Raises
    ------
    DataError
        When fewer than half of the people helped find a match within the caliper.
    """
    logit = trial.x @ trial.propensity.theta
    treated = np.flatnonzero(trial.rows.treated)
    pool = np.flatnonzero(~trial.rows.treated)
    reach = CALIPER * float(logit.std())
    pairs = _pairs(logit, treated, pool, trial.rows.cluster, reach)
    if 2 * pairs.shape[0] < treated.size:
        raise DataError(f"Only {pairs.shape[0]} of {treated.size} people helped find a match.")
    influence = np.zeros(pairs.shape[0])
    shares: list[float] = []
    for side, sign in ((0, 1.0), (1, -1.0)):
        members = pairs[:, side]
        process = processes_of(trial.outcomes, members, trial.rows.seen[members])["first"]
        own = RowWeights(np.ones(members.size))
        share, gradient = share_by(trial.grid, totals(trial.grid, process, own), trial.grid.horizon)
        influence += sign * row_influence(trial.grid, process, own, gradient)[0]
        shares.append(share)
    return Crossed(shares[0] - shares[1], float((influence**2).sum()) ** 0.5, pairs.shape[0])


def _pairs(logit: Floats, treated: Ints, pool: Ints, cluster: Ints, reach: float) -> Ints:
    """Greedy nearest neighbours on the logit, the hardest to match first; each compared person serves once."""
    pool = pool[np.argsort(logit[pool], kind="stable")]
    values, owner, free = logit[pool], cluster[pool], np.ones(pool.size, dtype=np.bool_)
    by_owner = np.argsort(owner, kind="stable")
    sorted_owner = owner[by_owner]

    def places_of(person: int) -> Ints:
        return by_owner[slice(*np.searchsorted(sorted_owner, (person, person + 1)))]

    found: list[tuple[int, int]] = []
    for row in treated[np.argsort(-logit[treated], kind="stable")]:
        # A hair more than the caliper, and then the caliper exactly.
        near = slice(*np.searchsorted(values, (logit[row] - reach - TINY, logit[row] + reach + TINY)))
        apart = np.abs(values[near] - logit[row])
        apart[~free[near] | (owner[near] == cluster[row]) | (apart > reach)] = np.inf
        if apart.size and np.isfinite(apart.min()):
            place = near.start + int(apart.argmin())
            free[places_of(int(owner[place]))] = False
            found.append((int(row), int(pool[place])))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def cross_checks(trial: Trial) -> list[Check]:
    """Checks `doubly_robust` and `matching`: do other routes come to the same difference?"""
    main = trial.emulation.estimates["as_started"].get(f"risk_difference_{trial.grid.horizon}")
    if main is None:
        return []
    made: list[Check] = []
    for name, words, route in (
        ("doubly_robust", "a regression on everything recorded", doubly_robust),
        ("matching", "matching each person helped with one alike", matched),
    ):
        try:
            found = route(trial)
        except DataError as refused:
            made.append(Check(name, "info", refused.message.rstrip(".")))
            continue
        agrees = found.low <= main.value <= found.high
        text = (
            f"{words} gives a difference of {100 * found.value:+.0f} of 100 ({100 * found.low:+.0f} to "
            f"{100 * found.high:+.0f}), the weighted comparison {100 * main.value:+.0f}"
        )
        figures = {"value": found.value, "low": found.low, "high": found.high, "people": found.people}
        made.append(Check(name, "pass" if agrees else "fail", text, figures))
    return made


def own_rate(histories: Histories) -> Check:
    """Each person's own earlier rate as the comparison, for a scheme without anybody else to compare with."""
    try:
        found = self_controlled(histories)
    except DataError as refused:
        return Check("self_controlled", "info", refused.message.rstrip("."))
    text = found.sentence().rstrip(".") + "; age, and whatever else changed with time, is not allowed for"
    return Check(
        "self_controlled", "info", text, {"ratio": found.ratio, "ratio_low": found.low, "ratio_high": found.high}
    )
