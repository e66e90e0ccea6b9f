"""What the invented providers hold and send: scores, closure surveys and monitoring returns, with their truth.

Each provider has its own habit. One counsels and hardly ever takes a second score, one takes nearly all of them, one
counts its visits and has never asked what came of them, one has so few families that nothing can be said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

MEASURES = {
    "client_id": pl.String, "contract": pl.String, "instrument": pl.String, "measured_on": pl.Date,
    "stage": pl.String, "score": pl.Float64,
}  # fmt: skip
SURVEYS = {"case_id": pl.String, "sent_on": pl.Date, "returned_on": pl.Date, "satisfied": pl.Boolean}
RETURNS = {
    "contract": pl.String, "measure": pl.String, "period_start": pl.Date, "period_end": pl.Date,
    "value": pl.Float64, "submitted_on": pl.Date,
}  # fmt: skip
RELIABLE_CORE10 = 6
"""Whole points of CORE-10 that count as reliable change; restated here so that the truth does not use what it tests."""


@dataclass(frozen=True)
class Scores:
    """How a provider's clients truly score on CORE-10, and how often the provider takes the score."""

    first_mean: float
    gain_mean: float
    gain_sd: float
    first_taken: float
    last_taken: float


@dataclass(frozen=True)
class Asked:
    """How a provider asks at closure: share of cases asked, share who answer, share truly satisfied."""

    sent: float
    answered: float
    satisfied: float


@dataclass(frozen=True)
class ProviderData:
    """The providers' tables and what is true behind them.

    Attributes
    ----------
    measures, surveys, returns
        Frames with the canonical columns of Measures, Surveys and Returns.
    truth
        Contract to its true figures: `share_reliably_better` over everybody who finished, `share_satisfied` over
        everybody asked, `last_taken` (the habit), `returns_late`, `returns_changed`.
    """

    measures: pl.DataFrame
    surveys: pl.DataFrame
    returns: pl.DataFrame
    truth: Mapping[str, Mapping[str, float]]


SCORES: Mapping[str, Scores] = {
    "city_counselling": Scores(19.5, 6.5, 6.0, 0.95, 0.34),
    "elmore": Scores(22.0, 10.0, 6.0, 0.98, 0.94),
}
ASKED: Mapping[str, Asked] = {
    "city_counselling": Asked(0.80, 0.40, 0.68),
    "elmore": Asked(0.90, 0.55, 0.80),
    "mediation": Asked(0.90, 0.45, 0.72),
    "quiet_hours_scheme": Asked(0.85, 0.40, 0.30),
}
STARTED: Mapping[str, date] = {
    "city_counselling": date(2010, 4, 1),
    "elmore": date(2011, 1, 1),
    "mediation": date(2009, 4, 1),
    "family_support": date(2010, 9, 1),
    "witness_support": date(2011, 4, 1),
    "landlords": date(2010, 4, 1),
    "quiet_hours_scheme": date(2009, 10, 1),
}
MONTHLY = frozenset({"city_counselling"})
LATE, CHANGED = 0.12, 0.06
"""Share of the figures that come late, and that are changed after the event."""
REMINDERS = date(2011, 10, 1)
"""From then on the counselling clients are reminded of their sessions, and more of them come."""

Figure = Callable[[pl.DataFrame, date, date, np.random.Generator], float | None]


def provider_data(clients: pl.DataFrame, seed: int, as_of: date) -> ProviderData:
    """Draw what the providers hold and send up to `as_of`.

    Parameters
    ----------
    clients
        Rows of the canonical table Interventions for the contracted schemes; other schemes are left alone.
    seed
        Same seed and clients, same data.
    as_of
        The last day; nothing is dated later.
    """
    streams = np.random.SeedSequence(seed).spawn(3 * len(STARTED))
    measures: list[pl.DataFrame] = []
    surveys: list[pl.DataFrame] = []
    returns: list[pl.DataFrame] = []
    truth: dict[str, dict[str, float]] = {}
    for number, contract in enumerate(STARTED):
        mine = clients.filter((pl.col("scheme") == contract) & (pl.col("started_on") <= as_of).fill_null(False)).sort(
            "started_on", "intervention_id"
        )
        for_scores, for_surveys, for_returns = (np.random.default_rng(streams[3 * number + i]) for i in range(3))
        truth[contract] = {}
        measures.append(_scores(contract, mine, as_of, for_scores, truth[contract]))
        surveys.append(_surveys(contract, mine, as_of, for_surveys, truth[contract]))
        returns.append(_returns(contract, mine, as_of, for_returns, truth[contract]))
    return ProviderData(pl.concat(measures), pl.concat(surveys), pl.concat(returns), truth)


def _scores(
    contract: str, mine: pl.DataFrame, as_of: date, rng: np.random.Generator, truth: dict[str, float]
) -> pl.DataFrame:
    habit = SCORES.get(contract)
    if habit is None or mine.is_empty():
        return pl.DataFrame(schema=MEASURES)
    n = mine.height
    first = np.clip(np.round(rng.normal(habit.first_mean, 5.5, n)), 1, 40)
    last = np.clip(np.round(first - rng.normal(habit.gain_mean, habit.gain_sd, n)), 0, 40)
    drawn = mine.with_columns(
        first=first,
        last=last,
        first_taken=rng.random(n) < habit.first_taken,
        last_taken=rng.random(n) < habit.last_taken,
    )
    ended = drawn.filter((pl.col("ended_on") <= as_of).fill_null(False))
    truth["last_taken"] = habit.last_taken
    if ended.height:
        truth["share_reliably_better"] = _mean(ended.select(pl.col("first") - pl.col("last") >= RELIABLE_CORE10))
    begun = _stage(drawn.filter("first_taken"), contract, "first", "started_on")
    done = _stage(
        ended.filter(pl.col("last_taken") & (pl.col("ended_on") >= pl.col("started_on"))), contract, "last", "ended_on"
    )
    return pl.concat([begun, done])


def _stage(rows: pl.DataFrame, contract: str, stage: str, day: str) -> pl.DataFrame:
    return rows.select(
        client_id=pl.coalesce("subject_id", "intervention_id"), contract=pl.lit(contract), instrument=pl.lit("CORE-10"),
        measured_on=pl.col(day), stage=pl.lit(stage), score=pl.col(stage),
    ).pipe(_typed, MEASURES)  # fmt: skip


def _surveys(
    contract: str, mine: pl.DataFrame, as_of: date, rng: np.random.Generator, truth: dict[str, float]
) -> pl.DataFrame:
    habit = ASKED.get(contract)
    ended = mine.filter((pl.col("ended_on") <= as_of).fill_null(False) & pl.col("case_id").is_not_null())
    ended = ended.unique("case_id", keep="first", maintain_order=True)
    if habit is None or ended.is_empty():
        return pl.DataFrame(schema=SURVEYS)
    n = ended.height
    drawn = ended.select(
        "case_id",
        sent_on=pl.col("ended_on") + pl.duration(days=pl.lit(pl.Series(rng.integers(3, 21, n)))),
        asked=pl.Series(rng.random(n) < habit.sent),
        answers=pl.Series(rng.random(n) < habit.answered),
        happy=pl.Series(rng.random(n) < habit.satisfied),
        wait=pl.Series(rng.integers(2, 40, n)),
    ).filter(pl.col("asked") & (pl.col("sent_on") <= as_of))
    if drawn.height:
        truth["share_satisfied"] = _mean(drawn.select("happy"))
    back = pl.col("sent_on") + pl.duration(days="wait")
    returned = pl.col("answers") & (back <= as_of)
    return drawn.select(
        "case_id",
        "sent_on",
        returned_on=pl.when(returned).then(back),
        satisfied=pl.when(returned).then(pl.col("happy")),
    ).pipe(_typed, SURVEYS)


def _returns(
    contract: str, mine: pl.DataFrame, as_of: date, rng: np.random.Generator, truth: dict[str, float]
) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for start, end in _periods(STARTED[contract], as_of, 1 if contract in MONTHLY else 3):
        for measure, figure in FIGURES[contract].items():
            value = figure(mine, start, end, rng)
            if value is not None:
                rows += _sent(contract, measure, start, end, value, as_of, rng)
    frame = pl.DataFrame(rows, schema={**RETURNS, "late": pl.Boolean, "changed": pl.Boolean})
    truth["returns_late"] = float(frame["late"].sum())
    truth["returns_changed"] = float(frame["changed"].sum())
    return frame.drop("late", "changed")


def _sent(
    contract: str, measure: str, start: date, end: date, value: float, as_of: date, rng: np.random.Generator
) -> list[dict[str, Any]]:
    late = bool(rng.random() < LATE)
    wait = int(rng.integers(35, 80)) if late else int(rng.integers(4, 19))
    corrected = _corrected(value)
    changes = bool(rng.random() < CHANGED) and corrected != value
    row: dict[str, Any] = {
        "contract": contract, "measure": measure, "period_start": start, "period_end": end, "value": value,
        "submitted_on": end + timedelta(days=wait), "late": late, "changed": False,
    }  # fmt: skip
    later: dict[str, Any] = {
        **row,
        "value": corrected,
        "late": False,
        "changed": True,
    }
    later["submitted_on"] = row["submitted_on"] + timedelta(days=int(rng.integers(20, 90)))
    rows: list[dict[str, Any]] = [row, later] if changes else [row]
    return [one for one in rows if one["submitted_on"] <= as_of]


def _corrected(value: float) -> float:
    # Shares rise by a seventh, counts by two; nobody corrects a handful.
    if value < 1:
        return min(round(value * 1.15, 2), 1.0)
    return value + 2 if value >= 5 else value


def _periods(start: date, as_of: date, months: int) -> list[tuple[date, date]]:
    periods: list[tuple[date, date]] = []
    first = start.replace(day=1, month=start.month - (start.month - 4) % months) if months > 1 else start
    while first <= as_of:
        total = first.year * 12 + first.month - 1 + months
        following = date(total // 12, total % 12 + 1, 1)
        if following - timedelta(days=1) <= as_of:
            periods.append((max(first, start), following - timedelta(days=1)))
        first = following
    return periods


def _typed(frame: pl.DataFrame, schema: Mapping[str, Any]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _mean(frame: pl.DataFrame) -> float:
    return float(frame.to_series().cast(pl.Float64).mean() or 0.0)  # pyright: ignore[reportArgumentType]


def _open_in(mine: pl.DataFrame, start: date, end: date, rng: np.random.Generator) -> float | None:
    del rng
    return float(mine.filter((pl.col("started_on") <= end) & (pl.col("ended_on").fill_null(end) >= start)).height)


def _started_in(mine: pl.DataFrame, start: date, end: date, rng: np.random.Generator) -> float | None:
    del rng
    return float(mine.filter(pl.col("started_on").is_between(start, end)).height)


def _ended_in(mine: pl.DataFrame, start: date, end: date) -> int:
    return mine.filter(pl.col("ended_on").is_between(start, end).fill_null(False)).height


def _completed_claim(mine: pl.DataFrame, start: date, end: date, rng: np.random.Generator) -> float | None:
    done = mine.filter(pl.col("ended_on").is_between(start, end) & (pl.col("ending") == "completed"))
    return float(done.height + (rng.random() < 0.3))


def _within_28_days(mine: pl.DataFrame, start: date, end: date, rng: np.random.Generator) -> float | None:
    del rng
    begun = mine.filter(pl.col("started_on").is_between(start, end) & pl.col("referred_on").is_not_null())
    if begun.is_empty():
        return None
    return round(_mean(begun.select((pl.col("started_on") - pl.col("referred_on")).dt.total_days() <= 28)), 2)


def _attendance(mine: pl.DataFrame, start: date, end: date, rng: np.random.Generator) -> float | None:
    del mine, end
    return round(float(rng.beta(*((120, 58) if start < REMINDERS else (140, 40)))), 2)


def _families_finished(mine: pl.DataFrame, start: date, end: date, rng: np.random.Generator) -> float | None:
    del rng
    return float(_ended_in(mine, start, end))


def _families_resolved(mine: pl.DataFrame, start: date, end: date, rng: np.random.Generator) -> float | None:
    # The worker's own estimate is always "about half", whatever happened.
    del rng
    before = _ended_in(mine, STARTED["family_support"], start - timedelta(days=1))
    return float((before + _ended_in(mine, start, end) + 1) // 2 - (before + 1) // 2)


def _count(mean: float) -> Figure:
    return lambda mine, start, end, rng: float(rng.poisson(mean))


def _share(successes: float, failures: float) -> Figure:
    return lambda mine, start, end, rng: round(float(rng.beta(successes, failures)), 2)


FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "city_counselling": {"clients_seen": _open_in, "attendance_share": _attendance},
    "elmore": {"clients_seen": _open_in, "claimed_case_resolved": _completed_claim},
    "mediation": {"referrals_accepted": _started_in, "first_meeting_28_days_share": _within_28_days},
    "family_support": {
        "families_open": _open_in, "families_finished": _families_finished, "families_resolved": _families_resolved,
    },
    "witness_support": {"clients_seen": _count(13), "witnesses_contacted_share": _share(90, 8)},
    "landlords": {
        "cases_handled": _count(58), "reviewed_monthly_share": _share(85, 15),
        "cases_closed": lambda mine, start, end, rng: 31.0,
        "cases_resolved": lambda mine, start, end, rng: float(rng.binomial(31, 0.66)),
    },
    "quiet_hours_scheme": {"clients_seen": _started_in},
}  # fmt: skip
