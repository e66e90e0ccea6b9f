"""What a study needs to know of the records besides the tables: the as-of date, the coverage, the sources."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from evaluation.follow_up.tables import COLUMNS, Tables, table

CASE_LIST = "case_list"


def as_of_date(records: Tables, as_of: date | None) -> tuple[date | None, str]:
    """The as-of date and where it comes from: the argument, the records, or the last date recorded in the tables."""
    if as_of is not None:
        return as_of, "as given"
    own = getattr(records, "as_of", None)
    if isinstance(own, date):
        return own, "as the records say"
    latest = [
        day
        for name, columns in COLUMNS.items()
        for day in _latest(records, name, [column for column, kind in columns.items() if kind == pl.Date])
    ]
    return (max(latest), "the last date recorded in the tables") if latest else (None, "no date is recorded")


def _latest(records: Tables, name: str, columns: list[str]) -> list[date]:
    row = table(records, name).select(pl.col(columns).max()).collect().row(0)
    return [day for day in row if day is not None]


def coverage_of(records: Tables) -> pl.DataFrame | None:
    """The records' coverage by source and month, where they carry it."""
    found = getattr(records, "coverage", None)
    return found if isinstance(found, pl.DataFrame) else None


def coverage_rows(coverage: pl.DataFrame | None) -> tuple[tuple[dict[str, Any], ...], float]:
    """A row a source for the finding, and the largest share of months that a source lacks."""
    if coverage is None or coverage.is_empty():
        return (), 0.0
    rows: list[dict[str, Any]] = []
    for source, part in sorted(coverage.partition_by("source", as_dict=True).items(), key=lambda item: str(item[0])):
        covered = part.filter(pl.col("covered"))
        months = part["month"].n_unique()
        rows.append(
            {
                "source": str(source[0]),
                "from": str(part["month"].min()),
                "to": str(part["month"].max()),
                "months": months,
                "months_covered": covered["month"].n_unique(),
            }
        )
    lacking = max((1 - row["months_covered"] / row["months"] for row in rows if row["months"]), default=0.0)
    return tuple(rows), lacking


def is_case_list(records: Tables) -> bool:
    """Whether the records hold nothing but one-row-per-case sheets."""
    sources = table(records, "Cases").select(pl.col("source").unique()).collect()["source"].to_list()
    incidents = table(records, "Incidents").select(pl.col("source").unique()).collect()["source"].to_list()
    return bool(sources) and set(sources) == {CASE_LIST} and set(incidents) <= {CASE_LIST}


def recorded_sources(records: Tables) -> tuple[str, ...]:
    """Names of the sources that hold incidents or cases."""
    found: set[str] = set()
    for name in ("Incidents", "Cases"):
        found |= set(table(records, name).select(pl.col("source").drop_nulls().unique()).collect()["source"].to_list())
    return tuple(sorted(found))
