"""Tables of counts that the site shows beside the findings, made once from the records and published together.

Each is long: its dimensions, `count`, the number of people behind it (`contributors`) and what the largest of them
supplies (`largest`); margins are rows of their own with the level "All". A table is named after what it counts and by
what (`incidents_by_ward_and_year`). They leave this module only on the way to disclosure control.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from evaluation.records import Records

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


def tables(records: Records) -> dict[str, pl.DataFrame]:
    """Return every table of counts that has rows, by name.

    Parameters
    ----------
    records
        The linked records.
    """
    incidents = records["Incidents"].with_columns(
        ward=pl.col("area").fill_null(NOT_RECORDED),
        problem=pl.col("category").replace_strict(CATEGORIES, default=NOT_RECORDED, return_dtype=pl.String),
        year=pl.col("occurred_on").dt.year().cast(pl.String),
        person=pl.coalesce("subject_id", "incident_id"),
    )
    cases = records["Cases"].with_columns(
        service=pl.col("service").fill_null(NOT_RECORDED),
        state=pl.when(pl.col("closed_on").is_null())
        .then(pl.lit("open"))
        .otherwise(pl.col("closure").fill_null("closed, outcome not recorded")),
        year=pl.col("opened_on").dt.year().cast(pl.String),
        person=pl.coalesce("subject_id", "case_id"),
    )
    made = {
        "incidents_by_ward_and_year": with_margins(incidents, ["ward", "year"]),
        "incidents_by_problem_and_year": with_margins(incidents, ["problem", "year"]),
        "caseload_by_service_and_state": with_margins(cases, ["service", "state"]),
        "caseload_by_year_opened_and_state": with_margins(cases, ["year", "state"]),
    }
    return {name: frame for name, frame in made.items() if frame.height}


def incidents_by_area_and_month(records: Records) -> pl.DataFrame:
    """Return monthly counts by area and kind: `area, month, kind, count`; for openly licensed extracts alone."""
    return (
        records["Incidents"]
        .group_by(
            area=pl.col("area").fill_null(NOT_RECORDED),
            month=pl.col("occurred_on").dt.strftime("%Y-%m"),
            kind=pl.col("kind").fill_null(NOT_RECORDED),
        )
        .agg(count=pl.len().cast(pl.Int64))
        .sort("area", "month", "kind")
    )


def with_margins(rows: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """Count rows by every combination of `dimensions` and by every margin.

    Parameters
    ----------
    rows
        One row per thing counted, with the dimensions as text and `person`.
    dimensions
        The columns to count by.

    Returns
    -------
    polars.DataFrame
        The dimensions, `count`, `contributors`, `largest`; combinations that do not occur are there with 0.
    """
    if rows.is_empty():
        return pl.DataFrame(schema={**dict.fromkeys(dimensions, pl.String), "count": pl.Int64})
    subsets = [subset for size in range(len(dimensions) + 1) for subset in combinations(dimensions, size)]
    counted = pl.concat([_counted(rows, dimensions, subset) for subset in subsets])
    return (
        _every_combination(rows, dimensions)
        .join(counted, on=list(dimensions), how="left")
        .with_columns(pl.col("count", "contributors", "largest").fill_null(0))
        .sort(dimensions)
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
