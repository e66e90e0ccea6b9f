"""Running the tests over extracts and records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from evaluation.records.assembly import Records
from evaluation.records.extract import Extract
from evaluation.records.linking.truth import Marked, against_truth
from evaluation.records.quality.result import FIGURES, Quality, Test
from evaluation.records.quality.tests import POLICE, TESTS, Evidence, tested


def measure(
    extracts: Sequence[Extract],
    records: Records,
    *,
    as_of: date,
    response_days: int = 10,
    referral_days: int = 28,
    survey_days: int = 28,
    police: Sequence[str] = POLICE,
    truth: tuple[pl.DataFrame, pl.DataFrame] | None = None,
) -> Quality:
    """Measure the quality of the extracts by the audit's tests.

    Parameters
    ----------
    extracts
        What was read.
    records
        What the extracts became, linked.
    as_of
        The last day that counts.
    response_days
        Days within which a case must have its first response.
    referral_days
        Days within which another service must have accepted a case that was referred to it.
    survey_days
        Days after closure within which the feedback survey must have been sent.
    police
        Sources that are the police's own system.
    truth
        Where the extracts are a worked example: its true pairs of reports, and the truth of each report, by which the
        linking is marked (see `linking.truth.against_truth`).

    Returns
    -------
    Quality
        Figures with their denominators by system, service and month.
    """
    evidence = Evidence(tuple(extracts), records, as_of, response_days, referral_days, survey_days, tuple(police))
    frames = [
        frame.with_columns(measure=pl.lit(test.name)).select(list(FIGURES)).cast(FIGURES)
        for test, frame in tested(evidence)
    ]
    figures = pl.concat([pl.DataFrame(schema=FIGURES), *frames])
    tests: tuple[Test, ...] = tuple(test for test, _ in TESTS)
    unmapped = records.extras["unmapped"].select("source", "list", "word", "rows", "suggestion")
    marks = _marks(extracts, records, truth)
    return Quality(figures, tests, _extracts(extracts), records.coverage, unmapped, records.notes, as_of, marks)


def _marks(
    extracts: Sequence[Extract], records: Records, truth: tuple[pl.DataFrame, pl.DataFrame] | None
) -> tuple[Marked, ...]:
    if truth is None:
        return ()
    accepted = [extract.accepted for extract in extracts]
    return against_truth(accepted, records["Incidents"], records.extras, *truth)


def _extracts(extracts: Sequence[Extract]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "name": extract.name,
                "mapping": extract.mapping,
                "rows_read": extract.rows_read,
                "rows_accepted": extract.rows_accepted,
                "rows_rejected": extract.rows_read - extract.rows_accepted,
                "rows_later": int(extract.only_later.sum()),
            }
            for extract in extracts
        ],
        schema={
            "name": pl.String,
            "mapping": pl.String,
            **dict.fromkeys(("rows_read", "rows_accepted", "rows_rejected", "rows_later"), pl.Int64),
        },
    )  # fmt: skip
