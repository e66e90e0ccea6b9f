"""What it would take to explain a result away: E-values, incidents never uploaded, many results at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from evaluation.errors import DataError


@dataclass(frozen=True)
class EValue:
    """How strong an unrecorded confounder would have to be, on the scale of risk ratios.

    Attributes
    ----------
    estimate : float
        To move the estimate to 1.
    limit : float
        To move the interval to include 1; 1 when it already does.
    risk_ratio : float
        The approximate risk ratio that was used.
    """

    estimate: float
    limit: float
    risk_ratio: float

    def tidy(self) -> pl.DataFrame:
        """One row: `estimate, limit, risk_ratio`."""
        return pl.DataFrame({"estimate": self.estimate, "limit": self.limit, "risk_ratio": self.risk_ratio})

    def plot(self) -> Any:
        """Draw how strong both ties of an unrecorded cause must be to explain the estimate: a Plotly figure."""
        from evaluation.survival import plotting

        above = max(self.risk_ratio, 1 / self.risk_ratio)
        # On the line, the two ratios a and b explain the estimate exactly: a b / (a + b - 1).
        ties = [above * (1.02 + step / 50) for step in range(200)]
        points = [(tie, above * (tie - 1) / (tie - above)) for tie in ties]
        shown = [point for point in points if point[1] <= 4 * self.estimate] or points
        titles = ("Times as likely to start, with the unrecorded cause", "Times as likely to have a repeat")
        return plotting.line(shown, titles=titles, marked=(self.estimate, self.estimate))

    def _repr_markdown_(self) -> str:
        from evaluation.survival import words

        return f"{words.markdown(self.tidy())}\n\n{self.sentence()}"

    def sentence(self) -> str:
        """One sentence."""
        return (
            f"An unrecorded cause would have to multiply both the chance of starting and the chance of a repeat by "
            f"{self.estimate:.2f} to explain the estimate, and by {self.limit:.2f} to bring the interval to no effect."
        )


def evalue(hazard_ratio: float, low: float | None = None, high: float | None = None, *, rare: bool = False) -> EValue:
    """E-value of a hazard ratio (VanderWeele and Ding 2017).

    Parameters
    ----------
    hazard_ratio, low, high
        Estimate and confidence limits, all above 0.
    rare
        Whether fewer than 15 % have the event by the end of follow-up. Otherwise the hazard ratio is first turned into
        an approximate risk ratio, `(1 − 0.5^√HR) / (1 − 0.5^√(1/HR))`.

    Raises
    ------
    DataError
        When a ratio is not a positive number or the limits do not enclose the estimate.
    """
    given = [value for value in (hazard_ratio, low, high) if value is not None]
    if any(not math.isfinite(value) or value <= 0 for value in given):
        raise DataError("An E-value needs ratios above 0.", [f"found {value}" for value in given])
    if (low is not None and low > hazard_ratio) or (high is not None and high < hazard_ratio):
        raise DataError(f"The limits {low} to {high} do not enclose the estimate {hazard_ratio}.")
    ratio = _risk_ratio(hazard_ratio, rare)
    near = high if hazard_ratio < 1 else low
    if near is None:
        limit = math.nan
    else:
        crossed = near >= 1 if hazard_ratio < 1 else near <= 1
        limit = 1.0 if crossed else _strength(_risk_ratio(near, rare))
    return EValue(_strength(ratio), limit, ratio)


def _risk_ratio(hazard_ratio: float, rare: bool) -> float:
    if rare:
        return hazard_ratio
    root = math.sqrt(hazard_ratio)
    return (1 - 0.5**root) / (1 - 0.5 ** (1 / root))


def _strength(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's adjusted p-values: the chance of even one false alarm over all results stays at the level.

    Parameters
    ----------
    p_values
        Study → p-value.

    Returns
    -------
    dict
        Study → adjusted p-value, in the order given.
    """
    order: Sequence[str] = sorted(p_values, key=lambda name: (p_values[name], name))
    adjusted: dict[str, float] = {}
    running = 0.0
    for place, name in enumerate(order):
        running = max(running, min(1.0, (len(order) - place) * p_values[name]))
        adjusted[name] = running
    return {name: adjusted[name] for name in p_values}
