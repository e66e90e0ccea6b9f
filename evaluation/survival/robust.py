"""Cluster-robust variance: a row's score residual is a difference of two look-ups, so one pass gives it.

Lin and Wei (1989); score residuals with Efron's ties as R `survival` defines them (events share their time's steps).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evaluation.survival import sparse
from evaluation.survival.columns import Floats, Ints
from evaluation.survival.partial import Moments, PartialLikelihood
from evaluation.survival.risksets import Rows
from evaluation.survival.sparse import Sparse

CHUNK = 500_000


def cluster_scores(likelihood: PartialLikelihood, m: Moments) -> Floats:
    """Sum the weighted score residuals by cluster: clusters x terms, or rows x terms without clusters."""
    return np.vstack(list(_parts(likelihood, m)))


def score_products(likelihood: PartialLikelihood, m: Moments) -> Floats:
    """Sum over clusters the outer product of their score residuals, in bounded memory."""
    terms = likelihood.matrix.shape[1]
    total = np.zeros((terms, terms))
    for part in _parts(likelihood, m):
        total += part.T @ part
    return total


def _parts(likelihood: PartialLikelihood, m: Moments) -> Iterator[Floats]:
    rows = likelihood.sets.rows
    tables = residual_tables(likelihood, m)
    order, bounds = group_rows(rows.cluster, len(rows))
    for first, last in _pieces(bounds):
        part = slice(int(bounds[first]), int(bounds[last]))
        chosen = part if order is None else order[part]
        yield tables.sums(rows, chosen, bounds[first : last + 1] - bounds[first])


def group_rows(cluster: Ints | None, rows: int) -> tuple[Ints | None, Ints]:
    """Bring the rows of a cluster together.

    Returns
    -------
    tuple
        The order of the rows (None when they are together already), and where in it each cluster begins, with the
        number of rows as last element.
    """
    if cluster is None:
        return None, np.arange(rows + 1)
    clusters = int(cluster.max()) + 1
    turns = np.flatnonzero(cluster[1:] != cluster[:-1]) + 1
    if len(turns) == clusters - 1:
        return None, np.concatenate([[0], turns, [rows]])
    return sparse.grouped(cluster, clusters)


def _pieces(bounds: Ints) -> Iterator[tuple[int, int]]:
    """Cut the clusters into runs of about `CHUNK` rows."""
    first, clusters = 0, len(bounds) - 1
    while first < clusters:
        last = bisect_right(bounds, int(bounds[first]) + CHUNK) - 1
        last = min(max(last, first + 1), clusters)
        yield first, last
        first = last


@dataclass(frozen=True)
class ResidualTables:
    """What score residuals look up, by pattern and slot.

    Attributes
    ----------
    score
        Risk score by pattern.
    hazard
        Cumulative hazard before each slot.
    spared
        The part of a slot's hazard that its own events do not bear (Efron).
    stacked
        Design by pattern, then the hazard-weighted covariate means accumulated before each slot.
    at_event
        Mean covariates at events by slot, then the spared parts times covariate means.
    """

    score: Floats
    hazard: Floats
    spared: Floats
    stacked: Floats
    at_event: Floats

    def sums(self, rows: Rows, chosen: slice | Ints, bounds: Ints) -> Floats:
        """Sum the residuals of some rows by cluster, as sparse matrices (clusters x look-ups) times tables."""
        start, stop, pattern, event = rows.start[chosen], rows.stop[chosen], rows.pattern[chosen], rows.event[chosen]
        weight = None if rows.weight is None else rows.weight[chosen]
        risk = self.score[pattern]
        residual = event - risk * (self.hazard[stop] - self.hazard[start])
        happened = np.flatnonzero(event)
        slot, risk_there = stop[happened] - 1, risk[happened]
        residual[happened] += risk_there * self.spared[slot]
        ones = np.ones(len(happened))
        if weight is not None:
            residual, risk, ones = residual * weight, risk * weight, weight[happened]
            risk_there = risk[happened]
        patterns, slots = len(self.score), len(self.hazard)
        until, begins, sign = _join(start, stop, risk, bounds)
        total = _lookups(bounds, (residual, pattern), (until, stop + patterns), width=len(self.stacked)) @ self.stacked
        if len(begins):
            taken = np.searchsorted(begins, bounds)
            total += _lookups(taken, (sign, start[begins] + patterns), width=len(self.stacked)) @ self.stacked
        if len(happened):
            taken = np.searchsorted(happened, bounds)
            at = _lookups(taken, (-ones, slot), (-risk_there, slot + slots), width=len(self.at_event))
            total += at @ self.at_event
        return total


def _join(start: Ints, stop: Ints, risk: Floats, bounds: Ints) -> tuple[Floats, Ints, Floats]:
    """Join rows that follow on each other in a cluster: the look-up where one stops and the next starts is one.

    Returns
    -------
    tuple
        What to look up at every row's stop; the rows whose start needs a look-up of its own; what to look up there.
    """
    follows = np.empty(len(start), dtype=bool)
    follows[0] = False
    np.equal(start[1:], stop[:-1], out=follows[1:])
    follows[bounds[:-1]] = False
    until = risk.copy()
    until[:-1] -= np.where(follows[1:], risk[1:], 0.0)
    begins = np.flatnonzero(~follows & (start > 0))
    return until, begins, -risk[begins]


def _lookups(bounds: Ints, *columns: tuple[Floats, Ints], width: int) -> Sparse:
    """Write look-ups as a sparse matrix: for each row and column a number and a place, rows summed between bounds."""
    count, each = len(columns[0][0]), len(columns)
    data, index = np.empty((count, each)), np.empty((count, each), dtype=np.int32)
    for number, (value, place) in enumerate(columns):
        data[:, number], index[:, number] = value, place
    return sparse.of_rows(data.ravel(), index.ravel(), each * bounds, (len(bounds) - 1, width))


def residual_tables(likelihood: PartialLikelihood, m: Moments, by_slot: Floats | None = None) -> ResidualTables:
    """Write the tables that score residuals look up; the hazard of each slot times a number of its own if given."""
    t, w = m.ties, m.mean_weight if by_slot is None else m.mean_weight * by_slot
    deaths = likelihood.sets.deaths
    means = w[:, None] * (t.q0[:, None] * m.s1 - t.q1[:, None] * m.e1)
    accumulated = np.vstack([np.zeros((1, means.shape[1])), np.cumsum(means, axis=0)[:-1]])
    event_mean = (t.c0[:, None] * m.s1 - t.c1[:, None] * m.e1) / np.maximum(deaths, 1.0)[:, None]
    spared_mean = w[:, None] * (t.q1[:, None] * m.s1 - t.q2[:, None] * m.e1)
    hazard = np.concatenate([[0.0], np.cumsum(w * t.c0)[:-1]])
    stacked = np.vstack([likelihood.matrix, accumulated])
    return ResidualTables(m.score, hazard, w * t.c1, stacked, np.vstack([event_mean, spared_mean]))
