"""The audit of dependencies says what it could look up, and never calls what it could not look up clean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import REPOSITORY

LOCK = "idna==3.10 \\\n    --hash=sha256:00\nwheel==0.1 \\\n    --hash=sha256:11\n"


def known(*vulnerable: str) -> str:
    """What pip-audit prints where the database can be reached."""
    vulns = {name: [{"id": "PYSEC-1"}] if name in vulnerable else [] for name in ("idna", "wheel")}
    return json.dumps(
        {"dependencies": [{"name": n, "version": "1", "vulns": v} for n, v in vulns.items()], "fixes": []}
    )


SKIPPED = json.dumps({"dependencies": [{"name": "idna", "skip_reason": "not found"}], "fixes": []})


@pytest.mark.parametrize(
    ("printed", "code", "said"),
    [
        (known(), 0, "2 dependencies audited: 0 with a known vulnerability."),
        (known("wheel"), 1, "2 dependencies audited: 1 with a known vulnerability.\n  wheel 1: PYSEC-1"),
        (SKIPPED, 0, "Dependencies were not audited: no vulnerability database can be reached from here."),
        ("Traceback: no connection", 0, "Dependencies were not audited: no vulnerability database can be reached"),
        (None, 0, "Dependencies were not audited: neither pip-audit nor uv nor pipx is installed."),
    ],
    ids=["clean", "vulnerable", "skipped", "unreachable", "not installed"],
)
def test_audit(tmp_path: Path, printed: str | None, code: int, said: str) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    if printed is not None:
        (tmp_path / "printed").write_text(printed)
        (tools / "pip-audit").write_text(f"#!/bin/sh\nexec /bin/cat {tmp_path / 'printed'}\n")
        (tools / "pip-audit").chmod(0o755)
    (tmp_path / "lock").write_text(LOCK)
    done = subprocess.run(
        [sys.executable, "-S", str(REPOSITORY / ".ci" / "audit.py"), str(tmp_path / "lock")],
        env={**os.environ, "PATH": str(tools)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.startswith(said)


def test_every_check_of_a_change_runs_it() -> None:
    assert "make audit" in (REPOSITORY / ".ci" / "run").read_text()
    assert ".ci/audit.py" in (REPOSITORY / "Makefile").read_text()
