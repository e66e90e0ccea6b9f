"""From weekly totals to estimates, each with its derivative in the totals (so that variances follow in one pass).

Within a piece the daily chance of a first event is constant: `p = events / days at risk`, survival falls by `1 − p` a
day. All times are whole days, so this is the exact likelihood estimate, not an approximation to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.comparison.pieces import Gradient, Grid, Sums
from evaluation.errors import DataError
from evaluation.follow_up.histories import Floats

SETTLED = 1e-8


@dataclass(frozen=True)
class Curve:
    """Share without a first event, from weekly totals.

    Attributes
    ----------
    p : (pieces,) float
        Daily chance of the event.
    before : (pieces + 1,) float
        Share without an event before each piece; the last entry is the share at the horizon.
    """

    p: Floats
    before: Floats


def daily_chance(events: Floats, days: Floats) -> Floats:
    """Events per day at risk, 0 where nobody is at risk and never 1."""
    return np.minimum(np.divide(events, days, out=np.zeros_like(events), where=days > 0), 0.999)


def curve(grid: Grid, sums: Sums) -> Curve:
    """Share without an event of any kind."""
    p = daily_chance(sums.events.sum(axis=0), sums.days)
    return Curve(p, np.concatenate([[1.0], np.cumprod((1 - p) ** grid.length)]))


def _per_day(sums: Sums) -> Floats:
    return np.divide(1.0, sums.days, out=np.zeros_like(sums.days), where=sums.days > 0)


def _single(slope_of_p: Floats, p: Floats, sums: Sums) -> Gradient:
    events = slope_of_p * _per_day(sums)
    return Gradient(events[None, None, :], (events * p)[None, :])


def share_by(grid: Grid, sums: Sums, day: int) -> tuple[float, Gradient]:
    """Share with an event by `day`."""
    c = curve(grid, sums)
    inside = grid.within(day)
    left = float(c.before[int(inside.sum())])
    return 1 - left, _single(np.where(inside, grid.length * left / (1 - c.p), 0.0), c.p, sums)


def restricted_mean(grid: Grid, sums: Sums) -> tuple[float, Gradient]:
    """Mean number of days until the event or the horizon, whichever is first."""
    c = curve(grid, sums)
    turn = np.arange(int(grid.length.max()))
    inside = turn[None, :] < grid.length[:, None]
    within = np.where(inside, (1 - c.p)[:, None] ** turn, 0.0) * c.before[:-1, None]
    area = within.sum(axis=1)
    after = np.append(np.cumsum(area[::-1])[::-1][1:], 0.0)
    slope = -((within * turn).sum(axis=1) + grid.length * after) / (1 - c.p)
    return float(area.sum()), _single(slope, c.p, sums)


def mean_count(grid: Grid, sums: Sums) -> tuple[float, Gradient]:
    """Mean number of events per person by the horizon."""
    rate = daily_rate(sums)
    return float((rate * grid.length).sum()), _single(grid.length.astype(float), rate, sums)


def daily_rate(sums: Sums) -> Floats:
    """Events per day at risk, for events that may come several times a day."""
    events = sums.events.sum(axis=0)
    return np.divide(events, sums.days, out=np.zeros_like(events), where=sums.days > 0)


def share_of_kind(grid: Grid, sums: Sums, day: int, kind: int) -> tuple[float, Gradient]:
    """Share whose first event by `day` is of one kind, the other kinds competing (Aalen–Johansen by week)."""
    c = curve(grid, sums)
    inside = grid.within(day)
    mine = daily_chance(sums.events[kind], sums.days)
    mean_days = np.where(
        c.p > 0, (1 - (1 - c.p) ** grid.length) / np.where(c.p > 0, c.p, 1.0), grid.length.astype(float)
    )
    gained = np.where(inside, c.before[:-1] * mean_days * mine, 0.0)
    later = np.append(np.cumsum(gained[::-1])[::-1][1:], 0.0)
    by_mine = np.where(inside, c.before[:-1] * mean_days, 0.0)
    slope_days = _slope_of_mean_days(c.p, grid.length)
    by_any = np.where(inside, c.before[:-1] * mine * slope_days - grid.length * later / (1 - c.p), 0.0)
    scale = _per_day(sums)
    events = np.repeat(by_any[None, :], sums.events.shape[0], axis=0)
    events[kind] += by_mine
    days = (by_any * c.p + by_mine * mine) * scale
    return float(gained.sum()), Gradient((events * scale)[None, :, :], days[None, :])


def _slope_of_mean_days(p: Floats, length: np.ndarray) -> Floats:
    """Derivative in `p` of Σ_{i<n} (1 − p)^i."""
    turn = np.arange(int(length.max()))
    inside = turn[None, :] < length[:, None]
    powers = (1 - p)[:, None] ** np.maximum(turn - 1, 0)
    return -np.where(inside, turn * powers, 0.0).sum(axis=1)


@dataclass(frozen=True)
class RatioFit:
    """Weighted Cox ratio with the arm as its only covariate: its logarithm and the derivative in each arm's totals."""

    log_ratio: float
    treated: Gradient
    compared: Gradient


def cox_ratio(treated: Sums, compared: Sums) -> RatioFit | None:
    """Fit by Newton's method on the weekly totals; None without events in both arms.

    Raises
    ------
    DataError
        The fit does not settle.

    Notes
    -----
    The ratio belongs to its horizon: where hazards are not proportional it is an average over the follow-up.
    """
    d1, d0 = treated.events.sum(axis=0), compared.events.sum(axis=0)
    e1, e0 = treated.days, compared.days
    if d1.sum() <= 0 or d0.sum() <= 0:
        return None
    b, step = 0.0, 1.0
    for _ in range(60):
        share = _share_treated(b, e1, e0)
        information = float(((d1 + d0) * share * (1 - share)).sum())
        step = float((d1 - (d1 + d0) * share).sum()) / max(information, 1e-300)
        b += float(np.clip(step, -2, 2))
        if abs(step) < 1e-12:
            break
    if not abs(step) < SETTLED:
        raise DataError("the ratio of rates did not settle on an answer")
    share = _share_treated(b, e1, e0)
    information = float(((d1 + d0) * share * (1 - share)).sum())
    at_risk = np.exp(b) * e1 + e0
    rate = np.divide(d1 + d0, at_risk, out=np.zeros_like(d1), where=at_risk > 0)
    up, down = (1 - share) / information, -share / information
    return RatioFit(
        b,
        Gradient(up[None, None, :], (up * rate * np.exp(b))[None, :]),
        Gradient(down[None, None, :], (down * rate)[None, :]),
    )


def _share_treated(b: float, e1: Floats, e0: Floats) -> Floats:
    weighted = np.exp(b) * e1
    total = weighted + e0
    return np.divide(weighted, total, out=np.zeros_like(total), where=total > 0)
