"""The rows of each system under its own headers, in its own words and its own way of writing dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluation.example.names import Directory
from evaluation.example.partnership import Partnership, first_day
from evaluation.example.people import NEVER, Ints
from evaluation.example.reports import Reports
from evaluation.example.systems import (
    ACTIONS,
    CLOSURE_WORDS,
    DATE_FORMATS,
    USUAL_DATE,
    headers,
    words,
)  # fmt: skip
from evaluation.example.wexbourne import WARDS

DETAILS = {
    "A": "Loud music until late, {name} rang from {phone}", "B": "Shouting and threats at the door of {name}",
    "D": "Graffiti and smashed glass, seen by {name}", "E": "Dog barking all day; call {name} on {phone}",
    "H": "Street drinking near the shops, {name} reports", "K": "Rubbish dumped again – photo from {name}",
}  # fmt: skip
USUAL_DETAIL = "Reported by {name}, telephone {phone} – officer attended"


@dataclass(frozen=True)
class Clerk:
    """What is needed to write the rows of one system.

    Parameters
    ----------
    partnership
        For the people and their addresses.
    system
        Name of the system and of its mapping.
    rng
        Chooses among the system's words.
    """

    partnership: Partnership
    system: str
    rng: np.random.Generator

    def dates(self, day: pl.Expr) -> pl.Expr:
        """Write days of the simulation as this system writes dates; `NEVER` is blank."""
        known = pl.when(day < NEVER).then(pl.lit(first_day(self.partnership.scenario)) + pl.duration(days=day))
        return known.dt.strftime(DATE_FORMATS.get(self.system, USUAL_DATE))


def system_rows(reports: Reports, clerk: Clerk) -> pl.DataFrame:
    """Return all rows of one system under its own headers, in the order in which they were entered."""
    of = pl.col("system") == clerk.system
    incidents = reports.incidents.filter(of)
    if clerk.system in ("confirm", "pss_live"):
        return _headed(_street_rows(incidents, clerk), clerk.system)
    cases, actions = reports.cases.filter(of), reports.actions.filter(of)
    parts = [_incident_rows(incidents, clerk), _case_rows(cases, clerk)]
    if actions.height:
        parts += [_action_rows(actions, clerk), _breach_rows(actions, clerk)]
    rows = pl.concat(parts, how="diagonal").sort("entered", maintain_order=True).drop("entered")
    return _headed(rows, clerk.system)


def _headed(rows: pl.DataFrame, system: str) -> pl.DataFrame:
    names = headers(system)
    return rows.select(pl.col(column).alias(names[column]) for column in names if column in rows.columns)


def _incident_rows(incidents: pl.DataFrame, clerk: Clerk) -> pl.DataFrame:
    day = pl.col("occurred") + pl.when("future").then(3653).otherwise(0)
    category = pl.coalesce("word", pl.lit(words(clerk.system, incidents["letter"], clerk.rng)))
    rows = incidents.select(
        "incident_ref", "case_ref", "external_ref", category=category,
        entered="reported", occurred=clerk.dates(day),
        reported=clerk.dates(pl.max_horizontal("reported", pl.when("future").then(day))),
        place="address", ward=_wards("ward"),
    )  # fmt: skip
    people = _subject(incidents, clerk, incidents["named"], incidents["slip"])
    return pl.concat([rows, people, _complainant(incidents, clerk), _details(incidents, clerk)], how="horizontal")


def _street_rows(incidents: pl.DataFrame, clerk: Clerk) -> pl.DataFrame:
    """CONFIRM and PSS Live know places and callers, and no case and no offender."""
    confirm = clerk.system == "confirm"
    number = pl.col("incident_ref").str.slice(1)
    rows = incidents.select(
        number.alias("case_ref" if confirm else "incident_ref"),
        category=pl.coalesce("word", pl.lit(words(clerk.system, incidents["letter"], clerk.rng))),
        reported=clerk.dates(pl.col("occurred")), place="address", ward=_wards("ward"),
    )  # fmt: skip
    return pl.concat([rows, _details(incidents, clerk)], how="horizontal")


def _case_rows(cases: pl.DataFrame, clerk: Clerk) -> pl.DataFrame:
    officer = pl.lit("Officer ") + (pl.col("officer") + 1).cast(pl.String).str.zfill(2)
    closure = pl.col("closure").replace_strict(CLOSURE_WORDS, default=None, return_dtype=pl.String)
    rows = cases.select(
        "case_ref", "external_ref", "tenure", entered="opened",
        category=pl.lit(words(clerk.system, cases["letter"], clerk.rng)), ward=_wards("ward"), officer=officer,
        lead=pl.when("lead").then(officer), opened=clerk.dates(pl.col("opened")),
        responded=clerk.dates(pl.col("responded")), dealt=clerk.dates(pl.col("dealt")),
        closed=clerk.dates(pl.col("closed")),
        closure=pl.when(pl.col("closed") < NEVER).then(closure), last_action=clerk.dates(pl.col("acted")),
        case_referred=clerk.dates(pl.col("asked")), case_accepted=clerk.dates(pl.col("accepted")),
        risk=pl.col("risk").cast(pl.String), cost=_pounds("pence"),
    )  # fmt: skip
    if clerk.system == "cedar":
        rows = rows.drop("tenure", "dealt", "case_referred", "case_accepted", "cost", "risk")
    everyone = pl.repeat(True, cases.height, eager=True)
    return pl.concat([rows, _subject(cases, clerk, everyone), _complainant(cases, clerk)], how="horizontal")


def _action_rows(actions: pl.DataFrame, clerk: Clerk) -> pl.DataFrame:
    ending = pl.col("ending").str.to_titlecase()
    rows = actions.select(
        "case_ref", "action_ref", entered="referred", action=pl.col("scheme").replace_strict(ACTIONS),
        ward=_wards("ward"),
        action_referred=clerk.dates(pl.col("referred")), action_started=clerk.dates(pl.col("started")),
        action_ended=clerk.dates(pl.col("ended")), action_ending=ending,
        sessions_offered=pl.col("offered").cast(pl.String), sessions_attended=pl.col("attended").cast(pl.String),
        action_cost=_pounds("pence"),
    )  # fmt: skip
    everyone = pl.repeat(True, actions.height, eager=True)
    return pl.concat([rows, _subject(actions, clerk, everyone)], how="horizontal")


def _breach_rows(actions: pl.DataFrame, clerk: Clerk) -> pl.DataFrame:
    breaches = clerk.partnership.breaches.join(actions.select("action", "action_ref", "case_ref"), on="action")
    return breaches.select("action_ref", "case_ref", entered="day", breached=clerk.dates(pl.col("day")))


def _wards(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(dict(enumerate(WARDS)), return_dtype=pl.String)


def _pounds(pence: str) -> pl.Expr:
    whole, rest = pl.col(pence) // 100, (pl.col(pence) % 100).cast(pl.String).str.zfill(2)
    return whole.cast(pl.String) + "." + rest


def _subject(rows: pl.DataFrame, clerk: Clerk, named: pl.Series, slip: pl.Series | None = None) -> pl.DataFrame:
    """Return who is said to have done it, with the clerk's slip."""
    residents = clerk.partnership.residents
    person = np.where(named.to_numpy(), rows["person"].to_numpy(), -1)
    frame = _details_of(residents, person, "subject").with_columns(
        subject_born=residents.column("born", person).dt.strftime(DATE_FORMATS.get(clerk.system, USUAL_DATE))
    )
    if slip is None:
        return frame
    first, last = (pl.col("subject_name").str.splitn(" ", 2).struct.field(f"field_{part}") for part in (0, 1))
    name = (
        pl.when(pl.lit(slip == "misspelt")).then(first + " " + last.str.slice(0, 3) + last.str.slice(4))
        .when(pl.lit(slip == "swapped")).then(last.str.to_uppercase() + ", " + first)
        .otherwise("subject_name")
    )  # fmt: skip
    born = pl.when(pl.lit(slip != "birth_lost")).then("subject_born")
    return frame.with_columns(subject_name=name, subject_born=born)


def _complainant(rows: pl.DataFrame, clerk: Clerk) -> pl.DataFrame:
    return _details_of(clerk.partnership.neighbours, rows["complainant"].to_numpy(), "complainant")


def _details_of(people: Directory, person: Ints, role: str) -> pl.DataFrame:
    return pl.DataFrame({f"{role}_{part}": people.column(part, person) for part in ("name", "address", "phone")})


def _details(incidents: pl.DataFrame, clerk: Clerk) -> pl.DataFrame:
    """Return free text that names people, as clerks do, so that a leak would show."""
    neighbours, person = clerk.partnership.neighbours, incidents["complainant"].to_numpy()
    text = incidents["letter"].replace_strict(DETAILS, default=USUAL_DETAIL, return_dtype=pl.String)
    frame = pl.DataFrame(
        {"text": text, "name": neighbours.column("name", person), "phone": neighbours.column("phone", person)}
    )
    first, rest = (pl.col("text").str.splitn("{name}", 2).struct.field(f"field_{part}") for part in (0, 1))
    before, after = (rest.str.splitn("{phone}", 2).struct.field(f"field_{part}") for part in (0, 1))
    filled = (
        first + pl.col("name") + before + pl.when(after.is_null()).then(pl.lit("")).otherwise(pl.col("phone") + after)
    )
    return frame.select(details=filled)
