"""One case number for a case passed between services, and the incidents of a case that nobody linked to it."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from evaluation.records.linking.answers import CASE, about, agreed, without_denied
from evaluation.records.linking.super_cases import chains

MATCHES = pl.Schema({"case_id": pl.String, "same_as": pl.String, "probability": pl.Float64, "how": pl.String})
LINKS = pl.Schema({"incident_id": pl.String, "case_id": pl.String, "probability": pl.Float64})
SAME_SUBJECT_SAME_CATEGORY, SAME_SUBJECT = 0.97, 0.60
"""Of cases of one person open at one time in two services: with the same kind of trouble, and with another kind."""
ONLY_CASE_OF_ITS_KIND, ONLY_CASE = 0.97, 0.90
"""An incident of a person with one open case: of the case's kind of trouble, and of another kind (trouble comes in
several kinds, and clerks mistake the kind). An incident on the day a case was closed may come after it: no link."""
_OPEN_END = date(9990, 12, 31)


def pair_cases(cases: pl.DataFrame, answers: pl.DataFrame | None = None) -> pl.DataFrame:
    """Cases that are one case: passed between systems, or linked by their own system under a super case.

    Parameters
    ----------
    cases
        Canonical cases whose people are linked already.
    answers
        As `linking.answers.read_answers` gives them: they go before everything else.

    Returns
    -------
    DataFrame
        `case_id` (the one that gives up its number), `same_as`, `probability`, `how`: `answer` where a person said so,
        `super_case` (see `linking.super_cases`), `reference` where one cites the other's number, `person` where the
        same person has a case of another system open at the same time. A case is in several rows where several hold.
    """
    said = about(answers, CASE)
    order = cases.sort("opened_on", "case_id").select(name="case_id")
    told = _sure(agreed(said, order), "answer")
    linked = without_denied(_sure(chains(cases), "super_case"), said, "case_id", "same_as")
    cited = without_denied(_by_reference(cases), said, "case_id", "same_as").unique("case_id", maintain_order=True)
    taken = pl.concat([told["case_id"], told["same_as"], cited["case_id"], cited["same_as"]])
    rest = cases.filter(~pl.col("case_id").is_in(taken.implode()))
    return pl.concat([told, linked, cited, _by_person(rest, cases, said)])


def _sure(pairs: pl.DataFrame, how: str) -> pl.DataFrame:
    return pairs.select(case_id="name", same_as="first", probability=pl.lit(1.0), how=pl.lit(how)).cast(MATCHES)


def _by_reference(cases: pl.DataFrame) -> pl.DataFrame:
    citing = cases.drop_nulls("external_ref").select("case_id", "source", "external_ref")
    both = citing.join(
        cases.select("case_id", "source"), left_on="external_ref", right_on="case_id", suffix="_of", how="inner"
    )
    return (
        both.filter(pl.col("source") != pl.col("source_of"))
        .select("case_id", same_as="external_ref", probability=pl.lit(1.0), how=pl.lit("reference"))
        .cast(MATCHES)
    )


def _by_person(rest: pl.DataFrame, cases: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    columns = ["case_id", "source", "subject_id", "category", "opened_on", "closed_on", "dealt_on"]
    left = rest.drop_nulls("subject_id").select(columns)
    right = cases.drop_nulls("subject_id").select(columns)
    until = pl.coalesce("closed_on_of", "dealt_on_of", pl.lit(_OPEN_END))
    both = left.join(right, on="subject_id", suffix="_of", how="inner").filter(
        (pl.col("source") != pl.col("source_of")) & pl.col("opened_on").is_between(pl.col("opened_on_of"), until)
    )
    both = without_denied(both, said, "case_id", "case_id_of")
    alike = (
        (pl.col("category") == pl.col("category_of")) | pl.col("category").is_null() | pl.col("category_of").is_null()
    )
    scored = both.with_columns(
        probability=pl.when(alike).then(SAME_SUBJECT_SAME_CATEGORY).otherwise(SAME_SUBJECT),
        days=(pl.col("opened_on") - pl.col("opened_on_of")).dt.total_days(),
    )
    best = scored.sort(["probability", "days", "case_id_of"], descending=[True, False, False]).unique(
        "case_id", keep="first", maintain_order=True
    )
    return best.select("case_id", same_as="case_id_of", probability="probability", how=pl.lit("person")).cast(MATCHES)


def merge_cases(cases: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Make one row of the rows that are one case.

    Parameters
    ----------
    cases
        Canonical cases.
    numbers
        `case_id, number`: the number that each merged case takes.

    Returns
    -------
    DataFrame
        A row per case: opened and answered when the first service did, closed when the last one did (open while any is
        open), with the costs added up. What one service left blank comes from another.
    """
    named = cases.join(numbers, on="case_id", how="left", maintain_order="left").with_columns(
        number=pl.coalesce("number", "case_id")
    )
    alone = named.filter(~pl.col("number").is_duplicated())
    shared = (
        named.filter(pl.col("number").is_duplicated())
        .with_columns(own=pl.col("case_id") == pl.col("number"))
        .sort(["number", "own", "opened_on"], descending=[False, True, False])
    )
    if not len(shared):
        return cases
    merged = shared.group_by("number", maintain_order=True).agg(*_merged(cases.columns))
    single = alone.with_columns(case_id="number").select(cases.columns)
    together = merged.with_columns(case_id="number").select(cases.columns)
    return pl.concat([single, together]).sort("opened_on", "case_id")


def _merged(columns: list[str]) -> list[pl.Expr]:
    first_day = ("opened_on", "responded_on", "referred_on", "accepted_on")
    last_day = ("last_action_on", "dealt_on", "review_on")
    open_yet = pl.col("closed_on").is_null().any()
    by_closing = pl.col("closure").sort_by("closed_on", nulls_last=False).drop_nulls().last()
    special: dict[str, pl.Expr] = {
        **{name: pl.col(name).min() for name in first_day},
        **{name: pl.col(name).max() for name in (*last_day, "risk_index")},
        "closed_on": pl.when(~open_yet).then(pl.col("closed_on").max()),
        "closure": pl.when(~open_yet).then(by_closing),
        "has_lead": pl.when(pl.col("has_lead").is_not_null().any()).then(pl.col("has_lead").any()),
        "cost": pl.when(pl.col("cost").is_not_null().any()).then(pl.col("cost").sum()),
    }
    return [special.get(name, pl.col(name).drop_nulls().first()).alias(name) for name in columns if name != "number"]


def unlinked_incidents(incidents: pl.DataFrame, cases: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Incidents that name a person with a case open that day, and no case: `incident_id, case_id, probability`.

    The likeliest is the only open case of the same kind of trouble, then the only open case of whatever kind. A case
    that was dealt with and left open in the system counts as open until it was dealt with.
    """
    loose = incidents.filter(pl.col("case_id").is_null() & (pl.col("precision") == "day")).drop_nulls("subject_id")
    open_cases = cases.drop_nulls("subject_id").select(
        "subject_id",
        "opened_on",
        of="case_id",
        kind_of="category",
        until=pl.coalesce("closed_on", "dealt_on", pl.lit(as_of + timedelta(days=1))),
    )
    both = loose.join(open_cases, on="subject_id", how="inner").filter(
        pl.col("occurred_on").is_between(pl.col("opened_on"), pl.col("until"), closed="left")
    )
    same = (
        (pl.col("category") == pl.col("kind_of")) | pl.col("category").is_null() | pl.col("kind_of").is_null()
    ).fill_null(True)
    scored = both.with_columns(same=same, rivals=pl.len().over("incident_id"), alike=same.sum().over("incident_id"))
    chance = (
        pl.when(pl.col("same") & (pl.col("alike") == 1))
        .then(ONLY_CASE_OF_ITS_KIND)
        .when(pl.col("rivals") == 1)
        .then(ONLY_CASE)
        .otherwise(1.0 / pl.col("rivals"))
    )
    best = scored.with_columns(probability=chance).sort(["probability", "opened_on"], descending=True)
    kept = best.unique("incident_id", keep="first", maintain_order=True)
    return kept.select("incident_id", case_id="of", probability="probability").cast(LINKS).sort("incident_id")
