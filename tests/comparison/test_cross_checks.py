import numpy as np
import polars as pl
import pytest

from evaluation.comparison.covariates import STANDARD
from evaluation.comparison.cross_checks import _pairs, doubly_robust, matched
from evaluation.comparison.multistate import state_occupation
from evaluation.comparison.self_controlled import self_controlled
from evaluation.comparison.trial import fit_trial, landmarks_of
from evaluation.errors import DataError
from evaluation.follow_up.histories import histories


@pytest.fixture(scope="module")
def trial(helpful):
    past = histories(helpful, scheme="mediation", as_of=helpful.as_of)
    cases, rows = landmarks_of(past, np.ones(past.cases.height, dtype=bool), horizon=365, seed=1)
    return fit_trial(past, cases, rows, STANDARD, methods=("as_started",))


def test_with_the_same_covariates_the_regression_returns_the_weighted_estimate(trial):
    from dataclasses import replace

    same = replace(trial, covariates=tuple(covariate for covariate, short in trial.design.forms if not short))
    estimate = trial.emulation.estimates["as_started"]["risk_difference_365"]
    found = doubly_robust(same)
    assert found.value == pytest.approx(estimate.value, abs=1e-6)
    assert found.se == pytest.approx(estimate.se, rel=0.15)


def test_matching_finds_other_people_and_the_same_direction(trial):
    found = matched(trial)
    assert found.people >= trial.rows.people(True) // 2
    assert found.value < 0


def test_a_series_of_ones_own_refuses_where_starts_follow_bursts(trial):
    with pytest.raises(DataError, match="follow runs of incidents"):
        self_controlled(trial.histories)
    assert self_controlled(trial.histories, even_after_bursts=True).run_up_ratio > 1.5


def test_a_series_of_ones_own_recovers_a_ratio_when_starts_come_by_chance():
    rng = np.random.default_rng(3)
    people, days = 400, 1500
    start = rng.integers(300, 1200, people)
    rate = rng.gamma(1.0, 0.004, people)
    hits = rng.random((people, days)) < rate[:, None] * np.where(np.arange(days) > start[:, None], 0.5, 1.0)
    person, day = np.nonzero(hits)
    at = lambda numbers: pl.Series(numbers.astype(np.int32) + 14245).cast(pl.Date)  # noqa: E731
    names = pl.Series([f"p{i:03}" for i in range(people)])
    records = {
        "Incidents": pl.DataFrame({"subject_id": names[person], "occurred_on": at(day)}),
        "Cases": pl.DataFrame({"case_id": names, "subject_id": names, "opened_on": at(np.zeros(people))}),
        "Interventions": pl.DataFrame({"subject_id": names, "scheme": "s", "started_on": at(start)}),
    }
    found = self_controlled(histories(records, scheme="s", as_of=at(np.array([days - 1]))[0]))
    assert found.low < 0.5 < found.high
    assert found.high < 0.75
    assert "their own earlier rate" in found.sentence()


def test_state_occupation_by_hand():
    frame = pl.DataFrame(
        {
            "state": ["low", "high", "low", "low"],
            "next": ["high", None, None, "high"],
            "entry": [0, 10, 0, 0],
            "exit": [10, 40, 15, 20],
        }
    )
    found = state_occupation(frame, ["low", "high"])
    assert found.at(5) == {"low": 1.0, "high": 0.0}
    assert found.at(10) == pytest.approx({"low": 2 / 3, "high": 1 / 3})
    assert found.at(30) == pytest.approx({"low": 0.0, "high": 1.0})
    with pytest.raises(DataError, match="Unknown states"):
        state_occupation(frame, ["low"])


@pytest.mark.parametrize("seed", range(20))
def test_pairs_are_those_of_the_obvious_search(seed):
    rng = np.random.default_rng(seed)
    logit, cluster = np.round(rng.normal(size=120), 1), rng.integers(0, 40, 120)
    rows = rng.permutation(120)
    treated, pool = np.sort(rows[:25]), np.sort(rows[25:])
    used, slow = set(), []
    for row in treated[np.argsort(-logit[treated], kind="stable")]:
        order = pool[np.argsort(logit[pool], kind="stable")]
        near = [place for place in order if abs(logit[place] - logit[row]) <= 0.2]
        near.sort(key=lambda place: abs(logit[place] - logit[row]))
        match = next((p for p in near if cluster[p] not in used and cluster[p] != cluster[row]), None)
        if match is not None:
            used.add(cluster[match])
            slow.append((row, match))
    assert _pairs(logit, treated, pool, cluster, 0.2).tolist() == [list(pair) for pair in slow]
