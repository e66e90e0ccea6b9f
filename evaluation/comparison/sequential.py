"""One row per case: the sequential rule for the smallest sheet a council has."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from evaluation.comparison.finding import Finding
from evaluation.follow_up.tables import Tables

if TYPE_CHECKING:
    from evaluation.comparison.study import Study


def run_case_list(study: Study, records: Tables, as_of: date, told: str, *, robustness: bool) -> Finding:
    """Run a study on one-row-per-case sheets; see `Study.run`."""
    from evaluation.comparison.people import run_people

    return run_people(study, records, as_of, told, robustness=robustness)
