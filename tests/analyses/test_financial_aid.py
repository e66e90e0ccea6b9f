"""The published figures of the LIFE experiment (Fox and Weisberg; R survival)."""

import pytest

from analyses.financial_aid_on_release import study


@pytest.fixture(scope="module")
def finding():
    return study.run({})


def test_the_published_cox_coefficient(finding):
    assert finding.numbers["cox_coefficient_value"] == pytest.approx(-0.3794, abs=5e-5)
    assert finding.numbers["cox_coefficient_se"] == pytest.approx(0.1914, abs=5e-5)
    assert finding.effect("hazard_ratio").value == pytest.approx(0.684, abs=5e-4)


def test_two_more_weeks_without_arrest(finding):
    assert finding.numbers["rmst_difference_weeks_value"] == pytest.approx(2.04, abs=0.005)
    assert finding.effect("rmst_difference_364").value == pytest.approx(7 * 2.0417, abs=0.01)


def test_the_curves_end_at_the_shares_arrested(finding):
    ends = {curve["arm"]: curve["points"][-1] for curve in finding.curves}
    # 66 of 216 compared and 48 of 216 given aid were arrested; nobody was lost.
    assert 1 - ends["compared"]["value"] == pytest.approx(66 / 216)
    assert 1 - ends["treated"]["value"] == pytest.approx(48 / 216)
    assert finding.effect("risk_difference_364").value == pytest.approx(-18 / 216)


def test_it_is_graded_as_a_randomised_trial(finding):
    assert finding.evidence["maryland"] == 5
    assert finding.evidence["grade"] == "high"
    assert finding.scheme is None
    assert finding.licence
