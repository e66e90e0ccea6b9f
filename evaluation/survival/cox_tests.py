"""Tests that every coefficient of a Cox model is zero."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import chdtrc

from evaluation.survival.columns import Floats
from evaluation.survival.cox import CoxFit
from evaluation.survival.maximise import SINGULAR, solve_information
from evaluation.survival.robust import score_products


def overall_tests(fit: CoxFit) -> pl.DataFrame:
    """Likelihood ratio, Wald, score and, where errors are robust, robust score test: `test, chi2, df, p`."""
    score = fit.null.score
    values = {
        "likelihood ratio": 2 * (fit.loglik - fit.loglik_null),
        "wald": _quadratic_form(fit.variance, fit.coef),
        "score": float(score @ solve_information(fit.null.information, score)),
    }
    if fit.robust_covariance is not None:
        values["robust score"] = _quadratic_form(score_products(fit.likelihood, fit.null.moments), score)
    df, chi2 = len(fit.terms), np.array(list(values.values()))
    return pl.DataFrame(
        {
            "test": list(values),
            "chi2": pl.Series(chi2, nan_to_null=True),
            "df": [df] * len(values),
            "p": pl.Series(chdtrc(df, chi2), nan_to_null=True),
        }
    )


def _quadratic_form(matrix: Floats, vector: Floats) -> float:
    """`vector' matrix^-1 vector`, scaled so that units do not matter; NaN when the matrix has no inverse."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    inner, scaled = matrix / np.outer(scale, scale), vector / scale
    values = np.linalg.eigvalsh(inner)
    if values[0] < SINGULAR * len(values) * values[-1]:
        return float("nan")
    return float(scaled @ np.linalg.solve(inner, scaled))
