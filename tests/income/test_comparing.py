import pytest

from evaluation.errors import UsageError
from evaluation.income import compare


def rows(found):
    return {row[0]: tuple(str(value) for value in row[1:]) for row in found.totals.rows()}


def test_what_happened_and_what_was_only_recorded(court):
    court.order("A-1", 100, 0).paid("R1", 30, 5, "A-1", recorded_on=40).paid("R2", 20, 30, "A-1")
    court.event("A-1", "varied", -10, 6, recorded_on=25).event("A-1", "remitted", 4, 28).order("A-2", 50, 22)
    found = compare(court.on(20), court.on(50))
    assert rows(found) == {
        "awarded": ("100.00", "100.00", "150.00", "0.00", "50.00"),
        "varied": ("0.00", "-10.00", "-10.00", "-10.00", "0.00"),
        "paid": ("0.00", "30.00", "50.00", "30.00", "20.00"),
        "remitted": ("0.00", "0.00", "4.00", "0.00", "4.00"),
        "written_off": ("0.00", "0.00", "0.00", "0.00", "0.00"),
        "outstanding": ("100.00", "60.00", "86.00", "-40.00", "26.00"),
    }
    assert "changed by £26.00; £40.00 of amounts were recorded late. 2 orders differ." in found.sentence()
    assert found._repr_markdown_().endswith(found.sentence())
    assert found.plot().data[0].x == (50.0, 0.0, 20.0, 4.0, 0.0, 26.0)
    assert found.orders["order_ref"].to_list() == ["A-1", "A-2"]
    assert found.orders["awarded_earlier"].to_list()[1] is None


def test_a_day_beside_itself_differs_in_nothing(court):
    held = court.order("A-1", 100, 0).paid("R1", 30, 5, "A-1").on(20)
    found = compare(held, held)
    assert found.orders.is_empty()
    assert set(found.totals["since"]) == {0}


def test_less_outstanding_has_its_sign_before_the_pound(court):
    court.order("A-1", 100, 0).paid("R1", 30, 5, "A-1")
    assert (
        "changed by -£30.00; nothing was recorded late. 1 order differs."
        in compare(court.on(1), court.on(10)).sentence()
    )


def test_the_earlier_day_comes_first(court):
    court.order("A-1", 100, 0)
    with pytest.raises(UsageError, match="comes first"):
        compare(court.on(20), court.on(10))
