"""Every error a user can meet, and the exit code each one ends a command with.

A user's error (bad input, a failed check) is an `EvaluationError`: it is shown as plain sentences and never as a
traceback. Anything else that escapes is a bug. Messages name the file, row, column, what was found, what is allowed
and the near name; they never hold a person's name or free text from an extract.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum


class ExitCode(IntEnum):
    """What the command `evaluation` tells the shell."""

    DONE = 0
    USAGE = 2
    INPUT_REFUSED = 3
    STUDY_NOT_RUN = 4
    CHECK_FAILED = 5
    RENDERING_FAILED = 6


class EvaluationError(Exception):
    """A mistake in the input or a check that failed; the message is for the user.

    Parameters
    ----------
    message
        One or more plain sentences.
    problems
        Further lines, one for each place where something is wrong; all are shown together.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        self.message = message
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("\n".join([message, *(f"  - {problem}" for problem in self.problems)]))

    def __reduce__(self) -> tuple[type[EvaluationError], tuple[str, tuple[str, ...]]]:
        """Pass from one process to another with every problem."""
        return type(self), (self.message, self.problems)


class UsageError(EvaluationError):
    """A command, option or workspace that cannot be understood."""


class DataError(EvaluationError):
    """An extract, a frame or an input file that cannot be used as it is."""

    exit_code = ExitCode.INPUT_REFUSED


class StudyError(EvaluationError):
    """A study that was asked for by name and could not be run."""

    exit_code = ExitCode.STUDY_NOT_RUN


class CheckError(EvaluationError):
    """An identity, a disclosure rule or a quality threshold that does not hold."""

    exit_code = ExitCode.CHECK_FAILED


class LedgerError(CheckError):
    """A penny was lost or made: the ledger's identity does not hold."""


class DisclosureError(CheckError):
    """Something that must not be published was about to be."""


class RenderError(EvaluationError):
    """The site could not be rendered, or its renderer warned."""

    exit_code = ExitCode.RENDERING_FAILED


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """Say which allowed name is nearest to `name`.

    Returns
    -------
    str
        `" Did you mean 'x'?"` with a leading space, or an empty string when nothing is near.
    """
    names = list(allowed)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f" Did you mean '{folded[near[0]]}'?" if near else ""
