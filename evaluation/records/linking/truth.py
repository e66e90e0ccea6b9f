"""The linking of a worked example beside its truth: what was linked rightly, wrongly and not at all."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from evaluation.records import schema
from evaluation.records.linking.marks import Marks, mark_groups, mark_pairs
from evaluation.records.linking.weights import clusters

NOBODY = -1
"""The number of a person or case in the truth where there is none."""


@dataclass(frozen=True)
class Marked:
    """One kind of link with its marks.

    Attributes
    ----------
    name, title
        The kind of link, as a word and as a reader is told.
    marks
        Pairs linked, true, and both.
    """

    name: str
    title: str
    marks: Marks

    def plain(self) -> dict[str, object]:
        """Precision and recall as JSON-ready values, with the sentence that gives their denominators."""
        marks = self.marks
        return {
            "name": self.name,
            "title": self.title,
            "precision": round(marks.precision, 4),
            "recall": round(marks.recall, 4),
            "text": marks.sentence(),
        }


def against_truth(
    accepted: Sequence[Table[str, pl.DataFrame]],
    incidents: pl.DataFrame,
    extras: Table[str, pl.DataFrame],
    pairs: pl.DataFrame,
    people: pl.DataFrame,
) -> tuple[Marked, ...]:
    """Mark the links of a run whose truth is known.

    Parameters
    ----------
    accepted
        The canonical tables of each extract, before linking.
    incidents
        The canonical incidents after linking.
    extras
        What linking did: `Records.extras`.
    pairs
        Reports of one incident: `incident_ref, other_ref`.
    people
        The truth of each report: `incident_ref, person, case` (numbers; -1 where there is none).

    Returns
    -------
    tuple of Marked
        Reports of one incident; people under several names or references; cases of several systems; incidents whose
        case number was lost. A pair of people is counted once, however many reports name them; an incident whose true
        case is known by no number at all is not counted.
    """
    frames = [schema.conform("Incidents", tables["Incidents"]) for tables in accepted if "Incidents" in tables]
    truth = people.select(
        pl.col("incident_ref").alias("incident_id"),
        *(
            pl.when(pl.col(name).cast(pl.Int64) != NOBODY).then(pl.col(name).cast(pl.Int64)).alias(f"true_{name}")
            for name in ("person", "case")
        ),
    )
    reports = pl.concat([schema.empty("Incidents"), *frames]).join(truth, on="incident_id", how="inner")
    duplicates = extras["duplicates"].select("incident_id", "duplicate_of")
    known = pairs.select("incident_ref", "other_ref").drop_nulls()
    return (
        Marked("reports", "Reports of one incident in two systems", mark_pairs(duplicates, known)),
        Marked("people", "One person under several names or references", _people(reports, extras["people"])),
        Marked("cases", "One case in several systems", _cases(reports, extras["same_cases"])),
        Marked("incidents", "Incidents whose case number was lost", _lost(reports, incidents, extras)),
    )


def _people(reports: pl.DataFrame, people: pl.DataFrame) -> Marks:
    named = reports.select("subject_id", "true_person").drop_nulls().unique()
    given = named.join(people, left_on="subject_id", right_on="name", how="left")
    return mark_groups(given.select(pl.coalesce("cluster", "subject_id")).to_series(), given["true_person"])


def _cases(reports: pl.DataFrame, same: pl.DataFrame) -> Marks:
    named = _numbered(reports, same).drop_nulls("true_case")
    return mark_groups(named["cluster"], named["true_case"])


def _numbered(reports: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """Each case number that a report gives, the true case behind it, and the cluster of numbers that linking made."""
    named = reports.select("case_id", "true_case").drop_nulls().unique(maintain_order=True)
    groups = clusters(pl.concat([named["case_id"], same["case_id"], same["same_as"]]), same["case_id"], same["same_as"])
    return groups.rename({"name": "case_id"}).join(named, on="case_id", how="left", maintain_order="left")


def _lost(reports: pl.DataFrame, incidents: pl.DataFrame, extras: Table[str, pl.DataFrame]) -> Marks:
    """Incidents that lost their case number: pairs of an incident and its case."""
    numbers = _numbered(reports, extras["same_cases"])
    behind = pl.col("true_case").drop_nulls().first().over("cluster")
    case_of = numbers.with_columns(behind=behind).drop_nulls("behind").select("case_id", "behind")
    truth = reports.select("incident_id", "true_case").unique("incident_id", keep="first", maintain_order=True)
    given = extras["linked_incidents"].select("incident_id", given="case_id")
    loose = incidents.join(given, on="incident_id", how="left").filter(
        pl.col("case_id").is_null() | pl.col("given").is_not_null()
    )
    told = loose.join(truth, on="incident_id").join(case_of, left_on="given", right_on="case_id", how="left")
    true = told.filter(pl.col("true_case").is_in(case_of["behind"].implode()))
    linked = told.filter(pl.col("behind").is_not_null())
    return Marks(len(true), len(linked), int((linked["behind"] == linked["true_case"]).sum()))
