"""Replace a whole folder in one step, one build at a time.

A build writes a fresh folder beside the target and swaps the two at the very end. Whatever stops it before, the target
is the last good one; whatever stops it in the middle of the swap is put right by the next call. Only the standard
library is used.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from evaluation.errors import UsageError

FRESH, RETIRED, LOCK = ".new", ".old", ".lock"


def replace_tree(new: Path, target: Path) -> None:
    """Put a finished folder in the place of another.

    Parameters
    ----------
    new
        The finished folder, on the same file system as the target.
    target
        The folder to replace; it need not exist.

    Notes
    -----
    On Linux the two folders change places in one system call, so that a reader at any moment sees one or the other.
    Elsewhere the target is set aside first, and `recover` puts it back if nothing took its place.
    """
    _make_lasting(new)
    target.parent.mkdir(parents=True, exist_ok=True)
    retired = _beside(target, RETIRED)
    recover(target)
    if not target.exists():
        new.rename(target)
    elif _exchange(new, target):
        new.rename(retired)
    else:
        target.rename(retired)
        new.rename(target)
    _sync_folder(target.parent)
    shutil.rmtree(retired, ignore_errors=True)


def recover(target: Path) -> None:
    """Put right what an interrupted swap left: the target set aside and nothing in its place, or an old copy."""
    retired = _beside(target, RETIRED)
    if retired.exists() and not target.exists():
        retired.rename(target)
    shutil.rmtree(retired, ignore_errors=True)


@contextmanager
def fresh_tree(target: Path) -> Generator[Path, None, None]:
    """Give an empty folder to write in; it takes the target's place when the block ends well.

    Yields
    ------
    Path
        A new folder beside the target. After an error the target is as it was, and the new folder is gone.
    """
    recover(target)
    fresh = _beside(target, FRESH)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        yield fresh
        replace_tree(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def build_lock(folder: Path) -> Generator[None, None, None]:
    """Let one build at a time work on a folder.

    The lock belongs to the running process and is given back by the system when it ends, however it ends.

    Raises
    ------
    UsageError
        When another build is at work there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+b") as held:
        if not _lock(held.fileno()):
            raise UsageError(f"Another build is at work in {folder}; wait for it to end.")
        yield


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(f".{target.name}{suffix}")


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change places at once (Linux); False where that cannot be done."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    at_working_folder, exchange = -100, 2
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    names = os.fsencode(first.absolute()), os.fsencode(second.absolute())
    return rename(at_working_folder, names[0], at_working_folder, names[1], exchange) == 0


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return True
        return False
    import fcntl

    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _make_lasting(tree: Path) -> None:
    """See that every file is on the disk before the swap, so that a power cut cannot leave empty files behind it."""
    for path in sorted(tree.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
