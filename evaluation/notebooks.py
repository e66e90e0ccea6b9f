"""Notebooks: kept as text (jupytext, percent format), executed by the build, published without what is not protected.

A notebook's first cell tagged `parameters` names what may be changed; the workspace and the as-of date are injected
after it. The executed copy keeps the output of a cell only where the value shown had passed disclosure control (it
then carries the media type `PUBLISHED_TYPE`); every other output stays with the analyst who runs the notebook.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from evaluation.errors import EvaluationError, ExitCode
from evaluation.publishing.display import PUBLISHED_TYPE

WITHHELD = "*Shown only to those who run the notebook: this output has not passed disclosure control.*"
CELL_SECONDS = 300
TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*m|\[\d+(?:;\d+)*m")


class NotebookError(EvaluationError):
    """A cell of a notebook failed; the message shows the cell."""

    exit_code = ExitCode.RENDERING_FAILED


@dataclass(frozen=True)
class Executed:
    """One executed notebook: its stem, title, and the copy that may be published."""

    name: str
    title: str
    path: Path


def execute_all(
    sources: Mapping[str, Path],
    folder: Path,
    parameters: Mapping[str, object],
    *,
    advance: Callable[[int, int], None] | None = None,
    workers: int = 2,
) -> tuple[Executed, ...]:
    """Execute notebooks side by side and write their publishable copies to `folder`.

    Parameters
    ----------
    sources
        The percent-format files by stem.
    folder
        Where `NAME.ipynb` is written.
    parameters
        Names and values set after the cell tagged `parameters`.
    advance
        Told how many of how many are finished.
    workers
        Notebooks executed at a time.

    Raises
    ------
    NotebookError
        A cell failed; the first failure stops the rest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    finished: list[Executed] = []
    with ThreadPoolExecutor(max_workers=workers) as pool:
        jobs = [pool.submit(execute, source, folder / f"{name}.ipynb", parameters) for name, source in sources.items()]
        try:
            for job in as_completed(jobs):
                finished.append(job.result())
                if advance is not None:
                    advance(len(finished), len(jobs))
        except EvaluationError:
            pool.shutdown(cancel_futures=True)
            raise
    return tuple(sorted(finished, key=lambda notebook: list(sources).index(notebook.name)))


def execute(source: Path, target: Path, parameters: Mapping[str, object]) -> Executed:
    """Execute one notebook and write the copy that may be published."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = _untyped("jupytext").read(source)
    inject(notebook, parameters)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(source.parent)}},
        kernel_manager_class="evaluation.notebooks.ThisPythonKernel",
    )
    try:
        asyncio.run(client.async_execute(stderr=subprocess.DEVNULL))
    except CellExecutionError as error:
        raise NotebookError(f"The notebook {source.name} failed.", _failure(notebook, error)) from error
    _untyped("nbformat").write(publishable(notebook), target)
    return Executed(source.stem, _title(notebook), target)


def inject(notebook: Any, parameters: Mapping[str, object]) -> None:
    """Add a cell that sets `parameters` after the cell tagged `parameters`, or first where there is none."""
    code = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    tagged = [place for place, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ())]
    place = tagged[0] + 1 if tagged else 0
    notebook.cells.insert(
        place, _untyped("nbformat.v4").new_code_cell(code, metadata={"tags": ["injected-parameters"]})
    )


def publishable(notebook: Any) -> Any:
    """Return a copy whose outputs are protected, whose injected cell is gone and whose metadata say nothing local."""
    from copy import deepcopy

    copy = deepcopy(notebook)
    copy.cells = [cell for cell in copy.cells if "injected-parameters" not in cell.metadata.get("tags", ())]
    for cell in copy.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _protected_outputs(cell.outputs)
    return copy


def _protected_outputs(outputs: Sequence[Any]) -> list[Any]:
    new_output = _untyped("nbformat.v4").new_output
    kept = [
        new_output("display_data", data={"text/markdown": output.data[PUBLISHED_TYPE]})
        for output in outputs
        if PUBLISHED_TYPE in output.get("data", {})
    ]
    if len(kept) < len(outputs):
        kept.append(new_output("display_data", data={"text/markdown": WITHHELD}))
    return kept


def _untyped(library: str) -> Any:
    """Import a library that has no types: what comes from it is `Any`."""
    return import_module(library)


def _failure(notebook: Any, error: Exception) -> list[str]:
    """Show the cell that failed and the last line of what Python said."""
    failed = [cell for cell in notebook.cells if _has_error(cell)]
    source = failed[0].source if failed else ""
    said = TERMINAL_COLOURS.sub("", str(error)).strip()
    last = said.splitlines()[-1] if said else type(error).__name__
    return [*(f"| {line}" for line in source.splitlines()), last]


def _has_error(cell: Any) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", ()))


def _title(notebook: Any) -> str:
    for cell in notebook.cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            if line.startswith("# "):
                return line[2:].strip()
    return "Notebook"


def _kernel_manager() -> type:
    from jupyter_client.manager import AsyncKernelManager

    class ThisPythonKernelManager(AsyncKernelManager):
        """A kernel of the Python that runs the build, so that none needs to be registered."""

        def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
            command = super().format_kernel_cmd(extra_arguments)
            return [sys.executable, *command[1:]]

    return ThisPythonKernelManager


def __getattr__(name: str) -> Any:
    """Make the kernel manager when it is first asked for: Jupyter's libraries are slow to import."""
    if name == "ThisPythonKernel":
        os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        return _kernel_manager()
    raise AttributeError(name)
