"""The waterfall of evidence, one difficulty a test."""

import polars as pl
import pytest

from evaluation.income import Rules


@pytest.fixture
def two(court):
    return court.order(
        "MK/2009/0123", "300.45", defendant_id="ann bell", instalment=20, instalment_every="month"
    ).order("MK/2009/0456", "120.10", defendant_id="cy dow")


@pytest.mark.parametrize(
    ("reference", "payer"),
    [
        ("mk 2009 0123", None),
        ("MK/2OO9/O123", None),
        ("COSTS MK/2009/0123 BELL", None),
        ("MK/2009/01", "Bell, Ann"),
        ("MK/2009/123", "BELL ANN"),
        ("MK/2009/0132", "ann bell"),
        ("MK/2009/0129", "ann bell"),
    ],
)
def test_corrected_references(two, look, reference, payer):
    held = two.paid("R1", "33.33", 30, reference, payer_id=payer).on()
    assert look["went"](held, "R1") == {("MK/2009/0123", "costs"): "33.33"}
    assert look["rules"](held, "R1") == {"corrected_reference"}


def test_other_digits_without_a_name_are_left(two, look):
    held = two.paid("R1", 20, 30, "MK/2009/0129").on()
    assert look["left"](held, "R1") == ("20.00", "ambiguous")


def test_a_name_in_another_order_with_its_only_order(two, look):
    held = two.paid("R1", 20, 30, payer_id="Bell, Ann").on()
    assert look["rules"](held, "R1") == {"amount_date_name"}
    seen = held.evidence.filter("chosen").select("term", "seen", "points").rows()
    assert ("name", "the payer is the defendant", 6) in seen
    assert ("amount", "exactly one instalment", 3) in seen
    assert "+6 name: the payer is the defendant" in held.explain("R1")


def test_a_name_written_where_the_reference_belongs(two, look):
    assert look["rules"](two.paid("R1", 20, 30, "BELL ANN").on(), "R1") == {"amount_date_name"}


def test_an_amount_alone_is_a_guess_and_is_not_made(two, look):
    assert look["left"](two.paid("R1", "300.45", 30).on(), "R1") == ("300.45", "no_match")


def test_a_copied_reference_of_somebody_else_is_in_doubt(two, look):
    held = two.paid("R1", 10, 30, "MK/2009/0456", payer_id="ann bell").on()
    assert look["left"](held, "R1") == ("10.00", "ambiguous")
    assert {"MK/2009/0123", "MK/2009/0456"} == set(held.evidence["order_ref"])


def test_somebody_unknown_may_pay_by_a_copied_reference(two, look):
    held = two.paid("R1", 10, 30, "MK/2009/0456", payer_id="a friend").on()
    assert look["rules"](held, "R1") == {"exact_reference"}


def test_a_reference_of_no_register_speaks_against_the_payers_other_order(two, look):
    held = two.paid("R1", 20, 31, "MK/2012/9999", payer_id="ann bell").paid("R2", 20, 62, payer_id="ann bell").on()
    assert look["left"](held, "R1") == ("20.00", "ambiguous")
    assert look["left"](held, "R2") == ("20.00", "ambiguous")


def test_two_orders_of_one_person_are_told_apart_by_their_instalments(court, look):
    court.order("A-1", 300, defendant_id="ann", instalment=20).order("A-2", 300, defendant_id="ann", instalment=35)
    held = court.paid("R1", 35, 31, payer_id="ann").paid("R2", 27, 31, payer_id="ann").on()
    assert look["went"](held, "R1") == {("A-2", "costs"): "35.00"}
    assert look["left"](held, "R2") == ("27.00", "ambiguous")


def test_one_payment_for_both_orders_of_a_person(court, look):
    court.order("A-1", "75.25", defendant_id="ann").order("A-2", "80.10", defendant_id="ann")
    held = court.paid("R1", "155.35", 9, payer_id="ann").on()
    assert look["went"](held, "R1") == {("A-1", "costs"): "75.25", ("A-2", "costs"): "80.10"}
    assert look["rules"](held, "R1") == {"one_to_many"}


def test_a_schedule_without_amounts(two, look):
    held = two.paid("R1", "140.10", 30, "MK/2009/0123, MK/2009/0456", remittance_ref="B1").on()
    assert look["went"](held, "R1") == {("MK/2009/0123", "costs"): "20.00", ("MK/2009/0456", "costs"): "120.10"}
    assert look["rules"](held, "R1") == {"remittance_schedule"}


def test_a_schedule_with_amounts(two, look):
    held = two.paid("R1", "17.05", 30, "MK/2009/0123 11.00, MK/2009/0456 6.05").on()
    assert look["went"](held, "R1") == {("MK/2009/0123", "costs"): "11.00", ("MK/2009/0456", "costs"): "6.05"}


def test_a_schedule_that_does_not_add_up_is_left(two, look):
    held = two.paid("R1", "18.05", 30, "MK/2009/0123 11.00, MK/2009/0456 6.05").on()
    assert look["left"](held, "R1") == ("18.05", "no_match")


def bulk(court):
    return court.order("A-1", "31.17").order("A-2", "57.83").order("A-3", "101.29").order("A-4", "77.77")


def test_a_bulk_remittance_without_a_schedule_is_solved_exactly(court, look):
    held = bulk(court).paid("R1", "132.46", 30, remittance_ref="B1").on()
    assert look["went"](held, "R1") == {("A-1", "costs"): "31.17", ("A-3", "costs"): "101.29"}
    assert look["rules"](held, "R1") == {"bulk_subset"}


def test_orders_that_were_paid_otherwise_are_no_candidates(court, look):
    court.order("A-1", 50).order("A-2", 50).order("A-3", 70).paid("R1", 50, 60, "A-2")
    held = court.paid("R2", 120, 30, remittance_ref="B1").on()
    assert look["went"](held, "R2") == {("A-1", "costs"): "50.00", ("A-3", "costs"): "70.00"}


def test_several_selections_are_ambiguous(court, look):
    held = court.order("A-1", 100).order("A-2", 150).order("A-3", 200).order("A-4", 250)
    held = held.paid("R1", 350, 30, remittance_ref="B1").on()
    assert look["left"](held, "R1") == ("350.00", "ambiguous")
    assert "more than one selection of 4 orders" in held.unmatched_receipts["reason"][0]


def test_the_bound_on_work_gives_ambiguous(court, look):
    bulk(court).paid("R1", "132.46", 30, remittance_ref="B1")
    held = court.on(rules=Rules(subset_work=1_000))
    assert look["left"](held, "R1") == ("132.46", "ambiguous")
    assert "too many to search" in held.unmatched_receipts["reason"][0]


def test_many_rows_of_a_remittance_make_a_sum_together(court, look):
    bulk(court).paid("R1", "100.00", 30, remittance_ref="B1").paid("R2", "32.46", 30, remittance_ref="B1")
    held = court.on()
    assert held.unmatched_receipts.is_empty()
    assert look["state"](held, "A-1")["outstanding"] == 0
    assert look["state"](held, "A-3")["outstanding"] == 0


def test_nothing_is_allocated_twice(court):
    bulk(court).paid("R1", "132.46", 30, remittance_ref="B1").paid("R2", "132.46", 31, remittance_ref="B2")
    held = court.on()
    assert held.allocations["amount"].sum() == held.ledger["paid"].sum()
    assert held.unmatched_receipts["receipt_ref"].to_list() == ["R2"]


def test_a_bounced_receipt_of_unknown_order_needs_no_order(court, look):
    court.order("A-1", 50, defendant_id="ann").order("A-2", 60, defendant_id="ann")
    held = court.paid("R1", 30, 5, payer_id="ann").paid("V1", -30, 8, payer_id="ann", kind="reversal").on()
    assert held.unmatched_receipts.is_empty()
    assert held.taken_back["kind"].to_list() == ["reversal"]


def test_a_reversal_of_a_receipt_that_was_matched_by_name(two, look):
    held = two.paid("R1", 20, 30, payer_id="ann bell").paid("V1", -20, 34, "MK/2009/0123", kind="reversal").on()
    assert look["state"](held, "MK/2009/0123")["paid"] == 0
    assert held.unmatched_receipts.is_empty()


def test_every_allocation_names_its_rule(two):
    held = two.paid("R1", 20, 30, "MK/2009/0123").paid("R2", 20, 60, "mk20090123").on()
    assert held.allocations["rule"].null_count() == 0
    assert held.allocations.filter(pl.col("rule") == "").is_empty()
