"""Which months each source really covers: a month without any record is a gap, not a month without trouble."""

from __future__ import annotations

from collections.abc import Mapping as Table
from datetime import date
from math import log

import polars as pl

CHANCE_OF_NONE = 0.01
"""A quiet month counts as covered where, at the source's usual rate, chance alone would leave it empty this often."""
COVERAGE = pl.Schema({"source": pl.String, "month": pl.Date, "records": pl.Int64, "covered": pl.Boolean})
_DAYS = {"Incidents": "occurred_on", "Cases": "opened_on", "Interventions": "started_on"}


def coverage(tables: Table[str, pl.DataFrame], *, as_of: date) -> pl.DataFrame:
    """Records of each source by month, from its first month to that of the as-of date.

    Parameters
    ----------
    tables
        Canonical tables.
    as_of
        The last day that any source could have recorded.

    Returns
    -------
    DataFrame
        `source, month` (its first day)`, records, covered`. A month is covered if it has a record, or if the source
        records so little that an empty month is no wonder (a Poisson count of none with a probability above 1 %).
    """
    counts = _counts(tables).filter(pl.col("month") <= as_of)
    if not len(counts):
        return pl.DataFrame(schema=COVERAGE)
    spans = counts.group_by("source").agg(pl.col("month").min().alias("first"))
    months = spans.with_columns(
        month=pl.date_ranges(pl.col("first"), pl.lit(as_of).dt.month_start(), "1mo", closed="both")
    ).explode("month")
    filled = months.join(counts, on=["source", "month"], how="left").with_columns(pl.col("records").fill_null(0))
    usual = pl.col("records").filter(pl.col("records") > 0).mean().over("source")
    covered = (pl.col("records") > 0) | (usual < -log(CHANCE_OF_NONE))
    return filled.with_columns(covered=covered).select(list(COVERAGE)).cast(COVERAGE).sort("source", "month")


def gaps(table: pl.DataFrame) -> pl.DataFrame:
    """Months of a coverage table that are not covered: `source, month`."""
    return table.filter(~pl.col("covered")).select("source", "month")


def _counts(tables: Table[str, pl.DataFrame]) -> pl.DataFrame:
    """Records by source and month; incidents where a source has any, else its cases, else its interventions."""
    found: dict[str, pl.DataFrame] = {}
    for name, day in _DAYS.items():
        frame = tables[name]
        months = frame.drop_nulls(["source", day]).select("source", month=pl.col(day).dt.month_start())
        for (source,), rows in months.group_by("source"):
            found.setdefault(str(source), rows)
    if not found:
        return pl.DataFrame(schema={name: COVERAGE[name] for name in ("source", "month", "records")})
    return pl.concat(found.values()).group_by("source", "month").agg(pl.len().cast(pl.Int64).alias("records"))
