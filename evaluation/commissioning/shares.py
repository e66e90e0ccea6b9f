"""A share of people, how sure it is, and whether the true share meets a target.

Exact binomial (Clopper and Pearson 1934) limits and tests, and the Bayesian probability under Jeffreys' prior
Beta(1/2, 1/2) (Brown, Cai and DasGupta 2001). People whose result is not known are never dropped: every share comes
with its bounds, worst when none of them achieved the outcome and best when all of them did (Manski 1989).
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.commissioning.distributions import beta_quantile, beta_sf, binomial_cdf, binomial_sf


@dataclass(frozen=True)
class Share:
    """How many of those known achieved the outcome, and how many are not known.

    Attributes
    ----------
    achieved, known, missing
        Whole numbers of people; `achieved <= known`.
    value, low, high
        The share of the known with its exact limits; `None` when nobody is known.
    worst, best
        The share of everybody if none, or all, of the missing achieved it; `None` when there is nobody.
    """

    achieved: int
    known: int
    missing: int
    value: float | None
    low: float | None
    high: float | None
    worst: float | None
    best: float | None

    @property
    def completeness(self) -> float:
        """The share of everybody whose result is known; 0 when there is nobody."""
        return self.known / (self.known + self.missing) if self.known + self.missing else 0.0


def share(achieved: int, known: int, missing: int = 0, *, level: float = 0.95) -> Share:
    """Work out a share with its exact limits and its bounds over the missing.

    Raises
    ------
    ValueError
        When the counts are negative or `achieved > known`.
    """
    if min(achieved, known, missing) < 0 or achieved > known:
        raise ValueError("counts of people: 0 <= achieved <= known, missing >= 0")
    everybody = known + missing
    value = achieved / known if known else None
    low, high = exact_limits(achieved, known, level=level) if known else (None, None)
    worst = achieved / everybody if everybody else None
    best = (achieved + missing) / everybody if everybody else None
    return Share(achieved, known, missing, value, low, high, worst, best)


def exact_limits(achieved: int, known: int, *, level: float = 0.95) -> tuple[float, float]:
    """Clopper–Pearson limits of a proportion; `(0.0, …)` when nobody, `(…, 1.0)` when everybody achieved it."""
    tail = (1 - level) / 2
    low = 0.0 if achieved == 0 else beta_quantile(tail, achieved, known - achieved + 1)
    high = 1.0 if achieved == known else beta_quantile(1 - tail, achieved + 1, known - achieved)
    return low, high


def probability_at_least(target: float, achieved: int, known: int) -> float:
    """Probability that the true share is at least `target`, given the counts and Jeffreys' prior.

    Nobody known gives the prior's own probability. A target of 0 or less gives 1, above 1 gives 0.
    """
    if target <= 0:
        return 1.0
    if target > 1:
        return 0.0
    return beta_sf(target, achieved + 0.5, known - achieved + 0.5)


def exact_p_at_least(target: float, achieved: int, known: int) -> float:
    """One-sided exact binomial p of seeing so many or more if the true share were `target` (small: above it)."""
    return binomial_sf(achieved - 1, known, min(max(target, 0.0), 1.0))


def exact_p_at_most(target: float, achieved: int, known: int) -> float:
    """One-sided exact binomial p of seeing so many or fewer if the true share were `target` (small: below it)."""
    return binomial_cdf(achieved, known, min(max(target, 0.0), 1.0))
