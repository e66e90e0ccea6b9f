"""A study of one scheme for people: its protocol, fixed before anything is looked at, and the run that follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from evaluation.comparison.covariates import STANDARD, Covariate
from evaluation.comparison.finding import Finding
from evaluation.comparison.grade import no_evidence
from evaluation.comparison.protocol import Eligible, refuse_grace
from evaluation.comparison.records import as_of_date, is_case_list
from evaluation.comparison.weights import Population
from evaluation.errors import DataError, StudyError
from evaluation.follow_up.tables import Tables

HORIZON = 365


@dataclass(frozen=True, kw_only=True)
class Study:
    """The protocol of an emulated trial: start the scheme today, or do not start it within the year.

    Parameters
    ----------
    name
        Study id: the file's stem, and the scheme's id on the register.
    title, question
        What it is called and what it asks.
    scheme
        Value of `Interventions.scheme`.
    who
        Who may be compared.
    time_zero, strategies, outcome
        The other parts of the protocol, in words.
    outcome_kinds
        Kinds of incident that count as a repeat; all when None.
    adjust_for
        Covariates, most needed first.
    population
        Whom the answer is about: `overlap` (those who could have gone either way), `all` or `treated`.
    worth_paying_for
        Smallest difference in the share of people with a repeat that would be worth paying for.
    breaches
        Whether breaches of orders are an outcome of their own.
    cannot_tell
        What the study cannot show, whatever the numbers.
    sources
        Where definitions and benchmarks come from.
    grace_days
        Must be 0: see `refuse_grace`.
    seed
        Fixes which days are sampled for comparison.
    """

    name: str
    title: str
    question: str
    scheme: str
    who: Eligible = field(default_factory=Eligible)
    time_zero: str = "the day the scheme first starts; for the others, sampled days on which they had not started it"
    strategies: tuple[str, str] = ("start the scheme today", "do not start it within the year")
    outcome: str = "the next recorded incident of the same person"
    outcome_kinds: tuple[str, ...] | None = None
    adjust_for: tuple[Covariate, ...] = STANDARD
    population: Population = "overlap"
    worth_paying_for: float = -0.1
    breaches: bool = False
    cannot_tell: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    grace_days: int = 0
    seed: int = 2012

    def __post_init__(self) -> None:
        refuse_grace(self.grace_days)
        if not 0 < abs(self.worth_paying_for) < 1:
            raise StudyError(
                f"Study {self.name}: the smallest effect worth paying for is {self.worth_paying_for}; it is a share of "
                "people, between 0 and 1 in size."
            )

    def protocol(self) -> Mapping[str, str]:
        """The protocol as sentences, in the order it reads."""
        return {
            "question": self.question,
            "eligible": self.who.words,
            "time_zero": self.time_zero,
            "strategies": f"{self.strategies[0]}; compared with: {self.strategies[1]}",
            "outcome": self.outcome,
            "follow_up": "365 days, or to the as-of date or the first month a source is missing; people who move away, "
            "are evicted, imprisoned or die stay in with no further incidents",
            "same_day_rule": "an incident on the day of delivery is before it",
            "adjustment": ", ".join(covariate.label for covariate in self.adjust_for)
            + "; at most one column for every eight people helped, eight columns where that is fewer, in this order",
            "population": _POPULATIONS[self.population],
            "headline": "ratio of rates of a first repeat, per protocol; the restricted mean difference where "
            "the ratio "
            "does not hold through the year",
            "smallest_effect": f"{abs(self.worth_paying_for):.0%} fewer people with a repeat within a year",
        }

    def run(self, records: Tables, *, as_of: date | None = None, robustness: bool = True) -> Finding:
        """Run the study on canonical tables.

        Parameters
        ----------
        records
            Canonical table name → frame.
        as_of
            Last day used; else the records' own as-of date, else the last date recorded.
        robustness
            Whether to make the curves, checks and naive estimates too; the effects are the same without.

        Returns
        -------
        Finding
            `cannot_be_said` with a reason where the records do not carry an answer.
        """
        from evaluation.comparison.people import run_people
        from evaluation.comparison.sequential import run_case_list

        day, told = as_of_date(records, as_of)
        if day is None:
            return self.unsaid("the records hold no dated case, incident or intervention", as_of="unknown")
        try:
            if is_case_list(records):
                return run_case_list(self, records, day, told, robustness=robustness)
            return run_people(self, records, day, told, robustness=robustness)
        except DataError as refused:
            if refused.problems:
                raise
            return self.unsaid(_lower(refused.message), as_of=day.isoformat())

    def unsaid(self, reason: str, *, as_of: str, **more: Any) -> Finding:
        """The finding of a study that the records do not carry."""
        lines = (f"Whether {self.title} works: {reason}.", *self.cannot_tell)
        return Finding(
            study=self.name,
            scheme=self.scheme,
            title=self.title,
            question=self.question,
            status="cannot_be_said",
            reason=reason,
            as_of=as_of,
            protocol=self.protocol(),
            evidence=no_evidence(reason).to_dict(),
            cannot_say=lines,
            sources=self.sources,
            **more,
        )


_POPULATIONS = {
    "overlap": "people who could have gone either way (overlap weights)",
    "all": "everybody eligible (inverse probability weights)",
    "treated": "people like those who were helped",
}


def _lower(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")
