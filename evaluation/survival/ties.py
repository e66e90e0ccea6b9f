"""Sums over tied events: Breslow's and Efron's approximations of the partial likelihood.

With `d` events at a time, risk-set sum `S` and events' own sum `E`, the likelihood needs, over the steps
`u = 0, 1/d, ..., (d-1)/d` (Efron 1977) or `u = 0` repeated `d` times (Breslow 1974),

    L = sum log(S - uE),   C_j = sum u^j / (S - uE),   Q_j = sum u^j / (S - uE)^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from evaluation.survival.columns import Floats

EXACT_BELOW = 128
NODES = 20
# Beyond this share of the risk set, the integrand turns too sharply near u = 1 for the quadrature.
SMOOTH_SHARE = 0.5


@dataclass(frozen=True)
class TieSums:
    """The sums of the module's formula, one value a slot."""

    log: Floats
    c0: Floats
    c1: Floats
    q0: Floats
    q1: Floats
    q2: Floats


def tie_sums(at_risk: Floats, dying: Floats, deaths: Floats, ties: str) -> TieSums:
    """Sum over the tied events of every slot.

    Parameters
    ----------
    at_risk, dying
        Weighted risk scores of those at risk (`S`) and of those with an event (`E`), by slot.
    deaths
        Number of events by slot (`d`), unweighted.
    ties
        `"efron"` or `"breslow"`.
    """
    active = deaths > 0
    safe = np.where(active, at_risk, 1.0)
    if ties == "breslow":
        zero = np.zeros_like(safe)
        return TieSums(deaths * np.log(safe), deaths / safe, zero, deaths / safe**2, zero, zero)
    out = np.zeros((6, len(deaths)))
    single = deaths == 1
    smooth = (deaths >= EXACT_BELOW) & (dying <= SMOOTH_SHARE * at_risk)
    out[0, single], out[1, single], out[3, single] = np.log(safe[single]), 1 / safe[single], 1 / safe[single] ** 2
    _add_exact(out, np.flatnonzero(active & ~smooth & ~single), at_risk, dying, deaths)
    _add_smooth(out, np.flatnonzero(smooth), at_risk, dying, deaths)
    return TieSums(*out)


def _add_exact(out: Floats, slots: np.ndarray, at_risk: Floats, dying: Floats, deaths: Floats) -> None:
    if not len(slots):
        return
    count = deaths[slots].astype(np.int64)
    begin = np.concatenate([[0], np.cumsum(count)[:-1]])
    step = (np.arange(int(count.sum())) - np.repeat(begin, count)) / np.repeat(deaths[slots], count)
    left = np.repeat(at_risk[slots], count) - step * np.repeat(dying[slots], count)
    inverse = 1 / left
    squared = inverse * inverse
    parts = (np.log(left), inverse, step * inverse, squared, step * squared, step * step * squared)
    for row, part in enumerate(parts):
        out[row, slots] = np.add.reduceat(part, begin)


def _add_smooth(out: Floats, slots: np.ndarray, at_risk: Floats, dying: Floats, deaths: Floats) -> None:
    if not len(slots):
        return
    nodes, weights = _tie_quadrature(deaths[slots])
    left = at_risk[slots, None] - nodes * dying[slots, None]
    inverse = 1 / left
    squared = inverse * inverse
    parts = (np.log(left), inverse, nodes * inverse, squared, nodes * squared, nodes * nodes * squared)
    for row, part in enumerate(parts):
        out[row, slots] = np.einsum("ij,ij->i", weights, part)


def _tie_quadrature(deaths: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights that replace a sum over `u = 0, 1/d, ..., (d-1)/d`.

    The weights integrate the Legendre polynomials exactly as the sum does, by the Euler-Maclaurin formula, whose
    terms beyond the third are below rounding error for the numbers of ties it is used for.
    """
    x, gauss = legendre.leggauss(NODES)
    step = 1 / deaths
    weights = np.zeros((len(deaths), NODES))
    for degree in range(NODES):
        basis = legendre.Legendre.basis(degree)
        moment = (deaths if degree == 0 else 0.0) + 0.5 * (basis(-1) - basis(1))
        for order, factor in ((1, 1 / 12), (3, -1 / 720), (5, 1 / 30240), (7, -1 / 1209600)):
            slope = basis.deriv(order) * 2.0**order
            moment = moment + factor * step**order * (slope(1) - slope(-1))
        weights += np.multiply.outer(np.broadcast_to(moment, deaths.shape), (degree + 0.5) * gauss * basis(x))
    return (x + 1) / 2, weights
