"""`--json`: every command prints what its shipped schema says, refusals too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import REPOSITORY, Build
from test_cli import workspace

from evaluation.cli import app, run
from evaluation.cli.answers import ANSWERS, schema, schema_file
from evaluation.example.exam import ExamResult
from evaluation.publication import EXAM_RESULT
from evaluation.reference import commands

ORDERS = "Order Ref,Order Date,Costs Awarded\nO1,15/03/2010,400.00\n"
RECEIPTS = "Receipt Ref,Date Received,Amount,Reference,Kind\nR1,15/04/2010,20.01,O1,Payment\n"
COURT = "".join(
    f'[extracts.{name}]\npath = "{name}.csv"\nmapping = "court_{name}"\n' for name in ("orders", "receipts")
)
HERE = ["--workspace", "."]
LINES = [
    ["build", "--no-notebooks", "--renderer", "smalldocs", *HERE],
    ["site", "--renderer", "smalldocs", *HERE],
    ["check", *HERE],
    ["run", "mediation", *HERE],
    ["reconcile", "--compare", "2010-03-31", *HERE],
    ["verify", *HERE],
    ["bench", "follow_up", "--rows", "1000"],
    ["init", "another", "--as-of", "2012-12-31"],
    ["new", "contract", "night_line", "--workspace", "another"],
    ["new", "scheme", "night_line", *HERE],
    ["new", "study", "night_line", *HERE],
    ["new", "mapping", "cases.csv", *HERE],
    ["export", "indigo", "mediation", *HERE],
]  # fmt: skip
APART = {"demo", "notebooks", "exam"}


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    code = run([*words, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["exit_code"] == code, answer
    return answer


def validate(command: str, answer: dict[str, Any]) -> None:
    jsonschema.validate(answer, json.loads(schema_file(command).read_text(encoding="utf-8")))


def command_of(words: list[str]) -> str:
    return " ".join(words[:2] if words[0] in ("new", "export") else words[:1])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "receipts.csv").write_text(RECEIPTS, encoding="utf-8")
    (tmp_path / "contracts").mkdir()
    shutil.copy(REPOSITORY / "contracts" / "mediation.toml", tmp_path / "contracts")
    monkeypatch.chdir(workspace(tmp_path, more=COURT))
    return tmp_path


def test_every_command_has_its_schema_as_the_code_says() -> None:
    assert {name for name, _ in commands(app)} == set(ANSWERS) == {command_of(words) for words in LINES} | APART
    for command in ANSWERS:
        assert json.loads(schema_file(command).read_text(encoding="utf-8")) == schema(command), "make docs"


def test_commands_print_what_their_schemas_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in LINES:
        answer = told(capsys, *words)
        assert answer["exit_code"] == 0, answer
        validate(command_of(words), answer)


def test_the_whole_worked_example_is_told_as_its_schema_says(worked_example: Build) -> None:
    validate("build", worked_example.summary)
    validate("demo", worked_example.summary)


def test_notebooks_and_demo(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebooks themselves run in their own tests; the example here is the small workspace."""
    monkeypatch.setattr("evaluation.executing.execute_all", lambda files, *_, **__: ())
    monkeypatch.setattr("evaluation.templates.write_example", lambda to: shutil.copytree(folder, to))
    validate("notebooks", told(capsys, "notebooks", "start_here", *HERE))
    validate("demo", told(capsys, "demo", "../demonstration"))


def test_the_exam(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Sitting it takes minutes: the result is the one that was sat for the site."""
    result = ExamResult.from_json(EXAM_RESULT.read_text(encoding="utf-8"))
    monkeypatch.setattr("evaluation.example.run_exam", lambda *_, **__: result)
    validate("exam", told(capsys, "exam", "--replicates", "1"))


@pytest.mark.parametrize("command", ANSWERS)
def test_a_refusal_is_in_every_schema(command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer = told(capsys, *command.split(), "--workspace", str(tmp_path), "--nonsense")
    assert answer["exit_code"] == 2
    validate(command, answer)
    with pytest.raises(jsonschema.ValidationError):
        validate(command, {**answer, "exit_code": 1})
