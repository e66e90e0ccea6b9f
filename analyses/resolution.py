"""How long do cases take to be answered and resolved, and which are overdue?

Oxford's review (2009, recommendation 3 and section 19) asks for minimum and maximum resolution times from history, and
for caseloads by officer with their complexity. "Closed" is not "resolved": other closures compete with resolution, and
a closed case of which no outcome is known is neither resolved nor unresolved.
"""

from datetime import date
from typing import Any

import polars as pl

from evaluation.comparison.covariates import SEVERITY
from evaluation.comparison.described import DescriptiveStudy, Measured
from evaluation.comparison.finding import Step
from evaluation.errors import DataError
from evaluation.follow_up.tables import Tables, table
from evaluation.survival import cumulative_incidence, kaplan_meier

FEWEST = 10
UNKNOWN = "closed, outcome not known"
OVERDUE_MONTHS = {"6_months": 182, "12_months": 365, "24_months": 730}


def cases(records: Tables, as_of: date) -> pl.DataFrame:
    """Every case up to the as-of date with its times in days."""
    done = pl.min_horizontal(pl.col("closed_on"), pl.col("dealt_on"))
    frame = (
        table(records, "Cases")
        .filter(pl.col("opened_on").is_not_null(), pl.col("opened_on") <= as_of)
        .filter(pl.col("closure").fill_null("") != "duplicate")
        .with_columns(pl.when(done <= as_of).then(done).alias("done"))
        .filter(pl.col("done").is_null() | (pl.col("done") >= pl.col("opened_on")))
        .with_columns((pl.coalesce("done", pl.lit(as_of)) - pl.col("opened_on")).dt.total_days().clip(1).alias("exit"))
        .with_columns(
            pl.when(pl.col("done").is_null() | pl.col("closed_on").is_null())
            .then(pl.lit("censored"))
            .when(pl.col("closure") == "resolved")
            .then(pl.lit("resolved"))
            .when(pl.col("closure").is_null())
            .then(pl.lit(UNKNOWN))
            .otherwise(pl.lit("closed otherwise"))
            .alias("event")
        )
        .collect()
    )
    if frame.height < FEWEST:
        raise DataError(f"Only {frame.height} cases with an opening day are recorded.")
    return frame


def resolved_by(frame: pl.DataFrame, day: int = 182) -> dict[str, Any]:
    """Share resolved by a day, other closures competing, and the shortest and longest resolution."""
    if frame.height < FEWEST or frame.filter(pl.col("event") == "resolved").is_empty():
        return {"cases": frame.height, "reason": "too few cases"}
    curve = cumulative_incidence(frame, exit="exit", event="event").tidy()
    row = curve.filter(pl.col("state") == "resolved", pl.col("time") <= day).sort("time").tail(1)
    days = frame.filter(pl.col("event") == "resolved")["exit"]
    return {
        "cases": frame.height,
        "resolved_share": row["incidence"][0] if row.height else 0.0,
        "low": row["low"][0] if row.height else 0.0,
        "high": row["high"][0] if row.height else 0.0,
        "shortest_tenth_days": float(days.quantile(0.1) or 0),
        "median_days": float(days.median() or 0),
        "longest_tenth_days": float(days.quantile(0.9) or 0),
    }


def outcome_sentences(frame: pl.DataFrame, overall: dict[str, Any]) -> tuple[list[str], tuple[str, ...]]:
    """What can be said of resolution, and what cannot because closed cases have no outcome that is known."""
    unknown = frame.filter(pl.col("event") == UNKNOWN).height
    unsaid = f"How {unknown} closed cases ended: their outcome is blank or in no list, so it is not known."
    said: list[str] = []
    if "resolved_share" in overall:
        said.append(f"Within half a year, {100 * overall['resolved_share']:.0f} of 100 cases were resolved.")
    if not unknown:
        return said, ()
    if said:
        event = pl.when(pl.col("event") == UNKNOWN).then(pl.lit("resolved")).otherwise("event")
        most = 100 * resolved_by(frame.with_columns(event.alias("event")))["resolved_share"]
        said = [
            f"Within half a year, {100 * overall['resolved_share']:.0f} of 100 cases are known to have been resolved.",
            f"The outcome of {unknown} closed cases is not known. "
            f"Had all of them been resolved, it would be {most:.0f} of 100.",
        ]
    return said, (unsaid,)


def response(frame: pl.DataFrame) -> dict[str, Any]:
    """Share of cases with a first response within 7 and 28 days (Kaplan–Meier; unanswered cases wait until done)."""
    known = frame.filter(pl.col("responded_on").is_null() | (pl.col("responded_on") >= pl.col("opened_on")))
    if known["responded_on"].drop_nulls().len() < FEWEST:
        return {"cases": known.height, "reason": "too few first responses are recorded"}
    waited = (pl.col("responded_on") - pl.col("opened_on")).dt.total_days() + 1
    spells = known.with_columns(
        pl.col("responded_on").is_not_null().alias("answered"), waited.fill_null(pl.col("exit")).alias("wait")
    )
    curve = kaplan_meier(spells, exit="wait", event="answered").tidy().sort("time")
    shares = {
        f"answered_{day}_days_share": 1 - (curve.filter(pl.col("time") <= day + 1)["survival"].to_list() or [1.0])[-1]
        for day in (7, 28)
    }
    return {"cases": known.height, **shares}


def caseload(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Open cases by officer (a letter by size of caseload, never a name or number) with how complex they are."""
    severity = pl.col("category").replace_strict(SEVERITY, default=1.0, return_dtype=pl.Float64)
    held = frame.filter(pl.col("done").is_null(), pl.col("officer_id").is_not_null())
    table_ = (
        held.group_by("officer_id")
        .agg(
            pl.len().alias("cases"),
            (pl.col("exit") > 182).sum().alias("cases_over_6_months"),
            severity.mean().alias("severity_mean"),
            pl.col("risk_index").mean().alias("risk_mean"),
        )
        .sort("cases", "officer_id", descending=[True, False])
    )
    return [
        {"officer": f"officer {letters(place)}", **row}
        for place, row in enumerate(table_.drop("officer_id").to_dicts())
    ]


def letters(place: int) -> str:
    """A, B, … Z, AA, AB, …: a label that nobody takes for a count or for a staff number."""
    before, here = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + here)


def measure(records: Tables, as_of: date) -> Measured:
    """Times to response and resolution by service and case type, what is overdue, and caseloads."""
    frame = cases(records, as_of)
    still = frame.filter(pl.col("done").is_null())
    overall = resolved_by(frame)
    overdue = {name: still.filter(pl.col("exit") > days).height for name, days in OVERDUE_MONTHS.items()}
    by = {
        column: {
            str(part[column][0] or "unknown"): {**resolved_by(part), "response": response(part)}
            for part in frame.partition_by(column, maintain_order=False)
        }
        for column in ("service", "category")
    }
    loads = caseload(frame)
    sentences = (
        [
            f"{len(loads)} officers hold cases that are open and not dealt with; the largest caseload is "
            f"{loads[0]['cases']}."
        ]
        if loads
        else []
    )
    resolved, unsaid = outcome_sentences(frame, overall)
    return Measured(
        attrition=(
            Step("cases opened by the as-of date", frame.height),
            Step("closed or dealt with", frame.height - still.height),
            Step("resolved", frame.filter(pl.col("event") == "resolved").height),
        ),
        numbers={
            "overall": {**overall, "response": response(frame)},
            "by_service": dict(sorted(by["service"].items())),
            "by_case_type": dict(sorted(by["category"].items())),
            "open_cases_over": overdue,
            "caseloads": loads,
        },
        can_say=(*resolved, *sentences),
        cannot_say=unsaid,
        assumptions=(
            "A case dealt with but never closed in its system leaves on the day it was dealt with, its outcome "
            "unknown. A closed case of which no outcome is known leaves on the day it was closed.",
            "A case without a first response on record waited until it was done.",
        ),
    )


study = DescriptiveStudy(
    name="resolution",
    title="Time to response and to resolution",
    question="How long do cases take to be answered and resolved, by service and case type, and which are overdue?",
    measure=measure,
    definition={
        "eligible": "every case with an opening day, duplicates left out",
        "time_zero": "the day the case was opened",
        "outcome": "first response; resolution, with every other closure (also one of unknown outcome) competing",
        "follow_up": "to the closure or the as-of date",
    },
    cannot_tell=(
        "Whether the people concerned think the case resolved.",
        "Whether an officer with more open cases works worse: cases differ, and hard ones are given to some.",
    ),
    sources=("Oxford City Council scrutiny review (2009), recommendation 3 and section 19",),
)
