"""True effects, by running both strategies forward for the same people.

The population is the one an overlap-weighted estimate is about: landmarks of a large simulation, drawn with the
large-sample overlap weight. Each copy's whole state (frailty, incidents of the last year, open case, calendar day)
is run forward twice, "start today" and "never start", sharing its luck; a third run, the natural course, is what an
as-started comparison compares with. No hazard ratio that was put in is ever read off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from evaluation.example.frames import case_at
from evaluation.example.people import NEVER, Bools, Floats, Ints, draw_exits
from evaluation.example.scenario import Scenario
from evaluation.example.simulate import (
    NOT_OPEN,
    History,
    Policy,
    State,
    Streams,
    empty_state,
    recorded,
    run,
    simulate,
)  # fmt: skip

HORIZON, HALF = 365, 182
HISTORY = 365
SPACING = 14
NEED_AFTER = 7


@dataclass(frozen=True)
class Landmarks:
    """Person-days from which people are followed; one entry a landmark.

    Parameters
    ----------
    person, day
        Who and when.
    treated
        True where the scheme starts that day, False for a sampled day of an open case without a start so far.
    days_open
        Days since the case opened.
    counts
        Incidents in the last 30, 90 and 365 days, the day itself included; a row a window.
    """

    person: Ints
    day: Ints
    treated: Bools
    days_open: Ints
    counts: Ints


@dataclass(frozen=True)
class Truth:
    """The true effects of one scheme in its overlap population.

    Parameters
    ----------
    scheme
        Scheme id.
    effects
        Name of the effect to its value, in the units of a finding.
    as_started
        The same for "start today" against the natural course.
    treated
        People treated per simulated council of the size that served.
    copies
        Landmarks that were run forward.
    """

    scheme: str
    effects: Mapping[str, float]
    as_started: Mapping[str, float]
    treated: float
    copies: int

    def to_json(self) -> dict[str, object]:
        """Return the truth as JSON-ready values, rounded to six places."""
        return {
            "scheme": self.scheme, "effects": _rounded(self.effects), "as_started": _rounded(self.as_started),
            "treated": round(self.treated, 1), "copies": self.copies,
        }  # fmt: skip


def _rounded(effects: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in sorted(effects.items())}


def true_effects(scenario: Scenario, scheme: str, seed: int, *, people: int = 50_000, copies: int = 100_000) -> Truth:
    """Compute what a scheme really does to the people of its overlap population.

    Parameters
    ----------
    scenario
        The council.
    scheme
        Name of one of its schemes; the others run their natural course.
    people
        Size of the simulation from which the population is drawn.
    copies
        Landmarks to run forward; the Monte Carlo error falls with its root.
    """
    chosen = scenario.scheme(scheme)
    index = scenario.schemes.index(chosen)
    size = scenario.people
    for_history, for_draw, for_days = np.random.SeedSequence(seed).spawn(3)
    # A limit on places is a limit within one council; the large population does not belong to one.
    scenario = replace(scenario, schemes=tuple(replace(s, capacity=None) for s in scenario.schemes))
    history = simulate(replace(scenario, people=people), for_history)
    rows = landmarks(history, index, np.random.default_rng(for_draw))
    weights = overlap_weights(history, rows)
    drawn = np.random.default_rng(for_draw).choice(weights.size, copies, p=weights / weights.sum())
    after = {policy: _outcomes(history, rows, drawn, index, policy, for_days) for policy in ("now", "never", "natural")}
    treated = float(np.count_nonzero(rows.treated)) * size / people
    return Truth(
        scheme,
        _rounded(contrast(after["now"], after["never"])),
        _rounded(contrast(after["now"], after["natural"])),
        round(treated, 1),
        copies,
    )


def landmarks(history: History, scheme: int, rng: np.random.Generator, spacing: int = SPACING) -> Landmarks:
    """Take every first start, and every `spacing`-th day of the open, untreated cases, as in risk-set sampling."""
    last = history.scenario.days - 1 - NEED_AFTER
    start = history.starts[scheme]
    treated = np.flatnonzero((start >= HISTORY) & (start <= last))
    person, day = _sampled_days(history, start, rng, spacing)
    keep = (day >= HISTORY) & (day <= last)
    person = np.concatenate([treated, person[keep]])
    day = np.concatenate([start[treated], day[keep]])
    flag = np.arange(person.size) < treated.size
    case = case_at(history, person, day)
    known = case >= 0
    person, day, flag, case = person[known], day[known], flag[known], case[known]
    if history.scenario.quiet_starts:
        quiet = _incidents_since(history, person, day, day - history.case_opened[case]) == 0
        person, day, flag, case = person[quiet], day[quiet], flag[quiet], case[quiet]
    counts = np.stack([_incidents_since(history, person, day, span) for span in (30, 90, 365)])
    return Landmarks(person, day, flag, day - history.case_opened[case], counts)


def _sampled_days(history: History, start: Ints, rng: np.random.Generator, spacing: int) -> tuple[Ints, Ints]:
    offset = rng.integers(0, spacing, history.people.frailty.size)[history.case_person]
    closed = np.minimum(history.case_closed, history.scenario.days)
    first = history.case_opened + (-(history.case_opened + offset)) % spacing
    many = np.maximum((closed - first + spacing - 1) // spacing, 0)
    case = np.repeat(np.arange(first.size), many)
    step = np.arange(case.size) - np.repeat(np.cumsum(many) - many, many)
    person, day = history.case_person[case], first[case] + spacing * step
    untreated = start[person] > day
    return person[untreated], day[untreated]


def _incidents_since(history: History, person: Ints, day: Ints, span: int | Ints) -> Ints:
    key = np.sort(history.incident_person * NEVER + history.incident_day)
    upto = np.searchsorted(key, person * NEVER + day, side="right")
    before = np.searchsorted(key, person * NEVER + np.maximum(day - span, -1), side="right")
    return upto - before


def overlap_weights(history: History, rows: Landmarks) -> Floats:
    """Return the large-sample overlap weight of each landmark: 1 − p for a start, p for a sampled day."""
    design = design_matrix(history, rows)
    p = logistic(design, rows.treated.astype(float))
    return np.where(rows.treated, 1 - p, p)


def design_matrix(history: History, rows: Landmarks) -> Floats:
    """Return the analyst's propensity terms at the landmarks, an intercept first."""
    people, n = history.people, rows.person.size
    levels = [people.ward[rows.person] == w for w in range(1, history.scenario.wards)]
    levels += [people.kind[rows.person] == k for k in range(1, int(people.kind.max()) + 1)]
    levels += [rows.days_open >= limit for limit in (14, 60)] + [rows.days_open > 120]
    angle = 2 * np.pi * rows.day / 365.25
    smooth = [*np.log1p(rows.counts), people.risk[rows.person], np.sin(angle), np.cos(angle), rows.day / 1000]
    return np.column_stack([np.ones(n), *levels, *smooth]).astype(float)


def logistic(design: Floats, outcome: Floats, rounds: int = 30) -> Floats:
    """Fit a logistic regression by Newton's method and return its probabilities."""
    theta = np.zeros(design.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-design @ theta))
        information = (design * (p * (1 - p))[:, None]).T @ design + 1e-9 * np.eye(theta.size)
        move = np.linalg.solve(information, design.T @ (outcome - p))
        theta += move
        if np.abs(move).max() < 1e-9:
            break
    return 1 / (1 + np.exp(-design @ theta))


@dataclass(frozen=True)
class Outcomes:
    """What happened to each copy in the year after its landmark; days count from 1, `NEVER` where nothing did."""

    first: Ints
    count: Ints
    resolved: Ints


def _outcomes(
    history: History, rows: Landmarks, drawn: Ints, scheme: int, policy: Policy, seed: np.random.SeedSequence
) -> Outcomes:
    scenario = history.scenario
    # The same child seeds for every policy: the strategies share their luck.
    children = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key).spawn(2)
    state = snapshot(history, scheme, rows, drawn, np.random.default_rng(children[0]))
    policies: list[Policy] = ["natural"] * len(scenario.schemes)
    policies[scheme] = policy
    run(state, scenario, HORIZON, Streams.of(children[1]), tuple(policies))
    return _read(state, drawn.size)


def snapshot(history: History, scheme: int, rows: Landmarks, drawn: Ints, rng: np.random.Generator) -> State:
    """Return the full state of copies of landmarks at the end of their day, before the studied scheme starts."""
    person, day = rows.person[drawn], rows.day[drawn]
    people = history.people.take(person)
    left, kind = draw_exits(history.scenario, people, rng)
    state = empty_state(people, len(history.scenario.schemes), (left, kind), phase=day)
    state.clock = 0
    past = history.starts[:, person]
    state.starts[:] = np.where(past <= day, past - day, NEVER)
    state.starts[scheme] = NEVER
    state.opened[:] = np.where(rows.days_open[drawn] >= 0, -rows.days_open[drawn], NOT_OPEN)
    state.case[:] = np.arange(drawn.size)
    state.cases = drawn.size
    _remember(history, person, day, state)
    return state


def _remember(history: History, person: Ints, day: Ints, state: State) -> None:
    """Give the copies the incidents of their last year, and the burst these left behind."""
    order = np.lexsort((history.incident_day, history.incident_person))
    key = (history.incident_person * NEVER + history.incident_day)[order]
    first = np.searchsorted(key, person * NEVER + day - HISTORY, side="right")
    last = np.searchsorted(key, person * NEVER + day, side="right")
    many = last - first
    copy = np.repeat(np.arange(person.size), many)
    place = first[copy] + np.arange(copy.size) - np.repeat(np.cumsum(many) - many, many)
    when = history.incident_day[order][place] - day[copy]
    for since in np.unique(when):
        state.hits[int(since)] = copy[when == since]
    for span, counts in zip((30, 90, 365), state.counts, strict=True):
        counts += np.bincount(copy[when > -span], minlength=person.size)
    latest = np.full(person.size, -10.0 * HISTORY)
    latest[copy] = when
    state.last[:] = np.where(latest > -HISTORY, latest, NOT_OPEN)
    state.recent[:] = np.exp(latest / history.scenario.excitation_days)


def _read(state: State, n: int) -> Outcomes:
    day, copy = recorded(state, "incident")[:2]
    closing_day, case, kind = recorded(state, "closed")
    first, resolved = np.full(n, NEVER), np.full(n, NEVER)
    np.minimum.at(first, copy, day)
    mine = (case < n) & (kind == 0)
    resolved[case[mine]] = closing_day[mine]
    return Outcomes(first, np.bincount(copy, minlength=n), resolved)


def contrast(treated: Outcomes, compared: Outcomes) -> dict[str, float]:
    """Return the effects of a finding: treated minus compared, averted as compared minus treated."""

    def share(days: Ints, limit: int) -> float:
        return float(np.mean(days <= limit))

    free = [float(np.minimum(arm.first, HORIZON).mean()) for arm in (treated, compared)]
    return {
        "risk_difference_182": share(treated.first, HALF) - share(compared.first, HALF),
        "risk_difference_365": share(treated.first, HORIZON) - share(compared.first, HORIZON),
        "rmst_difference_365": free[0] - free[1],
        "events_averted_per_100_365": 100 * float(compared.count.mean() - treated.count.mean()),
        "hazard_ratio": marginal_hazard_ratio(treated.first, compared.first),
        "resolution_difference_182": share(treated.resolved, HALF) - share(compared.resolved, HALF),
    }


def marginal_hazard_ratio(treated: Ints, compared: Ints) -> float:
    """Return the Cox ratio of two arms that are both followed to the horizon, the arm the only covariate (Breslow)."""
    events = [np.bincount(np.minimum(arm, HORIZON + 1), minlength=HORIZON + 2)[1:-1] for arm in (treated, compared)]
    at_risk = [arm.size - np.cumsum(event) + event for arm, event in zip((treated, compared), events, strict=True)]
    total, log_ratio = events[0] + events[1], 0.0
    for _ in range(50):
        share = at_risk[0] * np.exp(log_ratio) / (at_risk[0] * np.exp(log_ratio) + at_risk[1])
        information = float(np.sum(total * share * (1 - share)))
        if information == 0:
            return float("nan")
        move = float(np.sum(events[0] - total * share)) / information
        log_ratio += move
        if abs(move) < 1e-12:
            break
    return float(np.exp(log_ratio))
