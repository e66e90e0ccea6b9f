"""The data-generating process: repeatable, fast, and with the traps built in that a study must not fall into."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import numpy as np
import polars as pl
import pytest

from evaluation.errors import UsageError
from evaluation.example.frames import council
from evaluation.example.people import NEVER
from evaluation.example.scenario import Scenario, TrueScheme
from evaluation.example.simulate import simulate

SMALL = Scenario(people=400, days=800, schemes=(TrueScheme("mediation", log_hazard=-7.0),))


def test_same_seed_same_council() -> None:
    first, again, other = council(simulate(SMALL, 3), 4), council(simulate(SMALL, 3), 4), council(simulate(SMALL, 5), 4)
    assert all(first[name].equals(again[name]) for name in first)
    assert not first["Incidents"].equals(other["Incidents"])


def test_a_council_of_1500_people_takes_well_under_a_second() -> None:
    start = process_time()
    history = simulate(Scenario(), 1)
    assert history.incident_day.size > 3000
    assert process_time() - start < 1.0


def test_treated_people_are_worse_and_come_after_bursts() -> None:
    history = simulate(replace(SMALL, people=3000, days=1500), 8)
    treated = history.starts[0] < NEVER
    assert history.people.frailty[treated].mean() > 1.25 * history.people.frailty[~treated].mean()
    start = history.starts[0][history.incident_person]
    before = np.count_nonzero((start < NEVER) & (history.incident_day <= start) & (history.incident_day > start - 90))
    earlier = np.count_nonzero(
        (start < NEVER) & (start >= 180) & (history.incident_day <= start - 90) & (history.incident_day > start - 180)
    )
    assert before > 1.5 * earlier


def test_nothing_happens_after_leaving_and_cases_close_with_the_exit() -> None:
    history = simulate(replace(SMALL, exits=0.002), 2)
    assert np.all(history.incident_day < history.exit_day[history.incident_person])
    assert np.all(
        history.case_closed[history.case_closed < NEVER]
        <= history.exit_day[history.case_person][history.case_closed < NEVER]
    )
    assert {3, 4} <= set(history.case_closure.tolist())


def test_a_start_needs_an_open_case() -> None:
    tables = council(simulate(SMALL, 6), 1)
    joined = tables["Interventions"].join(tables["Cases"], on="case_id", how="left")
    assert joined["case_id"].null_count() == 0
    assert joined.select(
        (
            (pl.col("opened_on") <= pl.col("started_on"))
            & (pl.col("started_on") <= pl.col("closed_on").fill_null(pl.date(2100, 1, 1)))
        ).all()
    ).item()


def test_a_full_scheme_takes_nobody() -> None:
    tiny = replace(
        SMALL, people=2000, schemes=(TrueScheme("family_support", log_hazard=-4.0, capacity=6, length_days=200.0),)
    )
    days = np.sort(simulate(tiny, 1).starts[0])
    days = days[days < NEVER]
    busy = [np.count_nonzero((days <= day) & (days > day - 200)) for day in days]
    assert max(busy) == 6


@pytest.mark.parametrize(("theta", "low", "high"), [(1.0, 0.9, 1.1), (0.3, 0.2, 0.6)])
def test_the_effect_starts_the_day_after(theta: float, low: float, high: float) -> None:
    """Under common luck the councils agree until the first start and differ after it by the factor put in."""
    base = replace(SMALL, people=4000, schemes=(TrueScheme("mediation", log_hazard=-5.5),))
    null, treated = simulate(base, 9), simulate(base.with_theta(theta), 9)
    first = null.starts[0].min()
    same = null.incident_day <= first
    assert np.array_equal(null.incident_person[same], treated.incident_person[: same.sum()])
    count = lambda h: np.count_nonzero(h.incident_day > h.starts[0][h.incident_person])  # noqa: E731
    assert low < count(treated) / count(null) < high


def test_missing_uploads_and_an_outage_lose_police_incidents_only() -> None:
    history = simulate(SMALL, 4)
    whole = council(history, 1)["Incidents"]["source"].value_counts().sort("source")["count"].to_list()
    thin = council(replace(history, scenario=replace(SMALL, missing_uploads=0.4)), 1)["Incidents"]
    counts = thin["source"].value_counts().sort("source")["count"].to_list()
    assert counts[1] == whole[1]
    assert 0.5 < counts[0] / whole[0] < 0.7
    gap = council(replace(history, scenario=replace(SMALL, outage=(300, 500))), 1)
    assert gap.coverage.filter(~pl.col("covered"))["source"].unique().to_list() == ["cedar"]


def test_impossible_scenarios_are_refused_with_every_reason() -> None:
    with pytest.raises(UsageError) as refusal:
        Scenario(people=0, opening=1.5)
    assert len(refusal.value.problems) == 2
    with pytest.raises(UsageError, match="no scheme 'abcs'"):
        SMALL.scheme("abcs")
