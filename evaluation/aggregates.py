"""Tables of counts that the site shows beside the findings, made once from the records and published together.

Each is long: its dimensions, `count`, the number of people behind it (`contributors`) and what the largest of them
supplies (`largest`); margins are rows of their own with the level "All". A table is named after what it counts and by
what (`incidents_by_ward_and_month`). They leave this module only on the way to disclosure control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations

import polars as pl

from evaluation.follow_up.tables import Tables, lazily, person_starts

MARGIN = "All"
NOT_RECORDED = "not recorded"
CATEGORIES = {
    "A": "Noise",
    "B": "Verbal abuse, harassment, threats",
    "C": "Hate-related",
    "D": "Vandalism and damage",
    "E": "Pets and animals",
    "F": "Vehicles",
    "G": "Drugs",
    "H": "Alcohol",
    "I": "Domestic abuse",
    "J": "Physical violence",
    "K": "Litter, rubbish, fly-tipping",
    "L": "Garden",
    "M": "Communal areas, loitering",
    "N": "Prostitution, kerb crawling",
    "O": "Other crime",
}


OPEN = "open"
DEALT_WITH = "dealt with, never marked as closed"
NOT_CLOSED = "no closing day on record"
"""Both of them together: by year of opening each alone is often too few to show."""
AGES = ((182, "open for up to 6 months"),)
"""Days since an open case was opened, at most, and its state in words; parts of the sub-total `open`."""
OLDEST = "open for over 6 months"
RUNGS: Mapping[str, tuple[str, ...]] = {
    "warning": ("warning_letters",),
    "contract": ("abcs",),
    "order": ("asbos", "injunctions", "parental_control_orders"),
    "possession": ("notices_seeking_possession", "evictions"),
}
"""The ladder, lowest rung first, and the schemes of each rung; the study of the ladder counts the same ones."""
TOP_RUNGS: Mapping[str, str] = dict.fromkeys(("order", "possession"), "order or possession")
"""Rungs that few people reach, and the step they are shown as where each alone is too small to show."""


def _year_of(period: str) -> str | None:
    return period[:4] if len(period) == len("2012-12") else None


def _open(state: str) -> str | None:
    return OPEN if state.startswith(f"{OPEN} for ") else None


PARENTS: Mapping[str, Callable[[str], str | None]] = {
    "year": _year_of, "state": _open, "first_rung": TOP_RUNGS.get, "highest_rung": TOP_RUNGS.get,
}  # fmt: skip
"""Dimension to what a level of it is a part of, or None where it has no sub-total."""


def tables(records: Tables, as_of: date) -> dict[str, pl.DataFrame]:
    """Return every table of counts that has rows, by name.

    Parameters
    ----------
    records
        The linked records.
    as_of
        The day on which a case is open or closed.
    """
    incidents = _columns(records, "Incidents", "incident_id", "subject_id", "area", "category", "occurred_on").select(
        ward=pl.col("area").fill_null(NOT_RECORDED),
        problem=pl.col("category").replace_strict(CATEGORIES, default=NOT_RECORDED, return_dtype=pl.String),
        year=pl.col("occurred_on").dt.year().cast(pl.String),
        month=pl.col("occurred_on").dt.strftime("%Y-%m"),
        person=pl.coalesce("subject_id", "incident_id"),
    )
    columns = ("case_id", "subject_id", "service", "opened_on", "closed_on", "dealt_on", "closure")
    cases = _columns(records, "Cases", *columns).select(
        service=pl.col("service").fill_null(NOT_RECORDED),
        state=pl.when(pl.col("closed_on").is_not_null())
        .then(pl.col("closure").fill_null("closed, outcome not recorded"))
        .when(pl.col("dealt_on") <= as_of)
        .then(pl.lit(DEALT_WITH))
        .otherwise(_age(as_of)),
        year=pl.col("opened_on").dt.year().cast(pl.String),
        person=pl.coalesce("subject_id", "case_id"),
    )
    monthly = incidents.drop("year").rename({"month": "year"})
    whole = cases.with_columns(pl.col("state").str.replace(rf"^(?:{OPEN} for .*|{DEALT_WITH})$", NOT_CLOSED))
    made = {
        "incidents_by_ward_and_month": with_margins(monthly, ["ward", "year"], in_parts=True),
        "incidents_by_problem_and_year": with_margins(incidents, ["problem", "year"]),
        "caseload_by_service_and_state": with_margins(cases, ["service", "state"], in_parts=True),
        "caseload_by_year_opened_and_state": with_margins(whole, ["year", "state"]),
        "deliveries_by_scheme_and_year": with_margins(_deliveries(records, as_of), ["scheme", "year"]),
        "ladder_by_first_and_highest_rung": ladder(records, as_of),
    }
    return {name: frame for name, frame in made.items() if frame.height}


def _columns(records: Tables, name: str, *columns: str) -> pl.DataFrame:
    """Read the named columns of a table, and no others."""
    return lazily(records, name).select(columns).collect()


def incidents_by_area_and_month(records: Tables) -> pl.DataFrame:
    """Return monthly counts by area and kind: `area, month, kind, count`; for openly licensed extracts alone."""
    return (
        _columns(records, "Incidents", "area", "occurred_on", "kind")
        .group_by(
            area=pl.col("area").fill_null(NOT_RECORDED),
            month=pl.col("occurred_on").dt.strftime("%Y-%m"),
            kind=pl.col("kind").fill_null(NOT_RECORDED),
        )
        .agg(count=pl.len().cast(pl.Int64))
        .sort("area", "month", "kind")
    )


def hierarchies(frames: Iterable[pl.DataFrame]) -> dict[str, dict[str, str]]:
    """Return what each level of the tables, and of the last edition's, is a part of.

    A month belongs to its year, an age of an open case to `open`, a high rung of the ladder to its step.
    """
    found: dict[str, dict[str, str]] = {}
    for frame in frames:
        for dimension in PARENTS.keys() & set(frame.columns):
            levels = frame[dimension].unique().sort().to_list()
            parts = {level: parent for level in levels if (parent := PARENTS[dimension](level)) is not None}
            found.setdefault(dimension, {}).update(parts)
    return found


def _age(as_of: date) -> pl.Expr:
    days = pl.lit(as_of) - pl.col("opened_on")
    banded: pl.Expr = pl.lit(OLDEST)
    for most, age in reversed(AGES):
        banded = pl.when(days <= pl.duration(days=most)).then(pl.lit(age)).otherwise(banded)
    return banded


def _deliveries(records: Tables, as_of: date) -> pl.DataFrame:
    """Return a row for each start of a scheme on record: `scheme, year, person`."""
    return (
        _columns(records, "Interventions", "intervention_id", "subject_id", "scheme", "started_on")
        .filter(pl.col("started_on") <= as_of, pl.col("scheme").is_not_null())
        .select(
            "scheme",
            year=pl.col("started_on").dt.year().cast(pl.String),
            person=pl.coalesce("subject_id", "intervention_id"),
        )
    )


def ladder(records: Tables, as_of: date) -> pl.DataFrame:
    """Count people by the first rung of the ladder on record and the highest: `first_rung, highest_rung` and counts."""
    place = {scheme: i for i, schemes in enumerate(RUNGS.values()) for scheme in schemes}
    names = dict(enumerate(RUNGS))
    day = (as_of - date(1970, 1, 1)).days
    people = (
        person_starts(records, as_of_day=day)
        .filter(pl.col("scheme").is_in(list(place)))
        .with_columns(pl.col("scheme").replace_strict(place, return_dtype=pl.Int64).alias("rung"))
        .sort("subject_id", "day", "rung", descending=[False, False, True])
        .group_by("subject_id", maintain_order=True)
        .agg(first=pl.col("rung").first(), highest=pl.col("rung").max())
        .collect()
    )
    rows = people.select(
        pl.col("first").replace_strict(names, return_dtype=pl.String).alias("first_rung"),
        pl.col("highest").replace_strict(names, return_dtype=pl.String).alias("highest_rung"),
        pl.col("subject_id").alias("person"),
    )
    return with_margins(rows, ["first_rung", "highest_rung"], in_parts=True)


def with_margins(rows: pl.DataFrame, dimensions: Sequence[str], *, in_parts: bool = False) -> pl.DataFrame:
    """Count rows by every combination of `dimensions`, by every margin, and by every sub-total.

    Parameters
    ----------
    rows
        One row per thing counted, with the dimensions as text and `person`.
    dimensions
        The columns to count by.
    in_parts
        Whether the levels are parts of sub-totals (`PARENTS`), which are then rows of their own.

    Returns
    -------
    polars.DataFrame
        The dimensions, `count`, `contributors`, `largest`; combinations that do not occur are there with 0.
    """
    if rows.is_empty():
        return pl.DataFrame(schema={**dict.fromkeys(dimensions, pl.String), "count": pl.Int64})
    above = hierarchies([rows.select(dimensions)]) if in_parts else {}
    coarser = (
        rows.with_columns(pl.col(name).replace(above[name]) for name in subset)
        for size in range(len(above) + 1)
        for subset in combinations(above, size)
    )
    return (
        pl.concat([_crossed(variant, dimensions) for variant in coarser])
        .unique(list(dimensions), keep="first", maintain_order=True)
        .sort(dimensions)
    )


def _crossed(rows: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    subsets = [subset for size in range(len(dimensions) + 1) for subset in combinations(dimensions, size)]
    counted = pl.concat([_counted(rows, dimensions, subset) for subset in subsets])
    return (
        _every_combination(rows, dimensions)
        .join(counted, on=list(dimensions), how="left")
        .with_columns(pl.col("count", "contributors", "largest").fill_null(0))
    )


def _counted(rows: pl.DataFrame, dimensions: Sequence[str], kept: Sequence[str]) -> pl.DataFrame:
    """Count by the dimensions in `kept`; the others stand at their margin."""
    levels = [pl.col(name) if name in kept else pl.lit(MARGIN).alias(name) for name in dimensions]
    return (
        rows.select(*levels, "person")
        .group_by(*dimensions, "person")
        .agg(each=pl.len())
        .group_by(*dimensions)
        .agg(
            count=pl.col("each").sum().cast(pl.Int64),
            contributors=pl.len().cast(pl.Int64),
            largest=pl.col("each").max().cast(pl.Int64),
        )
    )


def _every_combination(rows: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    grid = pl.DataFrame({"": [0]})
    for name in dimensions:
        levels = pl.Series(name, [*rows[name].unique().sort().to_list(), MARGIN], dtype=pl.String)
        grid = grid.join(levels.to_frame(), how="cross")
    return grid.drop("")
