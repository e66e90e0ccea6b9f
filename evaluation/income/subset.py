"""Which orders does a bulk remittance pay? An exact subset sum, with a bound on its work.

Two bit sets are carried over the orders: the sums that can be made in at least one way, and in at least two ways (a
big integer each, so that adding an order is a shift). They answer exactly whether nought, one or several selections
make the total; a single one is then read back from the kept sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Literal


@dataclass(frozen=True)
class Selection:
    """The answer of `select`.

    Attributes
    ----------
    verdict
        `"unique"`, `"none"`, `"several"` or `"too_much_work"`.
    chosen
        `(position of the order, amount in pence)` for each order of a unique selection.
    """

    verdict: Literal["unique", "none", "several", "too_much_work"]
    chosen: tuple[tuple[int, int], ...] = ()


def select(options: Sequence[Sequence[int]], total: int, *, work: int, every: bool = False) -> Selection:
    """Choose at most one amount of each order so that the amounts make the total.

    Parameters
    ----------
    options
        For each order the amounts, in pence, that it may have been paid.
    total
        The sum to make, in pence.
    work
        Bound on orders times distinguishable sums.
    every
        Whether every order must be chosen (a schedule names them all).

    Returns
    -------
    Selection
        Two selections that pay the same orders the same amounts count once.
    """
    amounts = [sorted({each for each in order if 0 < each <= total}) for order in options]
    if total <= 0 or (every and not all(amounts)):
        return Selection("none")
    unit = gcd(*(each for order in amounts for each in order)) if any(amounts) else 0
    if unit == 0 or total % unit:
        return Selection("none")
    if len(amounts) * (total // unit) > work:
        return Selection("too_much_work")
    scaled = [[each // unit for each in order] for order in amounts]
    once, verdict = _reach(scaled, total // unit, every)
    if verdict != "unique":
        return Selection(verdict)
    return Selection("unique", tuple((at, each * unit) for at, each in _read_back(scaled, total // unit, once, every)))


def _reach(
    options: Sequence[Sequence[int]], total: int, every: bool
) -> tuple[list[int], Literal["unique", "none", "several"]]:
    mask = (1 << (total + 1)) - 1
    once, twice = 1, 0
    kept = [once]
    for order in options:
        ways = [*([] if every else [(once, twice)])]
        ways += [(once << each & mask, twice << each & mask) for each in order]
        once = twice = 0
        for one, two in ways:
            twice |= two | (once & one)
            once |= one
        kept.append(once)
        if twice >> total & 1 and not every:
            return kept, "several"
    if not once >> total & 1:
        return kept, "none"
    return kept, "several" if twice >> total & 1 else "unique"


def _read_back(options: Sequence[Sequence[int]], total: int, kept: list[int], every: bool) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    for at in range(len(options) - 1, -1, -1):
        if not every and kept[at] >> total & 1:
            continue
        amount = next(each for each in options[at] if each <= total and kept[at] >> (total - each) & 1)
        chosen.append((at, amount))
        total -= amount
    return chosen[::-1]
