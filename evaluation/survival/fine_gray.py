"""Fine–Gray regression of a cumulative incidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.survival.columns import Floats, Frame, Ints, Roles, check_choice, check_level, names, read
from evaluation.survival.cox import TIES, CoxFit
from evaluation.survival.curve_table import event_states, state_number
from evaluation.survival.maximise import invert_information, maximise, refuse_collinear
from evaluation.survival.numerics import one_thread
from evaluation.survival.partial import Moments, PartialLikelihood
from evaluation.survival.risksets import AtRisk, RiskSums, Rows, collapse, count_at_risk
from evaluation.survival.robust import residual_tables


class FineGrayFit(CoxFit):
    """A fitted Fine–Gray model: hazard ratios of the subdistribution of one cause.

    `predict()` gives `1 - incidence` as survival. Concordance is not defined here.
    """

    @property
    def concordance(self) -> None:  # type: ignore[override]
        """Not defined for a subdistribution."""
        return


@dataclass(frozen=True)
class _Subdistribution:
    """Risk sets in which those with a competing event stay, at the weight of still being uncensored.

    Attributes
    ----------
    natural
        Those at risk of any event.
    kept
        Those kept after a competing event, each divided by its `G` then.
    factor
        `G` just before each slot.
    """

    natural: AtRisk
    kept: AtRisk
    factor: Floats

    def sums(self, values: Floats) -> Floats:
        return self.natural.sums(values) + self.factor[:, None] * self.kept.sums(values)

    def exposure(self, increments: Floats) -> Floats:
        return self.natural.exposure(increments) + self.kept.exposure(increments * self.factor)


def fine_gray(
    spells: Frame,
    covariates: str | Iterable[str],
    *,
    exit: str = "exit",
    event: str = "event",
    cause: int | str,
    cluster: str | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> FineGrayFit:
    """Fit a proportional subdistribution hazards model (Fine and Gray 1999).

    Those with a competing event stay at risk with weight `G(t-) / G(T-)`, `G` the Kaplan–Meier curve of censoring with
    events before censorings at the same time: the estimate of R's `coxph` on `finegray` data. `robust_se` sums score
    residuals by row, or by cluster, and drives limits and tests.

    Parameters
    ----------
    spells
        One row per person, at risk from the start.
    covariates, exit, ties, level
        As in `cox`.
    event
        Column of the state: whole numbers with 0 for censored, or text with `"censored"`.
    cause
        The state to model.
    cluster
        Column of the units whose rows depend on each other.

    Returns
    -------
    FineGrayFit
        With the same methods as `CoxFit`.

    Raises
    ------
    DataError
        When a column cannot be used, the cause is not there, or the coefficients cannot be told apart.
    """
    check_choice("ties", ties, TIES)
    check_level(level)
    roles = Roles(exit, event, cluster=cluster, covariates=names(covariates), event_kind="state")
    frame = read(spells, roles)
    labels, kind = event_states(frame[event])
    wanted = kind == state_number(labels, cause, event)
    marked = frame.with_columns(pl.Series("__cause", wanted))
    sets = collapse(marked, roles.covariates, exit=exit, event="__cause", cluster=cluster)
    competing = (kind > 0) & ~wanted
    before_exit, before_slot = _uncensored(sets.ranks.exit, kind == 0, sets.ranks.values, sets.slots.time)
    kept = _kept(sets.rows, competing, before_exit, len(sets.slots.time))
    natural = sets.at_risk
    assert isinstance(natural, AtRisk)
    table: RiskSums = _Subdistribution(natural, count_at_risk(kept, len(before_slot), sets.patterns), before_slot)
    likelihood = PartialLikelihood.of(replace(sets, at_risk=table), ties)
    return _fit(likelihood, kept, np.flatnonzero(competing), before_slot, level)


def _uncensored(exit: Ints, censored: np.ndarray, values: Floats, slots: Floats) -> tuple[Floats, Floats]:
    """Probability of being uncensored just before each row's exit and each slot."""
    width = len(values)
    leaving, gone = np.bincount(exit, minlength=width), np.bincount(exit[censored], minlength=width)
    events = leaving - gone
    at_risk = len(exit) - (np.cumsum(leaving) - leaving) - events
    curve = np.cumprod(1 - gone / np.maximum(at_risk, 1))
    before = np.concatenate([[1.0], curve[:-1]])
    place = np.searchsorted(values, np.nan_to_num(slots, nan=values[0]))
    return before[exit], np.where(np.isnan(slots), 0.0, before[place])


def _kept(rows: Rows, competing: np.ndarray, uncensored: Floats, slots: int) -> Rows:
    """The rows with a competing event, at risk from the slot after it to the end."""
    chosen = np.flatnonzero(competing)
    return Rows(
        pattern=rows.pattern[chosen],
        start=rows.stop[chosen],
        stop=np.full(len(chosen), slots - 1, dtype=rows.stop.dtype),
        event=np.zeros(len(chosen), dtype=bool),
        weight=1 / uncensored[chosen],
        cluster=None,
        clusters=0,
    )


@one_thread
def _fit(likelihood: PartialLikelihood, kept: Rows, chosen: Ints, factor: Floats, level: float) -> FineGrayFit:
    null = likelihood.at(np.zeros(len(likelihood.sets.terms)))
    refuse_collinear(null, likelihood)
    found = maximise(likelihood.at, null, float(likelihood.sets.died.sum()))
    if found.diverging.any():
        terms = [likelihood.sets.terms[j] for j in np.flatnonzero(found.diverging)]
        raise DataError(f"No finite estimate for {', '.join(terms)}: the events of this cause lie all on one side.")
    covariance = invert_information(found.at.information)
    scores = _scores(likelihood, found.at.moments, kept, chosen, factor)
    return FineGrayFit(
        terms=likelihood.sets.terms,
        coef=found.beta,
        covariance=covariance,
        robust_covariance=covariance @ (scores.T @ scores) @ covariance,
        level=level,
        ties=likelihood.ties,
        loglik=found.at.value,
        loglik_null=found.null.value,
        notes=(),
        likelihood=likelihood,
        fitted=found.at,
        null=found.null,
    )


def _scores(likelihood: PartialLikelihood, m: Moments, kept: Rows, chosen: Ints, factor: Floats) -> Floats:
    """Score residuals by row or cluster: what a row bears while at risk, and after a competing event."""
    rows = likelihood.sets.rows
    tables = residual_tables(likelihood, m)
    scores = tables.sums(rows, slice(0, len(rows)), np.arange(len(rows) + 1))
    if len(chosen):
        late = residual_tables(likelihood, m, by_slot=factor)
        scores[chosen] += late.sums(kept, slice(0, len(kept)), np.arange(len(kept) + 1))
    if rows.cluster is None:
        return scores
    return np.column_stack([np.bincount(rows.cluster, column, minlength=rows.clusters) for column in scores.T])
