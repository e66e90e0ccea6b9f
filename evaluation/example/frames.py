"""A simulated history as the canonical tables that a study reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from evaluation.example.people import NEVER, Bools, Ints
from evaluation.example.simulate import CLOSURES, History
from evaluation.records import schema

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Council(Mapping[str, pl.DataFrame]):
    """The canonical tables of a simulated council, in the shape that `study.run` reads.

    Parameters
    ----------
    tables
        Canonical table name to frame.
    as_of
        Last day of the simulation.
    coverage
        One row a source and month: `source, month, records, covered`.
    """

    tables: Frames
    as_of: date
    coverage: pl.DataFrame
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def council(history: History, seed: int | np.random.SeedSequence) -> Council:
    """Turn a history into the tables that a council's systems would hold.

    Parameters
    ----------
    history
        What happened.
    seed
        Decides which incidents are the police's, and which of those are never uploaded.
    """
    rng = np.random.default_rng(seed)
    police = rng.random(history.incident_day.size) < history.scenario.police
    held = _held(history, police, rng)
    tables = {
        "Incidents": _incidents(history, police)[np.flatnonzero(held)],
        "Cases": _cases(history),
        "Interventions": _interventions(history),
        "Breaches": schema.empty("Breaches"),
    }
    return Council(tables, history.scenario.as_of, _coverage(history, tables["Incidents"]))


def _held(history: History, police: Bools, rng: np.random.Generator) -> Bools:
    lost = police & (rng.random(police.size) < history.scenario.missing_uploads)
    if history.scenario.outage is not None:
        first, last = history.scenario.outage
        lost |= police & (history.incident_day >= first) & (history.incident_day <= last)
    return ~lost


def dates(history: History, days: Ints) -> pl.Series:
    """Return days of the simulation as dates; `NEVER` and anything after the last day is null."""
    first = (history.scenario.as_of - timedelta(days=history.scenario.days - 1) - date(1970, 1, 1)).days
    known = pl.Series(np.where(days < history.scenario.days, days + first, 0).astype(np.int32))
    return pl.select(pl.when(pl.lit(pl.Series(days < history.scenario.days))).then(known.cast(pl.Date))).to_series()


def identifiers(prefix: str, numbers: Ints, width: int = 6) -> pl.Series:
    """Return text identifiers: a prefix and a number with leading zeros; negative numbers become null."""
    text = pl.Series(numbers).cast(pl.String).str.zfill(width)
    return pl.select(pl.when(pl.lit(pl.Series(numbers >= 0))).then(pl.lit(prefix) + pl.lit(text))).to_series()


def _words(names: tuple[str, ...], index: Ints) -> pl.Series:
    return pl.Series([*names, None])[np.where(index < 0, len(names), index)]


def _wards(history: History, people: Ints) -> pl.Series:
    return identifiers("Ward ", history.people.ward[people] + 1, 2)


def case_at(history: History, person: Ints, day: Ints) -> Ints:
    """Return the number of the case that each person had open at the end of each day, -1 where none.

    A case counts on the day it opens and no longer on the day it closes.
    """
    order = np.lexsort((history.case_opened, history.case_person))
    key = history.case_person[order] * NEVER + history.case_opened[order]
    place = np.searchsorted(key, person * NEVER + day, side="right") - 1
    case = order[np.maximum(place, 0)] if order.size else np.zeros(person.size, np.int64)
    if not order.size:
        return np.full(person.size, -1)
    fits = (place >= 0) & (history.case_person[case] == person) & (history.case_closed[case] > day)
    return np.where(fits, case, -1)


def _incidents(history: History, police: Bools) -> pl.DataFrame:
    person, day = history.incident_person, history.incident_day
    when = dates(history, day)
    return _complete(
        "Incidents",
        incident_id=identifiers("I", np.arange(day.size)),
        source=_words(("flare", "cedar"), police.astype(np.int64)),
        occurred_on=when,
        precision=pl.repeat("day", day.size, eager=True),
        reported_on=when,
        kind=pl.repeat("asb", day.size, eager=True),
        category=_words(history.scenario.kinds, history.people.kind[person]),
        subject_id=identifiers("P", person),
        place_id=identifiers("L", person),
        area=_wards(history, person),
        case_id=identifiers("C", case_at(history, person, day)),
    )


def _cases(history: History) -> pl.DataFrame:
    person = history.case_person
    return _complete(
        "Cases",
        case_id=identifiers("C", np.arange(person.size)),
        source=pl.repeat("flare", person.size, eager=True),
        service=pl.repeat("community safety", person.size, eager=True),
        officer_id=identifiers("O", history.people.ward[person], 2),
        category=_words(history.scenario.kinds, history.people.kind[person]),
        area=_wards(history, person),
        subject_id=identifiers("P", person),
        opened_on=dates(history, history.case_opened),
        closed_on=dates(history, history.case_closed),
        closure=_words(CLOSURES, history.case_closure),
        has_lead=pl.repeat(True, person.size, eager=True),
        risk_index=pl.Series(history.people.risk[person]),
    )


def _interventions(history: History) -> pl.DataFrame:
    frames = [_starts_of(history, index) for index in range(len(history.scenario.schemes))]
    return pl.concat(frames)


def _starts_of(history: History, index: int) -> pl.DataFrame:
    scheme = history.scenario.schemes[index]
    people = np.flatnonzero(history.starts[index] < history.scenario.days)
    day = history.starts[index][people]
    started = dates(history, day)
    return _complete(
        "Interventions",
        intervention_id=identifiers(f"{scheme.name}-", people),
        scheme=pl.repeat(scheme.name, people.size, eager=True),
        case_id=identifiers("C", case_at_start(history, people, day)),
        subject_id=identifiers("P", people),
        referred_on=started,
        started_on=started,
        ended_on=dates(history, day + int(scheme.length_days)),
    )


def case_at_start(history: History, person: Ints, day: Ints) -> Ints:
    """Return the case under which a scheme started; one that closed on that very day still counts."""
    case, before = case_at(history, person, day), case_at(history, person, day - 1)
    return np.where(case >= 0, case, before)


def _complete(table: str, **columns: pl.Series) -> pl.DataFrame:
    return schema.conform(table, pl.DataFrame(columns))


def _coverage(history: History, incidents: pl.DataFrame) -> pl.DataFrame:
    as_of = history.scenario.as_of
    first = as_of - timedelta(days=history.scenario.days - 1)
    months = pl.date_range(first.replace(day=1), as_of, "1mo", eager=True).alias("month")
    counted = incidents.group_by("source", pl.col("occurred_on").dt.truncate("1mo").alias("month")).len("records")
    every = pl.DataFrame({"source": ["cedar", "flare"]}).join(pl.DataFrame({"month": months}), how="cross")
    return (
        every.join(counted, on=["source", "month"], how="left")
        .with_columns(pl.col("records").fill_null(0).cast(pl.Int64))
        .with_columns((pl.col("records") > 0).alias("covered"))
        .sort("source", "month")
    )
