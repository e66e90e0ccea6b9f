def test_every_prosecution_has_an_order_or_a_reason(court, when):
    court.order("A-1", 100, prosecution_ref="P1").order("A-2", 90)
    court.prosecuted("P1").prosecuted("P2", order_ref="A-2").prosecuted("P3", result="convicted")
    court.prosecuted("P4", result="acquitted").prosecuted("P5", absence_reason="no costs sought")
    court.prosecuted("P6", hearing_on=when(2_000)).prosecuted("P7", order_ref="A-9").prosecuted("P8", on=2_000)
    held = court.on()
    assert held.completeness.select("prosecution_ref", "reason", "explained").rows() == [
        ("P3", None, False),
        ("P4", "result: acquitted", True),
        ("P5", "no costs sought", True),
        ("P6", "not yet heard", True),
        ("P7", None, False),
    ]
    assert held.unsupported_orders.is_empty()


def test_every_order_has_a_prosecution(court):
    held = court.order("A-1", 100, prosecution_ref="P1").order("A-2", 90, prosecution_ref="P9").order("A-3", 5)
    held = held.prosecuted("P1").on()
    assert held.unsupported_orders["order_ref"].to_list() == ["A-2", "A-3"]


def test_without_prosecutions_nothing_is_claimed_about_them(court):
    held = court.order("A-1", 100, prosecution_ref="P1").on()
    assert held.unsupported_orders.is_empty()
    items = {line["item"]: line["count"] for line in held.summary()["completeness"]}
    assert items["orders_without_prosecution"] is None
    assert items["prosecutions"] is None


def test_claimed_beside_awarded(court):
    court.order("A-1", 100, costs_claimed=200).order("A-2", 60, costs_claimed=50).order("A-3", 10)
    assert [tuple(map(str, row)) for row in court.on().claimed_and_awarded.rows()] == [
        ("2010", "3", "1", "250.00", "160.00", "1", "0.64"),
    ]  # fmt: skip


def test_gaps_in_order_numbers(court):
    for ref in ("MK/2009/0003", "MK/2009/0004", "MK/2009/0005", "MK/2009/0009", "MK/2010/0001", "odd"):
        court.order(ref, 1)
    held = court.on()
    assert held.number_gaps.rows() == [("MK/2009/#", 6, 8, 3, 4, True)]
    assert {line["item"]: line["count"] for line in held.summary()["completeness"]}["order_numbers_missing"] == 3


def test_gaps_in_the_courts_own_numbers_say_nothing(court):
    for ref in ("C-10", "C-14", "C-19"):
        court.order(ref, 1)
    held = court.on()
    assert held.number_gaps.rows() == [("C-#", 11, 13, 3, 3, False), ("C-#", 15, 18, 4, 3, False)]
    items = {line["item"]: line["count"] for line in held.summary()["completeness"]}
    assert "order_numbers_missing" not in items
    assert items["orders_in_numbers_of_the_court"] == 3


def test_months_with_prosecutions_and_no_order(court, when):
    court.order("A-1", 100, 0, prosecution_ref="P1").prosecuted("P1").prosecuted("P2", on=40, result="dismissed")
    court.prosecuted("P3", on=41)
    assert court.on().silent_months.rows() == [(when(40).replace(day=1), 2, 1)]
