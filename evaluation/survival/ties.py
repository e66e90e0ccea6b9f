"""Sums over tied events: Breslow's and Efron's approximations of the partial likelihood.

With `d` events at a time, risk-set sum `S` and events' own sum `E`, the likelihood needs, over the steps
`u = 0, 1/d, ..., (d-1)/d` (Efron 1977) or `u = 0` repeated `d` times (Breslow 1974),

    L = sum log(S - uE),   C_j = sum u^j / (S - uE),   Q_j = sum u^j / (S - uE)^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from evaluation.survival.columns import Floats, Ints

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


@dataclass(frozen=True)
class TiePlan:
    """What the sums need that does not depend on the coefficients.

    Attributes
    ----------
    deaths
        Number of events by slot (`d`), unweighted.
    efron
        Whether ties are Efron's; Breslow's otherwise.
    single, few, many
        Slots with one event, with fewer than `EXACT_BELOW`, and with more.
    steps
        The steps `u` of the `few` slots, one after the other.
    nodes, weights
        Quadrature of the `many` slots.
    """

    deaths: Floats
    efron: bool
    single: Ints
    few: Ints
    many: Ints
    steps: _Steps
    nodes: Floats
    weights: Floats

    @classmethod
    def of(cls, deaths: Floats, ties: str) -> TiePlan:
        """Plan the sums for a table's numbers of events."""
        single = np.flatnonzero(deaths == 1)
        few = np.flatnonzero((deaths > 1) & (deaths < EXACT_BELOW))
        many = np.flatnonzero(deaths >= EXACT_BELOW)
        nodes, weights = _tie_quadrature(deaths[many])
        return cls(deaths, ties == "efron", single, few, many, _Steps.of(deaths[few]), nodes, weights)

    def sums(self, at_risk: Floats, dying: Floats) -> TieSums:
        """Sum over the tied events of every slot.

        Parameters
        ----------
        at_risk, dying
            Weighted risk scores of those at risk (`S`) and of those with an event (`E`), by slot.
        """
        if not self.efron:
            safe = np.where(self.deaths > 0, at_risk, 1.0)
            zero = np.zeros_like(safe)
            return TieSums(self.deaths * np.log(safe), self.deaths / safe, zero, self.deaths / safe**2, zero, zero)
        out = np.zeros((6, len(self.deaths)))
        alone = at_risk[self.single]
        out[0, self.single], out[1, self.single], out[3, self.single] = np.log(alone), 1 / alone, 1 / alone**2
        self.steps.add(out, self.few, at_risk, dying)
        smooth = dying[self.many] <= SMOOTH_SHARE * at_risk[self.many]
        sharp = self.many[~smooth]
        _Steps.of(self.deaths[sharp]).add(out, sharp, at_risk, dying)
        slots = self.many[smooth]
        parts = _parts(at_risk[slots, None] - self.nodes * dying[slots, None], self.nodes)
        for row, part in enumerate(parts):
            out[row, slots] = np.einsum("ij,ij->i", self.weights[smooth], part)
        return TieSums(*out)


@dataclass(frozen=True)
class _Steps:
    """Every step of some slots: its share `u`, how many each slot has, and where each slot's begin."""

    share: Floats
    count: Ints
    begin: Ints

    @classmethod
    def of(cls, deaths: Floats) -> _Steps:
        count = deaths.astype(np.int64)
        begin = np.cumsum(count) - count
        share = (np.arange(int(count.sum())) - np.repeat(begin, count)) / np.repeat(deaths, count)
        return cls(share, count, begin)

    def add(self, out: Floats, slots: Ints, at_risk: Floats, dying: Floats) -> None:
        if not len(slots):
            return
        left = np.repeat(at_risk[slots], self.count) - self.share * np.repeat(dying[slots], self.count)
        for row, part in enumerate(_parts(left, self.share)):
            out[row, slots] = np.add.reduceat(part, self.begin)


def _parts(left: Floats, share: Floats) -> tuple[Floats, ...]:
    inverse = 1 / left
    squared = inverse * inverse
    return np.log(left), inverse, share * inverse, squared, share * squared, share * share * squared


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
