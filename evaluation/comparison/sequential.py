"""One row per case: the sequential rule for the smallest sheet a council has.

The estimators, weights and variances are those of the full histories; what differs is who is at risk (report-free
since opening), what can be adjusted for (what the sheet holds), and how far the answer can be trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.comparison import checks as tests
from evaluation.comparison.covariates import Area, CalendarTime, Covariate, DaysOpen, Design, Moments, Season
from evaluation.comparison.cross_checks import cross_checks
from evaluation.comparison.curves import trial_curves
from evaluation.comparison.descriptive import describe
from evaluation.comparison.effects import leading_methods, refusal, report
from evaluation.comparison.emulation import Outcomes
from evaluation.comparison.finding import Check, Finding, Step
from evaluation.comparison.naive import naive_estimates
from evaluation.comparison.people import Context, assemble, unsaid_with_numbers
from evaluation.comparison.trial import Trial, UntreatedDays, fit_rows, moments_of
from evaluation.comparison.weights import fit_propensity
from evaluation.follow_up.case_rows import (
    CaseRows,
    SheetCounts,
    case_rows,
    other_starts,
    sheet_landmarks,
    waiting_days,
)
from evaluation.follow_up.histories import NEVER, Bools, Floats, Histories, Ints, histories
from evaluation.follow_up.landmarks import Landmarks
from evaluation.follow_up.tables import Tables

if TYPE_CHECKING:
    from evaluation.comparison.study import Study

SEVERAL = 0.05
"""Share of households with more than one row from which the sheet is taken to show reports between rows."""
FEWEST_OTHER = 10

ASSUMPTIONS = (
    "Between cases alike in ward, season, days open and the household's earlier cases, who is helped on a day "
    "is chance.",
    "No report came between the opening and the intervention of the cases helped, unless the sheet shows one.",
    "A next report that is blank means none by the as-of date, for cases helped and not helped alike.",
    "The first next report is all that is known: later ones are not counted.",
    "One household's help does not change another household's reports.",
)


@dataclass(frozen=True)
class EarlierCases:
    """The household's earlier rows in the sheet, in bands; as a score, the logarithm of one plus their number."""

    at_least: tuple[int, ...] = (1, 2, 3)
    label: str = "the household's earlier cases"

    def terms(self, at: Moments) -> dict[str, Floats]:
        """One column a band."""
        earlier = self._number(at)
        return {f"earlier cases {least} or more": (earlier >= least).astype(float) for least in self.at_least}

    def score(self, at: Moments) -> dict[str, Floats]:
        """Logarithm of one plus the rows opened before this one."""
        return {"earlier cases": np.log1p(self._number(at))}

    def _number(self, at: Moments) -> Ints:
        household = at.histories.cases["person"].to_numpy()
        earlier = np.arange(household.size) - np.searchsorted(household, household, side="left")
        return earlier[at.case]


COVARIATES: tuple[Covariate, ...] = (
    DaysOpen((7, 14, 28, 42, 56, 75)),
    EarlierCases(),
    Area(),
    CalendarTime(),
    Season(),
)
"""What the sheet holds, most needed first."""


def run_case_list(study: Study, records: Tables, as_of: date, told: str, *, robustness: bool) -> Finding:
    """Run a study on one-row-per-case sheets; see `Study.run`."""
    past = histories(records, scheme=study.scheme, as_of=as_of)
    eligible = study.who.cases(past.cases)
    sheet = case_rows(past, records, study.scheme)
    rows, counts = sheet_landmarks(past, sheet, eligible, horizon=365, seed=study.seed)
    context = Context.of(study, past, records, as_of, told)
    context = replace(
        context,
        attrition=_attrition(past, sheet, eligible, rows, counts),
        numbers={**context.numbers, **_numbers(rows, counts)},
        assumptions=ASSUMPTIONS,
        protocol=_protocol(),
    )
    if robustness:
        labels = (f"with {study.title}", f"without {study.title}, or before it")
        described = describe(past, eligible, labels)
        context = replace(
            context,
            numbers={**context.numbers, **described.numbers},
            curves=tuple(described.curves),
            naive=tuple(n for n in naive_estimates(past, eligible) if n.name == "ever_treated"),
        )
    reason = refusal(rows)
    if reason is not None:
        return unsaid_with_numbers(study, reason, past, rows, context)
    trial = fit_sheet(past, sheet, eligible, rows, counts, study)
    reason = refusal(trial.rows, trial.emulation)
    if reason is not None:
        return unsaid_with_numbers(study, reason, past, rows, context)
    return _finding(study, trial, counts, context, robustness=robustness)


def fit_sheet(
    past: Histories, sheet: CaseRows, eligible: Bools, rows: Landmarks, counts: SheetCounts, study: Study
) -> Trial:
    """Fit the sequential comparison; starts of other schemes censor, with their own hazard in the weights."""
    row, day, step = waiting_days(past, sheet, eligible, counts, rows.phase)
    at = Moments(past, sheet.household[row], day, row)
    others = other_starts(sheet, rows)

    def other_hazard(kept: Landmarks, design: Design) -> Floats:
        x = design.matrix(moments_of(past, others))
        fit = fit_propensity(x, others.treated, people=others.people(True))
        odds = np.exp(np.minimum(design.matrix(at) @ fit.theta, 30.0))
        return np.log1p(odds / kept.spacing)

    return fit_rows(
        past,
        rows,
        COVARIATES,
        lambda kept: outcomes_of_sheet(past, sheet, kept),
        UntreatedDays(row, at, step),
        population=study.population,
        other_hazard=other_hazard if int(others.treated.sum()) >= FEWEST_OTHER else None,
    )


def outcomes_of_sheet(past: Histories, sheet: CaseRows, rows: Landmarks) -> Outcomes:
    """The row's own next report and its closure, from each landmark."""
    report, closed = sheet.report[rows.case], sheet.closed[rows.case]
    resolved = (past.cases["closure"] == "resolved").fill_null(False).to_numpy()[rows.case]
    return Outcomes(
        first=np.where(report >= NEVER, NEVER, report - rows.day),
        repeat_row=None,
        repeat_day=None,
        closed=np.where(closed >= NEVER, NEVER, closed - rows.day),
        resolved=resolved,
    )


def _attrition(
    past: Histories, sheet: CaseRows, eligible: Bools, rows: Landmarks, counts: SheetCounts
) -> tuple[Step, ...]:
    started = eligible & (sheet.own_start < NEVER)
    first = started & (sheet.own_start == sheet.first_help)
    return (
        Step("households with a case in the sheet", past.size),
        Step("with an eligible case", int(np.unique(sheet.household[eligible]).size)),
        Step("with an open, report-free day before any help, or helped on one", int(np.unique(rows.cluster).size)),
        Step("given the scheme", int(np.unique(sheet.household[started]).size)),
        Step("given it as the household's first help", int(np.unique(sheet.household[first]).size)),
        Step("given it while open and without a report since opening", rows.people(True)),
    )


def _numbers(rows: Landmarks, counts: SheetCounts) -> dict[str, Any]:
    return {
        "cases_given_scheme": counts.started,
        "cases_after_first_help": counts.later_cases,
        "cases_reported_before_help": counts.reported_before_start,
        "cases_not_open_at_help": counts.not_open,
        "households_with_several_cases": counts.households_with_several_rows,
        "households_compared": rows.people(False),
        "landmarks_compared": int((~rows.treated).sum()),
        "days_between_landmarks": rows.spacing,
        "longest_delay_days": counts.longest_delay_days,
    }


def _protocol() -> Mapping[str, str]:
    return {
        "time_zero": "the intervention date, if nothing was reported since the case was opened; for the "
        "others, sampled "
        "days on which the case was open, report-free and not (yet) helped",
        "outcome": "the next report of the same case in the sheet",
        "adjustment": ", ".join(covariate.label for covariate in COVARIATES)
        + "; at most one column for every eight households helped, eight columns where that is fewer, in this order",
    }


def _finding(study: Study, trial: Trial, counts: SheetCounts, context: Context, *, robustness: bool) -> Finding:
    reported = report(trial.rows, trial.emulation, population=study.population)
    lead = leading_methods(trial.emulation)[0]["others"]
    quiet = report_free_check(trial, counts)
    made: list[Check] = [quiet]
    balance: list[dict[str, Any]] = []
    if robustness:
        balance = tests.balance_rows(trial)
        ratio = next((effect for effect in reported.effects if effect.name == "hazard_ratio"), None)
        made = [tests.balance(balance, trial.design.names, trial.emulation.ess_treated), tests.overlap(trial), quiet]
        if ratio is not None:
            made += [tests.evalue_check(ratio), tests.leave_one_area_out(trial, lead, ratio)]
        made += cross_checks(trial)
        labels = (f"with {study.title}", "similar cases without it")
        context = replace(context, curves=(*trial_curves(trial, lead, labels), *context.curves))
    lowered = ["the sheet holds one row a case, so officers may know more than can be adjusted for"]
    if quiet.verdict == "fail":
        lowered.append("the sheet cannot show reports between opening and intervention, so this is an association")
    beyond = ("How many incidents were averted: the sheet holds only the first next report.",)
    if quiet.verdict == "fail":
        beyond += (
            "That the scheme caused the difference: cases helped may have had reports that the sheet leaves out.",
        )
    return assemble(
        study, trial, reported, lead, made, balance, context, design="adjusted_cases", lowered=lowered, beyond=beyond
    )


def report_free_check(trial: Trial, counts: SheetCounts) -> Check:
    """Can the sheet show a report between the opening and the intervention of the cases helped?"""
    households = int(np.unique(trial.histories.cases["person"].to_numpy()).size)
    several = counts.households_with_several_rows / max(households, 1)
    shown = counts.own_report_before_start > 0 or several >= SEVERAL
    if shown:
        text = (
            f"{counts.reported_before_start} cases were reported again between opening and intervention and are "
            f"compared "
            "until then, not counted as helped"
        )
    else:
        text = (
            "the sheet cannot show whether cases helped were reported again between opening and intervention, "
            "while the "
            "cases compared are known to be quiet"
        )
    return Check(
        "report_free",
        "pass" if shown else "fail",
        text,
        {"reported_before_help": counts.reported_before_start, "households_several_share": several},
    )
