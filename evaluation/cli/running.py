"""Run one command line: leading options, the closing summary, and every error as a sentence with its exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

from cyclopts import CycloptsError, MissingArgumentError, UnusedCliTokensError

from evaluation.cli.apps import app
from evaluation.errors import EvaluationError, ExitCode, StoppedError, UsageError
from evaluation.publishing.words import without_unseen
from evaluation.reporting import Report, error_text

NOT_WRITABLE = (
    errno.EACCES,
    errno.EEXIST,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENOTDIR,
    errno.EISDIR,
)
LEADING_OPTIONS = {"--workspace": True, "--as-of": True, "--json": False, "--quiet": False, "--verbose": False}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    sys.exit(int(run(sys.argv[1:] if arguments is None else arguments)))


def run(words: Sequence[str]) -> ExitCode:
    """Run one command line and return its exit code; the user's errors are shown as sentences."""
    in_json = "--json" in words
    try:
        report = app(_options_last(list(words)), exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _fail(UsageError(_said(error), _usage_hints(str(error))), in_json=in_json)
    except EvaluationError as error:
        return _fail(error, in_json=in_json)
    except OSError as error:
        if error.errno not in NOT_WRITABLE:
            raise
        return _fail(UsageError(f"{error.filename or 'A file'} cannot be used: {error.strerror}."), in_json=in_json)
    except KeyboardInterrupt:
        return _fail(StoppedError("Stopped before it was done; the last good build is untouched."), in_json=in_json)
    if not isinstance(report, Report):
        return ExitCode.DONE
    if in_json:
        _say(report.json())
    elif "--quiet" not in words:
        _say(report.text())
    return report.exit_code


def _say(text: str) -> None:
    """Print a text without what could move a terminal's cursor or reverse a line: names of files may hold it.

    A reader who closes the pipe early, as `head` does, has read enough.
    """
    try:
        print(without_unseen(text), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(error: CycloptsError) -> str:
    """Say what is wrong with a command line in words that its help uses: an argument by its name there."""
    if isinstance(error, UnusedCliTokensError):
        words = list(error.unused_tokens or ())
        these = "This word is" if len(words) == 1 else "These words are"
        return f"{these} more than the command takes: {' '.join(words)}"
    if isinstance(error, MissingArgumentError) and error.argument is not None and not error.tokens_so_far:
        command = " ".join(error.command_chain or ())
        named = error.argument.name.removeprefix("--").replace("-", "_").upper()
        if error.argument.index is not None and error.keyword is None:
            return f"evaluation {command} needs one thing more: {named}"
    return str(error)


def _usage_hints(message: str) -> Iterator[str]:
    if "into date" in message:
        yield "A day is written YYYY-MM-DD, for example 2012-12-31."
    yield "evaluation --help lists every command and option."


def _fail(error: EvaluationError, *, in_json: bool) -> ExitCode:
    print(without_unseen(error_text(error, in_json=in_json)), file=sys.stdout if in_json else sys.stderr)
    return error.exit_code


def _options_last(words: list[str]) -> list[str]:
    """Let the common options stand before the command as well as after it."""
    leading: list[str] = []
    while words and words[0].split("=")[0] in LEADING_OPTIONS:
        takes_value = LEADING_OPTIONS[words[0].split("=")[0]] and "=" not in words[0]
        count = 2 if takes_value else 1
        leading, words = [*leading, *words[:count]], words[count:]
    return [*words, *leading]
