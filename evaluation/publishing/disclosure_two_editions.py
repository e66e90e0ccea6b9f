"""A new edition of tables whose last edition everybody has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from evaluation.errors import DataError
from evaluation.publishing.disclosure_cells import MARGIN, Frame, Hierarchies
from evaluation.publishing.disclosure_differences import joint_problem, read_edition_tables, show
from evaluation.publishing.disclosure_protection import Zeros, joined, protect_linked, small_cells
from evaluation.publishing.disclosure_rules import BASE, DOMINANT_SHARE, THRESHOLD, Rules
from evaluation.publishing.disclosure_suppression import choose

MADE_BY_PROTECTION = ("published", "hidden", "delayed", "basis")


def release_differences(
    old: Frame,
    new: Frame,
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
    zeros: Zeros = "show",
    width: int | None = None,
    dominant_share: float = DOMINANT_SHARE,
    hierarchies: Hierarchies | None = None,
    dimensions: Sequence[str] | None = None,
    margin: str = MARGIN,
    earlier: Sequence[Frame] = (),
) -> pl.DataFrame:
    """Protect a new edition of one table.

    A figure that moved by fewer people than the threshold is delayed: the last edition's figure stays. The two editions
    and their difference are protected as one system, so that neither what was hidden last time nor who was added since
    can be worked out from sums over both.

    Parameters
    ----------
    old
        The last edition as it was published, with its counts: the frame that `protect` or this function returned. A
        frame without `published` is protected first.
    new
        The new counts. Rows that the last edition had and this one lacks are no longer shown.
    threshold, base, zeros, width, dominant_share, hierarchies, dimensions, margin
        As in `protect`.
    earlier
        The editions before the last, oldest first, as they were published.

    Returns
    -------
    polars.DataFrame
        `new` with `published`, `hidden`, `delayed` (the last edition's figure stands) and `basis` (the count from
        which the shown figure was rounded, or at which the cell was hidden; keep it, never publish it).

    Raises
    ------
    DataError
        Where the last edition lacks its counts.
    DisclosureError
        Where no choice protects both editions, as after a last edition that was published without protection.
    """
    return release_differences_linked(
        {"table": old}, {"table": new}, threshold=threshold, base=base, zeros=zeros, width=width, margin=margin,
        dominant_share=dominant_share, hierarchies=hierarchies,
        dimensions=None if dimensions is None else {"table": dimensions},
        earlier=[{"table": edition} for edition in earlier],
    )["table"]  # fmt: skip


def release_differences_linked(
    old: Mapping[str, Frame],
    new: Mapping[str, Frame],
    *,
    threshold: int = THRESHOLD,
    base: int = BASE,
    zeros: Zeros = "show",
    width: int | None = None,
    dominant_share: float = DOMINANT_SHARE,
    hierarchies: Hierarchies | None = None,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    measures: Mapping[str, str] | None = None,
    margin: str = MARGIN,
    earlier: Sequence[Mapping[str, Frame]] = (),
) -> dict[str, pl.DataFrame]:
    """Protect a new edition of linked tables; options as in `protect_linked`, the result as in `release_differences`.

    A table that is new in this edition is protected with the others.
    """
    rules = Rules(threshold, base, zeros, width, dominant_share)
    links: dict[str, Any] = {
        "hierarchies": hierarchies,
        "dimensions": dimensions,
        "measures": measures,
        "margin": margin,
    }
    before = {name: frame.lazy().collect() for name, frame in old.items()}
    if any("published" not in frame.columns for frame in before.values()):
        plain = {name: frame.drop(MADE_BY_PROTECTION, strict=False) for name, frame in before.items()}
        before = protect_linked(
            plain, threshold=threshold, base=base, zeros=zeros, width=width, dominant_share=dominant_share, **links
        )
    after = {name: frame.lazy().collect().drop(MADE_BY_PROTECTION, strict=False) for name, frame in new.items()}
    _refuse_without_counts(before)
    long_ago = [{name: frame.lazy().collect() for name, frame in tables.items()} for tables in earlier]
    for tables in long_ago:
        _refuse_without_counts(tables)
    editions = [read_edition_tables(joined(tables, **links), tables) for tables in (*long_ago, before)]
    system = joined(after, **links)
    small = np.zeros(len(system.cells), dtype=np.bool_)
    for name, frame in after.items():
        np.logical_or.at(small, system.rows[name], small_cells(frame, rules))
    first = sum(len(edition.system.cells) for edition in editions)
    held = choose(joint_problem(editions, system, small, rules))[first : first + small.size]
    cells = show(editions[-1], system, held, rules)
    return {name: frame.hstack(cells[system.rows[name]]) for name, frame in after.items()}


def _refuse_without_counts(frames: Mapping[str, pl.DataFrame]) -> None:
    problems = [
        f"table '{name}': no column '{column}'"
        for name, frame in frames.items()
        for column in ("count", "hidden")
        if column not in frame.columns
    ]
    if problems:
        raise DataError("The last edition cannot be compared with this one.", problems)
