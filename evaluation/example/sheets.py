"""Simulated councils as the smallest thing a council has: one spreadsheet row per case (the `case_list` layout)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from evaluation.example.frames import dates
from evaluation.example.people import NEVER, Ints
from evaluation.example.scenario import Scenario
from evaluation.example.simulate import History

WARDS = ("Ashgrove", "Brookfield", "Cotterell", "Deepdale", "Elmstead", "Foxcombe", "Gallowhill", "Highmoor")
OUTCOMES = ("Resolved", "Closed no action", "Complaint withdrawn", "Moved away", "Evicted")
UNTREATED = ("No Action", "Warning Letter", "")
FORMAT = "%d/%m/%Y"


def sheet_scenario(scenario: Scenario) -> Scenario:
    """Return the same council as one-row-per-case sheets can tell of it.

    What officers act on is in the sheet (ward, days open) and schemes start only while nothing was reported since the
    case opened: a start after an unseen report could not be told from a quiet one.
    """
    return replace(scenario, conf=0.0, risk_weight=0.0, quiet_starts=True)


def case_sheet(history: History, title: str, rng: np.random.Generator) -> pl.DataFrame:
    """Write a history as a case list.

    Parameters
    ----------
    history
        What happened; its first scheme is the one that the sheet names.
    title
        The name of the scheme in the sheet.
    rng
        Chooses the words for cases without a scheme.

    Returns
    -------
    DataFrame
        Text columns `Case Ref, Household Ref, Scheme, Ward, Date Opened, Intervention Date, Date Closed, Next Report
        Date, Outcome, Officer Cost, Notes`, one row a case.
    """
    n, person, opened = history.case_person.size, history.case_person, history.case_opened
    start = history.starts[0][person]
    treated = (start >= opened) & (start <= np.minimum(history.case_closed, history.scenario.days - 1))
    started = np.where(treated, start, NEVER)
    following = _next_report(history, person, np.where(treated, start, opened))
    words = np.where(treated, title, np.asarray(UNTREATED)[rng.integers(0, 3, n)])
    return pl.DataFrame(
        {
            "Case Ref": pl.Series([f"C{number:06d}" for number in range(n)]),
            "Household Ref": pl.Series([f"H{number:05d}" for number in person]),
            "Scheme": pl.Series(words),
            "Ward": pl.Series([WARDS[ward % len(WARDS)] for ward in history.people.ward[person]]),
            "Date Opened": _day(history, opened),
            "Intervention Date": _day(history, started),
            "Date Closed": _day(history, history.case_closed),
            "Next Report Date": _day(history, following),
            "Outcome": pl.Series([OUTCOMES[kind] if kind >= 0 else None for kind in history.case_closure]),
            "Officer Cost": pl.Series([f"{pounds}.00" for pounds in rng.integers(50, 900, n)]),
            "Notes": pl.repeat(None, n, dtype=pl.String, eager=True),
        }
    )


def _next_report(history: History, person: Ints, after: Ints) -> Ints:
    """Return the day of each person's first incident after a day, `NEVER` where there is none."""
    order = np.lexsort((history.incident_day, history.incident_person))
    key = np.append((history.incident_person * NEVER + history.incident_day)[order], NEVER * NEVER)
    place = np.searchsorted(key, person * NEVER + after, side="right")
    return np.where(key[place] // NEVER == person, key[place] % NEVER, NEVER)


def _day(history: History, day: Ints) -> pl.Series:
    return dates(history, day).dt.strftime(FORMAT)
