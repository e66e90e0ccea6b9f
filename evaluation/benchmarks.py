"""`evaluation bench`: each subject timed beside its peers, in one run, on the same data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from evaluation.progress import Progress, Steps
from evaluation.reporting import Report


def report(subject: str, rows: Sequence[int], progress: Progress) -> Report:
    """Run the benchmark of one subject.

    Parameters
    ----------
    subject
        Survival, records, follow_up, income or scale.
    rows
        Sizes to time; empty for the ones of the published table.
    progress
        Told that the run has begun and ended.
    """
    steps = Steps(progress)
    with steps.step(f"Benchmark: {subject}"):
        table = _benchmark(subject)(rows)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True, fmt_str_lengths=60):
        text = str(table)
    return Report(done=[text], data={"subject": subject, "rows": table.to_dicts()})


def _benchmark(subject: str) -> Callable[[Sequence[int]], pl.DataFrame]:
    chosen: dict[str, Callable[[Sequence[int]], pl.DataFrame]] = {
        "survival": _survival,
        "records": _records,
        "follow_up": _follow_up,
        "income": _income,
        "scale": _scale,
    }
    return chosen[subject]


def _survival(rows: Sequence[int]) -> pl.DataFrame:
    from evaluation.survival.bench import survival_bench

    return survival_bench(rows or (10_000, 100_000, 1_000_000))


def _records(rows: Sequence[int]) -> pl.DataFrame:
    from evaluation.records.bench import records_bench

    return records_bench(rows or (1_000_000,))


def _follow_up(rows: Sequence[int]) -> pl.DataFrame:
    from evaluation.follow_up.bench import measure

    return pl.DataFrame([measure(size) for size in rows or (100_000, 1_000_000, 10_000_000)])


def _income(rows: Sequence[int]) -> pl.DataFrame:
    from evaluation.income.bench import income_bench

    return income_bench(rows or (1_000, 10_000, 100_000, 1_000_000))


def _scale(rows: Sequence[int]) -> pl.DataFrame:
    from evaluation.scaling import scale_bench

    return scale_bench(rows or (1, 10, 100))
