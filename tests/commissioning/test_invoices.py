from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.commissioning import Contract, read_contract
from evaluation.commissioning.invoices import ACHIEVED, CLAIMED, recompute, results
from evaluation.errors import DataError


def achieved(*rows: tuple[str, str, date]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=ACHIEVED, orient="row")


def claims(*rows: tuple[str, str, str]) -> pl.DataFrame:
    full = [
        {
            "invoice_ref": "INV1",
            "client_id": client,
            "outcome_metric_id": metric,
            "achieved_on": None,
            "amount": Decimal(amount),
        }
        for client, metric, amount in rows
    ]
    return pl.DataFrame(full, schema=CLAIMED)


MAY = date(2012, 5, 1)


def test_tariffs_to_the_penny(contract: Contract) -> None:
    found = recompute(contract, achieved(("a", "resolved", MAY), ("b", "better", MAY)))
    assert found.due == Decimal("220.49")  # 120.50 + 99.99
    assert found.claimed is None


def test_the_yearly_number_of_results(contract: Contract) -> None:
    found = recompute(contract, achieved(*[(client, "resolved", MAY) for client in "abcd"]))
    assert found.due == Decimal("361.50")  # three at 120.50
    assert found.payable["reason"].to_list() == ["", "", "", "the year's number of paid results is reached"]


def test_the_years_cap_cuts_the_last_result(contract: Contract) -> None:
    rows = [(client, "resolved", date(2012, 5, 1)) for client in "abc"] + [
        (client, "better", date(2012, 6, 1)) for client in "de"
    ]
    found = recompute(contract, achieved(*rows))
    assert found.due == Decimal("500.00")
    assert found.payable["amount"].to_list() == [Decimal("120.50")] * 3 + [Decimal("99.99"), Decimal("38.51")]
    assert found.payable["reason"][4] == "the year's cap is reached"


def test_a_new_financial_year_has_new_room(contract: Contract) -> None:
    rows = [(client, "resolved", date(2012, 3, 31)) for client in "abc"] + [("d", "resolved", date(2012, 4, 1))]
    found = recompute(contract, achieved(*rows))
    assert found.due == 4 * Decimal("120.50")
    assert found.payable["year"].to_list() == ["2011/12"] * 3 + ["2012/13"]


def test_the_outcomes_maximum_price_runs_over_the_term(contract_text: str) -> None:
    text = contract_text.replace("maximum_units_per_year = 3", 'maximum_price_if_all_targets_achieved = "200.00"')
    rows = [("a", "resolved", date(2012, 3, 31)), ("b", "resolved", date(2012, 4, 1))]
    found = recompute(read_contract(text), achieved(*rows))
    assert found.payable["amount"].to_list() == [Decimal("120.50"), Decimal("79.50")]


def test_nothing_outside_the_term_is_paid(contract: Contract) -> None:
    found = recompute(contract, achieved(("a", "resolved", date(2013, 4, 1))))
    assert (found.due, found.payable["reason"][0]) == (Decimal("0.00"), "achieved outside the term")


def test_each_difference_has_its_client_and_reason(contract: Contract) -> None:
    held = achieved(
        *[(client, "resolved", MAY) for client in "abc"], ("d", "resolved", date(2012, 7, 1)), ("e", "better", MAY)
    )
    asked = claims(
        ("a", "resolved", "120.50"),  # agrees
        ("b", "resolved", "130.00"),  # another tariff
        ("c", "resolved", "120.50"),
        ("c", "resolved", "120.50"),  # twice
        ("d", "resolved", "120.50"),  # the fourth of three
        ("x", "resolved", "120.50"),  # no such result
        ("y", "happier", "10.00"),  # no such outcome
    )
    found = recompute(contract, held, asked)
    reasons = dict(zip(found.differences["client_id"], found.differences["reason"], strict=True))
    assert reasons == {
        "b": "not the contract's tariff",
        "c": "claimed more than once",
        "d": "the year's number of paid results is reached",
        "e": "achieved and not claimed",
        "x": "not supported by the records",
        "y": "no tariff for this outcome",
    }
    assert found.claimed == Decimal("742.50")
    assert found.due == Decimal("461.49")
    assert sum(total for _, total in found.by_reason.values()) == Decimal("742.50") - Decimal("461.49")


OUTCOMES = st.sampled_from(["resolved", "better"])
CLIENTS = st.sampled_from("abcdefgh")
HELD = st.tuples(CLIENTS, OUTCOMES, st.dates(date(2011, 3, 1), date(2013, 5, 1)))
ASKED = st.tuples(CLIENTS, OUTCOMES, st.sampled_from(["120.50", "99.99", "0.01"]))


@settings(deadline=None)
@given(rows=st.lists(HELD, max_size=25, unique_by=lambda row: row[:2]), asked=st.lists(ASKED, max_size=15))
def test_no_penny_is_lost_between_claim_and_due(contract: Contract, rows: list[Any], asked: list[Any]) -> None:
    found = recompute(contract, achieved(*rows), claims(*asked))
    assert found.claimed is not None
    assert sum(found.differences["difference"].to_list(), Decimal(0)) == found.claimed - found.due
    for _, year in found.payable.group_by("year"):
        assert sum(year["amount"].to_list(), Decimal(0)) <= Decimal("500.00")


def test_claims_without_their_columns_or_in_floats_are_refused(contract: Contract) -> None:
    held = achieved(("a", "resolved", MAY))
    with pytest.raises(DataError, match="column 'amount' is missing"):
        recompute(contract, held, claims(("a", "resolved", "1.00")).drop("amount"))
    with pytest.raises(DataError, match="whole pence"):
        recompute(contract, held, claims(("a", "resolved", "1.00")).with_columns(pl.col("amount").cast(pl.Float64)))


def test_results_come_from_the_records_and_count_once(
    contract: Contract, records: Callable[..., dict[str, pl.DataFrame]], as_of: date
) -> None:
    ended = date(2012, 5, 30)
    given_ = [
        {
            "intervention_id": f"i{i}",
            "scheme": "calm",
            "case_id": f"c{i}",
            "subject_id": f"p{i}",
            "started_on": date(2012, 3, 1),
            "ended_on": ended,
        }
        for i in (1, 2)
    ]
    cases = [
        {"case_id": "c1", "closed_on": date(2012, 5, 1), "closure": "resolved"},
        {"case_id": "c2", "closed_on": date(2012, 6, 1), "closure": "unresolved"},
    ]
    scores = [
        {
            "client_id": "p2",
            "contract": "calm",
            "instrument": "CORE-10",
            "measured_on": day,
            "stage": stage,
            "score": score,
        }
        for stage, day, score in (("first", date(2012, 3, 1), 25.0), ("last", date(2012, 5, 30), 12.0))
    ]
    found = results(contract, records(Interventions=given_, Cases=cases, Measures=scores), as_of=as_of)
    # The case closed before the support ended counts from the day both are done.
    assert found.rows() == [("p2", "better", ended), ("p1", "resolved", ended)]
