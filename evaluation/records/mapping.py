"""Mapping files: which columns of an extract feed which columns of the canonical tables.

A mapping is a TOML file that a council edits. `[columns]` names what may stand in the extract, with alternatives;
`[people]` says which columns describe one person; each `[[tables]]` says what a row gives to one canonical table and
when. Sources of a canonical column are written as

- `"opened"`: the column of that name;
- `["occurred", "reported"]`: the first that is filled;
- `"=flare"`: a constant;
- `"{case_ref}/{row}"`: a text put together (null where a part is blank);
- `"person.subject"`: the pseudonym of a person;
- `"action.word"`, `"action.band"`: the word as read (coded), the severity band of the scheme;
- `"lead?"`: whether the cell is filled.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Table
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evaluation.errors import DataError, did_you_mean
from evaluation.records import schema
from evaluation.records.rules import NOT_IN_THE_FUTURE, RULES

Kind = Literal[
    "identifier", "date", "month", "money", "number", "whole", "yes_no", "presence", "text", "name", "area",
    "district", "code", "scheme", "reference", "person_ref", "person_name", "birth_date", "address", "phone",
    "officer", "free_text",
    "verbatim", "true_false", "person_id", "skip",
]  # fmt: skip
PersonPart = Literal["ref", "name", "born", "address", "phone"]
PERSONAL: frozenset[str] = frozenset(
    ("person_ref", "person_name", "birth_date", "address", "phone", "officer", "presence")
)
SHIPPED = (
    "flare", "cedar", "confirm", "pss_live", "uniform", "iworld", "react", "police_uk", "police_asb", "case_list",
    "outcome_measures", "surveys", "returns", "prosecutions", "court_orders", "order_events", "court_receipts",
)  # fmt: skip
_PEOPLE = ("subject_id", "complainant_id", "officer_id", "client_id", "defendant_id", "payer_id")
Condition = Annotated[str, Field(pattern=r"^!?\w+(\|\w+)*$")]


class Column(BaseModel):
    """One column of an extract: what it holds and the headers it may have, the likeliest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind
    names: tuple[str, ...] = Field(min_length=1)
    required: bool = False
    filled: bool = False
    list: str | None = None

    @model_validator(mode="after")
    def _a_code_has_a_list(self) -> Column:
        if (self.kind == "code") != (self.list is not None):
            raise ValueError("a column of kind 'code' (and no other) has a list")
        return self


class TableSource(BaseModel):
    """What one row of the extract gives to one canonical table, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: str
    when: tuple[Condition, ...] = ()
    repeats: Literal["collapse", "reject"] = "collapse"
    source: Table[str, str | tuple[str, ...]] = Field(alias="from")


class Order(BaseModel):
    """Two dates of one row of which the second may not be before the first."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    first: str
    then: str
    when: tuple[Condition, ...] = ()


class Mapping(BaseModel):
    """A whole mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    system: str
    columns: Table[str, Column]
    people: Table[str, Table[PersonPart, str]] = {}
    tables: tuple[TableSource, ...] = Field(min_length=1)
    order: tuple[Order, ...] = ()
    rules: Table[str, Literal["reject", "warn"]] = {}
    dates: Literal["day-first", "month-first"] | None = None
    unclassified: tuple[str, ...] = ()
    untreated: tuple[str, ...] = ()
    unknown_scheme: Literal["keep", "reject"] = "keep"
    no_value: tuple[str, ...] = ()
    distinct: bool = True
    sheet: str | None = None
    query: str | None = None
    code_lists: str | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Mapping:
        problems = [*self._unknown_tables(), *self._unknown_columns(), *self._unknown_rules()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _unknown_tables(self) -> list[str]:
        found: list[str] = []
        for spec in self.tables:
            if spec.table not in schema.TABLES:
                found.append(f"table '{spec.table}' is not a canonical table.{did_you_mean(spec.table, schema.TABLES)}")
                continue
            known = schema.columns(spec.table)
            wrong = [name for name in spec.source if name not in known]
            found += [f"{spec.table} has no column '{name}'.{did_you_mean(name, known)}" for name in wrong]
        return found

    def _unknown_columns(self) -> list[str]:
        used = {name for spec in self.tables for name in (*sources_of(spec), *named_in(spec.when))}
        used |= {name for order in self.order for name in (order.first, order.then, *named_in(order.when))}
        used |= {name for person in self.people.values() for name in person.values()} | set(self.no_value)
        people = {f"person.{name}" for name in self.people}
        wrong = sorted(used - set(self.columns) - people - {"row", "file"})
        return [f"there is no column '{name}' in [columns].{did_you_mean(name, self.columns)}" for name in wrong]

    def _unknown_rules(self) -> list[str]:
        known = [NOT_IN_THE_FUTURE, *(rule.name for spec in self.tables for rule in RULES.get(spec.table, ()))]
        wrong = [name for name in self.rules if name not in known]
        return [f"there is no rule '{name}'.{did_you_mean(name, known)}" for name in wrong]


def sources_of(spec: TableSource) -> set[str]:
    """Names of the columns (and people) that a table is fed from."""
    return {name for source in spec.source.values() for name in columns_in(source)}


def columns_in(source: str | tuple[str, ...]) -> set[str]:
    """Names of the columns (and people) in one source of a canonical column."""
    if isinstance(source, tuple):
        return {name for option in source for name in columns_in(option)}
    if source.startswith("="):
        return set()
    if "{" in source:
        return set(re.findall(r"\{(\w+)\}", source))
    if source.startswith("person."):
        return {source}
    return {source.removesuffix("?").split(".")[0]}


def named_in(conditions: tuple[str, ...]) -> set[str]:
    """Names of the columns in conditions."""
    return {name for condition in conditions for name in condition.removeprefix("!").split("|")}


def mappings() -> tuple[str, ...]:
    """The names of the mappings that come with the package, and of those for canonical tables."""
    return (*SHIPPED, *(f"canonical:{name}" for name in schema.TABLES))


def load_mapping(mapping: str | Path | Mapping) -> Mapping:
    """Read a mapping by its shipped name, by `canonical:TABLE`, or from a TOML file.

    Raises
    ------
    DataError
        There is no such mapping, or the file is not one; every problem in it is listed.
    """
    if isinstance(mapping, Mapping):
        return mapping
    name = str(mapping)
    if name.startswith("canonical:"):
        return canonical(name.removeprefix("canonical:"))
    if name in SHIPPED:
        return _parse(name, files("evaluation.records") / "mappings" / f"{name}.toml")
    path = Path(mapping)
    if not path.is_file():
        raise DataError(
            f"There is no mapping '{name}'.{did_you_mean(name, mappings())} "
            "A mapping is a shipped name, or a TOML file of your own: mappings/NAME.toml."
        )
    return _parse(path.name, path)


def _parse(name: str, file: Path | Traversable) -> Mapping:
    try:
        return Mapping.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise DataError(f"The mapping {name} is not a TOML file: {problem}.") from problem
    except ValidationError as problem:
        lines = [f"{'.'.join(map(str, error['loc'])) or 'file'}: {error['msg']}" for error in problem.errors()]
        raise DataError(f"The mapping {name} cannot be used.", lines) from problem


def canonical(table: str) -> Mapping:
    """The mapping of a file that already has the columns of one canonical table."""
    kinds = schema.columns(table)
    needed = schema.required(table)
    columns = {
        name: Column(kind=_canonical_kind(name, kind), names=(name,), required=name in needed)
        for name, kind in kinds.items()
    }
    source = TableSource.model_validate({"table": table, "from": {name: name for name in kinds}})
    return Mapping(title=f"canonical {table}", system="canonical", columns=columns, tables=(source,))


def _canonical_kind(name: str, kind: pl.DataType) -> Kind:
    if isinstance(kind, pl.Decimal):
        return "money"
    plain: dict[pl.DataType, Kind] = {
        pl.Date(): "date", pl.Boolean(): "true_false", pl.Int64(): "whole", pl.Float64(): "number",
    }  # fmt: skip
    if kind in plain:
        return plain[kind]
    if name in _PEOPLE:
        return "person_id"
    return "identifier" if name.endswith(("_id", "_ref")) else "verbatim"
