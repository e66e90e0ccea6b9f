"""Wexbourne as it truly was: people, incidents, cases and help given, before any system recorded it badly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from evaluation.example.frames import case_at, case_at_start
from evaluation.example.names import Directory, directory
from evaluation.example.people import NEVER, Bools, Floats, Ints, season
from evaluation.example.scenario import Scenario, TrueScheme
from evaluation.example.simulate import CLOSURES, History, simulate
from evaluation.example.wexbourne import AREA_SCHEMES, AS_OF, FIRST_DAY, LETTERS, MIX, WARDS, WEXBOURNE, AreaScheme

BACKGROUND_A_YEAR = 8300
COMPLAINANTS = 9000
OFFICERS = 24
BREACHABLE = {"abcs": 0.4, "asbos": 0.6, "injunctions": 0.4}
"""Probability that an incident while it runs is acted on as a breach."""
SESSIONS = {"mediation": 2, "elmore": 12, "family_support": 20, "city_counselling": 8}
COSTS = {
    "mediation": 41000, "abcs": 23000, "asbos": 310000, "elmore": 120000, "family_support": 390000,
    "city_counselling": 44000, "quiet_hours_scheme": 16000, "warning_letters": 6500, "injunctions": 140000,
    "notices_seeking_possession": 12000,
}  # fmt: skip
"""Invented pence per person helped."""


@dataclass(frozen=True)
class Partnership:
    """Everything that truly happened in Wexbourne; days count from the first day of the simulation.

    Parameters
    ----------
    history
        Of the people who are known to the services.
    residents, neighbours
        Those people, and the people who complain.
    incidents
        Columns `incident, person, day, letter, ward, address, complainant, case, police`; unknown people are -1.
    cases
        Columns `case, person, opened, closed, closure, letter, ward, complainant, officer, tenure, responded, cost`.
    actions
        Columns `action, scheme, person, case, referred, started, ended, ending, offered, attended, cost`.
    breaches
        Columns `action, day`.
    """

    history: History
    residents: Directory
    neighbours: Directory
    incidents: pl.DataFrame
    cases: pl.DataFrame
    actions: pl.DataFrame
    breaches: pl.DataFrame

    @property
    def scenario(self) -> Scenario:
        """The scenario that was simulated."""
        return self.history.scenario


def build_partnership(seed: int, as_of: date = AS_OF) -> Partnership:
    """Simulate Wexbourne.

    Parameters
    ----------
    seed
        Same seed, same place and people.
    as_of
        Last day; the five years end here.
    """
    for_history, for_names, for_cases, for_incidents, for_actions = np.random.SeedSequence(seed).spawn(5)
    history = simulate(replace(WEXBOURNE, as_of=as_of), for_history)
    rng = np.random.default_rng(for_names)
    residents = directory(history.people.ward, as_of, rng)
    neighbours = directory(rng.integers(0, len(WARDS), COMPLAINANTS), as_of, rng)
    cases = _cases(history, neighbours, np.random.default_rng(for_cases))
    incidents = _incidents(history, residents, cases, np.random.default_rng(for_incidents))
    actions = _actions(history, np.random.default_rng(for_actions))
    breaches = _breaches(history, actions, np.random.default_rng(for_actions))
    broken = pl.col("action").is_in(breaches["action"].unique().to_list()) & pl.col("ending").is_not_null()
    actions = actions.with_columns(ending=pl.when(broken).then(pl.lit("breached")).otherwise("ending"))
    return Partnership(history, residents, neighbours, incidents, cases, actions, breaches)


def first_day(scenario: Scenario) -> date:
    """Return the date of day 0."""
    return scenario.as_of - timedelta(days=scenario.days - 1)


def _letters(index: Ints) -> pl.Series:
    return pl.Series(LETTERS).gather(pl.Series(index))


def _cases(history: History, neighbours: Directory, rng: np.random.Generator) -> pl.DataFrame:
    n, person = history.case_person.size, history.case_person
    ward = history.people.ward[person]
    delay = np.where(rng.random(n) < 0.7, rng.geometric(0.35, n), 8 + rng.geometric(0.07, n))
    responded = history.case_opened + delay
    last = np.minimum(history.case_closed, history.scenario.days - 1)
    opened = history.case_opened
    hours = 150 + rng.gamma(1.5, 180, n) + 0.6 * np.maximum(last - opened, 0)
    frame = {
        "case": np.arange(n), "person": person, "opened": opened, "closed": history.case_closed,
        "ward": ward, "complainant": _someone_of(ward, neighbours, rng), "officer": ward * 3 + rng.integers(0, 3, n),
        "responded": np.where(responded <= last, responded, NEVER), "pence": (hours * 100).astype(np.int64),
        "risk": np.clip(history.people.risk[person] + rng.integers(-1, 2, n), 0, None),
    }  # fmt: skip
    words = pl.Series([*CLOSURES, None])[np.where(history.case_closure < 0, len(CLOSURES), history.case_closure)]
    return pl.DataFrame(frame).with_columns(
        closure=words, letter=_letters(history.people.kind[person]), tenure=_tenure(person)
    )


def _tenure(person: Ints) -> pl.Series:
    """A fixed tenure a person, in shares of a new town: council 30, association 15, private 20, owner 35."""
    share = (person * 7919) % 100
    return pl.Series(("council", "association", "private", "owner"))[np.searchsorted([30, 45, 65], share, side="right")]


def _someone_of(ward: Ints, neighbours: Directory, rng: np.random.Generator) -> Ints:
    """Draw a neighbour of each ward; some complain far more often than others."""
    wards = neighbours.people["ward"].to_numpy()
    order = np.argsort(wards, kind="stable")
    first = np.searchsorted(wards[order], np.arange(len(WARDS) + 1))
    many = np.diff(first)[ward]
    return order[first[ward] + (many * rng.random(ward.size) ** 1.6).astype(np.int64)]


def _incidents(history: History, residents: Directory, cases: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    person, day = history.incident_person, history.incident_day
    case = case_at(history, person, day)
    mix = rng.choice(len(LETTERS), person.size, p=history.scenario.kind_shares)
    kind = np.where(rng.random(person.size) < 0.75, history.people.kind[person], mix)
    usual = np.where(case >= 0, cases["complainant"].to_numpy()[np.maximum(case, 0)], -1)
    named = rng.random(person.size)
    passer_by = np.where(named < 0.85, rng.integers(0, COMPLAINANTS, person.size), -1)
    known = pl.DataFrame(
        {
            "person": person, "day": day, "ward": history.people.ward[person], "case": case,
            "complainant": np.where(named < 0.7, usual, passer_by),
            "police": rng.random(person.size) < history.scenario.police,
        }
    ).with_columns(letter=_letters(kind), address=residents.column("address", person))  # fmt: skip
    return pl.concat([known, _background(history.scenario, residents, rng)], how="diagonal").with_row_index("incident")


def _background(scenario: Scenario, residents: Directory, rng: np.random.Generator) -> pl.DataFrame:
    """Incidents of people nobody could name, by ward and letter, with the true steps of the area schemes."""
    day, ward, kind = _drawn_background(scenario, rng)
    keep = rng.random(day.size) < _area_factor(scenario, day, ward, kind)
    day, ward, kind = day[keep], ward[keep], kind[keep]
    n = day.size
    return pl.DataFrame(
        {
            "person": np.full(n, -1), "day": day, "ward": ward, "case": np.full(n, -1),
            "complainant": np.where(rng.random(n) < 0.4, (COMPLAINANTS * rng.random(n) ** 1.6).astype(np.int64), -1),
            "police": rng.random(n) < 0.4,
        }
    ).with_columns(letter=_letters(kind), address=_hot_spots(residents, ward, rng))  # fmt: skip


def _drawn_background(scenario: Scenario, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    days = np.arange(scenario.days)
    # Police reports fell by 13.8 % in a year in the audit; the example falls by 4 % a year.
    rate: Floats = BACKGROUND_A_YEAR / 365 * season(scenario, days) * 0.96 ** (days / 365)
    day = np.repeat(days, rng.poisson(rate).astype(np.int64))
    shares = np.asarray(MIX) / sum(MIX)
    return day, rng.integers(0, len(WARDS), day.size), rng.choice(len(LETTERS), day.size, p=shares)


def area_days(scenario: Scenario, scheme: AreaScheme) -> tuple[int, int]:
    """Return the first and last day of the simulation on which an area scheme acts."""
    first = (scheme.first - FIRST_DAY).days
    return first, scenario.days - 1 if scheme.last is None else (scheme.last - FIRST_DAY).days


def _area_factor(scenario: Scenario, day: Ints, ward: Ints, kind: Ints) -> Floats:
    factor = np.ones(day.size)
    for scheme in AREA_SCHEMES:
        first, last = area_days(scenario, scheme)
        here = np.isin(ward, [WARDS.index(name) for name in scheme.wards])
        such = np.isin(kind, [LETTERS.index(letter) for letter in scheme.categories])
        factor[here & such & (day >= first) & (day <= last)] *= scheme.theta
    return factor


def _hot_spots(residents: Directory, ward: Ints, rng: np.random.Generator) -> pl.Series:
    """Addresses of incidents without a known person: a few places have most of them."""
    wards = residents.people["ward"].to_numpy()
    order = np.argsort(wards, kind="stable")
    first = np.searchsorted(wards[order], np.arange(len(WARDS) + 1))
    many = np.diff(first)[ward]
    return residents.column("address", order[first[ward] + (many * rng.random(ward.size) ** 3).astype(np.int64)])


def _actions(history: History, rng: np.random.Generator) -> pl.DataFrame:
    frames = [_given(history, index, rng) for index in range(len(history.scenario.schemes))]
    frames.append(_turned_away(history, rng))
    return pl.concat(frames, how="diagonal").sort("referred", "person").with_row_index("action")


def _given(history: History, index: int, rng: np.random.Generator) -> pl.DataFrame:
    scheme = history.scenario.schemes[index]
    person = np.flatnonzero(history.starts[index] < history.scenario.days)
    started = history.starts[index][person]
    case = case_at_start(history, person, started)
    wait = np.minimum(rng.geometric(1 / 12, person.size) - 1, started - history.case_opened[case])
    finished = rng.random(person.size) < 0.8
    length = np.maximum((scheme.length_days * rng.uniform(0.7, 1.3, person.size)).astype(np.int64), 1)
    ended = started + np.where(finished, length, np.maximum(length // 3, 1))
    offered, attended = _sessions(scheme, finished, rng)
    frame = pl.DataFrame(
        {
            "person": person, "case": case, "referred": started - wait, "started": started,
            "ended": np.where(ended < history.scenario.days, ended, NEVER), "offered": offered, "attended": attended,
        }
    )  # fmt: skip
    ending = pl.when(pl.col("ended") == NEVER).then(None).when(pl.lit(pl.Series(finished))).then(pl.lit("completed"))
    return frame.with_columns(
        scheme=pl.lit(scheme.name), ending=ending.otherwise(pl.lit("disengaged")), pence=pl.lit(COSTS[scheme.name])
    )


def _sessions(
    scheme: TrueScheme, finished: Bools, rng: np.random.Generator
) -> tuple[list[int | None], list[int | None]]:
    offered = SESSIONS.get(scheme.name)
    if offered is None:
        return [None] * finished.size, [None] * finished.size
    share = np.where(finished, rng.uniform(0.7, 1.0, finished.size), rng.uniform(0.1, 0.5, finished.size))
    return [offered] * finished.size, np.maximum(np.rint(share * offered), 1).astype(int).tolist()


def _turned_away(history: History, rng: np.random.Generator) -> pl.DataFrame:
    """Referrals to mediation that the service declined: one in five, of worse cases than it takes."""
    names = [scheme.name for scheme in history.scenario.schemes]
    taken = int(np.count_nonzero(history.starts[names.index("mediation")] < NEVER))
    weight = history.people.frailty[history.case_person] ** 1.5
    case = rng.choice(history.case_person.size, taken // 4, replace=False, p=weight / weight.sum())
    closed = np.minimum(history.case_closed[case], history.scenario.days - 1)
    day = history.case_opened[case] + (rng.random(case.size) * (closed - history.case_opened[case])).astype(np.int64)
    return pl.DataFrame(
        {"person": history.case_person[case], "case": case, "referred": day, "started": np.full(case.size, NEVER),
         "ended": np.full(case.size, NEVER)}
    ).with_columns(scheme=pl.lit("mediation"), ending=pl.lit("declined"))  # fmt: skip


def _breaches(history: History, actions: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """An incident while a contract or an order runs is a breach that is acted on, with some probability."""
    running = actions.filter(pl.col("scheme").is_in(list(BREACHABLE)) & (pl.col("started") < NEVER))
    pairs = running.join(
        pl.DataFrame({"person": history.incident_person, "day": history.incident_day}), on="person"
    ).filter((pl.col("day") > pl.col("started")) & (pl.col("day") <= pl.col("ended")))
    chance = pairs["scheme"].replace_strict(BREACHABLE).to_numpy()
    return pairs.filter(pl.Series(rng.random(pairs.height) < chance)).select("action", "day").sort("action", "day")
