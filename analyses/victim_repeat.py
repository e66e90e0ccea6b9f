"""Who is hit again and again? Repeat victims by the threshold of the ASB Case Review.

The threshold: three reports in six months, each made within one month of the incident.
"""

from datetime import date

import polars as pl

from evaluation.comparison.curves import shown_days, survival_points
from evaluation.comparison.described import DescriptiveStudy, Measured
from evaluation.comparison.finding import Step
from evaluation.errors import DataError
from evaluation.follow_up.tables import Tables, table
from evaluation.survival import kaplan_meier

REPORTS, WITHIN_DAYS, REPORTED_WITHIN = 3, 182, 31
FEWEST = 10


def reports(records: Tables, as_of: date) -> pl.DataFrame:
    """Reports that count, in order: `complainant_id, day` (of the incident)."""
    told = pl.col("reported_on").fill_null(pl.col("occurred_on"))
    return (
        table(records, "Incidents")
        .filter(pl.col("complainant_id").is_not_null(), pl.col("precision").fill_null("day") == "day")
        .filter(told <= as_of, (told - pl.col("occurred_on")).dt.total_days().is_between(0, REPORTED_WITHIN))
        .select("complainant_id", pl.col("occurred_on").cast(pl.Int32).alias("day"))
        .sort("complainant_id", "day")
        .collect()
    )


def measure(records: Tables, as_of: date) -> Measured:
    """How many complainants meet the threshold, and how soon after their first report."""
    rows = reports(records, as_of)
    people = rows["complainant_id"].n_unique()
    if people < FEWEST:
        raise DataError(f"Only {people} people who reported an incident are recorded.")
    third = pl.col("day").shift(-(REPORTS - 1)).over("complainant_id")
    met = rows.with_columns(third.alias("third")).filter(third - pl.col("day") <= WITHIN_DAYS)
    reached = met.group_by("complainant_id").agg(pl.col("third").min().alias("reached"))
    end = (as_of - date(1970, 1, 1)).days
    spells = (
        rows.group_by("complainant_id")
        .agg(pl.col("day").min().alias("first"), pl.len().alias("reports"))
        .join(reached, on="complainant_id", how="left")
        .with_columns(pl.col("reached").is_not_null().alias("event"))
        .with_columns((pl.col("reached").fill_null(end) - pl.col("first")).clip(1).alias("exit"))
        .sort("complainant_id")
    )
    again = spells.filter(pl.col("reports") > 1).height
    days = shown_days(728)
    points = survival_points(kaplan_meier(spells, exit="exit", event="event").tidy(), days, value="survival", start=1.0)
    share = 1 - points[days.index(364)]["value"]
    return Measured(
        attrition=(
            Step("people who reported an incident within a month of it", people),
            Step("who reported more than once", again),
            Step("who met the threshold of three in six months", reached.height),
        ),
        numbers={
            "people_over_threshold": reached.height,
            "people_who_reported": people,
            "reports": rows.height,
            "reports_by_those_over_threshold": spells.filter("event")["reports"].sum(),
            "share_over_threshold_364": share,
        },
        can_say=(
            f"Within a year of a first report, {100 * share:.1f} of 100 people met the threshold of an ASB Case "
            f"Review.",
            "Reports by people who met it are "
            f"{100 * spells.filter('event')['reports'].sum() / rows.height:.0f} of 100 of all reports.",
        ),
        curves=[{"name": "below_threshold", "arm": "all", "label": "people who reported", "points": points}],
        assumptions=(
            "One pseudonym is one person: a household that reports under several names is counted several times.",
            "An incident reported on no stated day was reported on its own day.",
        ),
    )


study = DescriptiveStudy(
    name="victim_repeat",
    title="Repeat victims",
    question="How many people who report anti-social behaviour meet the threshold of an ASB Case Review?",
    measure=measure,
    definition={
        "eligible": "people named as complainant, with incidents dated to the day",
        "time_zero": "the person's first report",
        "outcome": "the third report within 182 days, each made within 31 days of its incident",
        "follow_up": "to the as-of date",
    },
    cannot_tell=(
        "How many are hit and never report.",
        "Whether a Case Review was asked for, or would have helped.",
    ),
    sources=("ASB Case Review threshold: three reports in six months, each within one month of the incident",),
)
