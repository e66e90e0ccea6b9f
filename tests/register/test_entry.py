"""Every scheme has a line, whether or not anything is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from evaluation.errors import DataError
from evaluation.register import Scheme, entries, load_schemes, new_scheme


@dataclass(frozen=True)
class Found:
    scheme: str | None
    status: str = "estimated"


@pytest.fixture
def schemes(tmp_path: Path) -> tuple[Scheme, ...]:
    for name in ("Alpha", "Beta"):
        (tmp_path / f"{name.lower()}.qmd").write_text(new_scheme(name))
    return load_schemes(tmp_path)


def test_schemes_without_a_study_are_said_to_be_not_yet_evaluated(schemes: tuple[Scheme, ...]):
    alpha, beta = entries(schemes, [Found("beta", "cannot_be_said")], {"c": {"scheme": "alpha", "verdict": "x"}})
    assert (alpha.evidence, beta.evidence) == ("not yet evaluated", "cannot_be_said")
    assert alpha.contract == {"scheme": "alpha", "verdict": "x"}
    assert beta.contract is None


def test_results_of_no_scheme_belong_elsewhere(schemes: tuple[Scheme, ...]):
    assert all(entry.finding is None for entry in entries(schemes, {"aid": Found(None)}))


def test_result_of_an_unknown_scheme_is_refused_with_the_near_name(schemes: tuple[Scheme, ...]):
    with pytest.raises(DataError, match=r"'alpa'.*Did you mean 'alpha'\?"):
        entries(schemes, [Found("alpa")])


def test_two_findings_of_one_scheme_are_refused(schemes: tuple[Scheme, ...]):
    with pytest.raises(DataError, match="more than one finding of scheme 'beta'"):
        entries(schemes, [Found("beta"), Found("beta")])
