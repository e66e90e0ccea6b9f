"""The whole of linking in its order: people, reports of one incident, cases, incidents without a case."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date

import polars as pl

from evaluation.records.linking.answers import CASE, PERSON, REPORT, about, no_answers, still_there
from evaluation.records.linking.cases import merge_cases, pair_cases, unlinked_incidents
from evaluation.records.linking.incidents import pair_incidents
from evaluation.records.linking.people import pair_people
from evaluation.records.linking.review import ask, decide
from evaluation.records.linking.weights import DOUBTFUL, clusters

LIKELY = 0.9
"""From here two reports are one incident, and two cases one case; doubtful pairs below are for a person to decide."""
_PEOPLE = {
    "Incidents": ("subject_id", "complainant_id"),
    "Cases": ("subject_id", "complainant_id"),
    "Interventions": ("subject_id",),
}


@dataclass(frozen=True)
class Linked:
    """Linked tables and what linking did.

    Attributes
    ----------
    tables
        Canonical tables with one pseudonym a person, one row an incident, one row a case.
    people
        `name, cluster`: the pseudonym that each person's pseudonym became.
    duplicates
        `incident_id, duplicate_of, probability, how`: reports that are counted once.
    cases
        `case_id, same_as, probability, how`: cases that became one.
    incidents
        `incident_id, case_id, probability`: incidents that were given their case.
    review
        Pairs of people, of reports and of cases for a person to decide; see `linking.review`.
    unused
        Pairs answered before that are no longer in the records.
    overruled
        Pairs answered with no that are one all the same, because both are one with a third.
    """

    tables: Table[str, pl.DataFrame]
    people: pl.DataFrame
    duplicates: pl.DataFrame
    cases: pl.DataFrame
    incidents: pl.DataFrame
    review: pl.DataFrame
    unused: int = 0
    overruled: int = 0

    def notes(self) -> tuple[str, ...]:
        """What linking did, in sentences with counts."""
        linked = int((self.people["name"] != self.people["cluster"]).sum())
        by_reference = int((self.duplicates["how"] == "reference").sum())
        joined = self.cases.filter(pl.col("how") == "super_case")["case_id"].n_unique()
        # Two cases of one person often name each other: what counts is the numbers given up, a group's but for one.
        ends = pl.concat([self.cases["case_id"], self.cases["same_as"]])
        groups = clusters(ends, self.cases["case_id"], self.cases["same_as"])
        moved = groups["name"].n_unique() - groups["cluster"].n_unique()
        asked = {kind: int((self.review["about"] == kind).sum()) for kind in (PERSON, REPORT, CASE)}
        return (
            f"{linked} people were found under another name or reference in another record",
            f"{len(self.duplicates)} reports repeat an incident of another system and are counted once",
            f"{by_reference} reports cite the number of the one that they repeat",
            f"{moved - joined} cases are a case of another service and have its number",
            *([f"{joined} cases go on under the first case of their super case"] if joined else []),
            f"{len(self.incidents)} incidents without a case number were given their case",
            f"{asked[PERSON]} pairs of people, {asked[REPORT]} pairs of reports and {asked[CASE]} pairs of cases "
            "are for a person to decide",
            *self._answers(),
        )

    def _answers(self) -> list[str]:
        unused = f"{self.unused} pairs answered in the review are no longer in the records, and were left out"
        overruled = f"{self.overruled} pairs answered with no are one all the same, by way of a third"
        return [*([unused] if self.unused else []), *([overruled] if self.overruled else [])]


def link(
    tables: Table[str, pl.DataFrame],
    traits: pl.DataFrame,
    *,
    as_of: date,
    answers: pl.DataFrame | None = None,
    pairs: pl.DataFrame | None = None,
) -> Linked:
    """Link the canonical tables.

    Parameters
    ----------
    tables
        Canonical tables of all extracts together.
    traits
        Keyed traits of the people in them.
    as_of
        The last day that counts.
    answers
        An answered review, see `linking.review`.
    pairs
        Pairs of people found otherwise (by `linking.probabilistic`), in place of the rules'.
    """
    every = no_answers() if answers is None else answers
    said = still_there(every, _ids(tables, traits)) if len(every) else every
    chosen, doubted = decide(pair_people(traits) if pairs is None else pairs, about(said, PERSON))
    people = clusters(
        pl.concat([traits["person_id"], chosen["left"], chosen["right"]]), chosen["left"], chosen["right"]
    )
    out = {name: _renamed(frame, people, _PEOPLE.get(name, ())) for name, frame in tables.items()}
    reports, cases = pair_incidents(out["Incidents"], said), pair_cases(out["Cases"], said)
    review = ask(doubted, _doubtful(reports), _doubtful(cases), tables, out)
    found, same = (pairs.filter(pl.col("probability") >= LIKELY) for pairs in (reports, cases))
    out["Incidents"] = _without_duplicates(out["Incidents"], found)
    numbers = _numbers(out["Cases"], same)
    out["Cases"] = merge_cases(out["Cases"], numbers)
    for name in ("Incidents", "Interventions", "Surveys"):
        out[name] = _renumbered(out[name], numbers)
    given = unlinked_incidents(out["Incidents"], out["Cases"], as_of=as_of).filter(pl.col("probability") >= LIKELY)
    out["Incidents"] = _given_cases(out["Incidents"], given)
    overruled = _overruled(about(said, PERSON), people) + _overruled(
        about(said, CASE), numbers.rename({"case_id": "name", "number": "cluster"})
    )
    return Linked(out, people, found, same, given, review, len(every) - len(said), overruled)


def _ids(tables: Table[str, pl.DataFrame], traits: pl.DataFrame) -> dict[str, pl.Series]:
    """Everything that a pair may be about, by kind."""
    people = [tables[table][column] for table, columns in _PEOPLE.items() for column in columns]
    named = [series.drop_nulls().alias("id") for series in (traits["person_id"], *people)]
    return {PERSON: pl.concat(named), REPORT: tables["Incidents"]["incident_id"], CASE: tables["Cases"]["case_id"]}


def _doubtful(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs between the bounds, for a person to decide."""
    return pairs.filter(pl.col("probability").is_between(DOUBTFUL, LIKELY, closed="left"))


def _overruled(said: pl.DataFrame, groups: pl.DataFrame) -> int:
    """How many pairs answered with no stand in one group."""
    named = {side: groups.rename({"name": side, "cluster": f"{side}_of"}) for side in ("left", "right")}
    denied = said.filter(~pl.col("same")).join(named["left"], on="left").join(named["right"], on="right")
    return int((denied["left_of"] == denied["right_of"]).sum())


def _renamed(frame: pl.DataFrame, people: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    moved = people.filter(pl.col("name") != pl.col("cluster"))
    if not len(moved):
        return frame
    return frame.with_columns(pl.col(name).replace(moved["name"], moved["cluster"]) for name in columns)


def _without_duplicates(incidents: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """One row an incident; what the report that stays leaves blank comes from the one that goes."""
    if not len(found):
        return incidents
    gone = incidents.join(found.select("incident_id", "duplicate_of"), on="incident_id", how="inner")
    extra = gone.unique("duplicate_of", keep="first", maintain_order=True).with_row_index("there")
    kept = incidents.filter(~pl.col("incident_id").is_in(found["incident_id"].implode()))
    again = (
        kept.select("incident_id")
        .with_row_index("here")
        .join(extra.select("there", incident_id="duplicate_of"), on="incident_id", how="inner")
    )
    filled = [name for name in incidents.columns if name not in ("incident_id", "source", "external_ref")]
    return kept.with_columns(
        _where_blank(kept[name], again["here"], extra[name].gather(again["there"])) for name in filled
    )


def _where_blank(values: pl.Series, at: pl.Series, others: pl.Series) -> pl.Series:
    """A column with what others say at some places where it says nothing itself."""
    blank = values.gather(at).is_null() & others.is_not_null()
    return values.scatter(at.filter(blank), others.filter(blank)) if blank.any() else values


def _numbers(cases: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """One number for every group of cases that are one: that of the case opened first."""
    groups = clusters(cases["case_id"], same["case_id"], same["same_as"]).rename({"name": "case_id"})
    shared = groups.filter(pl.col("cluster").is_duplicated())
    first = shared.join(cases.select("case_id", "opened_on"), on="case_id").sort("opened_on", "case_id")
    return first.with_columns(number=pl.col("case_id").first().over("cluster")).select("case_id", "number")


def _renumbered(frame: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    moved = numbers.filter(pl.col("case_id") != pl.col("number"))
    return frame.with_columns(pl.col("case_id").replace(moved["case_id"], moved["number"])) if len(moved) else frame


def _given_cases(incidents: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    found = given.select("incident_id", of="case_id")
    joined = incidents.join(found, on="incident_id", how="left", maintain_order="left")
    return joined.with_columns(case_id=pl.coalesce("case_id", "of")).drop("of")
