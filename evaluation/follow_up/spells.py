"""Recurrent spells: everybody's time at risk from their first case on, cut at each incident and at the start.

Built lazily, so that ten million incidents pass through in one streaming query. A spell is `(entry, exit]` in days
since the person's first opening; `events` incidents happened on its last day; `treated` says whether the scheme had
started by its first day. By the same-day rule an incident on the day of the start ends the untreated spell.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from evaluation.errors import DataError
from evaluation.follow_up.tables import Tables, person_incidents, person_starts, table


def recurrent_spells(
    records: Tables, *, scheme: str | None, as_of: date, kinds: tuple[str, ...] | None = None
) -> pl.LazyFrame:
    """Spells of everybody with a case: `subject_id, entry, exit, events, treated`, in no particular order of people.

    Parameters
    ----------
    records
        Canonical tables, eager or lazy (`pl.scan_parquet` serves).
    scheme
        The scheme whose start switches `treated` on; None for nobody.
    as_of
        End of follow-up. People who left the area stay at risk until then, without incidents.
    kinds
        Kinds of incident that count; all when None.

    Raises
    ------
    DataError
        When the as-of date comes before the epoch of the day numbers.
    """
    end = (as_of - date(1970, 1, 1)).days
    if end <= 0:
        raise DataError(f"The as-of date {as_of} is not after 1970-01-01.")
    opened = (
        table(records, "Cases")
        .filter(pl.col("subject_id").is_not_null(), pl.col("opened_on").is_not_null())
        .group_by("subject_id")
        .agg(pl.col("opened_on").min().cast(pl.Int32).alias("opened"))
        .filter(pl.col("opened") < end)
    )
    starts = (
        person_starts(records, as_of_day=end)
        .filter(pl.col("scheme") == (scheme or ""))
        .group_by("subject_id")
        .agg(pl.col("day").min().alias("start"))
    )
    people = opened.join(starts, on="subject_id", how="left")
    happened = (
        person_incidents(records, as_of_day=end, kinds=kinds)
        .join(people, on="subject_id", how="inner")
        .filter(pl.col("day") > pl.col("opened"))
        .select("subject_id", "opened", "start", "day", pl.lit(1, dtype=pl.Int32).alias("events"))
    )
    return _spells(_cuts(people, happened, end))


def _cuts(people: pl.LazyFrame, happened: pl.LazyFrame, end: int) -> pl.LazyFrame:
    """Every day on which somebody's time is cut: incidents, the start of the scheme, the end; sorted by person."""
    none = pl.lit(0, dtype=pl.Int32).alias("events")
    switched = people.filter(pl.col("start") > pl.col("opened")).select(
        "subject_id", "opened", "start", pl.col("start").alias("day"), none
    )
    ended = people.select("subject_id", "opened", "start", pl.lit(end, dtype=pl.Int32).alias("day"), none)
    return (
        pl.concat([happened, switched, ended])
        .group_by("subject_id", "day")
        .agg(pl.col("opened").first(), pl.col("start").first(), pl.col("events").sum())
        .sort("subject_id", "day")
    )


def _spells(cuts: pl.LazyFrame) -> pl.LazyFrame:
    """Time between one cut and the next."""
    # Rows are sorted by person: a neighbour of another person marks a beginning, without a window over people.
    first = (pl.col("subject_id") != pl.col("subject_id").shift(1)).fill_null(True)
    before = pl.when(first).then(pl.col("opened")).otherwise(pl.col("day").shift(1))
    return cuts.with_columns(before.alias("before")).select(
        "subject_id",
        (pl.col("before") - pl.col("opened")).alias("entry"),
        (pl.col("day") - pl.col("opened")).alias("exit"),
        "events",
        (pl.col("start") <= pl.col("before")).fill_null(False).alias("treated"),
    )
