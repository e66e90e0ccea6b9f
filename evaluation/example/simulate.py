"""The data-generating process of a simulated council: vectorised daily steps over all its people.

The order within a day is that of the same-day rule: incidents first (under the schemes started on earlier days), then
cases open, then schemes start on the history up to and including the day, then cases close. Repeat offending differs
between people (gamma frailty) and comes in bursts (each incident raises the rate for some weeks); schemes start after
bursts and with the worse people, so that naive comparisons mislead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from evaluation.example.scenario import Scenario, TrueScheme

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Policy = Literal["natural", "now", "never"]

NEVER = 1_000_000
"""A day that does not come within any simulation."""
NOT_OPEN = -NEVER
CLOSURES = ("resolved", "unresolved", "withdrawn", "moved", "evicted")
LOG1P = np.log1p(np.arange(2000))
BLOCK = 64


@dataclass(frozen=True)
class People:
    """The lasting properties of the simulated people; each array has one entry a person.

    Parameters
    ----------
    frailty
        Gamma distributed with mean 1.
    ward, kind
        Index of the ward and of the case type.
    risk
        Risk index in points, a noisy measure of the frailty.
    rate
        Incident rate per day without a recent incident, in an average season.
    """

    frailty: Floats
    ward: Ints
    kind: Ints
    risk: Ints
    rate: Floats

    def take(self, rows: Ints) -> People:
        """Return the people of these rows, repeated where a row is."""
        return People(self.frailty[rows], self.ward[rows], self.kind[rows], self.risk[rows], self.rate[rows])


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
    counts: tuple[Ints, Ints, Ints]
    hits: dict[int, Ints]
    opened: Ints
    case: Ints
    starts: Ints
    exit_day: Ints
    exit_kind: Ints
    clock: int = 0
    record: dict[str, list[Ints]] = field(default_factory=dict[str, list[Ints]])
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


def draw_people(scenario: Scenario, rng: np.random.Generator) -> People:
    """Draw the lasting properties of the people of a council."""
    n, variance = scenario.people, scenario.frailty_variance
    frailty = rng.gamma(1 / variance, variance, n)
    ward, kind = rng.integers(0, scenario.wards, n), rng.integers(0, len(scenario.schemes[0].types), n)
    noisy = 1.5 * np.log(np.maximum(frailty, 0.02)) + rng.normal(0, 1.0, n)
    risk = np.clip(np.rint(5 + noisy), 0, 12).astype(np.int64)
    ward_rate = np.linspace(-0.25, 0.25, scenario.wards) if scenario.wards > 1 else np.zeros(1)
    return People(frailty, ward, kind, risk, scenario.base_rate * frailty * np.exp(ward_rate[ward]))


def draw_exits(scenario: Scenario, people: People, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw the day on which each person leaves the area (counted from 1) and how."""
    hazard = np.maximum(scenario.exits * people.frailty**scenario.exit_power, 1e-12)
    day = np.minimum(1 + rng.exponential(1.0, hazard.size) / hazard, NEVER).astype(np.int64)
    return day, np.where(rng.random(hazard.size) < 0.8, 3, 4)


def empty_state(people: People, schemes: int, exits: tuple[Ints, Ints], phase: Ints | None = None) -> State:
    """Return people without any history, on the evening before day 0."""
    n = people.frailty.size
    zero = lambda: np.zeros(n, np.int64)  # noqa: E731
    return State(
        people=people,
        phase=zero() if phase is None else phase,
        recent=np.zeros(n),
        counts=(zero(), zero(), zero()),
        hits={},
        opened=np.full(n, NOT_OPEN),
        case=np.full(n, -1),
        starts=np.full((schemes, n), NEVER),
        exit_day=exits[0],
        exit_kind=exits[1],
        clock=-1,
    )


def season(scenario: Scenario, day: Any) -> Any:
    """Return the factor of the yearly wave on a day (or on each of several)."""
    return 1 + scenario.season * np.sin(2 * np.pi * day / 365.25)


def static_score(scheme: TrueScheme, scenario: Scenario, people: People) -> Floats:
    """Return the part of a log start hazard that no history changes."""
    spread = np.linspace(-0.3, 0.3, scenario.wards)[::-1] if scenario.wards > 1 else np.zeros(1)
    types = np.asarray(scheme.types)
    return scheme.log_hazard + types[people.kind] + spread[people.ward] + 0.12 * (people.risk - 5)


def history_score(scenario: Scenario, c30: Ints, c90: Ints, c365: Ints, days_open: Ints) -> Floats:
    """Return the part of a log start hazard that the incidents and the days open decide."""
    burst = 0.45 * np.minimum(c30, 3) + 0.2 * np.minimum(c90, 6) + 0.35 * LOG1P[c365]
    return scenario.conf * burst + 0.5 * (days_open >= 14) - 0.4 * (days_open > 120)


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
        self.scores = [static_score(scheme, scenario, state.people) for scheme in scenario.schemes]
        self.lasting = self._lasting_effects()
        self.fading = [i for i, s in enumerate(scenario.schemes) if s.waning_days is not None and s.theta != 1]
        self.gone = np.argsort(state.exit_day, kind="stable")
        self.gone_days = state.exit_day[self.gone]
        self.rate = state.people.rate.copy()
        self.rate[state.exit_day <= state.clock] = 0.0
        self.scalar_phase = int(state.phase[0]) if state.phase.size and np.ptp(state.phase) == 0 else None
        self.luck = np.empty((0, self.rate.size), np.float32)
        self.used = 0

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
        hits = np.flatnonzero(self._next_luck() < self._intensity())
        state.recent *= np.exp(-1 / self.scenario.excitation_days)
        state.recent[hits] = 1.0
        self._count(hits)
        self._open(hits)
        self._start()
        self._close()

    def _next_luck(self) -> npt.NDArray[np.float32]:
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
        self._write("incident", hits, np.full(hits.size, state.clock))

    def _open(self, hits: Ints) -> None:
        state = self.state
        free = hits[state.opened[hits] == NOT_OPEN]
        new = free[self.streams.cases.random(free.size) < self.scenario.opening]
        state.opened[new] = state.clock
        state.case[new] = state.cases + np.arange(new.size)
        state.cases += new.size
        self._write("opened", new, np.full(new.size, state.clock))

    def _start(self) -> None:
        state = self.state
        at_risk = np.flatnonzero(state.opened > NOT_OPEN)
        if not at_risk.size:
            return
        c30, c90, c365 = (counts[at_risk] for counts in state.counts)
        burst = history_score(self.scenario, c30, c90, c365, state.clock - state.opened[at_risk])
        for index, policy in enumerate(self.policies):
            if policy == "natural":
                self._start_scheme(index, at_risk, burst)

    def _start_scheme(self, index: int, at_risk: Ints, burst: Floats) -> None:
        state, scheme = self.state, self.scenario.schemes[index]
        score = self.scores[index][at_risk] + burst
        for other, factor in scheme.follows:
            place = [s.name for s in self.scenario.schemes].index(other)
            score = score + factor * (state.starts[place, at_risk] <= state.clock)
        hazard = np.where(state.starts[index, at_risk] == NEVER, np.exp(score), 0.0)
        if scheme.from_day or scheme.to_day is not None:
            day = state.clock + state.phase[at_risk]
            hazard[(day < scheme.from_day) | (day >= (NEVER if scheme.to_day is None else scheme.to_day))] = 0.0
        chosen = at_risk[self.streams.starts.random(at_risk.size) < hazard]
        if scheme.capacity is not None and chosen.size:
            since = state.clock - state.starts[index]
            busy = int(np.count_nonzero((since >= 0) & (since < scheme.length_days)))
            chosen = chosen[: max(scheme.capacity - busy, 0)]
        state.starts[index, chosen] = state.clock
        if scheme.waning_days is None:
            self.lasting[chosen] *= scheme.theta

    def _close(self) -> None:
        state, scenario = self.state, self.scenario
        at_risk = np.flatnonzero(state.opened > NOT_OPEN)
        if not at_risk.size:
            return
        active = state.counts[0][at_risk] > 0
        luck = self.streams.cases.random((2, at_risk.size))
        closing = luck[0] < np.where(active, scenario.closing_active, scenario.closing_quiet)
        # A case is not opened and closed on one day: it would never be at risk.
        closing &= state.opened[at_risk] < state.clock
        resolved = np.where(active, scenario.resolved / 3, scenario.resolved)[closing]
        kind = np.where(luck[1][closing] < resolved, 0, np.where(luck[1][closing] < resolved + 0.1, 2, 1))
        self._write_closures(at_risk[closing], kind)

    def _write_closures(self, people: Ints, kind: Ints) -> None:
        if people.size:
            state = self.state
            self._write("closed", state.case[people], np.full(people.size, state.clock), kind)
            state.opened[people] = NOT_OPEN
            state.case[people] = -1

    def _write(self, name: str, *columns: Ints) -> None:
        if columns[0].size:
            self.state.record.setdefault(name, []).append(np.stack(columns))


def recorded(state: State, name: str, rows: int) -> Ints:
    """Return one kind of the recorded happenings as a matrix: a row a property, a column a happening."""
    blocks = state.record.get(name)
    return np.concatenate(blocks, axis=1) if blocks else np.empty((rows, 0), np.int64)


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
    incidents, opened, closed = (
        recorded(state, "incident", 2),
        recorded(state, "opened", 2),
        recorded(state, "closed", 3),
    )
    closed_on, closure = np.full(state.cases, NEVER), np.full(state.cases, -1)
    closed_on[closed[0]], closure[closed[0]] = closed[1], closed[2]
    return History(
        scenario, people, incidents[0], incidents[1], opened[0], opened[1], closed_on, closure,
        state.starts, state.exit_day, state.exit_kind,
    )  # fmt: skip
