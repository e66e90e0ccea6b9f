"""Marking the exam: bias, coverage, false positives and power, each with its Monte Carlo error, and pass or missed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, cast

import numpy as np

from evaluation.example.exam_plan import Criteria, Plan
from evaluation.example.people import Floats
from evaluation.example.truth import Truth

HEADLINES = (
    "hazard_ratio", "risk_difference_182", "risk_difference_365", "rmst_difference_365", "events_averted_per_100_365",
)  # fmt: skip
OTHERS = ("resolution_difference_182",)
NAIVE_NULL = {"before_after": 0.0, "ever_treated": 1.0}
Z = 1.959964
ROUNDING = 1e-12


class Answered(Protocol):
    """What marking needs of an attempt."""

    @property
    def question(self) -> int: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def treated(self) -> int: ...  # noqa: D102
    @property
    def effects(self) -> Mapping[str, tuple[float, float, float, float | None, str]]: ...  # noqa: D102
    @property
    def naive(self) -> Mapping[str, tuple[float, float, float]]: ...  # noqa: D102
    @property
    def seconds(self) -> tuple[float, float]: ...  # noqa: D102


@dataclass(frozen=True)
class Mark:
    """How one effect fared in one scenario.

    Parameters
    ----------
    scenario, effect
        Which.
    councils
        Councils with an estimate of this effect.
    truth, mean
        Mean of the true and of the estimated values (a ratio on the log scale).
    bias, bias_error
        Mean of estimate minus truth and its Monte Carlo error, on the same scale.
    spread, standard_error
        Standard deviation of the estimates, and the mean of the standard errors that the intervals imply.
    bias_in_errors
        Bias over the spread.
    coverage, coverage_error
        Share of the intervals that hold the truth, and the Monte Carlo error of a coverage of 95 %.
    rejects
        Share of the intervals without "no effect": false positives under a null, power otherwise.
    as_started
        Share of the councils in which a rule led by the as-started method.
    covers, unbiased, quiet
        Verdicts: coverage, bias, and (under a null) false positives; None where there is nothing to judge.
    """

    scenario: str
    effect: str
    councils: int
    truth: float
    mean: float
    bias: float
    bias_error: float
    spread: float
    standard_error: float
    bias_in_errors: float
    coverage: float
    coverage_error: float
    rejects: float
    as_started: float
    covers: bool
    unbiased: bool
    quiet: bool | None


@dataclass(frozen=True)
class NaiveMark:
    """How one naive method fared in one scenario: its mean, and how often it rejected "no effect"."""

    scenario: str
    method: str
    councils: int
    mean: float
    rejects: float
    fails_as_expected: bool | None


@dataclass(frozen=True)
class ScenarioMark:
    """What was simulated and how many councils gave an answer.

    Parameters
    ----------
    treated
        Mean number of people treated who were compared.
    refused
        Councils of which "cannot be said" was said, or this effect was not given.
    seconds
        Mean processor time of a simulation and of a study.
    """

    scenario: str
    theta: float
    councils: int
    refused: int
    treated: float
    pooled: bool
    truth: Mapping[str, Any]
    seconds: tuple[float, float]


@dataclass(frozen=True)
class Criterion:
    """One thing that had to be reached, and whether it was."""

    name: str
    wanted: str
    found: str
    passed: bool


@dataclass(frozen=True)
class ExamResult:
    """The marked exam.

    Parameters
    ----------
    seed, replicates, councils
        What was run; councils in all.
    scenarios, marks, naive, criteria
        One row each.
    """

    seed: int
    replicates: int
    councils: int
    scenarios: tuple[ScenarioMark, ...]
    marks: tuple[Mark, ...]
    naive: tuple[NaiveMark, ...]
    criteria: tuple[Criterion, ...]

    @property
    def passed(self) -> bool:
        """Whether every criterion was reached."""
        return all(criterion.passed for criterion in self.criteria)

    def to_json(self) -> str:
        """Return the result as JSON: the same exam gives the same bytes, so processor times are left out."""
        values: dict[str, Any] = _rounded(asdict(self))
        for scenario in values["scenarios"]:
            del scenario["seconds"]
        command = f"evaluation exam --replicates {self.replicates} --seed {self.seed}"
        return json.dumps({"command": command} | values, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> ExamResult:
        """Read a kept result back; processor times are not kept."""
        raw: dict[str, Any] = json.loads(text)
        return ExamResult(
            raw["seed"], raw["replicates"], raw["councils"],
            tuple(ScenarioMark(**scenario, seconds=(0.0, 0.0)) for scenario in raw["scenarios"]),
            tuple(Mark(**row) for row in raw["marks"]), tuple(NaiveMark(**row) for row in raw["naive"]),
            tuple(Criterion(**row) for row in raw["criteria"]),
        )  # fmt: skip

    def markdown(self) -> str:
        """Return the tables for the methods pages."""
        from evaluation.example.exam_tables import markdown

        return markdown(self)

    def sentence(self) -> str:
        """Say how many councils were simulated and which criteria were reached, in one English sentence."""
        missed = [criterion.name for criterion in self.criteria if not criterion.passed]
        reached = "every criterion was reached" if not missed else f"not reached: {', '.join(missed)}"
        return f"On {self.councils:,} simulated councils in {len(self.scenarios)} scenarios, {reached}."

    def _repr_markdown_(self) -> str:
        return "\n\n".join([self.sentence(), self.markdown()])


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in cast("Sequence[Any]", value)]
    if isinstance(value, float):
        return float(f"{value:.4g}") if math.isfinite(value) else None
    return value


def mark(plan: Plan, truths: Mapping[int, Truth], attempts: Sequence[Answered]) -> ExamResult:
    """Mark all attempts of an exam.

    Parameters
    ----------
    plan
        What was simulated, and the criteria.
    truths
        Number of a scenario to its truth.
    attempts
        In any order.
    """
    scenarios: list[ScenarioMark] = []
    marks: list[Mark] = []
    naive: list[NaiveMark] = []
    for number, question in enumerate(plan.questions):
        mine = [one for one in attempts if one.question == number]
        scenarios.append(_scenario_mark(plan, number, truths[number], mine))
        for effect in (*HEADLINES, *OTHERS):
            made = _mark(question.name, effect, question.null, truths[number], mine, plan.criteria)
            marks += [made] if made else []
        naive += _naive_marks(question.name, question.null, mine, plan.criteria)
    criteria = _criteria(plan, marks, naive)
    return ExamResult(
        plan.seed, plan.replicates, len(attempts), tuple(scenarios), tuple(marks), tuple(naive), tuple(criteria)
    )


def _scenario_mark(plan: Plan, number: int, truth: Truth, mine: Sequence[Answered]) -> ScenarioMark:
    question = plan.questions[number]
    answered = [one for one in mine if one.status == "estimated"]
    seconds = np.array([one.seconds for one in mine] or [(0.0, 0.0)]).mean(axis=0)
    treated = float(np.mean([one.treated for one in answered])) if answered else 0.0
    return ScenarioMark(
        question.name, question.scenario.schemes[0].theta, len(mine), len(mine) - len(answered), treated,
        question.assumption, truth.to_json(), (float(seconds[0]), float(seconds[1])),
    )  # fmt: skip


def _mark(
    scenario: str, effect: str, null: bool, truth: Truth, attempts: Sequence[Answered], criteria: Criteria
) -> Mark | None:
    given = [one.effects[effect] for one in attempts if effect in one.effects]
    if len(given) < 2:
        return None
    ratio = effect == "hazard_ratio"
    value, low, high = (_scaled(np.array([one[place] for one in given], dtype=float), ratio) for place in range(3))
    started = np.array([one[4] == "as_started" for one in given])
    target = _scaled(np.where(started, truth.as_started[effect], truth.effects[effect]), ratio)
    error = value - target
    n, spread = len(given), float(error.std(ddof=1))
    coverage, rejects = float(np.mean((low <= target) & (target <= high))), float(np.mean((low > 0) | (high < 0)))
    coverage_error, false_error = _binomial_error(criteria.coverage, n), _binomial_error(criteria.false_positives, n)
    in_errors = float(error.mean()) / spread if spread else 0.0
    quiet = abs(rejects - criteria.false_positives) <= criteria.false_positive_errors * false_error + ROUNDING
    return Mark(
        scenario, effect, n, float(target.mean()), float(value.mean()), float(error.mean()), spread / math.sqrt(n),
        spread, float(np.mean((high - low) / (2 * Z))), in_errors, coverage, coverage_error, rejects,
        float(started.mean()),
        covers=abs(coverage - criteria.coverage) <= criteria.coverage_errors * coverage_error + ROUNDING,
        unbiased=abs(in_errors) < criteria.bias,
        quiet=quiet if null else None,
    )  # fmt: skip


def _binomial_error(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)


def _scaled(values: Floats, ratio: bool) -> Floats:
    return np.log(values) if ratio else values


def _naive_marks(scenario: str, null: bool, attempts: Sequence[Answered], criteria: Criteria) -> list[NaiveMark]:
    marks: list[NaiveMark] = []
    for method, nothing in NAIVE_NULL.items():
        given = np.array([one.naive[method] for one in attempts if method in one.naive], dtype=float)
        if given.size:
            rejects = float(np.mean((given[:, 1] > nothing) | (given[:, 2] < nothing)))
            fails = rejects > criteria.naive_rejects if null else None
            marks.append(NaiveMark(scenario, method, len(given), float(given[:, 0].mean()), rejects, fails))
    return marks


def _criteria(plan: Plan, marks: Sequence[Mark], naive: Sequence[NaiveMark]) -> list[Criterion]:
    wanted = plan.criteria
    pooled = {question.name for question in plan.questions if question.assumption}
    headline = [mark for mark in marks if mark.effect in HEADLINES]
    judged = [mark for mark in headline if mark.scenario in pooled]
    quiet = [mark for mark in headline if mark.quiet is not None]
    weights = [mark.councils for mark in judged]
    coverage = float(np.average([mark.coverage for mark in judged], weights=weights)) if judged else math.nan
    blind = [mark for mark in naive if mark.fails_as_expected is not None]
    low, high = wanted.pooled
    return [
        _all("coverage of every headline effect", f"95 % within {wanted.coverage_errors:g} Monte Carlo errors",
             [(m.scenario, m.effect, m.coverage, m.covers) for m in headline]),
        Criterion("coverage of all headline effects together", f"{low:.0%} to {high:.0%}", f"{coverage:.1%}",
                  low <= coverage <= high),
        _all("false positives under a null", f"5 % within {wanted.false_positive_errors:g} Monte Carlo errors",
             [(m.scenario, m.effect, m.rejects, bool(m.quiet)) for m in quiet]),
        _all("bias", f"below {wanted.bias:g} of the standard error",
             [(m.scenario, m.effect, m.bias_in_errors, m.unbiased) for m in headline], "{:+.2f}"),
        _all("the naive methods are shown failing", f"a true null rejected by more than {wanted.naive_rejects:.0%}",
             [(m.scenario, m.method, m.rejects, bool(m.fails_as_expected)) for m in blind]),
    ]  # fmt: skip


def _all(name: str, wanted: str, rows: Sequence[tuple[str, str, float, bool]], form: str = "{:.1%}") -> Criterion:
    missed = [f"{scenario}: {what} {form.format(value)}" for scenario, what, value, passed in rows if not passed]
    found = f"{len(rows) - len(missed)} of {len(rows)} reached"
    return Criterion(
        name, wanted, "; ".join([found, *(["missed: " + ", ".join(missed)] if missed else [])]), not missed
    )
