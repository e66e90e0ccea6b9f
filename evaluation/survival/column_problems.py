"""What is wrong with the columns of a frame of spells, said in words: counts, an example, a near name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from evaluation.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from evaluation.survival.columns import Roles

WIDE = ("Int128", "UInt128")
# The fourth power of a number is still one.
LARGEST = 1e75


def check_names(spells: pl.DataFrame | pl.LazyFrame, roles: Roles) -> None:
    """Refuse what is no Polars frame, and columns the frame does not have, each with its near name."""
    if not isinstance(spells, (pl.DataFrame, pl.LazyFrame)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise DataError(
            f"The spells are a {type(spells).__qualname__}; a Polars frame belongs there (`pl.DataFrame(spells)`)."
        )
    present = spells.collect_schema().names()
    missing = [name for name in roles.used() if name not in present]
    if missing:
        raise DataError(
            "The frame of spells lacks columns:",
            [f"column '{name}' is not there.{did_you_mean(name, present)}" for name in missing],
        )


def narrow(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring whole numbers wider than 64 bits to 64, all that arrays hold; one that does not fit becomes null."""
    wide = [series.name for series in frame if str(series.dtype) in WIDE]
    return frame.with_columns(pl.col(wide).cast(pl.Int64, strict=False)) if wide else frame


def null_problems(frame: pl.DataFrame) -> list[str]:
    """Say which columns are null, how often and where first."""
    problems: list[str] = []
    for series in frame:
        if series.null_count():
            row = series.is_null().arg_max()
            problems.append(
                f"column '{series.name}' is null in {series.null_count()} of {frame.height} rows, first in row {row}"
            )
    return problems


def type_problems(frame: pl.DataFrame, roles: Roles) -> list[str]:
    """Say which columns hold another kind of value than belongs there."""
    numeric = [name for name in (roles.exit, roles.entry, roles.weights) if name is not None]
    problems = [
        f"column '{name}' is {frame[name].dtype}; a number belongs there (whole days, or any unit of time)"
        for name in dict.fromkeys(numeric)
        if not frame[name].dtype.is_numeric()
    ]
    problems += _event_type(frame[roles.event], roles.event_kind)
    for name in roles.covariates:
        dtype = frame[name].dtype
        if not (dtype.is_numeric() or dtype == pl.Boolean or is_category(dtype)):
            problems.append(f"covariate '{name}' is {dtype}; a number, a boolean or a category belongs there")
    for name in (*roles.groups, roles.cluster):
        dtype = pl.Boolean() if name is None else frame[name].dtype
        if not (dtype.is_numeric() or dtype.is_temporal() or dtype == pl.Boolean or is_category(dtype)):
            problems.append(f"column '{name}' is {dtype}; a number, a text or a category belongs there")
    return problems


def _event_type(event: pl.Series, kind: str) -> list[str]:
    dtype = event.dtype
    textual = is_category(dtype)
    if kind == "none" or dtype.is_numeric() or dtype == pl.Boolean or (kind == "state" and textual):
        return []
    belongs = "a whole number or a text state" if kind == "state" else "true/false or 0/1"
    example = f", for example {event[0]!r}" if textual and _short(event[0]) else ""
    return [f"column '{event.name}' is {dtype}{example}; {belongs} belongs there"]


def is_category(dtype: pl.DataType) -> bool:
    """Whether a column holds text or categories."""
    return dtype == pl.String or dtype == pl.Categorical or dtype == pl.Enum


def _short(value: object) -> bool:
    """Only a short code is shown in a message: a long text might be about a person."""
    return isinstance(value, str) and len(value) <= 20 and " " not in value


def value_problems(frame: pl.DataFrame, roles: Roles) -> list[str]:
    """Say which values cannot be: not finite, an empty spell, a negative weight, an event that is not allowed."""
    problems = [problem for name in roles.used() for problem in _number_problems(frame, name)]
    if problems:
        return problems
    if roles.entry is not None:
        bad = frame[roles.exit] <= frame[roles.entry]
        text = f"exit '{roles.exit}' is not after entry '{roles.entry}'"
        problems += _problem(frame, bad, text, (roles.entry, roles.exit))
    else:
        problems += _problem(frame, frame[roles.exit] < 0, f"exit '{roles.exit}' is negative", (roles.exit,))
    if roles.weights is not None:
        weight = frame[roles.weights]
        problems += _problem(frame, weight < 0, f"weight '{roles.weights}' is negative", (roles.weights,))
        if weight.dtype.is_float():
            faint = (weight > 0) & (weight < 1 / LARGEST)
            problems += _problem(frame, faint, f"weight '{roles.weights}' is too small to count", (roles.weights,))
    return problems + _event_problems(frame, roles)


def _number_problems(frame: pl.DataFrame, name: str) -> list[str]:
    series = frame[name]
    if not series.dtype.is_float():
        return []
    problems = _problem(frame, ~series.is_finite(), f"column '{name}' is not a finite number", (name,))
    if problems or not bool((series.abs() > LARGEST).any()):
        return problems
    return _problem(frame, series.abs() > LARGEST, f"column '{name}' is too large to compute with", (name,))


def _event_problems(frame: pl.DataFrame, roles: Roles) -> list[str]:
    event = frame[roles.event]
    if roles.event_kind == "none" or not event.dtype.is_numeric():
        return []
    if roles.event_kind == "indicator":
        text = f"event '{roles.event}' is neither 0 nor 1"
        low, high = event.min(), event.max()
        within = not event.dtype.is_float() and isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= 1
        return [] if within else _problem(frame, ~((event == 0) | (event == 1)), text, (roles.event,))
    return _problem(
        frame,
        (event < 0) | (event != event.floor()),
        f"event '{roles.event}' is not a whole number from 0",
        (roles.event,),
    )


def _problem(frame: pl.DataFrame, bad: pl.Series, text: str, show: tuple[str, ...]) -> list[str]:
    count = int(bad.sum())
    if not count:
        return []
    row = bad.arg_max() or 0
    example = ", ".join(f"{name} = {frame[name][row]}" for name in show)
    return [f"{text} in {count} of {frame.height} rows, first in row {row} ({example})"]
