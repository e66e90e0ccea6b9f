"""Judge each outcome of a contract from the records and the findings, and each output from the returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from evaluation.commissioning.closures import closures, resolved
from evaluation.commissioning.contract import Contract
from evaluation.commissioning.control_charts import Chart, xmr
from evaluation.commissioning.counselling import Delivery, PairedOutcomes, paired_outcomes
from evaluation.commissioning.evidence import Evidence
from evaluation.commissioning.satisfaction import for_scheme
from evaluation.commissioning.shares import Share, exact_p_at_least, exact_p_at_most, share
from evaluation.commissioning.terms import OutcomeMetric, ServiceLevel
from evaluation.commissioning.verdict import PLAIN, Rules, Verdict, Word, against_target


@dataclass(frozen=True)
class Outcome:
    """One outcome metric with what came of it.

    `share` is filled for shares of people, `effect` (value, low, high) for findings; `p_low` and `p_high` are the exact
    one-sided binomial p-values against the target (small `p_high`: above it; small `p_low`: below it).
    """

    metric: OutcomeMetric
    verdict: Verdict
    due: bool
    share: Share | None = None
    change: Verdict | None = None
    effect: tuple[float, float, float] | None = None
    p_high: float | None = None
    p_low: float | None = None
    note: str = ""

    @property
    def standing(self) -> str:
        """The verdict's word for the contract as a whole: a target that is not due yet is not missed yet."""
        return "cannot_yet_be_said" if self.verdict.word == "missed" and not self.due else self.verdict.word

    @property
    def text(self) -> str:
        """The verdict in plain words."""
        plain = PLAIN[self.verdict.word]
        return plain if self.due or self.verdict.word not in ("met", "missed") else f"{plain} so far"


@dataclass(frozen=True)
class Output:
    """One service level with its latest figure; `state` is `meets`, `misses` or `not_reported`, never a pass."""

    level: ServiceLevel
    state: str
    latest: float | None
    period_end: date | None
    chart: Chart | None


@dataclass(frozen=True)
class Setting:
    """What outcomes are judged from: the records of the day, the finding, and how the service was delivered."""

    records: Mapping[str, pl.DataFrame]
    evidence: Evidence | None
    returns: pl.DataFrame
    delivered: Delivery
    as_of: date
    rules: Rules


def judge(contract: Contract, metric: OutcomeMetric, setting: Setting) -> Outcome:
    """Judge one outcome metric of a contract."""
    due = metric.target_date <= setting.as_of
    if metric.kind == "finding":
        return _from_finding(metric, setting, due)
    if metric.kind == "reported":
        return _reported(metric, setting, due)
    if metric.kind in ("reliable_improvement", "reliable_recovery"):
        pairs = scores(contract, str(metric.instrument), setting)
        found = pairs.improvement if metric.kind == "reliable_improvement" else pairs.reliable_recovery
        note = pairs.waiting_list.text
        if found is None:
            raise ValueError(f"{metric.instrument} has no cut-off, so recovery cannot be computed")
        return _from_share(metric, found, setting, due, change=pairs.verdict, note=note)
    if metric.kind == "satisfied":
        asked = for_scheme(
            setting.records["Surveys"], setting.records["Interventions"], contract.scheme, as_of=setting.as_of
        )
        return _from_share(metric, asked.share, setting, due)
    rows = closures(setting.records["Interventions"], setting.records["Cases"], contract.scheme, as_of=setting.as_of)
    return _from_share(metric, resolved(rows), setting, due)


def scores(contract: Contract, instrument: str, setting: Setting) -> PairedOutcomes:
    """Pair the scores of a contract's clients on one instrument."""
    mine = setting.records["Measures"].filter(pl.col("contract") == contract.id)
    return paired_outcomes(
        mine, instrument=instrument, finished=setting.delivered.n_finished, as_of=setting.as_of, rules=setting.rules
    )


def output(level: ServiceLevel, returns: pl.DataFrame) -> Output:
    """Read one service level from the latest version of each return, with its control chart.

    Parameters
    ----------
    returns
        As `returns.versions` gives them, of one contract.
    """
    rows = returns.filter((pl.col("measure") == level.id) & pl.col("value").is_not_null()).sort("period_end")
    if rows.is_empty():
        return Output(level, "not_reported", None, None, None)
    latest, end = float(rows["value"][-1]), rows["period_end"][-1]
    up = level.direction == "increase"
    meets = latest >= level.target if up else latest <= level.target
    chart = xmr(
        rows["period_end"].to_list(),
        rows["value"].to_list(),
        increase_is_better=up,
        target=level.target,
        rebase=[(one.on, one.reason) for one in level.rebase],
        least=0.0 if min(rows["value"]) >= 0 else None,
        most=1.0 if level.unit.startswith("share") else None,
    )
    return Output(level, "meets" if meets else "misses", latest, end, chart)


def _from_share(
    metric: OutcomeMetric, found: Share, setting: Setting, due: bool, *, change: Verdict | None = None, note: str = ""
) -> Outcome:
    target = metric.outcome_metric_target
    if metric.direction == "decrease":
        found, target = _mirrored(found), 1 - target
    verdict = against_target(found, target, rules=setting.rules)
    p_high = exact_p_at_least(target, found.achieved, found.known) if found.known else None
    p_low = exact_p_at_most(target, found.achieved, found.known) if found.known else None
    if metric.direction == "decrease":
        found = _mirrored(found)
    return Outcome(metric, verdict, due, found, change, None, p_high, p_low, note)


def _mirrored(found: Share) -> Share:
    return share(found.known - found.achieved, found.known, found.missing)


def _reported(metric: OutcomeMetric, setting: Setting, due: bool) -> Outcome:
    achieved = _reported_sum(setting.returns, str(metric.measure))
    known = _reported_sum(setting.returns, str(metric.measure_of))
    outcome = _from_share(metric, share(min(achieved, known), known), setting, due)
    note = "This is what the provider reports of itself, the lowest grade of evidence: it cannot meet a target alone."
    if outcome.verdict.word == "met":
        sentence = "By the provider's own report the target is met, which nobody has checked."
        verdict = replace(outcome.verdict, word="cannot_yet_be_said", sentence=sentence)
        return replace(outcome, verdict=verdict, note=note)
    return replace(outcome, note=note)


def _reported_sum(returns: pl.DataFrame, measure: str) -> int:
    return round(float(returns.filter(pl.col("measure") == measure)["value"].sum() or 0))


def _from_finding(metric: OutcomeMetric, setting: Setting, due: bool) -> Outcome:
    evidence = setting.evidence
    if evidence is None:
        return Outcome(metric, Verdict("not_collected", "No study of this scheme has been run."), due)
    effect = evidence.effects.get(str(metric.effect))
    if not evidence.estimated or effect is None:
        reason = evidence.reason or f"the study gives no {metric.effect}"
        return Outcome(metric, Verdict("cannot_yet_be_said", f"The study cannot say: {reason}"), due)
    sign = 1.0 if metric.direction == "decrease" else -1.0
    target, zero = metric.outcome_metric_target, 0.0
    chance = effect.probability_at_most(target) if sign > 0 else 1 - effect.probability_at_most(target)
    better = effect.probability_at_most(zero) if sign > 0 else 1 - effect.probability_at_most(zero)
    verdict = Verdict(
        _word(chance, setting.rules),
        _finding_sentence(chance, effect.value, target, setting.rules),
        chance,
        chance,
        chance,
    )
    change = _effect_change(better, setting.rules)
    return Outcome(
        metric, verdict, due, None, change, (effect.value, effect.low, effect.high), note=" ".join(evidence.reasons)
    )


def _word(chance: float, rules: Rules) -> Word:
    if chance >= rules.sure:
        return "met"
    return "missed" if chance <= 1 - rules.sure else "cannot_yet_be_said"


def _finding_sentence(chance: float, value: float, target: float, rules: Rules) -> str:
    has = f"Against like people the change is {value:+.2f}; the target is {target:+.2f}"
    word = _word(chance, rules)
    if word == "cannot_yet_be_said":
        return f"{has}; the probability that the true change reaches it is {chance:.0%}, not enough either way."
    return f"{has}, and the probability that the true change reaches it is {chance:.0%}."


def _effect_change(better: float, rules: Rules) -> Verdict:
    if better >= rules.change:
        return Verdict("reliable_improvement", "People did better than like people without the service.", better)
    if better <= 1 - rules.change:
        return Verdict("deterioration", "People did worse than like people without the service.", better)
    return Verdict(
        "no_detectable_change", "No difference from like people without the service can be detected.", better
    )
