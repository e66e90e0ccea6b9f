"""Running the command line as a user does, and copying the repository as a clone would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
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
    """Run the command line of the repository at `folder` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder), **more}
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
