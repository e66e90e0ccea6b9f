"""The same incident reported to the police and to the council, found by place, day, person, category and words."""

from __future__ import annotations

from math import log2

import polars as pl

from evaluation.records.linking.answers import REPORT, about, agreed, without_denied
from evaluation.records.linking.weights import probability

DAYS_APART = 1
_SIDE = ("incident_id", "source", "occurred_on", "category", "subject_id", "place_id", "area", "flags", "external_ref")
DUPLICATES = pl.Schema(
    {"incident_id": pl.String, "duplicate_of": pl.String, "probability": pl.Float64, "how": pl.String}
)
_COMPARED = ("source", "category", "subject_id", "place_id", "area", "flags")
_SCORED = pl.Schema({"at": pl.UInt32, "at_right": pl.UInt32, "probability": pl.Float64})
_PAIRS_AT_ONCE, _LEAST = 1_000_000, 0.05
_SAME_DAY, _NEXT_DAY = 0.90, 0.10
_CATEGORY_AGREES, _SUBJECT_AGREES, _FLAGS_AGREE = 0.92, 0.97, 0.50


def pair_incidents(incidents: pl.DataFrame, answers: pl.DataFrame | None = None) -> pl.DataFrame:
    """Pairs of reports of one incident in two systems.

    Only reports dated to the day are compared, never two of the same system. A report is paired with one other at most.

    Parameters
    ----------
    incidents
        Canonical incidents whose people are linked already.
    answers
        As `linking.answers.read_answers` gives them: a pair answered with yes is one, a pair answered with no is none,
        whatever speaks for it.

    Returns
    -------
    DataFrame
        `incident_id` (the later or the police report), `duplicate_of`, `probability`, `how` (`answer` where a person
        said so, `reference` where one report cites the other's number, else `likeness`).
    """
    said = about(answers, REPORT)
    told = _by_answer(incidents, said)
    reports = _apart_from(told, incidents.filter(pl.col("precision") == "day").select(_SIDE))
    cited = without_denied(_by_reference(reports), said, "incident_id", "duplicate_of")
    alike = _by_likeness(_apart_from(cited, reports), said)
    return pl.concat([told, cited, alike]).sort("incident_id")


def _apart_from(found: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    taken = pl.concat([found["incident_id"], found["duplicate_of"]])
    return reports.filter(~pl.col("incident_id").is_in(taken.implode()))


def _by_answer(incidents: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Reports that a person said are one: the earliest stays."""
    order = incidents.sort("occurred_on", "source", "incident_id", nulls_last=True).select(name="incident_id")
    return (
        agreed(said, order)
        .select(incident_id="name", duplicate_of="first", probability=pl.lit(1.0), how=pl.lit("answer"))
        .cast(DUPLICATES)
    )


def _by_reference(reports: pl.DataFrame) -> pl.DataFrame:
    citing = reports.drop_nulls("external_ref").select("incident_id", "source", cited="external_ref")
    both = citing.join(reports.select("incident_id", "source"), left_on="cited", right_on="incident_id", suffix="_of")
    other = both.filter(pl.col("source") != pl.col("source_of")).unique("cited", keep="first", maintain_order=True)
    return other.select("incident_id", duplicate_of="cited", probability=pl.lit(1.0), how=pl.lit("reference")).cast(
        DUPLICATES
    )


def _by_likeness(reports: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    sides = _numbered(reports)
    pairs = pl.concat([_near(sides, "place_id"), _near(sides, "subject_id")]).unique(maintain_order=True)
    weight = pl.sum_horizontal(_weight_terms(sides))
    prior = -log2(max(len(reports), 2))
    scored = [_scored(sides, piece, weight, prior) for piece in pairs.iter_slices(_PAIRS_AT_ONCE)]
    likely = pl.concat([pl.DataFrame(schema=_SCORED), *scored])
    ids = reports["incident_id"]
    named = likely.select(
        "probability", incident_id=ids.gather(likely["at"]), incident_id_right=ids.gather(likely["at_right"])
    )
    best = _one_to_one(without_denied(named, said, "incident_id", "incident_id_right"))
    return best.select(
        pl.col("incident_id_right").alias("incident_id"),
        pl.col("incident_id").alias("duplicate_of"),
        "probability",
        pl.lit("likeness").alias("how"),
    ).cast(DUPLICATES)


def _numbered(reports: pl.DataFrame) -> pl.DataFrame:
    """Numbers in place of texts, in the same order: each takes four bytes, and pairs of them are found faster."""
    days = reports["occurred_on"].cast(pl.Int32)
    return pl.DataFrame([days, *(reports[name].rank("dense") for name in _COMPARED)]).with_row_index("at")


def _scored(sides: pl.DataFrame, pairs: pl.DataFrame, weight: pl.Expr, prior: float) -> pl.DataFrame:
    """The pairs that are worth a look, with their probability."""
    right = sides[pairs["at_right"]]
    both = sides[pairs["at"]].hstack(right.rename({name: f"{name}_right" for name in right.columns}))
    scored = both.with_columns(weight=weight).with_columns(probability=probability(pl.col("weight"), prior))
    return scored.filter(pl.col("probability") > _LEAST).select(list(_SCORED))


def _near(sides: pl.DataFrame, block: str) -> pl.DataFrame:
    """Pairs of different systems that agree in a block within a day (`at, at_right`), the earlier report left."""
    side = sides.drop_nulls(block).select("at", "source", "occurred_on", block)
    found: list[pl.DataFrame] = []
    for days in range(DAYS_APART + 1):
        left = side.with_columns(pl.col("occurred_on") + days)
        both = left.join(side, on=["occurred_on", block], how="inner")
        other = pl.col("source") < pl.col("source_right") if days == 0 else pl.col("source") != pl.col("source_right")
        found.append(both.filter(other).select("at", "at_right"))
    return pl.concat(found)


def _weight_terms(reports: pl.DataFrame) -> list[pl.Expr]:
    days = max(reports["occurred_on"].n_unique(), 1)
    same_day = pl.col("occurred_on") == pl.col("occurred_on_right")
    chance = 1 / days
    when = pl.when(same_day).then(log2(_SAME_DAY / chance)).otherwise(log2(_NEXT_DAY / (2 * chance)))
    return [
        when,
        _agreement("place_id", 0.9, reports),
        _agreement("subject_id", _SUBJECT_AGREES, reports),
        _agreement("category", _CATEGORY_AGREES, reports),
        _agreement("flags", _FLAGS_AGREE, reports),
        _agreement("area", 0.98, reports),
    ]


def _agreement(column: str, agrees: float, reports: pl.DataFrame) -> pl.Expr:
    """Weight of agreeing in a column, tempered because person, place and area go together."""
    own, other = pl.col(column), pl.col(f"{column}_right")
    counts = reports[column].drop_nulls()
    share = float((counts.value_counts()["count"] ** 2).sum()) / max(len(counts), 1) ** 2
    chance = min(max(share, 1e-6), 0.99)
    agreed, differ = log2(agrees / chance), log2((1 - agrees) / (1 - chance))
    if column in ("place_id", "subject_id", "area"):
        agreed = agreed / 2
    return pl.when(own.is_null() | other.is_null()).then(0.0).when(own == other).then(agreed).otherwise(differ)


def _one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep the best pair of each report: taken from the likeliest down, each report once."""
    ordered = pairs.sort(["probability", "incident_id", "incident_id_right"], descending=[True, False, False])
    taken: set[str] = set()
    keep: list[bool] = []
    for left, right in ordered.select("incident_id", "incident_id_right").iter_rows():
        free = left not in taken and right not in taken
        keep.append(free)
        if free:
            taken |= {left, right}
    return ordered.filter(pl.Series(keep, dtype=pl.Boolean))
