"""What each system of Wexbourne recorded: one row a report, so that some incidents stand in two systems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluation.example.partnership import Partnership, first_day
from evaluation.example.systems import home_system, references

UPLOADED = 0.6
"""Share of the police cases that reach FLARE: the audit found 4 of 10 that had not."""
CROSS_REFERENCED = 0.85
CALLED_BOTH = 0.06


@dataclass(frozen=True)
class Reports:
    """The rows of the systems before any clerk's mistake.

    Parameters
    ----------
    incidents
        Columns of the true incidents and `system, incident_ref, case_ref, external_ref, occurred, reported`.
    cases
        Columns of the true cases and `system, case_ref, external_ref`; police cases are rows of their own.
    actions
        Columns of the true actions and `system, case_ref, action_ref`.
    pairs
        Reports of the same incident: `system, incident_ref, other_system, other_ref`.
    """

    incidents: pl.DataFrame
    cases: pl.DataFrame
    actions: pl.DataFrame
    pairs: pl.DataFrame


def record(partnership: Partnership, rng: np.random.Generator) -> Reports:
    """Let every system record its part of what happened."""
    people = partnership.history.people.frailty.size
    tenure = pl.Series(["other"] * people)
    by_person = partnership.cases.group_by("person").agg(pl.col("tenure").first())
    tenure = (
        pl.DataFrame({"person": np.arange(people)})
        .join(by_person, on="person", how="left")["tenure"]
        .fill_null("other")
    )
    home = home_system(np.arange(people), tenure, rng)
    cases = _case_rows(partnership, home, rng)
    incidents = _first_reports(partnership, home, cases, rng)
    uploads, both = _uploads(incidents, cases, rng), _second_calls(incidents, cases, partnership, rng)
    rows = _name_rows(pl.concat([incidents, uploads, both], how="diagonal"), partnership)
    return Reports(rows, cases, _action_rows(partnership, cases), _pairs(rows))


def _year(day: str, partnership: Partnership) -> pl.Expr:
    start = first_day(partnership.scenario)
    return (pl.lit(start) + pl.duration(days=pl.col(day))).dt.year()


def _case_rows(partnership: Partnership, home: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    cases = partnership.cases
    cases = cases.with_columns(
        system=home.gather(cases["person"]), year=cases.select(_year("opened", partnership)).to_series()
    )
    named = cases.with_columns(case_ref=_refs(cases, "case"))
    return pl.concat([named, _police_cases(partnership, named, rng)], how="diagonal")


def _refs(frame: pl.DataFrame, number: str) -> pl.Series:
    """Name each row in the manner of its system."""
    parts = [
        rows.with_columns(ref=references(str(system), rows[number], rows["year"])).select("row", "ref")
        for (system,), rows in frame.with_row_index("row").group_by("system", maintain_order=True)
    ]
    return pl.concat(parts).sort("row")["ref"]


def _police_cases(partnership: Partnership, named: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """A police case begins with the first police incident within the council's case and ends with it."""
    first = (
        partnership.incidents.filter((pl.col("case") >= 0) & pl.col("police"))
        .group_by("case", maintain_order=True)
        .agg(pl.col("day").min().alias("police_opened"))
    )
    cases = named.join(first, on="case", maintain_order="left").with_columns(
        opened=pl.col("police_opened"),
        uploaded=pl.Series(rng.random(first.height) < UPLOADED),
        flare_ref=pl.col("case_ref"),
    )
    police = cases.with_columns(system=pl.lit("cedar"), officer=pl.col("officer") + 100)
    police = police.with_columns(
        case_ref=_refs(police, "case"),
        responded=pl.max_horizontal("responded", "opened"),
        external_ref=pl.when("uploaded").then("flare_ref"),
        pence=pl.lit(None, pl.Int64),
    )
    return police.drop("police_opened", "flare_ref")


def _first_reports(
    partnership: Partnership, home: pl.Series, cases: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    incidents = partnership.incidents
    street = rng.choice(["flare", "confirm", "pss_live"], incidents.height, p=[0.35, 0.35, 0.3])
    person = incidents["person"].to_numpy()
    at_home = home.gather(np.maximum(person, 0)).to_numpy()
    council = np.where(person < 0, street, at_home)
    system = np.where(incidents["police"].to_numpy(), "cedar", council)
    wait = np.where(rng.random(person.size) < 0.75, 0, rng.geometric(0.4, person.size))
    rows = incidents.with_columns(
        system=pl.Series(system), home=pl.Series(at_home), occurred=pl.col("day"),
        reported=pl.min_horizontal(pl.col("day") + pl.Series(wait), pl.lit(partnership.scenario.days - 1)),
    )  # fmt: skip
    return _with_case_refs(rows, cases)


def _with_case_refs(rows: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    return rows.join(
        cases.select("case", "system", "case_ref", "uploaded"), on=["case", "system"], how="left", maintain_order="left"
    )


def _uploads(incidents: pl.DataFrame, cases: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Police reports that were copied into FLARE, most of them with the police reference."""
    police = incidents.filter(pl.col("system") == "cedar")
    luck = pl.Series(rng.random(police.height) < UPLOADED)
    copied = (
        police.with_columns(uploaded=pl.col("uploaded").fill_null(luck)).filter("uploaded").drop("case_ref", "uploaded")
    )
    noted = pl.Series(rng.random(copied.height) < CROSS_REFERENCED)
    rows = copied.with_columns(
        system=pl.lit("flare"), copy_of=pl.lit("cedar"), noted=noted, complainant=pl.lit(-1, pl.Int64)
    )
    return _with_case_refs(rows, cases)


def _second_calls(
    incidents: pl.DataFrame, cases: pl.DataFrame, partnership: Partnership, rng: np.random.Generator
) -> pl.DataFrame:
    """Callers who rang both the council and the police about the same incident, some a day apart."""
    council = incidents.filter(pl.col("system").is_in(["flare", "iworld", "uniform", "react"]))
    chosen = council.filter(pl.Series(rng.random(council.height) < CALLED_BOTH)).drop("case_ref", "uploaded")
    late = pl.Series((rng.random(chosen.height) < 0.1).astype(np.int64))
    last = partnership.scenario.days - 1
    rows = chosen.with_columns(
        system=pl.lit("cedar"), copy_of=pl.col("system"), noted=pl.lit(False),
        occurred=pl.min_horizontal(pl.col("occurred") + late, pl.lit(last)),
    )  # fmt: skip
    rows = rows.with_columns(reported=pl.max_horizontal("reported", "occurred"))
    return _with_case_refs(rows, cases)


def _name_rows(rows: pl.DataFrame, partnership: Partnership) -> pl.DataFrame:
    """Give each report the number that its own system counts by, and the police number where it was noted."""
    rows = rows.sort("occurred", "incident", "system", maintain_order=True).with_row_index("report")
    rows = rows.with_columns(
        year=rows.select(_year("occurred", partnership)).to_series(), number=pl.int_range(pl.len()).over("system") + 1
    )
    rows = rows.with_columns(incident_ref="I" + _refs(rows, "number"))
    police = rows.filter((pl.col("system") == "cedar") & pl.col("copy_of").is_null()).select(
        "incident", police_ref="incident_ref"
    )
    rows = rows.join(police, on="incident", how="left", maintain_order="left")
    return rows.with_columns(external_ref=pl.when(pl.col("noted").fill_null(False)).then("police_ref")).drop(
        "police_ref"
    )


def _pairs(rows: pl.DataFrame) -> pl.DataFrame:
    first = rows.filter(pl.col("copy_of").is_null()).select("incident", "system", "incident_ref")
    other = rows.filter(pl.col("copy_of").is_not_null()).select(
        "incident", other_system="system", other_ref="incident_ref"
    )
    return first.join(other, on="incident", maintain_order="left").drop("incident")


def _action_rows(partnership: Partnership, cases: pl.DataFrame) -> pl.DataFrame:
    held = cases.filter(pl.col("system") != "cedar").select("case", "system", "case_ref", "letter", "ward", "officer")
    actions = partnership.actions.join(held, on="case", how="left", maintain_order="left")
    return actions.with_columns(action_ref="ACT-" + pl.col("action").cast(pl.String).str.zfill(5))
