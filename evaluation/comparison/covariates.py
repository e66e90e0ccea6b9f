"""What the propensity is adjusted for: measured on the day itself, from the history up to and including it.

Each covariate offers its full form and, where it has several columns, a one-column score to fall back on. A design
takes them in the protocol's order and spends at most one column on every eight people treated, but eight in all where
people are fewer: with less, the confounding that matters most would stay in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from evaluation.follow_up.histories import Floats, Histories, Ints

TREATED_PER_COLUMN = 8
FEWEST_COLUMNS = 8

LOW, MEDIUM, HIGH = "AEFKLM", "BDGHNO", "CIJ"
"""HouseMark letters by the severity bands of Oxford's Tenancy Risk Index."""
SEVERITY = {**dict.fromkeys(LOW, 1.0), **dict.fromkeys(MEDIUM, 2.0), **dict.fromkeys(HIGH, 3.0)}


@dataclass(frozen=True)
class Moments:
    """People on days: what a covariate is measured at.

    Attributes
    ----------
    histories : Histories
        Everybody's history.
    person, day, case : (rows,) int
        Who, when, and the row of the open case in `histories.cases`.
    """

    histories: Histories
    person: Ints
    day: Ints
    case: Ints

    def incidents(self, window: int) -> Ints:
        """Number of incidents in the last `window` days, the day itself included."""
        return self.histories.incidents_between(self.person, self.day - window, self.day)

    def codes(self, column: str) -> tuple[Ints, tuple[str, ...]]:
        """Level number of each row's case and the levels in sort order; a null is the level "unknown"."""
        codes, levels = self.histories.codes(column)
        return codes[self.case], levels

    def some(self, first: int, last: int) -> Moments:
        """Only the rows `first <= row < last`."""
        return Moments(self.histories, self.person[first:last], self.day[first:last], self.case[first:last])


class Covariate(Protocol):
    """One line of a protocol's adjustment."""

    @property
    def label(self) -> str:
        """How the protocol names it."""
        ...

    def terms(self, at: Moments) -> dict[str, Floats]:
        """Columns of the full form, by name."""
        ...

    def score(self, at: Moments) -> dict[str, Floats]:
        """The one-column form; empty where there is none."""
        ...


@dataclass(frozen=True)
class RecentIncidents:
    """Incidents in the last so many days, each as log(1 + count)."""

    windows: tuple[int, ...] = (30, 90, 365)

    @property
    def label(self) -> str:
        """How the protocol names it."""
        return "incidents in the last " + ", ".join(str(window) for window in self.windows) + " days"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """One column a window."""
        return {f"incidents in {window} days": np.log1p(at.incidents(window)) for window in self.windows}

    def score(self, at: Moments) -> dict[str, Floats]:
        """The longest window alone."""
        window = max(self.windows)
        return {f"incidents in {window} days": np.log1p(at.incidents(window))}


@dataclass(frozen=True)
class RiskIndex:
    """The tenancy risk index in points; unknown is the mean, marked as unknown."""

    label: str = "risk index"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """Points and, where some are unknown, a mark for that."""
        return {**self.score(at), "risk index unknown": self._points(at)[1].astype(float)}

    def score(self, at: Moments) -> dict[str, Floats]:
        """Points alone."""
        return {"risk index": self._points(at)[0]}

    def _points(self, at: Moments) -> tuple[Floats, Floats]:
        points = at.histories.cases["risk"].to_numpy().astype(float)
        unknown = np.isnan(points)
        mean = float(points[~unknown].mean()) if (~unknown).any() else 0.0
        return np.where(unknown, mean, points)[at.case], unknown[at.case]


@dataclass(frozen=True)
class DaysOpen:
    """How long the case has been open, in bands."""

    at_least: tuple[int, ...] = (14, 60, 120)

    @property
    def label(self) -> str:
        """How the protocol names it."""
        return "days the case has been open (" + ", ".join(f"≥ {days}" for days in self.at_least) + ")"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """One column a band."""
        days = at.day - at.histories.cases["opened"].to_numpy()[at.case]
        return {f"open {least} days": (days >= least).astype(float) for least in self.at_least}

    def score(self, at: Moments) -> dict[str, Floats]:
        """The first band alone."""
        first = f"open {self.at_least[0]} days"
        return {first: self.terms(at)[first]}


@dataclass(frozen=True)
class CaseType:
    """HouseMark category of the open case; as a score, its severity band in Oxford's risk index."""

    label: str = "case type"
    column: str = "category"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """One column a category after the first."""
        return _dummies(at, self.column)

    def score(self, at: Moments) -> dict[str, Floats]:
        """Severity band 1, 2 or 3; unknown is low."""
        codes, levels = at.codes(self.column)
        return {"case type severity": np.array([SEVERITY.get(level, 1.0) for level in levels])[codes]}


@dataclass(frozen=True)
class Area:
    """Area of the open case; as a score, how many incidents a person has there."""

    label: str = "area"
    column: str = "area"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """One column an area after the first."""
        return _dummies(at, self.column)

    def score(self, at: Moments) -> dict[str, Floats]:
        """Logarithm of the area's incidents per person with a case."""
        histories = at.histories
        owners = histories.cases["person"].to_numpy()
        everyone = Moments(histories, owners, owners, np.arange(owners.size))
        codes, levels = everyone.codes(self.column)
        _, first = np.unique(owners, return_index=True)
        home = codes[first]
        per_person = np.bincount(histories.incident_person, minlength=histories.size)
        people = np.bincount(home, minlength=len(levels))
        rate = np.bincount(home, weights=per_person, minlength=len(levels)) / np.maximum(people, 1)
        return {"area rate": np.log(np.maximum(rate, 1e-3))[at.codes(self.column)[0]]}


@dataclass(frozen=True)
class Season:
    """Time of the year as a yearly wave, by month."""

    label: str = "time of the year"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """Sine and cosine of the month of the year."""
        angle = 2 * np.pi * _month(at.day) / 12
        return {"season (sine)": np.sin(angle), "season (cosine)": np.cos(angle)}

    def score(self, at: Moments) -> dict[str, Floats]:
        """None: half a wave adjusts for nothing."""
        return {}


@dataclass(frozen=True)
class CalendarTime:
    """Linear calendar time in years, by month: days would give every landmark a pattern of its own."""

    label: str = "calendar time"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """Years since 1970."""
        return {"calendar year": _month(at.day) / 12}

    def score(self, at: Moments) -> dict[str, Floats]:
        """The same single column."""
        return self.terms(at)


@dataclass(frozen=True)
class EarlierSchemes:
    """Earlier rungs of the ladder: how many other schemes the person has started."""

    label: str = "earlier rungs of the ladder"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """Logarithm of one plus the number of starts of other schemes."""
        from evaluation.follow_up.histories import key

        keys = key(at.histories.other_person, at.histories.other_day)
        upto = np.searchsorted(keys, key(at.person, at.day), side="right")
        before = np.searchsorted(keys, key(at.person, np.full_like(at.day, -(1 << 30))), side="left")
        return {"earlier schemes": np.log1p(upto - before)}

    def score(self, at: Moments) -> dict[str, Floats]:
        """The same single column."""
        return self.terms(at)


def _month(day: Ints) -> Floats:
    """Months since 1970, as a number."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64).astype(float)


def _dummies(at: Moments, column: str) -> dict[str, Floats]:
    codes, levels = at.codes(column)
    return {f"{column} {level}": (codes == number).astype(float) for number, level in enumerate(levels) if number}


STANDARD: tuple[Covariate, ...] = (
    RecentIncidents(),
    RiskIndex(),
    DaysOpen(),
    CaseType(),
    Area(),
    Season(),
    CalendarTime(),
    EarlierSchemes(),
)
"""The order in which columns are spent when people are few."""


@dataclass(frozen=True)
class Design:
    """Columns chosen for a comparison, with the centre and scale that make them comparable.

    Attributes
    ----------
    names : tuple of str
        Columns after the intercept.
    forms : tuple of (covariate, bool)
        Which covariates are in, and whether in their short form.
    centre, scale : (columns,) float
        Mean and standard deviation over the pooled landmarks.
    left_out : tuple of str
        Covariates for which there were too few people.
    """

    names: tuple[str, ...]
    forms: tuple[tuple[Covariate, bool], ...]
    centre: Floats
    scale: Floats
    left_out: tuple[str, ...] = field(default=())

    def matrix(self, at: Moments) -> Floats:
        """Rows × (1 + columns): an intercept, then the standardised columns."""
        columns: dict[str, Floats] = {}
        for covariate, short in self.forms:
            columns.update(covariate.score(at) if short else covariate.terms(at))
        x = np.empty((at.day.size, 1 + len(self.names)))
        x[:, 0] = 1.0
        for place, name in enumerate(self.names):
            x[:, place + 1] = (columns[name] - self.centre[place]) / self.scale[place]
        return x


def choose_design(at: Moments, treated: int, covariates: Sequence[Covariate]) -> Design:
    """Take the covariates in order, each in the fullest form that the number of people treated allows.

    Parameters
    ----------
    at
        The pooled landmarks.
    treated
        People treated; one column is allowed for every eight, and eight at least.
    covariates
        The protocol's adjustment, most needed first.
    """
    budget = max(treated // TREATED_PER_COLUMN, FEWEST_COLUMNS)
    chosen: dict[str, Floats] = {}
    forms: list[tuple[Covariate, bool]] = []
    left_out: list[str] = []
    for covariate in covariates:
        full = _varying(covariate.terms(at))
        short = _varying(covariate.score(at)) if len(chosen) + len(full) > budget else full
        if not full:
            continue
        if not short or len(chosen) + len(short) > budget:
            left_out.append(covariate.label)
            continue
        forms.append((covariate, short is not full))
        chosen.update(short)
    centre = np.array([column.mean() for column in chosen.values()])
    scale = np.array([column.std() for column in chosen.values()])
    return Design(tuple(chosen), tuple(forms), centre, scale, tuple(left_out))


def _varying(columns: dict[str, Floats]) -> dict[str, Floats]:
    return {name: column for name, column in columns.items() if column.size and float(np.ptp(column)) > 0}
