"""Checks of an emulated trial, each an object with a verdict, a sentence and its figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from evaluation.comparison.effects import FEWEST_COMPARED, interval, p_value
from evaluation.comparison.emulation import Estimate, Method
from evaluation.comparison.estimators import cox_ratio
from evaluation.comparison.finding import Check, Effect
from evaluation.comparison.pieces import Sums
from evaluation.comparison.trial import CROWDED, Trial
from evaluation.comparison.weights import balancing_weights, effective_size, weight_slope
from evaluation.follow_up.histories import Bools, Floats, add_up

ALIKE = 0.1
"""Standardised differences up to this are read as balance (Austin 2009)."""
ALIKE_LEFT_OUT = 0.25
"""The same for what there were too few people to adjust for (Stuart 2010): chance alone reaches 0.1 among few."""
EARLY_WEEKS = 13
DOUBT = 0.05


def balance_rows(trial: Trial) -> list[dict[str, Any]]:
    """Standardised differences before and after weighting of every covariate, in the design or not."""
    at = trial.moments()
    columns: dict[str, Floats] = {}
    for covariate in trial.covariates:
        columns.update(covariate.terms(at))
    for covariate, short in trial.design.forms:
        columns.update(covariate.score(at) if short else covariate.terms(at))
    treated, weights = trial.rows.treated, trial.emulation.weights
    rows = [
        {
            "term": name,
            "before": round(standardised_difference(column, treated, np.ones(column.size)), 4),
            "after": round(standardised_difference(column, treated, weights), 4) + 0.0,
        }
        for name, column in columns.items()
        if float(np.ptp(column)) > 0
    ]
    return [row for row in rows if np.isfinite([row["before"], row["after"]]).all()]


def standardised_difference(column: Floats, treated: Bools, weights: Floats) -> float:
    """Difference of weighted means in units of the unweighted arms' pooled standard deviation."""
    spread = np.sqrt((column[treated].var() + column[~treated].var()) / 2)
    if spread == 0:
        return float("nan")
    means = [np.average(column[arm], weights=weights[arm]) for arm in (treated, ~treated)]
    return float((means[0] - means[1]) / spread)


def balance(rows: list[dict[str, Any]], adjusted: tuple[str, ...], people: float) -> Check:
    """Were the groups alike after weighting, in what was adjusted for and in what was not?"""
    if not rows:
        return Check("balance", "info", "nothing recorded differs between people, so there is nothing to balance")
    before = max(abs(row["before"]) for row in rows)
    inside = max((abs(row["after"]) for row in rows if row["term"] in adjusted), default=0.0)
    outside = max((abs(row["after"]) for row in rows if row["term"] not in adjusted), default=0.0)
    chance = max(ALIKE_LEFT_OUT, 3 / max(people, 1.0) ** 0.5)
    fine = inside <= ALIKE and outside <= chance
    text = (
        f"the groups differed by up to {before:.2f} standard deviations before weighting, and after it by up to "
        f"{inside:.2f} in what was adjusted for (up to {ALIKE} is read as alike)"
    )
    if outside:
        text += f" and {outside:.2f} in what there were too few people to adjust for (up to {chance:.2f})"
    figures = {
        "largest_smd_before": before, "largest_smd_after": inside, "largest_left_out_smd": outside,
        "left_out_smd_bound": chance,
    }  # fmt: skip
    return Check("balance", "pass" if fine else "fail", text, figures)


def overlap(trial: Trial) -> Check:
    """Was there somebody to compare with, and do a few carry all the weight?"""
    e = trial.emulation
    crowded = float(trial.propensity.probability.max())
    fine = e.ess_compared >= FEWEST_COMPARED and crowded <= CROWDED and e.largest_weight <= 10
    text = (
        f"the people compared carry the weight of {e.ess_compared:.0f} people and those helped of "
        f"{e.ess_treated:.0f}; nobody's fitted chance of being the one who starts is above {crowded:.2f}; the largest "
        f"weight for having stayed without the scheme is {e.largest_weight:.1f}"
    )
    return Check(
        "overlap",
        "pass" if fine else "fail",
        text,
        {
            "ess_treated": e.ess_treated,
            "ess_compared": e.ess_compared,
            "p_max": crowded,
            "weight_max_ratio": e.largest_weight,
        },
    )


def proportional_hazards(trial: Trial, method: Method) -> Check:
    """Is the ratio of rates the same in the first quarter as later? A Wald test of the two ratios' difference."""
    arms = trial.emulation.fits[method]
    ratios: list[float] = []
    influences: list[Floats] = []
    for early in (True, False):
        fit = cox_ratio(*(_part(sums, early) for sums in arms.sums("first")))
        if fit is None:
            return Check(
                "proportional_hazards", "info", "too few repeats early or late to tell whether the ratio changes"
            )
        ratios.append(fit.log_ratio)
        influences.append(arms.influence("first", fit.treated, fit.compared))
    error = float(((influences[0] - influences[1]) ** 2).sum()) ** 0.5
    z = (ratios[0] - ratios[1]) / error if error > 0 else 0.0
    from scipy.special import stdtr

    p = float(2 * stdtr(max(trial.emulation.ess_treated - 1, 1), -abs(z)))
    holds = p >= DOUBT
    text = (
        f"the ratio of rates is {np.exp(ratios[0]):.2f} in the first {EARLY_WEEKS} weeks and {np.exp(ratios[1]):.2f} "
        f"afterwards (p = {p:.2f}); "
        + (
            "one ratio describes the year"
            if holds
            else "one ratio does not describe the year, so days without a repeat lead"
        )
    )
    figures = {"early_ratio": float(np.exp(ratios[0])), "later_ratio": float(np.exp(ratios[1])), "p": p}
    return Check("proportional_hazards", "pass" if holds else "fail", text, figures)


def _part(sums: Sums, early: bool) -> Sums:
    inside = (np.arange(sums.days.size) < EARLY_WEEKS) == early
    return Sums(sums.events * inside, sums.days * inside)


def weighted_difference(trial: Trial, outcome: Floats, kept: Bools) -> Estimate:
    """Weighted difference in means of anything measured at the landmarks, with the weights' estimation counted."""
    treated, w = trial.rows.treated, balancing_weights(trial.propensity.probability, trial.rows.treated) * kept
    means = {arm: float(np.average(outcome[treated == arm], weights=w[treated == arm])) for arm in (True, False)}
    total = {arm: float(w[treated == arm].sum()) for arm in (True, False)}
    sign = np.where(treated, 1 / total[True], -1 / total[False])
    centred = outcome - np.where(treated, means[True], means[False])
    influence = w * sign * centred
    pull = trial.x.T @ (influence * weight_slope(trial.propensity.probability, treated))
    influence = influence + trial.propensity.score @ pull
    person = np.unique(trial.rows.cluster, return_inverse=True)[1]
    by_person = add_up(person, influence)
    people = effective_size(w * treated, person)
    factor = people / max(people - 1, 1)
    value = means[True] - means[False]
    return Estimate(
        value, float((by_person**2).sum() * factor) ** 0.5, max(people - 1, 1), means[True], means[False], by_person
    )


def placebo_in_time(trial: Trial) -> Check:
    """Did the groups already differ in a year before the one that was adjusted for, when nothing could have acted?"""
    rows, histories = trial.rows, trial.histories
    kept = rows.day - 2 * 365 >= histories.first_day
    if np.unique(rows.cluster[kept & rows.treated]).size < 20:
        return Check(
            "placebo_in_time", "info", "too few people have two recorded years before they entered to look back"
        )
    count = histories.incidents_between(rows.unit, rows.day - 730, rows.day - 365).astype(float)
    found = weighted_difference(trial, count, kept)
    p = p_value(found)
    text = (
        f"one to two years before they entered, those helped later had {found.value:+.2f} incidents each compared with "
        f"the others after weighting (p = {p:.2f}), when the scheme could not have acted"
    )
    return Check("placebo_in_time", "pass" if p >= DOUBT else "fail", text, {"value": found.value, "p": p})


def negative_control(trial: Trial, complaints: tuple[np.ndarray, np.ndarray] | None) -> Check:
    """Did something change that the scheme cannot change: incidents that the person reported of others?"""
    name = "negative_control"
    if complaints is None or complaints[1].size < 10:
        return Check(name, "info", "the records hold no outcome that the scheme could not have changed")
    rows = trial.rows
    from evaluation.follow_up.histories import key

    keys = key(*complaints)
    after = np.searchsorted(keys, key(rows.unit, rows.day + 365), side="right")
    count = (after - np.searchsorted(keys, key(rows.unit, rows.day), side="right")).astype(float)
    kept = rows.seen >= trial.grid.horizon
    if count[rows.treated & kept].sum() + count[~rows.treated & kept].sum() < 10 or not (rows.treated & kept).any():
        return Check(name, "info", "too few reports made by these people themselves to look at")
    found = weighted_difference(trial, count, kept)
    p = p_value(found)
    text = (
        f"reports that these people made of others, which the scheme should not change, differ by {found.value:+.2f} "
        f"each (p = {p:.2f})"
    )
    return Check(name, "pass" if p >= DOUBT else "fail", text, {"value": found.value, "p": p})


def evalue_check(effect: Effect) -> Check:
    """How strong would something unrecorded have to be to explain the result away?"""
    from evaluation.comparison.sensitivity import evalue

    found = evalue(effect.value, effect.low, effect.high)
    text = (
        f"something unrecorded would have to make both starting the scheme and a repeat {found.estimate:.1f} times "
        f"as likely to explain the estimate away, and {found.limit:.1f} times for the interval to reach no effect"
    )
    return Check("evalue", "info", text, {"evalue": found.estimate, "evalue_limit_ratio": found.limit})


def leave_one_area_out(trial: Trial, method: Method, effect: Effect) -> Check:
    """Does the answer hang on one area? The hazard ratio without each, weights as fitted."""
    name = "leave_one_area_out"
    codes, levels = trial.moments().codes("area")
    areas = [place for place in range(len(levels)) if (codes[trial.rows.treated] == place).any()]
    if len(areas) < 2:
        return Check(name, "info", "everybody helped lives in one recorded area")
    ratios: dict[str, float] = {}
    for area in areas[:60]:
        fit = cox_ratio(*trial.emulation.fits[method].without(codes == area, "first"))
        if fit is not None:
            ratios[levels[area]] = float(np.exp(fit.log_ratio))
    if not ratios:
        return Check(name, "info", "too few repeats to leave an area out")
    low, high = min(ratios.values()), max(ratios.values())
    steady = effect.low <= low and high <= effect.high
    text = (
        f"leaving out one of {len(ratios)} areas at a time moves the ratio of rates between {low:.2f} and {high:.2f}; "
        + ("no single area makes the result" if steady else "one area makes much of the result")
    )
    return Check(name, "pass" if steady else "fail", text, {"ratio_low": low, "ratio_high": high})


def same_within(first: Estimate, second: Estimate) -> bool:
    """Whether one estimate lies in the other's interval."""
    low, high = interval(first)
    return low <= second.value <= high
