"""The same person or household across systems, from keyed traits alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

import polars as pl

from evaluation.records.linking.weights import Part, probability, rarity
from evaluation.records.traits import PARTS, TRAITS

COMPARED = (
    Part("name", 0.92, -4.0),
    Part("born", 0.93, -9.0),
    Part("address", 0.75, -1.5),
    Part("telephone", 0.75, -1.0),
)
"""Clerks misspell one name in thirteen and one date of birth in fourteen; people move and change their number."""

_BLOCKS: tuple[tuple[str, ...], ...] = (
    ("name",),
    ("born", "last"),
    ("born", "first"),
    ("born", "address"),
    ("telephone",),
    ("address", "last"),
    ("address", "first"),
    ("sound", "born_year"),
    ("sound", "postcode"),
)
_SOUND, _SWAPPED, _YEAR, _POSTCODE = 0.05, 0.02, 0.03, 0.10
PAIRS = pl.Schema(
    {"left": pl.String, "right": pl.String, "probability": pl.Float64, "agree": pl.String, "differ": pl.String}
)


def pair_people(traits: pl.DataFrame) -> pl.DataFrame:
    """Pairs of people that may be one.

    Parameters
    ----------
    traits
        As `records.traits` gives them, of all extracts together.

    Returns
    -------
    DataFrame
        `left, right` (pseudonyms, left first in sort order), `probability`, and which parts `agree` and `differ`.
    """
    known = traits.select(list(TRAITS)).drop("role").unique().with_row_index("at")
    pairs = _blocked(known)
    if not len(pairs):
        return pl.DataFrame(schema=PAIRS)
    people = known["person_id"].n_unique()
    compared = pairs.with_columns(_weights(known), *_said())
    scored = compared.with_columns(probability(pl.col("weight"), -log2(max(people, 2))).alias("probability"))
    best = scored.sort("probability", descending=True).unique(["left", "right"], keep="first", maintain_order=True)
    return best.select(list(PAIRS)).sort("left", "right")


def _blocked(known: pl.DataFrame) -> pl.DataFrame:
    """Pairs that agree in at least one block, with the parts of both sides (`name`, `name_right`, …)."""
    found: list[pl.DataFrame] = []
    slim = known.select("at", "person_id", *PARTS)
    for block in _BLOCKS:
        keys = list(block)
        side = slim.drop_nulls(keys).select("at", "person_id", *keys)
        both = side.join(side, on=keys, how="inner", suffix="_right").filter(
            pl.col("person_id") < pl.col("person_id_right")
        )
        found.append(both.select("at", "at_right"))
    pairs = pl.concat(found).unique()
    left = pairs.join(slim, on="at", how="inner")
    right = slim.rename({name: f"{name}_right" for name in slim.columns})
    both = left.join(right, on="at_right", how="inner")
    return both.rename({"person_id": "left", "person_id_right": "right"})


def _weights(known: pl.DataFrame) -> pl.Expr:
    terms = [_part_weight(part, known) for part in COMPARED]
    return pl.sum_horizontal(terms).alias("weight")


def _part_weight(part: Part, known: pl.DataFrame) -> pl.Expr:
    own, other = pl.col(part.name), pl.col(f"{part.name}_right")
    shares = rarity(known.select("person_id", part.name).unique()[part.name])
    by_chance = own.replace_strict(shares["value"], shares["share"], default=1.0, return_dtype=pl.Float64)
    agreed = (part.agree / by_chance).log(2)
    partly = _partly(part.name, known)
    weight = pl.when(own.is_null() | other.is_null()).then(0.0).when(own == other).then(agreed)
    for holds, value in partly:
        weight = weight.when(holds).then(value)
    return weight.otherwise(part.differ)


def _partly(name: str, known: pl.DataFrame) -> list[tuple[pl.Expr, float]]:
    """Near agreements, with the weight of each."""

    def same(part: str, other: str | None = None) -> pl.Expr:
        return (pl.col(part) == pl.col(f"{other or part}_right")).fill_null(False)

    if name == "name":
        chance = _mean_share(known, "sound")
        half = same("first") | same("last")
        return [(same("sound"), log2(_SOUND / chance)), (half, -1.0)]
    if name == "born":
        return [(same("born_swapped", "born"), log2(_SWAPPED / _mean_share(known, "born"))), (same("born_year"), -2.0)]
    if name == "address":
        return [(same("postcode"), log2(_POSTCODE / _mean_share(known, "postcode")))]
    return []


def _mean_share(known: pl.DataFrame, part: str) -> float:
    """The probability that two people agree in a part by chance."""
    shares = rarity(known[part])["share"]
    return float((shares**2).sum()) or 1.0


def _said() -> list[pl.Expr]:
    """Which parts agree and which differ, for whoever reviews a pair."""

    def listed(equal: bool) -> pl.Expr:
        texts: list[pl.Expr] = []
        for part in COMPARED:
            same = pl.col(part.name) == pl.col(f"{part.name}_right")
            texts.append(pl.when(same if equal else ~same).then(pl.lit(part.name)))
        return pl.concat_str(texts, separator=" ", ignore_nulls=True)

    return [listed(True).alias("agree"), listed(False).alias("differ")]


def joined_traits(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The traits of all extracts, each once."""
    return pl.concat([pl.DataFrame(schema=TRAITS), *tables]).unique(maintain_order=True)
