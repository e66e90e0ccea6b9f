"""The row rules of every canonical table, each one a named expression that is true where a row is sound.

A rule is tested by itself, without the schema around it. Nulls never fail a rule: whether a column may be null is the
schema's to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

CATEGORIES = tuple("ABCDEFGHIJKLMNO")
CLOSURES = ("resolved", "unresolved", "withdrawn", "moved", "evicted", "custody", "died", "duplicate")
ENDINGS = ("completed", "breached", "disengaged", "declined", "superseded")
PRECISIONS = ("day", "month")
STAGES = ("first", "review", "last")
INSTALMENTS = ("week", "fortnight", "month")
ORDER_EVENTS = ("varied", "remitted", "written_off", "transferred")
NOT_IN_THE_FUTURE = "not_in_the_future"
"""The rule that no recorded day lies after the as-of date: it needs that date, so no table holds it."""
RECEIPT_KINDS = ("payment", "account", "reversal", "refund")


@dataclass(frozen=True)
class Rule:
    """One named test of a row.

    Attributes
    ----------
    name
        The rule's name, as it stands in notes, in counts and in a mapping's `[rules]`.
    sound
        Boolean expression, true where the row is sound; never null.
    reason
        What the data owner reads beside a rejected row.
    """

    name: str
    sound: pl.Expr
    reason: str


def among(column: str, allowed: Sequence[str]) -> Rule:
    """Every value of `column` is one of `allowed`."""
    words = ", ".join(allowed)
    return Rule(
        f"{column}_is_known", pl.col(column).is_in(list(allowed)).fill_null(True), f"{column} must be one of: {words}"
    )


def ordered(first: str, second: str) -> Rule:
    """The day in `second` is not before the day in `first`."""
    sound = (pl.col(second) >= pl.col(first)).fill_null(True)
    return Rule(f"{second}_not_before_{first}", sound, f"{second} is before {first}")


def not_negative(column: str) -> Rule:
    """No value of `column` is below zero."""
    return Rule(f"{column}_not_negative", (pl.col(column) >= 0).fill_null(True), f"{column} is below zero")


def not_blank(column: str) -> Rule:
    """An identifier is not an empty text."""
    sound = (pl.col(column).str.len_bytes() > 0).fill_null(True)
    return Rule(f"{column}_not_blank", sound, f"{column} is blank")


def plausible(column: str) -> Rule:
    """A day lies in the years 1900 to 2199: anything else is a slip of the keyboard."""
    sound = pl.col(column).dt.year().is_between(1900, 2199).fill_null(True)
    return Rule(f"{column}_is_plausible", sound, f"{column} is outside the years 1900 to 2199")


def _reported_after() -> Rule:
    sound = ((pl.col("reported_on") >= pl.col("occurred_on")) | (pl.col("precision") == "month")).fill_null(True)
    return Rule("reported_on_not_before_occurred_on", sound, "reported_on is before occurred_on")


def _sessions() -> Rule:
    sound = (pl.col("sessions_attended") <= pl.col("sessions_offered")).fill_null(True)
    return Rule("sessions_attended_within_offered", sound, "more sessions attended than offered")


def _sign(column: str) -> Rule:
    """Money that went back is negative and money that came is positive."""
    back = pl.col("kind").is_in(["reversal", "refund"])
    sound = ((back & (pl.col(column) < 0)) | (~back & (pl.col(column) > 0))).fill_null(True)
    return Rule(
        f"{column}_has_the_sign_of_its_kind", sound, f"{column} must be above zero, or below for a reversal or refund"
    )


def _event_sign() -> Rule:
    sound = (pl.col("kind").is_in(["varied", "transferred"]) | (pl.col("amount") > 0)).fill_null(True)
    return Rule("amount_positive_unless_varied", sound, "amount must be above zero unless the costs were varied")


_MONEY = ("costs_claimed", "costs_awarded", "compensation", "fine", "surcharge", "instalment")

RULES: Mapping[str, tuple[Rule, ...]] = {
    "Incidents": (
        not_blank("incident_id"),
        among("precision", PRECISIONS),
        among("category", CATEGORIES),
        plausible("occurred_on"),
        _reported_after(),
    ),
    "Cases": (
        not_blank("case_id"),
        among("category", CATEGORIES),
        among("closure", CLOSURES),
        plausible("opened_on"),
        ordered("opened_on", "responded_on"),
        ordered("opened_on", "closed_on"),
        not_negative("risk_index"),
        not_negative("cost"),
    ),
    "Interventions": (
        not_blank("intervention_id"),
        not_blank("scheme"),
        among("ending", ENDINGS),
        ordered("referred_on", "started_on"),
        ordered("started_on", "ended_on"),
        not_negative("sessions_offered"),
        not_negative("sessions_attended"),
        _sessions(),
    ),
    "Breaches": (not_blank("intervention_id"), plausible("breached_on")),
    "Measures": (
        not_blank("client_id"),
        not_blank("contract"),
        not_blank("instrument"),
        among("stage", STAGES),
        not_negative("score"),
    ),
    "Surveys": (not_blank("case_id"), ordered("sent_on", "returned_on")),
    "Returns": (not_blank("contract"), not_blank("measure"), ordered("period_start", "period_end")),
    "Prosecutions": (not_blank("prosecution_ref"), ordered("breach_on", "hearing_on")),
    "CourtOrders": (
        not_blank("order_ref"),
        among("instalment_every", INSTALMENTS),
        ordered("ordered_on", "first_due_on"),
        *(not_negative(column) for column in _MONEY),
    ),
    "OrderEvents": (
        not_blank("order_ref"),
        among("kind", ORDER_EVENTS),
        ordered("happened_on", "recorded_on"),
        _event_sign(),
    ),
    "Receipts": (
        not_blank("receipt_ref"),
        among("kind", RECEIPT_KINDS),
        ordered("received_on", "recorded_on"),
        _sign("amount"),
    ),
}
