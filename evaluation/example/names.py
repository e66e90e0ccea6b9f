"""Invented names, addresses, dates of birth and telephone numbers for the people of the example.

Surnames and streets are made of syllables that no English name has, WX is no postcode area, and the telephone numbers
are those that Ofcom keeps for drama: nobody can be meant by mistake, and a search for any of them finds a leak.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from evaluation.example.people import Ints

FIRST = (
    "Abril", "Anwick", "Arvo", "Belda", "Brannick", "Calla", "Cerris", "Corvin", "Dareth", "Delphy", "Dorrin", "Edrin",
    "Elowick", "Emmet", "Fenna", "Ferrow", "Finbar", "Galia", "Garrod", "Hesper", "Hollin", "Idris", "Ilsa", "Jarvo",
    "Jessamy", "Kerrin", "Kitto", "Lanfer", "Linnet", "Lorcan", "Mabry", "Maddox", "Merrin", "Nerys", "Nolda", "Orrin",
    "Ottla", "Perran", "Petra", "Quilla", "Rafe", "Rhoswen", "Sabra", "Senan", "Tamsin", "Torrin", "Ulric", "Una",
    "Vanna", "Verrin", "Wenna", "Wilmot", "Xanthe", "Yestin", "Yorick", "Zelda", "Zennor", "Averil", "Brisco", "Cador",
)  # fmt: skip
HEADS = (
    "Quib", "Zand", "Blax", "Fenn", "Grol", "Hurz", "Jask", "Klim", "Lomb", "Murg", "Nesk", "Ozz", "Plim", "Quor",
    "Rund", "Skav", "Thrum", "Ulver", "Vosk", "Wimb", "Yarb", "Zolt", "Drab", "Frisk", "Glib", "Strod", "Twill", "Vex",
    "Crisp", "Blen",
)  # fmt: skip
TAILS = (
    "ackle", "erby", "ingdale", "owick", "umber", "ester", "ibrook", "onshaw", "urtle", "addock", "efold", "iggle",
    "orrow", "unkin", "aveling", "entish", "idgeon", "omble", "uffield", "armley",
)  # fmt: skip
STREETS = (
    "Quillfeather", "Zephyr", "Marlpit", "Thimbleden", "Oxlip", "Vinegar", "Larkspindle", "Cobblewick", "Fiddlehead",
    "Gossamer", "Hobbin", "Inkwell", "Jackstraw", "Kestrelmoor", "Lanternhill", "Mothwing", "Nettlecombe", "Owlsden",
    "Pennywhistle", "Quarrelpit", "Rushlight", "Saltbarrow", "Tinderbox", "Umberfield", "Velvetdown", "Wagtail",
    "Xylem", "Yaffle", "Zinnia", "Bramblecote",
)  # fmt: skip
ENDINGS = ("Close", "Drive", "Gardens", "Lane", "Rise", "Road", "Street", "Way")
DRAMA = ("01632 960", "0113 496 0", "0114 496 0", "0115 496 0", "0116 496 0", "0117 496 0", "0118 496 0", "07700 900")


@dataclass(frozen=True)
class Directory:
    """Who lives where; a row a person.

    Parameters
    ----------
    people
        Columns `name, born, phone, address, place` (the number of the address) and `ward`.
    """

    people: pl.DataFrame

    def column(self, name: str, rows: Ints) -> pl.Series:
        """Return one column for these people; a negative row is null."""
        values = self.people[name]
        chosen = values.gather(pl.Series(np.maximum(rows, 0)))
        return pl.select(pl.when(pl.lit(pl.Series(rows >= 0))).then(pl.lit(chosen))).to_series()


def directory(ward: Ints, as_of: date, rng: np.random.Generator) -> Directory:
    """Invent a person for each entry of `ward`; neighbours in the list share a household now and then.

    Parameters
    ----------
    ward
        Index of the ward of each person.
    as_of
        The day on which the people are between 12 and 80 years old.
    """
    n = ward.size
    place, surname = _households(ward, rng)
    first = rng.integers(0, len(FIRST), n)
    age = 12 * 365 + rng.gamma(2.2, 3600, n).clip(0, 68 * 365)
    names = pl.Series(FIRST).gather(pl.Series(first)) + " " + _surnames(surname)
    born = pl.Series(((as_of - date(1970, 1, 1)).days - age).astype(np.int32)).cast(pl.Date)
    address = _addresses(place, ward)
    people = pl.DataFrame(
        {"name": names, "born": born, "phone": _phones(n, rng), "address": address, "place": place, "ward": ward}
    )
    return Directory(people)


def _households(ward: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Put each person at a new address, or (one in six) with the last person of the same ward, under one surname."""
    order = np.argsort(ward, kind="stable")
    same = np.concatenate([[False], ward[order][1:] == ward[order][:-1]])
    new = ~(same & (rng.random(ward.size) < 1 / 6))
    place = np.empty(ward.size, np.int64)
    place[order] = np.cumsum(new) - 1
    surname = rng.integers(0, len(HEADS) * len(TAILS), int(new.sum()))
    return place, surname[place]


def _surnames(number: Ints) -> pl.Series:
    heads, tails = pl.Series(HEADS), pl.Series(TAILS)
    return heads.gather(pl.Series(number // len(TAILS))) + tails.gather(pl.Series(number % len(TAILS)))


def _addresses(place: Ints, ward: Ints) -> pl.Series:
    road = place // 40
    street = pl.Series(STREETS).gather(pl.Series(road % len(STREETS)))
    ending = pl.Series(ENDINGS).gather(pl.Series((road // len(STREETS)) % len(ENDINGS)))
    house = pl.Series(place % 40 + 1).cast(pl.String)
    letters = "ABDEFGHJLN"
    inner = (pl.Series(road % 9 + 1)).cast(pl.String)
    pair = pl.Series([a + b for a in letters for b in letters]).gather(pl.Series(road % 100))
    code = "WX" + pl.Series(ward + 1).cast(pl.String) + " " + inner + pair
    return house + " " + street + " " + ending + ", Wexbourne " + code


def _phones(n: int, rng: np.random.Generator) -> pl.Series:
    area = pl.Series(DRAMA).gather(pl.Series(rng.integers(0, len(DRAMA), n)))
    return area + pl.Series(rng.integers(0, 1000, n)).cast(pl.String).str.zfill(3)
