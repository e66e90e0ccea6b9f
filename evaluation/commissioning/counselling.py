"""Paired first and last scores: who reliably improved, recovered or got worse, and whose result is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.commissioning.distributions import t_quantile
from evaluation.commissioning.instruments import INSTRUMENTS, WAITING_LIST, Instrument, WaitingList
from evaluation.commissioning.shares import Share, share
from evaluation.commissioning.verdict import STANDARD, Rules, Verdict, of_change

PLANNED_ENDINGS = ("completed",)


@dataclass(frozen=True)
class PairedOutcomes:
    """What the scores of one contract and one instrument show.

    Attributes
    ----------
    pairs
        A row per client with both scores: `client_id, first, last, first_on, last_on, gain, change, case_first,
        case_last`; `change` is `better`, `worse` or `same`.
    improvement, recovery, reliable_recovery, deterioration
        Shares of the pairs (recovery: of those who began as a case), with bounds over the missing; recovery is `None`
        for an instrument without a cut-off.
    n_first, n_finished
        Clients with a first score; clients who finished.
    outside
        Scores set aside because they lie outside the instrument's range.
    mean_gain, mean_low, mean_high
        Mean gain in points with its 95% limits (t); `None` below two pairs.
    standardised_gain
        The mean gain in standard deviations of the pairs' first scores, to set beside that of a waiting list.
    """

    instrument: Instrument
    pairs: pl.DataFrame
    improvement: Share
    deterioration: Share
    recovery: Share | None
    reliable_recovery: Share | None
    verdict: Verdict
    n_first: int
    n_finished: int
    outside: int
    mean_gain: float | None
    mean_low: float | None
    mean_high: float | None
    standardised_gain: float | None
    waiting_list: WaitingList = WAITING_LIST


@dataclass(frozen=True)
class Delivery:
    """How the service was delivered: outputs, never outcomes.

    `n_declined` were referred and never started because one side said no; `endings` counts each ending; waiting is in
    whole days from referral to start; attendance is of sessions offered.
    """

    n_referred: int
    n_declined: int
    n_started: int
    n_finished: int
    endings: dict[str, int]
    planned: Share
    waiting_median: float | None
    waiting_90: float | None
    attendance: float | None
    sessions_offered: int
    sessions_attended: int


def paired_outcomes(
    measures: pl.DataFrame,
    *,
    instrument: str | Instrument,
    finished: int,
    as_of: date,
    rules: Rules = STANDARD,
) -> PairedOutcomes:
    """Pair the first and last scores of one contract's clients.

    Parameters
    ----------
    measures
        Rows of the canonical table Measures of one contract: `client_id, instrument, measured_on, stage, score`.
    finished
        Clients who finished by `as_of`; those without both scores are missing.
    """
    scale = INSTRUMENTS[instrument] if isinstance(instrument, str) else instrument
    rows = measures.filter(_is_named(scale.name) & (pl.col("measured_on") <= as_of))
    valid = rows.filter(pl.col("score").is_between(scale.lowest, scale.highest))
    pairs = _pairs(valid, scale)
    count = {kind: pairs.filter(pl.col("change") == kind).height for kind in ("better", "worse", "same")}
    missing = max(0, finished - pairs.height)
    mean, low, high = _mean_gain(pairs)
    return PairedOutcomes(
        scale,
        pairs,
        share(count["better"], pairs.height, missing),
        share(count["worse"], pairs.height, missing),
        _recovery(pairs, missing, scale, reliable=False),
        _recovery(pairs, missing, scale, reliable=True),
        of_change(count["better"], count["worse"], count["same"], missing, rules=rules),
        valid.filter(pl.col("stage") == "first")["client_id"].n_unique(),
        finished,
        rows.height - valid.height,
        mean,
        low,
        high,
        _standardised(pairs, mean),
    )


def delivery(interventions: pl.DataFrame, *, as_of: date) -> Delivery:
    """Count referrals, starts, endings, waiting and attendance of one scheme's interventions known by `as_of`."""
    rows = interventions.filter(pl.coalesce("referred_on", "started_on") <= as_of)
    started = rows.filter((pl.col("started_on") <= as_of).fill_null(False))
    ended = started.filter((pl.col("ended_on") <= as_of).fill_null(False))
    endings = {str(row["ending"] or "not recorded"): int(row["len"]) for row in _counted(ended)}
    planned = sum(endings.get(name, 0) for name in PLANNED_ENDINGS)
    unknown = endings.get("not recorded", 0)
    declined = rows.filter(pl.col("started_on").is_null() & (pl.col("ending") == "declined").fill_null(False))
    waits = (started["started_on"] - started["referred_on"]).dt.total_days().drop_nulls()
    offered, attended = int(started["sessions_offered"].sum() or 0), int(started["sessions_attended"].sum() or 0)
    return Delivery(
        rows.height,
        declined.height,
        started.height,
        ended.height,
        endings,
        share(planned, ended.height - unknown, unknown),
        _quantile(waits, 0.5),
        _quantile(waits, 0.9),
        attended / offered if offered else None,
        offered,
        attended,
    )


def _is_named(name: str) -> pl.Expr:
    # Providers write CORE-10, CORE 10 and core_10 for the same questionnaire.
    return pl.col("instrument").str.to_lowercase().str.replace_all("[^a-z0-9]", "") == "".join(
        letter for letter in name.lower() if letter.isalnum()
    )


def _counted(ended: pl.DataFrame) -> list[dict[str, Any]]:
    return ended.group_by("ending").len().sort("ending", nulls_last=True).to_dicts()


def _quantile(values: pl.Series, at: float) -> float | None:
    found = values.quantile(at, interpolation="linear")
    return None if found is None else float(found)


def _pairs(rows: pl.DataFrame, scale: Instrument) -> pl.DataFrame:
    # A client measured twice at one stage keeps the earliest first score and the latest last one.
    first = _one_each(rows, "first", descending=False)
    last = _one_each(rows, "last", descending=True)
    sign = 1.0 if scale.falls_when_better else -1.0
    joined = first.join(last, on="client_id", how="inner").filter(pl.col("last_on") >= pl.col("first_on"))
    gain = (sign * (pl.col("first") - pl.col("last"))).alias("gain")
    limit = scale.reliable_change
    change = (
        pl.when(pl.col("gain") >= limit).then(pl.lit("better"))
        .when(pl.col("gain") <= -limit).then(pl.lit("worse"))
        .otherwise(pl.lit("same")).alias("change")
    )  # fmt: skip
    return joined.with_columns(gain).with_columns(change, *_cases(scale)).sort("client_id")


def _cases(scale: Instrument) -> list[pl.Expr]:
    if scale.cut_off is None:
        return [pl.lit(None, dtype=pl.Boolean).alias(f"case_{stage}") for stage in ("first", "last")]
    compare = pl.Expr.ge if scale.falls_when_better else pl.Expr.le
    return [compare(pl.col(stage), pl.lit(scale.cut_off)).alias(f"case_{stage}") for stage in ("first", "last")]


def _one_each(rows: pl.DataFrame, stage: str, *, descending: bool) -> pl.DataFrame:
    return (
        rows.filter(pl.col("stage") == stage)
        .sort("measured_on", descending=descending)
        .unique("client_id", keep="first", maintain_order=True)
        .select("client_id", pl.col("score").cast(pl.Float64).alias(stage), pl.col("measured_on").alias(f"{stage}_on"))
    )


def _recovery(pairs: pl.DataFrame, missing: int, scale: Instrument, *, reliable: bool) -> Share | None:
    if scale.cut_off is None:
        return None
    began = pairs.filter(pl.col("case_first"))
    recovered = began.filter(~pl.col("case_last"))
    if reliable:
        recovered = recovered.filter(pl.col("change") == "better")
    return share(recovered.height, began.height, missing)


def _standardised(pairs: pl.DataFrame, mean: float | None) -> float | None:
    spread = 0.0 if mean is None else float(pairs["first"].to_numpy().std(ddof=1))
    return mean / spread if mean is not None and spread > 0 else None


def _mean_gain(pairs: pl.DataFrame) -> tuple[float | None, float | None, float | None]:
    if pairs.height < 2:
        return None, None, None
    gains = pairs["gain"].to_numpy()
    mean, error = float(gains.mean()), float(gains.std(ddof=1)) / pairs.height**0.5
    reach = t_quantile(0.975, pairs.height - 1) * error
    return mean, mean - reach, mean + reach
