"""Wexbourne: what the invented partnership is made of. Place, providers and every figure are synthetic.

The effects are assumptions of the example, not estimates of any real scheme. No scheme that bears a real provider's
name has a null or a harmful effect here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from evaluation.example.scenario import Scenario, TrueScheme

NAME = "Wexbourne (invented)"
AS_OF = date(2012, 12, 31)
FIRST_DAY = date(2008, 1, 1)
WARDS = (
    "Alder Vale", "Bellmoor", "Castlewick", "Dunfield", "Eastmarsh", "Fernhollow", "Grangehill", "Harrowmead",
)  # fmt: skip
LETTERS = tuple("ABCDEFGHIJKLMNO")
MIX = (55, 50, 4, 8, 6, 6, 5, 9, 3, 3, 2, 6, 2, 1, 5)
"""Incidents by HouseMark letter in Oxford City Homes' tables, April to December 2008 (N was not seen: 1 is put in)."""


def _by_letter(usual: float, **letters: float) -> tuple[float, ...]:
    return tuple(letters.get(letter, usual) for letter in LETTERS)


def _day(day: date) -> int:
    return (day - FIRST_DAY).days


SCHEMES = (
    TrueScheme("mediation", -9.4, 0.62, types=_by_letter(-0.6, A=0.3, B=0.2, E=0.3, L=0.4), length_days=60),
    TrueScheme("abcs", -9.7, 0.78, types=_by_letter(-0.3, B=0.2, D=0.3, M=0.3), length_days=180,
               follows=(("warning_letters", 0.7),)),
    TrueScheme("asbos", -10.8, 1.0, types=_by_letter(-0.3, B=0.3, D=0.2, J=0.4), length_days=730,
               follows=(("abcs", 1.5), ("warning_letters", 0.4))),
    TrueScheme("elmore", -10.3, 0.6, types=_by_letter(-0.2, B=0.2, G=0.4, H=0.4), length_days=150),
    TrueScheme("family_support", -10.9, 0.7, types=_by_letter(-0.2, B=0.2), length_days=230, capacity=6,
               from_day=_day(date(2011, 10, 1))),
    TrueScheme("city_counselling", -10.0, 0.75, types=_by_letter(-0.3, B=0.2, H=0.3, I=0.3), length_days=110),
    TrueScheme("quiet_hours_scheme", -9.5, 1.4, types=_by_letter(-1.0, A=0.4, E=0.3), length_days=120,
               from_day=_day(date(2009, 10, 1))),
    TrueScheme("warning_letters", -7.6, 0.92, types=_by_letter(0.0), length_days=1),
    TrueScheme("injunctions", -11.4, 1.0, types=_by_letter(-0.2, B=0.3, J=0.4), length_days=365,
               follows=(("abcs", 1.2),)),
    TrueScheme("notices_seeking_possession", -10.9, 1.0, types=_by_letter(0.0), length_days=365,
               follows=(("abcs", 0.8), ("asbos", 0.9), ("injunctions", 0.9))),
)  # fmt: skip

WEXBOURNE = Scenario(
    people=8200,
    days=_day(AS_OF) + 1,
    wards=len(WARDS),
    kinds=LETTERS,
    kind_shares=tuple(share / sum(MIX) for share in MIX),
    exits=0.00012,
    schemes=SCHEMES,
    as_of=AS_OF,
)


SILENT = ("pss_live", date(2011, 8, 1), date(2011, 8, 31))
"""A system that delivers nothing for a month: a gap in coverage, not a month without trouble."""


@dataclass(frozen=True)
class AreaScheme:
    """A scheme for places instead of people, with the true change of the incidents there.

    Parameters
    ----------
    name
        Scheme id.
    wards
        Where it ran.
    categories
        HouseMark letters that it acts on.
    first, last
        First and last day on which it acts; a `last` of None means it still runs.
    theta
        Factor on the incidents of unknown people in these wards and categories while it runs.
    """

    name: str
    wards: tuple[str, ...]
    categories: tuple[str, ...]
    first: date
    last: date | None
    theta: float


AREA_SCHEMES = (
    AreaScheme("dispersal_orders", ("Castlewick",), ("B", "H", "M", "D"), date(2011, 4, 1), date(2012, 3, 31), 0.6),
    AreaScheme("wardens_in_schools", ("Eastmarsh", "Fernhollow"), ("D", "F", "K", "M"), date(2010, 9, 1), None, 0.7),
    AreaScheme("nuisance_nightline", ("Alder Vale", "Bellmoor", "Dunfield"), ("A",), date(2011, 1, 1), None, 0.75),
)
