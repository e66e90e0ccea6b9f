"""The log-rank test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.special import chdtrc

from evaluation.errors import DataError
from evaluation.survival import sparse, words
from evaluation.survival.columns import Floats, Frame, Roles, combine, event_flags, names, read
from evaluation.survival.risksets import Rows, count_at_risk, count_events
from evaluation.survival.timeline import lay_out, rank_times


@dataclass(frozen=True)
class LogRank:
    """Result of a log-rank test.

    Attributes
    ----------
    chi2, df, p
        Test statistic, degrees of freedom and p-value.
    groups
        A frame with a row per group: `by…, n, observed, expected`.
    """

    chi2: float
    df: int
    p: float
    groups: pl.DataFrame

    def tidy(self) -> pl.DataFrame:
        """One row: `chi2, df, p`."""
        return pl.DataFrame({"chi2": self.chi2, "df": self.df, "p": self.p})

    def glance(self) -> pl.DataFrame:
        """One row: `groups, n, events`."""
        total = self.groups.select(pl.col("n").sum(), pl.col("observed").sum().cast(pl.Int64).alias("events"))
        return total.select(pl.lit(self.groups.height).alias("groups"), "n", "events")

    def sentence(self) -> str:
        """Say the result in one English sentence."""
        return (
            f"The curves of {self.groups.height} groups "
            f"{'differ more' if self.p < 0.05 else 'do not differ more'} than chance explains: "
            f"chi-squared {words.number(self.chi2)} on {self.df} degree{'s' if self.df > 1 else ''} of freedom, "
            f"{words.p_value(self.p)}."
        )

    def plot(self) -> Any:
        """Draw where chi-squared lies among the values that chance alone gives: a Plotly figure."""
        from evaluation.survival import plotting

        return plotting.chance(self.chi2, self.df)

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Log-rank test", words.table(self.groups), self.sentence()])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.groups), self.sentence()])


def logrank(
    spells: Frame,
    *,
    exit: str = "exit",
    event: str = "event",
    entry: str | None = None,
    by: str | Iterable[str],
    strata: str | Iterable[str] | None = None,
) -> LogRank:
    """Test whether groups have the same survival curve (Mantel 1966; Peto and Peto 1972).

    Compares each group's events with those expected, `sum d Y_g / Y`, with the hypergeometric variance
    `sum d (Y - d) / (Y - 1) (p_g 1(g = h) - p_g p_h)`, `p_g = Y_g / Y`.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`.
    exit, event, entry
        Columns of the times and of the event (true/false or 0/1).
    by
        Columns that define the groups, two or more.
    strata
        Columns within whose combinations the groups are compared.

    Returns
    -------
    LogRank
        `chi2, df, p`, and the groups' observed and expected events.

    Raises
    ------
    DataError
        When a column cannot be used, there is no event, or only one group.
    """
    by = names(by)
    within = names(strata)
    roles = Roles(exit, event, entry, groups=(*within, *by))
    frame = read(spells, roles)
    happened = event_flags(frame[event])
    group, example = combine([frame[name] for name in by], frame.height)
    if len(example) < 2:
        raise DataError(f"One group: {', '.join(by)} has one value in all {frame.height} rows, so nothing is compared.")
    if not happened.any():
        raise DataError(f"No event: column '{event}' is 0 in all {frame.height} rows, so nothing can be tested.")
    stratum, strata_seen = combine([frame[name] for name in within], frame.height)
    ranks = rank_times(frame[exit], None if entry is None else frame[entry])
    slots = lay_out(ranks, happened, stratum if within else None, len(strata_seen))
    rows = Rows(group, slots.start, slots.stop, happened, None, None, 0)
    size = (len(slots.time), len(example))
    at_risk = count_at_risk(rows, *size).sums(np.eye(len(example)))
    deaths, _, events = count_events(rows, *size)
    observed = sparse.column_sums(events)
    expected, variance = _expected(at_risk, deaths)
    labels = frame[example].select(by)
    described = labels.hstack(
        [pl.Series("n", np.bincount(group)), pl.Series("observed", observed), pl.Series("expected", expected)]
    )
    return _result(observed, expected, variance, described.sort(by))


def _expected(at_risk: Floats, deaths: Floats) -> tuple[Floats, Floats]:
    total = at_risk.sum(axis=1)
    share = at_risk / np.maximum(total, 1.0)[:, None]
    spread = deaths * (total - deaths) / np.maximum(total - 1, 1.0)
    variance = np.diag(spread @ share) - share.T @ (spread[:, None] * share)
    return deaths @ share, variance


def _result(observed: Floats, expected: Floats, variance: Floats, groups: pl.DataFrame) -> LogRank:
    seen = np.flatnonzero(expected > 0)
    df = len(seen) - 1
    if df < 1:
        raise DataError("Only one group is ever at risk when events happen, so nothing is compared.")
    kept = seen[1:]
    excess = (observed - expected)[kept]
    inner = variance[np.ix_(kept, kept)]
    statistic = float(excess @ np.linalg.lstsq(inner, excess, rcond=1e-10)[0])
    return LogRank(statistic, df, float(chdtrc(df, statistic)), groups)
