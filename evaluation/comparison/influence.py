"""What moves an estimate: every person's influence on it, with the estimation of the weights counted in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from evaluation.comparison.censoring import CensoringHazard, Pull
from evaluation.comparison.pieces import Gradient, Grid, Process, RowWeights, Sums, row_influence, totals
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
    exposed
        Where the weights grow: days at risk of every row in every piece, counted with that growth, by outcome.
    """

    rows: Ints
    weights: RowWeights
    processes: Mapping[str, Process]
    sums: Mapping[str, Sums]
    exposed: Mapping[str, Floats]

    @staticmethod
    def of(rows: Ints, weights: RowWeights, processes: Mapping[str, Process], grid: Grid) -> Arm:
        """Add up what followed."""
        growth = weights.growth
        exposed = {} if growth is None else {name: growth.days(grid, p.until) for name, p in processes.items()}
        sums = {name: totals(grid, p, weights, exposed.get(name)) for name, p in processes.items()}
        return Arm(rows, weights, processes, sums, exposed)


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
                known = arm.exposed.get(process)
                moved[arm.rows] = row_influence(self.grid, arm.processes[process], arm.weights, slope, known)[0]
                if arm.weights.growth is not None:
                    pull += self._pulls[process].along(slope)
        pull += self.x.T @ (moved * weight_slope(self.propensity.probability, self.landmarks.treated, self.population))
        return add_up(self.person, moved + self.propensity.score @ pull)

    @cached_property
    def _pulls(self) -> Mapping[str, Pull]:
        """How the totals of the compared move with the propensity's coefficients through the censoring weights."""
        assert self.hazard is not None
        arm = self.compared
        return self.hazard.pulls(self.grid, arm.weights, arm.processes, arm.exposed, columns=self.x.shape[1])

    def without(self, rows: Bools, process: str) -> tuple[Sums, Sums]:
        """An outcome's totals of both arms when some landmarks are left out, weights as they are."""
        treated, compared = (
            totals(
                self.grid,
                arm.processes[process],
                replace(arm.weights, base=arm.weights.base * ~rows[arm.rows]),
                arm.exposed.get(process),
            )
            for arm in (self.treated, self.compared)
        )
        return treated, compared
