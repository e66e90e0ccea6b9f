"""How far the answer moves if a stated share of incidents was never uploaded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evaluation.comparison.finding import Check
from evaluation.comparison.trial import Trial, fit_trial, landmarks_of
from evaluation.follow_up.histories import Bools, Histories

if TYPE_CHECKING:
    from evaluation.comparison.study import Study

SHARE = 0.4
"""Milton Keynes' audit found 4 of 10 police cases not uploaded."""


def missing_uploads(study: Study, trial: Trial, eligible: Bools, share: float = SHARE) -> Check:
    """Lose a further share of the recorded incidents at random and run the whole study again."""
    name = "missing_uploads"
    estimates = trial.emulation.estimates["as_started"]
    if "hazard_ratio" not in estimates:
        return Check(name, "info", "too few repeats to see what missing uploads would change")
    thinned = thin(trial.histories, share, study.seed)
    cases, rows = landmarks_of(thinned, eligible, horizon=365, seed=study.seed)
    if rows.people(True) < 10 or not (~rows.treated).any():
        return Check(name, "info", f"with {share:.0%} of incidents lost nothing could be compared")
    again = fit_trial(thinned, cases, rows, study.adjust_for, population=study.population, methods=("as_started",))
    found = again.emulation.estimates["as_started"].get("hazard_ratio")
    if found is None:
        return Check(name, "info", f"with {share:.0%} of incidents lost too few repeats are left")
    was, now = float(np.exp(estimates["hazard_ratio"].value)), float(np.exp(found.value))
    reach = 1.96 * estimates["hazard_ratio"].se
    steady = abs(found.value - estimates["hazard_ratio"].value) <= reach
    text = (
        f"if {share:.0%} of incidents had never been uploaded the ratio of rates would read {now:.2f} instead of "
        f"{was:.2f}; " + ("the result does not hang on it" if steady else "the result hangs on complete uploads")
    )
    if was < 1:
        text += (
            f"; were only the incidents of people helped missing, {1 - was:.0%} of them would have to be for the whole "
            "difference to be an artefact"
        )
    return Check(name, "pass" if steady else "fail", text, {"ratio": was, "thinned_ratio": now, "lost_share": share})


def thin(histories: Histories, share: float, seed: int) -> Histories:
    """The same histories with a share of the incidents lost at random (fixed by the seed)."""
    kept = np.random.default_rng(seed).random(histories.incident_day.size) >= share
    return replace(
        histories, incident_person=histories.incident_person[kept], incident_day=histories.incident_day[kept]
    )
