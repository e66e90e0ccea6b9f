import json
import math

import pytest

from evaluation.comparison import Eligible, Finding, Study
from evaluation.errors import StudyError

NAMES = {
    "hazard_ratio",
    "risk_difference_182",
    "risk_difference_365",
    "rmst_difference_365",
    "events_averted_per_100_365",
    "resolution_difference_182",
}


def test_a_strongly_helpful_scheme_is_seen_to_help(finding):
    assert finding.status == "estimated"
    effects = {effect.name: effect for effect in finding.effects}
    assert set(effects) == NAMES
    assert effects["hazard_ratio"].high < 1
    assert effects["risk_difference_365"].high < 0
    assert effects["rmst_difference_365"].low > 0
    assert effects["events_averted_per_100_365"].low > 0
    assert abs(effects["resolution_difference_182"].value) < 0.2


def test_every_effect_has_its_interval_and_people(finding):
    for effect in (*finding.effects, *finding.sensitivity):
        assert effect.low < effect.value < effect.high
        assert effect.n_treated >= 60
        assert effect.rows_compared > effect.n_compared > effect.n_treated
        assert 0 < effect.events_treated <= effect.n_treated
        assert effect.population == "overlap"
    assert {effect.method for effect in finding.effects} == {"per_protocol"}


def test_the_finding_is_the_same_bytes_twice_and_reads_back(study, helpful, finding):
    assert study.run(helpful).to_json() == finding.to_json()
    assert Finding.from_json(finding.to_json()).to_json() == finding.to_json()


def test_effects_do_not_depend_on_the_robustness_checks(study, helpful, finding):
    plain = study.run(helpful, robustness=False)
    assert plain.effects == finding.effects
    assert not plain.curves


def test_overlap_weights_balance_every_adjusted_covariate(finding):
    assert finding.check("balance").verdict == "pass"
    assert max(abs(row["before"]) for row in finding.balance) > 0.2
    adjusted = [row for row in finding.balance if row["term"] in finding.protocol["adjusted_for"].split(", ")]
    assert max(abs(row["after"]) for row in adjusted) < 1e-3


def test_columns_are_spent_at_one_for_eight_people(finding):
    treated = finding.effects[0].n_treated
    assert len(finding.protocol["adjusted_for"].split(", ")) <= max(treated // 8, 8)


def test_curves_fall_or_rise_inside_their_limits(finding):
    names = {(curve["name"], curve["arm"]) for curve in finding.curves}
    assert {("no_repeat", "treated"), ("no_repeat", "compared"), ("incidents_per_person", "treated")} <= names
    for curve in finding.curves:
        values = [point["value"] for point in curve["points"]]
        falls = "no_repeat" in curve["name"]
        assert values == sorted(values, reverse=falls)
        assert all(point["low"] <= point["value"] <= point["high"] for point in curve["points"])


def test_the_curve_ends_where_the_effect_says(finding):
    ends = {c["arm"]: 1 - c["points"][-1]["value"] for c in finding.curves if c["name"] == "no_repeat"}
    effect = finding.effect("risk_difference_365")
    assert ends["treated"] - ends["compared"] == pytest.approx(effect.value, abs=1e-9)


def test_naive_methods_are_shown_beside_with_their_reason(finding):
    naive = {entry.name: entry for entry in finding.naive}
    assert naive["before_after"].value < -0.3
    assert "regression to the mean" in naive["before_after"].text
    assert "immortal time" in naive["ever_treated"].text


def test_attrition_falls_to_the_people_compared(finding):
    people = [step.people for step in finding.attrition]
    assert people == sorted(people, reverse=True)
    assert people[-1] == finding.effects[0].n_treated


def test_few_people_give_counts_and_a_forecast_but_no_effect(study, few):
    found = study.run(few)
    assert found.status == "cannot_be_said"
    assert not found.effects
    assert "fewer than 20" in found.reason
    assert found.needed["people"] > 0
    assert found.evidence["grade"] == "none"
    assert ("no_repeat", "all") in {(curve["name"], curve["arm"]) for curve in found.curves}
    assert found.numbers["first_case"]["people"] > 0


def test_empty_records_cannot_say_anything_and_say_why(study):
    found = study.run({})
    assert found.status == "cannot_be_said"
    assert "no dated" in found.reason


def test_the_as_of_date_falls_back_to_the_last_recorded_day(study, helpful):
    found = study.run(dict(helpful), robustness=False)
    assert found.numbers["as_of_from"] == "the last date recorded in the tables"
    assert found.as_of <= helpful.as_of.isoformat() or found.as_of > "2012"


def test_eligibility_by_the_future_is_refused_with_an_explanation():
    with pytest.raises(StudyError, match="not known on the day") as caught:
        Eligible(where={"closure": ("resolved",), "ending": ("completed",), "wards": ("North",)})
    assert len(caught.value.problems) == 3


def test_a_grace_period_is_refused(study):
    with pytest.raises(StudyError, match="grace period of 14 days"):
        Study(name="x", scheme="x", title="x", question="x", grace_days=14)


@pytest.mark.parametrize("population", ["all", "treated"])
def test_other_populations_give_estimates_of_their_own(helpful, population, finding):
    other = Study(name="mediation", scheme="mediation", title="m", question="q", population=population)
    found = other.run(helpful, robustness=False)
    ratio = found.effect("hazard_ratio")
    assert ratio.population == population
    assert ratio.value < 1
    assert abs(math.log(ratio.value / finding.effect("hazard_ratio").value)) < 0.5


def test_the_json_holds_no_nan_and_short_numbers(finding):
    text = finding.to_json()
    assert "NaN" not in text
    assert json.loads(text)["effects"][0]["value"] == float(f"{finding.effects[0].value:.6g}")


def test_small_numbers_get_exact_limits(study, few):
    after = study.run(few).numbers["after_help_exact"]
    assert 0 <= after["low"] <= after["share"] <= after["high"] <= 1
    assert after["high"] - after["low"] > 0.2
    assert after["people_with_repeat"] <= after["people"]
