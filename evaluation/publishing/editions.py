"""The last published edition, kept so that the next one can be compared with it.

It is kept outside the site, because the tables' own counts stand in it: without them a change of one person cannot be
told from a change of twelve. Everything else in it is what readers have already seen.
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
    """

    as_of: str
    published: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])

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
        tables = {name: pl.DataFrame(columns) for name, columns in kept["tables"].items()}
        return LastEdition(str(kept["as_of"]), kept["published"], tables)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: is not a kept edition, so the next one cannot be compared with it.") from error


def keep_edition(
    folder: Path, as_of: str, published: Sequence[Published], tables: Mapping[str, pl.DataFrame] | None = None
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

    Returns
    -------
    Path
        The file. It is replaced in one step, so that a stop in the middle leaves the earlier one.
    """
    content = {
        "version": VERSION,
        "as_of": as_of,
        "published": {f"{value.kind}/{value.name}": value.data for value in published},
        "tables": {name: _columns(frame) for name, frame in (tables or {}).items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path, fresh = folder / FILE, folder / f".{FILE}.{os.getpid()}"
    fresh.write_text(json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)
    return path


def _columns(frame: pl.DataFrame) -> dict[str, list[Any]]:
    text = [name for name, kind in frame.schema.items() if not kind.is_numeric() and kind != pl.Boolean]
    return frame.with_columns(pl.col(text).cast(pl.String)).to_dict(as_series=False)
