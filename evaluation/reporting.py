"""What every command has: its options, and the summary it ends with."""

from __future__ import annotations

import json as json_text
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from evaluation.errors import EvaluationError, ExitCode
from evaluation.progress import Progress, for_terminal

if TYPE_CHECKING:
    from evaluation.workspace import Workspace


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options that every command has."""

    workspace: Path = Path()
    """Folder with partnership.toml."""
    as_of: date | None = None
    """Follow up to this day (YYYY-MM-DD) instead of the one in partnership.toml."""
    json: Annotated[bool, Parameter(negative="")] = False
    """Print the result as JSON."""
    quiet: Annotated[bool, Parameter(negative="")] = False
    """Print nothing but errors."""
    verbose: Annotated[bool, Parameter(negative="")] = False
    """Write what is done, step by step, to build/evaluation.log (no personal data)."""

    def moved_to(self, folder: Path) -> Common:
        """Return the same options for another workspace."""
        return replace(self, workspace=folder)

    def open(self) -> Workspace:
        """Read and check the workspace."""
        from evaluation.workspace import open_workspace

        return open_workspace(self.workspace, as_of=self.as_of)

    def own_day(self) -> date | None:
        """Return the workspace's own as-of day where the one given is another; else None."""
        own = replace(self, as_of=None).open().as_of
        return own if self.as_of not in (None, own) else None

    def reading_everything(self) -> Common:
        """Return the same options without an as-of date earlier than the workspace's own.

        A ledger of an earlier day is worked out from all the records, so that what was recorded late can be told.
        """
        own = replace(self, as_of=None)
        return self if self.as_of is not None and self.as_of > own.open().as_of else own

    def progress(self) -> Progress:
        """Return who is told how far a long step is."""
        return for_terminal(self.quiet or self.json)


@dataclass(frozen=True)
class Report:
    """What a command tells at its end.

    Attributes
    ----------
    done
        Sentences on what was done.
    attention
        What somebody should look at.
    next_steps
        What to do now.
    data
        The same as data, for `--json`.
    exit_code
        What the shell is told.
    """

    done: Sequence[str] = ()
    attention: Sequence[str] = ()
    next_steps: Sequence[str] = ()
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    exit_code: ExitCode = ExitCode.DONE

    def text(self) -> str:
        """Return the closing summary as lines of text."""
        parts = [*self.done]
        if self.attention:
            parts += ["", "Needs attention:", *(f"  - {line}" for line in self.attention)]
        if self.next_steps:
            parts += ["", *self.next_steps]
        return "\n".join(parts)

    def json(self) -> str:
        """Return the summary and its data as one JSON object."""
        summary = {"attention": list(self.attention), "done": list(self.done), "next": list(self.next_steps)}
        return as_json({"exit_code": int(self.exit_code), **summary, **self.data})


def command(words: str, root: Path) -> str:
    """Return a command line as it is to be typed here: it names the workspace where this is another folder."""
    return f"evaluation {words}{'' if root.resolve() == Path.cwd() else f' --workspace {quote(str(root))}'}"


def as_json(value: dict[str, Any]) -> str:
    """Return `value` as indented JSON with sorted keys."""
    return json_text.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str)


def error_text(error: EvaluationError, *, in_json: bool) -> str:
    """Return the user's error as sentences, or as one JSON object."""
    if not in_json:
        return str(error)
    return as_json({"exit_code": int(error.exit_code), "error": error.message, "problems": list(error.problems)})
