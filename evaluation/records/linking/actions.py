"""What the action log of a case says of the case itself: when it was last acted on, and what it cost."""

from __future__ import annotations

import polars as pl


def with_actions(cases: pl.DataFrame, interventions: pl.DataFrame) -> pl.DataFrame:
    """Fill what the cases' own rows leave out from their logged actions.

    Parameters
    ----------
    cases, interventions
        Canonical tables.

    Returns
    -------
    DataFrame
        The cases. The last action is the latest day of the case's own column and of its logged actions (referred,
        started, ended). A case without a cost of its own costs what its actions cost; a cost of its own is taken to
        hold them.
    """
    days = pl.max_horizontal("referred_on", "started_on", "ended_on")
    costs = pl.when(pl.col("cost").is_not_null().any()).then(pl.col("cost").sum())
    logged = interventions.drop_nulls("case_id").unique("intervention_id", keep="first", maintain_order=True)
    log = logged.group_by("case_id").agg(days.max().alias("logged_on"), costs.alias("logged_cost"))
    return (
        cases.join(log, on="case_id", how="left", maintain_order="left")
        .with_columns(
            last_action_on=pl.max_horizontal("last_action_on", "logged_on"),
            cost=pl.coalesce("cost", pl.col("logged_cost").cast(cases.schema["cost"])),
        )
        .drop("logged_on", "logged_cost")
    )
