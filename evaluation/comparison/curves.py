"""Curves of a finding: each arm's weighted share without a repeat and mean count, and what a survival table says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.special import stdtrit

from evaluation.comparison.emulation import Method
from evaluation.comparison.estimators import curve, daily_rate
from evaluation.comparison.influence import WeightedArms
from evaluation.comparison.pieces import Gradient
from evaluation.comparison.trial import HALF_YEAR, Trial
from evaluation.follow_up.histories import Floats, Ints

STEP = 28


def shown_days(horizon: int) -> list[int]:
    """Days at which a curve is written down: every four weeks, half a year and the horizon."""
    days = {*range(0, horizon + 1, STEP), HALF_YEAR, horizon}
    return sorted(day for day in days if day <= horizon)


def trial_curves(trial: Trial, method: Method, labels: tuple[str, str]) -> list[dict[str, Any]]:
    """Weighted curves of both arms: `no_repeat` and `incidents_per_person`.

    The limits count repeats by one person and the estimation of the weights.
    """
    fit = trial.emulation.fits[method]
    return [
        {"name": name, "arm": word, "label": label, "points": _points(fit, treated, process)}
        for treated, word, label in ((True, "treated", labels[0]), (False, "compared", labels[1]))
        for name, process in (("no_repeat", "first"), ("incidents_per_person", "all"))
        if process in fit.treated.sums
    ]


def _points(fit: WeightedArms, treated: bool, kind: str) -> list[dict[str, Any]]:
    grid, arm = fit.grid, fit.arm(treated)
    sums, process = arm.sums[kind], arm.processes[kind]
    cluster = np.unique(fit.person[arm.rows], return_inverse=True)[1]
    days = shown_days(grid.horizon)
    ends = np.array([int((grid.start + grid.length <= day).sum()) for day in days])
    if kind == "first":
        c = curve(grid, sums)
        value, p = c.before[ends], c.p
        slope = -value[:, None] * grid.length / (1 - p)
    else:
        p = daily_rate(sums)
        value = np.concatenate([[0.0], np.cumsum(p * grid.length)])[ends]
        slope = np.repeat(grid.length[None, :].astype(float), ends.size, axis=0)
    slope = np.where(np.arange(grid.size)[None, :] < ends[:, None], slope, 0.0)
    per_day = np.divide(1.0, sums.days, out=np.zeros_like(sums.days), where=sums.days > 0)
    se = np.array([_error(fit, treated, kind, row * per_day, p) for row in slope])
    people = int(cluster.max(initial=0)) + 1
    se *= (people / max(people - 1, 1)) ** 0.5
    low, high = _limits(value, se, max(people - 1, 1), kind)
    return [
        {
            "time": day,
            "value": float(value[place]),
            "low": float(low[place]),
            "high": float(high[place]),
            "n_risk": _people(cluster, process.until >= day),
            "n_event": _people(
                cluster[process.row], (process.day <= day) & (process.day > (days[place - 1] if place else 0))
            ),
        }
        for place, day in enumerate(days)
    ]


def _error(fit: WeightedArms, treated: bool, kind: str, slope: Floats, p: Floats) -> float:
    """Standard error of one point, given its derivative in each piece's events (and in days, `p` times that)."""
    gradient = Gradient(slope[None, None, :], (slope * p)[None, :])
    influence = fit.influence(kind, gradient if treated else None, None if treated else gradient)
    return float((influence**2).sum() ** 0.5)


def _limits(value: Floats, se: Floats, df: float, kind: str) -> tuple[Floats, Floats]:
    """Log-log limits of a share, log limits of a count."""
    q = float(stdtrit(df, 0.975))
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "first":
            reach = np.exp(q * se / np.maximum(value * -np.log(value), 1e-12))
            low, high = value**reach, value ** (1 / reach)
        else:
            reach = np.exp(q * se / np.maximum(value, 1e-12))
            low, high = value / reach, value * reach
    inside = (value > 0) & (value < 1) if kind == "first" else value > 0
    return np.where(inside, low, value), np.where(inside, high, value)


def _people(cluster: Ints, chosen: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(cluster[chosen])))


def survival_points(frame: pl.DataFrame, days: Sequence[int], *, value: str, start: float) -> list[dict[str, Any]]:
    """Read a survival table (`time, n_risk, n_event, <value>, low, high`) off at the shown days."""
    times = frame["time"].to_numpy()
    at = np.searchsorted(times, np.array(days), side="right") - 1
    columns: Mapping[str, Any] = {name: frame[name].to_numpy() for name in frame.columns if name != "state"}
    gathered = np.concatenate([[0], np.cumsum(columns["n_event"])]) if "n_event" in columns else None
    points: list[dict[str, Any]] = []
    for place, day in enumerate(days):
        row = int(at[place])
        following = min(row + 1, times.size - 1)
        known = row >= 0
        risk = columns["n_risk"][following if times[following] > day or not known else row] if times.size else 0
        before = int(at[place - 1]) + 1 if place else 0
        points.append(
            {
                "time": day,
                "value": float(columns[value][row]) if known else start,
                "low": float(columns["low"][row]) if known else start,
                "high": float(columns["high"][row]) if known else start,
                "n_risk": round(float(risk)),
                "n_event": round(float(gathered[row + 1] - gathered[before])) if gathered is not None else None,
            }
        )
    return points
