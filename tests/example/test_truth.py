"""True effects come from running both strategies forward, not from the number that was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evaluation.example.people import NEVER
from evaluation.example.scenario import Scenario, TrueScheme
from evaluation.example.simulate import simulate
from evaluation.example.truth import landmarks, logistic, marginal_hazard_ratio, overlap_weights, true_effects

COUNCIL = Scenario(days=1000, schemes=(TrueScheme("mediation", log_hazard=-7.5),))


def test_a_null_scheme_has_exactly_no_effect() -> None:
    truth = true_effects(COUNCIL, "mediation", 1, people=3000, copies=3000)
    assert truth.effects["hazard_ratio"] == 1.0
    assert all(value == 0.0 for name, value in truth.effects.items() if name != "hazard_ratio")
    assert truth.treated > 50


def test_a_helpful_scheme_helps_by_less_than_its_rate_ratio_says() -> None:
    truth = true_effects(COUNCIL.with_theta(0.6), "mediation", 1, people=3000, copies=6000).effects
    assert 0.6 < truth["hazard_ratio"] < 0.8
    assert truth["risk_difference_365"] < truth["risk_difference_182"] / 2 < 0
    assert truth["rmst_difference_365"] > 10
    assert truth["events_averted_per_100_365"] > 20


def test_an_effect_that_wanes_is_smaller_over_the_year() -> None:
    lasting = true_effects(COUNCIL.with_theta(0.5), "mediation", 2, people=3000, copies=4000).effects
    waning = true_effects(COUNCIL.with_theta(0.5, 120.0), "mediation", 2, people=3000, copies=4000).effects
    assert lasting["risk_difference_365"] < waning["risk_difference_365"] < 0


def test_landmarks_see_only_the_past() -> None:
    history = simulate(COUNCIL, 3)
    rows = landmarks(history, 0, np.random.default_rng(1))
    start = history.starts[0][rows.person]
    assert np.all(start[rows.treated] == rows.day[rows.treated])
    assert np.all(start[~rows.treated] > rows.day[~rows.treated])
    assert np.any(start[~rows.treated] < NEVER), "people treated later are compared until then"
    one = int(np.flatnonzero(rows.counts[2] > 2)[0])
    mine = history.incident_day[history.incident_person == rows.person[one]]
    assert rows.counts[1, one] == np.count_nonzero((mine <= rows.day[one]) & (mine > rows.day[one] - 90))


def test_overlap_weights_balance_the_counts() -> None:
    history = simulate(replace(COUNCIL, people=3000), 5)
    rows = landmarks(history, 0, np.random.default_rng(1))
    weights, counts = overlap_weights(history, rows), np.log1p(rows.counts[2])
    means = [np.average(counts[arm], weights=weights[arm]) for arm in (rows.treated, ~rows.treated)]
    assert means[0] == pytest.approx(means[1], abs=1e-6)


def test_logistic_of_one_group_is_its_odds() -> None:
    fitted = logistic(np.ones((8, 1)), np.array([1, 1, 0, 0, 0, 0, 0, 0.0]))
    assert fitted == pytest.approx(np.full(8, 0.25))


def test_hazard_ratio_of_two_arms_by_hand() -> None:
    """Events on day 1 (treated) and day 2 (compared), two people an arm: the score equation is 2r/(2r+2)+r/(r+2)=1."""
    ratio = marginal_hazard_ratio(np.array([1, NEVER]), np.array([2, NEVER]))
    assert ratio == pytest.approx(np.sqrt(2), rel=1e-9)
