"""`partnership.toml` and the layers of a workspace."""

from datetime import date
from pathlib import Path

import pytest

from evaluation.errors import DataError, ExitCode, UsageError, did_you_mean
from evaluation.workspace import open_workspace, shipped


def workspace_with(folder: Path, text: str):
    (folder / "partnership.toml").write_text(text)
    return open_workspace(folder)


def test_the_smallest_workspace_is_a_date(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, "as_of = 2012-12-31\n")
    assert workspace.as_of == date(2012, 12, 31)
    assert workspace.settings.publishing.threshold == 10
    assert workspace.settings.publishing.base == 5
    assert workspace.build == tmp_path / "build"


def test_another_date_replaces_the_one_in_the_file(tmp_path: Path) -> None:
    workspace_with(tmp_path, "as_of = 2012-12-31\n")
    assert open_workspace(tmp_path, as_of=date(2011, 3, 31)).as_of == date(2011, 3, 31)


def test_all_faults_are_named_at_once_with_the_near_name(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        workspace_with(tmp_path, 'as_off = 2012-12-31\n[extracts.a]\npth = "x"\nmapping = 1\n')
    text = str(caught.value)
    assert "as_off: this key is not known. Did you mean 'as_of'?" in text
    assert "extracts.a.pth: this key is not known. Did you mean 'path'?" in text
    assert "as_of: this key is missing" in text
    assert caught.value.exit_code is ExitCode.INPUT_REFUSED


@pytest.mark.parametrize("text", ["as_of = ", "as_of = 2012-12-31T00:00:00", 'as_of = "2012-12-31"', "as_of = 2012"])
def test_an_as_of_that_is_no_date_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError):
        workspace_with(tmp_path, text)


def test_a_folder_without_the_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"partnership\.toml"):
        open_workspace(tmp_path)


def test_extract_addresses_are_paths_or_databases(tmp_path: Path) -> None:
    workspace = workspace_with(
        tmp_path,
        'as_of = 2012-12-31\n[extracts.a]\npath = "x.csv"\nmapping = "case_list"\n'
        '[extracts.b]\npath = "sqlite:///x.db"\nmapping = "own.toml"\n',
    )
    assert workspace.extract_address("a") == tmp_path / "x.csv"
    assert workspace.extract_address("b") == "sqlite:///x.db"
    assert workspace.mapping("b") == str(tmp_path / "own.toml")


def test_own_files_are_laid_over_the_shipped_ones(tmp_path: Path) -> None:
    own = tmp_path / "analyses" / "mediation.py"
    own.parent.mkdir()
    own.write_text('"""Ours."""\n')
    (tmp_path / "analyses" / "_helper.py").write_text("")
    workspace = workspace_with(tmp_path, "as_of = 2012-12-31\n")
    files = workspace.files("analyses", "*.py")
    assert files["mediation"] == own
    assert "_helper" not in files
    assert shipped("analyses").is_dir()


def test_did_you_mean_ignores_case_and_stays_silent_when_nothing_is_near() -> None:
    assert did_you_mean("MEDIATON", ["mediation", "abcs"]) == " Did you mean 'mediation'?"
    assert did_you_mean("zzz", ["mediation"]) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('as_of = "31/12/2012"', "as_of: is a day without quotes, like 2012-12-31; found '31/12/2012'."),
        ('as_of = 2012-12-31\nsynthetic = "no"', "synthetic: is either true or false, without quotes; found 'no'."),
        ("as_of = 2012-12-31\n[publishing]\nthreshold = 0", "publishing.threshold: is at least 1; found 0."),
        ('as_of = 2012-12-31\n[publishing]\nrenderer = "x"', "publishing.renderer: is auto, quarto or smalldocs"),
        ('as_of = 2012-12-31\n[extracts.a]\npath = "a"\nmapping = "b"\ndates = "us"', "'day-first', 'month-first'"),
    ],
)
def test_faults_are_told_in_plain_words_with_the_expected_form(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError) as caught:
        workspace_with(tmp_path, text)
    assert told in str(caught.value)
    assert "should" not in str(caught.value)
