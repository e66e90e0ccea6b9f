"""Find subjects who are at risk twice at once."""

from __future__ import annotations

import polars as pl

from evaluation.errors import DataError
from evaluation.survival.columns import Frame, Roles, names, read


def overlapping(
    spells: Frame, *, subject: str, exit: str = "exit", entry: str | None = "entry", by: tuple[str, ...] = ()
) -> pl.DataFrame:
    """List spells that begin before an earlier spell of the same subject has ended.

    Parameters
    ----------
    spells
        One row per spell at risk `(entry, exit]`.
    subject, exit, entry
        Columns of the subject and the times; without `entry`, spells begin together and any two overlap.
    by
        Columns within which spells must not overlap.

    Returns
    -------
    pl.DataFrame
        The columns used, `row` (counted from 0) and `previous_exit`, one row per overlapping spell.

    Raises
    ------
    DataError
        When a column cannot be used, or a spell ends before it begins.
    """
    frame = read(spells, Roles(exit, exit, entry, cluster=subject, groups=by, event_kind="none"))
    keys = [subject, *by]
    start = pl.lit(float("-inf")) if entry is None else pl.col(entry)
    columns = list(dict.fromkeys([*keys, *names(entry), exit]))
    return (
        frame.lazy()
        .select(columns)
        .with_row_index("row")
        .with_columns(start.alias("__start"))
        .sort([*keys, "__start", exit])
        .with_columns(pl.col(exit).cum_max().shift(1).over(keys).alias("previous_exit"))
        .filter(pl.col("__start") < pl.col("previous_exit"))
        .select("row", *columns, "previous_exit")
        .collect()
    )


def refuse_overlap(spells: Frame, subject: str, exit: str, entry: str | None, by: tuple[str, ...] = ()) -> None:
    """Refuse overlapping spells of one subject.

    Raises
    ------
    DataError
        With the number of spells and an example.
    """
    found = overlapping(spells, subject=subject, exit=exit, entry=entry, by=by)
    if found.height:
        row = found.row(0, named=True)
        begins = "from the start" if entry is None else f"from {row[entry]}"
        raise DataError(
            f"Spells of one subject ('{subject}') overlap in {found.height} rows, first in row {row['row']}: "
            f"it is at risk {begins} to {row[exit]}, but an earlier spell runs to {row['previous_exit']}."
        )
