"""Feedback surveys at closure: in 2012 one service had begun to send them, and few come back."""

from __future__ import annotations

import numpy as np
import polars as pl

from evaluation.example.people import NEVER

BEGUN_DAYS_AGO = 300
SENT, RETURNED = 0.7, 0.35
SATISFIED = {"resolved": 0.75, "unresolved": 0.4, "withdrawn": 0.3}


def closure_surveys(cases: pl.DataFrame, last_day: int, rng: np.random.Generator) -> pl.DataFrame:
    """Draw the surveys of the FLARE cases that closed since the service began to ask.

    Parameters
    ----------
    cases
        Case rows with `system, case_ref, opened, closed, closure`.
    last_day
        The as-of date as a day of the simulation.

    Returns
    -------
    DataFrame
        Columns `case_ref, sent, returned` (days) and `satisfied`; `NEVER` and null where it did not come back.
    """
    asked = cases.filter(
        (pl.col("system") == "flare")
        & (pl.col("closed") > last_day - BEGUN_DAYS_AGO)
        & (pl.col("closed") < last_day - 14)
    ).filter(pl.col("closed") >= pl.col("opened"), pl.col("closure").is_in(list(SATISFIED)))
    asked = asked.filter(pl.Series(rng.random(asked.height) < SENT))
    n = asked.height
    sent = asked["closed"] + pl.Series(rng.integers(1, 8, n))
    back = sent + pl.Series(rng.integers(2, 40, n))
    returned = pl.Series(rng.random(n) < RETURNED) & (back <= last_day)
    happy = rng.random(n) < asked["closure"].replace_strict(SATISFIED).to_numpy()
    return asked.select(
        "case_ref", sent=sent, returned=pl.when(pl.lit(returned)).then(pl.lit(back)).otherwise(NEVER),
        satisfied=pl.when(pl.lit(returned)).then(pl.lit(pl.Series(happy))),
    )  # fmt: skip
