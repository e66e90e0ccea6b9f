"""Funnels that set a contract beside the others: schemes by satisfaction, areas and officers by cases resolved."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evaluation.commissioning.closures import LEFT_OUT
from evaluation.commissioning.funnel import Funnel, funnel
from evaluation.commissioning.satisfaction import Satisfaction


@dataclass(frozen=True)
class Comparison:
    """A named funnel and what its units are."""

    name: str
    title: str
    unit: str
    funnel: Funnel


def compare_satisfaction(groups: tuple[Satisfaction, ...], *, unit: str) -> Comparison | None:
    """Funnel of the share satisfied; `None` with fewer than two units that have an answer."""
    answered = [group for group in groups if group.returned > 0]
    if len(answered) < 2:
        return None
    made = funnel(
        [group.name for group in answered],
        [group.share.achieved for group in answered],
        [group.returned for group in answered],
    )
    return Comparison(f"satisfied_by_{unit}", f"Satisfied at closure, by {unit}", unit, made)


def compare_resolved(rows: pl.DataFrame, by: str, *, unit: str) -> Comparison | None:
    """Funnel of the share of closed cases that were resolved; officers appear as numbers, largest caseload first.

    Parameters
    ----------
    rows
        As `closures.closures` gives them.
    by
        The column of the units: `area` or `officer_id`.
    """
    known = rows.filter(pl.col("closure").is_not_null() & ~pl.col("closure").is_in(LEFT_OUT) & pl.col(by).is_not_null())
    counted = (
        known.group_by(by)
        .agg(n=pl.len(), achieved=(pl.col("closure") == "resolved").sum())
        .sort(["n", by], descending=[True, False])
    )
    if counted.height < 2:
        return None
    names = [str(name) for name in counted[by]]
    if by == "officer_id":
        names = [f"Officer {number}" for number in range(1, counted.height + 1)]
    made = funnel(names, counted["achieved"].to_list(), counted["n"].to_list())
    return Comparison(f"resolved_by_{unit}", f"Cases resolved, by {unit}", unit, made)
