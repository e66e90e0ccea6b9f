"""Concordance of risk scores with times (Harrell 1982), as R's `concordance`."""

from __future__ import annotations

import numpy as np

from evaluation.survival.columns import Floats, Ints
from evaluation.survival.risksets import AtRisk, RiskSets

DENSE_CELLS = 25_000_000


def concordance(sets: RiskSets, score: Floats) -> float | None:
    """Share of comparable pairs in which the row with the event sooner has the higher score.

    A pair is an event and a row at risk then that has its exit later, or at the same time without an event; equal
    scores count half. Pairs are weighted by the product of their rows' weights and taken within strata.

    Returns
    -------
    float or None
        None when there is no comparable pair.
    """
    values, rank = np.unique(score, return_inverse=True)
    levels = len(values)
    slots = len(sets.slots.time)
    if isinstance(sets.at_risk, AtRisk) and sets.at_risk.dense is not None and slots * levels <= DENSE_CELLS:
        higher, equal, total = _dense_pairs(sets, sets.at_risk.dense, rank)
    else:
        higher, equal, total = _sparse_pairs(sets, rank, levels)
    return (higher + equal / 2) / total if total > 0 else None


def _dense_pairs(sets: RiskSets, dense: Floats, rank: Ints) -> tuple[float, float, float]:
    """Count pairs on the tables: events by score against others at risk by score."""
    order = np.argsort(rank, kind="stable")
    first = np.concatenate([[0], np.flatnonzero(np.diff(rank[order])) + 1])
    events = np.add.reduceat(sets.events[:, order].toarray(), first, axis=1)
    others = np.add.reduceat(dense[:, order], first, axis=1) - events
    below = np.cumsum(others, axis=1)
    higher = float(np.sum(events * (below - others)))
    return higher, float(np.sum(events * others)), float(events.sum(axis=1) @ below[:, -1])


def _sparse_pairs(sets: RiskSets, rank: Ints, levels: int) -> tuple[float, float, float]:
    """Count pairs row by row: at risk at an event are those not gone before it, less those not yet come."""
    rows = sets.rows
    weight = np.ones(len(rows)) if rows.weight is None else rows.weight
    place = rank[rows.pattern]
    happened = np.flatnonzero(rows.event)
    slot, level = rows.stop[happened] - 1, place[happened]
    # A row censored at the event's time has its exit after it, one with an event then is not comparable.
    leaves = rows.stop.astype(np.int64) - rows.event
    # Slots run stratum by stratum: the rows of later strata are in both counts, and cancel.
    out = _below(leaves, place, weight, slot.astype(np.int64), level, levels)
    late = _below(rows.start.astype(np.int64), place, weight, slot.astype(np.int64), level, levels)
    own = weight[happened]
    return tuple(float(own @ (a - b)) for a, b in zip(out, late, strict=True))  # type: ignore[return-value]


def _below(
    time: Ints, place: Ints, weight: Floats, slot: Ints, level: Ints, levels: int
) -> tuple[Floats, Floats, Floats]:
    """Weight of the rows with `time > slot`: of lower level, of equal level, and of any, for each query.

    Levels are followed bit by bit: rows in order of time are split by each bit of their level, and running sums tell
    how much weight a query's prefix holds on each side.
    """
    order = np.argsort(-time, kind="stable")
    level_now, weight_now = place[order], weight[order]
    until = np.searchsorted(-time[order], -slot, side="left")
    begin = np.zeros(len(slot), dtype=np.int64)
    total = np.concatenate([[0.0], np.cumsum(weight_now)])[until]
    lower = np.zeros(len(slot))
    for bit in range(max(int(levels - 1).bit_length(), 1) - 1, -1, -1):
        high = (level_now >> bit & 1).astype(bool)
        zeros = np.concatenate([[0], np.cumsum(~high)])
        mass = np.concatenate([[0.0], np.cumsum(np.where(high, 0.0, weight_now))])
        upper = (level >> bit & 1).astype(bool)
        lower += np.where(upper, mass[until] - mass[begin], 0.0)
        split = int(zeros[-1])
        until = np.where(upper, split + until - zeros[until], zeros[until])
        begin = np.where(upper, split + begin - zeros[begin], zeros[begin])
        rearranged = np.argsort(high, kind="stable")
        level_now, weight_now = level_now[rearranged], weight_now[rearranged]
    mass = np.concatenate([[0.0], np.cumsum(weight_now)])
    return lower, mass[until] - mass[begin], total
