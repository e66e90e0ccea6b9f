"""The canonical tables: what every extract becomes, whatever system it came from.

Identifiers are text, dates are days, amounts are pence-exact decimals, a category is a letter A to O or null. The rules
of each row stand in `records.rules`; here they are bound to their table. Columns after the blank line of a table are
additions of this package that a frame made elsewhere may lack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import dataframely as dy
import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.records.rules import RULES


def _key() -> dy.String:
    return dy.String(nullable=False)


def _text() -> dy.String:
    return dy.String(nullable=True)


def _day(*, nullable: bool = True) -> dy.Date:
    return dy.Date(nullable=nullable)


def _money() -> dy.Decimal:
    return dy.Decimal(precision=12, scale=2, nullable=True)


def _count() -> dy.Int64:
    return dy.Int64(nullable=True)


class Incidents(dy.Schema):
    """One report of anti-social behaviour (or of another crime: `kind` says which)."""

    incident_id = _key()
    source = _key()
    occurred_on = _day(nullable=False)
    precision = _key()
    reported_on = _day()
    kind = _text()
    category = _text()
    subject_id = _text()
    complainant_id = _text()
    place_id = _text()
    area = _text()
    case_id = _text()

    lsoa = _text()
    flags = _text()
    external_ref = _text()


class Cases(dy.Schema):
    """One case of one service: opened, first answered, closed."""

    case_id = _key()
    source = _key()
    service = _text()
    officer_id = _text()
    category = _text()
    area = _text()
    tenure = _text()
    subject_id = _text()
    complainant_id = _text()
    opened_on = _day(nullable=False)
    responded_on = _day()
    closed_on = _day()
    closure = _text()
    has_lead = dy.Bool(nullable=True)
    risk_index = _count()
    cost = _money()

    dealt_on = _day()
    last_action_on = _day()
    review_on = _day()
    referred_on = _day()
    accepted_on = _day()
    super_case = _text()
    external_ref = _text()


class Interventions(dy.Schema):
    """One intervention given (or offered) to one person or household."""

    intervention_id = _key()
    scheme = _key()
    case_id = _text()
    subject_id = _text()
    referred_on = _day()
    started_on = _day()
    ended_on = _day()
    ending = _text()
    sessions_offered = _count()
    sessions_attended = _count()

    source = _text()
    action = _text()
    band = _text()
    cost = _money()


class Breaches(dy.Schema):
    """One breach of one intervention."""

    intervention_id = _key()
    breached_on = _day(nullable=False)


class Measures(dy.Schema):
    """One score of one client on one instrument."""

    client_id = _key()
    contract = _key()
    instrument = _key()
    measured_on = _day(nullable=False)
    stage = _key()
    score = dy.Float64(nullable=False)


class Surveys(dy.Schema):
    """One feedback survey at closure."""

    case_id = _key()
    sent_on = _day(nullable=False)
    returned_on = _day()
    satisfied = dy.Bool(nullable=True)


class Returns(dy.Schema):
    """One figure of a provider's monitoring return, as submitted on one day."""

    contract = _key()
    measure = _key()
    period_start = _day(nullable=False)
    period_end = _day(nullable=False)
    value = dy.Float64(nullable=True)
    submitted_on = _day(nullable=False)


class Prosecutions(dy.Schema):
    """One prosecution for breach of a notice, with its order or the reason there is none."""

    prosecution_ref = _key()
    breach_on = _day()
    hearing_on = _day()
    result = _text()
    order_ref = _text()
    absence_reason = _text()


class CourtOrders(dy.Schema):
    """One court order: what was claimed, what was awarded, and the terms of payment."""

    order_ref = _key()
    prosecution_ref = _text()
    defendant_id = _text()
    ordered_on = _day(nullable=False)
    costs_claimed = _money()
    costs_awarded = _money()
    compensation = _money()
    fine = _money()
    surcharge = _money()
    instalment = _money()
    instalment_every = _text()
    first_due_on = _day()


class OrderEvents(dy.Schema):
    """One change of what an order says is due."""

    order_ref = _key()
    happened_on = _day(nullable=False)
    recorded_on = _day()
    kind = _key()
    amount = dy.Decimal(precision=12, scale=2, nullable=False)


class Receipts(dy.Schema):
    """One sum of money received, or sent back."""

    receipt_ref = _key()
    received_on = _day(nullable=False)
    recorded_on = _day()
    amount = dy.Decimal(precision=12, scale=2, nullable=False)
    reference = _text()
    payer_id = _text()
    remittance_ref = _text()
    kind = _key()


_SCHEMAS: tuple[type[dy.Schema], ...] = (
    Incidents,
    Cases,
    Interventions,
    Breaches,
    Measures,
    Surveys,
    Returns,
    Prosecutions,
    CourtOrders,
    OrderEvents,
    Receipts,
)


TABLES: Mapping[str, type[dy.Schema]] = {schema.__name__: schema for schema in _SCHEMAS}
"""Every canonical table by its name, in the order in which they are written."""

KEYS: Mapping[str, str] = {
    "Incidents": "incident_id",
    "Cases": "case_id",
    "Interventions": "intervention_id",
    "Prosecutions": "prosecution_ref",
    "CourtOrders": "order_ref",
    "Receipts": "receipt_ref",
}
"""The column that names a row once, for the tables that have one."""


def table(name: str) -> type[dy.Schema]:
    """The schema of one canonical table.

    Raises
    ------
    DataError
        There is no table of this name.
    """
    if name not in TABLES:
        raise DataError(
            f"There is no canonical table '{name}'.{did_you_mean(name, TABLES)} Tables: {', '.join(TABLES)}."
        )
    return TABLES[name]


def columns(name: str) -> Mapping[str, pl.DataType]:
    """The columns of one canonical table with their Polars types."""
    return {column: spec.dtype for column, spec in table(name).columns().items()}


def required(name: str) -> tuple[str, ...]:
    """The columns of one canonical table that may not be null."""
    return tuple(column for column, spec in table(name).columns().items() if not spec.nullable)


def empty(name: str) -> pl.DataFrame:
    """A canonical table without rows, all its columns present.

    Examples
    --------
    >>> empty("Breaches").columns
    ['intervention_id', 'breached_on']
    """
    return pl.DataFrame(schema=dict(columns(name)))


def conform(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with exactly the columns of the canonical table, absent ones filled with null, in the table's order."""
    wanted = columns(name)
    return frame.select(
        (pl.col(column).cast(kind) if column in frame.columns else pl.lit(None, dtype=kind)).alias(column)
        for column, kind in wanted.items()
    )


@cache
def bind_rules(name: str) -> type[dy.Schema]:
    """The schema of a table together with its named row rules, as dataframely filters by it."""
    checks = {rule.name: dy.rule()(_constant(rule.sound)) for rule in RULES[name]}
    return type(f"Checked{name}", (table(name),), dict(checks))


def _constant(expression: pl.Expr) -> Callable[[Any], pl.Expr]:
    """A rule as dataframely wants it: a function of the schema."""

    def rule(_: Any) -> pl.Expr:
        return expression

    return rule
