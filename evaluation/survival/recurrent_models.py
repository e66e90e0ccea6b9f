"""Regression for recurrent events: Andersen–Gill and Prentice–Williams–Peterson."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from evaluation.survival.columns import Frame, Roles, check_choice, names, read
from evaluation.survival.cox import CoxFit, cox
from evaluation.survival.overlap import refuse_overlap


def andersen_gill(
    spells: Frame,
    covariates: str | Iterable[str],
    *,
    subject: str,
    exit: str = "exit",
    event: str = "event",
    entry: str = "entry",
    strata: str | Iterable[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> CoxFit:
    """Fit the Andersen–Gill model of recurrent events (1982): one baseline, robust errors by subject.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`, a new one after each event.
    covariates, exit, event, entry, strata, weights, ties, level
        As in `cox`.
    subject
        Column of the person, whose spells must not overlap.
    cluster
        Column of a larger unit for the robust errors; the subject when None.

    Returns
    -------
    CoxFit
        Ratios of the rates of events.

    Raises
    ------
    DataError
        When a column cannot be used, or a subject is at risk twice at once.
    """
    refuse_overlap(spells, subject, exit, entry)
    return cox(
        spells,
        covariates,
        exit=exit,
        event=event,
        entry=entry,
        strata=strata,
        cluster=cluster or subject,
        weights=weights,
        ties=ties,
        level=level,
    )


def prentice_williams_peterson(
    spells: Frame,
    covariates: str | Iterable[str],
    *,
    subject: str,
    timescale: str = "total",
    exit: str = "exit",
    event: str = "event",
    entry: str = "entry",
    strata: str | Iterable[str] | None = None,
    weights: str | None = None,
    most: int | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> CoxFit:
    """Fit the conditional model of Prentice, Williams and Peterson (1981): a baseline for each event's number.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`, a new one after each event.
    covariates, exit, event, entry, strata, weights, ties, level
        As in `cox`.
    subject
        Column of the person, whose spells must not overlap.
    timescale
        `"total"`: time since the start; `"gap"`: time since the previous event (or the subject's first entry).
    most
        Events of this number and later share a baseline; None keeps all apart.

    Returns
    -------
    CoxFit
        Robust errors by subject.

    Raises
    ------
    DataError
        When a column cannot be used, or a subject is at risk twice at once.
    """
    check_choice("timescale", timescale, ("total", "gap"))
    read(spells, Roles(exit, event, entry, weights, subject, names(strata), names(covariates)))
    refuse_overlap(spells, subject, exit, entry)
    numbered = _number(spells.lazy().collect(), subject, exit, event, entry, most)
    if timescale == "gap":
        numbered = numbered.with_columns(
            (pl.col(entry) - pl.col("__since")).alias(entry), (pl.col(exit) - pl.col("__since")).alias(exit)
        )
    return cox(
        numbered,
        covariates,
        exit=exit,
        event=event,
        entry=entry,
        strata=[*names(strata), "__number"],
        cluster=subject,
        weights=weights,
        ties=ties,
        level=level,
    )


def _number(frame: pl.DataFrame, subject: str, exit: str, event: str, entry: str, most: int | None) -> pl.DataFrame:
    """Give each spell the number of its event and the time of the one before."""
    earlier = pl.col(event).cast(pl.Int64).cum_sum().shift(1, fill_value=0).over(subject)
    after = pl.when(pl.col(event).cast(pl.Boolean)).then(pl.col(exit)).shift(1).forward_fill().over(subject)
    begun = pl.col(entry).first().over(subject)
    return frame.sort(subject, entry).with_columns(
        __number=earlier if most is None else pl.min_horizontal(earlier, pl.lit(most - 1)),
        __since=pl.coalesce(after, begun),
    )
