"""Every error a user can meet, and the exit code each one ends a command with.

A user's error (bad input, a failed check) is an `EvaluationError`: it is shown as plain sentences and never as a
traceback. Anything else that escapes is a bug. Messages name the file, row, column, what was found, what is allowed
and the near name; they never hold a person's name or free text from an extract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the command `evaluation` tells the shell."""

    DONE = 0
    USAGE = 2
    INPUT_REFUSED = 3
    STUDY_NOT_RUN = 4
    CHECK_FAILED = 5
    RENDERING_FAILED = 6
    STOPPED = 130


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


class StoppedError(EvaluationError):
    """Somebody stopped the command before it was done (Ctrl-C)."""

    exit_code = ExitCode.STOPPED


class RenderError(EvaluationError):
    """The site could not be rendered, or its renderer warned."""

    exit_code = ExitCode.RENDERING_FAILED


_EXPECTED = {
    "string_pattern_mismatch": "is not written in the expected form",
    "string_too_short": "is empty or too short: say it in a few words",
    "string_too_long": "is too long",
    "string_type": 'is a text in quotes, like "Housing"',
    "bool_type": "is either true or false, without quotes",
    "int_type": "is a whole number without quotes, like 90",
    "float_type": "is a number without quotes, like 0.6",
    "date_type": "is a day without quotes, like 2012-12-31",
    "date_parsing": "is a day without quotes, like 2012-12-31",
    "date_from_datetime_inexact": "is a day without an hour, like 2012-12-31",
    "dict_type": "is a block of its own, with a heading in square brackets",
    "model_type": "is a block of its own, with a heading in square brackets",
    "tuple_type": "is a list in square brackets",
    "list_type": "is a list in square brackets",
    "decimal_type": 'is a number in quotes, like "250.00"',
    "decimal_parsing": 'is a number in quotes, like "250.00"',
    "too_short": "needs at least one entry",
}
_LIMITS = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
_LIMIT_WORDS = {"ge": "is at least", "gt": "is more than", "le": "is at most", "lt": "is less than"}
_FORMS = {
    r"^\d{4}/\d{2}$": 'is a financial year, like "2012/13"',
    r"^[a-z][a-z0-9_]*$": "is written in small letters, digits and _, beginning with a letter, like help_line",
    "^(auto|quarto|smalldocs)$": "is auto, quarto or smalldocs",
}


def expected(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """Say in plain words what a setting has to be.

    Parameters
    ----------
    kind, message, context
        The type, words and context of a fault, as the check of the settings names them.

    Returns
    -------
    str
        The rest of a sentence that begins with the setting's name.
    """
    if kind == "literal_error":
        return f"is one of {str(context.get('expected', '')).replace(' or ', ', ')}"
    if kind in _LIMITS:
        limit = _LIMITS[kind]
        return f"{_LIMIT_WORDS[limit]} {context.get(limit)}"
    form = _FORMS.get(str(context.get("pattern")))
    return form or _EXPECTED.get(kind) or message.removeprefix("Value error, ")


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
