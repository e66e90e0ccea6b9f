"""Simulated follow-up for the benchmark: recurrent spells on whole days, with categories as councils have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

DAYS = 1825
ROWS_A_SUBJECT = 2.3
# Five covariates of 2 x 3 x 3 x 4 x 15 levels (22 dummies, 1,080 patterns); eight make 27 dummies, 17,280 patterns.
LEVELS = {"scheme": 2, "tenure": 3, "age_band": 3, "case_type": 4, "ward": 15, "lead": 2, "repeat": 2, "season": 4}
A5 = ("scheme", "tenure", "age_band", "case_type", "ward")
B8 = tuple(LEVELS)


def simulate(rows: int, seed: int = 1) -> pl.DataFrame:
    """Simulate about `rows` spells.

    Parameters
    ----------
    rows
        Spells wanted; the result has exactly as many.
    seed
        Seed of the generator.

    Returns
    -------
    pl.DataFrame
        `subject, entry, exit` (days), `event` (about 35 %), `state` (0 censored, 1 repeat, 2 moved), and the
        categories of `LEVELS`; sorted by subject and entry. The scheme begins at the start of a subject's second spell.
    """
    rng = np.random.default_rng(seed)
    subjects = int(rows / ROWS_A_SUBJECT * 1.05) + 10
    count = 1 + rng.poisson(ROWS_A_SUBJECT - 1, subjects)
    subject = np.repeat(np.arange(subjects, dtype=np.int32), count)
    day = rng.integers(1, DAYS + 1, len(subject), dtype=np.int32)
    order = np.argsort(subject.astype(np.int64) * (DAYS + 1) + day, kind="stable")
    day = day[order]
    first = np.concatenate([[True], subject[1:] != subject[:-1]])
    entry = np.where(first, 0, np.concatenate([[0], day[:-1]])).astype(np.int32)
    kept = np.flatnonzero(entry < day)[:rows]
    subject, entry, day, first = subject[kept], entry[kept], day[kept], first[kept]
    last = np.concatenate([subject[1:] != subject[:-1], [True]])
    categories = {name: rng.integers(0, size, subjects, dtype=np.uint8) for name, size in LEVELS.items()}
    columns = {name: values[subject] for name, values in categories.items()}
    columns["scheme"] = np.where(first, 0, columns["scheme"]).astype(np.uint8)
    chance = np.where(last, 0.1, 0.5) * (1 - 0.15 * columns["scheme"]) * (0.8 + 0.03 * columns["ward"])
    event = rng.random(len(kept)) < chance
    state = np.where(event, 1, np.where(last & (rng.random(len(kept)) < 0.2), 2, 0)).astype(np.uint8)
    frame = pl.DataFrame({"subject": subject, "entry": entry, "exit": day, "event": event, "state": state})
    return frame.with_columns(_category(name, values) for name, values in columns.items())


def _category(name: str, codes: np.ndarray) -> pl.Series:
    labels = [f"{name} {number:02d}" for number in range(LEVELS[name])]
    return pl.Series(name, labels, dtype=pl.Enum(labels)).gather(pl.Series(codes, dtype=pl.UInt32))


def write(folder: Path, rows: int) -> Path:
    """Write the data of one size as Parquet, and each column as raw 32-bit integers for R."""
    path = folder / f"spells-{rows}.parquet"
    if not path.exists():
        frame = simulate(rows)
        for name in frame.columns:
            frame[name].to_physical().cast(pl.Int32).to_numpy().tofile(folder / f"spells-{rows}-{name}.bin")
        frame.write_parquet(path)
    return path
