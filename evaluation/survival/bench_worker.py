# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false
"""One measurement of the benchmark, in a process of its own: `python -m evaluation.survival.bench_worker`."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.survival.bench_data import A5, B8

Task = Callable[[Path], Callable[[], object]]
COLUMNS = {
    "kaplan_meier": ("exit", "event", "ward"),
    "logrank": ("exit", "event", "ward"),
    "cox_right": ("exit", "event", *A5),
    "cox_clusters_a5": ("entry", "exit", "event", "subject", *A5),
    "cox_clusters_b8": ("entry", "exit", "event", "subject", *B8),
    "aalen_johansen": ("exit", "state"),
}


def floor(path: Path, task: str) -> Callable[[], object]:
    """Read and sum the columns that a task needs: what Polars alone takes."""
    return lambda: pl.scan_parquet(path).select(pl.col(COLUMNS[task]).to_physical().sum()).collect()


def engine(path: Path, task: str) -> Callable[[], object]:
    """Fit with this package, reading of the file included."""
    from evaluation import survival

    spells = pl.scan_parquet(path)
    clusters: dict[str, Any] = {"entry": "entry", "cluster": "subject"}
    calls: dict[str, Callable[[], object]] = {
        "kaplan_meier": lambda: survival.kaplan_meier(spells, by="ward").tidy(),
        "logrank": lambda: survival.logrank(spells, by="ward").tidy(),
        "cox_right": lambda: survival.cox(spells, A5).tidy(),
        "cox_clusters_a5": lambda: survival.cox(spells, A5, **clusters).tidy(),
        "cox_clusters_b8": lambda: survival.cox(spells, B8, **clusters).tidy(),
        "aalen_johansen": lambda: survival.cumulative_incidence(spells, event="state").tidy(),
    }
    return calls[task]


def lifelines(path: Path, task: str) -> Callable[[], object]:
    """The package lifelines, its data already in memory and dummy-coded."""
    import lifelines as peer
    import pandas as pd
    from lifelines.statistics import multivariate_logrank_test

    frame = pl.read_parquet(path, columns=list(COLUMNS[task]))
    if task.startswith("cox"):
        covariates = B8 if task.endswith("b8") else A5
        kept = [name for name in ("entry", "exit", "event", "subject") if name in frame.columns]
        data = pd.concat([frame.select(kept).to_pandas(), _dummies(frame, covariates)], axis=1)
        options: dict[str, Any] = {"duration_col": "exit", "event_col": "event"}
        if task != "cox_right":
            options |= {"entry_col": "entry", "cluster_col": "subject"}
        return lambda: peer.CoxPHFitter().fit(data, **options)
    data = frame.to_pandas()
    if task == "aalen_johansen":
        return lambda: peer.AalenJohansenFitter(seed=1).fit(data["exit"], data["state"], event_of_interest=1)
    if task == "logrank":
        return lambda: multivariate_logrank_test(data["exit"], data["ward"], data["event"])
    groups = [part for _, part in data.groupby("ward", observed=True)]
    return lambda: [peer.KaplanMeierFitter().fit(part["exit"], part["event"]) for part in groups]


def statsmodels(path: Path, task: str) -> Callable[[], object]:
    """The package statsmodels, its data already in memory and dummy-coded."""
    import statsmodels.api as peer
    from statsmodels.duration.survfunc import CumIncidenceRight, survdiff

    frame = pl.read_parquet(path, columns=list(COLUMNS[task]))
    exits = frame["exit"].to_numpy().astype(float)
    status = frame["state" if task == "aalen_johansen" else "event"].to_numpy().astype(int)
    if task.startswith("cox"):
        matrix = _dummies(frame, B8 if task.endswith("b8") else A5).to_numpy(dtype=float)
        if task == "cox_right":
            return lambda: peer.PHReg(exits, matrix, status=status, ties="efron").fit()
        entry, groups = frame["entry"].to_numpy().astype(float), frame["subject"].to_numpy()
        model = peer.PHReg(exits, matrix, status=status, entry=entry, ties="efron")
        return lambda: model.fit(groups=groups)
    if task == "aalen_johansen":
        return lambda: CumIncidenceRight(exits, status)
    ward = frame["ward"].to_physical().to_numpy()
    if task == "logrank":
        return lambda: survdiff(exits, status, ward)
    groups = [(exits[ward == number], status[ward == number]) for number in set(ward.tolist())]
    return lambda: [peer.SurvfuncRight(*group) for group in groups]


def _dummies(frame: pl.DataFrame, covariates: tuple[str, ...]) -> Any:
    import pandas as pd

    return pd.get_dummies(frame.select(covariates).to_pandas(), drop_first=True).astype(float)


PEERS: dict[str, Callable[[Path, str], Callable[[], object]]] = {
    "floor": floor,
    "engine": engine,
    "lifelines": lifelines,
    "statsmodels": statsmodels,
}


def _peak() -> float:
    """Peak memory of this process in MiB; `getrusage` would count the process that started it as well."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return float(line.split()[1]) / 1024


def measure(peer: str, task: str, path: Path, repeats: int) -> list[dict[str, float]]:
    """Run a task some times; wall and CPU seconds of each run, and the peak of memory so far in MiB."""
    warnings.simplefilter("ignore")
    call = PEERS[peer](path, task)
    runs: list[dict[str, float]] = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        runs.append({**took, "peak_mib": _peak()})
        if took["wall"] > 20:
            break
    return runs


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))))
