"""A build that is killed at any moment leaves the last good folder, and two at once do not mix."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evaluation.errors import UsageError
from evaluation.publishing import atomic
from evaluation.publishing.atomic import build_lock, fresh_tree, recover, replace_tree

KILLS = 60
FILES = 12
BUILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from evaluation.publishing.atomic import build_lock, fresh_tree
target, files = Path(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
edition = 0
while True:
    edition += 1
    with build_lock(target.parent), fresh_tree(target) as fresh:
        for number in range(files):
            (fresh / f"page{number}.html").write_text(f"{sys.argv[4]}-{edition}\\n" * 50)
            print("page", flush=True)
"""


def editions_in(target: Path) -> set[str]:
    return {line for page in target.iterdir() for line in page.read_text().splitlines()}


def start(target: Path, name: str) -> subprocess.Popen[str]:
    root = str(Path(atomic.__file__).parents[2])
    command = [sys.executable, "-I", "-c", BUILD, root, str(target), str(FILES), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_at_random_points_the_site_is_always_whole(tmp_path: Path):
    target = tmp_path / "_site"
    moment = random.Random(8)
    seen: set[str] = set()
    for number in range(KILLS):
        build = start(target, f"build{number}")
        assert build.stdout is not None
        assert build.stdout.readline() == "ready\n"
        for _ in range(moment.randrange(3 * FILES)):
            assert build.stdout.readline() == "page\n"
        time.sleep(moment.uniform(0, 0.004))
        build.send_signal(signal.SIGKILL)
        build.communicate()
        recover(target)
        if target.exists():
            assert len(list(target.iterdir())) == FILES
            whole = editions_in(target)
            assert len(whole) == 1
            seen |= whole
    assert len(seen) > 10, "the builds were killed before they could publish anything"


def test_two_at_once_do_not_mix(tmp_path: Path):
    target = tmp_path / "_site"
    with build_lock(tmp_path):
        other = start(target, "other")
        _, said = other.communicate(timeout=20)
        assert other.returncode == 1
        assert "Another build is at work" in said
    with build_lock(tmp_path), fresh_tree(target) as fresh:
        (fresh / "page.html").write_text("mine")
    assert editions_in(target) == {"mine"}


def test_lock_is_refused_in_the_same_process_and_given_back(tmp_path: Path):
    with build_lock(tmp_path), pytest.raises(UsageError, match="Another build"), build_lock(tmp_path):
        pass
    with build_lock(tmp_path):
        pass


def test_error_leaves_the_last_good_folder(tmp_path: Path):
    target = tmp_path / "_site"
    with fresh_tree(target) as fresh:
        (fresh / "page.html").write_text("good")

    def fill_the_disk() -> None:
        with fresh_tree(target) as fresh:
            (fresh / "page.html").write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fill_the_disk()
    assert editions_in(target) == {"good"}
    assert [path.name for path in tmp_path.iterdir()] == ["_site"]


@pytest.mark.parametrize("at_once", [True, False])
def test_replace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool):
    if not at_once:
        monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    target, new = tmp_path / "site", tmp_path / "fresh"
    for text in ("one", "two"):
        new.mkdir()
        (new / "a").write_text(text)
        replace_tree(new, target)
    assert editions_in(target) == {"two"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_swap_that_stopped_half_way_is_undone(tmp_path: Path):
    target = tmp_path / "site"
    set_aside = tmp_path / ".site.old"
    set_aside.mkdir()
    (set_aside / "a").write_text("good")
    recover(target)
    assert editions_in(target) == {"good"}
    assert not set_aside.exists()
