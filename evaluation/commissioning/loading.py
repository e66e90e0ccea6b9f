"""Read contract files strictly and show every mistake at once, each with its path and its line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from evaluation.commissioning.contract import Contract
from evaluation.errors import DataError, did_you_mean, expected

MOST_LINES_SHOWN = 5
MAY_BE_EMPTY = ("terms", "quote")
_TABLE = re.compile(r"^\s*\[(?P<path>[^\[\]]+)\]\s*(#.*)?$")
_ARRAY = re.compile(r"^\s*\[\[(?P<path>[^\[\]]+)\]\]\s*(#.*)?$")
_KEY = re.compile(r"^\s*(?P<key>[A-Za-z0-9_\-\.\"']+)\s*=(?P<rest>.*)$")


@dataclass(frozen=True)
class DraftContract:
    """A contract with lines that nobody has filled in yet: `name` is the file, `open_lines` its keys in order."""

    name: str
    open_lines: tuple[str, ...]

    def sentence(self) -> str:
        """Say that it is a draft, and which lines are open."""
        count = len(self.open_lines)
        shown = ", ".join(self.open_lines[:MOST_LINES_SHOWN]) + (", ..." if count > MOST_LINES_SHOWN else "")
        lines = "1 line is" if count == 1 else f"{count} lines are"
        return (
            f"contracts/{self.name} is a draft: {lines} still empty ({shown}). It is left out until "
            f"{'it is' if count == 1 else 'they are'} filled in."
        )


def draft_contracts(folder: Path | str) -> tuple[DraftContract, ...]:
    """Find the contract files of a folder that are still drafts: lines of them hold an empty text."""
    found: list[DraftContract] = []
    for path in sorted(Path(folder).glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
            content = tomllib.loads(text)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
        lines = [f"line {line_of(text, place)}: {place[-1]}" for place in _empty(content)]
        found += [DraftContract(path.name, tuple(lines))] if lines else []
    return tuple(found)


def _empty(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Find where a text is empty, apart from those that may be."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            if key not in MAY_BE_EMPTY and not (place and key == "target_population"):
                yield from _empty(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from _empty(inner, (*place, number))
    elif value == "":
        yield place


def load_contracts(folder: Path | str) -> tuple[Contract, ...]:
    """Read every `*.toml` of a folder, in order of name; drafts are left out (see `draft_contracts`).

    Raises
    ------
    DataError
        With one line for every mistake in every file: `file:line: path: what is wrong`.
    """
    contracts: list[Contract] = []
    problems: list[str] = []
    unfinished = {draft.name for draft in draft_contracts(folder)}
    for path in sorted(path for path in Path(folder).glob("*.toml") if path.name not in unfinished):
        contract, found = _read(path)
        problems += found
        if contract is not None:
            contracts.append(contract)
    if problems:
        mistakes = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise DataError(f"{mistakes} in the contracts of {Path(folder).name}/", problems)
    return tuple(contracts)


def read_contract(text: str, name: str = "contract.toml") -> Contract:
    """Read one contract from the text of its file; `DataError` lists every mistake."""
    contract, problems = _parse(text, name)
    if contract is None or problems:
        raise DataError(f"{name} is not a contract that can be evaluated", problems)
    return contract


def json_schema() -> str:
    """Give the JSON Schema of a contract file, for editors; the same bytes every time."""
    return json.dumps(Contract.model_json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """Give the line (from 1) of a key, or of the nearest enclosing table when the key is missing."""
    lines = _lines(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _read(path: Path) -> tuple[Contract | None, list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None, [f"{path.name}: is not UTF-8 text"]
    contract, problems = _parse(text, path.name)
    if contract is not None and contract.id != path.stem:
        line = line_of(text, ("id",))
        problems.append(f"{path.name}:{line}: id: '{contract.id}' must be the file's name, '{path.stem}'")
    return contract, problems


def _parse(text: str, name: str) -> tuple[Contract | None, list[str]]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [f"{name}: not TOML: {error}"]
    try:
        contract = Contract.model_validate(content)
    except ValidationError as error:
        return None, [_problem(text, name, detail) for detail in _telling(error.errors(include_url=False))]
    found = [f"{name}:{line_of(text, _path(where))}: {where}: {message}" for where, message in contract.problems()]
    return contract, found


def _telling(details: list[Any]) -> list[Any]:
    # A list is "too short" only because its entries are refused, each of which is shown already.
    places = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if not (detail["type"] == "too_short" and any(p[:-1][: len(detail["loc"])] == detail["loc"] for p in places))
    ]


def _problem(text: str, name: str, detail: Any) -> str:
    path = tuple(part for part in detail["loc"] if not _is_branch(part))
    return f"{name}:{line_of(text, path)}: {_dotted(path)}: {_message(detail, path)}"


def _is_branch(part: str | int) -> bool:
    # A union's branch is named in the location by its type, which is no key of the file.
    return isinstance(part, str) and bool(re.match(r"(literal\[|float$|function-|decimal$|constrained-)", part))


def _message(detail: Any, path: tuple[str | int, ...]) -> str:
    kind = detail["type"]
    if kind == "missing":
        reason = "a measure needs a number, a date and an owner" if path[0] == "outcome_metrics" else "it is required"
        return f"is missing ({reason})"
    if kind == "extra_forbidden":
        return f"is not a key of a contract.{did_you_mean(str(path[-1]), _known_keys())}"
    return expected(kind, str(detail["msg"]), detail.get("ctx", {}))


def _known_keys() -> set[str]:
    schema = Contract.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return {key for part in parts for key in part.get("properties", {})}


def _dotted(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _path(dotted: str) -> tuple[str | int, ...]:
    found = re.findall(r"([A-Za-z0-9_\-]+)|\[(\d+)\]", dotted)
    return tuple(int(index) if index else key for key, index in found)


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    """Find the line of each table and key; what lies inside an inline value counts to the key that holds it."""
    lines: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    depth, in_text = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        if depth == 0 and not in_text:
            if match := _ARRAY.match(line):
                table = _enter_array(match["path"], counts)
                lines.setdefault(table, number)
                lines.setdefault(table[:-1], number)
                continue
            if match := _TABLE.match(line):
                table = _split(match["path"])
                lines[table] = number
                continue
            if match := _KEY.match(line):
                lines[(*table, *_split(match["key"]))] = number
        in_text ^= line.count('"""') % 2 == 1
        depth = 0 if in_text else max(0, depth + _opened(line))
    return lines


def _enter_array(path: str, counts: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    key = _split(path)
    counts[key] = counts.get(key, -1) + 1
    return (*key, counts[key])


def _split(path: str) -> tuple[str | int, ...]:
    return tuple(part.strip().strip("\"'") for part in path.split("."))


def _opened(line: str) -> int:
    bare = re.sub(r'"[^"]*"|\'[^\']*\'|#.*$', "", line)
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
