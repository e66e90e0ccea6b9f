"""The columns of the canonical tables that follow-up uses, read lazily and with their types made certain.

Outside frames may lack columns a source does not hold; a missing column is null. A column that is there with a type
that cannot be meant (text where a date belongs) is refused, never guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias, runtime_checkable

import polars as pl

from evaluation.errors import DataError


@runtime_checkable
class Scanned(Protocol):
    """Tables on disk, of which only the columns that are used are read."""

    def scan(self, name: str) -> pl.LazyFrame:
        """Read a table lazily."""
        ...


Tables: TypeAlias = Mapping[str, pl.DataFrame] | Mapping[str, pl.LazyFrame] | Mapping[str, pl.DataFrame | pl.LazyFrame]

COLUMNS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    "Incidents": {
        "source": pl.String,
        "occurred_on": pl.Date,
        "precision": pl.String,
        "kind": pl.String,
        "category": pl.String,
        "subject_id": pl.String,
        "complainant_id": pl.String,
        "area": pl.String,
        "case_id": pl.String,
        "reported_on": pl.Date,
    },
    "Cases": {
        "case_id": pl.String,
        "source": pl.String,
        "service": pl.String,
        "officer_id": pl.String,
        "category": pl.String,
        "area": pl.String,
        "tenure": pl.String,
        "subject_id": pl.String,
        "complainant_id": pl.String,
        "opened_on": pl.Date,
        "responded_on": pl.Date,
        "closed_on": pl.Date,
        "dealt_on": pl.Date,
        "closure": pl.String,
        "risk_index": pl.Float64,
    },
    "Interventions": {
        "intervention_id": pl.String,
        "scheme": pl.String,
        "case_id": pl.String,
        "subject_id": pl.String,
        "referred_on": pl.Date,
        "started_on": pl.Date,
        "ended_on": pl.Date,
        "ending": pl.String,
    },
    "Breaches": {"intervention_id": pl.String, "breached_on": pl.Date},
}
"""Canonical table → the columns used here and their types (design section 5)."""

EXITS = ("moved", "evicted", "custody", "died")
"""Closures that end a person's time in the area; they compete with a repeat."""


def lazily(records: Tables, name: str) -> pl.LazyFrame:
    """Give one table as it is, read no further than it is used."""
    return records.scan(name) if isinstance(records, Scanned) else records[name].lazy()


def table(records: Tables, name: str) -> pl.LazyFrame:
    """Give one canonical table as a lazy frame with every column used here, null where the source lacks it.

    Raises
    ------
    DataError
        When a column holds a type that cannot be read as the canonical one.
    """
    columns = COLUMNS[name]
    if name not in records:
        return pl.LazyFrame(schema=dict(columns))
    frame = lazily(records, name)
    found = frame.collect_schema()
    wrong = [
        f"table {name}, column {column}: found {found[column]}, must be {wanted}"
        for column, wanted in columns.items()
        if column in found and not _castable(found[column], wanted)
    ]
    if wrong:
        raise DataError(f"The table {name} cannot be followed up.", wrong)
    return frame.select(
        (pl.col(column).cast(wanted) if column in found else pl.lit(None, dtype=wanted)).alias(column)  # pyright: ignore[reportArgumentType]
        for column, wanted in columns.items()
    )


def _castable(found: pl.DataType, wanted: pl.DataType | type[pl.DataType]) -> bool:
    if found == pl.Null or found == wanted:
        return True
    if wanted == pl.Date:
        return isinstance(found, pl.Datetime)
    if wanted == pl.Float64:
        return found.is_numeric()
    return isinstance(found, (pl.Categorical, pl.Enum, pl.String))


def person_incidents(records: Tables, *, as_of_day: int, kinds: tuple[str, ...] | None = None) -> pl.LazyFrame:
    """Incidents with a person and an exact day, up to the as-of date: `subject_id, day, source`.

    The person is the incident's own subject or, where it has none, the subject of the case it belongs to. Incidents
    dated only to the month cannot be ordered against a day of delivery and are left out.
    """
    subject_of_case = table(records, "Cases").select("case_id", pl.col("subject_id").alias("_case_subject"))
    subject_of_case = subject_of_case.drop_nulls("case_id").unique("case_id", keep="first", maintain_order=True)
    incidents = table(records, "Incidents").filter(
        pl.col("occurred_on").is_not_null(), pl.col("precision").fill_null("day") == "day"
    )
    if kinds is not None:
        incidents = incidents.filter(pl.col("kind").is_in(kinds))
    return (
        incidents.join(subject_of_case, on="case_id", how="left")
        .select(
            pl.coalesce("subject_id", "_case_subject").alias("subject_id"),
            pl.col("occurred_on").cast(pl.Int32).alias("day"),
            "source",
        )
        .filter(pl.col("subject_id").is_not_null(), pl.col("day") <= as_of_day)
    )


def person_starts(records: Tables, *, as_of_day: int) -> pl.LazyFrame:
    """Deliveries with a person and a start day up to the as-of date: `subject_id, scheme, case_id, day`."""
    subject_of_case = table(records, "Cases").select("case_id", pl.col("subject_id").alias("_case_subject"))
    subject_of_case = subject_of_case.drop_nulls("case_id").unique("case_id", keep="first", maintain_order=True)
    return (
        table(records, "Interventions")
        .filter(pl.col("started_on").is_not_null(), pl.col("scheme").is_not_null())
        .join(subject_of_case, on="case_id", how="left")
        .select(
            pl.coalesce("subject_id", "_case_subject").alias("subject_id"),
            "scheme",
            "case_id",
            pl.col("started_on").cast(pl.Int32).alias("day"),
        )
        .filter(pl.col("subject_id").is_not_null(), pl.col("day") <= as_of_day)
    )
