"""The benchmark: this engine, lifelines, statsmodels and R on the same data, beside what Polars takes to read it."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from evaluation.errors import UsageError, did_you_mean
from evaluation.survival import words
from evaluation.survival.bench_data import write
from evaluation.survival.bench_worker import COLUMNS

TASKS = tuple(COLUMNS)
PEERS = ("floor", "engine", "lifelines", "statsmodels", "R")
# A peer is left out from the size on at which one run passes this many CPU seconds. A busy machine takes longer by
# the clock, so the process is only stopped well after.
LONGEST_RUN = 180.0
STOPPED_AFTER = 3 * LONGEST_RUN
SCHEMA = {
    "task": pl.String,
    "rows": pl.Int64,
    "peer": pl.String,
    "wall": pl.Float64,
    "cpu": pl.Float64,
    "peak_mib": pl.Float64,
    "times_engine": pl.Float64,
    "times_floor": pl.Float64,
    "runs": pl.Int64,
    "note": pl.String,
}


def survival_bench(
    sizes: Sequence[int] = (10_000, 100_000, 1_000_000),
    *,
    tasks: Sequence[str] = TASKS,
    peers: Sequence[str] = PEERS,
    repeats: int = 3,
    folder: Path | None = None,
    say: Callable[[str], object] | None = None,
) -> pl.DataFrame:
    """Measure every task with every peer at every size.

    Each measurement runs in a process of its own. The engine's times include reading the Parquet file; the peers'
    start with their data in memory, in the form they want. CPU seconds count all threads.

    Parameters
    ----------
    sizes
        Numbers of rows.
    tasks, peers
        Some of `TASKS` and of `PEERS`; R takes part where `Rscript` is installed.
    repeats
        Runs of each; the medians are reported. A run above 20 seconds is not repeated.
    folder
        Where the data are kept; a temporary folder by default.
    say
        Called with a line about each measurement, as it is made.

    Returns
    -------
    pl.DataFrame
        `task, rows, peer, wall, cpu` (seconds), `peak_mib, times_engine` (CPU seconds over the engine's),
        `times_floor` (over those of reading and summing the same columns), `runs, note`.

    Raises
    ------
    UsageError
        When a task or peer is not one of those there are, or a size is below 100.
    """
    _check(tasks, TASKS, "task")
    _check(peers, PEERS, "peer")
    if any(size < 100 for size in sizes):
        raise UsageError("A benchmark needs at least 100 rows.")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary) if folder is None else folder
        home.mkdir(parents=True, exist_ok=True)
        rows: list[dict[str, object]] = []
        left_out: dict[tuple[str, str], str] = {}
        for size in sorted(sizes):
            path = write(home, size)
            for task in tasks:
                for peer in peers:
                    row = _row(task, size, peer, path, repeats, left_out)
                    rows.append(row)
                    if say is not None:
                        say(_line(row))
    return _with_ratios(pl.DataFrame(rows, schema_overrides=SCHEMA))


def run(sizes: Sequence[int], out: Path) -> pl.DataFrame:
    """Run the whole benchmark and write it as `out` (Parquet, CSV or JSON by its ending)."""
    frame = survival_bench(sizes, say=print)
    writers = {".parquet": frame.write_parquet, ".csv": frame.write_csv, ".json": frame.write_json}
    writers.get(out.suffix, frame.write_json)(out)
    return frame


def report(frame: pl.DataFrame) -> str:
    """Write the results as a Markdown table, one line for each task and size."""
    shown = frame.with_columns(
        (pl.col("cpu").round(3).cast(pl.String) + " s (" + pl.col("times_engine").round(1).cast(pl.String) + " ×)")
        .fill_null(pl.col("note"))
        .alias("shown")
    )
    wide = shown.pivot("peer", index=["task", "rows"], values="shown", aggregate_function="first")
    memory = frame.filter(pl.col("peer") == "engine").select(
        "task", "rows", pl.col("peak_mib").round(0).cast(pl.Int64).alias("engine MiB")
    )
    return words.markdown(wide.join(memory, on=["task", "rows"], how="left", maintain_order="left"), rows=200)


def _check(given: Sequence[str], allowed: Sequence[str], what: str) -> None:
    for name in given:
        if name not in allowed:
            raise UsageError(f"No {what} '{name}'; there are: {', '.join(allowed)}.{did_you_mean(name, allowed)}")


def _row(
    task: str, size: int, peer: str, path: Path, repeats: int, left_out: dict[tuple[str, str], str]
) -> dict[str, object]:
    empty = dict.fromkeys(("wall", "cpu", "peak_mib", "runs", "note"))
    row: dict[str, object] = {"task": task, "rows": size, "peer": peer, **empty}
    if (task, peer) in left_out:
        return {**row, "note": left_out[task, peer]}
    runs, note = _measure(peer, task, path, repeats)
    if not runs:
        left_out[task, peer] = note
        return {**row, "note": note}
    medians = {name: statistics.median(run[name] for run in runs) for name in ("wall", "cpu", "peak_mib")}
    if medians["cpu"] > LONGEST_RUN / 10 and peer not in ("floor", "engine"):
        left_out[task, peer] = "left out: ten times the rows would take more than 3 minutes"
    return {**row, **medians, "runs": len(runs)}


def _measure(peer: str, task: str, path: Path, repeats: int) -> tuple[list[dict[str, float]], str]:
    """Run one measurement in its own process; no runs and the reason when there is nothing to report."""
    if peer == "R":
        rscript = shutil.which("Rscript")
        if rscript is None:
            return [], "R is not installed"
        script = str(Path(__file__).with_name("bench.R"))
        command = [rscript, "--vanilla", script, task, str(path.with_suffix("")), str(repeats)]
    else:
        command = [sys.executable, "-m", "evaluation.survival.bench_worker", peer, task, str(path), str(repeats)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=STOPPED_AFTER, check=False, cwd=_root())
    except subprocess.TimeoutExpired:
        return [], "left out: one run passes 3 minutes"
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return [], f"did not finish: {reason[:80]}"
    runs: list[dict[str, float]] = json.loads(done.stdout.strip().splitlines()[-1])
    if peer not in ("floor", "engine") and runs[0]["cpu"] > LONGEST_RUN:
        return [], "left out: one run passes 3 minutes"
    return runs, ""


def _root() -> Path:
    """The folder that holds the package, so that the worker imports this very code."""
    return Path(__file__).resolve().parents[2]


def _with_ratios(frame: pl.DataFrame) -> pl.DataFrame:
    def of(peer: str) -> pl.Expr:
        return pl.col("cpu").filter(pl.col("peer") == peer).first().over("task", "rows")

    ratios = frame.with_columns(times_engine=pl.col("cpu") / of("engine"), times_floor=pl.col("cpu") / of("floor"))
    return ratios.select(list(SCHEMA))


def _line(row: dict[str, object]) -> str:
    where = f"{row['task']}, {row['rows']:,} rows, {row['peer']}"
    if row["cpu"] is None:
        return f"{where}: {row['note']}"
    return f"{where}: {row['cpu']:.3f} CPU seconds, {row['wall']:.3f} wall, peak {row['peak_mib']:.0f} MiB"
