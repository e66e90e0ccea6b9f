"""Running a study on full histories: every incident of every person, cases, starts and exits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from evaluation.comparison import checks as tests
from evaluation.comparison.cross_checks import cross_checks, own_rate
from evaluation.comparison.curves import trial_curves
from evaluation.comparison.descriptive import describe
from evaluation.comparison.effects import Reported, leading_methods, refusal, report
from evaluation.comparison.emulation import Method
from evaluation.comparison.finding import Check, Effect, Finding, Naive, Step
from evaluation.comparison.grade import grade
from evaluation.comparison.naive import naive_estimates
from evaluation.comparison.power import needed, needed_from_shares
from evaluation.comparison.records import coverage_of, coverage_rows, recorded_sources
from evaluation.comparison.trial import Trial, fit_trial, landmarks_of
from evaluation.comparison.uploads import missing_uploads
from evaluation.comparison.wording import can_say, cannot_say
from evaluation.follow_up.histories import NEVER, Bools, Histories, calendar_day, histories
from evaluation.follow_up.landmarks import Landmarks
from evaluation.follow_up.tables import Tables, table

if TYPE_CHECKING:
    from evaluation.comparison.study import Study

ASSUMPTIONS = (
    "Between people with the same recorded history, who starts on a day is a matter of chance.",
    "Everybody compared could have started on the days they are compared.",
    "A source that covers a month records the incidents of people helped and not helped alike.",
    "People who left the area have no further incidents here; what they do elsewhere is not counted.",
    "One person's start does not change another person's incidents.",
)


@dataclass(frozen=True)
class Context:
    """What a finding says besides the comparison itself."""

    period: Mapping[str, str | None]
    attrition: tuple[Step, ...]
    numbers: Mapping[str, Any]
    coverage: tuple[Mapping[str, Any], ...]
    uncovered: float
    sources: tuple[str, ...]
    assumptions: tuple[str, ...] = ASSUMPTIONS
    curves: tuple[Mapping[str, Any], ...] = ()
    naive: tuple[Naive, ...] = ()
    protocol: Mapping[str, str] = field(default_factory=dict[str, str])

    @staticmethod
    def of(study: Study, past: Histories, records: Tables, as_of: date, told: str) -> Context:
        """What is known before anybody is compared."""
        covered, lacking = coverage_rows(coverage_of(records))
        numbers = {
            **{name.replace(" ", "_"): value for name, value in past.counted.items()},
            "as_of_from": told,
            **_breaches(study, records, as_of),
        }
        return Context(
            period={"from": calendar_day(past.first_day).isoformat(), "to": as_of.isoformat()},
            attrition=(),
            numbers=numbers,
            coverage=covered,
            uncovered=0.0 if past.gaps.days() else lacking,
            sources=(*study.sources, *(f"extract: {name}" for name in recorded_sources(records))),
        )

    def fields(self) -> dict[str, Any]:
        """The finding's fields that are taken over as they are."""
        return {
            "period": self.period,
            "attrition": self.attrition,
            "numbers": self.numbers,
            "coverage": self.coverage,
            "sources": self.sources,
            "assumptions": self.assumptions,
            "curves": self.curves,
            "naive": self.naive,
        }


def run_people(study: Study, records: Tables, as_of: date, told: str, *, robustness: bool) -> Finding:
    """Run a study on full histories; see `Study.run`."""
    coverage = coverage_of(records)
    past = histories(records, scheme=study.scheme, as_of=as_of, kinds=study.outcome_kinds, coverage=coverage)
    eligible = study.who.cases(past.cases)
    cases, rows = landmarks_of(past, eligible, horizon=365, seed=study.seed)
    context = Context.of(study, past, records, as_of, told)
    context = replace(
        context,
        attrition=attrition(past, eligible, rows),
        numbers={**context.numbers, **_landmark_numbers(past, rows)},
    )
    if robustness:
        context = _described(context, past, eligible, study)
    reason = refusal(rows)
    if reason is not None:
        return unsaid_with_numbers(study, reason, past, rows, context)
    trial = fit_trial(past, cases, rows, study.adjust_for, population=study.population)
    reason = refusal(trial.rows, trial.emulation)
    if reason is not None:
        return unsaid_with_numbers(study, reason, past, rows, context)
    return _finding(study, trial, context, records, eligible, robustness=robustness)


def _landmark_numbers(past: Histories, rows: Landmarks) -> dict[str, Any]:
    return {
        "people_compared": rows.people(False),
        "landmarks_compared": int((~rows.treated).sum()),
        "days_between_landmarks": rows.spacing,
        "uncovered_days": past.gaps.days(),
    }


def attrition(past: Histories, eligible: Bools, rows: Landmarks) -> tuple[Step, ...]:
    """People at each step from the extracts to the comparison; the last step is the group the result is about."""
    owners = past.cases["person"].to_numpy()
    may = np.unique(owners[eligible])
    started = may[past.start[may] < NEVER]
    return (
        Step("people with a case in the extracts", past.size),
        Step("with an eligible case", int(may.size)),
        Step("with an open case on a day with a year of recorded history before it", rows.people(True) + _only(rows)),
        Step("who started the scheme", int(started.size)),
        Step("who started it while such a case was open", rows.people(True)),
    )


def _only(rows: Landmarks) -> int:
    return int(np.setdiff1d(rows.cluster[~rows.treated], rows.cluster[rows.treated]).size)


def _described(context: Context, past: Histories, eligible: Bools, study: Study) -> Context:
    described = describe(past, eligible, (f"with {study.title}", f"without {study.title}, or before it"))
    return replace(
        context,
        numbers={**context.numbers, **described.numbers},
        curves=tuple(described.curves),
        naive=naive_estimates(past, eligible),
    )


def unsaid_with_numbers(study: Study, reason: str, past: Histories, rows: Landmarks, context: Context) -> Finding:
    """A finding without effects, with everything that could be counted and how many people would settle it."""
    share = context.numbers.get("first_case", {}).get("share_no_repeat_365")
    more = needed_from_shares(
        share=0.5 if share is None else 1 - share,
        people=rows.people(True) if rows.size else 0,
        smallest=study.worth_paying_for,
        per_month=_per_month(past),
    )
    everybody = [
        {**curve, "name": "no_repeat"}
        for curve in context.curves
        if curve["name"] == "first_case_no_repeat" and curve["arm"] == "all"
    ]
    own = own_rate(past)
    finding = study.unsaid(
        reason,
        as_of=calendar_day(past.as_of).isoformat(),
        needed=more.to_dict(),
        checks=(own,),
    )
    return replace(
        finding,
        **{**context.fields(), "curves": (*everybody, *context.curves)},
        protocol={**finding.protocol, **context.protocol},
    )


def _per_month(past: Histories) -> float | None:
    started = int((past.start < NEVER).sum())
    months = (past.as_of - past.first_day) / 30.4375
    return started / months if started and months > 0 else None


def _finding(
    study: Study, trial: Trial, context: Context, records: Tables, eligible: Bools, *, robustness: bool
) -> Finding:
    reported = report(trial.rows, trial.emulation, population=study.population)
    lead = leading_methods(trial.emulation)[0]["others"]
    made, balance = _checks(study, trial, reported, records, eligible) if robustness else ([], [])
    if robustness:
        labels = (f"with {study.title}", "similar people without it")
        context = replace(context, curves=(*trial_curves(trial, lead, labels), *context.curves))
    return assemble(study, trial, reported, lead, made, balance, context, design="emulated_trial")


def assemble(
    study: Study,
    trial: Trial,
    reported: Reported,
    lead: Method,
    made: Sequence[Check],
    balance: Sequence[Mapping[str, Any]],
    context: Context,
    *,
    design: str,
    lowered: Sequence[str] = (),
    beyond: Sequence[str] = (),
) -> Finding:
    """Put a fitted comparison, its checks and its context together into a finding."""
    proportional = tests.proportional_hazards(trial, lead)
    every = (*made[:2], proportional, *made[2:])
    difference = next((e for e in reversed(reported.effects) if e.name.startswith("risk_difference")), None)
    evidence = grade(
        design,
        every,
        difference,
        treated=trial.rows.people(True),
        worth=study.worth_paying_for,
        uncovered=context.uncovered,
        lowered=lowered,
    )
    headline, switched = _headline(reported, proportional)
    return Finding(
        study=study.name,
        scheme=study.scheme,
        title=study.title,
        question=study.question,
        status="estimated",
        as_of=str(context.period["to"]),
        protocol={**study.protocol(), **context.protocol, **_as_run(trial, reported)},
        effects=reported.effects,
        sensitivity=reported.sensitivity,
        headline={"effect": headline, "method": lead, "switched": switched},
        checks=every,
        balance=tuple(balance),
        evidence=evidence.to_dict(),
        can_say=can_say(reported, study.title, evidence.effect_wording),
        cannot_say=cannot_say((*study.cannot_tell, *beyond), every, reported, study.population),
        needed=_needed(study, trial, difference, lead),
        **context.fields(),
    )


def _needed(study: Study, trial: Trial, difference: Effect | None, lead: Method) -> dict[str, Any] | None:
    if difference is None:
        return None
    estimate = trial.emulation.estimates[lead][difference.name]
    return needed(
        se=estimate.se,
        people=trial.rows.people(True),
        smallest=study.worth_paying_for,
        per_month=_per_month(trial.histories),
    ).to_dict()


def _headline(reported: Reported, proportional: Check) -> tuple[str, str | None]:
    names = {effect.name for effect in reported.effects}
    reasons = list(reported.switches)
    first = "hazard_ratio" if "hazard_ratio" in names else next(iter(sorted(names)), "none")
    if proportional.verdict == "fail" and "rmst_difference_365" in names:
        first = "rmst_difference_365"
        reasons.insert(0, "The ratio of rates changes over the year, so the restricted mean difference leads.")
    return first, " ".join(reasons) or None


def _as_run(trial: Trial, reported: Reported) -> dict[str, str]:
    said = {"adjusted_for": ", ".join(trial.design.names)}
    if trial.design.left_out:
        said["left_out"] = "too few people helped for: " + ", ".join(trial.design.left_out)
    if trial.set_aside:
        said["set_aside"] = "only one group has: " + ", ".join(trial.set_aside)
    if reported.switches:
        said["switched"] = " ".join(reported.switches)
    return said


def _checks(
    study: Study, trial: Trial, reported: Reported, records: Tables, eligible: Bools
) -> tuple[list[Check], list[dict[str, Any]]]:
    lead = leading_methods(trial.emulation)[0]["others"]
    balance = tests.balance_rows(trial)
    made = [
        tests.balance(balance, trial.design.names, trial.emulation.ess_treated),
        tests.overlap(trial),
        tests.placebo_in_time(trial),
        tests.negative_control(trial, _complaints(trial.histories, records)),
    ]
    ratio = next((effect for effect in reported.effects if effect.name == "hazard_ratio"), None)
    if ratio is not None:
        made += [tests.evalue_check(ratio), tests.leave_one_area_out(trial, lead, ratio)]
    made += [*cross_checks(trial), missing_uploads(study, trial, eligible)]
    return made, balance


def _complaints(past: Histories, records: Tables) -> tuple[np.ndarray, np.ndarray] | None:
    """Person and day of the incidents that people with a case reported themselves, sorted."""
    people = pl.LazyFrame({"complainant_id": past.people, "person": np.arange(past.size, dtype=np.int64)})
    found = (
        table(records, "Incidents")
        .filter(pl.col("complainant_id").is_not_null(), pl.col("occurred_on").is_not_null())
        .filter(pl.col("complainant_id") != pl.col("subject_id").fill_null(""))
        .join(people, on="complainant_id", how="inner")
        .select("person", pl.col("occurred_on").cast(pl.Int32).cast(pl.Int64).alias("day"))
        .sort("person", "day")
        .collect()
    )
    return (found["person"].to_numpy(), found["day"].to_numpy()) if found.height else None


def _breaches(study: Study, records: Tables, as_of: date) -> dict[str, Any]:
    """Breach within a year, counted per order: never breaches divided by orders issued."""
    if not study.breaches:
        return {}
    from evaluation.comparison.breaches import breaches_by_order

    return {"breach": breaches_by_order(records, study.scheme, as_of)}
