"""Cases that their own system has linked: React keeps cases that belong together under one "super case"."""

from __future__ import annotations

import polars as pl

from evaluation.records.linking.weights import clusters

_FLAGS = ("yes", "no", "y", "n", "true", "false", "t", "f", "0", "1")
"""Words of a column that only says whether there is a super case: they name none."""


def naming() -> pl.Expr:
    """Whether a case names a super case."""
    return pl.col("super_case").is_not_null() & ~pl.col("super_case").str.to_lowercase().is_in(list(_FLAGS))


def chains(cases: pl.DataFrame) -> pl.DataFrame:
    """Cases that go on under the number of the first case of their super case.

    Cases of one system that name the same super case, the case whose number it is, and what is linked to them in turn
    are one chain. A chain is of one person: where its cases name several, each person's cases are a chain of their own,
    because what is followed is what happened to a person. A case that names nobody belongs to the chain's only person.

    Parameters
    ----------
    cases
        Canonical cases whose people are linked already.

    Returns
    -------
    DataFrame
        `name` (the case that gives up its number), `first` (the case of its chain that was opened first).
    """
    named = cases.filter(naming()).select("source", "super_case").unique()
    if not len(named):
        return pl.DataFrame(schema={"name": pl.String, "first": pl.String})
    rows = cases.with_columns(
        own=_of_system("case_id"),
        above=pl.when(naming()).then(_of_system("super_case")).otherwise(_of_system("case_id")),
    )
    ends = pl.concat([rows["own"], rows["above"]])
    groups = clusters(ends, rows["own"], rows["above"])
    linked = rows.join(groups, left_on="own", right_on="name", maintain_order="left")
    people = pl.col("subject_id").drop_nulls().n_unique().over("cluster")
    per_person = linked.with_columns(person=pl.when(people > 1).then("subject_id")).sort("opened_on", "case_id")
    first = per_person.with_columns(first=pl.col("case_id").first().over("cluster", "person"))
    return first.filter(pl.col("case_id") != pl.col("first")).select(name="case_id", first="first").sort("name")


def _of_system(column: str) -> pl.Expr:
    """A number is known within its own system alone."""
    return pl.concat_str("source", pl.lit("\x1f"), column)
