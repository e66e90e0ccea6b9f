"""The uncertain middle of linking: a file that a council answers, and that is honoured on the next run."""

from __future__ import annotations

from collections.abc import Mapping as Table
from pathlib import Path

import polars as pl

from evaluation.records.linking.answers import ANSWER, CASE, PERSON, REPORT, about
from evaluation.records.linking.weights import CERTAIN, DOUBTFUL

REVIEW = pl.Schema(
    {
        "about": pl.String,
        "left": pl.String,
        "left_found": pl.String,
        "right": pl.String,
        "right_found": pl.String,
        "probability": pl.Float64,
        "agree": pl.String,
        "differ": pl.String,
        ANSWER: pl.String,
    }
)
"""What is asked: the pair and what it is about, where each side is found in the systems, and room for the answer."""
_MOST_RECORDS = 3
_REPORT_PARTS = {
    "day": "occurred_on", "place": "place_id", "person": "subject_id", "category": "category", "area": "area",
    "words": "flags",
}  # fmt: skip
_CASE_PARTS = {"person": "subject_id", "category": "category", "area": "area", "complainant": "complainant_id"}


def decide(pairs: pl.DataFrame, answers: pl.DataFrame | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split pairs of people into those to link and those to ask about.

    Parameters
    ----------
    pairs
        As `linking.people.pair_people` gives them.
    answers
        `left, right, same` of people: what a person has answered before; it goes before any probability.

    Returns
    -------
    tuple
        The pairs to link (`left, right`), and those to ask about, the likeliest first.
    """
    known = about(None, PERSON) if answers is None else answers.select("left", "right", "same")
    joined = pairs.join(known, on=["left", "right"], how="left")
    sure = joined.filter(pl.col("same") | (pl.col("same").is_null() & (pl.col("probability") >= CERTAIN)))
    middle = joined.filter(
        pl.col("same").is_null() & pl.col("probability").is_between(DOUBTFUL, CERTAIN, closed="left")
    )
    said = known.filter("same").select("left", "right")
    linked = pl.concat([sure.select("left", "right"), said]).unique()
    asked = middle.sort(["probability", "left", "right"], descending=[True, False, False])
    return linked.sort("left", "right"), asked.select(pairs.columns)


def ask(
    people: pl.DataFrame,
    reports: pl.DataFrame,
    cases: pl.DataFrame,
    tables: Table[str, pl.DataFrame],
    linked: Table[str, pl.DataFrame],
) -> pl.DataFrame:
    """Put the uncertain pairs together into one review.

    Parameters
    ----------
    people
        Pairs of people, as `decide` leaves them.
    reports, cases
        Pairs of reports (`incident_id, duplicate_of, probability`) and of cases (`case_id, same_as, probability`).
    tables
        The canonical tables, in which the records of each person are looked up.
    linked
        The same after people were linked, in which reports and cases are compared.

    Returns
    -------
    DataFrame
        See `REVIEW`; people first, the likeliest first.
    """
    asked = [
        _of_people(people, tables),
        _of_rows(reports, REPORT, linked["Incidents"], ("incident_id", "occurred_on"), _REPORT_PARTS),
        _of_rows(cases, CASE, linked["Cases"], ("case_id", "opened_on"), _CASE_PARTS),
    ]
    return pl.concat(asked).with_columns(pl.lit("").alias(ANSWER)).select(list(REVIEW)).cast(REVIEW)


def _of_people(pairs: pl.DataFrame, tables: Table[str, pl.DataFrame]) -> pl.DataFrame:
    where = _whereabouts(pl.concat([pairs["left"], pairs["right"]]).unique(), tables)
    found = [
        pl.col(side)
        .replace_strict(where["name"], where["found"], default=None, return_dtype=pl.String)
        .alias(f"{side}_found")
        for side in ("left", "right")
    ]
    return pairs.with_columns(*found, about=pl.lit(PERSON)).select(name for name in REVIEW if name != ANSWER)


def _whereabouts(names: pl.Series, tables: Table[str, pl.DataFrame]) -> pl.DataFrame:
    """The first few records in which each pseudonym stands, so that its owner can look the person up."""
    frames = [
        tables[table]
        .filter(pl.col(column).is_in(names.implode()))
        .select(name=column, found=pl.concat_str("source", pl.lit(f" {word} "), key))
        for table, key, word in (("Cases", "case_id", "case"), ("Incidents", "incident_id", "incident"))
        for column in ("subject_id", "complainant_id")
    ]
    every = pl.concat(frames).unique(maintain_order=True)
    return every.group_by("name").agg(pl.col("found").head(_MOST_RECORDS)).with_columns(pl.col("found").list.join("; "))


def _of_rows(
    pairs: pl.DataFrame, what: str, rows: pl.DataFrame, named: tuple[str, str], parts: Table[str, str]
) -> pl.DataFrame:
    key, day = named
    columns = list(dict.fromkeys([key, "source", day, *parts.values()]))
    first, second = pairs.columns[:2]
    both = pairs
    for name, suffix in ((first, "_l"), (second, "_r")):
        side = rows.filter(pl.col(key).is_in(pairs[name].implode())).unique(key, keep="first", maintain_order=True)
        both = both.join(side.select(pl.col(columns).name.suffix(suffix)), left_on=name, right_on=f"{key}{suffix}")
    said = both.select(
        pl.lit(what).alias("about"),
        pl.col(first).alias("left"),
        pl.concat_str("source_l", pl.lit(", "), f"{day}_l").alias("left_found"),
        pl.col(second).alias("right"),
        pl.concat_str("source_r", pl.lit(", "), f"{day}_r").alias("right_found"),
        "probability",
        _parts_that(parts, equal=True).alias("agree"),
        _parts_that(parts, equal=False).alias("differ"),
    )
    return said.sort(["probability", "left", "right"], descending=[True, False, False])


def _parts_that(parts: Table[str, str], *, equal: bool) -> pl.Expr:
    words = [
        pl.when((pl.col(f"{column}_l") == pl.col(f"{column}_r")) == equal).then(pl.lit(word))
        for word, column in parts.items()
    ]
    return pl.concat_str(words, separator=" ", ignore_nulls=True)


def no_review() -> pl.DataFrame:
    """An empty review."""
    return pl.DataFrame(schema=REVIEW)


def write_review(review: pl.DataFrame, path: Path) -> None:
    """Write the pairs to ask about; the answer goes into the last column (yes or no).

    The file holds pseudonyms, record numbers and which parts agree, nothing else: the records are looked up by their
    numbers in the systems.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    review.with_columns(pl.col("probability").round(3)).write_csv(path)
