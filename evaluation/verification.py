"""Proof that the answers stand: the same inputs give the same answers, and known truths are recovered."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaluation import build
from evaluation.changes import changed_inputs, listed, said
from evaluation.errors import CheckError, UsageError
from evaluation.job import RUN_FILE, Job, other_day_folder, record
from evaluation.progress import Steps
from evaluation.reporting import Common, Report
from evaluation.store import STATE_FILE, file_digest, open_store
from evaluation.studies import run_studies

PROVED = ("records", "findings", "contracts", "income", "quality.json")


def verify(common: Common, folder: Path | None = None) -> Report:
    """Make everything again from the same inputs and compare it with what is in the build folder.

    Parameters
    ----------
    common
        The command's options.
    folder
        The build folder to prove; by default the workspace's own.

    Raises
    ------
    UsageError
        There is no finished build in the folder.
    StudyError
        A study of the build can no longer be run.
    CheckError
        An answer differs; every one is named, with the inputs that changed since.
    """
    proved = folder or _folder_of(common)
    if not all((proved / name).is_file() for name in (RUN_FILE, STATE_FILE)):
        raise UsageError(f"There is no finished build in {proved}. Make one first: evaluation build")
    before: dict[str, Any] = json.loads((proved / RUN_FILE).read_text(encoding="utf-8"))
    workspace = replace(common, as_of=common.as_of or date.fromisoformat(before["as_of"])).open()
    with TemporaryDirectory(prefix="evaluation-verify-") as made:
        again = replace(workspace, output=Path(made) / "build")
        with open_store(again.build) as store:
            job = Job(again, store, Steps(common.progress()))
            _make_again(job, json.loads((proved / STATE_FILE).read_text(encoding="utf-8")))
            store.commit()
            changed = changed_inputs(before, record(job))
        compared = sorted(set(_answers(proved)) | set(_answers(again.build)))
        different = [name for name in compared if _answer(proved / name) != _answer(again.build / name)]
    if different:
        raise CheckError(
            f"{len(different)} of {len(compared)} answers are not the same when made again: "
            f"{listed([*said(different)])}.",
            [
                *(f"changed since the build: {name}" for name in changed),
                *(f"{name} is different" for name in different),
            ],
        )
    return Report(
        done=[
            f"Proved: all {len(compared)} answers in {proved} are the same when made again from the same inputs.",
            *([f"No answer depends on what changed since: {listed(changed)}."] if changed else []),
        ],
        data={"answers": len(compared), "different": []},
    )


def _folder_of(common: Common) -> Path:
    """The build folder of the day that is asked for: another day's answers have one of their own."""
    build, own_day = common.open().build, common.own_day()
    aside = other_day_folder(build, common.as_of)
    return aside if own_day is not None and aside.is_dir() else build


def _make_again(job: Job, made: Container[str]) -> None:
    """Make every answer that the build recorded as made: a build of some studies alone is proved as it is."""
    build.read_records(job)
    names = [name for name in job.workspace.files("analyses", "*.py") if f"findings/{name}.json" in made]
    findings = run_studies(job, names) if names else {}
    if "contracts" in made:
        build.judge_contracts(job, findings)
    if "income" in made:
        build.reconcile_income(job)
    if "quality.json" in made:
        build.quality(job)


def _answers(folder: Path) -> Iterator[str]:
    for part in PROVED:
        path = folder / part
        files = [path] if path.is_file() else sorted(path.rglob("*.*"))
        yield from (file.relative_to(folder).as_posix() for file in files if file.is_file())


def _answer(file: Path) -> str | None:
    return file_digest(file) if file.is_file() else None


def sit_exam(common: Common, *, replicates: int | None, seed: int | None, workers: int, output: Path | None) -> Report:
    """Simulate partnerships with known effects, run the studies on them, and report how often they are right."""
    from evaluation.example import run_exam

    steps = Steps(common.progress())
    with steps.step("Exam") as advance:
        result = run_exam(replicates, seed, workers=workers, progress=advance)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(result.to_json(), encoding="utf-8")
    return Report(
        done=[result.markdown()],
        data={"exam": json.loads(result.to_json())},
        next_steps=[] if output is None else [f"The result is in {output}."],
    )
