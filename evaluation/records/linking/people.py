"""The same person or household across systems, from keyed traits alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log2

import polars as pl

from evaluation.records.linking.weights import DOUBTFUL, Part, probability, rarity
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
_PAIRS_AT_ONCE = 1_000_000
_FOUND = pl.Schema(
    {"at": pl.UInt32, "at_right": pl.UInt32, "probability": pl.Float64, "agree": pl.String, "differ": pl.String}
)
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
        `left, right` (pseudonyms, left first in sort order), `probability` (from the bound of doubt upwards), and which
        parts `agree` and `differ`.
    """
    known = traits.select(list(TRAITS)).drop("role").unique(maintain_order=True)
    people = known["person_id"].n_unique()
    numbered = _numbered(known)
    weight, prior = _weights(known), -log2(max(people, 2))
    found = [pl.DataFrame(schema=_FOUND)]
    for pairs in _candidates(numbered):
        compared = _side_by_side(numbered, pairs).with_columns(weight)
        scored = compared.with_columns(probability(pl.col("weight"), prior).alias("probability"))
        found.append(scored.filter(pl.col("probability") >= DOUBTFUL).with_columns(_said()).select(list(_FOUND)))
    every = pl.concat(found).sort(["probability", "at", "at_right"], descending=[True, False, False])
    names = known["person_id"]
    named = every.with_columns(left=names.gather(every["at"]), right=names.gather(every["at_right"]))
    best = named.unique(["left", "right"], keep="first", maintain_order=True)
    return best.select(list(PAIRS)).sort("left", "right")


def _numbered(known: pl.DataFrame) -> pl.DataFrame:
    """Numbers in place of texts, in the same order: `at`, `person`, each part, and the share of people who have it."""
    born = pl.concat([known["born"], known["born_swapped"].alias("born")]).rank("dense")
    numbers = [known[part].rank("dense").alias(part) for part in PARTS if not part.startswith("born")]
    years = known["born_year"].rank("dense").alias("born_year")
    days = [born.head(len(known)).alias("born"), born.tail(len(known)).alias("born_swapped")]
    shares = [_share(part.name, known) for part in COMPARED]
    person = known["person_id"].rank("dense").alias("person")
    return pl.DataFrame([*numbers, years, *days, *shares, person]).with_row_index("at")


def _share(part: str, known: pl.DataFrame) -> pl.Series:
    """Of every row the share of people who have the same in a part."""
    shares = rarity(known.select("person_id", part).unique()[part]).rename({"value": part})
    return known.select(part).join(shares, on=part, how="left", maintain_order="left")["share"].alias(f"{part}_share")


def _candidates(numbered: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Pairs of rows of different people that agree in at least one block (`at, at_right`), each once, in pieces."""
    for place, block in enumerate(_BLOCKS):
        keys = list(block)
        side = numbered.drop_nulls(keys).select("at", "person", *keys).sort(keys)
        group = side.select(size=pl.len().over(keys), before=pl.int_range(pl.len()).over(keys))
        for start, after in _pieces(group["size"]):
            begins = start - int(group["before"][start])
            ends = after + int(group["size"][after - 1]) - int(group["before"][after - 1]) - 1
            both = side[start:after].join(side[begins:ends], on=keys, how="inner", suffix="_right")
            pairs = both.filter(pl.col("person") < pl.col("person_right")).select("at", "at_right")
            yield _not_met_before(numbered, pairs, _BLOCKS[:place])


def _pieces(sizes: pl.Series) -> Iterator[tuple[int, int]]:
    """Ranges of rows that have at most so many partners together (a single row may have more)."""
    partners = sizes.cast(pl.Int64).cum_sum()
    start = before = 0
    while start < len(sizes):
        after = max(int(partners.search_sorted(before + _PAIRS_AT_ONCE, side="right")), start + 1)
        yield start, after
        start, before = after, int(partners[after - 1])


def _not_met_before(numbered: pl.DataFrame, pairs: pl.DataFrame, blocks: tuple[tuple[str, ...], ...]) -> pl.DataFrame:
    """Leave out the pairs that agree in one of the blocks before, where they were found already."""
    keys = list(dict.fromkeys(key for block in blocks for key in block))
    if not keys:
        return pairs
    both = _side_by_side(numbered.select("at", *keys), pairs)
    met = [pl.all_horizontal(_same(key) for key in block) for block in blocks]
    return both.filter(~pl.any_horizontal(met)).select("at", "at_right")


def _side_by_side(numbered: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The parts of both sides of each pair (`name`, `name_right`, …)."""
    right = numbered[pairs["at_right"]]
    return numbered[pairs["at"]].hstack(right.rename({name: f"{name}_right" for name in right.columns}))


def _same(part: str, other: str | None = None) -> pl.Expr:
    return (pl.col(part) == pl.col(f"{other or part}_right")).fill_null(False)


def _weights(known: pl.DataFrame) -> pl.Expr:
    terms = [_part_weight(part, known) for part in COMPARED]
    return pl.sum_horizontal(terms).alias("weight")


def _part_weight(part: Part, known: pl.DataFrame) -> pl.Expr:
    own, other = pl.col(part.name), pl.col(f"{part.name}_right")
    agreed = (part.agree / pl.col(f"{part.name}_share")).log(2)
    partly = _partly(part.name, known)
    weight = pl.when(own.is_null() | other.is_null()).then(0.0).when(own == other).then(agreed)
    for holds, value in partly:
        weight = weight.when(holds).then(value)
    return weight.otherwise(part.differ)


def _partly(name: str, known: pl.DataFrame) -> list[tuple[pl.Expr, float]]:
    """Near agreements, with the weight of each."""
    if name == "name":
        chance = _mean_share(known, "sound")
        half = _same("first") | _same("last")
        return [(_same("sound"), log2(_SOUND / chance)), (half, -1.0)]
    if name == "born":
        return [
            (_same("born_swapped", "born"), log2(_SWAPPED / _mean_share(known, "born"))),
            (_same("born_year"), -2.0),
        ]
    if name == "address":
        return [(_same("postcode"), log2(_POSTCODE / _mean_share(known, "postcode")))]
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
