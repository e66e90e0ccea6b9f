"""Reference answers of R, and how closely they must be met."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

REFERENCE = Path(__file__).parent / "reference"
# Estimates and model-based errors: both programs reach the same maximum, so only rounding is left.
EXACT = 1e-8
# Robust errors and tests are sums of squares of differences; rounding grows with them.
ROBUST = 1e-6
# An estimate of exactly zero has no relative error.
NEGLIGIBLE = 1e-11


def reference(name: str) -> dict[str, Any]:
    return json.loads((REFERENCE / f"{name}.json").read_text())


def cases(kind: str) -> list[Any]:
    """Every (data set, case) of a kind, as parameters named by both."""
    found = []
    for path in sorted(REFERENCE.glob("*.json")):
        if path.stem != "versions":
            whole = json.loads(path.read_text())
            found += [
                pytest.param(pl.DataFrame(whole["data"], strict=False), case, id=f"{path.stem}-{number}")
                for number, case in enumerate(whole.get(kind, []))
            ]
    return found


def numbers(values: Any) -> np.ndarray:
    values = values if isinstance(values, list | tuple | np.ndarray | pl.Series) else [values]
    return np.array([np.nan if value is None else float(value) for value in values])


@pytest.fixture(scope="session")
def agree() -> Callable[..., None]:
    """Compare with R, where R gives a number; nowhere may the engine lack one that R has."""

    def check(got: Any, want: Any, tolerance: float) -> None:
        got, want = numbers(got), numbers(want)
        known = ~np.isnan(want)
        assert known.any() or len(want) == 0
        np.testing.assert_allclose(got[known], want[known], rtol=tolerance, atol=NEGLIGIBLE)

    return check


@pytest.fixture(scope="session")
def arguments() -> Callable[..., dict[str, Any]]:
    """The arguments of a case, as the engine names them."""

    def pick(case: dict[str, Any], *names: str) -> dict[str, Any]:
        return {name: case[name] for name in names if case.get(name) is not None}

    return pick
