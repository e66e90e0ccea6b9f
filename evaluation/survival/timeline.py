"""Times as ranks, and ranks as slots: the places (stratum, time) where risk sets are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.survival.columns import Flags, Floats, Ints, array

TIE_TOLERANCE = float(np.sqrt(np.finfo(float).eps))
TABLE_CELLS = 50_000_000


@dataclass(frozen=True)
class Tally:
    """How many rows leave, have the event and enter at each time; no `entries` when all are there from the start."""

    exits: Ints
    events: Ints
    entries: Ints | None


@dataclass(frozen=True)
class Ranks:
    """Times by rank: comparing ranks is comparing times.

    Attributes
    ----------
    values
        Time of each rank, ascending.
    exit
        Rank of each row's exit.
    entry
        Rank of each row's entry, or None when every row is at risk from the start.
    tally
        Rows by rank, where they were counted before they came here and one row stands for many.
    """

    values: Floats
    exit: Ints
    entry: Ints | None
    tally: Tally | None = None

    def tallied(self, happened: Flags) -> Tally:
        """Count the rows at each rank, given which of them end in an event."""
        if self.tally is not None:
            return self.tally
        size = len(self.values)
        entries = None if self.entry is None else np.bincount(self.entry, minlength=size)
        exits, events = (np.bincount(rank, minlength=size) for rank in (self.exit, self.exit[happened]))
        return Tally(exits, events, entries)


@dataclass(frozen=True)
class Slots:
    """The (stratum, time) places of a table of risk sets, stratum by stratum.

    Each stratum's section ends with one spare slot, where nobody is at risk any more. A row is at risk in slots
    `start <= slot < stop`, and its event, if it has one, is in slot `stop - 1`.

    Attributes
    ----------
    time
        Time of each slot; the spare slot holds NaN.
    stratum
        Stratum of each slot.
    first
        First slot of each stratum, and the number of slots as last element.
    start, stop
        For each row, its first slot at risk and the slot after its last.
    """

    time: Floats
    stratum: Ints
    first: Ints
    start: Ints
    stop: Ints

    @property
    def used(self) -> Flags:
        """Which slots hold a time (are not spare)."""
        return ~np.isnan(self.time)


def rank_times(exits: pl.Series, entries: pl.Series | None) -> Ranks:
    """Rank exits and entries on one scale; floats closer than rounding error are one time, as in R `survival`."""
    whole = _whole(exits, entries)
    if whole is not None:
        return whole
    stop = array(exits.cast(pl.Float64))
    start = None if entries is None else array(entries.cast(pl.Float64))
    values = _merge_ties(np.unique(stop if start is None else np.concatenate([stop, start])))
    ranks = [(np.searchsorted(values, t, side="right") - 1).astype(np.int32) for t in (stop, start) if t is not None]
    if start is not None:
        _refuse_vanishing(exits.name, ranks[0] <= ranks[1], stop - start)
    return Ranks(values, ranks[0], None if start is None else ranks[1])


def _refuse_vanishing(name: str, empty: Flags, lengths: Floats) -> None:
    """Refuse spells shorter than the rounding error within which times are one time."""
    if empty.any():
        row = int(np.argmax(empty))
        raise DataError(
            f"Spells have no length but rounding error in {int(empty.sum())} of {len(empty)} rows, first in row {row}: "
            f"exit '{name}' is {lengths[row]:.3g} after the entry, and times so close are one time."
        )


def _whole(exits: pl.Series, entries: pl.Series | None) -> Ranks | None:
    columns = [exits] if entries is None else [exits, entries]
    if any((c.dtype.is_float() and not bool((c == c.floor()).all())) or c.dtype == pl.Decimal for c in columns):
        return None
    low = min(float(c.min()) for c in columns)  # type: ignore[arg-type]
    high = max(float(c.max()) for c in columns)  # type: ignore[arg-type]
    if high - low > max(20 * len(exits), 100_000) or max(abs(low), abs(high)) > 2**31 - 2:
        return None
    ranks = [array(c).astype(np.int32, copy=False) for c in columns]
    if low != 0:
        ranks = [r - np.int32(low) for r in ranks]
    return Ranks(np.arange(low, high + 1), ranks[0], None if entries is None else ranks[1])


def _merge_ties(values: Floats) -> Floats:
    gaps = np.diff(values)
    scale = float(np.mean(np.abs(values)))
    tied = (gaps <= TIE_TOLERANCE) | (gaps <= TIE_TOLERANCE * scale)
    return values[np.concatenate([[True], ~tied])]


def lay_out(ranks: Ranks, marked: Flags | None, stratum: Ints | None, strata: int) -> Slots:
    """Give every row its slots.

    Parameters
    ----------
    ranks
        Times of the rows.
    marked
        Rows whose exit makes a slot (events, for a regression); None for all.
    stratum
        Stratum of each row, or None for one stratum.
    strata
        Number of strata.
    """
    width = len(ranks.values)
    key = _keys(ranks.exit, stratum, width)
    chosen = key if marked is None else key[marked]
    table = _Lookup.build(chosen, strata, width)
    first = np.concatenate([np.searchsorted(table.places, np.arange(strata) * width), [len(table.places)]])
    first = first + np.arange(strata + 1)
    home = np.repeat(np.arange(strata, dtype=np.int32), np.diff(first))
    time = np.full(int(first[-1]), np.nan)
    spare = first[1:] - 1
    regular = np.ones(len(time), dtype=bool)
    regular[spare] = False
    time[regular] = ranks.values[table.places % width]
    if ranks.entry is None:
        start = np.zeros(len(key), dtype=np.int32) if stratum is None else first[stratum].astype(np.int32)
    else:
        start = table.slots_upto(_keys(ranks.entry, stratum, width), stratum)
    return Slots(time, home, first, start, table.slots_upto(key, stratum))


def _keys(rank: Ints, stratum: Ints | None, width: int) -> Ints:
    return rank if stratum is None else stratum.astype(np.int64) * width + rank


@dataclass(frozen=True)
class _Lookup:
    """How many slots lie at or before a (stratum, time) place."""

    places: Ints
    table: np.ndarray[Any, np.dtype[np.int32]] | None

    @classmethod
    def build(cls, chosen: Ints, strata: int, width: int) -> _Lookup:
        if strata * width > TABLE_CELLS:
            return cls(np.unique(chosen), None)
        present = np.zeros(strata * width, dtype=bool)
        present[chosen] = True
        return cls(np.flatnonzero(present), np.cumsum(present, dtype=np.int32))

    def slots_upto(self, key: Ints, stratum: Ints | None) -> Ints:
        count = np.searchsorted(self.places, key, side="right") if self.table is None else self.table[key]
        count = count.astype(np.int32, copy=False)
        return count if stratum is None else count + stratum.astype(np.int32)
