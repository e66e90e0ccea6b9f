"""Running the command line as a user does, and copying the repository as a clone would."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_DATA = REPOSITORY.parent / "shared" / "data"


@dataclass(frozen=True)
class Build:
    """A finished build of the worked example.

    Attributes
    ----------
    root
        The clean copy of the repository.
    summary
        What `evaluation build --json` printed.
    seconds
        How long it took, start to end.
    """

    root: Path
    summary: dict[str, Any]
    seconds: float

    @property
    def folder(self) -> Path:
        """The build folder."""
        return self.root / "build"


def evaluation(*words: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of the repository at `folder` in a process of its own.

    Tests in several processes share a build, and a build folder takes one command at a time: they take turns.
    """
    environment = {**os.environ, "PYTHONPATH": str(folder), **more}
    turns = Path(tempfile.gettempdir()) / f"evaluation-{sha256(str(folder).encode()).hexdigest()[:16]}.turn"
    with turns.open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return subprocess.run(
            [sys.executable, "-m", "evaluation", *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def copy_of_repository(target: Path) -> Path:
    """Copy what git tracks or would track: what a new clone holds once everything is committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = REPOSITORY / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)
    return target
