"""A council's own sheet, one row a case, with a known truth."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

NEVER = 10**6
DAYS = 1500


def simulate_sheet(seed, rows=2000, theta=1.0, start=0.003):
    """Rows with frailty by household, a burst after the opening, and help given to report-free open cases."""
    rng = np.random.default_rng(seed)
    frailty, ward = rng.gamma(1 / 0.7, 0.7, rows), rng.integers(0, 4, rows)
    opened = rng.integers(0, DAYS - 30, rows)
    closed = opened + 1 + rng.exponential(150, rows).astype(int)
    base = 0.003 * frailty * np.exp(0.2 * (ward - 1.5))
    helped, report = np.full(rows, NEVER), np.full(rows, NEVER)
    for since in range(500):
        day = opened + since
        rate = base * (1 + 2.5 * np.exp(-since / 40)) * np.where(helped < day, theta, 1.0)
        hit = (rng.random(rows) < rate) & (since > 0) & (report == NEVER)
        report[hit] = day[hit]
        free = (helped == NEVER) & (report == NEVER) & (day <= closed)
        begins = free & (rng.random(rows) < start * np.exp(-0.2 * (ward - 1.5)) * (since >= 7))
        helped[begins] = day[begins]
    return opened, closed, helped, report, ward


def as_tables(opened, closed, helped, report, ward):
    as_of = date(2012, 12, 31)
    first = as_of - timedelta(days=DAYS - 1)
    day = lambda values: pl.Series(  # noqa: E731
        [first + timedelta(days=int(v)) if v < DAYS else None for v in values], dtype=pl.Date
    )
    number = np.arange(opened.size)
    case, household = pl.Series([f"C{i:05}" for i in number]), pl.Series([f"H{i:05}" for i in number])
    whose = {"case_id": case, "subject_id": household, "source": pl.Series(["case_list"] * opened.size)}
    cases = pl.DataFrame({**whose, "area": [f"W{w}" for w in ward], "opened_on": day(opened), "closed_on": day(closed)})
    cases = cases.with_columns(pl.when(pl.col("closed_on").is_not_null()).then(pl.lit("resolved")).alias("closure"))
    help_ = pl.DataFrame({**whose, "intervention_id": case, "started_on": day(helped)}).drop("source")
    help_ = help_.with_columns(pl.lit("mediation").alias("scheme")).filter(pl.col("started_on").is_not_null())
    incidents = pl.concat(
        [pl.DataFrame({**whose, "occurred_on": day(opened)}), pl.DataFrame({**whose, "occurred_on": day(report)})]
    ).filter(pl.col("occurred_on").is_not_null())
    return {"Cases": cases, "Interventions": help_, "Incidents": incidents}, as_of


@pytest.fixture(scope="module")
def run(study):
    def make(seed, theta):
        records, as_of = as_tables(*simulate_sheet(seed, theta=theta))
        return study.run(records, as_of=as_of)

    return make


def test_a_helpful_scheme_is_seen_in_the_sheet(run):
    found = run(3, 0.4)
    assert found.status == "estimated"
    assert found.effect("hazard_ratio").high < 1
    assert found.effect("risk_difference_365").high < 0
    assert found.effect("events_averted_per_100_365") is None
    assert any("only the first next report" in line for line in found.cannot_say)


def test_under_no_effect_nothing_far_from_none_is_found(run):
    for effect in (run(seed, 1.0).effect("risk_difference_365") for seed in (1, 2)):
        assert abs(effect.value) < 0.75 * (effect.high - effect.low)
        assert effect.n_treated > 300


def test_a_sheet_that_cannot_show_early_reports_is_an_association(run):
    found = run(4, 1.0)
    check = found.check("report_free")
    assert check.verdict == "fail"
    assert found.evidence["maryland"] == 2
    assert found.evidence["grade"] == "very low"
    assert any("caused" in line for line in found.cannot_say)
    assert any("association" in reason for reason in found.evidence["reasons"])
