# ruff: noqa: A002 - `exit` is the fixed name of the column of exits
"""Gamma shared frailty on start–stop data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from evaluation.errors import DataError
from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Ints, Roles, check_choice, check_level, combine, names, read
from evaluation.survival.cox import TIES
from evaluation.survival.maximise import Maximum, invert_information, maximise, refuse_collinear
from evaluation.survival.numerics import lowest, one_thread
from evaluation.survival.partial import Likelihood, PartialLikelihood
from evaluation.survival.risksets import RiskSets, Rows, collapse, count_at_risk, count_events

MOST_STEPS = 1000
SETTLED = 1e-10
# Square roots of variances: where the search begins, and between which it stays.
FIRST_ROOT, SMALLEST_ROOT, LARGEST_ROOT = 0.5, 1e-3, 16.0
PRECISION = 1e-6


@dataclass(frozen=True)
class FrailtyFit:
    """A fitted shared-frailty model.

    Attributes
    ----------
    terms, coef, covariance
        Coefficients given the frailty, and their covariance from the penalised information.
    variance
        Variance of the frailty, `theta`; its mean is 1.
    loglik
        Marginal log likelihood, the frailty integrated out.
    loglik_without
        Log partial likelihood without a frailty.
    frailty
        A frame with a row per group: the group, `events` and its estimated `frailty`.
    n, events
        Rows and events.
    level
        Confidence level.
    """

    terms: tuple[str, ...]
    coef: Floats
    covariance: Floats
    variance: float
    loglik: float
    loglik_without: float
    frailty: pl.DataFrame = field(repr=False)
    n: int
    events: int
    level: float

    def tidy(self) -> pl.DataFrame:
        """One row per term: `term, coef, se, hazard_ratio, low, high, z, p`."""
        se = np.sqrt(np.diag(self.covariance))
        reach = -ndtri((1 - self.level) / 2) * se
        return pl.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "se": se,
                "hazard_ratio": np.exp(self.coef),
                "low": np.exp(self.coef - reach),
                "high": np.exp(self.coef + reach),
                "z": self.coef / se,
                "p": 2 * ndtr(-np.abs(self.coef / se)),
            }
        )

    def glance(self) -> pl.DataFrame:
        """One row: `n, events, groups, variance, loglik, loglik_without, p`.

        `p` tests the variance against zero: half of the chi-squared tail, as zero is on the boundary.
        """
        rise = max(2 * (self.loglik - self.loglik_without), 0.0)
        return pl.DataFrame(
            {
                "n": self.n,
                "events": self.events,
                "groups": self.frailty.height,
                "variance": self.variance,
                "loglik": self.loglik,
                "loglik_without": self.loglik_without,
                "p": float(ndtr(-np.sqrt(rise))) if rise > 0 else 1.0,
            }
        )

    def sentence(self) -> str:
        """Say how much groups differ beyond their covariates, in one English sentence."""
        return (
            f"Groups differ beyond their covariates with a frailty variance of {words.number(self.variance)} "
            f"({self.frailty.height:,} groups, {self.events:,} events, {words.p_value(self.glance()['p'][0])})."
        )

    def plot(self) -> Any:
        """Draw the hazard ratios with their limits: a Plotly figure."""
        from evaluation.survival import plotting

        rows = self.tidy().select("term", "hazard_ratio", "low", "high").iter_rows()
        return plotting.ranges(rows, title="Hazard ratio", neutral=1.0, log=True)

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Cox regression with gamma shared frailty", words.table(self.tidy()), self.sentence()])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence()])


@one_thread
def shared_frailty(
    spells: Frame,
    covariates: str | Iterable[str],
    *,
    group: str,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    strata: str | Iterable[str] | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> FrailtyFit:
    """Fit a Cox model whose groups share a gamma frailty (Clayton and Cuzick 1985; Therneau and Grambsch 2000).

    Given the variance, coefficients and frailties maximise the penalised partial likelihood (the fixed point of the
    EM algorithm of Klein 1992); the variance maximises the likelihood with the frailties integrated out.

    Parameters
    ----------
    spells, covariates, exit, event, entry, strata, ties, level
        As in `cox`.
    group
        Column of the units that share a frailty (a person, for recurrent events).

    Returns
    -------
    FrailtyFit
        With `tidy()`, `glance()`, `frailty` and `sentence()`.

    Raises
    ------
    DataError
        When a column cannot be used, there is no event, or the coefficients cannot be told apart.
    """
    check_choice("ties", ties, TIES)
    check_level(level)
    frame = read(spells, Roles(exit, event, entry, None, group, names(strata), names(covariates)))
    sets = collapse(frame, names(covariates), exit=exit, event=event, entry=entry, strata=strata, cluster=group)
    plain = PartialLikelihood.of(sets, ties)
    null = plain.at(np.zeros(len(sets.terms)))
    refuse_collinear(null, plain)
    without = maximise(plain.at, null, float(sets.died.sum()))
    model = _Model.of(sets, ties)
    best = _profile(model, without)
    labels = frame[combine([frame[group]], frame.height)[1]].select(group)
    described = labels.hstack(
        [pl.Series("events", model.deaths).cast(pl.Int64), pl.Series("frailty", np.exp(best.log_frailty))]
    )
    return FrailtyFit(
        terms=sets.terms,
        coef=best.beta,
        covariance=best.covariance,
        variance=best.variance,
        loglik=best.loglik,
        loglik_without=without.at.value,
        frailty=described.sort(group),
        n=sets.n,
        events=sets.n_events,
        level=level,
    )


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
class _Model:
    """The likelihood with a pattern per group and covariate pattern."""

    likelihood: PartialLikelihood
    group: Ints
    deaths: Floats
    changes: _Changes

    @classmethod
    def of(cls, sets: RiskSets, ties: str) -> _Model:
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
class _Point:
    """A maximum of the penalised likelihood at one variance."""

    variance: float
    beta: Floats
    log_frailty: Floats
    loglik: float
    covariance: Floats


def _by_group(values: Floats, group: Ints) -> Floats:
    return np.bincount(group, values, minlength=int(group.max()) + 1)


def _profile(model: _Model, without: Maximum) -> _Point:
    """Climb the marginal likelihood over the square root of the variance: bracket its top, then Brent.

    Each trial starts where the last one ended, and the search stays away from variances that are far too large. A
    variance below the smallest that matters is zero.
    """
    nothing = np.zeros(len(model.deaths))
    latest = _Point(0.0, without.beta, nothing, without.at.value, invert_information(without.at.information))
    zero, seen = latest, dict[float, _Point]()

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


def _solve(model: _Model, variance: float, start: _Point) -> _Point:
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
            return _point(model, variance, beta, log_frailty, here[1], beta_block)
        beta, log_frailty, here = _moved(model, beta, log_frailty, precision, here, (step, frailty_step))
    raise DataError("The frailty model did not settle: the groups have too few events to tell their frailties.")


def _moved(
    model: _Model,
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


def _penalised(model: _Model, beta: Floats, log_frailty: Floats, precision: float) -> tuple[Likelihood, float]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        at = replace(model.likelihood, offset=log_frailty[model.group]).at(beta)
    return at, at.value + precision * float(log_frailty.sum())


def _frailty_block(
    model: _Model, at: Likelihood, log_frailty: Floats, precision: float
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


def _own_share(model: _Model, at: Likelihood) -> Floats:
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


def _point(
    model: _Model, variance: float, beta: Floats, log_frailty: Floats, value: float, beta_block: Floats
) -> _Point:
    deaths = model.deaths.astype(np.int64)
    # Gamma functions as sums of logarithms: their differences would lose every digit at a small variance.
    rising = np.concatenate([[0.0], np.cumsum(np.log1p(variance * np.arange(int(deaths.max()))))])
    integrated = rising[deaths] - (1 / variance + deaths) * np.log1p(variance * deaths) + deaths
    covariance = np.linalg.inv(beta_block) if len(beta) else np.zeros((0, 0))
    return _Point(variance, beta, log_frailty, value + float(np.sum(integrated)), covariance)
