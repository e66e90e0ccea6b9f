"""One table for every curve: at risk and events by group at each distinct exit time."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.survival.columns import (
    Floats,
    Frame,
    Ints,
    Roles,
    are_fractional,
    array,
    case_weights,
    combine,
    event_flags,
    number,
    read,
)
from evaluation.survival.timeline import Slots, lay_out, rank_times

CENSORED = ("censored", "0")


@dataclass(frozen=True)
class CurveTable:
    """Counts by group and time, and the rows behind them.

    Attributes
    ----------
    slots
        Times by group (a stratum of `slots` is a group).
    groups
        A frame with one row per group, of the columns that define it, in sort order.
    labels
        Event states 1, 2, ...; an indicator or count has the one label 1.
    at_risk, events
        Weighted number at risk by slot, and weighted events by slot and state.
    count_at_risk, count_events
        The same, unweighted.
    start, stop
        Slots of each row; its event is in slot `stop - 1`.
    kind
        State of each row's event, 0 when censored.
    size
        How many events it is (1 unless events are counts).
    weight
        Weight of each row, or None.
    cluster
        Cluster of each row, or None.
    group
        Group of each row.
    """

    slots: Slots
    groups: pl.DataFrame
    labels: tuple[int | str, ...]
    at_risk: Floats
    events: Floats
    count_at_risk: Floats
    count_events: Floats
    start: Ints
    stop: Ints
    kind: Ints
    size: Floats | None
    weight: Floats | None
    cluster: Ints | None
    group: Ints | None
    entered_late: bool

    @property
    def robust(self) -> bool:
        """Whether errors come from the infinitesimal jackknife."""
        return self.cluster is not None or are_fractional(self.weight)

    @property
    def divisor(self) -> Floats:
        """The weighted number at risk, and 1 where nobody is: there are no events to divide there."""
        return np.where(self.at_risk > 0, self.at_risk, 1.0)

    @property
    def sections(self) -> list[slice]:
        """The slots of each group, spare slot left out."""
        first = self.slots.first
        return [slice(int(a), int(b) - 1) for a, b in itertools.pairwise(first)]

    def per_group(self, columns: Mapping[str, Floats | Ints]) -> pl.DataFrame:
        """Write group-wise columns as a frame: the groups' columns, then these."""
        return pl.DataFrame(
            [*self.groups.get_columns(), *(pl.Series(name, values) for name, values in columns.items())]
        )

    def frame(self, columns: Mapping[str, Floats | pl.Series]) -> pl.DataFrame:
        """Write slot-wise columns as a frame: the groups' columns, `time`, then these; spare slots left out."""
        used = np.flatnonzero(self.slots.used)
        home = pl.Series(self.slots.stratum[used])
        parts = [self.groups[name].gather(home) for name in self.groups.columns]
        parts.append(pl.Series("time", _whole_if_possible(self.slots.time[used])))
        for name, values in columns.items():
            parts.append(pl.Series(name, np.asarray(values)[used], nan_to_null=True))
        return pl.DataFrame(parts)


def _whole_if_possible(times: Floats) -> Floats | Ints:
    whole = np.all((times == np.floor(times)) & (np.abs(times) < 2.0**53))
    return times.astype(np.int64) if bool(whole) else times


def tabulate(spells: Frame, roles: Roles) -> CurveTable:
    """Count rows into a table of curves."""
    frame = read(spells, roles)
    groups, group = _groups(frame, roles.groups)
    labels, kind = _states(frame[roles.event], roles)
    size = array(frame[roles.event].cast(pl.Float64)) if roles.event_kind == "count" else None
    ranks = rank_times(frame[roles.exit], None if roles.entry is None else frame[roles.entry])
    slots = lay_out(ranks, None, group, max(groups.height, 1))
    weight = case_weights(frame, roles)
    cluster = None if roles.cluster is None else number([frame[roles.cluster]], frame.height)[0]
    last = slots.stop - 1
    n = len(slots.time)
    place = last.astype(np.int64) * (len(labels) + 1) + kind
    both = [_counts(place, n, len(labels), w) for w in (size, _times(weight, size))]
    at_risk = [_at_risk(slots, n, w) for w in (None, weight)]
    return CurveTable(
        slots, groups, labels, at_risk[1], both[1], at_risk[0], both[0],
        slots.start, slots.stop, kind, size, weight, cluster, group, roles.entry is not None,
    )  # fmt: skip


def _times(weight: Floats | None, size: Floats | None) -> Floats | None:
    if weight is None or size is None:
        return size if weight is None else weight
    return weight * size


def _counts(place: Ints, slots: int, states: int, weight: Floats | None) -> Floats:
    table = np.bincount(place, weight, minlength=slots * (states + 1)).reshape(slots, states + 1)
    return table[:, 1:].astype(float)


def _at_risk(slots: Slots, n: int, weight: Floats | None) -> Floats:
    change = np.bincount(slots.start, weight, minlength=n) - np.bincount(slots.stop, weight, minlength=n)
    later = np.cumsum(change[::-1])[::-1]
    return -np.concatenate([later[1:], [0.0]]).astype(float)


def _groups(frame: pl.DataFrame, by: tuple[str, ...]) -> tuple[pl.DataFrame, Ints | None]:
    """Number the groups in their sort order."""
    if not by:
        return pl.DataFrame(), None
    code, example = combine([frame[name] for name in by], frame.height)
    groups = frame[example].select(by).with_row_index("__code").sort(by)
    rank = np.empty(groups.height, dtype=np.int32)
    rank[groups["__code"].to_numpy()] = np.arange(groups.height)
    return groups.drop("__code"), rank[code]


def _states(event: pl.Series, roles: Roles) -> tuple[tuple[int | str, ...], Ints]:
    if roles.event_kind != "state":
        return (1,), event_flags(event).astype(np.int8)
    return event_states(event)


def state_number(labels: tuple[int | str, ...], cause: int | str, event: str) -> int:
    """Number a cause among the states of a column, from 1.

    Raises
    ------
    DataError
        When it is none of them, naming those there are.
    """
    if cause in labels:
        return labels.index(cause) + 1
    shown = ", ".join(map(str, labels)) or "none"
    near = did_you_mean(str(cause), [str(label) for label in labels])
    raise DataError(f"Cause {cause!r} is not a state in column '{event}'; there: {shown}.{near}")


def event_states(event: pl.Series) -> tuple[tuple[int | str, ...], Ints]:
    """Read a column of states: the labels in sort order, and for each row 0 (censored) or its label's number from 1."""
    if event.dtype == pl.Boolean or event.dtype.is_numeric():
        values = event.cast(pl.Int64)
        labels = tuple(int(v) for v in values.unique().sort() if v != 0)
        codes = values.replace_strict([0, *labels], range(len(labels) + 1), return_dtype=pl.Int32)
        return labels, codes.to_numpy()
    text = event.cast(pl.String)
    levels = text.unique().sort().to_list()
    states = tuple(level for level in levels if level.casefold() not in CENSORED)
    censored = [level for level in levels if level not in states]
    numbers = [0] * len(censored) + list(range(1, len(states) + 1))
    return states, text.replace_strict([*censored, *states], numbers, return_dtype=pl.Int32).to_numpy()
