"""Risk-set sampling: who could have started the scheme on a day, and who did.

A treated landmark is the day a person first starts; a comparison landmark is a sampled day on which a person with an
open case has not started. Nothing is classified by what happens later: a person who starts next month is a comparison
until then, and an incident on the day itself is before it. Windows ("treated = starts within the fortnight") are not
offered, because incidents inside such a window both bring the start about and count as its outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
import polars as pl

from evaluation.follow_up.histories import NEVER, Bools, Histories, Ints, key
from evaluation.follow_up.tables import EXITS

HISTORY_DAYS = 365
"""Recorded days that a landmark needs before it."""
FOLLOWED_DAYS = 7
"""Days that a landmark needs between it and the as-of date."""
ROWS_AT_MOST = 40_000
"""Comparison landmarks beyond this number add time but next to no information: days of the same person are alike."""


@dataclass(frozen=True)
class Landmarks:
    """Days on which the strategies are compared, one row each.

    Attributes
    ----------
    unit, cluster : (rows,) int
        Whose hazard of starting runs on (person, or case in a one-row-per-case sheet), and whose rows stand together
        in the variance (person or household).
    day : (rows,) int
        Time zero.
    case : (rows,) int
        Row of the open case in the table of cases: the latest opened where several are open.
    treated : (rows,) bool
        Started the scheme on that day.
    seen : (rows,) int
        Days from time zero to the end of observation (as-of date or the next uncovered period), at most the horizon.
    own_start : (rows,) int
        Days from time zero to the unit's own start, NEVER for treated rows and for units that do not start.
    spacing : int
        Comparison days are one in `spacing`.
    phase : (units,) int
        Shift of each unit's grid of comparison days.
    """

    unit: Ints
    cluster: Ints
    day: Ints
    case: Ints
    treated: Bools
    seen: Ints
    own_start: Ints
    spacing: int
    phase: Ints

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.day.size)

    def keep(self, rows: Bools | Ints) -> Landmarks:
        """The same landmarks, only the given rows."""
        return replace(
            self,
            unit=self.unit[rows],
            cluster=self.cluster[rows],
            day=self.day[rows],
            case=self.case[rows],
            treated=self.treated[rows],
            seen=self.seen[rows],
            own_start=self.own_start[rows],
        )

    def people(self, treated: bool) -> int:
        """Number of distinct people (clusters) in an arm."""
        return int(np.count_nonzero(np.bincount(self.cluster[self.treated == treated])))


@dataclass(frozen=True)
class OpenCases:
    """Eligible cases as arrays: the days on which each gives its person a place in the risk set.

    Attributes
    ----------
    case, person, opened, first, last : (cases,) int
        Row in the table of cases, whose it is, its opening, and the first and last eligible day.
    """

    case: Ints
    person: Ints
    opened: Ints
    first: Ints
    last: Ints


def open_cases(histories: Histories, eligible: Bools, *, history_days: int = HISTORY_DAYS) -> OpenCases:
    """Days on which eligible cases are open, with enough recorded history and before the person's exit."""
    cases = histories.cases
    person = cases["person"].to_numpy().astype(np.int64)
    opened = cases["opened"].to_numpy().astype(np.int64)
    last = np.minimum(cases["last_open"].to_numpy().astype(np.int64), histories.as_of)
    exits = cases["closure"].is_in(EXITS).fill_null(False).to_numpy()
    last = np.minimum(last, _next_exit(person, opened, person[exits], cases["closed"].to_numpy()[exits]) - 1)
    first = np.maximum(opened, histories.first_day + history_days)
    rows = np.flatnonzero(eligible & (first <= last))
    return OpenCases(case=rows, person=person[rows], opened=opened[rows], first=first[rows], last=last[rows])


def _next_exit(person: Ints, opened: Ints, exit_person: Ints, exit_day: Ints) -> Ints:
    """First exit of the same person on or after a case's opening; a later case means that the person came back."""
    order = np.lexsort((exit_day, exit_person))
    exit_person, exit_day = exit_person[order], exit_day[order]
    place = np.searchsorted(key(exit_person, exit_day), key(person, opened), side="left")
    if not exit_day.size:
        return np.full(person.shape, NEVER)
    at = np.minimum(place, exit_day.size - 1)
    return np.where((place < exit_day.size) & (exit_person[at] == person), exit_day[at], NEVER)


def phases(names: tuple[str, ...], seed: int) -> Ints:
    """A fixed, evenly spread number for each pseudonym: the same on every machine and in every run."""
    return np.fromiter((crc32(f"{seed}:{name}".encode()) for name in names), dtype=np.int64, count=len(names))


def risk_set(
    histories: Histories,
    cases: OpenCases,
    *,
    horizon: int,
    seed: int,
    history_days: int = HISTORY_DAYS,
) -> Landmarks:
    """Treated landmarks on the days of the first starts, comparison landmarks on sampled days of the risk set.

    Parameters
    ----------
    histories, cases
        Everybody's history and the eligible open days.
    horizon
        Days of follow-up.
    seed
        Fixes which days are sampled.
    """
    treated = _starters(histories, cases)
    spacing = _spacing(histories, cases, treated.size)
    phase = phases(histories.people, seed)
    person, day, case = sampled_days(
        cases,
        phase % spacing,
        spacing,
        np.minimum(histories.start[cases.person] - 1, histories.as_of - FOLLOWED_DAYS),
    )
    case = np.concatenate([treated, case])
    person = np.concatenate([cases.person[treated], person])
    day = np.concatenate([histories.start[cases.person[treated]], day])
    arm = np.arange(case.size) < treated.size
    seen = np.minimum(histories.as_of, histories.gaps.next_start(day) - 1) - day
    rows = Landmarks(
        unit=person,
        cluster=person,
        day=day,
        case=np.concatenate([cases.case[treated], cases.case[case[treated.size :]]]),
        treated=arm,
        seen=np.minimum(seen, horizon),
        own_start=np.where(arm | (histories.start[person] >= NEVER), NEVER, histories.start[person] - day),
        spacing=spacing,
        phase=phase % spacing,
    )
    covered = ~histories.gaps.touched(day - history_days, day) & (seen >= FOLLOWED_DAYS)
    return rows.keep(covered)


def _starters(histories: Histories, cases: OpenCases) -> Ints:
    """For each person who first starts on an eligible day, the latest-opened case open on it (place in `cases`)."""
    start = histories.start[cases.person]
    place = np.flatnonzero((start >= cases.first) & (start <= cases.last) & (start <= histories.as_of - FOLLOWED_DAYS))
    order = place[np.lexsort((cases.opened[place], cases.person[place]))]
    last_of_person = np.append(cases.person[order][1:] != cases.person[order][:-1], True)
    return order[last_of_person[: order.size]]


def _spacing(histories: Histories, cases: OpenCases, treated: int) -> int:
    days = np.minimum(cases.last, histories.start[cases.person] - 1) - cases.first + 1
    spacing = 14 if treated <= 1000 else 28
    while np.maximum(days, 0).sum() / spacing > ROWS_AT_MOST and spacing < 112:
        spacing *= 2
    return spacing


def sampled_days(cases: OpenCases, phase: Ints, spacing: int, last: Ints) -> tuple[Ints, Ints, Ints]:
    """Every `spacing`-th open day of each person, shifted by the person's phase.

    Returns
    -------
    tuple of (rows,) int
        Person, day and place in `cases` (the latest opened where several are open), sorted by person and day.
    """
    last = np.minimum(cases.last, last)
    first = cases.first + (-(cases.first + phase[cases.person])) % spacing
    by_opening = np.lexsort((cases.opened, cases.person))
    number = np.maximum((last - first) // spacing + 1, 0)[by_opening]
    place = np.repeat(by_opening, number)
    turn = np.arange(place.size) - np.repeat(np.cumsum(number) - number, number)
    day = first[place] + spacing * turn
    person = cases.person[place]
    # Cases follow each other by opening, so that the latest opened stays last among those of a day.
    order = np.argsort(key(person, day), kind="stable")
    person, day, place = person[order], day[order], place[order]
    same_as_next = (person[1:] == person[:-1]) & (day[1:] == day[:-1])
    keep = np.append(~same_as_next, True)[: person.size]
    return person[keep], day[keep], place[keep]


def untreated_days(
    histories: Histories, cases: OpenCases, phase: Ints, *, at_most: int = 500_000
) -> tuple[Ints, Ints, Ints, int]:
    """Open, untreated days of everybody, on which the hazard of starting is summed for the censoring weights.

    Returns
    -------
    tuple
        Person, day, place in `cases`, and the number of days that each row stands for: 1, or 7 (the middle of the
        person's week) when there would be more than `at_most` rows.
    """
    last = np.minimum(histories.start[cases.person] - 1, histories.as_of)
    days = np.maximum(np.minimum(cases.last, last) - cases.first + 1, 0).sum()
    step = 1 if days <= at_most else 7
    shift = phase if step == 1 else phase + 3
    person, day, place = sampled_days(cases, shift, step, last)
    return person, day, place, step


def eligible_cases(
    histories: Histories,
    *,
    categories: tuple[str, ...] | None = None,
    tenures: tuple[str, ...] | None = None,
    services: tuple[str, ...] | None = None,
    areas: tuple[str, ...] | None = None,
) -> Bools:
    """Cases that meet the protocol's eligibility, by what is known on the day (nothing that comes after it)."""
    rules = {"category": categories, "tenure": tenures, "service": services, "area": areas}
    kept = [pl.col(column).is_in(allowed).fill_null(False) for column, allowed in rules.items() if allowed is not None]
    if not kept:
        return np.ones(histories.cases.height, dtype=np.bool_)
    return histories.cases.select(pl.all_horizontal(kept)).to_series().to_numpy()
