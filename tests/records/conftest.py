"""Helpers of the records tests: small case lists written in any form, and what was read from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

HEADER = (
    "Case Ref", "Household Ref", "Scheme", "Ward", "Date Opened", "Intervention Date", "Date Closed",
    "Next Report Date", "Outcome", "Officer Cost", "Notes",
)  # fmt: skip
ROWS = (
    ("C001", "H1", "Mediation", "Abbey", "13/01/2011", "27/01/2011", "30/06/2011", "20/03/2011", "Resolved", "120.50", "music"),
    ("C002", "H2", "No Action", "Abbey", "01/03/2011", "", "31/05/2011", "", "Closed no action", "", ""),
    ("C003", "H1", "ABC", "Barton", "14/04/2011", "", "", "", "", "12.00", ""),
)  # fmt: skip


def text_of(rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue()


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write bytes or text to a file of the test's own folder."""

    def to_file(content: bytes | str, name: str = "cases.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return to_file
