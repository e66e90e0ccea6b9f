"""Cases worked by hand."""

from decimal import Decimal

import polars as pl


def pick(held, *names):
    return [tuple(str(row[name]) for name in names) for row in held.ledger.iter_rows(named=True)]


def test_a_part_payment_leaves_the_rest_outstanding(court, look):
    held = court.order("A-1", "100.00").paid("R1", "40.10", reference="A-1").on()
    assert pick(held, "awarded", "paid", "outstanding") == [("100.00", "40.10", "59.90")]
    assert held.ledger.schema["paid"] == pl.Decimal(12, 2)
    assert look["went"](held, "R1") == {("A-1", "costs"): "40.10"}
    assert look["rules"](held, "R1") == {"exact_reference"}


def test_variation_remission_and_write_off(court):
    held = (
        court.order("A-1", 100).paid("R1", 20, reference="A-1")
        .event("A-1", "varied", "-30.00", 20).event("A-1", "remitted", 10, 30).event("A-1", "written_off", 40, 40).on()
    )  # fmt: skip
    names = ("awarded", "varied", "paid", "remitted", "written_off", "outstanding")
    assert pick(held, *names) == [("100.00", "-30.00", "20.00", "10.00", "40.00", "0.00")]


def test_an_overpayment_is_no_negative_debt(court, look):
    held = court.order("A-1", 100).paid("R1", 130, reference="A-1").on()
    assert look["state"](held, "A-1")["outstanding"] == 0
    assert look["left"](held, "R1") == ("30.00", "overpayment")


def test_an_overpayment_is_used_when_the_costs_are_raised(court, look):
    court.order("A-1", 100).paid("R1", 130, 10, "A-1").event("A-1", "varied", 20, 50)
    assert look["left"](court.on(49), "R1") == ("30.00", "overpayment")
    held = court.on(50)
    assert look["left"](held, "R1") == ("10.00", "overpayment")
    assert held.months.filter(pl.col("closing") != 0).height == 0


def test_a_late_reduction_turns_payments_into_an_overpayment(court, look, when):
    held = (
        court.order("A-1", 100).paid("R1", 60, 5, "A-1").paid("R2", 40, 9, "A-1").event("A-1", "varied", -50, 70).on()
    )
    assert look["state"](held, "A-1")["paid"] == 50
    assert look["left"](held, "R1") == ("10.00", "overpayment")
    assert look["left"](held, "R2") == ("40.00", "overpayment")
    assert held.months.row(by_predicate=pl.col("month") == when(70).replace(day=1), named=True)["cash"] == -50


def test_money_after_a_write_off_is_a_recovery(court, look):
    held = court.order("A-1", 100).event("A-1", "written_off", 100, 20).paid("R1", 15, 30, "A-1").on()
    assert look["left"](held, "R1") == ("15.00", "recovery_after_write_off")


def test_money_to_the_court_is_split_in_the_statutory_order(court, look):
    held = (
        court.order("A-1", 100, compensation=50, surcharge=15, fine=200)
        .paid("R1", 120, 5, "A-1", kind="account").paid("R2", 300, 9, "A-1", kind="account").on()
    )  # fmt: skip
    first = {("A-1", "compensation"): "50.00", ("A-1", "surcharge"): "15.00", ("A-1", "costs"): "55.00"}
    assert look["went"](held, "R1") == first
    assert look["went"](held, "R2") == {("A-1", "costs"): "45.00", ("A-1", "fine"): "200.00"}
    assert look["left"](held, "R2") == ("55.00", "overpayment")


def test_the_councils_own_money_pays_costs_alone(court, look):
    held = court.order("A-1", 100, compensation=50, fine=200).paid("R1", 120, 5, "A-1").on()
    assert look["went"](held, "R1") == {("A-1", "costs"): "100.00"}


def test_another_courts_order_of_components(court, look):
    from evaluation.income import Rules

    rules = Rules(components=("compensation", "costs", "fine", "surcharge"))
    held = court.order("A-1", 100, compensation=50, surcharge=15, fine=20).paid("R1", 160, 5, "A-1", kind="account")
    assert look["went"](held.on(rules=rules), "R1") == {
        ("A-1", "compensation"): "50.00", ("A-1", "costs"): "100.00", ("A-1", "fine"): "10.00",
    }  # fmt: skip


def test_a_reversal_by_receipt_and_by_order(court, look):
    court.order("A-1", 100).paid("R1", 30, 5, "A-1").paid("R2", 20, 6, "A-1")
    by_receipt = court.paid("V1", -30, 9, "R1", kind="reversal").on()
    assert look["state"](by_receipt, "A-1")["paid"] == 20
    assert look["went"](by_receipt, "V1") == {("A-1", "costs"): "-30.00"}
    court.receipts[-1]["reference"] = "A-1"
    assert look["state"](court.on(), "A-1")["paid"] == 20


def test_a_reversal_of_an_overpaid_receipt_takes_its_credit_too(court, look):
    held = court.order("A-1", 100).paid("R1", 130, 5, "A-1").paid("V1", -130, 9, "R1", kind="reversal").on()
    assert look["state"](held, "A-1")["outstanding"] == 100
    assert look["left"](held, "R1") is None
    assert look["left"](held, "V1") is None


def test_a_bounced_payment_makes_room_for_the_next_one(court, look):
    held = (
        court.order("A-1", 100).paid("R1", 100, 5, "A-1").paid("R2", 100, 6, "A-1")
        .paid("V1", -100, 9, "R1", kind="reversal").on()
    )  # fmt: skip
    assert look["state"](held, "A-1")["outstanding"] == 0
    assert held.unmatched_receipts.is_empty()


def test_a_refund_takes_the_overpayment_first(court, look):
    court.order("A-1", 100).paid("R1", 130, 5, "A-1").paid("F1", -30, 9, "A-1", kind="refund")
    held = court.on()
    assert look["state"](held, "A-1")["paid"] == 100
    assert held.unmatched_receipts.is_empty()
    assert held.taken_back.row(0)[:4] == ("F1", "R1", "refund", Decimal("30.00"))
    assert held.summary()["receipts"] == {
        "received": "130.00", "allocated": "100.00", "unmatched": "0.00", "refunded": "30.00",
    }  # fmt: skip


def test_a_refund_of_money_that_was_due_reopens_the_debt(court, look):
    held = court.order("A-1", 100).paid("R1", 100, 5, "A-1").paid("F1", -30, 9, "A-1", kind="refund").on()
    assert look["state"](held, "A-1")["outstanding"] == 30
    assert look["went"](held, "F1") == {("A-1", "costs"): "-30.00"}


def test_a_refund_of_nothing_stays_unmatched(court, look):
    held = court.order("A-1", 100).paid("F1", -30, 9, "A-1", kind="refund").on()
    assert look["left"](held, "F1") == ("-30.00", "no_match")


def test_a_receipt_before_its_order_is_not_allocated(court, look):
    held = court.order("A-1", 100, on=20).paid("R1", 30, 5, "A-1").on()
    assert look["left"](held, "R1") == ("30.00", "before_order")
    assert look["left"](court.on(10), "R1") == ("30.00", "before_order")


def test_as_of_a_day_what_was_true_and_what_was_known(court, look):
    court.order("A-1", 100, 0).paid("R1", 30, 5, "A-1", recorded_on=40).event("A-1", "varied", -10, 6, recorded_on=60)
    assert [str(look["state"](court.on(number), "A-1")["outstanding"]) for number in (39, 40, 59, 60)] == [
        "100.00", "70.00", "70.00", "60.00",
    ]  # fmt: skip


def test_nothing_at_all(court):
    held = court.on()
    assert held.ledger.is_empty()
    assert held.summary()["outstanding"] == "0.00"
    assert held.ageing["amount"].sum() == 0


def test_months_carry_forward(court, when):
    held = court.order("A-1", 100, 0).paid("R1", 30, 40, "A-1").event("A-1", "remitted", 20, 100).on(130)
    closing = dict(zip(held.months["month"], held.months["closing"], strict=True))
    assert [str(closing[when(number).replace(day=1)]) for number in (0, 40, 75, 100, 130)] == [
        "100.00", "70.00", "70.00", "50.00", "50.00",
    ]  # fmt: skip
