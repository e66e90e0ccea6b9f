"""How the build grows: the worked example's records taken 1, 10 and 100 times, each in a process of its own.

Every copy is another set of people in the same wards. The seconds are those of the steps after reading (studies and
tables of counts); what reading costs is measured by `evaluation bench records`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

IDENTIFIERS = (
    "incident_id", "subject_id", "complainant_id", "place_id", "case_id", "intervention_id", "officer_id", "client_id",
)  # fmt: skip
STUDIES = ("mediation", "resolution", "ladder")


def scale_bench(times: Sequence[int]) -> pl.DataFrame:
    """Measure the steps after reading on the worked example taken several times.

    Parameters
    ----------
    times
        How many times the worked example is taken; 100 is about 8 million incidents.

    Returns
    -------
    polars.DataFrame
        `times, incidents, people, seconds_studies, seconds_tables, peak_gib`.
    """
    with TemporaryDirectory(prefix="evaluation-scale-") as made:
        folder = _records_of_the_example(Path(made))
        rows = [_in_a_process(folder, count) for count in times]
    return pl.DataFrame(rows)


def _records_of_the_example(folder: Path) -> Path:
    from evaluation import records
    from evaluation.example import write_extracts
    from evaluation.example.wexbourne import AS_OF

    example = write_extracts(folder / "extracts")
    extracts = [records.read_extract(path, mapping, as_of=AS_OF, name=name) for name, path, mapping in example.extracts]
    records.write(records.assemble(extracts, as_of=AS_OF), folder / "records")
    return folder / "records"


def _in_a_process(folder: Path, times: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "evaluation.scaling", str(folder), str(times)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def measure(folder: Path, times: int) -> dict[str, Any]:
    """Take the records `times` times, run the studies and count the tables."""
    import resource

    from evaluation import aggregates, records

    taken = taken_times(records.load(folder), times)
    start = time.perf_counter()
    for name in STUDIES:
        _study(name).run(taken)
    studied = time.perf_counter()
    aggregates.tables(taken)
    done = time.perf_counter()
    return {
        "times": times,
        "incidents": taken["Incidents"].height,
        "people": taken["Incidents"]["subject_id"].n_unique(),
        "seconds_studies": round(studied - start, 2),
        "seconds_tables": round(done - studied, 2),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2),
    }


def taken_times(taken: Any, times: int) -> Any:
    """Return records with every table repeated, each copy with identifiers of its own."""
    from evaluation.records import Records

    tables = {name: _repeated(frame, times) for name, frame in taken.items()}
    return Records(tables, taken.as_of, taken.coverage, taken.notes)


def _repeated(frame: pl.DataFrame, times: int) -> pl.DataFrame:
    names = [name for name in IDENTIFIERS if name in frame.columns]
    copies = [
        frame.with_columns(pl.concat_str(pl.col(name), pl.lit(f"#{copy}")).alias(name) for name in names)
        for copy in range(times)
    ]
    return pl.concat(copies)


def _study(name: str) -> Any:
    from evaluation.studies import load_study
    from evaluation.workspace import shipped

    return load_study(name, shipped("analyses") / f"{name}.py")


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
