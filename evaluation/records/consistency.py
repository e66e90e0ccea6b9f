"""Whether published tables agree with themselves: totals, shares, quarter labels and impossible ratios."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evaluation.errors import DataError

Kind = Literal["total", "quarter", "share", "ratio"]
FIRST_MONTH_OF_THE_FINANCIAL_YEAR = 4
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PrintedTable(_Strict):
    """A table of counts with its printed total and the quarter in its heading."""

    name: str
    heading: str
    printed_total: int
    rows: dict[str, int] = Field(min_length=1)
    quarter: int | None = Field(default=None, ge=1, le=4)
    months: tuple[int, ...] = ()


class PrintedSum(_Strict):
    """A sum of some shares as it is printed elsewhere."""

    name: str
    of: tuple[str, ...]
    printed: float


class Shares(_Strict):
    """Percentages of one whole, as printed."""

    name: str
    parts: dict[str, float] = Field(min_length=1)
    rounded_to: float = 1.0
    sums: tuple[PrintedSum, ...] = ()


class Proportion(_Strict):
    """A count of a whole, with the percentage in words: "30 %", "over 30 %" or "under 30 %"."""

    name: str
    count: int
    of: int = Field(gt=0)
    printed: str = Field(pattern=r"^(over |under |about )?\d+(\.\d+)? %$")


class PartOfWhole(_Strict):
    """Two counts of which the first should be a part of the second."""

    name: str
    part: str
    whole: str
    part_count: int
    whole_count: int


class Publication(_Strict):
    """The figures of one publication, as printed."""

    title: str
    source: str
    tables: tuple[PrintedTable, ...] = ()
    shares: tuple[Shares, ...] = ()
    proportions: tuple[Proportion, ...] = ()
    parts: tuple[PartOfWhole, ...] = ()


@dataclass(frozen=True)
class Slip:
    """One place where a publication disagrees with itself."""

    kind: Kind
    where: str
    text: str


def load_publication(name: str | Path) -> Publication:
    """The figures of a publication that comes with the package (`oxford_2009`), or of a TOML file of the same form.

    Raises
    ------
    DataError
        There is no such publication, or its file is not of the form.
    """
    shipped = files("evaluation.records") / "published" / f"{name}.toml"
    path = Path(name)
    if not shipped.is_file() and not path.is_file():
        raise DataError(f"There is no publication '{path.name}'.")
    text = shipped.read_text(encoding="utf-8") if shipped.is_file() else path.read_text(encoding="utf-8")
    try:
        content: dict[str, Any] = tomllib.loads(text)
        return Publication.model_validate(content)
    except tomllib.TOMLDecodeError as problem:
        raise DataError(f"The publication {path.name} is not a TOML file: {problem}.") from problem
    except ValidationError as problem:
        lines = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors()]
        raise DataError(f"The publication {path.name} cannot be used.", lines) from problem


def check_publication(publication: Publication) -> tuple[Slip, ...]:
    """Every slip of a publication, in the order of its figures."""
    slips: list[Slip] = []
    quarters: set[str] = set()
    for table in publication.tables:
        slips += _total(table)
        if table.heading not in quarters:
            slips += _quarter(table)
        quarters.add(table.heading)
    for shares in publication.shares:
        slips += [*_whole(shares), *_sums(shares)]
    slips += [slip for proportion in publication.proportions for slip in _proportion(proportion)]
    slips += [slip for part in publication.parts for slip in _part(part)]
    return tuple(slips)


def slips_table(slips: tuple[Slip, ...]) -> pl.DataFrame:
    """Slips as a table: `kind, where, text`."""
    rows = [(slip.kind, slip.where, slip.text) for slip in slips]
    return pl.DataFrame(rows, schema={"kind": pl.String, "where": pl.String, "text": pl.String}, orient="row")


def _total(table: PrintedTable) -> list[Slip]:
    found = sum(table.rows.values())
    if found == table.printed_total:
        return []
    return [Slip("total", table.name, f"the rows sum to {found} and the printed total is {table.printed_total}")]


def quarter_of(month: int, first_month: int = FIRST_MONTH_OF_THE_FINANCIAL_YEAR) -> int:
    """The quarter of the financial year in which a month lies: April is in the first."""
    return (month - first_month) % 12 // 3 + 1


def _quarter(table: PrintedTable) -> list[Slip]:
    true = {quarter_of(month) for month in table.months}
    if table.quarter is None or not true or true == {table.quarter}:
        return []
    span = f"{_MONTHS[table.months[0] - 1]} to {_MONTHS[table.months[-1] - 1]}"
    named = ", ".join(map(str, sorted(true)))
    return [
        Slip(
            "quarter",
            table.name,
            f"headed quarter {table.quarter}, but {span} is quarter {named} of the financial year",
        )
    ]


def _whole(shares: Shares) -> list[Slip]:
    """Rounded shares may miss 100 by half a unit each."""
    total = sum(shares.parts.values())
    slack = shares.rounded_to * len(shares.parts) / 2
    if abs(total - 100) <= slack:
        return []
    return [Slip("share", shares.name, f"the shares come to {total:g} %, not 100 %")]


def _sums(shares: Shares) -> list[Slip]:
    """A sum of rounded shares may miss the rounded sum by less than half a unit for each of them and for itself."""
    slips: list[Slip] = []
    for one in shares.sums:
        parts = [shares.parts[name] for name in one.of]
        if abs(sum(parts) - one.printed) >= shares.rounded_to * (len(parts) + 1) / 2:
            added = " + ".join(f"{part:g} %" for part in parts)
            slips.append(Slip("share", one.name, f"{added} is {sum(parts):g} %, and {one.printed:g} % is printed"))
    return slips


def _proportion(proportion: Proportion) -> list[Slip]:
    words = proportion.printed.removesuffix(" %").split()
    printed, share = float(words[-1]), 100 * proportion.count / proportion.of
    relation = words[0] if len(words) > 1 else "about"
    holds = {"over": share > printed, "under": share < printed, "about": abs(share - printed) < 1}[relation]
    if holds:
        return []
    text = f"{proportion.count} of {proportion.of} is {share:g} %, and {proportion.printed} is printed"
    return [Slip("share", proportion.name, text)]


def _part(part: PartOfWhole) -> list[Slip]:
    if part.part_count <= part.whole_count:
        return []
    text = (
        f"{part.part_count} {part.part} of {part.whole_count} {part.whole} is impossible as a rate: "
        f"what was {part.part} need not be among what was {part.whole} in the same months"
    )
    return [Slip("ratio", part.name, text)]
