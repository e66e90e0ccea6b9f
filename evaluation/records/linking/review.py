"""The uncertain middle of linking: a file that a council answers, and that is honoured on the next run."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from evaluation.errors import DataError
from evaluation.records.linking.weights import CERTAIN, DOUBTFUL

REVIEW = pl.Schema(
    {
        "left": pl.String,
        "right": pl.String,
        "probability": pl.Float64,
        "agree": pl.String,
        "differ": pl.String,
        "same_person": pl.String,
    }
)
_ANSWERS = {"yes": True, "y": True, "same": True, "no": False, "n": False, "different": False}


def decide(pairs: pl.DataFrame, answers: pl.DataFrame | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split pairs into those to link and those to ask about.

    Parameters
    ----------
    pairs
        As `linking.people.pair_people` gives them.
    answers
        `left, right, same`: what a person has answered before; it goes before any probability.

    Returns
    -------
    tuple
        The pairs to link (`left, right`), and the review (see `REVIEW`), the likeliest first.
    """
    known = answers if answers is not None else no_answers()
    joined = pairs.join(known, on=["left", "right"], how="left")
    sure = joined.filter(pl.col("same") | (pl.col("same").is_null() & (pl.col("probability") >= CERTAIN)))
    middle = joined.filter(
        pl.col("same").is_null() & pl.col("probability").is_between(DOUBTFUL, CERTAIN, closed="left")
    )
    said = known.filter(pl.col("same")).select("left", "right")
    linked = pl.concat([sure.select("left", "right"), said]).unique()
    asked = middle.sort(["probability", "left"], descending=[True, False]).with_columns(same_person=pl.lit(""))
    return linked.sort("left", "right"), asked.select(list(REVIEW)).cast(REVIEW)


def no_answers() -> pl.DataFrame:
    """An empty table of answers."""
    return pl.DataFrame(schema={"left": pl.String, "right": pl.String, "same": pl.Boolean})


def no_review() -> pl.DataFrame:
    """An empty review."""
    return pl.DataFrame(schema=REVIEW)


def write_review(review: pl.DataFrame, path: Path) -> None:
    """Write the pairs to ask about; the answer goes into the last column (yes or no).

    The file holds pseudonyms and which parts agree, nothing else: the people are looked up in the systems.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    review.with_columns(pl.col("probability").round(3)).write_csv(path)


def read_answers(path: Path) -> pl.DataFrame:
    """Read an answered review; a pair without an answer is asked again.

    Raises
    ------
    DataError
        The file lacks a column, or an answer is neither yes nor no.
    """
    if not path.is_file():
        return no_answers()
    frame = pl.read_csv(path, infer_schema=False)
    missing = [name for name in ("left", "right", "same_person") if name not in frame.columns]
    if missing:
        raise DataError(f"{path.name}: the review has no column {', '.join(missing)}.")
    answered = frame.with_columns(pl.col("same_person").fill_null("").str.strip_chars().str.to_lowercase()).filter(
        pl.col("same_person") != ""
    )
    wrong = answered.with_row_index("row", 1).filter(~pl.col("same_person").is_in(list(_ANSWERS)))
    if len(wrong):
        rows = ", ".join(map(str, wrong["row"].to_list()[:5]))
        raise DataError(f"{path.name}: {len(wrong)} answers are neither yes nor no (answered rows {rows}).")
    same = pl.col("same_person").replace_strict(_ANSWERS, return_dtype=pl.Boolean)
    ordered = answered.select(
        left=pl.min_horizontal("left", "right"), right=pl.max_horizontal("left", "right"), same=same
    )
    return ordered.unique(["left", "right"], keep="last", maintain_order=True)
