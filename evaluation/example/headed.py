"""Canonical columns under the headers of the extracts that no case system makes."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from evaluation.example.systems import USUAL_DATE, headers

MAPPED: Mapping[str, Mapping[str, str]] = {
    "outcome_measures": {
        "client": "client_id", "contract": "contract", "instrument": "instrument", "measured": "measured_on",
        "stage": "stage", "score": "score",
    },
    "returns": {
        "contract": "contract", "measure": "measure", "start": "period_start", "end": "period_end", "value": "value",
        "submitted": "submitted_on",
    },
    "surveys": {"case_ref": "case_id", "sent": "sent_on", "returned": "returned_on", "satisfied": "satisfied"},
    "prosecutions": {
        "prosecution": "prosecution_ref", "breach": "breach_on", "hearing": "hearing_on", "result": "result",
        "order": "order_ref", "absence": "absence_reason",
    },
    "court_orders": {
        "order": "order_ref", "prosecution": "prosecution_ref", "defendant_name": "defendant_id",
        "ordered": "ordered_on", "claimed": "costs_claimed", "awarded": "costs_awarded",
        "compensation": "compensation", "fine": "fine", "surcharge": "surcharge", "instalment": "instalment",
        "every": "instalment_every", "first_due": "first_due_on",
    },
    "order_events": {
        "order": "order_ref", "happened": "happened_on", "recorded": "recorded_on", "kind": "kind", "amount": "amount",
    },
    "court_receipts": {
        "receipt": "receipt_ref", "received": "received_on", "recorded": "recorded_on", "amount": "amount",
        "reference": "reference", "payer_name": "payer_id", "remittance": "remittance_ref", "kind": "kind",
    },
}  # fmt: skip
"""Column of each mapping to the canonical column that it holds."""
CODES = ("kind", "absence_reason", "result", "instalment_every", "stage")


def headed(frame: pl.DataFrame, mapping: str) -> pl.DataFrame:
    """Return a canonical frame as the text of an extract under the first header that each column is known by.

    Parameters
    ----------
    frame
        With the canonical columns of the mapping's table.
    mapping
        Name of a shipped mapping in `MAPPED`.
    """
    names = headers(mapping)
    return frame.select(
        _text(frame.schema[canonical], canonical).alias(names[column]) for column, canonical in MAPPED[mapping].items()
    )


def _text(kind: pl.DataType, column: str) -> pl.Expr:
    if kind == pl.Date:
        return pl.col(column).dt.strftime(USUAL_DATE)
    if kind == pl.Boolean:
        return pl.when(pl.col(column)).then(pl.lit("Yes")).when(pl.col(column).not_()).then(pl.lit("No"))
    text = pl.col(column).cast(pl.String)
    return text.str.replace_all("_", " ") if column in CODES else text
