"""The exam as Markdown, for the methods pages."""

from __future__ import annotations

import math

from evaluation.example.exam_marks import ExamResult, Mark

NAMES = {
    "hazard_ratio": "hazard ratio (log)", "risk_difference_182": "repeat within 182 days",
    "risk_difference_365": "repeat within 365 days", "rmst_difference_365": "days without a repeat",
    "events_averted_per_100_365": "incidents averted per 100", "resolution_difference_182": "resolved within 182 days",
    "before_after": "before and after", "ever_treated": "Cox model of ever treated",
}  # fmt: skip
NOT_A_SHARE = "nan%"


def markdown(result: ExamResult) -> str:
    """Return the criteria, the scenarios, the effects and the naive methods as four tables."""
    return "\n\n".join([_criteria(result), _scenarios(result), _effects(result), _naive(result)]) + "\n"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in [heads, ["---"] * len(heads), *rows]]
    return "\n".join(lines)


def _criteria(result: ExamResult) -> str:
    rows = [
        [c.name, c.wanted, _verdict(c.passed, c.found), c.found.replace(NOT_A_SHARE, "not known")]
        for c in result.criteria
    ]
    return _table(["Criterion", "Wanted", "Verdict", "Found"], rows)


def _verdict(passed: bool, found: str) -> str:
    """Say whether a criterion was reached; where no scenario could be judged, that too."""
    if found.startswith("0 of 0 ") or found == NOT_A_SHARE:
        return "nothing to judge"
    return "reached" if passed else "**missed**"


def _scenarios(result: ExamResult) -> str:
    rows = [
        [s.scenario, f"{s.theta:g}", str(s.councils), f"{s.treated:.0f}", str(s.refused), "yes" if s.pooled else "no"]
        for s in result.scenarios
    ]
    heads = ["Scenario", "Factor on the incident rate", "Councils", "People treated", "Cannot be said", "Pooled"]
    return _table(heads, rows)


def _effects(result: ExamResult) -> str:
    heads = ["Scenario", "Effect", "Truth", "Mean", "Bias in standard errors", "Standard error / spread", "Coverage",
             "Finds an effect", "Verdict"]  # fmt: skip
    return _table(heads, [_effect(mark) for mark in result.marks])


def _effect(mark: Mark) -> list[str]:
    verdicts = {"coverage": mark.covers, "bias": mark.unbiased, "false positives": mark.quiet}
    missed = [name for name, passed in verdicts.items() if passed is False]
    return [
        mark.scenario, NAMES[mark.effect], _known(mark.truth, ".3g"), _known(mark.mean, ".3g"),
        _known(mark.bias_in_errors, "+.2f"), _known(mark.standard_error / mark.spread, ".2f") if mark.spread else "",
        f"{_known(mark.coverage, '.1%')} ± {_known(mark.coverage_error, '.1%')}", _known(mark.rejects, ".1%"),
        "**missed**: " + ", ".join(missed) if missed else "reached",
    ]  # fmt: skip


def _known(value: float, form: str) -> str:
    """Write a number, or that it is not known where too few councils gave one."""
    return format(value, form) if math.isfinite(value) else "not known"


def _naive(result: ExamResult) -> str:
    rows = [[n.scenario, NAMES[n.method], _known(n.mean, ".2f"), _known(n.rejects, ".0%")] for n in result.naive]
    return _table(["Scenario", "Naive method", "Mean", "Finds an effect"], rows)
