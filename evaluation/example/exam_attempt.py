"""One attempt of the exam: simulate a council, run a study on it as the build does, and note what it says."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np

from evaluation.example.exam_plan import Plan
from evaluation.example.frames import council
from evaluation.example.scenario import Scenario
from evaluation.example.sheets import case_sheet
from evaluation.example.simulate import History, simulate
from evaluation.records import assemble, read_extract

STUDIES = ("mediation", "abcs", "asbos", "elmore", "family_support", "city_counselling")
"""The person-level studies; council by council they take turns."""
NAIVE_EVERY = 5


class Runnable(Protocol):
    """What the exam needs of a study."""

    scheme: str | None

    def run(self, records: Mapping[str, Any], *, as_of: Any = None, robustness: bool = True) -> Any:
        """Return the finding."""
        ...


@dataclass(frozen=True)
class Attempt:
    """What one study said of one simulated council.

    Parameters
    ----------
    question, replicate, study
        Number of the scenario, of the council within it, and the study's name.
    status, reason
        As in the finding.
    treated
        People treated who were compared.
    effects
        Name to value, lower and upper limit, p-value and method.
    naive
        Name of the naive method to value, lower and upper limit.
    seconds
        Processor time of the simulation and of the study.
    """

    question: int
    replicate: int
    study: str
    status: str
    reason: str | None
    treated: int
    effects: Mapping[str, tuple[float, float, float, float | None, str]]
    naive: Mapping[str, tuple[float, float, float]]
    seconds: tuple[float, float]


def shipped_study(name: str) -> Runnable:
    """Return the study of `analyses/NAME.py`."""
    study: Runnable = importlib.import_module(f"analyses.{name}").study
    return study


def attempt(plan: Plan, number: int, replicate: int, studies: Sequence[str] = STUDIES) -> Attempt:
    """Simulate one council and run one study on it.

    Parameters
    ----------
    plan
        The exam.
    number, replicate
        Which scenario, and which of its councils: together with the plan's seed they decide everything.
    studies
        Names of the studies that take turns.
    """
    name = studies[replicate % len(studies)]
    study = shipped_study(name)
    asked = _with_scheme(plan.questions[number].scenario, study.scheme or name)
    begun = time.process_time()
    for_history, for_frames = np.random.SeedSequence([plan.seed, number, replicate]).spawn(2)
    history = simulate(asked, for_history)
    sheet = plan.questions[number].layout == "case_list"
    records = read_sheet(history, study, for_frames) if sheet else council(history, for_frames)
    simulated = time.process_time()
    # The effects are the same without the checks; the naive methods are marked on every fifth council.
    finding = study.run(records, robustness=replicate % NAIVE_EVERY == 0)
    return _read(finding, number, replicate, name, (simulated - begun, time.process_time() - simulated))


def read_sheet(history: History, study: Runnable, seed: np.random.SeedSequence) -> Mapping[str, Any]:
    """Write a history as a case list and read it back as the build reads a council's."""
    scheme, as_of = str(study.scheme), history.scenario.as_of
    sheet = case_sheet(history, "The Scheme", np.random.default_rng(seed))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "case_list.csv"
        sheet.write_csv(path)
        extract = read_extract(path, "case_list", as_of=as_of, schemes={scheme: ("The Scheme",)})
    return assemble([extract], as_of=as_of)


def _with_scheme(scenario: Scenario, name: str) -> Scenario:
    return replace(scenario, schemes=(replace(scenario.schemes[0], name=name), *scenario.schemes[1:]))


def _read(finding: Any, number: int, replicate: int, study: str, seconds: tuple[float, float]) -> Attempt:
    effects = {e.name: (e.value, e.low, e.high, e.p, e.method) for e in finding.effects}
    naive = {n.name: (n.value, n.low, n.high) for n in finding.naive}
    treated = max((e.n_treated for e in finding.effects), default=0)
    return Attempt(number, replicate, study, finding.status, finding.reason, treated, effects, naive, seconds)
