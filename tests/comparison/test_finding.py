import numpy as np
import pytest

from evaluation.comparison import Finding
from evaluation.comparison.finding import Check, rounded
from evaluation.comparison.grade import STEPS, effect_step, grade
from evaluation.comparison.register_wide import across_register
from evaluation.comparison.template import study_source
from evaluation.errors import DataError, UsageError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456789, 0.123457),
        (np.float64(1234567.0), 1234570.0),
        (np.int64(3), 3),
        (float("nan"), None),
        (True, True),
        (-0.0, 0.0),
    ],
)
def test_numbers_keep_six_digits(value, shown):
    assert rounded(value) == shown
    assert type(rounded(value)) is type(shown)


def test_text_that_is_no_finding_is_refused():
    with pytest.raises(DataError, match="not the JSON"):
        Finding.from_json("{")
    with pytest.raises(DataError, match="not a finding"):
        Finding.from_json('{"study": "x"}')


def test_more_results_read_together_are_held_to_more(finding):
    from dataclasses import replace

    several = {name: replace(finding, study=name) for name in ("a", "b", "c")}
    read = across_register(several)
    alone = finding.effect("hazard_ratio").p
    assert read["a"].check("many_results").figures["p"] == pytest.approx(min(3 * alone, 1))
    assert read["a"].check("shrinkage").figures["ratio"] == pytest.approx(finding.effect("hazard_ratio").value)
    assert across_register(read)["a"].checks == read["a"].checks


def test_chance_among_many_results_warns_and_takes_no_step_off(finding):
    effect = finding.effect("risk_difference_365")
    held = [check for check in finding.checks if check.verdict != "fail"]

    def graded(name):
        failed = Check(name, "fail", "it did not hold", {})
        return grade("emulated_trial", [*held, failed], effect, treated=200, worth=-0.5).grade

    assert {name: graded(name) for name in ("balance", "many_results", "leave_one_area_out")} == {
        "balance": "low", "many_results": "moderate", "leave_one_area_out": "moderate",
    }  # fmt: skip


def test_grades_fall_with_every_failed_check(finding):
    effect = finding.effect("risk_difference_365")
    checks = [check for check in finding.checks if check.verdict != "fail"]
    whole = grade("emulated_trial", checks, effect, treated=200, worth=-0.5)
    assert (whole.maryland, whole.grade) == (3, "moderate")
    fewer = grade("emulated_trial", checks, effect, treated=30, worth=-0.5)
    assert fewer.grade == "low"
    gone = grade("emulated_trial", checks, effect, treated=200, worth=-0.5, uncovered=0.5)
    assert gone.grade == "very low"


def test_effect_wording_has_eight_steps_in_order(finding):
    from dataclasses import replace

    effect = finding.effect("risk_difference_365")
    spans = [(0.1, 0.2, 0.3, 1e-4), (0.01, 0.1, 0.2, 0.03), (-0.05, 0.05, 0.15, 0.3), (-0.02, 0.0, 0.02, 0.9)]
    said = [effect_step(replace(effect, low=a, value=b, high=c, p=p), -0.1) for a, b, c, p in spans]
    assert said == list(STEPS[:4])
    mirrored = [effect_step(replace(effect, low=-c, value=-b, high=-a, p=p), -0.1) for a, b, c, p in spans[:3]]
    assert mirrored == [STEPS[6], STEPS[5], STEPS[4]]
    assert effect_step(None, -0.1) == STEPS[7]


def test_a_new_study_is_a_protocol_that_runs():
    source = study_source("street_wardens")
    space = {}
    exec(compile(source, "street_wardens.py", "exec"), space)
    assert space["study"].name == "street_wardens"
    assert space["study"].run({}).status == "cannot_be_said"
    assert 25 <= len(source.splitlines()) <= 45
    with pytest.raises(UsageError, match="cannot be called"):
        study_source("Street Wardens")
