"""What several rooms' tests share: the worked example built once, from a clean copy of the repository."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from support import REAL_DATA, REPOSITORY, Build, copy_of_repository, evaluation


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository under test."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real public extracts beside the checkout; they are no part of the repository."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real public extracts are not beside this checkout (../shared/data)")
    return REAL_DATA


@pytest.fixture(scope="session")
def worked_example(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The worked example, built once for all workers from a clean copy of the repository."""
    shared = (
        tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.getbasetemp()
    )
    root, result = shared / "worked-example", shared / "worked-example.json"
    with (shared / "worked-example.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            result.write_text(json.dumps(_built(root)), encoding="utf-8")
    told = json.loads(result.read_text(encoding="utf-8"))
    assert told["returncode"] == 0, told["stderr"]
    return Build(root, json.loads(told["stdout"]), told["seconds"])


def _built(root: Path) -> dict[str, Any]:
    copy_of_repository(root)
    start = time.perf_counter()
    done = evaluation("build", "--json", folder=root)
    return {
        "returncode": done.returncode,
        "stdout": done.stdout,
        "stderr": done.stderr,
        "seconds": time.perf_counter() - start,
    }
