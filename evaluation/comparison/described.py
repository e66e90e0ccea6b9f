"""Studies that describe and compare nobody: a question, a measurement, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from evaluation.comparison.finding import Check, Finding, Step
from evaluation.comparison.grade import no_evidence
from evaluation.comparison.records import as_of_date, coverage_of, coverage_rows, recorded_sources
from evaluation.errors import DataError
from evaluation.follow_up.tables import Tables

DESCRIBES = "this describes what happened; it compares nobody, so it is no evidence of what works"


@dataclass(frozen=True)
class Measured:
    """What a describing study found: people at each step, numbers, curves, checks, what it can and cannot say."""

    attrition: tuple[Step, ...]
    numbers: Mapping[str, Any]
    can_say: tuple[str, ...]
    curves: Sequence[Mapping[str, Any]] = ()
    checks: tuple[Check, ...] = ()
    assumptions: tuple[str, ...] = ()
    cannot_say: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DescriptiveStudy:
    """The protocol of a description.

    Parameters
    ----------
    name, title, question
        As in `Study`.
    measure
        `(records, as_of) -> Measured`; raises `DataError` with the reason where the records cannot carry it.
    definition
        How things are counted, in sentences by name.
    cannot_tell, sources
        As in `Study`.
    """

    name: str
    title: str
    question: str
    measure: Callable[[Tables, date], Measured]
    definition: Mapping[str, str] = field(default_factory=dict[str, str])
    cannot_tell: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    scheme: str | None = None

    def protocol(self) -> Mapping[str, str]:
        """The protocol as sentences."""
        return {"question": self.question, **self.definition}

    def run(self, records: Tables, *, as_of: date | None = None) -> Finding:
        """Measure on canonical tables; `cannot_be_said` with the reason where they do not hold what is needed."""
        day, told = as_of_date(records, as_of)
        if day is None:
            return self._finding("unknown", reason="the records hold no dated case, incident or intervention")
        try:
            found = self.measure(records, day)
        except DataError as refused:
            return self._finding(day.isoformat(), reason=refused.message.rstrip("."))
        rows, _ = coverage_rows(coverage_of(records))
        return self._finding(
            day.isoformat(),
            period={"from": None, "to": day.isoformat()},
            attrition=found.attrition,
            numbers={**found.numbers, "as_of_from": told},
            curves=tuple(found.curves),
            checks=found.checks,
            can_say=found.can_say,
            cannot_say=(*found.cannot_say, *self.cannot_tell),
            coverage=rows,
            sources=(*self.sources, *(f"extract: {name}" for name in recorded_sources(records))),
            assumptions=found.assumptions,
        )

    def _finding(self, as_of: str, *, reason: str | None = None, **fields: Any) -> Finding:
        unsaid = (*((f"{self.title}: {reason}.",) if reason else ()), *self.cannot_tell)
        return Finding(
            study=self.name,
            scheme=self.scheme,
            title=self.title,
            question=self.question,
            status="cannot_be_said" if reason else "estimated",
            reason=reason,
            as_of=as_of,
            protocol=self.protocol(),
            evidence=no_evidence(reason or DESCRIBES).to_dict(),
            **{"sources": self.sources, "cannot_say": unsaid, **fields},  # pyright: ignore[reportArgumentType]
        )
