"""What a long job tells on a terminal, and what it leaves out elsewhere."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluation.progress import Silent, Steps, for_terminal

PROGRAM = """
import time
from evaluation.progress import Steps, for_terminal
steps = Steps(for_terminal({quiet}))
with steps.step("Studies") as advance:
    for done in range(1, 9):
        time.sleep(0.12)
        advance(done, 10)
with steps.step("Site"):
    pass
print("the answer")
"""


def on_a_terminal(program: str, *, plain: bool = True) -> str:
    """What a program writes to a terminal on its standard error; plain: without the terminal's own codes."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": ""}
    with subprocess.Popen(
        [sys.executable, "-c", program], stderr=theirs, stdout=subprocess.DEVNULL, env=environment
    ) as running:
        os.close(theirs)
        told = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            told += part
    os.close(ours)
    assert running.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", told.decode()) if plain else told.decode()


def test_a_terminal_shows_the_step_and_the_time_left_and_keeps_a_line_of_each() -> None:
    told = on_a_terminal(PROGRAM.format(quiet=False))
    running = [line for line in re.split(r"[\r\n]+", told) if "Studies" in line and "✓" not in line]
    left = [found.group() for line in running if (found := re.search(r"\d\d:\d\d", line))]
    assert left, told
    assert "00:00" in left or "00:01" in left
    lines = re.findall(r"✓ (Studies|Site) (\d+\.\d) s", told)
    assert [title for title, _ in lines] == ["Studies", "Site"]
    assert float(lines[0][1]) >= 0.9
    assert "the answer" not in told


def test_a_step_that_fails_gives_the_terminal_its_cursor_back() -> None:
    told = on_a_terminal(
        "from evaluation.progress import Steps, for_terminal\n"
        "try:\n"
        "    with Steps(for_terminal(False)).step('Studies'):\n"
        "        raise ValueError\n"
        "except ValueError:\n"
        "    pass\n",
        plain=False,
    )
    assert "Studies" in told
    assert "✓" not in told
    assert told.rfind("\x1b[?25h") > told.rfind("\x1b[?25l") >= 0


def test_nothing_is_told_when_it_is_asked_for_or_nobody_looks() -> None:
    assert on_a_terminal(PROGRAM.format(quiet=True)) == ""
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(quiet=False)], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"the answer\n", b"")
    assert isinstance(for_terminal(True), Silent)


def test_steps_keep_their_seconds_and_a_log_without_anything_else(tmp_path: Path) -> None:
    log = tmp_path / "evaluation.log"
    steps = Steps(Silent(), log=log)
    with steps.step("Records") as advance:
        advance(1, 2)
        time.sleep(0.01)
    with steps.step("Site"):
        pass
    assert list(steps.seconds) == ["Records", "Site"]
    assert steps.seconds["Records"] >= 0.01
    assert [line.split("\t")[0] for line in log.read_text().splitlines()] == ["Records", "Site"]


def test_a_step_that_fails_is_not_said_to_be_done(tmp_path: Path) -> None:
    steps = Steps(Silent(), log=tmp_path / "evaluation.log")
    with pytest.raises(ValueError, match="broken"), steps.step("Records"):
        raise ValueError("broken")
    assert steps.seconds == {}
    assert not (tmp_path / "evaluation.log").exists()
