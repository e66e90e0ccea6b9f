import json

import fastexcel
import polars as pl
import pytest

from evaluation.income import forecast, write


@pytest.fixture
def held(court):
    court.order("A-1", 100, defendant_id="ann bell", prosecution_ref="P1").order("A-2", 90, defendant_id="Ann Bell")
    court.paid("R1", 60, 5, "A-1").paid("R2", 12, 9, "a bell's costs", payer_id="BELL, ann").prosecuted("P1")
    return court.on()


def test_what_is_written(held, tmp_path):
    written = {path.name for path in write(held, tmp_path / "income")}
    assert {"summary.json", "forecast.json", "ledger.csv", "allocations.csv", "journal.xlsx", "debtors.xlsx"} <= written
    said = json.loads((tmp_path / "income" / "summary.json").read_text(encoding="utf-8"))
    assert said == json.loads(json.dumps({**held.summary(), "expected": forecast(held).expected()}))
    assert said["outstanding"] == "130.00"
    assert pl.read_csv(tmp_path / "income" / "ledger.csv", infer_schema=False)["outstanding"].to_list() == [
        "40.00",
        "90.00",
    ]


def test_no_name_is_written_anywhere(held, tmp_path):
    for path in write(held, tmp_path):
        if path.suffix in (".csv", ".json"):
            assert "bell" not in path.read_text(encoding="utf-8").lower(), path.name


def test_the_workbook_holds_the_debtors(held, tmp_path):
    write(held, tmp_path)
    sheet = fastexcel.read_excel(tmp_path / "debtors.xlsx").load_sheet("debtors").to_polars()
    assert sheet["order_ref"].to_list() == ["A-1", "A-2"]
    assert sheet["outstanding"].to_list() == [40, 90]


def test_the_same_ledger_writes_the_same_bytes(held, tmp_path):
    first, second = write(held, tmp_path / "one"), write(held, tmp_path / "two")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_uncertain_receipts_are_handed_out_for_decision(held, tmp_path):
    write(held, tmp_path)
    needed = pl.read_csv(tmp_path / "decisions_needed.csv")
    assert needed.select("receipt_ref", "order_ref").rows() == [("R2", "A-1"), ("R2", "A-2")]
