"""The penalised likelihood of a gamma shared frailty, and its maximum over coefficients, frailties and variance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.survival.columns import Floats, Ints, combine
from evaluation.survival.maximise import Maximum, invert_information
from evaluation.survival.numerics import lowest
from evaluation.survival.partial import Likelihood, PartialLikelihood
from evaluation.survival.risksets import RiskSets, Rows, count_at_risk, count_events

MOST_STEPS = 1000
SETTLED = 1e-10
# Square roots of variances: where the search begins, and between which it stays.
FIRST_ROOT, SMALLEST_ROOT, LARGEST_ROOT = 0.5, 1e-3, 16.0
PRECISION = 1e-6
# Up to so many groups R takes the frailties' whole block of the information for the errors, beyond it the diagonal.
FEW_GROUPS = 5
MOST_EXACT = 500


@dataclass(frozen=True)
class _Changes:
    """Where the rows of each group begin and end, in order of group and slot.

    Attributes
    ----------
    key
        `group * slots + slot` of each change.
    pattern, sign
        The row's pattern, and +1 where it begins or -1 where it ends.
    slots
        Number of slots.
    """

    key: Ints
    pattern: Ints
    sign: Floats
    slots: int

    @classmethod
    def of(cls, rows: Rows, slots: int) -> _Changes:
        assert rows.cluster is not None
        place = rows.cluster.astype(np.int64) * slots
        key = np.concatenate([place + rows.start, place + rows.stop])
        order = np.argsort(key, kind="stable")
        pattern = np.concatenate([rows.pattern, rows.pattern])
        sign = np.repeat([1.0, -1.0], len(rows))
        return cls(key[order], pattern[order], sign[order], slots)

    def score(self, risk: Floats) -> Floats:
        """Risk score of the group at risk after each change."""
        running = np.cumsum(risk[self.pattern] * self.sign)
        group = self.key // self.slots
        first = np.concatenate([[0], np.flatnonzero(np.diff(group)) + 1])
        # Every group ends with nobody at risk, so what is left over is rounding.
        leftover = np.concatenate([[0.0], running[first[1:] - 1]])
        return running - np.repeat(leftover, np.diff(np.append(first, len(group))))


@dataclass(frozen=True)
class Model:
    """The likelihood with a pattern per group and covariate pattern."""

    likelihood: PartialLikelihood
    group: Ints
    deaths: Floats
    changes: _Changes

    @classmethod
    def of(cls, sets: RiskSets, ties: str) -> Model:
        """Split the patterns of a table by group (its clusters)."""
        rows = sets.rows
        assert rows.cluster is not None
        both = [pl.Series(rows.pattern), pl.Series(rows.cluster)]
        pattern, example = combine(both, len(rows))
        matrix, slots = sets.matrix[rows.pattern[example]], len(sets.slots.time)
        finer = replace(rows, pattern=pattern)
        events = count_events(finer, slots, len(example))[2]
        at_risk = count_at_risk(finer, slots, len(example))
        split = replace(sets, rows=finer, matrix=matrix, events=events, at_risk=at_risk)
        group = rows.cluster[example]
        deaths = _by_group(split.event_totals, group)
        return cls(PartialLikelihood.of(split, ties), group, deaths, _Changes.of(finer, slots))


@dataclass(frozen=True)
class Point:
    """A maximum of the penalised likelihood at one variance."""

    variance: float
    beta: Floats
    log_frailty: Floats
    loglik: float
    covariance: Floats


def _by_group(values: Floats, group: Ints) -> Floats:
    return np.bincount(group, values, minlength=int(group.max()) + 1)


def profile(model: Model, without: Maximum) -> Point:
    """Climb the marginal likelihood over the square root of the variance: bracket its top, then Brent.

    Each trial starts where the last one ended, and the search stays away from variances that are far too large. A
    variance below the smallest that matters is zero.
    """
    nothing = np.zeros(len(model.deaths))
    latest = Point(0.0, without.beta, nothing, without.at.value, invert_information(without.at.information))
    zero, seen = latest, dict[float, Point]()

    def cost(root: float) -> float:
        nonlocal latest
        if root not in seen:
            latest = seen[root] = _solve(model, root**2, latest)
        return -seen[root].loglik

    middle = _near_lowest(cost)
    return zero if middle < SMALLEST_ROOT else seen[lowest(cost, middle / 2, middle * 2, PRECISION)]


def _near_lowest(cost: Callable[[float], float]) -> float:
    """Double or halve the first guess until the cost rises or a bound is passed."""
    here = FIRST_ROOT
    factor = 2.0 if cost(2 * here) < cost(here) else 0.5
    while SMALLEST_ROOT <= here <= LARGEST_ROOT and cost(factor * here) < cost(here):
        here *= factor
    return here


def _solve(model: Model, variance: float, start: Point) -> Point:
    """Maximise over coefficients and frailties by Newton steps, with a diagonal bound for the frailties' block.

    The covariance takes that block's own diagonal, as R's sparse frailty terms do.
    """
    precision = 1 / variance
    beta, log_frailty = start.beta, start.log_frailty
    here = _penalised(model, beta, log_frailty, precision)
    for _ in range(MOST_STEPS):
        score, cross, diagonal = _frailty_block(model, here[0], log_frailty, precision)
        beta_block = here[0].information - (cross / diagonal) @ cross.T
        step = np.linalg.solve(beta_block, here[0].score - cross @ (score / diagonal)) if len(beta) else beta
        frailty_step = (score - step @ cross) / diagonal
        gain = float(here[0].score @ step + score @ frailty_step)
        if gain < SETTLED:
            sharper = diagonal - _own_share(model, here[0])
            beta_block = here[0].information - (cross / sharper) @ cross.T
            covariance = _covariance(model, beta, log_frailty, precision, beta_block)
            return Point(variance, beta, log_frailty, here[1] + _integrated(model, variance), covariance)
        beta, log_frailty, here = _moved(model, beta, log_frailty, precision, here, (step, frailty_step))
    raise DataError("The frailty model did not settle: the groups have too few events to tell their frailties.")


def _moved(
    model: Model,
    beta: Floats,
    log_frailty: Floats,
    precision: float,
    here: tuple[Likelihood, float],
    steps: tuple[Floats, Floats],
) -> tuple[Floats, Floats, tuple[Likelihood, float]]:
    """Take a step, halved while it overshoots; the frailties keep a mean of one."""
    for halving in range(25):
        moved = log_frailty + 0.5**halving * steps[1]
        moved = moved - np.log(np.mean(np.exp(moved)))
        coef = beta + 0.5**halving * steps[0]
        there = _penalised(model, coef, moved, precision)
        if np.isfinite(there[1]) and there[1] >= here[1] - 1e-10 * max(1.0, abs(here[1])):
            return coef, moved, there
    return beta, log_frailty, here


def _penalised(model: Model, beta: Floats, log_frailty: Floats, precision: float) -> tuple[Likelihood, float]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        at = replace(model.likelihood, offset=log_frailty[model.group]).at(beta)
    return at, at.value + precision * float(log_frailty.sum())


def _frailty_block(
    model: Model, at: Likelihood, log_frailty: Floats, precision: float
) -> tuple[Floats, Floats, Floats]:
    """Score of the frailties, information between coefficients and frailties, and a bound of their own."""
    m, t, w = at.moments, at.moments.ties, at.moments.mean_weight
    sets = model.likelihood.sets
    exposure = sets.at_risk.exposure(w * t.c0) - sets.events.T @ (w * t.c1)
    expected = _by_group(m.score * exposure, model.group)
    cross = np.empty((len(at.score), len(model.deaths)))
    for j in range(len(at.score)):
        mean = w * (t.q0 * m.s1[:, j] - t.q1 * m.e1[:, j])
        spared = w * (t.q1 * m.s1[:, j] - t.q2 * m.e1[:, j])
        shared = sets.at_risk.exposure(mean) - sets.events.T @ spared
        cross[j] = _by_group(m.score * (exposure * model.likelihood.matrix[:, j] - shared), model.group)
    frailty = np.exp(log_frailty)
    score = model.deaths - expected - precision * (frailty - 1)
    return score, cross, expected + precision * frailty


def _own_share(model: Model, at: Likelihood) -> Floats:
    """What a group's own share of each risk set takes off the information of its frailty."""
    m, t, w, changes = at.moments, at.moments.ties, at.moments.mean_weight, model.changes
    score = changes.score(m.score)
    group, slot = np.divmod(changes.key, changes.slots)
    before = np.concatenate([[0.0], np.cumsum(w * t.q0)])
    until = np.append(slot[1:], changes.slots)
    until[np.append(group[1:] != group[:-1], True)] = changes.slots
    groups = len(model.deaths)
    share = np.bincount(group, score**2 * (before[until] - before[slot]), minlength=groups)
    events = model.likelihood.sets.events.tocoo()
    home = model.group[events.col].astype(np.int64) * changes.slots + events.row
    keys, inverse = np.unique(home, return_inverse=True)
    dying = np.bincount(inverse, events.data * m.score[events.col])
    there = score[np.searchsorted(changes.key, keys, side="right") - 1]
    owner, time = np.divmod(keys, changes.slots)
    tied = w[time] * (t.q2[time] * dying**2 - 2 * t.q1[time] * there * dying)
    return share + np.bincount(owner, tied, minlength=groups)


def _covariance(model: Model, beta: Floats, log_frailty: Floats, precision: float, beta_block: Floats) -> Floats:
    """Covariance of the coefficients: by the whole information where groups are few, as in R, or where it must be."""
    k, groups = len(beta), len(model.deaths)
    few = groups <= FEW_GROUPS
    if not few and (k == 0 or np.linalg.eigvalsh(beta_block)[0] > 0):
        return np.linalg.inv(beta_block)
    if groups > MOST_EXACT:
        raise DataError("The errors of the frailty model cannot be told: the groups say the same as the covariates.")
    own = (model.group[:, None] == np.arange(groups)).astype(float)
    whole = replace(model.likelihood, matrix=np.hstack([model.likelihood.matrix, own]), offset=log_frailty[model.group])
    information = whole.information(whole.moments(np.concatenate([beta, np.zeros(groups)])))
    information[k:, k:] += np.diag(precision * np.exp(log_frailty))
    return np.linalg.inv(information)[:k, :k]


def _integrated(model: Model, variance: float) -> float:
    """What integrating the frailties out adds to the penalised likelihood.

    Gamma functions are sums of logarithms: their differences would lose every digit at a small variance.
    """
    deaths = model.deaths.astype(np.int64)
    rising = np.concatenate([[0.0], np.cumsum(np.log1p(variance * np.arange(int(deaths.max()))))])
    return float(np.sum(rising[deaths] - (1 / variance + deaths) * np.log1p(variance * deaths) + deaths))
