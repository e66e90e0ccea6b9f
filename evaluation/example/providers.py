"""The extracts that do not come from a case system: questionnaires, monitoring returns and surveys at closure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from evaluation.example.headed import headed
from evaluation.example.partnership import Partnership, first_day
from evaluation.example.people import NEVER
from evaluation.example.provider_data import provider_data
from evaluation.example.reports import Reports
from evaluation.example.surveys import closure_surveys


def provider_extracts(
    partnership: Partnership, reports: Reports, seed: int, rng: np.random.Generator
) -> tuple[dict[str, pl.DataFrame], Mapping[str, Any]]:
    """Return the text of each provider's extract under its headers, and what is true behind the figures.

    Parameters
    ----------
    partnership, reports
        Who was helped, and under which numbers the systems hold them.
    seed
        For what the providers hold.
    rng
        For the council's own surveys at closure.
    """
    held = provider_data(clients(partnership, reports), seed, partnership.scenario.as_of)
    surveys = pl.concat([held.surveys, _council_surveys(partnership, reports, held.surveys, rng)])
    frames = {"outcome_measures": held.measures, "returns": held.returns, "surveys": surveys.sort("sent_on", "case_id")}
    return {name: headed(frame, name) for name, frame in frames.items()}, held.truth


def clients(partnership: Partnership, reports: Reports) -> pl.DataFrame:
    """Return everybody who was helped, with the columns of Interventions; the client's number is the action's."""
    helped = reports.actions.filter(pl.col("started") < NEVER)
    day = {name: _date(partnership, name).alias(f"{name}_on") for name in ("referred", "started", "ended")}
    return helped.select(
        "scheme", *day.values(), "ending", intervention_id="action_ref", subject_id="action_ref", case_id="case_ref"
    )


def _date(partnership: Partnership, column: str) -> pl.Expr:
    start = first_day(partnership.scenario)
    return pl.when(pl.col(column) < NEVER).then(pl.lit(start) + pl.duration(days=pl.col(column)))


def _council_surveys(
    partnership: Partnership, reports: Reports, taken: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    drawn = closure_surveys(reports.cases, partnership.scenario.days - 1, rng)
    dated = drawn.select(
        "satisfied", case_id="case_ref", sent_on=_date(partnership, "sent"), returned_on=_date(partnership, "returned")
    )
    return dated.join(taken.select("case_id"), on="case_id", how="anti", maintain_order="left").select(taken.columns)
