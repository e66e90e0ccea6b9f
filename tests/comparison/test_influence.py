"""One influence for effects, curves and checks: what one arm moves and what the other moves add up."""

import numpy as np
import pytest

from evaluation.comparison import censoring
from evaluation.comparison.covariates import STANDARD
from evaluation.comparison.curves import trial_curves
from evaluation.comparison.estimators import share_by
from evaluation.comparison.pieces import Gradient
from evaluation.comparison.trial import fit_trial, landmarks_of
from evaluation.follow_up.histories import histories


@pytest.fixture(scope="module")
def trial(helpful):
    past = histories(helpful, scheme="mediation", as_of=helpful.as_of)
    cases, rows = landmarks_of(past, np.ones(past.cases.height, dtype=bool), horizon=365, seed=1)
    return fit_trial(past, cases, rows, STANDARD)


@pytest.mark.parametrize("method", ["per_protocol", "as_started"])
def test_the_arms_influences_add_up_to_the_effects(trial, method):
    fit = trial.emulation.fits[method]
    (_, up), (_, down) = (share_by(fit.grid, sums, 365) for sums in fit.sums("first"))
    alone = fit.influence("first", up, None) + fit.influence("first", None, Gradient(-down.events, -down.days))
    np.testing.assert_allclose(alone, trial.emulation.estimates[method]["risk_difference_365"].influence, atol=1e-12)


def test_nobody_left_out_leaves_the_totals_alone_and_an_area_takes_its_own(trial):
    fit, codes = trial.emulation.fits["per_protocol"], trial.moments().codes("area")[0]
    for found, whole in zip(fit.without(codes < 0, "first"), fit.sums("first"), strict=True):
        np.testing.assert_allclose(found.days, whole.days)
    without = [fit.without(codes == area, "first")[1].events for area in range(codes.max() + 1)]
    share = len(without) - 1
    np.testing.assert_allclose(sum(without), share * fit.sums("first")[1].events, rtol=1e-9, atol=1e-9)


def test_the_limits_of_a_curve_hold_the_growing_weights_and_their_estimation(trial):
    curves = {(c["name"], c["arm"]): c["points"] for c in trial_curves(trial, "per_protocol", ("helped", "others"))}
    assert set(curves) == {(n, a) for n in ("no_repeat", "incidents_per_person") for a in ("treated", "compared")}
    effect = trial.emulation.estimates["per_protocol"]["risk_difference_365"]
    last = {arm: curves["no_repeat", arm][-1] for arm in ("treated", "compared")}
    assert 1 - last["treated"]["value"] == pytest.approx(effect.treated)
    assert 1 - last["compared"]["value"] == pytest.approx(effect.compared)
    width = {arm: (point["high"] - point["low"]) / 2 / 1.96 for arm, point in last.items()}
    # The arms share the estimated weights, so their errors are nearly, not exactly, those of independent groups.
    assert (width["treated"] ** 2 + width["compared"] ** 2) ** 0.5 == pytest.approx(effect.se, rel=0.25)
    assert all(p["low"] <= p["value"] <= p["high"] for points in curves.values() for p in points)


def test_few_at_a_time_give_what_all_at_once_give(trial, helpful, monkeypatch):
    monkeypatch.setattr(censoring, "DAYS_AT_ONCE", 500)
    monkeypatch.setattr(censoring, "ROWS_AT_ONCE", 7)
    past = histories(helpful, scheme="mediation", as_of=helpful.as_of)
    cases, rows = landmarks_of(past, np.ones(past.cases.height, dtype=bool), horizon=365, seed=1)
    again = fit_trial(past, cases, rows, STANDARD)
    days = again.emulation.fits["per_protocol"].hazard.start_days
    assert len(list(days.blocks())) > 5
    assert [last for _, last in days.blocks()][:-1] == [first for first, _ in days.blocks()][1:]
    for name, estimate in trial.emulation.estimates["per_protocol"].items():
        found = again.emulation.estimates["per_protocol"][name]
        np.testing.assert_allclose(found.value, estimate.value, rtol=1e-10)
        np.testing.assert_allclose(found.influence, estimate.influence, rtol=1e-8, atol=1e-12)
