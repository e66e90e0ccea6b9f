"""Names that want to be something else come out as names: on the terminal and in what is published."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import polars as pl
import pytest

from evaluation.cli import run
from evaluation.publishing.release import Rules, release_contract, release_table

ESCAPE, OVERRIDE = "\x1b[31m", "\u202e"
NAME = f"cas{ESCAPE}es{OVERRIDE}.csv"
SETTINGS = """
name = "Tiny"
as_of = 2012-12-31
[extracts.cases]
path = "cas\\u001b[31mes\\u202e.csv"
mapping = "case_list"
[privacy]
key = "KEY"
"""


def unseen(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"} and char not in "\n\t"}


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_file_name_cannot_move_the_terminal(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / NAME).write_text("Nothing,Here\n1,2\n", encoding="utf-8")
    (folder / "partnership.toml").write_text(SETTINGS.replace("KEY", str(tmp_path / "tiny.key")), encoding="utf-8")
    assert run(["check", "--workspace", str(folder), *options]) == 3
    said = capsys.readouterr()
    assert "cas" in said.out + said.err
    assert unseen(said.out + said.err) == set()
    assert "\\u001b" in said.out or not options, "JSON says what it was, and does nothing"


def test_what_is_published_holds_no_unseen_character() -> None:
    ward = f"No{OVERRIDE}rth\u200d\x07"
    table = release_table("t", pl.DataFrame({"ward": [ward], "count": [30]}), Rules())
    assert table.data["rows"] == [{"ward": "North", "count": 30}]
    contract = release_contract({"contract": "c", f"by_{ward}": {"text": f"{ward}\nSecond line"}}, Rules())
    assert unseen(contract.to_json()) == set()
    assert contract.data["by_North"] == {"text": "North\nSecond line"}
