"""Infinitesimal-jackknife variance of curves, without a rows x times matrix.

The influence of a unit (a cluster, or a row alone) on a curve at time `t` is a sum of a few functions of `t`, times
coefficients that only change when one of the unit's rows begins or ends. So the sum over units of products of
coefficients changes only there too, and is a cumulative sum over times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.survival.columns import Floats, Ints
from evaluation.survival.curve_table import CurveTable

# A variance is a difference of its parts: below this share of them, it is their rounding.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Spell:
    """Rows as the variance needs them: `rows` alike, or one row each.

    Attributes
    ----------
    start, last
        First slot at risk, and slot of the exit.
    kind, size
        State of the event at `last` (0: none), and number of events.
    weight
        Case weight, with alike rows already counted in `rows`.
    rows
        How many rows of squared weight one this stands for.
    """

    start: Ints
    last: Ints
    kind: Ints
    size: Floats
    weight: Floats
    rows: Floats


def spells_of(table: CurveTable) -> Spell:
    """Write the rows for the variance; those that end alike are one, where no cluster or late entry differs."""
    last = table.stop - 1
    alike = table.cluster is None and not table.entered_late and table.size is None
    if not alike:
        ones = np.ones(len(last))
        size = (table.kind > 0).astype(float) if table.size is None else table.size
        return Spell(table.start, last, table.kind, size, ones if table.weight is None else table.weight, ones)
    states = len(table.labels) + 1
    squared = None if table.weight is None else table.weight**2
    rows = np.bincount(last.astype(np.int64) * states + table.kind, squared, minlength=len(table.slots.time) * states)
    place = np.flatnonzero(rows)
    last, kind = place // states, place % states
    start = table.slots.first[table.slots.stratum[last]]
    return Spell(start, last, kind, (kind > 0).astype(float), np.ones(len(place)), rows[place].astype(float))


def sum_of_products(table: CurveTable, spell: Spell, at_start: Floats, at_last: Floats) -> Floats:
    """Sum over units the products of their coefficients, at every slot.

    Parameters
    ----------
    table
        Gives the clusters, groups and slots.
    spell
        The rows.
    at_start, at_last
        What a row (of weight one) adds to its unit's coefficients when it begins and when it ends; rows x functions.

    Returns
    -------
    Floats
        Slots x functions x functions.
    """
    weight = spell.weight[:, None]
    if table.cluster is None:
        begin = at_start * weight
        end = begin + at_last * weight
        moves = [(spell.start, begin, spell.rows), (spell.last, end, spell.rows), (spell.last, begin, -spell.rows)]
    else:
        moves = _cluster_moves(table, spell, at_start * weight, at_last * weight)
    return _accumulate(table, moves, at_start.shape[1])


def _cluster_moves(table: CurveTable, spell: Spell, begin: Floats, end: Floats) -> list[tuple[Ints, Floats, Floats]]:
    """Follow each unit through time: its coefficients before and after each slot where they change."""
    slots = len(table.slots.time)
    unit = np.asarray(table.cluster, dtype=np.int64)
    home = table.slots.stratum[spell.last]
    unit = unit * (int(table.slots.stratum[-1]) + 1) + home
    place = np.concatenate([unit * slots + spell.start, unit * slots + spell.last])
    order = np.argsort(place, kind="stable")
    place = place[order]
    first = np.concatenate([[0], np.flatnonzero(np.diff(place)) + 1])
    change = np.add.reduceat(np.vstack([begin, end])[order], first, axis=0)
    owner, slot = np.divmod(place[first], slots)
    running = np.cumsum(change, axis=0)
    opens = np.concatenate([[True], owner[1:] != owner[:-1]])
    carried = np.where(opens[:, None], running - change, 0.0)[
        np.maximum.accumulate(np.where(opens, np.arange(len(slot)), 0))
    ]
    after = running - carried
    before = after - change
    ones = np.ones(len(slot))
    return [(slot, after, ones), (slot, before, -ones)]


def _accumulate(table: CurveTable, moves: list[tuple[Ints, Floats, Floats]], functions: int) -> Floats:
    slots = len(table.slots.time)
    total = np.zeros((slots, functions, functions))
    for i in range(functions):
        for j in range(i + 1):
            change = np.zeros(slots)
            for slot, value, sign in moves:
                change += np.bincount(slot, value[:, i] * value[:, j] * sign, minlength=slots)
            for section in table.sections:
                total[section, i, j] = total[section, j, i] = np.cumsum(change[section])
    return total


def quadratic(table: CurveTable, products: Floats, functions: Floats, events: Floats) -> Floats:
    """Variance at every slot: functions (slots x functions) around the sums of products.

    A curve moves only where there are events, so its variance stays what it was at the last one; and a variance that
    is nothing but the rounding of its parts is zero.
    """
    parts = functions[:, :, None] * products * functions[:, None, :]
    total, size = parts.sum(axis=(1, 2)), np.abs(parts).sum(axis=(1, 2))
    variance = np.where(total > ROUNDING * size, total, 0.0)
    latest = np.where(events > 0, np.arange(len(total)), -1)
    for section in table.sections:
        latest[section] = np.maximum.accumulate(latest[section])
    return np.where(latest >= 0, variance[np.maximum(latest, 0)], 0.0)


def within(table: CurveTable, steps: Floats) -> tuple[Floats, Floats]:
    """Accumulate steps over the slots of each group: before each slot, and up to and with it."""
    upto = np.zeros_like(steps)
    for section in table.sections:
        upto[section] = np.cumsum(steps[section], axis=0)
    return upto - steps, upto


def rate_variance(table: CurveTable) -> Floats:
    """Variance of `sum d/Y` at every slot: the sum over units of `(sum (dN_i - Y_i d/Y) / Y)^2`."""
    at_risk = table.divisor
    spell = spells_of(table)
    before, upto = within(table, table.events[:, 0] / at_risk**2)
    ones = np.ones(len(spell.start))
    at_start = np.column_stack([before[spell.start], -ones])
    at_last = np.column_stack([spell.size / at_risk[spell.last] - upto[spell.last], ones])
    products = sum_of_products(table, spell, at_start, at_last)
    return quadratic(table, products, np.column_stack([np.ones_like(upto), upto]), table.events[:, 0])


def unit_sums(table: CurveTable, rows: Floats) -> Floats:
    """Sum the influence of rows (of weight one) by unit, for each column of `rows`."""
    weighted = rows if table.weight is None else rows * table.weight[:, None]
    if table.cluster is None:
        return weighted
    units = int(table.cluster.max()) + 1
    return np.column_stack([np.bincount(table.cluster, column, minlength=units) for column in weighted.T])
