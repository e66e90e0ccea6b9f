"""Each named rule on its boundary, without the schema around it."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from evaluation.records import schema
from evaluation.records.rules import RULES

D1, D2 = date(2011, 1, 1), date(2011, 1, 2)
SOUND: dict[str, dict[str, Any]] = {
    "Incidents": {"incident_id": "1", "source": "s", "occurred_on": D1, "precision": "day"},
    "Cases": {"case_id": "1", "source": "s", "opened_on": D1},
    "Interventions": {"intervention_id": "1", "scheme": "abcs"},
    "Breaches": {"intervention_id": "1", "breached_on": D1},
    "Measures": {
        "client_id": "1",
        "contract": "c",
        "instrument": "i",
        "measured_on": D1,
        "stage": "first",
        "score": 1.0,
    },
    "Surveys": {"case_id": "1", "sent_on": D1},
    "Returns": {"contract": "c", "measure": "m", "period_start": D1, "period_end": D1, "submitted_on": D1},
    "Prosecutions": {"prosecution_ref": "1"},
    "CourtOrders": {"order_ref": "1", "ordered_on": D1},
    "OrderEvents": {"order_ref": "1", "happened_on": D1, "kind": "varied", "amount": "-1.00"},
    "Receipts": {"receipt_ref": "1", "received_on": D1, "kind": "payment", "amount": "1.00"},
}
BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("Incidents", {"incident_id": ""}, "incident_id_not_blank"),
    ("Incidents", {"precision": "week"}, "precision_is_known"),
    ("Incidents", {"category": "P"}, "category_is_known"),
    ("Incidents", {"occurred_on": date(1899, 12, 31)}, "occurred_on_is_plausible"),
    ("Incidents", {"occurred_on": D2, "reported_on": D1}, "reported_on_not_before_occurred_on"),
    ("Cases", {"case_id": ""}, "case_id_not_blank"),
    ("Cases", {"category": "a"}, "category_is_known"),
    ("Cases", {"closure": "closed"}, "closure_is_known"),
    ("Cases", {"opened_on": date(2200, 1, 1)}, "opened_on_is_plausible"),
    ("Cases", {"opened_on": D2, "responded_on": D1}, "responded_on_not_before_opened_on"),
    ("Cases", {"opened_on": D2, "closed_on": D1}, "closed_on_not_before_opened_on"),
    ("Cases", {"risk_index": -1}, "risk_index_not_negative"),
    ("Cases", {"cost": "-0.01"}, "cost_not_negative"),
    ("Interventions", {"intervention_id": ""}, "intervention_id_not_blank"),
    ("Interventions", {"scheme": ""}, "scheme_not_blank"),
    ("Interventions", {"ending": "done"}, "ending_is_known"),
    ("Interventions", {"referred_on": D2, "started_on": D1}, "started_on_not_before_referred_on"),
    ("Interventions", {"started_on": D2, "ended_on": D1}, "ended_on_not_before_started_on"),
    ("Interventions", {"sessions_offered": -1}, "sessions_offered_not_negative"),
    ("Interventions", {"sessions_attended": -1}, "sessions_attended_not_negative"),
    ("Interventions", {"sessions_offered": 1, "sessions_attended": 2}, "sessions_attended_within_offered"),
    ("Breaches", {"intervention_id": ""}, "intervention_id_not_blank"),
    ("Breaches", {"breached_on": date(1812, 1, 1)}, "breached_on_is_plausible"),
    ("Measures", {"client_id": ""}, "client_id_not_blank"),
    ("Measures", {"contract": ""}, "contract_not_blank"),
    ("Measures", {"instrument": ""}, "instrument_not_blank"),
    ("Measures", {"stage": "middle"}, "stage_is_known"),
    ("Measures", {"score": -0.5}, "score_not_negative"),
    ("Surveys", {"case_id": ""}, "case_id_not_blank"),
    ("Surveys", {"sent_on": D2, "returned_on": D1}, "returned_on_not_before_sent_on"),
    ("Returns", {"contract": ""}, "contract_not_blank"),
    ("Returns", {"measure": ""}, "measure_not_blank"),
    ("Returns", {"period_start": D2, "period_end": D1}, "period_end_not_before_period_start"),
    ("Prosecutions", {"prosecution_ref": ""}, "prosecution_ref_not_blank"),
    ("Prosecutions", {"breach_on": D2, "hearing_on": D1}, "hearing_on_not_before_breach_on"),
    ("CourtOrders", {"order_ref": ""}, "order_ref_not_blank"),
    ("CourtOrders", {"instalment_every": "day"}, "instalment_every_is_known"),
    ("CourtOrders", {"ordered_on": D2, "first_due_on": D1}, "first_due_on_not_before_ordered_on"),
    *[("CourtOrders", {money: "-0.01"}, f"{money}_not_negative")
      for money in ("costs_claimed", "costs_awarded", "compensation", "fine", "surcharge", "instalment")],
    ("OrderEvents", {"order_ref": ""}, "order_ref_not_blank"),
    ("OrderEvents", {"kind": "lost", "amount": "1.00"}, "kind_is_known"),
    ("OrderEvents", {"happened_on": D2, "recorded_on": D1}, "recorded_on_not_before_happened_on"),
    ("OrderEvents", {"kind": "remitted", "amount": "0.00"}, "amount_positive_unless_varied"),
    ("Receipts", {"receipt_ref": ""}, "receipt_ref_not_blank"),
    ("Receipts", {"kind": "gift"}, "kind_is_known"),
    ("Receipts", {"received_on": D2, "recorded_on": D1}, "recorded_on_not_before_received_on"),
    ("Receipts", {"kind": "refund", "amount": "1.00"}, "amount_has_the_sign_of_its_kind"),
    ("Receipts", {"kind": "payment", "amount": "-1.00"}, "amount_has_the_sign_of_its_kind"),
]  # fmt: skip


def frame(table: str, cells: dict[str, Any]) -> pl.DataFrame:
    return schema.conform(table, pl.DataFrame([SOUND[table] | cells]))


def broken(table: str, cells: dict[str, Any]) -> list[str]:
    rows = frame(table, cells)
    return [rule.name for rule in RULES[table] if not rows.select(rule.sound).item()]


@pytest.mark.parametrize("table", RULES)
def test_a_sound_row_breaks_no_rule(table: str) -> None:
    assert broken(table, {}) == []
    assert schema.bind_rules(table).is_valid(frame(table, {}))


@pytest.mark.parametrize(("table", "cells", "rule"), BROKEN)
def test_a_row_made_to_break_one_rule_breaks_that_one(table: str, cells: dict[str, Any], rule: str) -> None:
    assert broken(table, cells) == [rule]
    assert not schema.bind_rules(table).is_valid(frame(table, cells))


def test_every_rule_has_a_row_that_breaks_it() -> None:
    tried = {(table, rule) for table, _, rule in BROKEN}
    assert {(table, rule.name) for table, rules in RULES.items() for rule in rules} == tried


@pytest.mark.parametrize(
    "cells", [{"reported_on": D1, "occurred_on": D2, "precision": "month"}, {"reported_on": D1}, {"reported_on": None}]
)
def test_a_month_is_not_before_its_reports(cells: dict[str, Any]) -> None:
    assert broken("Incidents", cells) == []


@pytest.mark.parametrize("table", RULES)
def test_a_null_never_breaks_a_rule(table: str) -> None:
    empty_row = pl.DataFrame([dict.fromkeys(schema.columns(table))], schema=dict(schema.columns(table)))
    assert all(empty_row.select(rule.sound).item() for rule in RULES[table])
