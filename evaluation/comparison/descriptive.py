"""What every study shows first: time to the first repeat, time to resolution, and a plain adjusted Cox model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from evaluation.comparison.curves import shown_days, survival_points
from evaluation.comparison.effects import only
from evaluation.errors import DataError
from evaluation.follow_up.first_case import same_day_incidents, to_closure, to_first_repeat
from evaluation.follow_up.histories import Bools, Histories

EVENTS_PER_TERM = 10
FEWEST = 10
FEWEST_REPEATS = 3


@dataclass(frozen=True)
class Description:
    """Numbers and curves that describe, without comparing like with like.

    Attributes
    ----------
    numbers : dict
        `first_case, resolution, adjusted_cox, same_day_incidents`.
    curves : list of dict
        `first_case_no_repeat`, `case_resolved`, `case_closed_unresolved`, `case_left`.
    """

    numbers: dict[str, Any]
    curves: list[dict[str, Any]]


def describe(histories: Histories, eligible: Bools, labels: tuple[str, str], horizon: int = 365) -> Description:
    """Kaplan–Meier to the first repeat, Aalen–Johansen to resolution and a time-varying Cox model where it can be."""
    spells = to_first_repeat(histories, eligible)
    repeat_numbers, repeat_curves = _repeats(spells, labels, horizon)
    closure_numbers, closure_curves = _closures(to_closure(histories, eligible), horizon)
    numbers = {
        "first_case": repeat_numbers,
        "resolution": closure_numbers,
        "adjusted_cox": adjusted_cox(spells),
        "after_help_exact": exact_share_after(histories, horizon),
        "same_day_incidents": same_day_incidents(histories),
    }
    return Description(numbers, [*repeat_curves, *closure_curves])


def _repeats(
    spells: pl.DataFrame, labels: tuple[str, str], horizon: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from evaluation.survival import kaplan_meier

    people = spells["person"].n_unique()
    numbers: dict[str, Any] = {
        "people": people,
        "repeats": int(spells["event"].sum()),
        "people_helped": spells.filter("treated")["person"].n_unique(),
        "repeats_helped": int(spells.filter("treated")["event"].sum()),
    }
    curves: list[dict[str, Any]] = []
    parts = (
        ("treated", labels[0], pl.col("treated")),
        ("compared", labels[1], ~pl.col("treated")),
        ("all", "everybody", pl.lit(True)),
    )
    for arm, label, chosen in parts:
        rows = spells.filter(chosen)
        if rows["person"].n_unique() < FEWEST:
            continue
        fit = kaplan_meier(rows, exit="exit", event="event", entry="entry")
        points = survival_points(fit.tidy(), shown_days(horizon), value="survival", start=1.0)
        curves.append({"name": "first_case_no_repeat", "arm": arm, "label": label, "points": points})
    numbers["share_no_repeat_365"] = curves[-1]["points"][-1]["value"] if curves else None
    return numbers, curves


def _closures(frame: pl.DataFrame, horizon: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from evaluation.survival import cumulative_incidence

    counts = dict(frame.group_by("event").len().sort("event").iter_rows())
    numbers: dict[str, Any] = {
        "cases": frame.height,
        "resolved": counts.get("resolved", 0),
        "closed_otherwise": counts.get("closed otherwise", 0),
        "left_area": counts.get("left", 0),
        "still_open": counts.get("censored", 0),
    }
    if frame.height < FEWEST or set(counts) <= {"censored"}:
        return numbers, []
    table = cumulative_incidence(frame, exit="exit", event="event").tidy()
    names = {"resolved": "case_resolved", "closed otherwise": "case_closed_unresolved", "left": "case_left"}
    curves: list[dict[str, Any]] = []
    for state, name in names.items():
        rows = table.filter(pl.col("state") == state)
        if rows.height:
            points = survival_points(rows.sort("time"), shown_days(horizon), value="incidence", start=0.0)
            curves.append({"name": name, "arm": "all", "label": f"first case {state}", "points": points})
            numbers[f"share_{name}_182"] = next(p["value"] for p in points if p["time"] == 182)
    return numbers, curves


def adjusted_cox(spells: pl.DataFrame) -> dict[str, Any]:
    """Time-varying Cox model from the first case, one event a person, adjusted for what was known at its opening.

    Between 3 and 9 repeats among those helped it is Firth's, adjusted for the year before alone; under 3 nothing
    is said.
    """
    from evaluation.survival import cox, firth

    helped = spells.filter("treated")
    people, repeats = helped["person"].n_unique(), int(helped["event"].sum())
    if people < FEWEST or repeats < FEWEST_REPEATS:
        reason = f"{only(people)} had help before their first repeat; repeats afterwards: {repeats}"
        return {"status": "cannot_be_said", "reason": reason}
    few = repeats < FEWEST
    frame = spells.with_columns(pl.col("treated").cast(pl.Float64))
    terms = ["treated", "before"] if few else _terms(frame)
    try:
        fit = (firth if few else cox)(frame, terms, exit="exit", event="event", entry="entry")
    except DataError as refused:
        return {"status": "cannot_be_said", "reason": refused.message}
    row = fit.tidy().filter(pl.col("term") == "treated").row(0, named=True)
    return {
        "status": "estimated",
        "hazard_ratio_value": row["hazard_ratio"],
        "low": row["low"],
        "high": row["high"],
        "p": row["p"],
        "adjusted_for": ", ".join(terms[1:]) or "nothing",
        "text": "from each person's first case, help as time-varying; unweighted: it adjusts for less than the headline"
        + ("; few repeats, so Firth's penalised likelihood" if few else ""),
    }


def _terms(frame: pl.DataFrame) -> list[str]:
    """The scheme, and what the number of events allows to adjust for (ten events a term)."""
    terms, used, events = ["treated"], 1, int(frame["event"].sum())
    for column in ("before", "risk", "category", "area"):
        levels = frame[column].n_unique()
        width = levels - 1 if frame[column].dtype == pl.String else 1
        if levels > 1 and frame[column].null_count() == 0 and (used + width) * EVENTS_PER_TERM <= events:
            terms.append(column)
            used += width
    return terms


def exact_share_after(histories: Histories, horizon: int = 365) -> dict[str, Any]:
    """Of the people helped and followed for a year, how many had a repeat, with exact (Clopper–Pearson) limits."""
    from scipy.special import betaincinv

    person = np.flatnonzero(histories.start <= histories.as_of - horizon)
    start = histories.start[person]
    repeats = int((histories.next_incident(person, start) <= start + horizon).sum())
    people = int(person.size)
    if not people:
        return {"people": 0, "reason": "nobody helped has been followed for a year"}
    return {
        "people": people,
        "people_with_repeat": repeats,
        "share": repeats / people,
        "low": float(betaincinv(repeats, people - repeats + 1, 0.025)) if repeats else 0.0,
        "high": float(betaincinv(repeats + 1, people - repeats, 0.975)) if repeats < people else 1.0,
        "text": "a count without a comparison: it does not say what the help did",
    }
