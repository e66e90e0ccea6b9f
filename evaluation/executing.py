"""The step of the notebooks: those asked for are executed over the workspace, the others stay as they were."""

from __future__ import annotations

import json
import shutil
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.job import Job
from evaluation.notebooks import Executed, execute_all
from evaluation.store import digest, file_digest, write_json
from evaluation.workspace import chosen_files


def execute_notebooks(job: Job, names: Sequence[str] = ()) -> tuple[Executed, ...]:
    """Execute the notebooks over this workspace and keep the copies that may be published.

    Parameters
    ----------
    names
        Which to execute, all of them when none is named; the others stay as they were last executed.

    Returns
    -------
    tuple of Executed
        The notebooks that were asked for.
    """
    files = chosen_files("notebook", job.workspace.files("notebooks", "*.py"), names)
    if not files or not job.workspace.settings.extracts:
        return ()
    with job.steps.step("Notebooks") as advance:
        key = digest([{name: file_digest(file) for name, file in files.items()}, job.table_key(), job.inputs])

        def parameters() -> dict[str, object]:
            return {
                "workspace": str(job.workspace.root),
                "results": str(job.store.view()),
                "as_of": job.workspace.as_of.isoformat(),
            }

        def write(folder: Path) -> None:
            executed = (
                *_kept_notebooks(job, folder, without=files),
                *execute_all(files, folder, parameters(), advance=advance),
            )
            listed = sorted(executed, key=lambda one: one.name)
            write_json(folder / "about.json", [{"name": one.name, "title": one.title} for one in listed])

        if not job.store.make("notebooks", key, write):
            job.steps.reused.append("Notebooks")
    return tuple(one for one in executed_before(job) if one.name in files)


def _kept_notebooks(job: Job, folder: Path, *, without: Container[str]) -> list[Executed]:
    """Copy the notebooks that were executed before and are still there: naming some leaves the others alone."""
    sources = job.workspace.files("notebooks", "*.py")
    kept = [one for one in executed_before(job) if one.name in sources and one.name not in without]
    if kept:
        folder.mkdir(parents=True, exist_ok=True)
    return [replace(one, path=Path(shutil.copyfile(one.path, folder / one.path.name))) for one in kept]


def executed_before(job: Job) -> tuple[Executed, ...]:
    """The notebooks as they were last executed."""
    folder = job.store.path("notebooks")
    about = folder / "about.json"
    if not about.exists():
        return ()
    listed = json.loads(about.read_text(encoding="utf-8"))
    return tuple(Executed(one["name"], one["title"], folder / f"{one['name']}.ipynb") for one in listed)
