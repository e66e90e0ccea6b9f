"""The data-generating process of a simulated council: vectorised daily steps over all its people.

The order within a day is that of the same-day rule: incidents first (under the schemes started on earlier days), then
cases open, then schemes start on the history up to and including the day, then cases close. Repeat offending differs
between people (gamma frailty) and comes in bursts (each incident raises the rate for some weeks); schemes start after
bursts and with the worse people, so that naive comparisons mislead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from evaluation.example.people import (
    NEVER,
    Floats,
    Ints,
    Luck,
    People,
    draw_exits,
    draw_people,
    history_score,
    season,
    static_score,
)
from evaluation.example.scenario import Scenario

Policy = Literal["natural", "now", "never"]

NOT_OPEN = -NEVER
CLOSURES = ("resolved", "unresolved", "withdrawn", "moved", "evicted")
BLOCK = 64


@dataclass(frozen=True)
class History:
    """Everything that happened, as flat arrays; days count from 0.

    Parameters
    ----------
    incident_person, incident_day
        One entry an incident, in order of day.
    case_person, case_opened, case_closed, case_closure
        One entry a case; an open case has `case_closed = NEVER` and closure -1, else an index into `CLOSURES`.
    starts
        First start of each scheme (rows) by each person (columns), `NEVER` where none.
    exit_day, exit_kind
        Day of leaving the area, and 3 (moved) or 4 (evicted) as in `CLOSURES`.
    """

    scenario: Scenario
    people: People
    incident_person: Ints
    incident_day: Ints
    case_person: Ints
    case_opened: Ints
    case_closed: Ints
    case_closure: Ints
    starts: Ints
    exit_day: Ints
    exit_kind: Ints


@dataclass
class State:
    """Where every person stands at the end of day `clock`; changed in place by `run` and never shown outside."""

    people: People
    phase: Ints
    recent: Floats
    last: Ints
    counts: tuple[Ints, Ints, Ints]
    hits: dict[int, Ints]
    opened: Ints
    case: Ints
    starts: Ints
    exit_day: Ints
    exit_kind: Ints
    clock: int = 0
    record: dict[str, list[tuple[int, tuple[Ints, ...]]]] = field(
        default_factory=dict[str, list[tuple[int, tuple[Ints, ...]]]]
    )
    cases: int = 0


@dataclass
class Streams:
    """Separate random streams, so that two strategies for the same people share their luck."""

    incidents: np.random.Generator
    cases: np.random.Generator
    starts: np.random.Generator

    @staticmethod
    def of(seed: np.random.SeedSequence) -> Streams:
        """Return three independent streams that one seed decides."""
        return Streams(*(np.random.Generator(np.random.SFC64(child)) for child in seed.spawn(3)))


def empty_state(people: People, schemes: int, exits: tuple[Ints, Ints], phase: Ints | None = None) -> State:
    """Return people without any history, on the evening before day 0."""
    n = people.frailty.size
    zero = lambda: np.zeros(n, np.int64)  # noqa: E731
    return State(
        people=people,
        phase=zero() if phase is None else phase,
        recent=np.zeros(n),
        last=np.full(n, NOT_OPEN),
        counts=(zero(), zero(), zero()),
        hits={},
        opened=np.full(n, NOT_OPEN),
        case=np.full(n, -1),
        starts=np.full((schemes, n), NEVER),
        exit_day=exits[0],
        exit_kind=exits[1],
        clock=-1,
    )


def run(state: State, scenario: Scenario, days: int, streams: Streams, policies: tuple[Policy, ...]) -> State:
    """Run the people forward by a number of days.

    Parameters
    ----------
    state
        Where everybody stands; changed in place and returned. Its `record` receives the incidents and the cases.
    policies
        For each scheme: `natural` (starts as its hazard says), `now` (everybody starts today, before the first day
        run) or `never`.
    """
    engine = _Engine(state, scenario, streams, policies)
    for _ in range(days):
        engine.step()
    return state


class _Engine:
    """One day after another; holds what only depends on who the people are."""

    def __init__(self, state: State, scenario: Scenario, streams: Streams, policies: tuple[Policy, ...]) -> None:
        self.state, self.scenario, self.streams, self.policies = state, scenario, streams, policies
        for index, policy in enumerate(policies):
            if policy == "now":
                state.starts[index] = state.clock
        self.names = [scheme.name for scheme in scenario.schemes]
        self.natural = [index for index, policy in enumerate(policies) if policy == "natural"]
        self.levels = np.exp([static_score(scheme, scenario, state.people) for scheme in scenario.schemes])
        most = np.exp([sum(max(factor, 0.0) for _, factor in scheme.follows) for scheme in scenario.schemes])
        self.bound = (self.levels * most[:, None])[self.natural].sum(axis=0)
        self.lasting = self._lasting_effects()
        self.fading = [i for i, s in enumerate(scenario.schemes) if s.waning_days is not None and s.theta != 1]
        self.gone = np.argsort(state.exit_day, kind="stable")
        self.gone_days = state.exit_day[self.gone]
        self.rate = state.people.rate.copy()
        self.rate[state.exit_day <= state.clock] = 0.0
        self.scalar_phase = int(state.phase[0]) if state.phase.size and np.ptp(state.phase) == 0 else None
        self.luck: Luck = np.empty((0, self.rate.size), np.float32)
        self.used = 0
        self.decay = np.exp(-1 / scenario.excitation_days)

    def _lasting_effects(self) -> Floats:
        factor = np.ones(self.state.people.frailty.size)
        for scheme, started in zip(self.scenario.schemes, self.state.starts, strict=True):
            if scheme.waning_days is None:
                factor[started <= self.state.clock] *= scheme.theta
        return factor

    def step(self) -> None:
        state = self.state
        state.clock += 1
        self._leave()
        hits = (self._next_luck() < self._intensity()).nonzero()[0]
        state.recent *= self.decay
        state.recent[hits] = 1.0
        state.last[hits] = state.clock
        self._count(hits)
        self._open(hits)
        at_risk = (state.opened > NOT_OPEN).nonzero()[0]
        self._start(at_risk)
        self._close(at_risk)

    def _next_luck(self) -> Luck:
        if self.used == self.luck.shape[0]:
            self.luck = self.streams.incidents.random(
                (BLOCK if self.rate.size < 20_000 else 4, self.rate.size), np.float32
            )
            self.used = 0
        self.used += 1
        return self.luck[self.used - 1]

    def _intensity(self) -> Floats:
        state, scenario = self.state, self.scenario
        day = state.clock + (state.phase if self.scalar_phase is None else self.scalar_phase)
        rate = self.rate * (1 + scenario.excitation * state.recent) * self.lasting * season(scenario, day)
        for index in self.fading:
            rate *= self._fading_effect(index)
        return rate

    def _fading_effect(self, index: int) -> Floats:
        scheme, since = self.scenario.schemes[index], self.state.clock - self.state.starts[index]
        assert scheme.waning_days is not None
        pull = np.where(since > 0, np.exp(-np.maximum(since - 1, 0) / scheme.waning_days), 0.0)
        return np.exp(np.log(scheme.theta) * pull)

    def _leave(self) -> None:
        state = self.state
        first, last = np.searchsorted(self.gone_days, [state.clock, state.clock + 1])
        leaving = self.gone[first:last]
        if leaving.size:
            self.rate[leaving] = 0.0
            cases = leaving[state.opened[leaving] > NOT_OPEN]
            self._write_closures(cases, state.exit_kind[cases])

    def _count(self, hits: Ints) -> None:
        state = self.state
        state.hits[state.clock] = hits
        for span, counts in zip((30, 90, 365), state.counts, strict=True):
            counts[hits] += 1
            past = state.hits.get(state.clock - span)
            if past is not None:
                counts[past] -= 1
        state.hits.pop(state.clock - 365, None)
        self._write("incident", hits)

    def _open(self, hits: Ints) -> None:
        state = self.state
        free = hits[state.opened[hits] == NOT_OPEN]
        new = free[self.streams.cases.random(free.size) < self.scenario.opening]
        state.opened[new] = state.clock
        state.case[new] = state.cases + np.arange(new.size)
        state.cases += new.size
        self._write("opened", new)

    def _start(self, at_risk: Ints) -> None:
        state = self.state
        if self.scenario.quiet_starts:
            at_risk = at_risk[state.last[at_risk] <= state.opened[at_risk]]
        if not at_risk.size or not self.natural:
            return
        c30, c90, c365 = (counts[at_risk] for counts in state.counts)
        burst = np.exp(history_score(self.scenario, c30, c90, c365, state.clock - state.opened[at_risk]))
        luck = self.streams.starts.random(at_risk.size)
        # Few pass this bound, so that the exact hazards of all schemes are needed for few.
        candidates = (luck < self.bound[at_risk] * burst).nonzero()[0]
        if candidates.size:
            self._choose(at_risk[candidates], burst[candidates], luck[candidates])

    def _choose(self, people: Ints, burst: Floats, luck: Floats) -> None:
        """Start at most one scheme for each of these people, each with its own hazard."""
        hazards = np.stack([self._hazard(index, people) for index in self.natural]) * burst
        ladder = np.cumsum(hazards, axis=0)
        for row, index in enumerate(self.natural):
            lower = ladder[row] - hazards[row]
            self._begin(index, people[(luck >= lower) & (luck < ladder[row])])

    def _hazard(self, index: int, people: Ints) -> Floats:
        state, scheme = self.state, self.scenario.schemes[index]
        factor = np.where(state.starts[index, people] == NEVER, self.levels[index, people], 0.0)
        for other, log_factor in scheme.follows:
            factor = np.where(
                state.starts[self.names.index(other), people] < state.clock, factor * np.exp(log_factor), factor
            )
        day = state.clock + state.phase[people]
        last = NEVER if scheme.to_day is None else scheme.to_day
        return np.where((day >= scheme.from_day) & (day < last), factor, 0.0)

    def _begin(self, index: int, chosen: Ints) -> None:
        state, scheme = self.state, self.scenario.schemes[index]
        if scheme.capacity is not None and chosen.size:
            since = state.clock - state.starts[index]
            busy = int(np.count_nonzero((since >= 0) & (since < scheme.length_days)))
            chosen = chosen[: max(scheme.capacity - busy, 0)]
        state.starts[index, chosen] = state.clock
        if scheme.waning_days is None:
            self.lasting[chosen] *= scheme.theta

    def _close(self, at_risk: Ints) -> None:
        state, scenario = self.state, self.scenario
        if not at_risk.size:
            return
        active = state.counts[0][at_risk] > 0
        luck = self.streams.cases.random((2, at_risk.size))
        closing = luck[0] < np.where(active, scenario.closing_active, scenario.closing_quiet)
        # A case is not opened and closed on one day: it would never be at risk.
        closing &= state.opened[at_risk] < state.clock
        if not closing.any():
            return
        resolved = np.where(active, scenario.resolved / 3, scenario.resolved)[closing]
        kind = np.where(luck[1][closing] < resolved, 0, np.where(luck[1][closing] < resolved + 0.1, 2, 1))
        self._write_closures(at_risk[closing], kind)

    def _write_closures(self, people: Ints, kind: Ints) -> None:
        if people.size:
            state = self.state
            self._write("closed", state.case[people], kind)
            state.opened[people] = NOT_OPEN
            state.case[people] = -1

    def _write(self, name: str, *columns: Ints) -> None:
        if columns[0].size:
            self.state.record.setdefault(name, []).append((self.state.clock, columns))


def recorded(state: State, name: str) -> tuple[Ints, ...]:
    """Return one kind of the recorded happenings: the days, then the columns that were written, a row a happening."""
    blocks = state.record.get(name, [])
    if not blocks:
        return tuple(np.empty(0, np.int64) for _ in range(3))
    days = np.repeat([clock for clock, _ in blocks], [columns[0].size for _, columns in blocks])
    return days, *(np.concatenate(parts) for parts in zip(*(columns for _, columns in blocks), strict=True))


def simulate(scenario: Scenario, seed: int | np.random.SeedSequence) -> History:
    """Simulate a council under its schemes as they are given.

    Parameters
    ----------
    scenario
        What the council is made of.
    seed
        Same seed, same council.
    """
    sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    for_people, for_days = sequence.spawn(2)
    rng = np.random.default_rng(for_people)
    people = draw_people(scenario, rng)
    state = empty_state(people, len(scenario.schemes), draw_exits(scenario, people, rng))
    run(state, scenario, scenario.days, Streams.of(for_days), ("natural",) * len(scenario.schemes))
    incident_day, incident_person = recorded(state, "incident")[:2]
    opened_on, owner = recorded(state, "opened")[:2]
    closing_day, case, kind = recorded(state, "closed")
    closed_on, closure = np.full(state.cases, NEVER), np.full(state.cases, -1)
    closed_on[case], closure[case] = closing_day, kind
    return History(
        scenario, people, incident_person, incident_day, owner, opened_on, closed_on, closure,
        state.starts, state.exit_day, state.exit_kind,
    )  # fmt: skip
