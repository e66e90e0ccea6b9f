"""The last edition is kept, read back, and never silently left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.publishing.editions import FILE, keep_edition, read_edition
from evaluation.publishing.release import Rules, release_contract, release_tables

FRAME = pl.DataFrame({"ward": ["N", "S", "E", "All"], "count": [4, 33, 58, 95]})


def test_no_edition_yet(tmp_path: Path):
    assert read_edition(tmp_path / "editions") is None


def test_edition_round_trip_and_the_next_release(tmp_path: Path):
    made, frames = release_tables({"cases": FRAME}, Rules())
    contract = release_contract({"contract": "c", "clients": 43}, Rules())
    keep_edition(tmp_path, "2012-12-31", [*made, contract], frames)
    last = read_edition(tmp_path)
    assert last is not None
    assert last.as_of == "2012-12-31"
    assert last.of("contract", "c") == {"contract": "c", "clients": 45}
    assert last.of("contract", "d") is None
    more = FRAME.with_columns(pl.Series("count", [5, 33, 58, 96]))
    again, _ = release_tables({"cases": more}, Rules(), earlier=last.tables)
    assert again[0].data == made[0].data


def test_kept_tables_hold_dates_as_text(tmp_path: Path):
    _, frames = release_tables({"t": pl.DataFrame({"month": [date(2012, 1, 1)], "count": [30]})}, Rules())
    keep_edition(tmp_path, "2012-12-31", [], frames)
    last = read_edition(tmp_path)
    assert last is not None
    assert last.tables["t"]["month"].to_list() == ["2012-01-01"]


def test_keeping_replaces_in_one_step(tmp_path: Path):
    for day in ("2012-09-30", "2012-12-31"):
        keep_edition(tmp_path, day, [])
    last = read_edition(tmp_path)
    assert last is not None
    assert last.as_of == "2012-12-31"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "as_of": "x", "published": {}, "tables": [1]}']
)
def test_spoiled_edition_is_refused(tmp_path: Path, text: str):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(DataError, match="not a kept edition"):
        read_edition(tmp_path)


def test_edition_of_another_version_is_refused(tmp_path: Path):
    (tmp_path / FILE).write_text('{"version": 7}')
    with pytest.raises(DataError, match="version 7"):
        read_edition(tmp_path)
