"""What a long job tells while it runs: one line a step on the terminal, seconds per step for the record.

Progress goes to standard error and only to a terminal, so that output piped to a file or a program stays clean.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Progress(Protocol):
    """Told when a step begins, how far it is, and when it ends."""

    def begin(self, title: str) -> None:
        """Start the step `title`."""
        ...

    def advance(self, done: int, total: int) -> None:
        """Say that `done` of `total` parts of the step are finished."""
        ...

    def end(self, title: str, seconds: float) -> None:
        """Finish the step `title`."""
        ...

    def stop(self) -> None:
        """Give up the step that runs: it failed."""
        ...


class Silent:
    """Progress that nobody sees."""

    def begin(self, title: str) -> None:
        """Say nothing."""

    def advance(self, done: int, total: int) -> None:
        """Say nothing."""

    def end(self, title: str, seconds: float) -> None:
        """Say nothing."""

    def stop(self) -> None:
        """Say nothing."""


class Terminal:
    """A spinner with the share done and the time left, and a line with the seconds when a step ends."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bars.add_task("", total=None)

    def begin(self, title: str) -> None:
        """Show the step as running."""
        self._bars.reset(self._task, description=title, total=None)
        self._bars.start()

    def advance(self, done: int, total: int) -> None:
        """Move the bar."""
        self._bars.update(self._task, completed=done, total=total)

    def end(self, title: str, seconds: float) -> None:
        """Leave one line behind."""
        self._bars.console.print(f"  [green]✓[/green] {title} [dim]{seconds:.1f} s[/dim]")
        self._bars.stop()

    def stop(self) -> None:
        """Take the bar away, and give the terminal its cursor back."""
        self._bars.stop()


def for_terminal(quiet: bool) -> Progress:
    """Return progress for this terminal: silent when asked, or when standard error is not a terminal."""
    return Silent() if quiet or not sys.stderr.isatty() else Terminal()


@dataclass
class Steps:
    """The steps of one run, with the seconds each one took.

    Attributes
    ----------
    progress
        Who is told.
    seconds
        Wall-clock seconds by step, in the order in which the steps ended.
    reused
        Steps whose inputs had not changed, so that the earlier result was kept.
    log
        A file that gets a line for each step, or None.
    """

    progress: Progress
    log: Path | None = None
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    reused: list[str] = field(default_factory=list[str])

    @contextmanager
    def step(self, title: str) -> Generator[Callable[[int, int], None]]:
        """Time one step; yields a function that tells how far it is."""
        start = time.perf_counter()
        self.progress.begin(title)
        try:
            yield self.progress.advance
        except BaseException:
            self.progress.stop()
            raise
        self.seconds[title] = round(time.perf_counter() - start, 3)
        self.progress.end(title, self.seconds[title])
        self._write_down(title)

    def _write_down(self, title: str) -> None:
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{title}\t{self.seconds[title]:.3f} s\n")
