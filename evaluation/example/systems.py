"""Which system of Wexbourne holds what, and what each calls it: the same happening in seven vocabularies."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl

from evaluation.example.people import Ints

CASE_SYSTEMS = ("flare", "iworld", "uniform", "react")
"""Systems that hold cases of named people, the police's apart."""
PREFIXES = {
    "flare": "FL/", "cedar": "CD-", "iworld": "0", "uniform": "UN-", "react": "RX", "confirm": "7", "pss_live": "PSS",
}  # fmt: skip
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "flare": {
        "A": ("Noise nuisance", "Noise", "Loud music"), "B": ("Harassment", "Verbal abuse", "Nuisance neighbours"),
        "C": ("Hate related",), "D": ("Vandalism", "Graffiti"), "E": ("Animal nuisance", "Barking dog"),
        "F": ("Vehicle nuisance", "Abandoned vehicle"), "G": ("Drugs",), "H": ("Alcohol related", "Street drinking"),
        "I": ("Domestic abuse",), "J": ("Physical violence",), "K": ("Fly-tipping", "Rubbish"),
        "L": ("Garden nuisance",),
        "M": ("Misuse of communal areas", "Loitering"), "N": ("Kerb crawling",), "O": ("Other crime",),
    },
    "cedar": {
        "A": ("Noise",), "B": ("Rowdy or inconsiderate behaviour", "Intimidation", "Neighbour dispute"),
        "C": ("Hate crime", "Racial harassment"), "D": ("Criminal damage",), "E": ("Animals", "Dogs"),
        "F": ("Vehicle related nuisance", "Mini motos"), "G": ("Drug dealing", "Drug use"),
        "H": ("Drunk and disorderly", "Street drinking"), "I": ("Domestic incident",), "J": ("Assault", "Fighting"),
        "K": ("Litter",), "L": ("Gardens",), "M": ("Youths congregating", "Begging"), "N": ("Soliciting",),
        "O": ("Crime", "Theft"),
    },
}  # fmt: skip
PLAIN = {
    "A": ("noise",), "B": ("threats",), "C": ("hate-related incidents",), "D": ("damage",), "E": ("pets and animals",),
    "F": ("vehicles",), "G": ("substance misuse",), "H": ("alcohol",), "I": ("domestic",), "J": ("violence",),
    "K": ("fly tipping",), "L": ("untidy garden",), "M": ("public space",), "N": ("prostitution",),
    "O": ("other crime",),
}  # fmt: skip
UNIFORM_WORD = "Caution"
UNMAPPED = ("Misc", "General complaint", "See notes", "ASB - unspecified", "XX")
ACTIONS = {
    "mediation": "Mediation", "abcs": "Acceptable Behaviour Contract", "asbos": "ASBO", "elmore": "Elmore ASB team",
    "family_support": "Family Support Co-ordinator", "city_counselling": "City Counselling",
    "quiet_hours_scheme": "Quiet Hours Scheme", "warning_letters": "Warning letter", "injunctions": "Injunction",
    "notices_seeking_possession": "Notice seeking possession",
}  # fmt: skip
CLOSURE_WORDS = {
    "resolved": "Resolved", "unresolved": "No further action", "withdrawn": "Complaint withdrawn",
    "moved": "Moved away", "evicted": "Evicted",
}  # fmt: skip
DATE_FORMATS = {"flare": "%d/%m/%Y", "cedar": "%Y-%m-%d", "iworld": "%Y-%m-%d"}
USUAL_DATE = "%d/%m/%Y"


def headers(mapping: str) -> dict[str, str]:
    """Return the first header that a shipped mapping expects for each of its columns."""
    text = (files("evaluation.records") / "mappings" / f"{mapping}.toml").read_text(encoding="utf-8")
    columns: dict[str, dict[str, Any]] = tomllib.loads(text)["columns"]
    return {name: str(column["names"][0]) for name, column in columns.items()}


def home_system(person: Ints, tenure: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Return the system that holds the cases of each person: it follows the landlord.

    Parameters
    ----------
    person
        Number of each person, for the length alone.
    tenure
        Of each person.
    """
    share = rng.random(person.size)
    council = pl.Series(np.select([share < 0.70, share < 0.76], ["iworld", "react"], "flare"))
    others = pl.Series(np.where(share < 0.12, "uniform", "flare"))
    return pl.select(pl.when(pl.lit(tenure == "council")).then(pl.lit(council)).otherwise(pl.lit(others))).to_series()


def words(system: str, letters: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Say HouseMark letters in the words of one system; Uniform says "Caution" whatever happened."""
    if system == "uniform":
        return pl.repeat(UNIFORM_WORD, letters.len(), eager=True)
    table = WORDS.get(system, PLAIN)
    pick = pl.Series(rng.integers(0, 60, letters.len()))
    choices = pl.DataFrame({"letter": letters, "pick": pick})
    longest = max(len(options) for options in table.values())
    wide = pl.DataFrame(
        [(letter, turn, options[turn % len(options)]) for letter, options in table.items() for turn in range(longest)],
        schema=["letter", "turn", "word"], orient="row",
    )  # fmt: skip
    keyed = choices.with_columns(turn=(pl.col("pick") % longest).cast(pl.Int64))
    return keyed.join(wide, on=["letter", "turn"], how="left", maintain_order="left")["word"]


def references(system: str, numbers: pl.Series, years: pl.Series) -> pl.Series:
    """Return the references by which a system names its cases; I-World's begin with a zero that spreadsheets lose."""
    digits = numbers.cast(pl.String).str.zfill(6)
    year = years.cast(pl.String)
    if PREFIXES[system].isdigit():
        return PREFIXES[system] + year.str.slice(2) + digits
    return PREFIXES[system] + year + "/" + digits
