"""A build that is killed, or meets a full disk, again and again: what stood stands, and no step is taken twice."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from test_incremental import answers, written

from evaluation.cli import run
from evaluation.notebooks import Executed
from evaluation.publishing.render import Rendered
from evaluation.store import STAGING_FOLDER, Store, copy_tree

STEPS = {
    "records", "rejected", "quality.json", "studies/mediation.json", "contracts",
    "notebooks", "edition", "site", "_site", "site.json",
}  # fmt: skip
FULL_AT = (
    "/records/about.json", "/studies/mediation.json", "/contracts/mediation.json", "/edition/.last_edition.json",
    "/site/index.qmd", "/_site/index.qmd", "/.moves.json",
)  # fmt: skip
"""Where the disk is full, one build after the other; between them the build is killed as often."""


class Killed(BaseException):
    """Nothing in the product may catch this: like a kill, it ends the run where it stands."""


def copied(project: Path, target: Path, *_: object, **__: object) -> Rendered:
    copy_tree(project, target)
    return Rendered("copied", "The test renders nothing.", 1, ())


def executed(files: Mapping[str, Path], folder: Path, *_: object, **__: object) -> tuple[Executed, ...]:
    """No kernel is started: what counts here is whether the step is taken again."""
    folder.mkdir()
    for name in files:
        (folder / f"{name}.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return tuple(Executed(name, name, folder / f"{name}.ipynb") for name in files)


def build(folder: Path) -> int:
    return run(["build", "--quiet", "--renderer", "smalldocs", "--workspace", str(folder)])


def standing(folder: Path) -> dict[str, bytes]:
    """Everything in its place, without what waits."""
    return {place: held for place, held in answers(folder).items() if not place.startswith((STAGING_FOLDER, ".moves"))}


def full(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full where one file is written."""
    real = io.open

    def opened(file: Any, mode: str = "r", *more: Any, **options: Any) -> Any:
        if mode[0] in "wax" and place in str(file):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        return real(file, mode, *more, **options)

    monkeypatch.setattr(io, "open", opened)
    monkeypatch.setattr("shutil.open", opened, raising=False)


def counted(made: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Count every step that is taken to its end; the second of a run is its last."""
    whole, before = Store.make_together, made.total()

    def once(store: Store, key: str, parts: Mapping[str, Callable[[Path], object]]) -> bool:
        if not whole(store, key, parts):
            return False
        made.update(list(parts))
        if made.total() > before + 1 and "run.json" not in parts:
            raise Killed
        return True

    monkeypatch.setattr(Store, "make_together", once)


def test_no_fault_spoils_what_stands_and_no_finished_step_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("evaluation.publishing.render.render", copied)
    monkeypatch.setattr("evaluation.executing.execute_all", executed)
    here, alone = written(tmp_path / "here"), tmp_path / "alone"
    (here / "notebooks").mkdir()
    (here / "notebooks" / "note.py").write_text("# %% [markdown]\n# # A notebook\n", encoding="utf-8")
    assert build(here) == 0
    extract = here / "cases.csv"
    extract.write_text(extract.read_text(encoding="utf-8").replace("North", "South"), encoding="utf-8")
    shutil.copytree(here, alone)
    before, made, faults = standing(here), Counter[str](), list(FULL_AT)
    while faults:
        with monkeypatch.context() as patched:
            counted(made, patched)
            full(faults[0], patched)
            try:
                assert build(here) == 2, faults[0]
                said = capsys.readouterr().err.strip()
                assert said.endswith(f"{os.strerror(errno.ENOSPC)}.")
                assert len(said.splitlines()) == 1
                faults.pop(0)
            except Killed:
                pass
        assert standing(here) == before
    assert build(here) == build(alone) == 0
    assert set(made) >= STEPS
    assert set(made.values()) == {1}
    assert standing(here) == standing(alone) != before


def test_a_file_saved_while_the_build_runs_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = written(tmp_path / "here")
    contract = here / "contracts" / "mediation.toml"

    def saved_meanwhile(project: Path, target: Path, *_: object, **__: object) -> Rendered:
        contract.write_text(contract.read_text(encoding="utf-8") + "\n# saved\n", encoding="utf-8")
        return copied(project, target)

    monkeypatch.setattr("evaluation.publishing.render.render", saved_meanwhile)
    assert run(["build", "--quiet", "--no-notebooks", "--workspace", str(here)]) == 3
    assert "changed while the command ran, so nothing was changed: contracts/mediation.toml." in capsys.readouterr().err
    assert standing(here) == {}
