from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from evaluation.commissioning import Contract, read_contract
from evaluation.commissioning.returns import expected, monitoring, versions

Table = Callable[..., pl.DataFrame]


def sent(start: date, end: date, value: float, on: date, measure: str = "clients_seen") -> dict[str, object]:
    return {
        "contract": "calm",
        "measure": measure,
        "period_start": start,
        "period_end": end,
        "value": value,
        "submitted_on": on,
    }


SPRING = (date(2012, 4, 1), date(2012, 6, 30))
SUMMER = (date(2012, 7, 1), date(2012, 9, 30))


def test_a_later_figure_never_overwrites_the_earlier_one(table: Table, as_of: date) -> None:
    rows = [sent(*SPRING, 14.0, date(2012, 9, 1)), sent(*SPRING, 11.0, date(2012, 7, 10))]
    (found,) = versions(table("Returns", rows), contract="calm", as_of=as_of).to_dicts()
    assert (found["first_value"], found["value"], found["versions"], found["changed"]) == (11.0, 14.0, 2, True)
    assert (found["first_on"], found["latest_on"]) == (date(2012, 7, 10), date(2012, 9, 1))


def test_what_came_after_the_as_of_date_is_not_known(table: Table) -> None:
    rows = [sent(*SPRING, 14.0, date(2012, 9, 1)), sent(*SPRING, 11.0, date(2012, 7, 10))]
    (found,) = versions(table("Returns", rows), contract="calm", as_of=date(2012, 8, 1)).to_dicts()
    assert (found["value"], found["versions"], found["changed"]) == (11.0, 1, False)


def test_a_figure_sent_twice_unchanged_is_not_a_change(table: Table, as_of: date) -> None:
    rows = [sent(*SPRING, 14.0, date(2012, 7, 10)), sent(*SPRING, 14.0, date(2012, 8, 10))]
    assert versions(table("Returns", rows), contract="calm", as_of=as_of)["changed"].to_list() == [False]


def test_the_periods_owed_are_quarters_of_the_financial_year(contract: Contract) -> None:
    owed = expected(contract, as_of=date(2011, 12, 31))
    assert [(one.period_start, one.period_end) for one in owed] == [
        (date(2011, 4, 1), date(2011, 6, 30)),
        (date(2011, 7, 1), date(2011, 9, 30)),
        (date(2011, 10, 1), date(2011, 12, 31)),
    ]
    assert owed[0].due_on == date(2011, 7, 20)


def test_monthly_and_yearly_periods(contract_text: str) -> None:
    monthly = read_contract(contract_text.replace('frequency = "quarterly"', 'frequency = "monthly"'))
    yearly = read_contract(contract_text.replace('frequency = "quarterly"', 'frequency = "yearly"'))
    assert len(expected(monthly, as_of=date(2012, 3, 31))) == 12
    assert [(one.period_start, one.period_end) for one in expected(yearly, as_of=date(2012, 12, 31))] == [
        (date(2011, 4, 1), date(2012, 3, 31))
    ]


def test_a_service_that_starts_inside_a_quarter_owes_the_rest_of_it(contract_text: str) -> None:
    text = contract_text.replace(
        "start_date_of_service_provision = 2011-04-01", "start_date_of_service_provision = 2011-05-10"
    )
    first = expected(read_contract(text), as_of=date(2011, 6, 30))[0]
    assert (first.period_start, first.period_end) == (date(2011, 5, 10), date(2011, 6, 30))


def test_each_state_of_a_return(contract: Contract, table: Table) -> None:
    rows = [
        sent(date(2011, 4, 1), date(2011, 6, 30), 10.0, date(2011, 7, 20)),  # on the day it is due
        sent(date(2011, 7, 1), date(2011, 9, 30), 12.0, date(2011, 10, 25)),  # five days late
        sent(date(2011, 7, 1), date(2011, 9, 30), 13.0, date(2011, 11, 25)),  # and changed
    ]
    found = monitoring(contract, table("Returns", rows), measures=["clients_seen"], as_of=date(2012, 4, 10))
    assert found.status["state"].to_list() == ["on_time", "late", "overdue", "not_yet_due"]
    assert found.status["days_late"].to_list() == [0, 5, None, None]
    assert (found.changed, found.count("overdue")) == (1, 1)
