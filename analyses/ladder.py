"""How far up the ladder do people go: warning, contract, order, possession, and where do they stop?

The National Audit Office (2006) followed 893 people: about 65% did not engage in further anti-social behaviour after an
intervention, without a comparison group. That figure is of real people: it is kept apart from this partnership's own.
"""

from datetime import date

import polars as pl

from evaluation.comparison.curves import shown_days
from evaluation.comparison.described import DescriptiveStudy, Measured
from evaluation.comparison.finding import Check, Step
from evaluation.comparison.multistate import StateOccupation, state_occupation
from evaluation.errors import DataError
from evaluation.follow_up.tables import Tables, person_incidents, person_starts
from evaluation.survival import kaplan_meier

RUNGS = {
    "warning": ("warning_letters",),
    "contract": ("abcs",),
    "order": ("asbos", "injunctions", "parental_control_orders"),
    "possession": ("notices_seeking_possession", "evictions"),
}
SAID = {"warning": "a warning", "contract": "a contract", "order": "an order", "possession": "a step to possession"}
FEWEST = 10


def steps(records: Tables, as_of: date) -> pl.DataFrame:
    """First day of each person on each rung, upwards only: `subject_id, rung, level, day`."""
    place = {scheme: level for level, schemes in enumerate(RUNGS.values()) for scheme in schemes}
    starts = person_starts(records, as_of_day=(as_of - date(1970, 1, 1)).days).filter(
        pl.col("scheme").is_in(list(place))
    )
    first = (
        starts.with_columns(pl.col("scheme").replace_strict(place, return_dtype=pl.Int64).alias("level"))
        .group_by("subject_id", "level")
        .agg(pl.col("day").min())
        .sort("subject_id", "day", "level", descending=[False, False, True])
        .collect()
    )
    highest = pl.col("level").cum_max().over("subject_id")
    rising = first.filter((pl.col("level") > highest.shift(1).over("subject_id")).fill_null(True))
    names = dict(enumerate(RUNGS))
    return rising.unique(["subject_id", "day"], keep="first", maintain_order=True).with_columns(
        pl.col("level").replace_strict(names, return_dtype=pl.String).alias("rung")
    )


def measure(records: Tables, as_of: date) -> Measured:
    """Shares on each rung over two years, and the share without a further incident within a year of each rung."""
    rungs = steps(records, as_of)
    people = rungs["subject_id"].n_unique()
    if people < FEWEST:
        raise DataError(f"Only {people} people with a recorded rung of the ladder can be followed.")
    if rungs["rung"].n_unique() < 2:
        raise DataError(f"Only one rung of the ladder is recorded, {SAID[rungs['rung'][0]]}: nobody is seen to go up.")
    end = (as_of - date(1970, 1, 1)).days
    first = pl.col("day").min().over("subject_id")
    stays = rungs.with_columns(
        pl.col("rung").alias("state"),
        pl.col("rung").shift(-1).over("subject_id").alias("next"),
        (pl.col("day") - first).alias("entry"),
        (pl.col("day").shift(-1).over("subject_id").fill_null(end) - first).alias("exit"),
    ).filter(pl.col("exit") > pl.col("entry"))
    occupation = state_occupation(stays.select("state", "next", "entry", "exit"), list(RUNGS))
    curves = [{"name": "ladder_rung", "arm": r, "label": r, "points": points(occupation, stays, r)} for r in RUNGS]
    after = {rung: no_further(records, rungs.filter(pl.col("rung") == rung), end) for rung in RUNGS}
    two_years = occupation.at(728)
    everybody = no_further(records, rungs.unique("subject_id", keep="first", maintain_order=True), end)
    return Measured(
        attrition=(Step("people with a recorded rung of the ladder", people),),
        numbers={
            "people_by_rung": {rung: rungs.filter(pl.col("rung") == rung).height for rung in RUNGS},
            "share_by_rung_two_years": {f"{rung}_share": value for rung, value in two_years.items()},
            "no_further_incident": after,
            "no_further_incident_share": everybody.get("share"),
        },
        can_say=(
            "Two years after their first rung, "
            + ", ".join(f"{100 * value:.0f} of 100 stood at {SAID[rung]}" for rung, value in two_years.items())
            + ".",
            *(
                f"Within a year of {SAID[rung]}, {100 * found['share']:.0f} of 100 people had no further incident."
                for rung, found in after.items()
                if "share" in found
            ),
        ),
        curves=curves,
        checks=(Check("upwards_only", "info", "a step down (a warning after a contract) is not counted as a rung"),),
        assumptions=(
            "A person's highest rung so far is where they stand; stopping means no higher rung was recorded.",
        ),
    )


def points(occupation: StateOccupation, stays: pl.DataFrame, rung: str) -> list[dict[str, float | int | None]]:
    """Share on a rung over two years, with the people on it and the moves onto or off it since the day before."""
    moves = stays.filter(pl.col("next").is_not_null(), (pl.col("state") == rung) | (pl.col("next") == rung))["exit"]
    days = shown_days(728)
    return [
        {
            "time": day,
            "value": occupation.at(day)[rung],
            "low": None,
            "high": None,
            "n_risk": occupation.risk_at(day)[rung],
            "n_event": int(moves.is_between(before, day, closed="right").sum()),
        }
        for before, day in zip([-1, *days], days, strict=False)
    ]


def no_further(records: Tables, rung: pl.DataFrame, end: int) -> dict[str, float | int | str]:
    """Share without an incident in the year after the rung's start (Kaplan–Meier)."""
    if rung.height < FEWEST:
        return {"people": rung.height, "reason": "too few people"}
    incidents = person_incidents(records, as_of_day=end).select("subject_id", pl.col("day").alias("when")).collect()
    later = rung.join(incidents, on="subject_id", how="left").filter(pl.col("when") > pl.col("day"))
    repeat = later.group_by("subject_id").agg(pl.col("when").min())
    spells = (
        rung.join(repeat, on="subject_id", how="left")
        .with_columns(pl.col("when").is_not_null().alias("event"), pl.col("when").fill_null(end).alias("stop"))
        .with_columns((pl.col("stop") - pl.col("day")).alias("exit"))
        .filter(pl.col("exit") > 0)
    )
    seen = kaplan_meier(spells, exit="exit", event="event").tidy().filter(pl.col("time") <= 365)
    if seen.is_empty():
        return {"people": rung.height, "share": 1.0}
    last = seen.sort("time").row(-1, named=True)
    return {"people": rung.height, "share": last["survival"], "low": last["low"], "high": last["high"]}


study = DescriptiveStudy(
    name="ladder",
    title="The ladder of interventions",
    question="How far up the ladder do people go, and how many stop at each rung?",
    measure=measure,
    definition={
        "eligible": "everybody with a recorded warning, contract, order or step towards possession",
        "time_zero": "the day of the person's first rung",
        "outcome": "the highest rung reached; and no further incident within a year of a rung",
        "follow_up": "two years, or to the as-of date",
    },
    cannot_tell=(
        "Whether a rung made people stop: nobody knows how many would have stopped without it, and the rungs go to "
        "different people.",
        "Rungs given by others that no extract holds.",
    ),
    sources=("National Audit Office (2006), Tackling Anti-Social Behaviour: about 65% of 893 people",),
)
