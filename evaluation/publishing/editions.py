"""The last published edition, kept so that the next one can be compared with it.

It is kept outside the site, because the tables' own counts stand in it: without them a change of one person cannot be
told from a change of twelve. The tables of the editions before it are kept too, because a figure of today can tell what
came between two of them. Everything else in it is what readers have already seen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import polars as pl

from evaluation.errors import DataError
from evaluation.publishing.release import Published

FILE = "last_edition.json"
VERSION = 1
MOST_KEPT = 8
"""Editions whose tables are kept with the last one's: two years of quarters."""
Tables = Mapping[str, pl.DataFrame]
_Kept = dict[str, dict[str, list[Any]]]


@dataclass(frozen=True)
class LastEdition:
    """What readers have.

    Attributes
    ----------
    as_of
        The edition's as-of date, ISO.
    published
        `kind/name` to the published data.
    tables
        Table name to the frame that was published, with its counts.
    history
        The tables of the editions before it, oldest first; those that showed nothing new are left out.
    """

    as_of: str
    published: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    tables: Tables = field(default_factory=dict[str, pl.DataFrame])
    history: tuple[Tables, ...] = ()

    def of(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """The published data of one result, or None where it was not published."""
        return self.published.get(f"{kind}/{name}")


def read_edition(folder: Path) -> LastEdition | None:
    """Read the edition that a folder keeps.

    Returns
    -------
    LastEdition or None
        None when nothing has been published yet.

    Raises
    ------
    DataError
        For a file that is not an edition: the comparison would silently be left out.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        kept = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        if kept["version"] != VERSION:
            raise DataError(f"{path}: version {kept['version']}; allowed: {VERSION}.")
        history = tuple(_frames(tables) for tables in kept.get("history", []))
        return LastEdition(str(kept["as_of"]), kept["published"], _frames(kept["tables"]), history)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: is not a kept edition, so the next one cannot be compared with it.") from error


def _frames(tables: Mapping[str, Any]) -> Tables:
    return {name: pl.DataFrame(columns) for name, columns in tables.items()}


def keep_edition(
    folder: Path,
    as_of: str,
    published: Sequence[Published],
    tables: Tables | None = None,
    earlier: LastEdition | None = None,
) -> Path:
    """Keep what is being published; call it when the site has been written.

    Parameters
    ----------
    folder
        A folder that is not part of the site.
    as_of
        The edition's as-of date, ISO.
    published
        Every published value.
    tables
        The protected frames behind published tables, with their counts.
    earlier
        The edition before, whose tables stay known.

    Returns
    -------
    Path
        The file. It is replaced in one step, so that a stop in the middle leaves the earlier one.
    """
    content = {
        "version": VERSION,
        "as_of": as_of,
        "published": {f"{value.kind}/{value.name}": value.data for value in published},
        "tables": _plain(tables or {}),
        "history": _history(_plain(tables or {}), earlier),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path, fresh = folder / FILE, folder / f".{FILE}.{os.getpid()}"
    fresh.write_text(json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)
    return path


def _plain(tables: Tables) -> _Kept:
    return {name: _columns(frame) for name, frame in tables.items()}


def _history(now: _Kept, earlier: LastEdition | None) -> list[_Kept]:
    """The tables of earlier editions, without one that told the same as the edition after it."""
    if earlier is None:
        return []
    before = [_plain(tables) for tables in (*earlier.history, earlier.tables) if tables]
    pairs = zip(before, [*before, now][1:], strict=True)
    return [tables for tables, later in pairs if _told(tables) != _told(later)][-MOST_KEPT:]


def _told(tables: _Kept) -> _Kept:
    """What readers saw, and the counts behind it, without how it came about."""
    return {
        name: {column: values for column, values in columns.items() if column not in ("delayed", "basis")}
        for name, columns in tables.items()
    }


def _columns(frame: pl.DataFrame) -> dict[str, list[Any]]:
    text = [name for name, kind in frame.schema.items() if not kind.is_numeric() and kind != pl.Boolean]
    return frame.with_columns(pl.col(text).cast(pl.String)).to_dict(as_series=False)
