"""Whatever the bytes and cells: either one clear refusal, or every row accepted or rejected. Never a traceback."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.errors import DataError
from evaluation.records import read_extract

HEADER = [
    "Case Ref", "Household Ref", "Scheme", "Ward", "Date Opened", "Intervention Date", "Date Closed",
    "Next Report Date", "Outcome", "Officer Cost", "Notes",
]  # fmt: skip
FLARE = [
    "Incident Ref",
    "Case Ref",
    "Incident Date",
    "Complaint Type",
    "Alleged Perpetrator",
    "Perpetrator DOB",
    "Premises Address",
    "Date Opened",
    "Date Closed",
    "Lead Officer",
    "Risk Index",
    "Action",
    "Action Date",
]
QUICK = settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

dates = st.dates(date(1890, 1, 1), date(2250, 1, 1))
cell = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=",;\"\t\r\n'|\u00a0\ufeff\x00 0", max_size=6),
    dates.map(lambda day: day.strftime("%d/%m/%Y")),
    dates.map(date.isoformat),
    st.integers(-(10**12), 10**12).map(str),
    st.floats().map(str),
    st.sampled_from(
        ["", "Mediation", "resolved", "£1,000.00", "1.23E+05", "0012", "Total", "yes", "n/a", "p_" + "0" * 20]
    ),
)


def check(content: bytes, mapping: str, suffix: str = ".csv") -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        try:
            extract = read_extract(path, mapping, as_of=date(2012, 12, 31))
        except DataError as refused:
            message = str(refused)
        else:
            message = None
    if message is not None:
        assert 20 < len(message) < 600
        assert message.isprintable()
        return
    assert extract.rows_read == extract.rows_accepted + len(extract.rejected)
    assert extract.rejected["row"].n_unique() == len(extract.rejected)
    assert all(reasons for reasons in extract.rejected["reasons"].to_list())


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    check(content, "case_list")


@QUICK
@given(st.binary(max_size=200), st.integers(0, 300), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_bytes_put_into_a_good_file(noise: bytes, place: int, encoding: str) -> None:
    good = (",".join(HEADER) + "\r\nC1,H1,Mediation,Abbey,13/01/2011,27/01/2011,,20/03/2011,,12.00,\r\n" * 3).encode(
        encoding
    )
    check(good[:place] + noise + good[place:], "case_list")


@QUICK
@given(st.lists(st.lists(cell, min_size=11, max_size=11), min_size=1, max_size=8))
def test_any_cells_in_a_case_list(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    check(out.getvalue().encode("utf-8", errors="replace"), "case_list")


@QUICK
@given(st.lists(st.lists(cell, max_size=15), min_size=1, max_size=8), st.sampled_from([",", ";", "\t"]))
def test_ragged_cells_in_a_system_extract(rows: list[list[str]], separator: str) -> None:
    text = "\n".join(separator.join(row) for row in [FLARE, *rows])
    check(text.encode("utf-8", errors="replace"), "flare")


@QUICK
@given(st.lists(st.lists(cell, min_size=13, max_size=13), min_size=1, max_size=6))
def test_any_cells_in_a_workbook(rows: list[list[str]]) -> None:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([FLARE, *rows]):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value)
    check(out.getvalue(), "flare", ".xlsx")


@QUICK
@given(
    st.lists(st.lists(cell, min_size=6, max_size=6), min_size=1, max_size=6),
    st.sampled_from(["order_events", "court_receipts", "outcome_measures", "returns", "surveys", "police_asb"]),
)
def test_any_cells_in_other_extracts(rows: list[list[str]], mapping: str) -> None:
    from evaluation.records import load_mapping

    names = [column.names[0] for column in load_mapping(mapping).columns.values()][:6]
    out = io.StringIO()
    csv.writer(out).writerows([names, *(row[: len(names)] for row in rows)])
    check(out.getvalue().encode("utf-8", errors="replace"), mapping)


@pytest.mark.parametrize("cut", range(0, 4000, 190))
def test_a_workbook_cut_off_anywhere(cut: int) -> None:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, HEADER)
    check(out.getvalue()[:cut], "case_list", ".xlsx")


@QUICK
@given(st.integers(0, 10**6), st.sampled_from(["xlsx", "parquet"]))
def test_a_damaged_file_of_another_kind(seed: int, kind: str) -> None:
    import random

    import polars as pl
    import xlsxwriter

    rng = random.Random(seed)
    rows = [dict.fromkeys(HEADER, "x") | {"Case Ref": f"C{number}", "Date Opened": "2011-01-02"} for number in range(3)]
    out = io.BytesIO()
    if kind == "xlsx":
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([HEADER, *(list(row.values()) for row in rows)]):
                sheet.write_row(number, 0, row)
    else:
        pl.DataFrame(rows).write_parquet(out)
    content = bytearray(out.getvalue())
    start = rng.randrange(len(content))
    content[start : start + rng.randrange(60)] = rng.randbytes(rng.randrange(60))
    check(bytes(content), "case_list", f".{kind}")
