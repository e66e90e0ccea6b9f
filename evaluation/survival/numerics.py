# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""Routines of scipy and threadpoolctl whose own types say too little to check, behind typed names."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import scipy.linalg

from evaluation.survival.columns import Floats

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
_factor: Any = scipy.linalg.cho_factor
_solve: Any = scipy.linalg.cho_solve
_eigen: Any = scipy.linalg.eigh


def solve_positive(matrix: Floats, right: Floats) -> Floats:
    """Solve with a positive definite matrix.

    Raises
    ------
    numpy.linalg.LinAlgError
        When it is not positive definite.
    """
    return _solve(_factor(matrix), right)


def eigen_pairs(matrix: Floats, against: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues and vectors (columns) of a symmetric matrix measured against a positive definite one.

    Raises
    ------
    numpy.linalg.LinAlgError
        When that one is not positive definite.
    """
    return _eigen(matrix, against)


def lowest(cost: Callable[[float], float], low: float, high: float, precision: float) -> float:
    """Find where a function of one number is lowest between two bounds (Brent)."""
    import scipy.optimize

    search: Any = scipy.optimize.minimize_scalar
    return float(search(cost, bounds=(low, high), method="bounded", options={"xatol": precision}).x)


@lru_cache(maxsize=1)
def _pools() -> Any:
    import threadpoolctl

    return threadpoolctl.ThreadpoolController()


def one_thread(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Let linear algebra use one thread while a function runs.

    Tables of risk sets are small: a second thread of the BLAS spends its time waiting for the next product, and takes
    the processor from everybody else. It doubles the CPU seconds of a fit and shortens it by nothing.
    """

    @wraps(function)
    def limited(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with _pools().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
