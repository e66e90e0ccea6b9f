"""Time-to-event analysis on risk-set tables: exact as R `survival`, at the cost of counting the rows once.

Conventions: a spell is at risk over `(entry, exit]`; events come before censorings at the same time; Efron's ties by
default. Frames are Polars; results are frozen, with `tidy()` (a row per term or time), `glance()` (one row) and
`sentence()`.
"""

from __future__ import annotations

from evaluation.survival.competing import CumulativeIncidence, cumulative_incidence
from evaluation.survival.cox import CoxFit, cox
from evaluation.survival.curves import KaplanMeier, kaplan_meier
from evaluation.survival.firth import firth
from evaluation.survival.logrank import LogRank, logrank
from evaluation.survival.overlap import overlapping
from evaluation.survival.recurrent import MeanCumulativeCount, mean_cumulative_count
from evaluation.survival.restricted import RestrictedMean, restricted_mean
from evaluation.survival.risksets import RiskSets, collapse

__all__ = [
    "CoxFit",
    "CumulativeIncidence",
    "KaplanMeier",
    "LogRank",
    "MeanCumulativeCount",
    "RestrictedMean",
    "RiskSets",
    "collapse",
    "cox",
    "cumulative_incidence",
    "firth",
    "kaplan_meier",
    "logrank",
    "mean_cumulative_count",
    "overlapping",
    "restricted_mean",
]
