"""Confidence limits of probabilities and means, as R's `survfit` defines them."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from evaluation.survival.columns import Floats, check_choice, check_level

CONFIDENCE = ("log-log", "log", "plain")
UNBOUNDED = ("log", "plain")


def check_limits(conf_type: str, level: float, allowed: tuple[str, ...] = CONFIDENCE) -> None:
    """Refuse a kind of limits that is not allowed, or a level outside (0, 1)."""
    check_choice("conf_type", conf_type, allowed)
    check_level(level)


def limits(estimate: Floats, se: Floats, conf_type: str, level: float, most: float = 1.0) -> tuple[Floats, Floats]:
    """Limits of an estimate from its standard error.

    Parameters
    ----------
    estimate, se
        Estimate and its standard error, on the scale of the estimate.
    conf_type
        `"plain"`: `p ± z se`; `"log"`: `p exp(± z se / p)`; `"log-log"`: `p ** exp(± z se / (p log p))`.
    level
        Confidence level.
    most
        The largest value the estimate can take.

    Returns
    -------
    tuple
        Lower and upper limits; NaN where the transformed estimate is not finite.
    """
    reach = -ndtri((1 - level) / 2) * se
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if conf_type == "plain":
            low, high = np.maximum(estimate - reach, 0.0), np.minimum(estimate + reach, most)
        elif conf_type == "log":
            p = np.where(estimate == 0, np.nan, estimate)
            low, high = p * np.exp(-reach / p), np.minimum(p * np.exp(reach / p), most)
        else:
            p = np.where((estimate == 0) | (estimate == 1), np.nan, estimate)
            width = reach / p / np.log(p)
            low, high = np.exp(-np.exp(np.log(-np.log(p)) - width)), np.exp(-np.exp(np.log(-np.log(p)) + width))
    return np.where(np.isnan(se), np.nan, low), np.where(np.isnan(se), np.nan, high)


def ratio(log: Floats) -> Floats:
    """Ratio of a log ratio: infinite, without a warning, where a unit of the covariate is far beyond its range."""
    with np.errstate(over="ignore"):
        return np.exp(log)
