"""What simpler methods say of the same people, and why they differ: shown beside the honest answer, never instead."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from evaluation.comparison.finding import Naive
from evaluation.errors import DataError
from evaluation.follow_up.histories import NEVER, Bools, Histories
from evaluation.follow_up.landmarks import HISTORY_DAYS

WHY_BEFORE_AFTER = (
    "People are referred just after a run of incidents, and runs end by themselves: incidents would have "
    "fallen without "
    "any help (regression to the mean)."
)
WHY_EVER_TREATED = (
    "Counting people as helped from the day their case opened gives them the time they had to get through before help "
    "came (immortal time), and leaves out that help goes to the worse cases."
)


def naive_estimates(histories: Histories, eligible: Bools) -> tuple[Naive, ...]:
    """Before against after among those helped, and a Cox model of "ever helped" from the first case on."""
    found = (before_after(histories), ever_treated(histories, eligible))
    return tuple(result for result in found if result is not None)


def before_after(histories: Histories) -> Naive | None:
    """Relative change in incidents per person-year from the year before the start to the year after it."""
    start = histories.start
    person = np.flatnonzero((start < NEVER) & (start >= histories.first_day + HISTORY_DAYS))
    day = start[person]
    followed = np.minimum(histories.as_of - day, 365)
    person, day, followed = person[followed > 0], day[followed > 0], followed[followed > 0]
    before = histories.incidents_between(person, day - 365, day).astype(float)
    after = histories.incidents_between(person, day, day + followed).astype(float)
    if person.size < 2 or before.sum() == 0 or after.sum() == 0:
        return None
    ratio = (after.sum() / followed.sum()) / (before.sum() / (365 * person.size))
    moved = (after - after.sum() * followed / followed.sum()) / after.sum() - (before - before.mean()) / before.sum()
    se = math.sqrt(float((moved**2).sum()))
    low, high = (ratio * math.exp(sign * 1.959964 * se) - 1 for sign in (-1, 1))
    text = (
        f"Incidents among those helped changed by {ratio - 1:+.0%} from the year before to the year "
        f"after. {WHY_BEFORE_AFTER}"
    )
    return Naive("before_after", ratio - 1, low, high, text)


def ever_treated(histories: Histories, eligible: Bools) -> Naive | None:
    """Hazard ratio of a first repeat after the first case, people ever helped against the others (Cox, unadjusted)."""
    from evaluation.follow_up.first_case import first_cases
    from evaluation.survival import cox

    first = first_cases(histories, eligible)
    person, opened = first["person"].to_numpy(), first["opened"].to_numpy()
    repeat = histories.next_incident(person, opened)
    frame = pl.DataFrame(
        {
            "exit": np.minimum(repeat, histories.as_of) - opened,
            "event": repeat <= histories.as_of,
            "ever": (histories.start[person] < NEVER).astype(float),
        }
    ).filter(pl.col("exit") > 0)
    try:
        row = cox(frame, ["ever"], exit="exit", event="event").tidy().row(0, named=True)
    except DataError:
        return None
    ratio = float(row["hazard_ratio"])
    text = f"A model of people ever helped against the rest gives a ratio of {ratio:.2f}. {WHY_EVER_TREATED}"
    return Naive("ever_treated", ratio, float(row["low"]), float(row["high"]), text)
