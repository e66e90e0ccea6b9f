"""From spells to findings: study protocols, emulated trials, checks, evidence and what can be said."""

from evaluation.comparison.finding import Check, Effect, Finding, Naive, Step
from evaluation.comparison.protocol import Eligible
from evaluation.comparison.sensitivity import EValue, evalue, holm
from evaluation.comparison.study import Study

__all__ = ["Check", "EValue", "Effect", "Eligible", "Finding", "Naive", "Step", "Study", "evalue", "holm"]
