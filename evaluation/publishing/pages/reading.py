"""Read published JSON: lists of mappings as tables, amounts as money, counts as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from evaluation.publishing import words
from evaluation.publishing.parts import Cell, data_table, region

Json = Mapping[str, Any]


def rows_of(data: Json, key: str) -> list[Json]:
    """Return the list of mappings under a key, or an empty list."""
    found = data.get(key)
    if not isinstance(found, list):
        return []
    return [cast("Json", row) for row in cast("list[object]", found) if isinstance(row, Mapping)]


def part_of(data: Json, key: str) -> Json:
    """Return the mapping under a key, or an empty one."""
    found = data.get(key)
    return cast("Json", found) if isinstance(found, Mapping) else {}


def texts_of(data: Json, key: str) -> list[str]:
    """Return the list of texts under a key, or an empty list."""
    found = data.get(key)
    return [str(text) for text in cast("list[object]", found)] if isinstance(found, list) else []


def dimensions_of(rows: Sequence[Json]) -> list[str]:
    """Return the dimensions of a published table: its columns but for the count."""
    return [str(key) for key in rows[0] if key != "count"] if rows else []


def amount(value: object) -> Decimal | None:
    """Read an amount of money from JSON; None where it is hidden or no number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def money(value: object, *, pence: bool = True) -> str:
    """Write an amount to the penny (in whole pounds where it was rounded), or that it is not shown."""
    found = amount(value)
    return words.HIDDEN if found is None else words.pounds(found, pence=pence)


def shown(value: object) -> str:
    """Write any scalar of a published result the way people read it."""
    if value is None:
        return words.HIDDEN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return words.plain(value)
    if isinstance(value, float):
        return words.plain(int(value)) if value.is_integer() else f"{value:,.3g}".replace("-", words.MINUS)
    day = words.as_date(value) if isinstance(value, str) and len(value) == 10 else None
    return words.long_date(day) if day else words.visible(value)


def record_table(caption: str, rows: Sequence[Json], heads: Mapping[str, str] | None = None) -> str:
    """Write mappings as a table: a column for each key, with the heads given or the keys in words.

    Parameters
    ----------
    heads
        Key → head, in the order wanted; without it every key of the first row that holds a scalar.
    """
    if not rows:
        return ""
    columns = heads or {
        key: words.sentence_case(key) for key, value in rows[0].items() if not isinstance(value, Mapping | list)
    }
    cells: list[list[Cell]] = [[shown(row.get(key)) for key in columns] for row in rows]
    return region(data_table(caption, list(columns.values()), cells), f"{caption}, table")


def figure_of(data: Json) -> float | None:
    """Return a figure that stands under `value` (a share, an amount) or under `n_value` (a protected count)."""
    for key in ("value", "n_value"):
        found = data.get(key)
        if isinstance(found, int | float) and not isinstance(found, bool):
            return float(found)
    return None
