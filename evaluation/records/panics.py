"""Readers written in Rust may panic on a damaged file: here that becomes a refusal like any other."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext

from evaluation.errors import DataError


@contextmanager
def refusing_panics(sentence: str, *, quietly: bool = False) -> Generator[None]:
    """Refuse the file with `sentence` where its reader panics.

    Parameters
    ----------
    sentence
        What the user reads.
    quietly
        Whether to keep what the panicking reader itself writes to standard error from the user.

    Raises
    ------
    DataError
        The reader panicked.
    """
    try:
        with _without_stderr() if quietly else nullcontext():
            yield
    except BaseException as problem:
        # A panic is no Exception, and each reader brings a class of its own of this name.
        if type(problem).__name__ != "PanicException":
            raise
        raise DataError(sentence) from None


@contextmanager
def _without_stderr() -> Generator[None]:
    """Standard error of the process goes nowhere for as long as this lasts."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
