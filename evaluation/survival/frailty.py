"""Gamma shared frailty on start–stop data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from evaluation.errors import DataError
from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Roles, check_choice, check_level, combine, names, read
from evaluation.survival.cox import TIES
from evaluation.survival.frailty_model import Model, profile
from evaluation.survival.limits import ratio
from evaluation.survival.maximise import maximise, refuse_collinear
from evaluation.survival.numerics import one_thread
from evaluation.survival.partial import PartialLikelihood
from evaluation.survival.risksets import collapse


@dataclass(frozen=True)
class FrailtyFit:
    """A fitted shared-frailty model.

    Attributes
    ----------
    terms, coef, covariance
        Coefficients given the frailty, and their covariance from the penalised information.
    variance
        Variance of the frailty, `theta`; its mean is 1.
    loglik
        Marginal log likelihood, the frailty integrated out.
    loglik_without
        Log partial likelihood without a frailty.
    frailty
        A frame with a row per group: the group, `events` and its estimated `frailty`.
    n, events
        Rows and events.
    level
        Confidence level.
    """

    terms: tuple[str, ...]
    coef: Floats
    covariance: Floats
    variance: float
    loglik: float
    loglik_without: float
    frailty: pl.DataFrame = field(repr=False)
    n: int
    events: int
    level: float

    def tidy(self) -> pl.DataFrame:
        """One row per term: `term, coef, se, hazard_ratio, low, high, z, p`."""
        se = np.sqrt(np.diag(self.covariance))
        reach = -ndtri((1 - self.level) / 2) * se
        return pl.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "se": se,
                "hazard_ratio": ratio(self.coef),
                "low": ratio(self.coef - reach),
                "high": ratio(self.coef + reach),
                "z": self.coef / se,
                "p": 2 * ndtr(-np.abs(self.coef / se)),
            }
        )

    def glance(self) -> pl.DataFrame:
        """One row: `n, events, groups, variance, loglik, loglik_without, p`.

        `p` tests the variance against zero: half of the chi-squared tail, as zero is on the boundary.
        """
        rise = max(2 * (self.loglik - self.loglik_without), 0.0)
        return pl.DataFrame(
            {
                "n": self.n,
                "events": self.events,
                "groups": self.frailty.height,
                "variance": self.variance,
                "loglik": self.loglik,
                "loglik_without": self.loglik_without,
                "p": float(ndtr(-np.sqrt(rise))) if rise > 0 else 1.0,
            }
        )

    def sentence(self) -> str:
        """Say how much groups differ beyond their covariates, in one English sentence."""
        return (
            f"Groups differ beyond their covariates with a frailty variance of {words.number(self.variance)} "
            f"({self.frailty.height:,} groups, {self.events:,} events, {words.p_value(self.glance()['p'][0])})."
        )

    def plot(self) -> Any:
        """Draw the hazard ratios with their limits: a Plotly figure."""
        from evaluation.survival import plotting

        rows = self.tidy().select("term", "hazard_ratio", "low", "high").iter_rows()
        return plotting.ranges(rows, title="Hazard ratio", neutral=1.0, log=True)

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Cox regression with gamma shared frailty", words.table(self.tidy()), self.sentence()])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence()])


@one_thread
def shared_frailty(
    spells: Frame,
    covariates: str | Iterable[str],
    *,
    group: str,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    strata: str | Iterable[str] | None = None,
    ties: str = "efron",
    level: float = 0.95,
) -> FrailtyFit:
    """Fit a Cox model whose groups share a gamma frailty (Clayton and Cuzick 1985; Therneau and Grambsch 2000).

    Given the variance, coefficients and frailties maximise the penalised partial likelihood (the fixed point of the
    EM algorithm of Klein 1992); the variance maximises the likelihood with the frailties integrated out.

    Parameters
    ----------
    spells, covariates, exit, event, entry, strata, ties, level
        As in `cox`.
    group
        Column of the units that share a frailty (a person, for recurrent events).

    Returns
    -------
    FrailtyFit
        With `tidy()`, `glance()`, `frailty` and `sentence()`.

    Raises
    ------
    DataError
        When a column cannot be used, there is no event, or the coefficients cannot be told apart.
    """
    check_choice("ties", ties, TIES)
    check_level(level)
    frame = read(spells, Roles(exit, event, entry, None, group, names(strata), names(covariates)))
    sets = collapse(frame, names(covariates), exit=exit, event=event, entry=entry, strata=strata, cluster=group)
    plain = PartialLikelihood.of(sets, ties)
    null = plain.at(np.zeros(len(sets.terms)))
    refuse_collinear(null, plain)
    without = maximise(plain.at, null, float(sets.died.sum()))
    if without.diverging.any():
        terms = [sets.terms[j] for j in np.flatnonzero(without.diverging)]
        raise DataError(f"No finite estimate for {', '.join(terms)}: the events lie all on one side.")
    model = Model.of(sets, ties)
    best = profile(model, without)
    labels = frame[combine([frame[group]], frame.height)[1]].select(group)
    described = labels.hstack(
        [pl.Series("events", model.deaths).cast(pl.Int64), pl.Series("frailty", np.exp(best.log_frailty))]
    )
    return FrailtyFit(
        terms=sets.terms,
        coef=best.beta,
        covariance=best.covariance,
        variance=best.variance,
        loglik=best.loglik,
        loglik_without=without.at.value,
        frailty=described.sort(group),
        n=sets.n,
        events=sets.n_events,
        level=level,
    )
