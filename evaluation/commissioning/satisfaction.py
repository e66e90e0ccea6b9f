"""Victims' satisfaction at closure: an outcome with its interval, response rate and bounds for the silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from evaluation.commissioning.shares import Share, share


@dataclass(frozen=True)
class Satisfaction:
    """Satisfaction of one service or scheme.

    `share.known` is the number who answered, `share.missing` those asked who did not; `response` is their rate.
    """

    name: str
    sent: int
    returned: int
    response: float | None
    share: Share


def satisfaction(surveys: pl.DataFrame, *, as_of: date, name: str) -> Satisfaction:
    """Summarise the surveys sent by `as_of`; one returned later, or without an answer, counts as silent."""
    sent = surveys.filter(pl.col("sent_on") <= as_of)
    answered = sent.filter((pl.col("returned_on") <= as_of).fill_null(False) & pl.col("satisfied").is_not_null())
    happy = answered.filter(pl.col("satisfied").cast(pl.Boolean)).height
    rate = answered.height / sent.height if sent.height else None
    return Satisfaction(
        name, sent.height, answered.height, rate, share(happy, answered.height, sent.height - answered.height)
    )


def by_scheme(surveys: pl.DataFrame, interventions: pl.DataFrame, *, as_of: date) -> tuple[Satisfaction, ...]:
    """Summarise satisfaction for each scheme that was delivered in the surveyed cases."""
    delivered = interventions.filter(pl.col("started_on").is_not_null()).select("case_id", "scheme").unique()
    return _by(surveys.join(delivered, on="case_id", how="inner"), "scheme", as_of)


def by_service(surveys: pl.DataFrame, cases: pl.DataFrame, *, as_of: date) -> tuple[Satisfaction, ...]:
    """Summarise satisfaction for each service that handled the surveyed cases."""
    return _by(surveys.join(cases.select("case_id", "service").unique(), on="case_id", how="inner"), "service", as_of)


def for_scheme(surveys: pl.DataFrame, interventions: pl.DataFrame, scheme: str, *, as_of: date) -> Satisfaction:
    """Summarise satisfaction in the cases where one scheme was delivered."""
    mine = interventions.filter((pl.col("scheme") == scheme) & pl.col("started_on").is_not_null())
    return satisfaction(
        surveys.join(mine.select("case_id").unique(), on="case_id", how="semi"), as_of=as_of, name=scheme
    )


def _by(joined: pl.DataFrame, column: str, as_of: date) -> tuple[Satisfaction, ...]:
    names = sorted(str(name) for name in joined[column].drop_nulls().unique())
    return tuple(satisfaction(joined.filter(pl.col(column) == name), as_of=as_of, name=name) for name in names)
