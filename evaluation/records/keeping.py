"""Keeping records on disk and fetching them again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from evaluation.records import schema
from evaluation.records.assembly import Records
from evaluation.records.linking.review import no_review, write_review

_EXTRAS = "linking"
_ABOUT = "records.json"
COVERAGE = "coverage.parquet"
LEVEL = 1
"""Zstandard's quickest level: in half the time, tables of identifiers come out no larger."""


def write(records: Records, folder: Path) -> None:
    """Write every canonical table as `TABLE.parquet`, what linking did under `linking/`, the coverage and the notes.

    `linking/review.csv` asks about the pairs of people that may be one; answered, it goes back into `assemble`.
    """
    extras = folder / _EXTRAS
    extras.mkdir(parents=True, exist_ok=True)
    for name, frame in records.items():
        frame.write_parquet(folder / f"{name}.parquet", compression_level=LEVEL)
    for name, frame in records.extras.items():
        frame.write_parquet(extras / f"{name}.parquet", compression_level=LEVEL)
    records.coverage.write_parquet(extras / COVERAGE)
    write_review(records.extras.get("review", no_review()), extras / "review.csv")
    about = {"as_of": records.as_of.isoformat(), "notes": list(records.notes)}
    (folder / _ABOUT).write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load(folder: Path) -> Records:
    """The records as they were written to a folder."""
    about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in schema.TABLES}
    extras = {
        path.stem: pl.read_parquet(path)
        for path in sorted((folder / _EXTRAS).glob("*.parquet"))
        if path.name != COVERAGE
    }
    months = pl.read_parquet(folder / _EXTRAS / COVERAGE)
    return Records(tables, date.fromisoformat(about["as_of"]), months, tuple(about["notes"]), extras)


@dataclass(frozen=True)
class KeptRecords(Mapping[str, pl.DataFrame]):
    """The canonical tables of a folder, each read when it is asked for, and only the columns used where it is scanned.

    Attributes
    ----------
    folder
        Where they were written.
    as_of
        The last day that counts.
    coverage
        `source, month, records, covered`.
    """

    folder: Path
    as_of: date
    coverage: pl.DataFrame

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Read a whole table."""
        return self.scan(name).collect()

    def __iter__(self) -> Iterator[str]:
        """Name the canonical tables."""
        return iter(schema.TABLES)

    def __len__(self) -> int:
        """Count the canonical tables."""
        return len(schema.TABLES)

    def scan(self, name: str) -> pl.LazyFrame:
        """Read a table lazily.

        Raises
        ------
        KeyError
            When it is not a canonical table.
        """
        if name not in schema.TABLES:
            raise KeyError(name)
        return pl.scan_parquet(self.folder / f"{name}.parquet")

    def count(self, name: str) -> int:
        """Count the rows of a table without reading them."""
        return int(self.scan(name).select(pl.len()).collect().item())

    def levels(self, name: str, column: str) -> set[str]:
        """Read the different values of a column of text, without null."""
        return set(self.scan(name).select(pl.col(column).drop_nulls().unique()).collect().to_series().to_list())


def scan(folder: Path) -> KeptRecords:
    """The records as they were written to a folder, read as far as they are used.

    Parameters
    ----------
    folder
        As `write` left it.
    """
    about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    return KeptRecords(folder, date.fromisoformat(about["as_of"]), pl.read_parquet(folder / _EXTRAS / COVERAGE))
