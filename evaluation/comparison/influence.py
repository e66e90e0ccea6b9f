"""What moves an estimate: every person's influence on it, with the estimation of the weights counted in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from evaluation.comparison.censoring import CensoringHazard
from evaluation.comparison.pieces import (
    Gradient,
    Grid,
    Process,
    RowWeights,
    Sums,
    later_influence,
    row_influence,
    totals,
)
from evaluation.comparison.weights import Population, Propensity, weight_slope
from evaluation.follow_up.histories import Bools, Floats, Ints, add_up
from evaluation.follow_up.landmarks import Landmarks


@dataclass(frozen=True)
class Arm:
    """One arm under one method.

    Attributes
    ----------
    rows : (members,) int
        Its landmarks.
    weights
        Their weights.
    processes, sums
        What followed, and its weighted totals by piece, by the name of the outcome.
    """

    rows: Ints
    weights: RowWeights
    processes: Mapping[str, Process]
    sums: Mapping[str, Sums]


@dataclass(frozen=True)
class WeightedArms:
    """Both arms under one method, with all that their weights were made from.

    Attributes
    ----------
    treated, compared
        The arms.
    landmarks, x, propensity, hazard, population, grid
        Landmarks, design, fitted propensity, summed hazard of starting (None where nobody is censored at their own
        start), whom the weights make the answer about, and the pieces.
    person : (landmarks,) int
        Whose landmark each is, numbered from 0.
    """

    treated: Arm
    compared: Arm
    landmarks: Landmarks = field(repr=False)
    x: Floats = field(repr=False)
    propensity: Propensity = field(repr=False)
    hazard: CensoringHazard | None = field(repr=False)
    population: Population
    grid: Grid
    person: Ints = field(repr=False)

    def arm(self, treated: bool) -> Arm:
        """One of the two arms."""
        return self.treated if treated else self.compared

    def sums(self, process: str) -> tuple[Sums, Sums]:
        """An outcome's totals of those treated and of those compared."""
        return self.treated.sums[process], self.compared.sums[process]

    def influence(self, process: str, treated: Gradient | None, compared: Gradient | None) -> Floats:
        """Influence of each person on an estimate, given its derivative in each arm's totals (None: not in it)."""
        moved, pull = np.zeros(self.landmarks.size), np.zeros_like(self.propensity.theta)
        for arm, slope in ((self.treated, treated), (self.compared, compared)):
            if slope is not None:
                exposed = self._exposed[process] if arm.weights.growth is not None else None
                moved[arm.rows] = row_influence(self.grid, arm.processes[process], arm.weights, slope, exposed)[0]
                pull += self._pull_of_censoring(arm, arm.processes[process], slope, exposed)
        pull += self.x.T @ (moved * weight_slope(self.propensity.probability, self.landmarks.treated, self.population))
        return add_up(self.person, moved + self.propensity.score @ pull)

    @cached_property
    def _exposed(self) -> Mapping[str, Floats]:
        """Days at risk of the compared by piece, counted with their growing weights: asked for by every estimate."""
        growth = self.compared.weights.growth
        assert growth is not None
        return {name: growth.days(self.grid, process.until) for name, process in self.compared.processes.items()}

    def _pull_of_censoring(self, arm: Arm, process: Process, slope: Gradient, exposed: Floats | None) -> Floats:
        """How the estimate moves with the propensity's coefficients through the censoring weights."""
        if exposed is None or self.hazard is None:
            return np.zeros_like(self.propensity.theta)
        later = later_influence(self.grid, process, arm.weights, slope.events[0], slope.days[0], exposed)
        return self.hazard.pull(later)

    def without(self, rows: Bools, process: str) -> tuple[Sums, Sums]:
        """An outcome's totals of both arms when some landmarks are left out, weights as they are."""
        treated, compared = (
            totals(
                self.grid, arm.processes[process], RowWeights(arm.weights.base * ~rows[arm.rows], arm.weights.growth)
            )
            for arm in (self.treated, self.compared)
        )
        return treated, compared
