"""Records to findings: the studies run side by side, then read together over the register."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from datetime import date
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.attention import beyond_the_records
from evaluation.errors import EvaluationError, StudyError
from evaluation.job import Job
from evaluation.store import digest, file_digest
from evaluation.workspace import chosen_files

if TYPE_CHECKING:
    from evaluation.comparison import Finding

WORKERS = 2
STUDIES_SIDE_BY_SIDE, ROWS_SIDE_BY_SIDE, MOST_ROWS_SIDE_BY_SIDE = 4, 20_000, 10_000_000
"""A process of its own costs some seconds to start: fewer or smaller studies run one after the other. Beyond ten
million incidents each study has a process of its own, which gives its memory back, and there is one at a time."""


def run_studies(job: Job, names: Sequence[str] = ()) -> dict[str, Finding]:
    """Run the studies and write one finding each; `names` chooses some of them.

    What each study finds alone is kept under `studies/`; the findings are the same read together over the register
    (many results at once mislead), with every study that is up to date.

    Raises
    ------
    StudyError
        A study named in `names` does not exist or could not be run.
    """
    files = job.workspace.files("analyses", "*.py")
    chosen = chosen_files("study", files, names) if names else _of_this_place(job, files)
    with job.steps.step("Studies") as advance:
        for done, name in enumerate(_studied(job, chosen, named=bool(names)), 1):
            advance(done, len(chosen))
            job.steps.reused += [name] if name.startswith("studies/") else []
        findings = _read_together(job, files if names else chosen, shown=chosen if names else ())
    return {name: finding for name, finding in findings.items() if name in chosen}


def _of_this_place(job: Job, files: Mapping[str, Path]) -> Mapping[str, Path]:
    """Leave out the shipped studies that a real partnership did not ask for.

    Its records name no such scheme and its register has none, the areas are those of the worked example, or the people
    are those of a published trial.
    """
    if job.workspace.settings.synthetic:
        return files
    here = job.records.levels("Incidents", "area")
    schemes = {scheme.id for scheme in job.register}
    return {name: file for name, file in files.items() if _own(job, file) or _asked(name, file, here, schemes)}


def _own(job: Job, file: Path) -> bool:
    return file.is_relative_to(job.workspace.root)


def _asked(name: str, file: Path, areas: set[str], schemes: set[str]) -> bool:
    from evaluation.comparison.randomised import RandomisedStudy

    study = load_study(name, file)
    scheme = getattr(study, "scheme", None)
    return (
        set(getattr(study, "areas", ())) <= areas
        and (scheme is None or scheme in schemes)
        and not isinstance(study, RandomisedStudy)
    )


def _read_together(job: Job, files: Mapping[str, Path], shown: Container[str]) -> dict[str, Finding]:
    """Read the findings that are up to date together; those of earlier records or of studies that are gone go."""
    from evaluation.comparison import Finding, across_register

    current = [name for name, file in files.items() if job.store.is_current(_alone(name), _study_key(job, file))]
    alone = {name: Finding.from_json(_text(job.store.path(_alone(name)))) for name in current}
    findings = {
        name: finding
        for name, finding in across_register(alone).items()
        if name in shown or _own(job, files[name]) or job.workspace.settings.synthetic or _says_something(finding)
    }
    silence = beyond_the_records(job)
    if silence is not None:
        findings = {name: _followed_too_far(finding, silence) for name, finding in findings.items()}
    for name, finding in findings.items():
        text = finding.to_json()
        job.store.make(f"findings/{name}.json", digest(text), partial(_write_text, text))
    for name in job.store.names():
        folder, _, file = name.partition("/")
        if (folder == "findings" and Path(file).stem not in findings) or (
            folder == "studies" and Path(file).stem not in current
        ):
            job.store.drop(name)
    return findings


def _followed_too_far(finding: Finding, silence: str) -> Finding:
    """Say first of what cannot be told that the records end months before the follow-up does."""
    published_elsewhere = finding.licence is not None  # a trial's own data, not this partnership's records
    return finding if published_elsewhere else replace(finding, cannot_say=(silence, *finding.cannot_say))


def _says_something(finding: Finding) -> bool:
    """Whether a shipped study belongs on this register: it is about one of its schemes, or it can be answered."""
    return finding.scheme is not None or finding.status == "estimated"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _study_key(job: Job, file: Path) -> str:
    return digest([file_digest(file), job.table_key()])


def _studied(job: Job, files: Mapping[str, Path], *, named: bool) -> Iterator[str]:
    """Run the studies that are not up to date, side by side where that pays; yields each one's name as it ends."""
    due = {name: file for name, file in files.items() if not job.store.is_current(_alone(name), _study_key(job, file))}
    yield from (_alone(name) for name in files if name not in due)
    for name, text in _texts(job, due):
        if isinstance(text, str):
            job.store.make(_alone(name), _study_key(job, due[name]), partial(_write_text, text))
        elif named:
            raise StudyError(f"The study {name} could not be run: {text.message}", text.problems) from text
        else:
            job.attention.append(f"The study {name} could not be run: {text.message}")
        yield name


def _alone(name: str) -> str:
    return f"studies/{name}.json"


def _texts(job: Job, files: Mapping[str, Path]) -> Iterator[tuple[str, str | EvaluationError]]:
    """Each study's finding as text, or the reason why it could not be run."""
    if not files:
        return
    folder, as_of = job.store.path("records"), job.workspace.as_of
    rows = job.records.count("Incidents")
    if len(files) < STUDIES_SIDE_BY_SIDE or rows < ROWS_SIDE_BY_SIDE:
        yield from ((name, study_text(name, file, folder, as_of)) for name, file in files.items())
        return
    side_by_side = rows <= MOST_ROWS_SIDE_BY_SIDE
    workers, tasks = (WORKERS, None) if side_by_side else (1, 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), max_tasks_per_child=tasks) as pool:
        running = {pool.submit(study_text, name, file, folder, as_of): name for name, file in files.items()}
        for job_done in as_completed(running):
            yield running[job_done], job_done.result()


def study_text(name: str, file: Path, records_folder: Path, as_of: date) -> str | EvaluationError:
    """Run one study on the records of a folder and return its finding as JSON text, or the user's error."""
    from evaluation.records import scan

    try:
        return load_study(name, file).run(scan(records_folder), as_of=as_of).to_json()
    except EvaluationError as error:
        return error


def load_study(name: str, file: Path) -> Any:
    """Load the `study` of one file of `analyses/`.

    Raises
    ------
    StudyError
        The file does not run, or has no `study`.
    """
    spec = spec_from_file_location(f"evaluation_analyses_{name}", file)
    if spec is None or spec.loader is None:
        raise StudyError(f"{file} is not a Python file.")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except EvaluationError:
        raise
    except Exception as error:
        raise StudyError(f"{file.name} does not run: {type(error).__name__}: {error}") from error
    if not hasattr(module, "study"):
        raise StudyError(f"{file.name} has no `study`. Start from a draft: evaluation new study {name}")
    return module.study
