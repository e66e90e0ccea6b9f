"""The Cox partial likelihood on risk-set tables: value, score and information.

Cox (1975); ties after Breslow (1974) or Efron (1977), with case weights as in R `survival`: at a time with `d`
events of mean weight `m`, each of the `d` steps counts `m` times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.survival.columns import Floats
from evaluation.survival.risksets import RiskSets
from evaluation.survival.ties import TiePlan, TieSums


@dataclass(frozen=True)
class Moments:
    """Risk-set sums at one value of the coefficients.

    Attributes
    ----------
    beta
        Coefficients of the centred design.
    score
        Risk score `exp(x'beta)` of each pattern.
    s0, s1
        Weighted sums of the scores at risk, by slot, and of scores times covariates (slots x terms).
    e0, e1
        The same over those with an event at the slot.
    ties
        Sums over tied events.
    mean_weight
        Mean weight of the events of each slot.
    """

    beta: Floats
    score: Floats
    s0: Floats
    s1: Floats
    e0: Floats
    e1: Floats
    ties: TieSums
    mean_weight: Floats


@dataclass(frozen=True)
class Likelihood:
    """Log partial likelihood with its first two derivatives (information: negative second derivative)."""

    value: float
    score: Floats
    information: Floats
    moments: Moments


@dataclass(frozen=True)
class PartialLikelihood:
    """The partial likelihood of a table of risk sets, with the design centred for safe exponentials.

    Attributes
    ----------
    sets
        The tables.
    matrix
        Centred design, patterns x terms.
    centre
        What was taken off each column.
    ties
        `"efron"` or `"breslow"`.
    plan
        What sums over ties need.
    offset
        Added to every pattern's linear predictor, or None.
    """

    sets: RiskSets
    matrix: Floats
    centre: Floats
    ties: str
    plan: TiePlan
    offset: Floats | None = None

    @classmethod
    def of(cls, sets: RiskSets, ties: str) -> PartialLikelihood:
        """Centre the design at the mean over events, where the likelihood is evaluated most."""
        totals = sets.event_totals
        centre = totals @ sets.matrix / totals.sum()
        return cls(sets, sets.matrix - centre, centre, ties, TiePlan.of(sets.deaths, ties))

    def moments(self, beta: Floats) -> Moments:
        """Sum risk scores over every risk set."""
        eta = self.matrix @ beta if self.offset is None else self.matrix @ beta + self.offset
        score = np.exp(eta)
        columns = np.column_stack([score, score[:, None] * self.matrix])
        s = self.sets.at_risk.sums(columns)
        e = self.sets.events @ columns
        deaths = self.sets.deaths
        mean_weight = np.divide(self.sets.died, deaths, out=np.zeros_like(deaths), where=deaths > 0)
        sums = self.plan.sums(s[:, 0], e[:, 0])
        return Moments(beta, score, s[:, 0], s[:, 1:], e[:, 0], e[:, 1:], sums, mean_weight)

    def at(self, beta: Floats) -> Likelihood:
        """Evaluate the likelihood at some coefficients."""
        m = self.moments(beta)
        events = self.sets.event_totals
        eta = self.matrix @ beta if self.offset is None else self.matrix @ beta + self.offset
        value = float(events @ eta - m.mean_weight @ m.ties.log)
        expected = (m.mean_weight * m.ties.c0) @ m.s1 - (m.mean_weight * m.ties.c1) @ m.e1
        return Likelihood(value, events @ self.matrix - expected, self.information(m), m)

    def information(self, m: Moments, by_slot: Floats | None = None) -> Floats:
        """Information, each slot's part multiplied by a number of its own when `by_slot` is given."""
        w = m.mean_weight if by_slot is None else m.mean_weight * by_slot
        exposure = self.sets.at_risk.exposure(w * m.ties.c0) - self.sets.events.T @ (w * m.ties.c1)
        second = self.matrix.T @ ((m.score * exposure)[:, None] * self.matrix)
        mixed = m.s1.T @ ((w * m.ties.q1)[:, None] * m.e1)
        squares = m.s1.T @ ((w * m.ties.q0)[:, None] * m.s1) + m.e1.T @ ((w * m.ties.q2)[:, None] * m.e1)
        return second - (squares - mixed - mixed.T)

    def slot_scores(self, m: Moments) -> Floats:
        """Weighted sum of events' covariates minus their expectation, by slot (slots x terms)."""
        observed = self.sets.events @ self.matrix
        expected = m.ties.c0[:, None] * m.s1 - m.ties.c1[:, None] * m.e1
        return observed - m.mean_weight[:, None] * expected
