"""A person's answers to uncertain matches: one line each, read again on every run.

A line says which order a receipt belongs to, and with `amount` how much of it (several lines split a receipt). An
empty `order_ref` means "leave it unmatched". A line with `decided_on` after the as-of date was not yet known then.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.income.inputs import Inputs
from evaluation.income.money import to_pence

COLUMNS = ("receipt_ref", "order_ref", "amount", "decided_on", "reason")
_MOST_TO_SUGGEST_FROM = 50_000
Decisions = pl.DataFrame | pl.LazyFrame | str | Path


@dataclass(frozen=True)
class Decision:
    """One part of one receipt: the order it belongs to (`None`: leave unmatched) and pence (`None`: all of it)."""

    order_ref: str | None
    pence: int | None


def read_decisions(decisions: Decisions | None, inputs: Inputs) -> dict[str, tuple[Decision, ...]]:
    """Read the decisions that were known on the as-of date, by receipt.

    Parameters
    ----------
    decisions
        A frame with `COLUMNS` (the last three may be missing), or the path of a CSV or TOML file (`[[decision]]`).

    Raises
    ------
    DataError
        For a receipt or order that does not exist, an amount that is not one, or more than the receipt.
    """
    if decisions is None:
        return {}
    where = Path(decisions).name if isinstance(decisions, str | Path) else "decisions"
    lines = _from_file(Path(decisions)) if isinstance(decisions, str | Path) else _from_frame(decisions)
    receipts = frozenset(inputs.receipt_refs)
    problems = [
        problem
        for row, line in enumerate(lines, 1)
        for problem in _problems(line, f"{where} row {row}", inputs.register, receipts)
    ]
    if problems:
        raise DataError("The decisions cannot be used.", problems)
    kept: dict[str, list[Decision]] = defaultdict(list)
    for line in lines:
        if line["decided_on"] is None or line["decided_on"] <= inputs.as_of:
            kept[line["receipt_ref"]].append(Decision(line["order_ref"], line["amount"]))
    _refuse_too_much(kept, inputs, where)
    return {receipt: tuple(parts) for receipt, parts in kept.items()}


def _from_frame(decisions: pl.DataFrame | pl.LazyFrame) -> list[dict[str, Any]]:
    frame = decisions.lazy().collect()
    _check_columns(frame.columns, "decisions")
    if "amount" in frame.columns:
        frame = frame.with_columns(to_pence(frame["amount"], "decisions.amount"))
    return [_line(each) for each in frame.iter_rows(named=True)]


def _from_file(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path.name}: the decisions file cannot be read ({error.strerror}).") from error
    if path.suffix == ".toml":
        rows: list[Mapping[str, Any]] = _toml(text, path.name)
    else:
        rows = list(csv.DictReader(text.splitlines()))
    for row in rows[:1] if path.suffix != ".toml" else rows:
        _check_columns([key for key in row if key], path.name)
    return [_parsed(_line(row), f"{path.name} row {at}") for at, row in enumerate(rows, 1)]


def _toml(text: str, name: str) -> list[Mapping[str, Any]]:
    try:
        return tomllib.loads(text).get("decision", [])
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{name}: not valid TOML ({error}).") from error


def _check_columns(columns: list[str], where: str) -> None:
    unknown = [f"{where}: '{name}' is not known.{did_you_mean(name, COLUMNS)}" for name in columns]
    unknown = [text for text, name in zip(unknown, columns, strict=True) if name not in COLUMNS]
    missing = [f"{where}: column '{name}' is missing." for name in COLUMNS[:2] if name not in columns]
    # A TOML line without an order means "leave it unmatched".
    needed = missing if not where.endswith(".toml") else [text for text in missing if "receipt_ref" in text]
    if unknown or needed:
        raise DataError("The decisions cannot be used.", [*unknown, *needed])


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {name: row.get(name) for name in COLUMNS}
    return {name: (value.strip() or None) if isinstance(value, str) else value for name, value in cleaned.items()}


def _parsed(line: dict[str, Any], where: str) -> dict[str, Any]:
    try:
        if line["amount"] is not None:
            pence = Decimal(str(line["amount"])) * 100
            line["amount"] = int(pence) if pence == pence.to_integral_value() else pence
        if isinstance(line["decided_on"], str):
            line["decided_on"] = date.fromisoformat(line["decided_on"])
    except (InvalidOperation, ValueError) as error:
        raise DataError(f"{where}: an amount is pounds and pence, a date is YYYY-MM-DD.") from error
    return line


def _problems(line: dict[str, Any], where: str, orders: frozenset[str], receipts: frozenset[str]) -> list[str]:
    problems: list[str] = []
    receipt, order, pence = line["receipt_ref"], line["order_ref"], line["amount"]
    if receipt is None:
        problems.append(f"{where}: receipt_ref is empty.")
    elif receipt not in receipts:
        problems.append(f"{where}: no receipt '{receipt}'.{_near(receipt, receipts)}")
    if order is not None and order not in orders:
        problems.append(f"{where}: no order '{order}'.{_near(order, orders)}")
    if pence is not None and (not isinstance(pence, int) or pence <= 0):
        problems.append(f"{where}: amount must be above nought and exact to the penny.")
    return problems


def _near(name: str, names: frozenset[str]) -> str:
    return did_you_mean(name, sorted(names)) if len(names) <= _MOST_TO_SUGGEST_FROM else ""


def _refuse_too_much(kept: Mapping[str, list[Decision]], inputs: Inputs, where: str) -> None:
    amounts = dict(
        inputs.receipts.filter(pl.col("receipt_ref").is_in(list(kept))).select("receipt_ref", "amount").rows()
    )
    problems: list[str] = []
    for receipt, parts in kept.items():
        whole = abs(amounts.get(receipt, 0))
        if receipt in amounts and sum(whole if part.pence is None else part.pence for part in parts) > whole:
            problems.append(f"{where}: the lines of receipt '{receipt}' give away more than it has.")
    if problems:
        raise DataError("The decisions cannot be used.", problems)
