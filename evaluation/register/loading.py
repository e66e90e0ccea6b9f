"""Read the register from its pages; every mistake of every page is reported together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from evaluation.errors import DataError, did_you_mean
from evaluation.register.front_matter import read_yaml, split_page
from evaluation.register.scheme import Scheme


def load_schemes(folder: Path) -> tuple[Scheme, ...]:
    """Read every `*.qmd` of a folder.

    Parameters
    ----------
    folder
        Usually `site/schemes`.

    Returns
    -------
    tuple of Scheme
        In order of their ids.

    Raises
    ------
    DataError
        Naming the file, the field, what was found and what is allowed, for every mistake in every page; and where two
        schemes share a name.
    """
    pages = sorted(path for path in folder.glob("*.qmd") if not path.name.startswith("_"))
    if not pages:
        raise DataError(f"{folder}: no scheme pages found (*.qmd).")
    schemes: list[Scheme] = []
    problems: list[str] = []
    for page in pages:
        found, wrong = _read(page)
        schemes.extend(found)
        problems.extend(wrong)
    problems.extend(_shared_names(schemes))
    if problems:
        raise DataError(f"{folder}: the register cannot be read.", problems)
    return tuple(schemes)


def read_scheme(page: Path) -> Scheme:
    """Read one scheme's page.

    Raises
    ------
    DataError
        Naming the file and every field that is wrong.
    """
    found, problems = _read(page)
    if problems:
        raise DataError(f"{page}: the scheme's record cannot be read.", problems)
    return found[0]


def scheme_names(schemes: Sequence[Scheme]) -> Mapping[str, Sequence[str]]:
    """Scheme id to its title and aliases, as `records.read_extract` takes them."""
    return {scheme.id: scheme.names for scheme in schemes}


def _read(page: Path) -> tuple[list[Scheme], list[str]]:
    try:
        front, body = split_page(page.read_text(encoding="utf-8"))
        fields = read_yaml(front)
    except UnicodeDecodeError:
        return [], [f"{page.name}: is not UTF-8 text"]
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f", line {line + 2}"
        return [], [f"{page.name}{where}: the front matter is not valid YAML"]
    except ValueError as error:
        return [], [f"{page.name}: {error}"]
    if not isinstance(fields, dict):
        return [], [f"{page.name}: the front matter holds no fields"]
    given = {str(key): _fixed(value) for key, value in cast("dict[object, object]", fields).items()}
    try:
        return [Scheme.model_validate({"id": page.stem, "body": body, **given})], []
    except ValidationError as error:
        return [], [f"{page.name}: {_in_words(one)}" for one in error.errors()]


def _fixed(value: object) -> object:
    if isinstance(value, list):
        return tuple(_fixed(item) for item in cast("list[object]", value))
    if isinstance(value, dict):
        return {str(key): _fixed(item) for key, item in cast("dict[object, object]", value).items()}
    return value


def _in_words(error: ErrorDetails) -> str:
    path = error["loc"]
    field = ".".join(str(part) for part in path) or "record"
    match error["type"]:
        case "missing":
            return f"field '{field}' is missing"
        case "extra_forbidden":
            return f"field '{field}' is not known.{did_you_mean(str(path[-1]), _fields_at(path))}"
        case "literal_error":
            allowed = str(error.get("ctx", {}).get("expected", ""))
            near = did_you_mean(
                str(error["input"]), [word.strip("' ") for word in allowed.replace(" or ", ",").split(",")]
            )
            return f"field '{field}': allowed {allowed}; found {_short(error['input'])}.{near}"
        case "value_error":
            return f"field '{field}': {error['msg'].removeprefix('Value error, ')}"
        case _:
            return f"field '{field}': {error['msg'].lower()}; found {_short(error['input'])}"


def _fields_at(path: tuple[int | str, ...]) -> list[str]:
    """The fields allowed where an unknown one stands."""
    model: type[BaseModel] = Scheme
    for part in path[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            model = next((kind for kind in _models(model.model_fields[part].annotation)), model)
    return [field.alias or name for name, field in model.model_fields.items() if name not in ("id", "body")]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 60 else text[:57] + "…"


def _shared_names(schemes: Sequence[Scheme]) -> list[str]:
    owners: dict[str, set[str]] = {}
    for scheme in schemes:
        for name in (scheme.id, *scheme.names):
            owners.setdefault(" ".join(name.casefold().replace("_", " ").split()), set()).add(scheme.id)
    return [
        f"name '{name}' is used by {len(ids)} schemes: {', '.join(sorted(ids))}"
        for name, ids in sorted(owners.items())
        if len(ids) > 1
    ]
