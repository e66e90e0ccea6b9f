"""Cluster-robust variance: a row's score residual is a difference of two look-ups, so one pass gives it.

Lin and Wei (1989); score residuals with Efron's ties as R `survival` defines them (events share their time's steps).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from evaluation.survival.columns import Floats, Ints
from evaluation.survival.partial import Moments, PartialLikelihood
from evaluation.survival.risksets import Rows

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
    # A sparse matrix of clusters x rows is a counting sort: linear, where a comparison sort is not.
    sorter = sp.csr_matrix((np.ones(rows, np.int8), (cluster, np.arange(rows, dtype=np.int32))), (clusters, rows))
    return sorter.indices, sorter.indptr


def _pieces(bounds: Ints) -> Iterator[tuple[int, int]]:
    """Cut the clusters into runs of about `CHUNK` rows."""
    first, clusters = 0, len(bounds) - 1
    while first < clusters:
        last = int(np.searchsorted(bounds, bounds[first] + CHUNK, side="right")) - 1
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
        count, patterns, clusters = len(start), len(self.score), len(bounds) - 1
        happened = np.flatnonzero(event)
        slot, risk_there = stop[happened] - 1, risk[happened]
        residual = event - risk * (self.hazard[stop] - self.hazard[start])
        residual[happened] += risk_there * self.spared[slot]
        data, index = np.empty((count, 3)), np.empty((count, 3), dtype=np.int32)
        data[:, 0], data[:, 1], data[:, 2] = residual, risk, -risk
        index[:, 0], index[:, 1], index[:, 2] = pattern, stop + patterns, start + patterns
        event_data, event_index = np.empty((len(happened), 2)), np.empty((len(happened), 2), dtype=np.int32)
        event_data[:, 0], event_data[:, 1] = -1.0, -risk_there
        event_index[:, 0], event_index[:, 1] = slot, slot + len(self.hazard)
        if weight is not None:
            data *= weight[:, None]
            event_data *= weight[happened, None]
        event_bounds = np.searchsorted(happened, bounds)
        body = sp.csr_matrix((data.ravel(), index.ravel(), 3 * bounds), shape=(clusters, len(self.stacked)))
        at_events = sp.csr_matrix(
            (event_data.ravel(), event_index.ravel(), 2 * event_bounds), shape=(clusters, len(self.at_event))
        )
        return body @ self.stacked + at_events @ self.at_event


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
