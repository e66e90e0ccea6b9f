"""What became of the cases of a scheme: resolved, closed otherwise, or still open. Closed is not resolved."""

from __future__ import annotations

from datetime import date

import polars as pl

from evaluation.commissioning.shares import Share, share

# Neither says anything of the service: the case was no case, or the person died.
LEFT_OUT = ("duplicate", "died")


def closures(interventions: pl.DataFrame, cases: pl.DataFrame, scheme: str, *, as_of: date) -> pl.DataFrame:
    """Give a row per person who finished the scheme by `as_of`, with the closure of the case, if it is known by then.

    Returns
    -------
    DataFrame
        `subject_id, case_id, ended_on, closed_on, closure, area, officer_id`; a person who finished twice counts once,
        by the last time.
    """
    finished = interventions.filter(
        (pl.col("scheme") == scheme)
        & (pl.col("ended_on") <= as_of).fill_null(False)
        & pl.col("started_on").is_not_null()
    )
    person = pl.coalesce("subject_id", "case_id", "intervention_id").alias("subject_id")
    once = finished.with_columns(person).sort("ended_on").unique("subject_id", keep="last", maintain_order=True)
    held = cases.select("case_id", "closed_on", "closure", "area", "officer_id").unique("case_id", keep="first")
    joined = once.select("subject_id", "case_id", "ended_on").join(held, on="case_id", how="left")
    later = (pl.col("closed_on") > as_of).fill_null(False)
    return joined.with_columns(pl.when(later).then(None).otherwise(pl.col(name)).alias(name) for name in _DATED)


_DATED = ("closed_on", "closure")


def resolved(rows: pl.DataFrame) -> Share:
    """Count the people whose case was closed as resolved; open cases are missing, not failures."""
    kept = rows.filter(~pl.col("closure").is_in(LEFT_OUT).fill_null(False))
    known = kept.filter(pl.col("closure").is_not_null())
    return share(known.filter(pl.col("closure") == "resolved").height, known.height, kept.height - known.height)
