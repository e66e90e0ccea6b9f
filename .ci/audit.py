"""Look the locked dependencies up in a vulnerability database, where one can be reached.

Nothing is added to the locks for it: pip-audit is taken from the path, or run by uv or pipx. One dependency is looked
up first, because pip-audit calls one that it could not look up "skipped", and a list of skipped ones not vulnerable.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements-dev.lock"
RUNNERS = (["pip-audit"], ["uv", "tool", "run", "pip-audit"], ["pipx", "run", "pip-audit"])
OPTIONS = ["--format", "json", "--progress-spinner", "off", "--disable-pip", "--timeout", "15"]
LONGEST = 900
NOT_AUDITED = "Dependencies were not audited:"


def runner() -> list[str] | None:
    """The first way to run pip-audit that this machine has."""
    return next((words for words in RUNNERS if shutil.which(words[0])), None)


def looked_up(run: list[str], requirements: Path, *more: str) -> list[dict[str, object]]:
    """What the database says of each dependency; empty where it could not be asked."""
    command = [*run, *OPTIONS, *more, "--requirement", str(requirements)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
        return json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        return []


def reachable(run: list[str], lock: Path) -> bool:
    """Whether the database knows the first dependency of the lock."""
    first = re.search(r"^[\w.-]+==[\w.]+", lock.read_text(encoding="utf-8"), re.M)
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.txt"
        one.write_text(f"{first.group() if first else ''}\n", encoding="utf-8")
        return any("vulns" in found for found in looked_up(run, one, "--no-deps"))


def main(lock: Path = LOCK) -> int:
    """Say in one line what came of it; 1 where a dependency has a known vulnerability."""
    run = runner()
    if run is None:
        print(f"{NOT_AUDITED} neither pip-audit nor uv nor pipx is installed.")
        return 0
    found = looked_up(run, lock, "--require-hashes") if reachable(run, lock) else []
    asked = [one for one in found if "vulns" in one]
    if not asked:
        print(f"{NOT_AUDITED} no vulnerability database can be reached from here.")
        return 0
    known = [
        f"{one['name']} {one['version']}: {', '.join(v['id'] for v in one['vulns'])}" for one in asked if one["vulns"]
    ]
    left = f" {len(found) - len(asked)} are not in the database." if len(found) > len(asked) else ""
    print(f"{len(asked)} dependencies audited: {len(known)} with a known vulnerability.{left}", *known, sep="\n  ")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
