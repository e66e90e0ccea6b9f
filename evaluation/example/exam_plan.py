"""The exam's scenarios and what has to be reached, read from the plan that was written down before the run."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from evaluation.errors import UsageError
from evaluation.example.scenario import Scenario, TrueScheme
from evaluation.example.sheets import sheet_scenario

SIZES: dict[int, tuple[int, float]] = {40: (1500, -9.9), 75: (1500, -9.25), 155: (1500, -8.35), 395: (3000, -8.0)}
"""People treated (about) to people simulated and the log of the scheme's daily start hazard."""
SHEET_SIZES: dict[int, tuple[int, float]] = {40: (1500, -8.75), 75: (1500, -8.2), 155: (1500, -7.4), 395: (3000, -7.1)}
"""The same for one-row-per-case sheets, where schemes start in quiet cases only."""
Layout = Literal["tables", "case_list"]
STUDIED = "mediation"


@dataclass(frozen=True)
class Question:
    """One scenario of the exam.

    Parameters
    ----------
    name
        In words.
    scenario
        The council that is simulated.
    assumption
        False where the recorded data lack what any method would need: reported, not pooled.
    layout
        `tables` for full records, `case_list` for a sheet with one row a case, read as the build reads it.
    """

    name: str
    scenario: Scenario
    assumption: bool = True
    layout: Layout = "tables"

    @property
    def null(self) -> bool:
        """Whether the scheme has no effect."""
        return self.scenario.schemes[0].theta == 1


@dataclass(frozen=True)
class Criteria:
    """What has to be reached; shares, and Monte Carlo errors as multiples."""

    coverage: float
    coverage_errors: float
    pooled: tuple[float, float]
    false_positives: float
    false_positive_errors: float
    bias: float
    naive_rejects: float


@dataclass(frozen=True)
class Plan:
    """The whole exam."""

    seed: int
    replicates: int
    truth_people: int
    truth_copies: int
    criteria: Criteria
    questions: tuple[Question, ...]


def load_plan(plan: Path | Literal["tables", "case_list"] = "tables") -> Plan:
    """Read a plan.

    Parameters
    ----------
    plan
        A file of one's own, or a shipped plan: `tables` for councils with full records, `case_list` for councils with
        one spreadsheet row a case.

    Raises
    ------
    UsageError
        When a scenario has an unknown option or an unknown size.
    """
    text = plan.read_text(encoding="utf-8") if isinstance(plan, Path) else _shipped(plan)
    raw: dict[str, Any] = tomllib.loads(text)
    wanted = raw["criteria"]
    criteria = Criteria(**(wanted | {"pooled": tuple(wanted["pooled"])}))
    questions = tuple(question(**entry) for entry in raw["scenarios"])
    return Plan(raw["seed"], raw["replicates"], raw["truth_people"], raw["truth_copies"], criteria, questions)


def _shipped(plan: str) -> str:
    name = "exam_plan.toml" if plan == "tables" else f"exam_plan_{plan}.toml"
    return (files("evaluation.example") / name).read_text(encoding="utf-8")


def question(
    name: str,
    size: int,
    theta: float,
    waning_days: float | None = None,
    assumption: bool = True,
    layout: Layout = "tables",
    **options: Any,
) -> Question:
    """Make one scenario of the exam.

    Parameters
    ----------
    size
        About how many people are treated: 75, 155 or 395.
    theta, waning_days
        The true effect put in.
    options
        Anything else that a `Scenario` takes: `conf`, `exits`, `exit_power`, `missing_uploads`, `outage`, `people` …
    """
    if size not in SIZES:
        raise UsageError(f"Scenario '{name}': size {size} is not one of {', '.join(map(str, SIZES))}.")
    people, log_hazard = (SHEET_SIZES if layout == "case_list" else SIZES)[size]
    scheme = TrueScheme(STUDIED, log_hazard, theta, waning_days)
    if "outage" in options:
        options["outage"] = tuple(options["outage"])
    try:
        settings: dict[str, Any] = {"people": people, "schemes": (scheme,)}
        told = sheet_scenario(Scenario()) if layout == "case_list" else Scenario()
        scenario = replace(told, **(settings | options))
    except TypeError as problem:
        raise UsageError(f"Scenario '{name}': {problem}.") from problem
    return Question(name, scenario, assumption, layout)
