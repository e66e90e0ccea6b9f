"""Drafting a mapping from a council's own extract: matches are proposed, and what matches nothing is asked."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

import polars as pl

from evaluation.errors import DataError
from evaluation.records import headers
from evaluation.records.mapping import SHIPPED, Column, Mapping, load_mapping
from evaluation.records.raw import first_rows
from evaluation.records.sources import read_grid

_DRAFT = "a council's own extract"
_FACTS = {
    "source": "what is this system called? Every record is stamped with it",
    "service": "which service is this? Every case is counted as its own",
}
FEWEST_HITS = 3
"""An extract that shares fewer headers than this with every system is begun from a list of reports, or of cases."""
_CASE_LIST_SIGNS = ("household", "scheme", "intervention")
"""Words of a header that only a list of cases and what was done has."""
_SHORTEST_PREFIX = 4
_DAY_WORDS = frozenset(("on", "date", "of", "day", "the"))


def draft_mapping(path: str | Path) -> str:
    """Draft a mapping for an extract.

    Parameters
    ----------
    path
        The extract (delimited text or a workbook).

    Returns
    -------
    str
        A TOML file that starts from the shipped mapping most like the extract. Columns that match stand under their own
        header; those that do not are listed as questions in comments. No value of the extract is in it.

    Raises
    ------
    DataError
        The extract cannot be read, or no row of it looks like a header.
    """
    names = _headers(path)
    best = max(
        (load_mapping(name) for name in SHIPPED),
        key=lambda mapping: (_score(mapping, names), mapping.system == "flare"),
    )
    if _hits(best, names) < FEWEST_HITS:
        best = _plain_list(names)
    found, left = _matches(best, names)
    return "\n".join(
        [
            *_preamble(best, names, found),
            "",
            *_columns(best, names, found),
            *_questions(best, left),
            "",
            _asked(best, None if _is_of(best, found, left) else headers.normal(Path(path).stem) or "extract"),
        ]
    )


def _plain_list(names: list[str]) -> Mapping:
    """The case list where a header speaks of households or schemes; else a list of reports, a row each."""
    case_list = any(sign in headers.normal(name) for name in names for sign in _CASE_LIST_SIGNS)
    shipped = Path(str(files("evaluation.records") / "mappings" / "incident_list.toml"))
    return load_mapping("case_list" if case_list else shipped)


def _is_of(mapping: Mapping, found: dict[str, tuple[str, bool]], left: list[str]) -> bool:
    """Whether every column of the extract is known by its very name: then it comes from that system."""
    return mapping.system in SHIPPED and not left and all(sure for _, sure in found.values())


def _headers(path: str | Path) -> list[str]:
    known = frozenset(header for name in SHIPPED for header in headers.known_headers(load_mapping(name)))
    try:
        grid = read_grid(Path(path), known)
    except DataError as refused:
        raise DataError(f"{Path(path).name}: {refused.message}", refused.problems) from refused.__cause__
    found = headers.find(first_rows(grid.cells), known)
    names = [name for name in (found.names if found else _fullest(grid.cells)) if name]
    if not names:
        raise DataError(f"{Path(path).name}: no row looks like a header.")
    return names


def _fullest(cells: pl.DataFrame) -> tuple[str, ...]:
    """Where no known column is named: the first of the rows that fill the most cells."""
    rows = first_rows(cells)
    most = max((sum(bool(cell.strip()) for cell in row) for row in rows), default=0)
    return tuple(cell.strip() for row in rows if sum(bool(cell.strip()) for cell in row) == most for cell in row)[
        : len(rows[0])
    ]


def _hits(mapping: Mapping, names: list[str]) -> int:
    known = headers.known_headers(mapping)
    return sum(headers.normal(name) in known for name in names)


def _score(mapping: Mapping, names: list[str]) -> float:
    """How much of an extract a mapping explains, and how much of the mapping's needs the extract meets."""
    needed = [column for column in mapping.columns.values() if column.required]
    normal = {headers.normal(name) for name in names}
    met = sum(any(headers.normal(name) in normal for name in column.names) for column in needed)
    return _hits(mapping, names) + (met / len(needed) if needed else 0.5)


def _matches(mapping: Mapping, names: list[str]) -> tuple[dict[str, tuple[str, bool]], list[str]]:
    """Column of the mapping to the header proposed for it (and whether it is sure), and the headers left over."""
    found: dict[str, tuple[str, bool]] = {}
    left = list(names)
    for sure in (True, False):
        for field, column in mapping.columns.items():
            header = _match(column, left, sure) if field not in found else None
            if header is not None:
                found[field] = (header, sure)
                left.remove(header)
    return found, left


def _match(column: Column, names: list[str], sure: bool) -> str | None:
    normal = {headers.normal(name): name for name in reversed(names)}
    for candidate in column.names:
        key = headers.normal(candidate)
        near = [key] if key in normal else ([] if sure else _near(column, candidate, normal))
        if near:
            return normal[near[0]]
    return None


def _near(column: Column, candidate: str, normal: dict[str, str]) -> list[str]:
    """Headers that may mean the same: spelt alike, cut short ("Perp"), or the same day in other words ("Action On")."""
    key = headers.normal(candidate)
    close = get_close_matches(key, normal, n=1, cutoff=0.8)
    if close:
        return close
    if column.kind == "date":
        wanted = _what_day(candidate)
        return [short for short, name in normal.items() if wanted and _what_day(name) == wanted][:1]
    return [short for short in normal if len(short) >= _SHORTEST_PREFIX and key.startswith(short)][:1]


def _what_day(header: str) -> frozenset[str]:
    """The words of a header that say which day it is: of "Action Date", "action"."""
    return frozenset(header.casefold().replace("_", " ").split()) - _DAY_WORDS


def _preamble(mapping: Mapping, names: list[str], found: dict[str, tuple[str, bool]]) -> list[str]:
    missing = [column.names[0] for field, column in mapping.columns.items() if column.required and field not in found]
    lines = [
        f"# Draft of a mapping for {_DRAFT} of {len(names)} columns, begun from the shipped '{mapping.system}'.",
        "# Check each line, answer the questions, and name this file in partnership.toml:",
        '# mapping = "mappings/NAME.toml"',
    ]
    if missing:
        lines.append(f"# Needed and not found: {', '.join(missing)}. Which columns hold them?")
    lines += [
        "# The order of day and month, where the values do not prove it:",
        '# dates = "day-first"',
        "# Your own words (kinds of nuisance, outcomes): evaluation check lists those that are in no list.",
        "# To keep lists of your own, put for example categories.toml into a folder beside this file and name it:",
        '# code_lists = "words"',
        "",
    ]
    return [
        *lines,
        f"title = {_quoted(f'own extract, like {mapping.title}')}",
        f"system = {_quoted(mapping.system)}",
        *_settings(mapping),
    ]


def _settings(mapping: Mapping) -> list[str]:
    lines: list[str] = []
    for name in ("unclassified", "untreated", "no_value"):
        words: tuple[str, ...] = getattr(mapping, name)
        lines += [f"{name} = [{', '.join(map(_quoted, words))}]"] if words else []
    if mapping.unknown_scheme != "keep":
        lines.append(f"unknown_scheme = {_quoted(mapping.unknown_scheme)}")
    return [*lines, "distinct = false"] if not mapping.distinct else lines


def _columns(mapping: Mapping, names: list[str], found: dict[str, tuple[str, bool]]) -> list[str]:
    lines = ["[columns]"]
    for field, column in mapping.columns.items():
        header, sure = found.get(field, (None, True))
        own = [header] if header else []
        others = [name for name in column.names if header is None or headers.normal(name) != headers.normal(header)]
        parts = [f"kind = {_quoted(column.kind)}"]
        parts += [f"list = {_quoted(column.list)}"] if column.list else []
        parts += ["required = true"] if column.required else []
        parts += ["filled = true"] if column.filled else []
        parts.append(f"names = [{', '.join(map(_quoted, [*own, *others]))}]")
        remark = "" if header and sure else ("  # is this the column?" if header else "  # not in this extract")
        lines.append(f"{field} = {{ {', '.join(parts)} }}{remark}")
    return lines


def _questions(mapping: Mapping, left: list[str]) -> list[str]:
    if not left:
        return []
    fields = ", ".join(mapping.columns)
    return [
        "",
        "# These columns match nothing and will be dropped. If one holds something above, add its header there:",
        *(f"#   {_quoted(name)}" for name in left),
        f"# Columns to choose from: {fields}",
    ]


def _asked(mapping: Mapping, name: str | None) -> str:
    """The rest of the mapping, in which what another place would be stamped with is asked: its source and service.

    Parameters
    ----------
    name
        What to call the source; None where the extract is the system's own, whose facts are proposed as they stand.
    """
    lines: list[str] = []
    for line in _rest(mapping).splitlines():
        key, _, value = line.partition(" = ")
        if key not in ("source", "service") or not value.startswith('"='):
            lines.append(line)
        elif name is None:
            lines.append(f"{line}  # {_FACTS[key]}")
        elif key == "source":
            lines.append(f"{key} = {_quoted(f'={name}')}  # {_FACTS[key]}")
        else:
            lines.append(f'# {key} = "=Housing"  # {_FACTS[key]}')
    return "\n".join(lines) + "\n"


def _rest(mapping: Mapping) -> str:
    """Everything of the shipped mapping below its columns, as it stands."""
    text = (files("evaluation.records") / "mappings" / f"{mapping.system}.toml").read_text(encoding="utf-8")
    parts = tomllib.loads(text)
    start = "[people." if "people" in parts else "[[tables]]"
    return text[text.index(start) :]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else " " for letter in escaped) + '"'
