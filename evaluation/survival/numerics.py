# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""Scipy routines whose own types say too little to check, behind typed names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import scipy.linalg

from evaluation.survival.columns import Floats

_factor: Any = scipy.linalg.cho_factor
_solve: Any = scipy.linalg.cho_solve


def solve_positive(matrix: Floats, right: Floats) -> Floats:
    """Solve with a positive definite matrix.

    Raises
    ------
    numpy.linalg.LinAlgError
        When it is not positive definite.
    """
    return _solve(_factor(matrix), right)


def lowest(cost: Callable[[float], float], low: float, high: float, precision: float) -> float:
    """Find where a function of one number is lowest between two bounds (Brent)."""
    import scipy.optimize

    search: Any = scipy.optimize.minimize_scalar
    return float(search(cost, bounds=(low, high), method="bounded", options={"xatol": precision}).x)
