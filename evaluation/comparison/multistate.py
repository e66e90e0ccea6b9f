"""Aalen–Johansen: the share of people in each state over time, from transitions between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluation.errors import DataError


@dataclass(frozen=True)
class StateOccupation:
    """Share of people in each state.

    Attributes
    ----------
    states : tuple of str
    times : (times,) int
        Days with a transition, 0 first.
    share : (times, states) float
    at_risk : (times, states) int
        People seen in each state just before.
    """

    states: tuple[str, ...]
    times: np.ndarray
    share: np.ndarray
    at_risk: np.ndarray

    def at(self, day: int) -> dict[str, float]:
        """Share in each state on a day."""
        row = int(np.searchsorted(self.times, day, side="right")) - 1
        return {state: float(self.share[row, place]) for place, state in enumerate(self.states)}

    def risk_at(self, day: int) -> dict[str, int]:
        """People seen in each state just before the last transition on or before a day."""
        row = int(np.searchsorted(self.times, day, side="right")) - 1
        return {state: int(self.at_risk[row, place]) for place, state in enumerate(self.states)}


def state_occupation(frame: pl.DataFrame, states: Sequence[str]) -> StateOccupation:
    """Estimate the shares (Aalen and Johansen 1978).

    Parameters
    ----------
    frame
        One row a stay: `state, next` (null when the stay is censored)`, entry, exit` in days since the person's time
        zero, `entry < exit`.
    states
        Every state, in order.

    Raises
    ------
    DataError
        For an unknown state or a stay that ends before it begins.
    """
    known = set(states)
    wrong = (set(frame["state"].to_list()) | set(frame["next"].drop_nulls().to_list())) - known
    if wrong:
        raise DataError(f"Unknown states: {', '.join(sorted(map(str, wrong)))}.")
    if frame.filter(pl.col("exit") <= pl.col("entry")).height:
        raise DataError("A stay ends on or before the day it begins.")
    number = {state: place for place, state in enumerate(states)}
    origin = frame["state"].replace_strict(number, return_dtype=pl.Int64).to_numpy()
    target = frame["next"].replace_strict(number, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    entry, leave = frame["entry"].to_numpy(), frame["exit"].to_numpy()
    times = np.unique(leave[target >= 0])
    share = (
        np.bincount(origin[entry == entry.min()], minlength=len(number)).astype(float)
        if entry.size
        else np.zeros(len(number))
    )
    share = share / max(share.sum(), 1)
    rows, risks = [share], [np.bincount(origin[entry <= 0], minlength=len(number))]
    for time in times:
        at_risk = np.bincount(origin[(entry < time) & (leave >= time)], minlength=len(number))
        moves = (leave == time) & (target >= 0)
        step = np.zeros((len(number), len(number)))
        np.add.at(step, (origin[moves], target[moves]), 1.0)
        step = np.divide(step, at_risk[:, None], out=np.zeros_like(step), where=at_risk[:, None] > 0)
        share = share @ (np.eye(len(number)) + step - np.diag(step.sum(axis=1)))
        rows.append(share)
        risks.append(at_risk)
    return StateOccupation(tuple(states), np.concatenate([[0], times]), np.stack(rows), np.stack(risks))
