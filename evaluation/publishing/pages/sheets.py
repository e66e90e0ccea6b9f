"""What one table to download is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sheet:
    """One table to download: its name, what it is, its columns with their meaning, and its rows."""

    name: str
    about: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[Any]]
