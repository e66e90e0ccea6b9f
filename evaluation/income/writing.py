"""The reconciliation as files: JSON for the site and the command line, CSV and XLSX for people and finance systems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.income.forecast import Forecast, forecast
from evaluation.income.journal import debtors, journal
from evaluation.income.reconciliation import Reconciliation

_TABLES = (
    "ledger", "allocations", "unmatched_receipts", "unsupported_orders", "completeness", "ageing", "arrears",
    "broken_plans", "months", "taken_back", "evidence", "claimed_and_awarded", "number_gaps", "silent_months",
    "set_aside",
)  # fmt: skip


def write(held: Reconciliation, folder: Path) -> tuple[Path, ...]:
    """Write a reconciliation into a folder.

    Parameters
    ----------
    held
        The reconciliation; its identities are checked once more before anything is written.
    folder
        Made if it is not there.

    Returns
    -------
    tuple of Path
        `summary.json`, `forecast.json`, a CSV per table, `journal` and `debtors` as CSV and XLSX, and
        `decisions_needed.csv`: the uncertain receipts with their candidates, in the layout of a decisions file.
    """
    held.check()
    folder.mkdir(parents=True, exist_ok=True)
    ahead = forecast(held)
    written = [
        _json(folder / "summary.json", {**held.summary(), "expected": ahead.expected()}),
        _json(folder / "forecast.json", ahead.to_json()),
        *(_csv(folder / f"{name}.csv", getattr(held, name)) for name in _TABLES),
        _csv(folder / "decisions_needed.csv", decisions_needed(held)),
        *_forecast_tables(folder, ahead),
    ]
    for name, table in (("journal", journal(held)), ("debtors", debtors(held))):
        written += [_csv(folder / f"{name}.csv", table), _xlsx(folder / f"{name}.xlsx", name, table, held)]
    return tuple(written)


def decisions_needed(held: Reconciliation) -> pl.DataFrame:
    """List the ambiguous receipts with each candidate order, best first: `receipt_ref, order_ref, amount, score`.

    A person keeps the right line of each receipt and hands the file back as `decisions`.
    """
    unsure = held.unmatched_receipts.filter(pl.col("status") == "ambiguous").select("receipt_ref", "amount", "reason")
    weighed = held.evidence.select("receipt_ref", "order_ref", "score").unique(maintain_order=True)
    return unsure.join(weighed, on="receipt_ref", how="left", maintain_order="left_right").select(
        "receipt_ref", "order_ref", "amount", "score", "reason"
    )


def _forecast_tables(folder: Path, ahead: Forecast) -> list[Path]:
    return [_csv(folder / "forecast.csv", ahead.months), _csv(folder / "provision.csv", ahead.provision)]


def _json(path: Path, value: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _csv(path: Path, table: pl.DataFrame) -> Path:
    table.write_csv(path)
    return path


def _xlsx(path: Path, name: str, table: pl.DataFrame, held: Reconciliation) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        # The file says when the ledger was true, not when it was written, so that it is the same on every run.
        book.set_properties(  # pyright: ignore[reportUnknownMemberType]
            {"created": datetime(held.as_of.year, held.as_of.month, held.as_of.day)}
        )
        table.write_excel(book, worksheet=name, autofit=True)
    return path
