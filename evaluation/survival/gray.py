"""Gray's test of equal cumulative incidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.special import chdtrc

from evaluation.errors import DataError
from evaluation.survival import words
from evaluation.survival.columns import Floats, Frame, Ints, Roles, combine, names, read
from evaluation.survival.curve_table import event_states, state_number
from evaluation.survival.timeline import rank_times


@dataclass(frozen=True)
class GrayTest:
    """Result of Gray's test: `chi2, df, p`, for one cause."""

    cause: int | str
    chi2: float
    df: int
    p: float

    def tidy(self) -> pl.DataFrame:
        """One row: `cause, chi2, df, p`."""
        return pl.DataFrame({"cause": self.cause, "chi2": self.chi2, "df": self.df, "p": self.p})

    def glance(self) -> pl.DataFrame:
        """One row: the same as `tidy()`."""
        return self.tidy()

    def sentence(self) -> str:
        """Say the result in one English sentence."""
        return (
            f"The cumulative incidence of {self.cause} "
            f"{'differs more' if self.p < 0.05 else 'does not differ more'} between {self.df + 1} groups than chance "
            f"explains: chi-squared {words.number(self.chi2)}, {words.p_value(self.p)}."
        )

    def plot(self) -> Any:
        """Draw where chi-squared lies among the values that chance alone gives: a Plotly figure."""
        from evaluation.survival import plotting

        return plotting.chance(self.chi2, self.df)

    def __str__(self) -> str:
        """Show one readable table."""
        return "\n".join(["Gray's test", words.table(self.tidy())])

    def _repr_markdown_(self) -> str:
        return "\n\n".join([words.markdown(self.tidy()), self.sentence()])


@dataclass(frozen=True)
class _Counts:
    """Counts by event time and group of one stratum: at risk, events of the cause, other events."""

    at_risk: Floats
    cause: Floats
    other: Floats


def gray_test(
    spells: Frame,
    *,
    exit: str = "exit",
    event: str = "event",
    by: str | Iterable[str],
    cause: int | str,
    strata: str | Iterable[str] | None = None,
) -> GrayTest:
    """Test whether groups have the same cumulative incidence of one cause (Gray 1988), as R's `cmprsk::cuminc`.

    Parameters
    ----------
    spells
        One row per person, at risk from the start.
    exit
        Column of the times.
    event
        Column of the state: whole numbers with 0 for censored, or text with `"censored"`.
    by
        Columns that define the groups.
    cause
        The state to test.
    strata
        Columns within whose combinations the groups are compared.

    Returns
    -------
    GrayTest
        `chi2, df, p`.

    Raises
    ------
    DataError
        When a column cannot be used, there is no such event, or only one group.
    """
    by = names(by)
    within = names(strata)
    roles = Roles(exit, event, groups=(*within, *by), event_kind="state")
    frame = read(spells, roles)
    labels, kind = event_states(frame[event])
    wanted = state_number(labels, cause, event)
    group, example = combine([frame[name] for name in by], frame.height)
    if len(example) < 2:
        raise DataError(f"One group: {', '.join(by)} has one value in all {frame.height} rows, so nothing is compared.")
    stratum, strata_seen = combine([frame[name] for name in within], frame.height)
    rank = rank_times(frame[exit], None).exit
    state = np.where(kind == 0, 0, np.where(kind == wanted, 1, 2))
    groups = len(example)
    score, variance = np.zeros(groups - 1), np.zeros((groups - 1, groups - 1))
    for number in range(len(strata_seen)):
        rows = np.flatnonzero(stratum == number)
        counts = _count(rank[rows], state[rows], group[rows], groups)
        if len(counts.at_risk):
            part, spread = _score(counts)
            score, variance = score + part, variance + spread
    if np.linalg.matrix_rank(variance) < groups - 1:
        raise DataError("A group has too few people at risk to be compared.")
    statistic = float(score @ np.linalg.solve(variance, score))
    return GrayTest(cause, statistic, groups - 1, float(chdtrc(groups - 1, statistic)))


def _count(rank: Ints, state: Ints, group: Ints, groups: int) -> _Counts:
    times, place = np.unique(rank, return_inverse=True)
    cells = (place * groups + group) * 3 + state
    table = np.bincount(cells, minlength=len(times) * groups * 3).reshape(len(times), groups, 3).astype(float)
    leaving = table.sum(axis=2)
    at_risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    used = table[:, :, 1:].sum(axis=(1, 2)) > 0
    return _Counts(at_risk[used], table[used, :, 1], table[used, :, 2])


def _score(counts: _Counts) -> tuple[Floats, Floats]:
    """Score of each group but the last, and its covariance, of one stratum."""
    y, d1, d2 = counts.at_risk, counts.cause, counts.other
    alive = y > 0
    safe = np.where(alive, y, 1.0)
    after = np.cumprod(np.where(alive, (y - d1 - d2) / safe, 1.0), axis=0)
    before = _lag(after, 1.0)
    own_before = _lag(np.cumsum(np.where(alive, before * d1 / safe, 0.0), axis=0), 0.0)
    scaled = np.where(alive, y / np.where(before > 0, before, 1.0), 0.0)
    total, events = scaled.sum(axis=1), d1.sum(axis=1)
    total = np.where(total > 0, total, 1.0)
    pooled = np.cumsum(events / total)
    pooled_before = _lag(pooled, 0.0)
    open_share = (scaled * (1 - own_before)).sum(axis=1)
    expected = events[:, None] * scaled * (1 - own_before) / np.where(open_share > 0, open_share, 1.0)[:, None]
    score = (d1 - expected).sum(axis=0)[:-1]
    # `weight[t, i, k]`: how an event in group k bears on the score of group i.
    weight = -scaled[:, :, None] * scaled[:, None, :] / total[:, None, None]
    index = list(range(int(y.shape[1])))
    weight[:, index, index] += scaled
    rate = events / (total * np.where(pooled_before < 1, 1 - pooled_before, 1.0))
    accumulated = np.cumsum(weight * rate[:, None, None], axis=0)
    later = accumulated[-1] - accumulated
    share = np.where(after > 0, (1 - pooled[:, None]) / np.where(after > 0, after, 1.0), 0.0)
    mine = np.where(after > 0, 1 - share, 1.0)
    spread = _spread(
        weight + mine[:, None, :] * later,
        _tied(events[:, None], total[:, None] * before)
        * _ratio(before * events[:, None], total[:, None] * y, alive & (events[:, None] > 0)),
    )
    valid = alive & (d2 > 0) & (after > 0)
    spread += _spread(share[:, None, :] * later, _tied(d2, y) * _ratio(before**2 * d2, y**2, valid))
    return score, spread[:-1, :-1]


def _tied(events: Floats, at_risk: Floats) -> Floats:
    """What ties take off a variance."""
    return np.where(events > 1, 1 - (events - 1) / np.where(at_risk > 1, at_risk - 1, 1.0), 1.0)


def _ratio(above: Floats, below: Floats, valid: np.ndarray) -> Floats:
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=valid)


def _spread(bearing: Floats, variance: Floats) -> Floats:
    return np.einsum("tik,tjk,tk->ij", bearing, bearing, variance)


def _lag(values: Floats, origin: float) -> Floats:
    return (
        np.vstack([np.full((1, values.shape[1]), origin), values[:-1]])
        if values.ndim == 2
        else np.concatenate([[origin], values[:-1]])
    )
