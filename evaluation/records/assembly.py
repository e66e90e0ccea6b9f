"""From extracts to records: one set of canonical tables, linked, with what each source covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from evaluation.records import schema
from evaluation.records.coding import UNMAPPED
from evaluation.records.coverage import coverage
from evaluation.records.extract import Extract
from evaluation.records.linking.actions import with_actions
from evaluation.records.linking.answers import read_answers
from evaluation.records.linking.link import link
from evaluation.records.linking.people import joined_traits


@dataclass(frozen=True)
class Records(Table[str, pl.DataFrame]):
    """Every canonical table by name (an absent one is empty), linked.

    Attributes
    ----------
    as_of
        The last day that counts.
    coverage
        `source, month, records, covered`.
    notes
        What linking found and changed.
    extras
        `people, duplicates, review, same_cases, linked_incidents, unmapped`: what linking and coding leave to be seen.
    """

    tables: Table[str, pl.DataFrame]
    as_of: date
    coverage: pl.DataFrame
    notes: tuple[str, ...] = ()
    extras: Table[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def assemble(
    extracts: Sequence[Extract],
    *,
    as_of: date,
    answers: Path | None = None,
    probabilistic: bool = False,
) -> Records:
    """Put extracts together into one set of canonical tables and link them.

    Parameters
    ----------
    extracts
        What was read.
    as_of
        The last day that counts.
    answers
        The answered review of uncertain pairs of people, reports and cases, if there is one (see `linking.review`).
    probabilistic
        Whether people are linked by splink's trained model in place of the rules (the extra `linking`).

    Raises
    ------
    DataError
        The answers cannot be read, or the model could not be trained on these data.
    """
    tables, notes = _own_numbers({name: _together(name, extracts) for name in schema.TABLES})
    traits = joined_traits([extract.traits for extract in extracts])
    pairs = _trained_pairs(traits) if probabilistic else None
    known = read_answers(answers) if answers is not None else None
    tables["Cases"] = with_actions(tables["Cases"], tables["Interventions"])
    linked = link(_filled(tables), traits, as_of=as_of, answers=known, pairs=pairs)
    extras = {
        "people": linked.people,
        "duplicates": linked.duplicates,
        "review": linked.review,
        "same_cases": linked.cases,
        "linked_incidents": linked.incidents,
        "unmapped": _unmapped(extracts),
    }
    months = coverage(tables, as_of=as_of)
    return Records(_filled(linked.tables), as_of, months, (*notes, *linked.notes()), extras)


def _trained_pairs(traits: pl.DataFrame) -> pl.DataFrame:
    from evaluation.records.linking.probabilistic import trained_pairs

    return trained_pairs(traits)


def _unmapped(extracts: Sequence[Extract]) -> pl.DataFrame:
    """Words in no code list, of all extracts, the most frequent first."""
    frames = [extract.unmapped.with_columns(source=pl.lit(extract.name)) for extract in extracts]
    empty = pl.DataFrame(schema={**UNMAPPED, "source": pl.String})
    return pl.concat([empty, *frames]).sort(["rows", "source", "word"], descending=[True, False, False])


def _together(table: str, extracts: Sequence[Extract]) -> pl.DataFrame:
    frames = [schema.conform(table, extract.accepted[table]) for extract in extracts if table in extract.accepted]
    rows = pl.concat([schema.empty(table), *frames])
    return _once(rows, schema.KEYS[table]) if table in schema.KEYS else rows


def _once(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """The rows, of two that say the same the first: only those whose key stands on another row need be compared."""
    if rows[key].n_unique() == len(rows):
        return rows
    doubled = rows.select(pl.int_range(pl.len()).alias("at"), pl.col(key).is_duplicated().alias("twice"))
    places = doubled.filter("twice")["at"]
    contents = rows[places]
    first = contents.with_columns(__at=places).unique(contents.columns, keep="first")["__at"]
    again = places.filter(~places.is_in(first.implode()))
    return rows.filter(~pl.int_range(pl.len()).is_in(again.implode())) if len(again) else rows


def _own_numbers(tables: Table[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """Give a case number that two systems use for different cases the system's name in front, wherever it stands."""
    cases = tables["Cases"]
    users = cases.group_by("case_id").agg(pl.col("source").n_unique().alias("n"))
    shared = users.filter(pl.col("n") > 1)["case_id"]
    if not len(shared):
        return dict(tables), []
    owner = cases.filter(pl.col("case_id").is_in(shared.implode())).unique("case_id", keep="first", maintain_order=True)
    owners = owner.select(number="case_id", owner="source")
    out = dict(tables)
    for name in ("Cases", "Incidents", "Interventions"):
        out[name] = _told_apart(tables[name], "case_id", owners)
    out["Cases"] = _told_apart(out["Cases"], "super_case", owners)
    return out, [f"{len(shared)} case numbers are used by more than one system and were told apart"]


def _told_apart(frame: pl.DataFrame, column: str, owners: pl.DataFrame) -> pl.DataFrame:
    """The numbers in a column, with the system in front where another system owns the same number."""
    joined = frame.join(owners, left_on=column, right_on="number", how="left", maintain_order="left")
    named = pl.concat_str("source", pl.lit(":"), column)
    return joined.with_columns(
        pl.when(pl.col("source") != pl.col("owner")).then(named).otherwise(column).alias(column)
    ).drop("owner")


def _filled(tables: Table[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """People whom an incident or an action does not name are those of its case."""
    people = (
        tables["Cases"]
        .unique("case_id", keep="first")
        .select("case_id", of_subject=pl.col("subject_id"), of_complainant=pl.col("complainant_id"))
    )
    out = dict(tables)
    for name in ("Incidents", "Interventions"):
        joined = tables[name].join(people, on="case_id", how="left", maintain_order="left")
        filled = [pl.coalesce("subject_id", "of_subject").alias("subject_id")]
        if name == "Incidents":
            filled.append(pl.coalesce("complainant_id", "of_complainant").alias("complainant_id"))
        out[name] = joined.with_columns(filled).drop("of_subject", "of_complainant")
    return out
