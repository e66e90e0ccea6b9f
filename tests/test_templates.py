"""Drafts that a partnership starts from."""

from datetime import date
from pathlib import Path

import pytest

from evaluation.commissioning import QUESTIONS, read_contract
from evaluation.errors import UsageError
from evaluation.templates import contract_text, init_workspace, write_draft, write_example
from evaluation.workspace import open_workspace, slug


def test_the_answers_to_the_questions_make_a_contract_that_is_accepted() -> None:
    examples = {question.text: question.example for question in QUESTIONS}
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return next(example for text, example in examples.items() if question.startswith(text))

    contract = read_contract(contract_text("help_line", ask=answer), "help_line.toml")
    assert contract.id == "help_line"
    assert len(asked) == len(QUESTIONS) - 1


def test_an_empty_workspace_is_a_valid_one(tmp_path: Path) -> None:
    init_workspace(tmp_path, name='A "place" \\ of\nours', as_of=date(2012, 12, 31))
    workspace = open_workspace(tmp_path)
    assert workspace.as_of == date(2012, 12, 31)
    assert workspace.settings.extracts == {}
    assert "build/" in (tmp_path / ".gitignore").read_text()


def test_the_worked_example_is_written_once(tmp_path: Path) -> None:
    write_example(tmp_path)
    assert open_workspace(tmp_path).settings.name == "Wexbourne"
    assert write_example(tmp_path) == tmp_path / "partnership.toml", "one that was stopped is taken up again"
    (tmp_path / "build" / "_site").mkdir(parents=True)
    with pytest.raises(UsageError, match=f"there already.*evaluation build --workspace {tmp_path}"):
        write_example(tmp_path)


def test_a_draft_is_never_written_over_a_file(tmp_path: Path) -> None:
    path = write_draft(tmp_path / "new" / "a.toml", "one")
    with pytest.raises(UsageError):
        write_draft(path, "two")
    assert path.read_text() == "one"


@pytest.mark.parametrize(
    ("name", "stem"), [("Our Town 2!", "our_town_2"), ("Ünïon", "n_on"), ("../x", "x"), ("", "partnership")]
)
def test_slugs_are_safe_file_stems(name: str, stem: str) -> None:
    assert slug(name) == stem
