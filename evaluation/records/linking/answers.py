"""A person's answers to the uncertain middle of linking: read from the review, and honoured before any probability."""

from __future__ import annotations

from collections.abc import Mapping as Table
from pathlib import Path

import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.records.linking.weights import clusters

PERSON, REPORT, CASE = "person", "report", "case"
KINDS = (PERSON, REPORT, CASE)
"""What a pair may be about: two people, two reports of one incident, two cases."""
ANSWERS = pl.Schema({"about": pl.String, "left": pl.String, "right": pl.String, "same": pl.Boolean})
ANSWER, _OLD_ANSWER = "same", "same_person"
_WORDS = {"yes": True, "y": True, "same": True, "no": False, "n": False, "different": False}


def no_answers() -> pl.DataFrame:
    """An empty table of answers."""
    return pl.DataFrame(schema=ANSWERS)


def read_answers(path: Path) -> pl.DataFrame:
    """Read an answered review; a pair without an answer is asked again.

    Parameters
    ----------
    path
        The review as it was written, with `yes` or `no` in its last column. A pair answered twice takes the last
        answer; one that does not say what it is about is a pair of people.

    Returns
    -------
    DataFrame
        `about, left, right, same`, the ids of a pair in sort order.

    Raises
    ------
    DataError
        The file lacks a column, or an answer is neither yes nor no.
    """
    if not path.is_file():
        return no_answers()
    frame = _table(path)
    said = pl.col(ANSWER).fill_null("").str.strip_chars().str.to_lowercase()
    answered = frame.with_columns(said).with_row_index("line", 2).filter(pl.col(ANSWER) != "")
    _refuse(path, answered, ~pl.col(ANSWER).is_in(list(_WORDS)), "answers are neither yes nor no")
    _refuse(path, answered, ~pl.col("about").is_in(KINDS), f"pairs are about none of {', '.join(KINDS)}")
    same = pl.col(ANSWER).replace_strict(_WORDS, return_dtype=pl.Boolean)
    ordered = answered.select("about", *_sorted("left", "right"), same=same)
    return ordered.unique(["about", "left", "right"], keep="last", maintain_order=True).cast(ANSWERS)


def _table(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, ValueError) as problem:
        raise DataError(f"{path.name}: the answered review is not a table of comma-separated text.") from problem
    if _OLD_ANSWER in frame.columns and ANSWER not in frame.columns:
        frame = frame.rename({_OLD_ANSWER: ANSWER})
    missing = [name for name in ("left", "right", ANSWER) if name not in frame.columns]
    if missing:
        hints = "".join(did_you_mean(name, frame.columns) for name in missing)
        raise DataError(f"{path.name}: the review has no column {', '.join(missing)}.{hints}")
    said = pl.col("about").str.strip_chars().str.to_lowercase() if "about" in frame.columns else pl.lit(PERSON)
    return frame.with_columns(about=pl.when(said != "").then(said).otherwise(pl.lit(PERSON)))


def _refuse(path: Path, answered: pl.DataFrame, wrong: pl.Expr, why: str) -> None:
    found = answered.filter(wrong)
    if len(found):
        lines = ", ".join(map(str, found["line"].to_list()[:5]))
        raise DataError(f"{path.name}: {len(found)} {why} (rows {lines} of the sheet).")


def _sorted(left: str, right: str) -> tuple[pl.Expr, pl.Expr]:
    return pl.min_horizontal(left, right).alias("left"), pl.max_horizontal(left, right).alias("right")


def about(answers: pl.DataFrame | None, kind: str) -> pl.DataFrame:
    """Answers of one kind: `left, right, same`."""
    known = no_answers() if answers is None else answers
    return known.filter(pl.col("about") == kind).drop("about")


def still_there(answers: pl.DataFrame, ids: Table[str, pl.Series]) -> pl.DataFrame:
    """The answers of which both sides are still in the records (all ids, by kind)."""
    kept = [
        answers.filter((pl.col("about") == kind) & pl.col("left").is_in(there) & pl.col("right").is_in(there))
        for kind, there in ((kind, series.unique().implode()) for kind, series in ids.items())
    ]
    return pl.concat([no_answers(), *kept])


def agreed(answers: pl.DataFrame, order: pl.DataFrame) -> pl.DataFrame:
    """What was answered with yes, each group of ids under its first: `name, first`.

    Parameters
    ----------
    answers
        `left, right, same` of one kind.
    order
        `name`: every id, the one that keeps its number before those that give theirs up.
    """
    said = answers.filter("same")
    groups = clusters(pl.concat([said["left"], said["right"]]), said["left"], said["right"])
    ranked = order.unique("name", keep="first", maintain_order=True).join(groups, on="name", maintain_order="left")
    named = ranked.with_columns(first=pl.col("name").first().over("cluster"))
    return named.filter(pl.col("name") != pl.col("first")).select("name", "first")


def without_denied(pairs: pl.DataFrame, answers: pl.DataFrame, left: str, right: str) -> pl.DataFrame:
    """The pairs (ids in the columns `left` and `right`, in either order) that nobody answered with no."""
    denied = answers.filter(~pl.col("same")).select(__low="left", __high="right")
    if not len(denied):
        return pairs
    keyed = pairs.with_columns(__low=pl.min_horizontal(left, right), __high=pl.max_horizontal(left, right))
    return keyed.join(denied, on=["__low", "__high"], how="anti", maintain_order="left").drop("__low", "__high")
