"""The parts of a study protocol, and the refusal of one that would sort people by their future."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from evaluation.errors import StudyError, did_you_mean
from evaluation.follow_up.histories import Bools

KNOWN_ON_THE_DAY = ("category", "area", "tenure", "service")
"""Columns of a case that are known when it is opened."""
KNOWN_LATER = {
    "closed_on": "when the case was closed",
    "closed": "when the case was closed",
    "last_open": "when the case was closed",
    "closure": "how the case was closed",
    "responded_on": "when somebody responded",
    "ended_on": "when the help ended",
    "ending": "how the help ended",
    "sessions_attended": "how many sessions were attended",
    "cost": "what the case came to cost",
}
"""Columns that hold what happened after time zero."""


@dataclass(frozen=True)
class Eligible:
    """Who may be compared: rules on what is known of a case on the day it is opened.

    Parameters
    ----------
    where
        Column of the case → allowed values (`category`, `area`, `tenure`, `service`).
    words
        The same in plain English, for the protocol.

    Raises
    ------
    StudyError
        When a rule looks at what happens after time zero: whoever lasted, finished or did well would be picked by the
        outcome itself (immortal time, selection on the future).
    """

    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    words: str = "anybody with an open case of anti-social behaviour"

    def __post_init__(self) -> None:
        problems = [
            f"'{column}' says {KNOWN_LATER[column]}: it is only known after time zero"
            for column in self.where
            if column in KNOWN_LATER
        ]
        problems += [
            f"'{column}' is not a column that eligibility can use ({', '.join(KNOWN_ON_THE_DAY)})."
            + did_you_mean(column, KNOWN_ON_THE_DAY)
            for column in self.where
            if column not in KNOWN_LATER and column not in KNOWN_ON_THE_DAY
        ]
        if problems:
            raise StudyError(
                "This study would sort people by something that is not known on the day they enter it, which makes "
                "those who lasted look helped.",
                problems,
            )

    def cases(self, table: pl.DataFrame) -> Bools:
        """Which rows of the table of cases meet the rules."""
        if not self.where:
            return np.ones(table.height, dtype=np.bool_)
        rules = [pl.col(column).is_in(allowed).fill_null(False) for column, allowed in self.where.items()]
        return table.select(pl.all_horizontal(rules)).to_series().to_numpy()


def refuse_grace(days: int) -> None:
    """Refuse a grace period that would sort people by whether they start within it.

    Raises
    ------
    StudyError
        For any grace above 0 days.
    """
    if days:
        raise StudyError(
            f"A grace period of {days} days sorts people by what they do after time zero: an incident inside it brings "
            "the start about and also counts as its outcome, which biases the answer by several standard errors. "
            "Time zero is the day of the start itself; people who have not started yet are compared day by day."
        )
