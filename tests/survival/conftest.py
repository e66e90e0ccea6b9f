"""Reference answers of R, and how closely they must be met."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

REFERENCE = Path(__file__).parent / "reference"


class Agreement:
    """Compare with R where R gives a number; nowhere may the engine lack one that R has.

    `EXACT` is for estimates and model-based errors: both programs reach the same maximum, so only rounding is left.
    `ROBUST` is for robust errors and tests: sums of squares of differences, in which rounding grows.
    `NEGLIGIBLE` is absolute: an estimate of exactly zero has no relative error.
    """

    EXACT = 1e-8
    ROBUST = 1e-6
    NEGLIGIBLE = 1e-11

    def exact(self, got: Any, want: Any) -> None:
        self.within(got, want, self.EXACT)

    def robust(self, got: Any, want: Any) -> None:
        self.within(got, want, self.ROBUST)

    def within(self, got: Any, want: Any, tolerance: float) -> None:
        got, want = self.numbers(got), self.numbers(want)
        known = ~np.isnan(want)
        assert known.any()
        np.testing.assert_allclose(got[known], want[known], rtol=tolerance, atol=self.NEGLIGIBLE)

    @staticmethod
    def numbers(values: Any) -> np.ndarray:
        values = values if isinstance(values, list | tuple | np.ndarray | pl.Series) else [values]
        return np.array([np.nan if value is None else float(value) for value in values])


@pytest.fixture(scope="session")
def agree() -> Agreement:
    return Agreement()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `KIND_case` runs on every (data, arguments, answers) of that kind."""
    for name in metafunc.fixturenames:
        if name.endswith("_case"):
            metafunc.parametrize(name, list(_cases(name.removesuffix("_case"))))


def _cases(kind: str):
    for path in sorted(REFERENCE.glob("*.json")):
        if path.stem == "versions":
            continue
        whole = json.loads(path.read_text())
        data = pl.DataFrame(whole["data"], strict=False)
        for number, case in enumerate(whole.get(kind, [])):
            yield pytest.param(Case(data, case), id=f"{path.stem}-{number}")


class Case:
    """A data set, the arguments R was given and what it answered."""

    def __init__(self, data: pl.DataFrame, answers: dict[str, Any]) -> None:
        self.data, self.answers = data, answers

    def __getitem__(self, name: str) -> Any:
        return self.answers.get(name)

    def options(self, *names: str) -> dict[str, Any]:
        return {name: self.answers[name] for name in names if self.answers.get(name) is not None}
