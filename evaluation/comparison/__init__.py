"""From spells to findings: study protocols, emulated trials, checks, evidence and what can be said."""

from evaluation.comparison.balance import propensity, standardised_differences
from evaluation.comparison.finding import Check, Effect, Finding, Naive, Step
from evaluation.comparison.protocol import Eligible
from evaluation.comparison.register_wide import across_register
from evaluation.comparison.sensitivity import EValue, evalue, holm
from evaluation.comparison.series import SeriesFit, interrupted_series
from evaluation.comparison.study import Study

__all__ = [
    "Check",
    "EValue",
    "Effect",
    "Eligible",
    "Finding",
    "Naive",
    "SeriesFit",
    "Step",
    "Study",
    "across_register",
    "evalue",
    "holm",
    "interrupted_series",
    "propensity",
    "standardised_differences",
]
