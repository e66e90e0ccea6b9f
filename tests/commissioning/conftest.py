"""A small contract and small records that the tests of this room bend to their needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from evaluation.commissioning import Contract, read_contract

TEXT = """\
id = "calm"
title = "Calm corners"
scheme = "calm"
provider = "Quayside (invented)"
synthetic = true
lead = "Head of Service"
owner = "Contracts Manager"
purpose = "Fewer quarrels"
intervention = "Eight sessions"
target_population = "Adults who accept"

[dates]
outcomes_contract_signed = 2011-03-01
start_date_of_service_provision = 2011-04-01
anticipated_end_date_of_service_provision = 2013-03-31
notice_days = 90
review_dates = [2012-04-18]

[[dates.break_clauses]]
on = 2012-09-30
notice_days = 60

[[values]]
year = "2011/12"
amount = "36600.00"

[[values]]
year = "2012/13"
amount = "36500.00"
low = "35000.00"
high = "38000.00"

[[funding]]
payer = "council"
account = "General Fund"
share = "0.75"
ends = 2013-03-31

[[funding]]
payer = "landlord"
account = "Housing Revenue Account"
share = "0.25"
ends = 2012-12-31

[payment]
kind = "by_results"
cap_per_year = "500.00"

[[payment.tariffs]]
outcome_metric_id = "resolved"
price_per_unit = "120.50"
maximum_units_per_year = 3

[[payment.tariffs]]
outcome_metric_id = "better"
price_per_unit = "99.99"

[monitoring]
frequency = "quarterly"
due_days = 20

[[service_levels]]
id = "clients_seen"
definition = "Clients in the quarter"
target = 10
direction = "increase"
unit = "clients a quarter"
owner = "Contracts Manager"
target_date = 2013-03-31

[[outcome_metrics]]
id = "better"
definition = "Share reliably better"
kind = "reliable_improvement"
instrument = "CORE-10"
data_source_for_outcome_validation = "Scores"
outcome_validation_method = "Pre-Post analysis"
baseline = "not known"
outcome_metric_target = 0.5
direction = "increase"
target_date = 2012-12-31
owner = "Head of Service"

[[outcome_metrics]]
id = "resolved"
definition = "Share of cases resolved"
kind = "resolved"
data_source_for_outcome_validation = "Closures"
outcome_validation_method = "Simple ex-post verification"
baseline = 0.4
outcome_metric_target = 0.6
direction = "increase"
target_date = 2012-12-31
owner = "Head of Service"

[[outcome_metrics]]
id = "fewer_repeats"
definition = "Change in the share reported again"
kind = "finding"
effect = "risk_difference_365"
data_source_for_outcome_validation = "Incidents"
outcome_validation_method = "Quasi-experimental study"
baseline = 0.0
outcome_metric_target = -0.05
direction = "decrease"
target_date = 2013-03-31
owner = "Head of Service"
"""

AS_OF = date(2012, 12, 31)

INTERVENTIONS = {
    "intervention_id": pl.String, "scheme": pl.String, "case_id": pl.String, "subject_id": pl.String,
    "referred_on": pl.Date, "started_on": pl.Date, "ended_on": pl.Date, "ending": pl.String,
    "sessions_offered": pl.Int64, "sessions_attended": pl.Int64,
}  # fmt: skip
CASES = {
    "case_id": pl.String, "service": pl.String, "officer_id": pl.String, "area": pl.String,
    "closed_on": pl.Date, "closure": pl.String,
}  # fmt: skip
MEASURES = {
    "client_id": pl.String, "contract": pl.String, "instrument": pl.String, "measured_on": pl.Date,
    "stage": pl.String, "score": pl.Float64,
}  # fmt: skip
SURVEYS = {"case_id": pl.String, "sent_on": pl.Date, "returned_on": pl.Date, "satisfied": pl.Boolean}
RETURNS = {
    "contract": pl.String, "measure": pl.String, "period_start": pl.Date, "period_end": pl.Date,
    "value": pl.Float64, "submitted_on": pl.Date,
}  # fmt: skip
SCHEMAS: dict[str, dict[str, Any]] = {
    "Interventions": INTERVENTIONS, "Cases": CASES, "Measures": MEASURES, "Surveys": SURVEYS, "Returns": RETURNS,
}  # fmt: skip


@pytest.fixture(scope="session")
def contract_text() -> str:
    return TEXT


@pytest.fixture(scope="session")
def contract() -> Contract:
    return read_contract(TEXT, "calm.toml")


@pytest.fixture
def as_of() -> date:
    return AS_OF


@pytest.fixture
def table() -> Callable[..., pl.DataFrame]:
    """Build a canonical table from rows given as mappings; columns that are not given are null."""

    def build(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        full = [{column: row.get(column) for column in SCHEMAS[name]} for row in rows]
        return pl.DataFrame(full, schema=SCHEMAS[name])

    return build


@pytest.fixture
def records(table: Callable[..., pl.DataFrame]) -> Callable[..., dict[str, pl.DataFrame]]:
    """Build all tables, empty where no rows are given."""
    return lambda **rows: {name: table(name, rows.get(name, [])) for name in SCHEMAS}


@pytest.fixture
def finding() -> Callable[..., dict[str, Any]]:
    """Build a finding's parsed JSON with a repeat and an averted effect."""

    def build(
        repeat: tuple[float, float, float], averted: tuple[float, float, float], maryland: int = 3
    ) -> dict[str, Any]:
        effects = [
            {
                "name": name,
                "value": value,
                "low": low,
                "high": high,
                "level": 0.95,
                "unit": "",
                "n_treated": 90,
                "n_compared": 200,
            }
            for name, (value, low, high) in (("risk_difference_365", repeat), ("events_averted_per_100_365", averted))
        ]
        evidence = {"maryland": maryland, "grade": "moderate", "reasons": ["one place"]}
        return {
            "study": "calm",
            "status": "estimated",
            "reason": None,
            "evidence": evidence,
            "effects": effects,
            "can_say": [],
        }

    return build
