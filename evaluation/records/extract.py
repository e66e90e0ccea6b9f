"""One extract, read: what was accepted into the canonical tables, what was set aside and why, and what was noticed."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from evaluation.errors import DataError
from evaluation.records import building, horizon, schema
from evaluation.records.coding import UNMAPPED, scheme_list
from evaluation.records.mapping import Mapping, load_mapping
from evaluation.records.pseudonyms import DEMONSTRATION_KEY
from evaluation.records.raw import Raw, to_raw
from evaluation.records.rules import NOT_IN_THE_FUTURE
from evaluation.records.sources import read_source
from evaluation.records.taught import Taught
from evaluation.records.traits import TRAITS
from evaluation.records.values import Options, Values, read_values

PLACES = pl.Schema({"row": pl.Int64, "line": pl.Int64, "sheet": pl.String})


@dataclass(frozen=True)
class Extract:
    """One extract, read and checked.

    Attributes
    ----------
    name
        What the extract is called: the file's stem, or the name given.
    mapping
        The name of the mapping.
    accepted
        Canonical table name to frame, with exactly the columns of `records.schema`; only tables that the mapping feeds.
    rejected
        One row per raw row set aside: `row`, the columns as read, and `reasons` (a list of texts).
    notes
        What was detected and changed.
    source_sha256
        SHA-256 of the bytes received (of the rows, for a database).
    rows_read, rows_accepted
        Raw rows; what was read is what was accepted and what was rejected.
    unmapped
        Words in no code list: `column, list, word, rows, suggestion`.
    traits
        Keyed traits of people, for linking alone.
    places
        `row, line, sheet` of every rejected row: where its owner sees it in the file, counted as a spreadsheet program
        counts (title rows, header and blank rows too); null for a database or Parquet.
    columns
        Header of each column of the mapping that the extract has, and the kind of what it holds.
    date_order
        The order of day and month by which dates were read, if any needed one.
    system
        The system whose references name people, as the mapping calls it.
    key
        The pseudonym key; never shown or written.
    """

    name: str
    mapping: str
    accepted: Table[str, pl.DataFrame]
    rejected: pl.DataFrame
    notes: tuple[str, ...]
    source_sha256: str
    rows_read: int
    rows_accepted: int
    unmapped: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNMAPPED))
    traits: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TRAITS))
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PLACES))
    columns: Table[str, str] = field(default_factory=dict[str, str])
    date_order: str | None = None
    system: str = ""
    key: bytes = field(default=DEMONSTRATION_KEY, repr=False, compare=False)

    @property
    def only_later(self) -> pl.Series:
        """Which rejected rows have no fault but that they begin after the as-of date, for which this is read again."""
        begun = self.rejected["reasons"].list.eval(~pl.element().str.starts_with(horizon.LATER)).list.any()
        return ~begun if len(begun) else pl.Series([], dtype=pl.Boolean)


def read_extract(
    path_or_uri: str | Path,
    mapping: str | Path | Mapping,
    *,
    as_of: date | None = None,
    key: bytes | None = None,
    schemes: Table[str, Sequence[str]] | None = None,
    dates: str | None = None,
    name: str | None = None,
    taught: Taught | None = None,
) -> Extract:
    """Read one extract by its mapping.

    Parameters
    ----------
    path_or_uri
        A file (delimited text, XLSX, XLS, ODS, Parquet) or a database address with its table after `#`.
    mapping
        A shipped name (see `mappings()`), `canonical:TABLE`, or a TOML file.
    as_of
        The day of the extract; rows with a later day are set aside. None: no such check.
    key
        The pseudonym key; None takes the public demonstration key, which protects nobody.
    schemes
        Scheme id to titles and aliases, before those shipped.
    dates
        `day-first` or `month-first`, where the data owner declares what the values do not prove.
    name
        What to call the extract; else the file's stem.
    taught
        What the partnership says that words in no code list mean; see `read_taught`.

    Raises
    ------
    DataError
        The file is refused: one sentence says why.
    """
    spec = load_mapping(mapping)
    label = spec.system if isinstance(mapping, Mapping) else str(mapping)
    called = (
        Path(str(path_or_uri).rpartition("#")[2] or str(path_or_uri)).name
        if "://" in str(path_or_uri)
        else Path(path_or_uri).name
    )
    try:
        source = read_source(path_or_uri, spec)
        file, sha256 = source.name, source.sha256
        raw = to_raw(source.grid, spec)
        del source  # its cells are the rows of `raw` once more
        lists = _lists(spec, mapping)
        options = Options(key or DEMONSTRATION_KEY, scheme_list(schemes), dates, lists, taught, name or file)
        values = read_values(raw, spec, options)
        finished = _finish(name or file, label, sha256, raw, spec, values, as_of)
        return replace(finished, key=options.key)
    except DataError as refused:
        raise DataError(f"{called}: {refused.message}", refused.problems) from refused.__cause__


def _lists(spec: Mapping, mapping: str | Path | Mapping) -> Path | None:
    """The council's folder of code lists, beside its mapping file."""
    if spec.code_lists is None or isinstance(mapping, Mapping):
        return None
    return Path(mapping).parent / spec.code_lists


def _finish(name: str, label: str, sha256: str, raw: Raw, spec: Mapping, values: Values, as_of: date | None) -> Extract:
    built = building.build(values.frame, spec, name)
    within = horizon.Cut(built, pl.DataFrame(schema=building.REASONS))
    if as_of is not None and spec.rules.get(NOT_IN_THE_FUTURE) != "warn":
        within = horizon.cut(built, as_of, raw.positions)
    checked = _check(within.parts, spec, raw)
    reasons = [
        _misfits(raw),
        values.reasons,
        building.out_of_order(values.frame, spec, raw.positions),
        building.unfed(values.frame, built),
        within.reasons,
        checked.reasons,
    ]
    rejected = _rejected(raw, _first_causes(pl.concat(reasons)))
    _balance(raw, rejected)
    out = rejected["row"]
    words = (f"{len(values.unmapped)} words are in no code list",) if len(values.unmapped) else ()
    return Extract(
        name=name,
        mapping=label,
        accepted={table: _accepted(table, frames, out) for table, frames in checked.tables.items()},
        rejected=rejected,
        notes=(
            *raw.notes,
            *values.notes,
            *_without_value(values.frame, spec, raw),
            *within.notes,
            *checked.notes,
            *words,
        ),
        source_sha256=sha256,
        rows_read=len(raw.cells) + len(raw.below),
        rows_accepted=len(raw.cells) + len(raw.below) - len(rejected),
        unmapped=values.unmapped,
        traits=values.traits,
        places=raw.places.filter(pl.col("row").is_in(out.implode())).select(list(PLACES)).cast(PLACES),
        columns={header: spec.columns[column].kind for column, header in raw.positions.items()},
        date_order=values.date_order,
        system=spec.system,
    )


@dataclass(frozen=True)
class _Checked:
    tables: Table[str, list[pl.DataFrame]]
    reasons: pl.DataFrame
    notes: tuple[str, ...]


def _check(parts: horizon.Parts, spec: Mapping, raw: Raw) -> _Checked:
    """The rows of every table without repeats, with the reasons against those that break a rule."""
    warn = frozenset(rule for rule, what in spec.rules.items() if what == "warn")
    kept: dict[str, list[pl.DataFrame]] = {}
    reasons, notes = [pl.DataFrame(schema=building.REASONS)], list[str]()
    for table, sources in parts.items():
        for part, given in sources:
            rows, repeated, collapsed = building.repeats(table, part, given) if spec.distinct else (given, None, 0)
            wrong, warned = building.check(table, rows, warn)
            reasons += [building.in_their_words(wrong, part, raw.positions), *([] if repeated is None else [repeated])]
            if collapsed and part.repeats == "collapse":
                notes.append(f"{table}: {collapsed} rows repeat an earlier one")
            notes += [f"warning, rule {rule}: {count} rows of {table}" for rule, count in warned.items()]
            kept.setdefault(table, []).append(rows)
    return _Checked(kept, pl.concat(reasons), tuple(notes))


def _misfits(raw: Raw) -> pl.DataFrame:
    return pl.DataFrame(list(raw.misfits.items()), schema=building.REASONS, orient="row")


def _accepted(table: str, frames: list[pl.DataFrame], rejected: pl.Series) -> pl.DataFrame:
    rows = pl.concat([frame.filter(_none_of(rejected)) for frame in frames] if len(rejected) else frames)
    if not rows[building.ROW].is_sorted():
        rows = rows.sort(building.ROW, maintain_order=True)
    return rows.select(list(schema.columns(table)))


def _none_of(rejected: pl.Series) -> pl.Expr:
    return ~pl.col(building.ROW).is_in(rejected.implode())


def _first_causes(reasons: pl.DataFrame) -> pl.DataFrame:
    """Leave out that a value is lacking where the row already says which cell could not be read."""
    lacking = pl.col("reason").str.ends_with(building.LACKING)
    explained = reasons.filter(~lacking)["row"].unique()
    return reasons.filter(~lacking | ~pl.col("row").is_in(explained.implode()))


def _rejected(raw: Raw, reasons: pl.DataFrame) -> pl.DataFrame:
    """The rows that a reason stands against, then the totals and remarks below them."""
    listed = reasons.group_by("row").agg(pl.col("reason").unique(maintain_order=True).alias("reasons"))
    number = pl.col("row").cast(pl.Int64)
    wrong = raw.cells.with_columns(number).join(listed, on="row", how="inner", maintain_order="left")
    below = raw.below.with_columns(number, reasons=pl.concat_list("reason")).drop("reason")
    return pl.concat([wrong, below]) if len(below) else wrong


def _without_value(values: pl.DataFrame, spec: Mapping, raw: Raw) -> list[str]:
    """How many rows lack a value that the mapping wants counted."""
    present = [name for name in spec.no_value if name in values.columns]
    counts = {name: values[name].null_count() for name in present}
    return [f"{count} rows without {raw.positions[name]}" for name, count in counts.items() if count]


def _balance(raw: Raw, rejected: pl.DataFrame) -> None:
    """Every row below the header is accepted or rejected, once."""
    every = pl.concat([raw.cells["row"], raw.below["row"]]).cast(pl.Int64)
    counted = every.equals(pl.int_range(1, len(every) + 1, eager=True).alias("row"))
    if not counted or rejected["row"].n_unique() != len(rejected) or not rejected["row"].is_in(every.implode()).all():
        raise AssertionError("rows read are not rows accepted and rows rejected")
