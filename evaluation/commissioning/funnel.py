"""Funnel plots: which provider, area or officer differs from the rest by more than chance?

Exact binomial control limits with Spiegelhalter's interpolation, and his correction for over-dispersion: naive z-scores
are winsorised, their mean square is phi, and where phi is clearly above 1 the limits widen by its square root or by an
additive between-unit variance (Spiegelhalter 2005, Statistics in Medicine 24: 1185–1202, appendix A).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.commissioning.distributions import binomial_cdf, binomial_quantile, normal_quantile

LEVELS = (0.95, 0.998)
Dispersion = Literal["none", "multiplicative", "additive"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Unit:
    """One point of the funnel; `flag` is `high_998`, `low_998`, `high_95`, `low_95` or `inside`."""

    name: str
    achieved: int
    n: int
    value: float
    low_95: float
    high_95: float
    low_998: float
    high_998: float
    flag: str


@dataclass(frozen=True)
class Line:
    """The control limits at one size, to draw the funnel with."""

    size: int
    low_95: float
    high_95: float
    low_998: float
    high_998: float


@dataclass(frozen=True)
class Funnel:
    """A funnel with its target, the dispersion found and what was done about it; `lines` trace its limits."""

    units: tuple[Unit, ...]
    target: float
    phi: float
    tau2: float
    dispersion: Dispersion
    sentence: str
    lines: tuple[Line, ...]


def funnel(
    names: Sequence[str],
    achieved: Sequence[int],
    totals: Sequence[int],
    *,
    target: float | None = None,
    winsorise: float = 0.10,
    adjust: Dispersion = "multiplicative",
) -> Funnel:
    """Compare proportions with a target, by default the overall proportion.

    Parameters
    ----------
    names, achieved, totals
        One entry for each unit; `0 <= achieved <= totals`, `totals >= 1`.
    winsorise
        Share of the z-scores drawn in at each end before their dispersion is measured.
    adjust
        What to do when the dispersion is clearly above 1 (phi > 1 + 2 √(2 / units)).

    Raises
    ------
    ValueError
        On counts that cannot be, or fewer than two units.
    """
    count, n = np.asarray(achieved, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    if n.size < 2 or (n < 1).any() or (count < 0).any() or (count > n).any():
        raise ValueError("a funnel needs at least two units with 0 <= achieved <= total and total >= 1")
    centre = float(count.sum() / n.sum()) if target is None else target
    phi, tau2 = over_dispersion(count, n, centre, winsorise=winsorise)
    used: Dispersion = adjust if phi > 1 + 2 * sqrt(2 / n.size) else "none"
    bounds = {level: _limits(n, centre, level, used, phi, tau2) for level in LEVELS}
    units = tuple(
        _unit(name, int(count[i]), int(n[i]), [bounds[level][:, i] for level in LEVELS]) for i, name in enumerate(names)
    )
    return Funnel(units, centre, phi, tau2, used, _sentence(units, used), _lines(n, centre, used, phi, tau2))


def exact_limit(n: int, target: float, p: float) -> float:
    """Give the control limit of a proportion at cumulative probability `p`, interpolated between whole counts."""
    if target <= 0 or target >= 1:
        return target
    r = binomial_quantile(p, n, target)
    at, below = binomial_cdf(r, n, target), binomial_cdf(r - 1, n, target)
    back = (at - p) / (at - below) if at > below else 0.0
    return min(1.0, max(0.0, (r - back) / n))


def over_dispersion(count: Floats, n: Floats, target: float, *, winsorise: float) -> tuple[float, float]:
    """Give (phi, tau²): the dispersion ratio of winsorised z-scores and the between-unit variance it implies."""
    if target <= 0 or target >= 1:
        return 0.0, 0.0
    variance = target * (1 - target) / n
    z = (count / n - target) / np.sqrt(variance)
    low, high = np.quantile(z, [winsorise, 1 - winsorise])
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    weight = 1 / variance
    spread = float(weight.sum() - (weight**2).sum() / weight.sum())
    units = n.size
    tau2 = max(0.0, (units * phi - (units - 1)) / spread) if spread > 0 else 0.0
    return phi, tau2


def _limits(n: Floats, target: float, level: float, used: Dispersion, phi: float, tau2: float) -> Floats:
    tail = (1 - level) / 2
    if used == "none":
        pairs = [(exact_limit(int(size), target, tail), exact_limit(int(size), target, 1 - tail)) for size in n]
        return np.array(pairs, dtype=np.float64).T
    variance = target * (1 - target) / n
    wide = variance * phi if used == "multiplicative" else variance + tau2
    reach = normal_quantile(1 - tail) * np.sqrt(wide)
    return np.vstack([np.clip(target - reach, 0, 1), np.clip(target + reach, 0, 1)])


def _lines(n: Floats, target: float, used: Dispersion, phi: float, tau2: float) -> tuple[Line, ...]:
    sizes = np.unique(np.geomspace(max(1.0, float(n.min()) / 2), float(n.max()) * 1.1, 30).round())
    near, far = (_limits(sizes, target, level, used, phi, tau2) for level in LEVELS)
    return tuple(
        Line(int(size), *(float(bound[side, i]) for bound in (near, far) for side in (0, 1)))
        for i, size in enumerate(sizes)
    )


def _unit(name: str, achieved: int, n: int, bounds: list[Floats]) -> Unit:
    value = achieved / n
    (low, high), (low_998, high_998) = ((float(pair[0]), float(pair[1])) for pair in bounds)
    flag = "inside"
    if value > high or value < low:
        flag = "high_95" if value > high else "low_95"
    if value > high_998 or value < low_998:
        flag = "high_998" if value > high_998 else "low_998"
    return Unit(name, achieved, n, value, low, high, low_998, high_998, flag)


def _sentence(units: tuple[Unit, ...], used: Dispersion) -> str:
    out = [unit.name for unit in units if unit.flag.endswith("998")]
    first = (
        f"{len(out)} of {len(units)} differ from the rest by more than chance explains: {', '.join(out)}."
        if out
        else f"None of {len(units)} differs from the rest by more than chance explains; do not rank them."
    )
    tail = " They vary more than chance allows even so, and the limits are widened for that." if used != "none" else ""
    return first + tail
