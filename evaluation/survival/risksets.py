"""Collapse rows into risk-set tables, without loss: who is at risk, and who has an event, by pattern and time.

A row at risk over `(entry, exit]` adds one to the number at risk of its pattern at its first slot and takes one off
after its last. Counting those changes is the only pass over the rows; cumulative sums of them are the risk sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.survival import sparse
from evaluation.survival.columns import (
    Flags,
    Floats,
    Frame,
    Ints,
    Roles,
    case_weights,
    combine,
    event_flags,
    names,
    number,
    read,
)
from evaluation.survival.patterns import Covariate, design
from evaluation.survival.sparse import Sparse
from evaluation.survival.timeline import Ranks, Slots, lay_out, rank_times

CHUNK = 2_000_000
DENSE_CELLS = 25_000_000
DENSE_FILL = 4


@dataclass(frozen=True)
class Rows:
    """What each row keeps after the collapse; needed only by robust errors.

    Attributes
    ----------
    pattern
        Pattern of the row.
    start, stop
        Its first slot at risk, and the slot after its last.
    event
        Whether it ends in an event (of any kind).
    weight
        Its weight, or None when every row counts once.
    cluster
        Its cluster, numbered from 0, or None.
    clusters
        Number of clusters.
    """

    pattern: Ints
    start: Ints
    stop: Ints
    event: Flags
    weight: Floats | None
    cluster: Ints | None
    clusters: int

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.start)


class RiskSums(Protocol):
    """What the likelihood asks of a table of the number at risk."""

    def sums(self, values: Floats) -> Floats:
        """Sum values of the patterns (patterns x columns) over each risk set (slots x columns)."""
        ...

    def exposure(self, increments: Floats) -> Floats:
        """Sum increments of the slots over the time each pattern is at risk."""
        ...


@dataclass(frozen=True)
class AtRisk:
    """The (weighted) number at risk by slot and pattern, in the cheaper of two forms.

    Attributes
    ----------
    dense
        Slots x patterns, the number at risk; or None.
    changes
        Slots x patterns, sparse, the change of the number at risk on arriving at a slot; or None.
    """

    dense: Floats | None
    changes: Sparse

    def sums(self, values: Floats) -> Floats:
        """Sum a value of the patterns over each risk set.

        Parameters
        ----------
        values
            Patterns x columns.

        Returns
        -------
        Floats
            Slots x columns.
        """
        if self.dense is not None:
            return self.dense @ values
        # Summing from the last slot backwards keeps full precision where few are left at risk.
        steps = self.changes @ values
        later = np.cumsum(steps[::-1], axis=0)[::-1]
        return np.vstack([-later[1:], np.zeros((1, values.shape[1]))])

    def exposure(self, increments: Floats) -> Floats:
        """Sum an increment of the slots over the time each pattern is at risk; one value a pattern."""
        if self.dense is not None:
            return increments @ self.dense
        before = np.concatenate([[0.0], np.cumsum(increments)[:-1]])
        return -(self.changes.T @ before)


@dataclass(frozen=True)
class RiskSets:
    """Patterns x times: at risk, events, weights; everything the estimators need.

    Attributes
    ----------
    slots
        Times and strata of the risk sets.
    at_risk
        Weighted number at risk, slots x patterns.
    events
        Weighted events, slots x patterns, sparse.
    deaths
        Number of events at each slot, unweighted.
    died
        Weighted number of events at each slot.
    matrix
        Patterns x terms, the design matrix.
    covariates
        The covariates behind its columns.
    rows
        Per-row facts for robust errors.
    n, n_events
        Rows and events, unweighted.
    strata
        A frame with a row per stratum, of the columns that define it.
    ranks
        Times of the rows, whatever their stratum.
    """

    slots: Slots
    at_risk: RiskSums
    events: Sparse
    deaths: Floats
    died: Floats
    matrix: Floats
    covariates: tuple[Covariate, ...]
    rows: Rows
    n: int
    n_events: int
    strata: pl.DataFrame
    ranks: Ranks

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the columns of `matrix`."""
        return tuple(term for covariate in self.covariates for term in covariate.terms)

    @property
    def patterns(self) -> int:
        """Number of covariate patterns."""
        return len(self.matrix)

    @property
    def event_totals(self) -> Floats:
        """Weighted events of each pattern."""
        return sparse.column_sums(self.events)

    def sentence(self) -> str:
        """Say what was counted, in one English sentence."""
        times = len(np.unique(self.slots.time[self.slots.used]))
        return (
            f"{self.n:,} spells with {self.n_events:,} events were counted into {times:,} times and "
            f"{self.patterns:,} covariate patterns."
        )

    def __str__(self) -> str:
        """Show what was counted; the tables themselves would fill the screen."""
        return self.sentence()

    def _repr_markdown_(self) -> str:
        return self.sentence()


def collapse(
    spells: Frame,
    covariates: Iterable[str] = (),
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    strata: str | Iterable[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
) -> RiskSets:
    """Collapse spells into risk-set tables.

    Parameters
    ----------
    spells
        One row per spell, at risk over `(entry, exit]`; without `entry`, at risk from the start.
    covariates
        Columns of a regression: numbers and booleans as they are, categories as dummies.
    exit, event, entry, strata, cluster, weights
        As in `cox`; times in whole days or any unit.

    Returns
    -------
    RiskSets
        The tables at the times of events.

    Raises
    ------
    DataError
        When a column cannot be used, or there is no event.
    """
    roles = Roles(exit, event, entry, weights, cluster, names(strata), names(covariates))
    frame = read(spells, roles)
    happened = event_flags(frame[event])
    if not happened.any():
        raise DataError(f"No event: column '{event}' is 0 in all {frame.height} rows, so nothing can be estimated.")
    plan = design(frame, roles.covariates)
    stratum, example = combine([frame[name] for name in roles.groups], frame.height)
    order = frame[example].select(roles.groups)
    ranks = rank_times(frame[exit], None if entry is None else frame[entry])
    slots = lay_out(ranks, happened, stratum if roles.groups else None, len(example))
    group, clusters = (None, 0) if cluster is None else number([frame[cluster]], frame.height)
    weight = case_weights(frame, roles)
    rows = Rows(plan.pattern, slots.start, slots.stop, happened, weight, group, clusters)
    deaths, died, events = count_events(rows, len(slots.time), len(plan.matrix))
    return RiskSets(
        slots=slots,
        at_risk=count_at_risk(rows, len(slots.time), len(plan.matrix)),
        events=events,
        deaths=deaths,
        died=died,
        matrix=plan.matrix,
        covariates=plan.covariates,
        rows=rows,
        n=frame.height,
        n_events=int(happened.sum()),
        strata=order,
        ranks=ranks,
    )


def count_events(rows: Rows, slots: int, patterns: int) -> tuple[Floats, Floats, Sparse]:
    """Count events by slot: unweighted, weighted, and weighted by pattern (sparse)."""
    which = np.flatnonzero(rows.event)
    slot = rows.stop[which] - 1
    weight = None if rows.weight is None else rows.weight[which]
    deaths = np.bincount(slot, minlength=slots).astype(float)
    died = deaths if weight is None else np.bincount(slot, weight, minlength=slots).astype(float)
    place = _places(slot, rows.pattern[which], patterns)
    if slots * patterns <= DENSE_CELLS:
        table = np.bincount(place, weight, minlength=slots * patterns).reshape(slots, patterns)
        return deaths, died, sparse.of_table(table)
    ones = np.ones(len(which)) if weight is None else weight
    return deaths, died, sparse.of_places(ones, slot, rows.pattern[which], (slots, patterns))


def count_at_risk(rows: Rows, slots: int, patterns: int) -> AtRisk:
    """Count the number at risk by slot and pattern, dense or as changes, whichever is smaller."""
    cells = slots * patterns
    if cells <= min(DENSE_CELLS, DENSE_FILL * 2 * len(rows) + 1_000_000):
        table = _dense_changes(rows, slots, patterns)
        if rows.weight is None:
            return AtRisk(np.cumsum(table, axis=0, out=table), None)
        # Whole numbers add exactly in any order; weights keep most precision from the last slot backwards.
        dense = np.zeros((slots, patterns))
        np.negative(np.cumsum(table[:0:-1], axis=0)[::-1], out=dense[:-1])
        return AtRisk(dense, None)
    return AtRisk(None, _sparse_changes(rows, slots, patterns))


def _dense_changes(rows: Rows, slots: int, patterns: int) -> Floats:
    cells = slots * patterns
    table = np.zeros(cells)
    for part in chunks(len(rows), max(CHUNK, cells // 4)):
        weight = None if rows.weight is None else rows.weight[part]
        pattern, start, stop = rows.pattern[part], rows.start[part], rows.stop[part]
        if start.any():
            table += np.bincount(_places(start, pattern, patterns), weight, minlength=cells)
        else:
            table[:patterns] += np.bincount(pattern, weight, minlength=patterns)
        table -= np.bincount(_places(stop, pattern, patterns), weight, minlength=cells)
    return table.reshape(slots, patterns)


def _places(slot: Ints, pattern: Ints, patterns: int) -> Ints:
    """Number the cells of a table of slots and patterns, row by row."""
    return slot.astype(np.int64) * patterns + pattern


def _sparse_changes(rows: Rows, slots: int, patterns: int) -> Sparse:
    total: Sparse = 0
    for part in chunks(len(rows), CHUNK):
        weight = np.ones(part.stop - part.start) if rows.weight is None else rows.weight[part]
        place = np.concatenate([rows.start[part], rows.stop[part]])
        pattern = np.concatenate([rows.pattern[part], rows.pattern[part]])
        change = np.concatenate([weight, -weight])
        total = total + sparse.of_places(change, place, pattern, (slots, patterns))
    return total


def chunks(rows: int, size: int) -> Iterator[slice]:
    """Cut a number of rows into slices of bounded size."""
    for begin in range(0, rows, size):
        yield slice(begin, min(begin + size, rows))
