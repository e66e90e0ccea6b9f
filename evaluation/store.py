"""The build folder: results kept by the hash of what they were made from, and swapped in only when whole.

Each result (a file or a folder below `build/`) is made in a staging folder, under a key that hashes everything it
depends on. When the key is the one of the last build, the earlier result is kept. At the end all new results take
their places together: the list of moves is written first, so that a run that is killed before it leaves the last
good build untouched, and one killed in the middle is finished by the next command. What a killed run had made whole
waits in the staging folder with its key, and the next command takes it up instead of making it again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from evaluation.errors import UsageError

STATE_FILE = "state.json"
JOURNAL_FILE = ".moves.json"
STAGING_FOLDER = ".staging"
REPLACED_FOLDER = ".replaced"
WHOLE_FILE = ".whole.json"
LOCK_FILE = ".lock"


def digest(value: Any) -> str:
    """Hash a JSON-ready value; equal values give equal hashes on every machine."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Hash the bytes of one file (SHA-256, hexadecimal)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_digest(folder: Path, pattern: str = "*") -> str:
    """Hash the names and bytes of all files below `folder` that match `pattern`."""
    files = sorted(path for path in folder.rglob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return digest([(path.relative_to(folder).as_posix(), file_digest(path)) for path in files])


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder's files over another's; a full disk is an `OSError` like any other, not a list of them."""
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


class Store:
    """`build/` during one run: open it with `open_store`, make results, then `commit` once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._staging = folder / STAGING_FOLDER
        self._state: dict[str, str] = _read_json(folder / STATE_FILE)
        self._unfinished = _made_whole(self._staging)
        self._made: dict[str, str] = {}
        self._dropped: set[str] = set()

    def path(self, name: str) -> Path:
        """Return where the result `name` is at this moment: newly made, or kept from the last build."""
        return self._staging / name if name in self._made else self.folder / name

    def is_current(self, name: str, key: str) -> bool:
        """Say whether the result `name` was made from the same inputs: now, by a run that was killed, or last time.

        What a killed run left whole is taken up by asking for it.
        """
        if (
            name not in self._made
            and not self._in_place(name, key)
            and self._unfinished.get(name, {}).get("key") == key
        ):
            self._made[name] = key
        return self._made[name] == key if name in self._made else self._in_place(name, key)

    def _in_place(self, name: str, key: str) -> bool:
        return self._state.get(name) == key and (self.folder / name).exists()

    def make(self, name: str, key: str, write: Callable[[Path], object]) -> bool:
        """Make the result `name`, or keep the one that was made from the same inputs.

        Returns
        -------
        bool
            True when it was made now, False when it was kept.
        """
        return self.make_together(key, {name: write})

    def make_together(self, key: str, parts: Mapping[str, Callable[[Path], object]]) -> bool:
        """Make results that belong to one step, in their order; all of them are kept, or all are made.

        Returns
        -------
        bool
            True when they were made now, False when they were kept.
        """
        if all(self.is_current(name, key) for name in parts):
            return False
        for name, write in parts.items():
            target = self._staging / name
            _remove(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            write(target)
        whole = {name: {"key": key, "content": _content(self._staging / name)} for name in parts}
        self._unfinished.update(whole)
        write_json(self._staging / WHOLE_FILE, self._unfinished)
        self._made.update(dict.fromkeys(parts, key))
        return True

    def forget(self) -> None:
        """Throw away what this run and a killed one made: it may not agree with what it is said to be made from."""
        shutil.rmtree(self._staging, ignore_errors=True)
        self._unfinished, self._made, self._dropped = {}, {}, set()

    def scratch(self, name: str) -> Path:
        """Return an empty folder for passing work; it goes when the run ends."""
        folder = self._staging / ".scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def view(self) -> Path:
        """Return a folder that shows every result as it stands in this run, by links; it goes when the run ends."""
        folder = self._staging / ".view"
        shutil.rmtree(folder, ignore_errors=True)
        for name in {**self._state, **self._made}:
            link = folder / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(self.path(name).resolve())
        return folder

    def drop(self, name: str) -> None:
        """Let the result `name` of the last build disappear when this run ends: what it was made from is gone."""
        self._dropped.add(name)

    def names(self) -> frozenset[str]:
        """Name every result of the last build and of this run, without those that disappear."""
        return frozenset({*self._state, *self._made} - self._dropped)

    def different(self) -> tuple[str, ...]:
        """Name the files that are not what they were in the last build: other bytes, new or gone."""
        pairs = [(name, self.folder / name, self._staging / name) for name in self._made]
        gone = [name for name in self._dropped if (self.folder / name).exists()]
        return tuple(sorted([*gone, *(file for pair in pairs for file in _different(*pair))]))

    def commit(self, remove: tuple[str, ...] = ()) -> None:
        """Put everything that was made in its place; results named in `remove` disappear."""
        remove = (*remove, *sorted(self._dropped))
        if not self._made and not remove:
            self.forget()
            return
        state = {name: key for name, key in {**self._state, **self._made}.items() if name not in remove}
        write_json(self._staging / STATE_FILE, state)
        moves = [name for name in self._made if name not in remove and (self._staging / name).exists()]
        write_json(self.folder / JOURNAL_FILE, {"moves": [*moves, STATE_FILE], "remove": list(remove)})
        finish_moves(self.folder)
        self._state = state
        self.forget()


def _made_whole(staging: Path) -> dict[str, dict[str, Any]]:
    """What a killed run left: the results that are there to the last byte, with their keys; a folder of none goes."""
    listed = _read_json(staging / WHOLE_FILE)
    whole = {name: one for name, one in listed.items() if _content(staging / name) == one["content"]}
    if not whole:
        shutil.rmtree(staging, ignore_errors=True)
    return whole


def _content(path: Path) -> str | None:
    """Hash a result, be it a file or a folder; None where there is none."""
    return tree_digest(path) if path.is_dir() else file_digest(path) if path.is_file() else None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _different(name: str, before: Path, now: Path) -> Iterator[str]:
    """Name the files of one result that differ; a file alone has no name below the result's own."""
    both = {path.relative_to(root).as_posix() for root in (before, now) for path in [root, *root.rglob("*")]}
    for below in both:
        old, new = before / below, now / below
        if old.is_dir() or new.is_dir():
            continue
        if not old.exists() or not new.exists() or file_digest(old) != file_digest(new):
            yield name if below == "." else f"{name}/{below}"


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def finish_moves(folder: Path) -> None:
    """Carry out the moves that the journal names and that have not happened yet; harmless when there are none."""
    journal = _read_json(folder / JOURNAL_FILE)
    for name in journal.get("moves", ()):
        source, target = folder / STAGING_FOLDER / name, folder / name
        if source.exists():
            _set_aside(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
    for name in journal.get("remove", ()):
        _set_aside(folder, name)
    if journal:
        shutil.rmtree(folder / STAGING_FOLDER, ignore_errors=True)
    (folder / JOURNAL_FILE).unlink(missing_ok=True)
    shutil.rmtree(folder / REPLACED_FOLDER, ignore_errors=True)


def _set_aside(folder: Path, name: str) -> None:
    """Move the result out of the way; a kill right after it is mended by the journal, whose source still stands."""
    target, aside = folder / name, folder / REPLACED_FOLDER / name
    if not target.exists():
        return
    aside.parent.mkdir(parents=True, exist_ok=True)
    if aside.is_dir():
        shutil.rmtree(aside)
    target.rename(aside)


@contextmanager
def open_store(folder: Path) -> Generator[Store]:
    """Open the build folder for one run; a second run at the same time is refused, an interrupted one is finished.

    Raises
    ------
    UsageError
        Another command is writing to this folder, or nothing can be written to it.
    """
    with _lock_file(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                "Another command is writing to this workspace's build folder. Wait until it ends."
            ) from error
        finish_moves(folder)
        yield Store(folder)


def _lock_file(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / LOCK_FILE).open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The build folder {folder} cannot be written to: {error.strerror}.") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return dict(content)
