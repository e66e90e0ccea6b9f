"""One written example for all tests of the room: it takes a few seconds."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import polars as pl
import pytest

from evaluation.example import Example, write_extracts


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Example, float]:
    start = process_time()
    return write_extracts(tmp_path_factory.mktemp("example")), process_time() - start


@pytest.fixture(scope="session")
def example(written: tuple[Example, float]) -> Example:
    return written[0]


@pytest.fixture(scope="session")
def truth(example: Example) -> dict[str, Any]:
    return json.loads(example.truth.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def tables(example: Example) -> dict[str, pl.DataFrame]:
    """The raw text of each comma-separated extract."""
    return {name: read_text(path) for name, path, _ in example.extracts if path.suffix == ".csv"}


def read_text(path: Path) -> pl.DataFrame:
    raw = path.read_bytes()
    encodings = {"iworld": "utf-16", "uniform": "cp1252", "confirm": "cp1252"}
    text = raw.decode(encodings.get(path.stem, "utf-8-sig"))
    lines = text.splitlines()
    if lines[0].startswith("CONFIRM"):
        text = "\n".join(lines[3:-1])
    return pl.read_csv(text.encode(), infer_schema=False)
