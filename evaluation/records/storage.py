"""Records on disk: one Parquet file a canonical table, the coverage and the linking's own tables beside them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl

from evaluation.records import schema
from evaluation.records.assembly import Records

COVERAGE_FILE = "coverage.parquet"
EXTRAS_FOLDER = "extras"
NOTES_FILE = "notes.json"


def save(records: Records, folder: Path) -> None:
    """Write records to a folder that `load` reads back unchanged."""
    (folder / EXTRAS_FOLDER).mkdir(parents=True, exist_ok=True)
    for name, frame in records.items():
        frame.write_parquet(folder / f"{name}.parquet")
    for name, frame in records.extras.items():
        frame.write_parquet(folder / EXTRAS_FOLDER / f"{name}.parquet")
    records.coverage.write_parquet(folder / COVERAGE_FILE)
    notes = {"as_of": records.as_of.isoformat(), "notes": list(records.notes)}
    (folder / NOTES_FILE).write_text(json.dumps(notes, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(folder: Path) -> Records:
    """Read the records that `save` wrote."""
    notes = json.loads((folder / NOTES_FILE).read_text(encoding="utf-8"))
    return Records(
        {name: pl.read_parquet(folder / f"{name}.parquet") for name in schema.TABLES},
        date.fromisoformat(notes["as_of"]),
        pl.read_parquet(folder / COVERAGE_FILE),
        tuple(notes["notes"]),
        {path.stem: pl.read_parquet(path) for path in sorted((folder / EXTRAS_FOLDER).glob("*.parquet"))},
    )
