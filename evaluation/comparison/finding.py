"""The finding: everything one study says, as a frozen record that writes and reads itself as byte-stable JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeAlias, cast

import polars as pl

from evaluation.errors import DataError
from evaluation.survival import words

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Verdict: TypeAlias = Literal["pass", "fail", "info"]
Status: TypeAlias = Literal["estimated", "cannot_be_said"]

SIGNIFICANT_DIGITS = 6
"""Digits kept of every real number: the last bits differ between machines and mean nothing."""


@dataclass(frozen=True)
class Step:
    """One rung of the attrition ladder."""

    step: str
    people: int


@dataclass(frozen=True)
class Effect:
    """One effect with its interval.

    Attributes
    ----------
    name, unit
        As published (`risk_difference_365`, …). Differences are treated minus compared, averted compared minus treated.
    value, low, high, level
        Estimate and confidence limits.
    p
        Two-sided p-value of no effect.
    treated, compared
        The two figures that a difference contrasts; None for a ratio.
    n_treated, n_compared, rows_compared, events_treated, events_compared
        People in the arms, comparison landmarks, and people with a first repeat.
    population, method
        Whom the answer is about and how it was reached.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    n_treated: int
    n_compared: int
    rows_compared: int
    events_treated: int
    events_compared: int
    population: str
    method: str
    level: float = 0.95
    p: float | None = None
    treated: float | None = None
    compared: float | None = None


@dataclass(frozen=True)
class Check:
    """One way in which the result was put to the test.

    Attributes
    ----------
    name
        `balance`, `overlap`, `proportional_hazards`, …
    verdict
        `pass`, `fail`, or `info` where there is nothing to pass.
    text
        What was found, in a sentence.
    figures
        The numbers behind it.
    """

    name: str
    verdict: Verdict
    text: str
    figures: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Naive:
    """What a simpler method would have said, and why it differs."""

    name: str
    value: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Finding:
    """What a study found; see `finding.schema.json` for the JSON form.

    Attributes
    ----------
    study, scheme, title, question
        Which study, of which scheme (None for a study of none).
    status, reason
        `estimated`, or `cannot_be_said` with the reason and no effects.
    as_of, period
        The as-of date and the days followed.
    protocol
        The protocol as sentences.
    attrition, numbers
        People at each step, and every other count and description.
    effects, sensitivity
        One effect a name by the headline's method, and the same by the other methods.
    headline
        Which effect leads, by which method, and why a rule switched it.
    curves, balance, checks, naive
        What the charts and tables are made of.
    evidence
        `maryland, grade, reasons, effect_wording`.
    can_say, cannot_say, needed
        In plain English; `needed` says what would settle an open question.
    coverage, sources, assumptions
        Months and sources covered, where definitions come from, what is taken for granted.
    licence
        Terms under which the study's own data are public; None for a council's records.
    """

    study: str
    scheme: str | None
    title: str
    question: str
    status: Status
    as_of: str
    reason: str | None = None
    protocol: Mapping[str, str] = field(default_factory=dict[str, str])
    period: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    attrition: tuple[Step, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    effects: tuple[Effect, ...] = ()
    sensitivity: tuple[Effect, ...] = ()
    headline: Mapping[str, Any] | None = None
    curves: tuple[Mapping[str, Any], ...] = ()
    balance: tuple[Mapping[str, Any], ...] = ()
    checks: tuple[Check, ...] = ()
    naive: tuple[Naive, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])
    can_say: tuple[str, ...] = ()
    cannot_say: tuple[str, ...] = ()
    needed: Mapping[str, Any] | None = None
    coverage: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    licence: str | None = None

    def effect(self, name: str) -> Effect | None:
        """The headline method's effect of that name."""
        return next((effect for effect in self.effects if effect.name == name), None)

    def check(self, name: str) -> Check | None:
        """The check of that name."""
        return next((check for check in self.checks if check.name == name), None)

    def sentence(self) -> str:
        """The first thing that can be said, or why nothing can."""
        if self.status == "cannot_be_said":
            return f"Cannot be said, because {self.reason}."
        return self.can_say[0] if self.can_say else f"{self.title}: estimated."

    def tidy(self) -> pl.DataFrame:
        """One row per effect: `name, value, low, high, unit, n_treated, n_compared, method`."""
        columns = ("name", "value", "low", "high", "unit", "n_treated", "n_compared", "method")
        return pl.DataFrame([{name: getattr(effect, name) for name in columns} for effect in self.effects])

    def plot(self) -> Any:
        """Draw the share without a repeat, with and without the scheme (else the effects): a Plotly figure."""
        from evaluation.survival import plotting

        drawn = [curve for curve in self.curves if curve["name"] == "no_repeat"]
        if not drawn:
            rows = [(effect.name, effect.value, effect.low, effect.high) for effect in self.effects]
            return plotting.ranges(rows, title="Effect with its 95% range")
        points = [{"curve": curve["label"], **_drawable(point)} for curve in drawn for point in curve["points"]]
        titles = ("Days", "Share without a repeat")
        return plotting.curves(pl.DataFrame(points, infer_schema_length=None), "value", by=["curve"], titles=titles)

    def _repr_markdown_(self) -> str:
        parts = [f"**{self.title}** (evidence: {self.evidence.get('grade', 'none')})", self.sentence()]
        if self.effects:
            parts.insert(1, words.markdown(self.tidy()))
        return "\n\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, real numbers to six significant digits."""
        return cast("dict[str, Any]", rounded(asdict(self)))

    def to_json(self) -> str:
        """JSON text with sorted keys: the same finding is the same bytes."""
        return json.dumps(self.to_dict(), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Finding:
        """Read a finding back.

        Raises
        ------
        DataError
            When the text is not a finding.
        """
        try:
            read: object = json.loads(text)
        except json.JSONDecodeError as broken:
            raise DataError(
                f"This is not the JSON of a finding: line {broken.lineno}, column {broken.colno}."
            ) from None
        raw = cast("dict[str, Any]", read if isinstance(read, dict) else {})
        known = {spec.name for spec in fields(cls)}
        missing = {"study", "scheme", "title", "question", "status", "as_of"} - set(raw)
        if missing:
            raise DataError("This JSON is not a finding.", [f"missing: {name}" for name in sorted(missing)])
        values: dict[str, Any] = {name: value for name, value in raw.items() if name in known}
        for name, kind in _ROWS.items():
            values[name] = tuple(_row(kind, row) for row in values.get(name, ()))
        for name in ("curves", "balance", "coverage", "can_say", "cannot_say", "sources", "assumptions"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)


def _drawable(point: Mapping[str, Any]) -> dict[str, Any]:
    return {name: point.get(name) for name in ("time", "value", "low", "high")}


_ROWS: dict[str, type] = {"attrition": Step, "effects": Effect, "sensitivity": Effect, "checks": Check, "naive": Naive}


def _row(kind: type, row: Mapping[str, Any]) -> Any:
    names = {spec.name for spec in fields(kind)}
    return kind(**{name: value for name, value in row.items() if name in names})


def rounded(value: Any) -> Json:
    """Plain JSON values: real numbers to six significant digits, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): rounded(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in cast("list[Any]", value)]
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    number = float(value)
    if not math.isfinite(number):
        return None
    if number == int(number) and abs(number) < 1e15 and hasattr(value, "dtype") and value.dtype.kind in "iu":
        return int(number)
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}") + 0.0
