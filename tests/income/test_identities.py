"""Every identity fails when a penny is lost or made, and says which."""

from dataclasses import replace

import polars as pl
import pytest

from evaluation.errors import ExitCode, LedgerError
from evaluation.income.money import POUNDS

PENNY = pl.lit("0.01").cast(POUNDS)


@pytest.fixture
def held(court):
    court.order("A-1", 100, compensation=5).order("A-2", 50).paid("R1", 60, 5, "A-1", kind="account")
    court.paid("R2", 70, 6, "A-2").paid("F1", -5, 9, "A-2", kind="refund").event("A-1", "remitted", 10)
    return court.on()


def more(frame, column, row=0):
    at = pl.int_range(pl.len()) == row
    return frame.with_columns(
        pl.when(at).then((pl.col(column) + PENNY).cast(POUNDS)).otherwise(pl.col(column)).alias(column)
    )


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("ledger", "awarded", "awarded is not what the records add up to"),
        ("ledger", "varied", "varied is not what"),
        ("ledger", "paid", "awarded + varied is not paid + remitted"),
        ("ledger", "remitted", "remitted is not what"),
        ("ledger", "written_off", "written_off is not what"),
        ("ledger", "outstanding", "awarded + varied is not paid + remitted"),
        ("allocations", "amount", "a receipt is not allocated + unmatched + taken back"),
        ("unmatched_receipts", "amount", "0.01 is not accounted for"),
        ("taken_back", "amount", "a receipt is not allocated + unmatched + taken back"),
        ("months", "awarded", "a month does not close at what it comes to"),
        ("months", "opening", "a month does not open where the last closed"),
        ("months", "closing", "the last month closes at"),
        ("ageing", "amount", "the ageing adds up to"),
    ],
)
def test_a_penny_more(held, table, column, said):
    held.check()
    frame = getattr(held, table)
    last = len(frame) - 1 if column == "closing" else 0
    with pytest.raises(LedgerError, match=r"does not add up") as caught:
        replace(held, **{table: more(frame, column, last)}).check()
    assert said in str(caught.value)
    assert caught.value.exit_code == ExitCode.CHECK_FAILED


@pytest.mark.parametrize("table", ["ledger", "allocations", "unmatched_receipts", "months"])
def test_a_lost_row(held, table):
    with pytest.raises(LedgerError):
        replace(held, **{table: getattr(held, table)[1:]}).check()


def test_the_identity_in_total(held):
    said = held.summary()
    total = {
        name: float(said[name]) for name in ("awarded", "varied", "paid", "remitted", "written_off", "outstanding")
    }
    assert total["awarded"] + total["varied"] == pytest.approx(
        total["paid"] + total["remitted"] + total["written_off"] + total["outstanding"]
    )
    assert said["receipts"] == {"received": "130.00", "allocated": "110.00", "unmatched": "15.00", "refunded": "5.00"}
