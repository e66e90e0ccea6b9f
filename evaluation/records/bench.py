"""How long it takes to read, check and write an extract."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from evaluation.records.extract import read_extract
from evaluation.records.keeping import LEVEL

SEED = 20121231
_START = np.datetime64("2008-01-01")


def records_bench(rows: Sequence[int] = (1_000_000,)) -> pl.DataFrame:
    """Read, check and write case lists of the given numbers of rows.

    Returns
    -------
    DataFrame
        `rows, step` (`read and check, write`)`, seconds, megabytes` (the most memory this process has ever held).
    """
    found: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in rows:
            path = folder / f"{count}.csv"
            _case_list(count).write_csv(path)
            begun = perf_counter()
            extract = read_extract(path, "case_list", as_of=date(2013, 12, 31))
            read = perf_counter()
            for table, frame in extract.accepted.items():
                frame.write_parquet(folder / f"{table}.parquet", compression_level=LEVEL)
            written = perf_counter()
            for step, seconds in (("read and check", read - begun), ("write", written - read)):
                found.append({"rows": count, "step": step, "seconds": seconds, "megabytes": _peak()})
            path.unlink()
    return pl.DataFrame(found)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _case_list(rows: int) -> pl.DataFrame:
    rng = np.random.default_rng(SEED)
    opened = _START + rng.integers(0, 1500, rows)
    return pl.DataFrame(
        {
            "Case Ref": pl.int_range(rows, eager=True).cast(pl.String).str.zfill(8),
            "Household Ref": pl.Series(rng.integers(0, rows // 2 + 1, rows)).cast(pl.String).str.zfill(7),
            "Scheme": rng.choice(["Mediation", "ABC", "", "No Action"], rows),
            "Ward": rng.choice(["Abbey", "Barton", "Castle"], rows),
            "Date Opened": _written(opened),
            "Intervention Date": _written(opened + rng.integers(1, 40, rows)),
            "Date Closed": _written(opened + rng.integers(40, 300, rows)),
            "Next Report Date": _written(opened + rng.integers(40, 200, rows)),
            "Outcome": rng.choice(["Resolved", "Moved away", "Closed no action"], rows),
            "Officer Cost": (pl.Series(rng.integers(0, 100_000, rows)) / 100).round(2).cast(pl.String),
            "Notes": rng.choice(["", "noise again, music", "threats"], rows),
        }
    )


def _written(days: np.ndarray) -> pl.Series:
    return pl.Series(days.astype("datetime64[D]")).cast(pl.Date).dt.to_string("%d/%m/%Y")
