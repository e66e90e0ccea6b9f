"""Finding the header of a table and matching its columns to those of a mapping."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from evaluation.errors import DataError, did_you_mean
from evaluation.records import schema
from evaluation.records.mapping import Mapping, TableSource, columns_in, named_in
from evaluation.records.privacy import word

_UNITS = (
    r"\((?:£|gbp|pounds?|dd/?mm/?yyyy|dd-mm-yyyy|yyyy-mm-dd|days?|hours?|hrs?|minutes?|mins?|pence|number|no\.?)\)|£"
)
SEARCHED_ROWS = 30
"""A header is looked for in the first rows of a file; above it may stand a title, a date, a blank line."""


def normal(header: str) -> str:
    """A header without regard to case, spaces, underscores, punctuation and units.

    Examples
    --------
    >>> normal("Officer Cost (£)") == normal("officer_cost") == "officercost"
    True
    """
    return re.sub(r"[^a-z0-9]+", "", re.sub(_UNITS, "", header.casefold()))


@dataclass(frozen=True)
class Header:
    """Where the header stands and what its cells say.

    Attributes
    ----------
    row
        Index of the header's last row in the grid; the data begin at the next.
    names
        One name a column; a merged heading above is put before the cell's own name, or in its place.
    """

    row: int
    names: tuple[str, ...]


def find(grid: Sequence[Sequence[str]], known: frozenset[str]) -> Header | None:
    """The row (or two, where headings are merged) that names the most known columns; None where nothing matches."""
    best: tuple[int, int, Header] | None = None
    for row in range(min(len(grid), SEARCHED_ROWS)):
        for candidate in _candidates(grid, row, known):
            hits = sum(normal(name) in known for name in candidate.names)
            if hits and (best is None or hits > best[0]):
                best = (hits, row, candidate)
    return best[2] if best else None


def _candidates(grid: Sequence[Sequence[str]], row: int, known: frozenset[str]) -> list[Header]:
    single = Header(row, tuple(cell.strip() for cell in grid[row]))
    if row == 0 or not any(cell.strip() for cell in grid[row]):
        return [single]
    own = [cell.strip() for cell in grid[row]]
    above = [cell.strip() for cell in grid[row - 1]][: len(own)]
    above += [""] * (len(own) - len(above))
    # A heading merged over several columns stands in the first of them alone.
    spanning = accumulate(above, _latest)
    merged = tuple(_merged(*cells, known) for cells in zip(own, above, spanning, strict=True))
    return [single, Header(row, merged)]


def _latest(heading: str, cell: str) -> str:
    return cell or heading


def _merged(own: str, above: str, heading: str, known: frozenset[str]) -> str:
    if not own:
        return above
    if normal(own) in known or not heading:
        return own
    joined = f"{heading} {own}"
    return joined if normal(joined) in known else own


def known_headers(mapping: Mapping) -> frozenset[str]:
    """Every header that the mapping understands, normalised."""
    return frozenset(normal(name) for column in mapping.columns.values() for name in column.names)


def match(mapping: Mapping, names: Sequence[str]) -> dict[str, int]:
    """Column of the mapping to position in the extract, each position used once.

    Raises
    ------
    DataError
        Two columns have the same header, or a column that the mapping needs is not there.
    """
    _refuse_duplicates(names)
    positions = {normal(name): position for position, name in reversed(list(enumerate(names))) if normal(name)}
    found: dict[str, int] = {}
    taken: set[int] = set()
    depth = max((len(column.names) for column in mapping.columns.values()), default=0)
    for rank in range(depth):
        for field, column in mapping.columns.items():
            if field in found or rank >= len(column.names):
                continue
            position = positions.get(normal(column.names[rank]))
            if position is not None and position not in taken:
                found[field] = position
                taken.add(position)
    _refuse_missing(mapping, found, names)
    return found


def _refuse_duplicates(names: Sequence[str]) -> None:
    counts = Counter(normal(name) for name in names if normal(name))
    twice = [shown(name) for name in dict.fromkeys(names) if counts[normal(name)] > 1]
    if twice:
        raise DataError(f"The header holds the same column more than once: {', '.join(map(repr, twice))}.")


def _refuse_missing(mapping: Mapping, found: Table[str, int], names: Sequence[str]) -> None:
    missing = [column.names[0] for field, column in mapping.columns.items() if column.required and field not in found]
    if missing:
        hints = "".join(did_you_mean(name, [shown(header) for header in names if header]) for name in missing)
        raise DataError(f"The extract has no column {', '.join(map(repr, missing))}.{hints}")
    if not any(fed(spec, found) for spec in mapping.tables):
        wanted = sorted(
            {
                mapping.columns[name].names[0]
                for spec in mapping.tables
                for name in needed_by(spec)
                if name in mapping.columns
            }
        )
        raise DataError(
            f"The columns of the extract feed no table of the mapping '{mapping.system}': "
            f"it needs some of {', '.join(map(repr, wanted))}."
        )


def shown(header: str) -> str:
    """A header as it may stand in a message."""
    return word("".join(letter for letter in header if letter.isprintable()))


def needed_by(spec: TableSource) -> set[str]:
    """Columns without which a table cannot be fed: those of its conditions and of its keys and days."""
    named = named_in(spec.when)
    for column in schema.required(spec.table):
        named |= columns_in(spec.source.get(column, ()))
    return named - {"row", "file"}


def fed(spec: TableSource, found: Table[str, int]) -> bool:
    """Whether an extract with these columns can feed a table at all."""
    conditions = all(
        any(name in found for name in condition.split("|")) for condition in spec.when if condition[0] != "!"
    )
    return conditions and all(_available(spec.source.get(column), found) for column in schema.required(spec.table))


def _available(source: str | tuple[str, ...] | None, found: Table[str, int]) -> bool:
    if source is None:
        return False
    options = source if isinstance(source, tuple) else (source,)
    return any(
        all(name in found or name in ("row", "file") or name.startswith("person.") for name in columns_in(option))
        for option in options
    )
