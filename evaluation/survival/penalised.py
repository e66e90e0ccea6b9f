"""The maximum of a partial likelihood with Firth's penalty, by quasi-Newton steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.errors import DataError
from evaluation.survival.columns import Flags, Floats
from evaluation.survival.maximise import invert_information
from evaluation.survival.partial import Likelihood, PartialLikelihood

MOST_STEPS = 200
# Twice what the likelihood may still gain: far less than shows in an estimate, far more than rounding.
SETTLED = 1e-15
SLACK = 1e-12


@dataclass(frozen=True)
class Point:
    """Coefficients, the penalised log likelihood there, and the likelihood with its derivatives."""

    beta: Floats
    value: float
    at: Likelihood


@dataclass(frozen=True)
class Penalised:
    """`l(b) + log det(I(b)) / 2`, with the weights divided by a unit.

    Attributes
    ----------
    likelihood
        Gives `l` and its information `I`.
    unit
        What weight counts as one row against the penalty.
    """

    likelihood: PartialLikelihood
    unit: float

    def at(self, beta: Floats) -> Point:
        """Evaluate the penalised likelihood."""
        with np.errstate(all="ignore"):
            at = self.likelihood.at(beta)
        value = at.value + np.log(self.unit) * float(self.likelihood.sets.died.sum())
        return Point(beta, value / self.unit + self._penalty(at.information), at)

    def _penalty(self, information: Floats) -> float:
        with np.errstate(invalid="ignore"):
            sign, value = np.linalg.slogdet(information / self.unit)
        return 0.5 * float(value) if sign > 0 else -np.inf

    def slope(self, point: Point, free: Flags) -> Floats:
        """Slope in the free coefficients; that of the penalty by differences of the fourth order."""
        slope = np.zeros(len(point.beta))
        for j in np.flatnonzero(free):
            step = 2e-3 / max(float(np.max(np.abs(self.likelihood.matrix[:, j]))), 1e-300)
            move = np.zeros(len(point.beta))
            move[j] = step
            near, far = (self._penalty_at(point.beta, size * move) for size in (1, 2))
            slope[j] = point.at.score[j] / self.unit + (8 * near - far) / (12 * step)
        return slope

    def _penalty_at(self, beta: Floats, move: Floats) -> float:
        """The penalty on one side less that on the other."""
        with np.errstate(all="ignore"):
            sides = [self.likelihood.information(self.likelihood.moments(beta + sign * move)) for sign in (1, -1)]
        ahead, behind = map(self._penalty, sides)
        return ahead - behind

    def maximum(self, start: Floats, free: Flags) -> Point:
        """Climb over the free coefficients.

        Quasi-Newton steps (BFGS) from the inverse information, halved while they overshoot: the information alone
        leaves out the curvature of the penalty, which counts where little is known.

        Raises
        ------
        DataError
            When it does not settle.
        """
        here = self.at(start)
        if not free.any():
            return here
        slope = self.slope(here, free)[free]
        bend = invert_information(here.at.information[np.ix_(free, free)]) * self.unit
        for _ in range(MOST_STEPS):
            direction = np.zeros(len(start))
            direction[free] = bend @ slope
            there = self._improved(here, direction)
            if there is None or float(direction[free] @ slope) < SETTLED:
                return there or here
            after = self.slope(there, free)[free]
            bend = _updated(bend, (there.beta - here.beta)[free], slope - after)
            here, slope = there, after
        raise DataError("The penalised likelihood did not settle: too little is known about these coefficients.")

    def _improved(self, here: Point, direction: Floats) -> Point | None:
        for halving in range(25):
            there = self.at(here.beta + direction * 0.5**halving)
            if np.isfinite(there.value) and there.value >= here.value - SLACK * max(1.0, abs(here.value)):
                return there
        return None


def _updated(bend: Floats, moved: Floats, fallen: Floats) -> Floats:
    """The inverse curvature after a step and the fall of the slope along it."""
    along = float(moved @ fallen)
    if along <= 0:
        return bend
    side = np.eye(len(moved)) - np.outer(moved, fallen) / along
    return side @ bend @ side.T + np.outer(moved, moved) / along
