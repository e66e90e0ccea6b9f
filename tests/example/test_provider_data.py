from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from evaluation.example.provider_data import MEASURES, RETURNS, SURVEYS, provider_data

AS_OF = date(2012, 12, 31)


@pytest.fixture(scope="module")
def clients() -> pl.DataFrame:
    schemes = ["city_counselling", "elmore", "mediation", "family_support", "warnings"]
    rows = [
        {
            "intervention_id": f"{scheme}{i}", "scheme": scheme, "case_id": f"c{scheme}{i}",
            "subject_id": f"p{scheme}{i}",
            "referred_on": date(2011, 4, 1) + timedelta(days=i), "started_on": date(2011, 4, 20) + timedelta(days=i),
            "ended_on": date(2011, 8, 1) + timedelta(days=i) if i % 10 else None,
            "ending": "completed" if i % 3 else "disengaged", "sessions_offered": 8, "sessions_attended": 6,
        }
        for scheme in schemes
        for i in range(300 if scheme != "family_support" else 6)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_the_columns_are_the_canonical_ones(clients: pl.DataFrame) -> None:
    data = provider_data(clients, 5, AS_OF)
    assert dict(data.measures.schema) == MEASURES
    assert dict(data.surveys.schema) == SURVEYS
    assert dict(data.returns.schema) == RETURNS


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data(clients: pl.DataFrame) -> None:
    one, same, other = (provider_data(clients, seed, AS_OF) for seed in (5, 5, 6))
    assert one.measures.equals(same.measures)
    assert one.returns.equals(same.returns)
    assert one.truth == same.truth
    assert not one.measures.equals(other.measures)


def test_nothing_is_dated_after_the_as_of_date(clients: pl.DataFrame) -> None:
    early = date(2011, 11, 30)
    data = provider_data(clients, 5, early)
    for frame in (data.measures, data.surveys, data.returns):
        for column in frame.select(pl.selectors.date()).columns:
            assert frame[column].drop_nulls().is_between(date(2000, 1, 1), early).all(), column


def test_counselling_takes_few_second_scores_and_outreach_nearly_all(clients: pl.DataFrame) -> None:
    data = provider_data(clients, 5, AS_OF)
    stages = {
        (contract, stage): n for contract, stage, n in data.measures.group_by("contract", "stage").len().iter_rows()
    }
    ended = clients.filter((pl.col("scheme") == "elmore") & pl.col("ended_on").is_not_null()).height
    assert stages[("city_counselling", "last")] / ended < 0.45
    assert stages[("elmore", "last")] / ended > 0.88
    assert data.measures["score"].is_between(0, 40).all()


def test_a_provider_without_scores_has_none(clients: pl.DataFrame) -> None:
    data = provider_data(clients, 5, AS_OF)
    assert set(data.measures["contract"]) == {"city_counselling", "elmore"}
    assert not set(data.surveys["case_id"]) & set(clients.filter(pl.col("scheme") == "warnings")["case_id"])


def test_the_truth_is_that_of_everybody_who_finished(clients: pl.DataFrame) -> None:
    truth = provider_data(clients, 5, AS_OF).truth
    # First minus last is 6.5 or 10 points on average, spread 6: about 54% and 77% gain six whole points or more.
    assert truth["city_counselling"]["share_reliably_better"] == pytest.approx(0.56, abs=0.08)
    assert truth["elmore"]["share_reliably_better"] == pytest.approx(0.77, abs=0.08)
    assert "share_reliably_better" not in truth["witness_support"]


def test_witness_support_counts_what_it_does_and_never_what_came_of_it(clients: pl.DataFrame) -> None:
    returns = provider_data(clients, 5, AS_OF).returns.filter(pl.col("contract") == "witness_support")
    assert set(returns["measure"]) == {"clients_seen", "witnesses_contacted_share"}


def test_some_figures_are_changed_after_the_event_and_both_versions_are_sent(clients: pl.DataFrame) -> None:
    data = provider_data(clients, 5, AS_OF)
    twice = data.returns.group_by("contract", "measure", "period_end").len().filter(pl.col("len") > 1)
    assert twice.height > 0
    assert sum(truth["returns_changed"] for truth in data.truth.values()) >= twice.height


def test_no_clients_still_leave_the_returns_of_those_who_count_visits() -> None:
    empty = pl.DataFrame(
        schema={
            "intervention_id": pl.String, "scheme": pl.String, "case_id": pl.String, "subject_id": pl.String,
            "referred_on": pl.Date, "started_on": pl.Date, "ended_on": pl.Date, "ending": pl.String,
            "sessions_offered": pl.Int64, "sessions_attended": pl.Int64,
        }
    )  # fmt: skip
    data = provider_data(empty, 5, AS_OF)
    assert (data.measures.height, data.surveys.height) == (0, 0)
    assert "landlords" in set(data.returns["contract"])
