from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from evaluation.commissioning import Contract


@pytest.mark.parametrize(
    ("day", "spent"),
    [
        (date(2011, 3, 31), "0.00"),
        (date(2011, 4, 1), "100.00"),  # one of the 366 days of 2011/12, at 36,600
        (date(2012, 3, 31), "36600.00"),
        (date(2012, 4, 10), "37600.00"),  # ten of the 365 days of 2012/13, at 36,500
        (date(2013, 3, 31), "73100.00"),
        (date(2020, 1, 1), "73100.00"),
    ],
)
def test_money_so_far_runs_by_days_of_each_year(contract: Contract, day: date, spent: str) -> None:
    assert contract.spent(day)[0] == Decimal(spent)


def test_the_range_of_the_cost_is_that_of_the_uncertain_year(contract: Contract) -> None:
    assert contract.spent(date(2013, 3, 31)) == (Decimal("73100.00"), Decimal("71600.00"), Decimal("74600.00"))


def test_total_and_first_funding_end(contract: Contract) -> None:
    assert contract.total == Decimal("73100.00")
    assert contract.funding_ends == date(2012, 12, 31)


def test_an_unknown_metric_is_a_key_error(contract: Contract) -> None:
    with pytest.raises(KeyError):
        contract.metric("nothing")
