"""The four tables as the ledger reads them: typed, in pence, checked, and only what was known on the as-of date.

What cannot be one court's register (two different orders under one reference, a negative award) is refused with every
place named at once. A single row that cannot be used (a second copy, an event before its order, no date) is set aside
with its reason, and shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.income.money import pounds, to_pence

Frame = pl.DataFrame | pl.LazyFrame

PERIODS = ("week", "fortnight", "month")
EVENT_KINDS = ("varied", "remitted", "written_off", "transferred")
RECEIPT_KINDS = ("payment", "account", "reversal", "refund")

_ORDERS = {
    "order_ref": "key", "prosecution_ref": "text", "defendant_id": "text", "ordered_on": "date", "recorded_on": "date",
    "costs_claimed": "money", "costs_awarded": "needed money", "compensation": "money", "fine": "money",
    "surcharge": "money", "instalment": "money", "instalment_every": "text", "first_due_on": "date", "court": "text",
}  # fmt: skip
_EVENTS = {"order_ref": "key", "happened_on": "date", "recorded_on": "date", "kind": "needed text", "amount": "money"}
_RECEIPTS = {
    "receipt_ref": "key", "received_on": "date", "recorded_on": "date", "amount": "needed money", "reference": "text",
    "payer_id": "text", "remittance_ref": "text", "kind": "text", "court": "text",
}  # fmt: skip
_PROSECUTIONS = {
    "prosecution_ref": "key", "breach_on": "date", "hearing_on": "date", "result": "text", "order_ref": "text",
    "absence_reason": "text",
}  # fmt: skip

SET_ASIDE = {"table": pl.String, "reference": pl.String, "amount": pl.Int64, "reason": pl.String}


@dataclass(frozen=True)
class Inputs:
    """What the ledger works on, as it was known on `as_of`; amounts are whole pence.

    Attributes
    ----------
    orders, receipts, events, prosecutions
        The rows in view. `events.applied` is the part of an event that the debt could bear.
    set_aside
        `table, reference, amount, reason`: rows that could not be used.
    register
        Every order reference of the file, in view or not, so that a decision can name any of them.
    receipt_refs
        Every receipt reference of the file, in view or not.
    rows
        Rows per table: `read`, `in_view`, `later` (not yet known), `set_aside`.
    """

    as_of: date
    orders: pl.DataFrame
    receipts: pl.DataFrame
    events: pl.DataFrame
    prosecutions: pl.DataFrame | None
    set_aside: pl.DataFrame
    register: frozenset[str]
    receipt_refs: pl.Series
    rows: Mapping[str, Mapping[str, int]]


def read_inputs(
    orders: Frame, receipts: Frame, events: Frame | None, prosecutions: Frame | None, as_of: date
) -> Inputs:
    """Check the tables together and keep what was known on `as_of`.

    Raises
    ------
    DataError
        With every column and row that makes the tables unusable.
    """
    problems: list[str] = []
    all_orders = _typed(orders, _ORDERS, "orders", problems)
    all_receipts = _typed(receipts, _RECEIPTS, "receipts", problems)
    all_events = _typed(pl.DataFrame() if events is None else events, _EVENTS, "events", problems)
    breaches = None if prosecutions is None else _typed(prosecutions, _PROSECUTIONS, "prosecutions", problems)
    _refuse(problems)
    problems += [*_order_problems(all_orders), *_event_problems(all_events), *_receipt_problems(all_receipts)]
    _refuse(problems)
    read = {"orders": len(all_orders), "receipts": len(all_receipts), "events": len(all_events)}
    aside: list[pl.DataFrame] = []
    unique = _first_of_each(all_orders, "order_ref", "orders", "costs_awarded", aside)
    all_receipts = all_receipts.with_columns(pl.col("kind").fill_null("payment"))
    single = _first_of_each(all_receipts, "receipt_ref", "receipts", "amount", aside)
    if breaches is not None:
        breaches = _first_of_each(breaches, "prosecution_ref", "prosecutions", None, aside)
    seen_orders, later_orders = _known(unique, "ordered_on", as_of)
    seen_orders = _usable(seen_orders, _order_reasons(), "orders", "order_ref", "costs_awarded", aside)
    seen_receipts, later_receipts = _known(single, "received_on", as_of)
    seen_receipts = _usable(seen_receipts, _receipt_reasons(), "receipts", "receipt_ref", "amount", aside)
    seen_events, later_events = _known(all_events, "happened_on", as_of)
    seen_events = _events_on(seen_events, seen_orders, aside)
    set_aside = pl.concat([pl.DataFrame(schema=SET_ASIDE), *aside])
    in_view = {"orders": len(seen_orders), "receipts": len(seen_receipts), "events": len(seen_events)}
    later = {"orders": later_orders, "receipts": later_receipts, "events": later_events}
    return Inputs(
        as_of=as_of,
        orders=seen_orders.sort("ordered_on", "order_ref"),
        receipts=seen_receipts.sort("received_on", "receipt_ref"),
        events=seen_events,
        prosecutions=None if breaches is None else _begun(breaches, as_of),
        set_aside=set_aside,
        register=frozenset(unique["order_ref"]),
        receipt_refs=single["receipt_ref"],
        rows={
            table: {"read": read[table], "in_view": in_view[table], "later": later[table],
                    "set_aside": read[table] - in_view[table] - later[table]}
            for table in read
        },
    )  # fmt: skip


def _refuse(problems: list[str]) -> None:
    if problems:
        raise DataError("The court-cost tables cannot be used.", problems)


def _typed(frame: Frame, columns: Mapping[str, str], table: str, problems: list[str]) -> pl.DataFrame:
    held = frame.lazy().collect()
    made: list[pl.Series] = []
    for name, kind in columns.items():
        try:
            made.append(_column(held, name, kind, table))
        except DataError as error:
            problems.append(error.message)
            made.append(pl.Series(name, [None] * len(held), dtype=pl.Int64))
    return pl.DataFrame(made)


def _column(held: pl.DataFrame, name: str, kind: str, table: str) -> pl.Series:
    where = f"{table}.{name}"
    if name not in held.columns:
        if (kind == "key" or kind.startswith("needed")) and held.columns:
            raise DataError(f"{where} is missing.{did_you_mean(name, held.columns)}")
        return pl.Series(name, [None] * len(held), dtype=_EMPTY[kind.split()[-1]])
    series = held[name]
    if kind.endswith("money"):
        return to_pence(series, where)
    if kind == "date":
        return _dates(series, where)
    text = series.cast(pl.String)
    if kind == "key":
        text = text.str.strip_chars()
        missing = text.is_null() | (text == "")
        if missing.any():
            row = int(missing.arg_true()[0]) + 1
            raise DataError(f"{where} is empty in {missing.sum()} row(s), first in row {row}; each row needs its own.")
    return text


_EMPTY = {"key": pl.String, "text": pl.String, "date": pl.Date, "money": pl.Int64}


def _dates(series: pl.Series, where: str) -> pl.Series:
    if series.dtype == pl.Date:
        return series
    if series.dtype == pl.Null:
        return series.cast(pl.Date)
    if series.dtype == pl.Datetime:
        return series.dt.date()
    raise DataError(f"{where} must be dates; found {series.dtype}.")


def _places(frame: pl.DataFrame, wrong: pl.Expr, key: str) -> str | None:
    found = frame.filter(wrong.fill_null(False))[key]
    return f"{len(found)} row(s), for example {found[0]}" if len(found) else None


def _negative(frame: pl.DataFrame, columns: Iterable[str], table: str, key: str) -> list[str]:
    found = {name: _places(frame, pl.col(name) < 0, key) for name in columns}
    return [f"{table}.{name} is below nought in {places}." for name, places in found.items() if places]


def _unknown(frame: pl.DataFrame, column: str, allowed: tuple[str, ...], table: str) -> list[str]:
    strange = frame[column].drop_nulls().unique().sort()
    return [
        f"{table}.{column} '{value}' is not one of {', '.join(allowed)}.{did_you_mean(value, allowed)}"
        for value in strange
        if value not in allowed
    ]


def _clashing(frame: pl.DataFrame, key: str, table: str) -> list[str]:
    names = [name for name in frame.columns if name != "recorded_on"]
    clashes = frame.select(names).unique().group_by(key).len().filter(pl.col("len") > 1).sort(key)
    return [f"{table}: {each} names {count} different rows." for each, count in clashes.head(20).iter_rows()]


def _order_problems(orders: pl.DataFrame) -> list[str]:
    money = ("costs_claimed", "costs_awarded", "compensation", "fine", "surcharge", "instalment")
    return [
        *_clashing(orders, "order_ref", "orders"),
        *_negative(orders, money, "orders", "order_ref"),
        *_unknown(orders, "instalment_every", PERIODS, "orders"),
    ]


def _event_problems(events: pl.DataFrame) -> list[str]:
    relief = pl.col("kind").is_in(["remitted", "written_off"]) & (pl.col("amount") < 0)
    places = _places(events, relief, "order_ref")
    return [
        *_unknown(events, "kind", EVENT_KINDS, "events"),
        *([f"events.amount of a remission or write-off is below nought in {places}."] if places else []),
    ]


def _receipt_problems(receipts: pl.DataFrame) -> list[str]:
    paid_in = pl.col("kind").is_in(["payment", "account"]) | pl.col("kind").is_null()
    below = _places(receipts, paid_in & (pl.col("amount") < 0), "receipt_ref")
    above = _places(receipts, ~paid_in & (pl.col("amount") > 0), "receipt_ref")
    return [
        *_clashing(receipts, "receipt_ref", "receipts"),
        *_unknown(receipts, "kind", RECEIPT_KINDS, "receipts"),
        *([f"receipts.amount of money paid in is below nought in {below}."] if below else []),
        *([f"receipts.amount of a reversal or refund is above nought in {above}."] if above else []),
    ]


def _set_aside(rows: pl.DataFrame, table: str, key: str, amount: str | None) -> pl.DataFrame:
    value = pl.lit(None, dtype=pl.Int64) if amount is None else pl.col(amount)
    return rows.select(pl.lit(table).alias("table"), pl.col(key).alias("reference"), value.alias("amount"), "reason")


def _first_of_each(
    frame: pl.DataFrame, key: str, table: str, amount: str | None, aside: list[pl.DataFrame]
) -> pl.DataFrame:
    """Keep the copy that was recorded first; the others are set aside."""
    if not frame[key].is_duplicated().any():
        return frame
    ordered = frame.sort("recorded_on", nulls_last=True, maintain_order=True) if "recorded_on" in frame else frame
    first = pl.col(key).is_first_distinct()
    again = ordered.filter(~first).with_columns(reason=pl.lit("a second copy of the same row"))
    aside.append(_set_aside(again, table, key, amount))
    return ordered.filter(first)


def _known(frame: pl.DataFrame, column: str, as_of: date) -> tuple[pl.DataFrame, int]:
    """Keep what happened and was recorded by `as_of`; a row without a date of its own takes the day it was recorded."""
    dated = frame.with_columns(pl.coalesce(column, "recorded_on").alias(column))
    later = (pl.max_horizontal(column, "recorded_on") > as_of).fill_null(False)
    seen = dated.filter(~later)
    return seen, len(frame) - len(seen)


def _order_reasons() -> pl.Expr:
    return (
        pl.when(pl.col("ordered_on").is_null()).then(pl.lit("no date of the order"))
        .when(pl.col("costs_awarded").is_null()).then(pl.lit("costs awarded not recorded"))
    )  # fmt: skip


def _receipt_reasons() -> pl.Expr:
    return (
        pl.when(pl.col("received_on").is_null()).then(pl.lit("no date of receipt"))
        .when(pl.col("amount").is_null()).then(pl.lit("no amount"))
        .when(pl.col("amount") == 0).then(pl.lit("an amount of nought"))
    )  # fmt: skip


def _usable(
    frame: pl.DataFrame, reason: pl.Expr, table: str, key: str, amount: str, aside: list[pl.DataFrame]
) -> pl.DataFrame:
    judged = frame.with_columns(reason=reason)
    aside.append(_set_aside(judged.filter(pl.col("reason").is_not_null()), table, key, amount))
    return judged.filter(pl.col("reason").is_null()).drop("reason")


def _events_on(events: pl.DataFrame, orders: pl.DataFrame, aside: list[pl.DataFrame]) -> pl.DataFrame:
    moved = pl.col("kind") == "transferred"
    dated = events.with_columns(pl.when(moved).then(0).otherwise("amount").alias("amount"))
    joined = dated.join(orders.select("order_ref", "ordered_on", "costs_awarded"), on="order_ref", how="left")
    reason = (
        pl.when(pl.col("ordered_on").is_null()).then(pl.lit("no such order in view"))
        .when(pl.col("kind").is_null()).then(pl.lit("no kind of event"))
        .when(pl.col("happened_on").is_null()).then(pl.lit("no date of the event"))
        .when(pl.col("amount").is_null()).then(pl.lit("no amount"))
        .when(pl.col("happened_on") < pl.col("ordered_on")).then(pl.lit("before the order was made"))
    )  # fmt: skip
    usable = _usable(joined, reason, "events", "order_ref", "amount", aside)
    return _borne(usable, aside).drop("ordered_on", "costs_awarded")


def _borne(events: pl.DataFrame, aside: list[pl.DataFrame]) -> pl.DataFrame:
    """Let each event change the debt by no more than is left of it; the excess is set aside."""
    rank = pl.col("kind").replace_strict({"varied": 0, "remitted": 1, "written_off": 2, "transferred": 3})
    ordered = events.sort("order_ref", "happened_on", rank, maintain_order=True)
    debt: dict[str, int] = {}
    applied: list[int] = []
    for ref, kind, amount, awarded in ordered.select("order_ref", "kind", "amount", "costs_awarded").iter_rows():
        left = debt[ref] if ref in debt else int(awarded)
        change = int(max(amount if kind == "varied" else -amount, -left))
        debt[ref] = left + change
        applied.append(change if kind == "varied" else -change)
    made = ordered.with_columns(pl.Series("applied", applied, dtype=pl.Int64))
    excess = made.filter(pl.col("applied") != pl.col("amount")).with_columns(
        amount=pl.col("amount") - pl.col("applied"), reason=pl.lit("more than was left of the debt; the excess")
    )
    aside.append(_set_aside(excess, "events", "order_ref", "amount"))
    return made


def _begun(prosecutions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    started = pl.coalesce("breach_on", "hearing_on")
    return prosecutions.filter(~(started > as_of).fill_null(False))


def shown(set_aside: pl.DataFrame) -> pl.DataFrame:
    """Show what was set aside, in pounds."""
    return set_aside.with_columns(pounds("amount"))
