"""Small histories written by hand."""

from datetime import date, timedelta

import polars as pl
import pytest

ORIGIN = date(2010, 1, 1)


def on(day):
    return None if day is None else ORIGIN + timedelta(days=day)


def write(incidents=(), cases=(), starts=(), source="flare"):
    """Tables: incidents (person, day), cases (case, person, opened, closed, closure), starts (case, person, "
    "day, name)."""
    return {
        "Incidents": pl.DataFrame(
            [(f"I{i}", source, p, on(d), "day") for i, (p, d) in enumerate(incidents)],
            schema={
                "incident_id": pl.String,
                "source": pl.String,
                "subject_id": pl.String,
                "occurred_on": pl.Date,
                "precision": pl.String,
            },
            orient="row",
        ),
        "Cases": pl.DataFrame(
            [(c, source, p, on(o), on(cl), how) for c, p, o, cl, how in cases],
            schema={
                "case_id": pl.String,
                "source": pl.String,
                "subject_id": pl.String,
                "opened_on": pl.Date,
                "closed_on": pl.Date,
                "closure": pl.String,
            },
            orient="row",
        ),
        "Interventions": pl.DataFrame(
            [(f"S{i}", s, c, p, on(d)) for i, (c, p, d, s) in enumerate(starts)],
            schema={
                "intervention_id": pl.String,
                "scheme": pl.String,
                "case_id": pl.String,
                "subject_id": pl.String,
                "started_on": pl.Date,
            },
            orient="row",
        ),
    }


@pytest.fixture
def tables():
    return write


@pytest.fixture
def day():
    return on


@pytest.fixture(scope="session")
def make_tables():
    return write


@pytest.fixture(scope="session")
def on_day():
    return on
