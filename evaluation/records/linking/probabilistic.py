"""The same person across systems by a trained model (splink 5), for those who have the extra `linking`.

The model is Fellegi and Sunter's, its parameters estimated from the data: the chances of agreement between different
people from a seeded random sample, those of the same person by expectation maximisation within blocks. A level that the
data could not train is an error here, never a default.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from evaluation.errors import DataError, UsageError
from evaluation.records.linking.people import PAIRS
from evaluation.records.linking.weights import DOUBTFUL
from evaluation.records.traits import PARTS, TRAITS

SEED = 20121231
FEWEST_PEOPLE = 200
_TRAINING_BLOCKS = ("born", "name", "address")
_DETERMINISTIC = (("name", "born"), ("name", "address"), ("name", "telephone"))
_RECALL_OF_DETERMINISTIC = 0.7


def trained_pairs(traits: pl.DataFrame, *, seed: int = SEED, max_pairs: float = 2e6) -> pl.DataFrame:
    """Pairs of people that may be one, by a model trained on these people.

    Parameters
    ----------
    traits
        As `records.traits` gives them, of all extracts together.
    seed
        Of the random sample of pairs.
    max_pairs
        Size of that sample.

    Returns
    -------
    DataFrame
        As `linking.people.pair_people`.

    Raises
    ------
    UsageError
        Splink is not installed.
    DataError
        The data could not train a level of the model, or there are too few people to train one.
    """
    known = traits.select(list(TRAITS)).drop("role").unique(maintain_order=True).with_row_index("unique_id")
    if known["person_id"].n_unique() < FEWEST_PEOPLE:
        raise DataError(
            f"A linking model needs at least {FEWEST_PEOPLE} people to be trained on; link by rules instead."
        )
    linker = _linker(known)
    _train(linker, seed, max_pairs)
    _refuse_untrained(linker)
    found = linker.inference.predict(threshold_match_probability=DOUBTFUL).as_duckdbpyrelation().pl()
    return _by_person(found, known)


def _linker(known: pl.DataFrame) -> Any:
    try:
        import duckdb
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    except ImportError as problem:
        raise UsageError(
            "Linking by a trained model needs the extra 'linking' (splink); the rules need nothing."
        ) from problem
    backend: Any = DuckDBAPI(duckdb.connect())
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=[
            block_on("name"), block_on("born", "last"), block_on("born", "first"), block_on("telephone"),
            block_on("address", "last"), block_on("sound", "born_year"), block_on("sound", "postcode"),
        ],
        retain_matching_columns=True,
    )  # fmt: skip
    table = backend.register(known.to_arrow())
    return Linker(table, settings, log_level="ERROR")


def _comparisons() -> list[Any]:
    import splink.comparison_level_library as levels
    import splink.comparison_library as library

    def graded(part: str, near: str | None) -> Any:
        """Equal, nearly equal (by the sound, or by the postcode), or different."""
        grades: list[Any] = [levels.NullLevel(part), levels.ExactMatchLevel(part, term_frequency_adjustments=True)]
        grades += [levels.ExactMatchLevel(near)] if near else []
        return library.CustomComparison([*grades, levels.ElseLevel()], output_column_name=part)

    return [
        graded("name", "sound"),
        graded("born", "born_year"),
        graded("address", "postcode"),
        graded("telephone", None),
    ]


def _train(linker: Any, seed: int, max_pairs: float) -> None:
    from splink import block_on

    rules = [block_on(*parts) for parts in _DETERMINISTIC]
    linker.training.estimate_probability_two_random_records_match(rules, recall=_RECALL_OF_DETERMINISTIC)
    linker.training.estimate_u_using_random_sampling(max_pairs=max_pairs, seed=seed, min_count_per_level=None)
    for block in _TRAINING_BLOCKS:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(block), record_sample_proportion=1.0
        )


def _refuse_untrained(linker: Any) -> None:
    model: dict[str, Any] = linker.misc.save_model_to_json()
    untrained = [
        f"{comparison['output_column_name']}: {level['label_for_charts']}"
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level") and (level.get("m_probability") is None or level.get("u_probability") is None)
    ]
    if untrained:
        raise DataError("The linking model could not be trained on these data; link by rules instead.", untrained)


def _by_person(found: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    parts = known.select("unique_id", "person_id", *PARTS)
    both = found.select("unique_id_l", "unique_id_r", probability="match_probability")
    for side in ("l", "r"):
        renamed = parts.rename({name: f"{name}_{side}" for name in parts.columns})
        both = both.with_columns(pl.col(f"unique_id_{side}").cast(pl.UInt32)).join(renamed, on=f"unique_id_{side}")
    compared = ("name", "born", "address", "telephone")
    same = {part: pl.col(f"{part}_l") == pl.col(f"{part}_r") for part in compared}
    said = both.filter(pl.col("person_id_l") != pl.col("person_id_r")).select(
        left=pl.min_horizontal("person_id_l", "person_id_r"),
        right=pl.max_horizontal("person_id_l", "person_id_r"),
        probability="probability",
        agree=pl.concat_str(
            [pl.when(same[part]).then(pl.lit(part)) for part in compared], separator=" ", ignore_nulls=True
        ),
        differ=pl.concat_str(
            [pl.when(~same[part]).then(pl.lit(part)) for part in compared], separator=" ", ignore_nulls=True
        ),
    )
    best = said.sort("probability", descending=True).unique(["left", "right"], keep="first", maintain_order=True)
    return best.select(list(PAIRS)).cast(PAIRS).sort("left", "right")
