"""What happened after each person's first eligible case: one row of time a person and treatment state.

Time zero is the opening of the first eligible case. The start of the scheme splits a person's time: the days before it
are untreated (nobody's waiting time counts as treated), the days after it treated. Rows are `(entry, exit]`, so an
incident on the day of delivery falls before it.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from evaluation.follow_up.histories import NEVER, Bools, Histories, Ints
from evaluation.follow_up.tables import EXITS


def first_cases(histories: Histories, eligible: Bools) -> pl.DataFrame:
    """Each person's first eligible case (rows of the table of cases, with `row` its number)."""
    cases = histories.cases.with_row_index("row").filter(pl.Series(eligible))
    return cases.unique("person", keep="first", maintain_order=True)


def to_first_repeat(histories: Histories, eligible: Bools) -> pl.DataFrame:
    """Time to the first repeat, split at the start of the scheme.

    Returns
    -------
    DataFrame
        `person, entry, exit, event, treated, category, area, risk, before` (log of one plus the incidents of the year
        before), `earlier` (earlier schemes); times in days since the opening; one or two rows a person.
    """
    first = first_cases(histories, eligible)
    person, opened = first["person"].to_numpy(), first["opened"].to_numpy()
    end = np.minimum(histories.as_of, histories.gaps.next_start(opened) - 1)
    repeat = histories.next_incident(person, opened)
    stop, event = np.minimum(end, repeat) - opened, repeat <= end
    start = np.clip(histories.start[person] - opened, 0, NEVER)
    known = stop > 0
    told = {
        "category": first["category"].fill_null("unknown"),
        "area": first["area"].fill_null("unknown"),
        "risk": first["risk"].fill_null(first["risk"].mean() if first["risk"].null_count() < first.height else 0.0),
        "before": pl.Series(np.log1p(histories.incidents_between(person, opened - 365, opened))),
    }
    frame = pl.DataFrame({"person": person, "start": start, "stop": stop, "event": event, **told}).filter(
        pl.Series(known)
    )
    waiting = frame.filter(pl.col("start") > 0).with_columns(
        pl.lit(0).alias("entry"),
        pl.min_horizontal("start", "stop").alias("exit"),
        (pl.col("event") & (pl.col("stop") <= pl.col("start"))).alias("event"),
        pl.lit(False).alias("treated"),
    )
    helped = frame.filter(pl.col("stop") > pl.col("start")).with_columns(
        pl.col("start").alias("entry"), pl.col("stop").alias("exit"), pl.lit(True).alias("treated")
    )
    columns = ["person", "entry", "exit", "event", "treated", "category", "area", "risk", "before"]
    return pl.concat([waiting.select(columns), helped.select(columns)], how="vertical_relaxed").sort("person", "entry")


def to_closure(histories: Histories, eligible: Bools) -> pl.DataFrame:
    """Time from the opening of each person's first eligible case to its closure, by kind of closure.

    Returns
    -------
    DataFrame
        `person, exit, event` (`resolved`, `left` for the exits, `closed otherwise`, `censored`); days.
    """
    first = first_cases(histories, eligible)
    exit_day = np.minimum(np.minimum(first["closed"].to_numpy(), first["dealt"].to_numpy()), histories.as_of)
    event = (
        pl.when(pl.col("closed") > histories.as_of)
        .then(pl.lit("censored"))
        .when(pl.col("closure") == "resolved")
        .then(pl.lit("resolved"))
        .when(pl.col("closure").is_in(EXITS))
        .then(pl.lit("left"))
        .otherwise(pl.lit("closed otherwise"))
        .alias("event")
    )
    frame = first.select("person", event, pl.Series("exit", np.maximum(exit_day - first["opened"].to_numpy(), 1)))
    return frame.filter(pl.Series(first["opened"].to_numpy() < histories.as_of))


def same_day_incidents(histories: Histories) -> int:
    """Incidents on the very day of a person's start: by the same-day rule they are before it."""
    started = np.flatnonzero(histories.start < NEVER)
    days: Ints = histories.start[started]
    return int(histories.incidents_between(started.astype(np.int64), days - 1, days).sum())


def period(histories: Histories) -> tuple[date, date]:
    """First and last day followed."""
    from evaluation.follow_up.histories import calendar_day

    return calendar_day(histories.first_day), calendar_day(histories.as_of)
