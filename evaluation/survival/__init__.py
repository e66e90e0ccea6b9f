"""Time-to-event analysis on risk-set tables: exact as R `survival`, at the cost of counting the rows once.

Conventions: a spell is at risk over `(entry, exit]`; events come before censorings at the same time; Efron's ties by
default. Frames are Polars; results are frozen, with `tidy()` (a row per term or time), `glance()` (one row) and
`sentence()`.
"""

from __future__ import annotations

from evaluation.survival.competing import CumulativeIncidence, cumulative_incidence
from evaluation.survival.cox import CoxFit, cox, fit_risk_sets
from evaluation.survival.curves import KaplanMeier, kaplan_meier
from evaluation.survival.databases import collapse
from evaluation.survival.fine_gray import FineGrayFit, fine_gray
from evaluation.survival.firth import firth
from evaluation.survival.frailty import FrailtyFit, shared_frailty
from evaluation.survival.gray import GrayTest, gray_test
from evaluation.survival.logrank import LogRank, logrank
from evaluation.survival.nelson_aalen import NelsonAalen, nelson_aalen
from evaluation.survival.overlap import overlapping
from evaluation.survival.parametric import ParametricFit, parametric
from evaluation.survival.recurrent import MeanCumulativeCount, mean_cumulative_count
from evaluation.survival.recurrent_models import andersen_gill, prentice_williams_peterson
from evaluation.survival.restricted import RestrictedMean, restricted_mean
from evaluation.survival.risksets import RiskSets

__all__ = [
    "CoxFit",
    "CumulativeIncidence",
    "FineGrayFit",
    "FrailtyFit",
    "GrayTest",
    "KaplanMeier",
    "LogRank",
    "MeanCumulativeCount",
    "NelsonAalen",
    "ParametricFit",
    "RestrictedMean",
    "RiskSets",
    "andersen_gill",
    "collapse",
    "cox",
    "cumulative_incidence",
    "fine_gray",
    "firth",
    "fit_risk_sets",
    "gray_test",
    "kaplan_meier",
    "logrank",
    "mean_cumulative_count",
    "nelson_aalen",
    "overlapping",
    "parametric",
    "prentice_williams_peterson",
    "restricted_mean",
    "shared_frailty",
]
