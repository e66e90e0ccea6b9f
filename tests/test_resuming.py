"""A build that is killed again and again makes each result once, and ends as a build that was left alone."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from test_incremental import answers, copied, written

from evaluation.cli import run
from evaluation.notebooks import Executed
from evaluation.store import Store

STEPS = {
    "records", "rejected", "quality.json", "studies/count_of_cases.json", "findings/count_of_cases.json", "contracts",
    "income", "notebooks", "edition", "site", "_site", "site.json",
}  # fmt: skip
EVERY = 4
"""Steps that a run takes before it is killed: a kill after each would cost as many starts as there are steps."""


class Killed(BaseException):
    """Nothing in the product may catch this: like a kill, it ends the run where it stands."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("evaluation.publishing.render.render", copied)
    monkeypatch.setattr("evaluation.build.execute_all", executed)
    folder = written(tmp_path / "here")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "note.py").write_text("# %% [markdown]\n# # A notebook\n", encoding="utf-8")
    return folder


def executed(files: Mapping[str, Path], folder: Path, *_: object, **__: object) -> tuple[Executed, ...]:
    """No kernel is started: what counts here is whether the step is taken again."""
    folder.mkdir()
    for name in files:
        (folder / f"{name}.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return tuple(Executed(name, name, folder / f"{name}.ipynb") for name in files)


def build(folder: Path) -> int:
    return run(["build", "--quiet", "--renderer", "smalldocs", "--workspace", str(folder)])


def counted(made: Counter[str], killing: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Count every step that is really taken, and end the run after some of them."""
    whole = Store.make_together

    def once(store: Store, key: str, parts: Mapping[str, Callable[[Path], object]]) -> bool:
        if not whole(store, key, parts):
            return False
        made.update(list(parts))
        if killing and (made.total() % EVERY < len(parts) or "site.json" in parts):
            raise Killed
        return True

    monkeypatch.setattr(Store, "make_together", once)


def test_no_step_that_was_finished_before_a_kill_is_taken_again(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(workspace, alone)
    made: Counter[str] = Counter()
    killing, kills = [True], 0
    with monkeypatch.context() as patched:
        counted(made, killing, patched)
        while "site.json" not in made:
            with pytest.raises(Killed):
                build(workspace)
            kills += 1
            assert not (workspace / "build" / "_site").exists(), "nothing is in its place before all of it is"
        killing.clear()
        assert build(workspace) == 0
    assert build(alone) == 0
    assert kills > 2
    assert set(made) >= STEPS
    assert set(made.values()) == {1}
    assert answers(workspace) == answers(alone)
