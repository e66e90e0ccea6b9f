"""From values to canonical tables: which rows feed which table, which are sound, and why the others are not."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass

import polars as pl

from evaluation.records import schema
from evaluation.records.mapping import Mapping, TableSource, columns_in, named_in
from evaluation.records.rules import RULES, Rule
from evaluation.records.values import REASONS

ROW = "__row"
LACKING = ", and the row gives none"


@dataclass(frozen=True)
class Built:
    """Canonical rows of one extract, each with the row of the extract it came from in `__row`.

    Attributes
    ----------
    tables
        Table name to its rows, before any is set aside.
    reasons
        `row, reason` of every row that breaks a rule.
    notes
        Rules set to warn that were broken, and rows collapsed.
    """

    tables: Table[str, pl.DataFrame]
    reasons: pl.DataFrame
    notes: tuple[str, ...]


def build(values: pl.DataFrame, mapping: Mapping, file: str) -> dict[str, list[tuple[TableSource, pl.DataFrame]]]:
    """Every table that the columns of an extract can feed, as read and unchecked."""
    built: dict[str, list[tuple[TableSource, pl.DataFrame]]] = {}
    for spec in mapping.tables:
        if not _can_feed(spec, values):
            continue
        rows = values.filter(_all(spec.when, values)) if spec.when else values
        columns = schema.columns(spec.table)
        frame = rows.select(
            pl.col("row").alias(ROW),
            *(_source(spec.source.get(name), values, file).cast(kind).alias(name) for name, kind in columns.items()),
        )
        built.setdefault(spec.table, []).append((spec, frame))
    return built


def _can_feed(spec: TableSource, values: pl.DataFrame) -> bool:
    for condition in spec.when:
        if not condition.startswith("!") and not any(name in values.columns for name in condition.split("|")):
            return False
    return all(_reachable(spec.source.get(name), values) for name in schema.required(spec.table))


def _reachable(source: str | tuple[str, ...] | None, values: pl.DataFrame) -> bool:
    options = source if isinstance(source, tuple) else (source,) if source else ()
    return any(
        all(name in values.columns or name in ("row", "file") for name in columns_in(option)) for option in options
    )


def _all(conditions: tuple[str, ...], values: pl.DataFrame) -> pl.Expr:
    return pl.all_horizontal([pl.lit(True), *(_holds(condition, values) for condition in conditions)])


def _holds(condition: str, values: pl.DataFrame) -> pl.Expr:
    present = [name for name in sorted(named_in((condition,))) if name in values.columns]
    filled = pl.any_horizontal([pl.lit(False), *(pl.col(name).is_not_null() for name in present)])
    return ~filled if condition.startswith("!") else filled


def _source(source: str | tuple[str, ...] | None, values: pl.DataFrame, file: str) -> pl.Expr:
    if source is None:
        return pl.lit(None)
    if isinstance(source, tuple):
        return pl.coalesce(_source(option, values, file) for option in source)
    if source.startswith("="):
        return pl.lit(source[1:])
    if "{" in source:
        return _joined(source, values, file)
    return pl.col(source) if source in values.columns else pl.lit(None)


def _joined(template: str, values: pl.DataFrame, file: str) -> pl.Expr:
    parts = re.split(r"(\{\w+\})", template.replace("{file}", file))
    pieces: list[pl.Expr] = []
    for part in (part for part in parts if part):
        if not part.startswith("{"):
            pieces.append(pl.lit(part))
        elif part[1:-1] in values.columns:
            pieces.append(pl.col(part[1:-1]).cast(pl.String))
        else:
            return pl.lit(None, dtype=pl.String)
    return pl.concat_str(pieces)


def check(table: str, rows: pl.DataFrame, warn: frozenset[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Which rows of a table break its schema or its rules.

    Returns
    -------
    tuple
        `row, reason` for every broken rule that rejects, and the count of rows for every rule set to warn.
    """
    checked = schema.bind_rules(table)
    frame = rows.drop(ROW)
    if checked.is_valid(frame):
        return pl.DataFrame(schema=REASONS), {}
    rules = _all_rules(table)
    broken = rows.select(ROW, *((~rule.sound).alias(rule.name) for rule in rules))
    reasons: list[pl.DataFrame] = [pl.DataFrame(schema=REASONS)]
    warned: dict[str, int] = {}
    for rule in rules:
        wrong = broken.filter(pl.col(rule.name))[ROW]
        if rule.name in warn:
            warned |= {rule.name: len(wrong)} if len(wrong) else {}
        elif len(wrong):
            reasons.append(pl.DataFrame({"row": wrong}).with_columns(reason=pl.lit(rule.reason)).cast(REASONS))
    return pl.concat(reasons), warned


def _all_rules(table: str) -> list[Rule]:
    """The table's rules, and that what may not be null is filled."""
    filled = [
        Rule(f"{name}_is_filled", pl.col(name).is_not_null(), f"{table} need {name}{LACKING}")
        for name in schema.required(table)
    ]
    return [*filled, *RULES[table]]


def in_their_words(reasons: pl.DataFrame, spec: TableSource, headers: Table[str, str]) -> pl.DataFrame:
    """Reasons that name the columns of the extract where they named those of the canonical table."""
    if not len(reasons):
        return reasons
    names = {column: _header(source, headers) for column, source in spec.source.items()}
    text = pl.col("reason")
    for column, header in names.items():
        if header is not None:
            text = text.str.replace_all(rf"\b{column}\b", header.replace("$", "$$"))
    return reasons.with_columns(text)


def _header(source: str | tuple[str, ...], headers: Table[str, str]) -> str | None:
    options = source if isinstance(source, tuple) else (source,)
    return next((headers[option] for option in options if option in headers), None)


def repeats(table: str, spec: TableSource, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Rows of a table that repeat a key: the rows left, the reasons against others, and how many were collapsed.

    The same row twice is one row (or a reason, where the mapping expects one row a case). Two rows that say different
    things of one key are both set aside: which is right is the data owner's to say.
    """
    key = schema.KEYS.get(table)
    if key is None or rows[key].n_unique() == len(rows):
        return rows, pl.DataFrame(schema=REASONS), 0
    contents = [name for name in rows.columns if name != ROW]
    first = rows.unique(subset=contents, keep="first", maintain_order=True)
    again = rows.join(first.select(ROW, key), on=[ROW, key], how="anti", nulls_equal=True)
    clashing = first.filter(pl.col(key).is_duplicated() & pl.col(key).is_not_null())
    first_rows = first.group_by(key).agg(pl.col(ROW).min().alias("first"))
    clash = clashing.join(first_rows, on=key, how="left")
    reasons = [said(clash[ROW], f"{key} stands on several rows that say different things")]
    if spec.repeats == "reject":
        reasons.append(said(again[ROW], f"{key} stands on an earlier row that says the same"))
    return first, pl.concat(reasons), len(again)


def said(rows: pl.Series, reason: str) -> pl.DataFrame:
    """The same reason against several rows."""
    return pl.DataFrame({"row": rows}).with_columns(reason=pl.lit(reason, dtype=pl.String)).cast(REASONS)


def out_of_order(values: pl.DataFrame, mapping: Mapping, headers: Table[str, str]) -> pl.DataFrame:
    """Rows whose dates break an `[[order]]` of the mapping."""
    found = [pl.DataFrame(schema=REASONS)]
    for order in mapping.order:
        if order.first in values.columns and order.then in values.columns:
            wrong = (pl.col(order.then) < pl.col(order.first)).fill_null(False) & _all(order.when, values)
            reason = f"{headers[order.then]} is before {headers[order.first]}"
            found.append(said(values.filter(wrong)["row"], reason))
    return pl.concat(found)


def unfed(values: pl.DataFrame, tables: Table[str, list[tuple[TableSource, pl.DataFrame]]]) -> pl.DataFrame:
    """Rows that feed no table at all."""
    lost = values["row"]
    for parts in tables.values():
        for _, frame in parts:
            lost = lost.filter(~lost.is_in(frame[ROW].implode())) if len(frame) < len(values) else lost.clear()
    return said(
        lost, "the row holds neither an incident, a case nor an action: the dates or numbers that they need are blank"
    )
