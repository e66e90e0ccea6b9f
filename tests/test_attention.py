"""What the commands say somebody should look at: rows an answer lacks, and days without any record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import REPOSITORY
from test_cli import CASES, workspace

from evaluation.attention import draft_schemes
from evaluation.build import Results, judge_contracts, read_records
from evaluation.cli import run as in_process
from evaluation.comparison import Finding
from evaluation.executing import execute_notebooks
from evaluation.job import Job, open_job
from evaluation.notebooks import Executed
from evaluation.publication import without_drafts
from evaluation.reporting import Common


def finding(scheme: str) -> Finding:
    return Finding(scheme, scheme, "A title", "A question", "cannot_be_said", "2012-12-31")


def told(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    capsys.readouterr()
    assert in_process([*words, "--workspace", str(folder)]) == code
    return capsys.readouterr().out


def with_money(folder: Path) -> Path:
    (folder / "orders.csv").write_text(
        "Order Ref,Order Date,Costs Awarded\nO1,15/03/2010,300.50\nO2,31/02/2010,50.00\nO3,16/03/2010,50.00\n",
        encoding="utf-8",
    )
    return workspace(folder, more='[extracts.orders]\npath = "orders.csv"\nmapping = "court_orders"\n')


def test_an_order_set_aside_is_told_beside_the_sums(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(["reconcile"], with_money(tmp_path), capsys)
    assert "£350.50 awarded" in said
    assert "1 of 3 orders was set aside (orders; see build/rejected): the sums may be too low." in said


def test_money_without_a_row_set_aside_needs_no_attention(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = with_money(tmp_path)
    orders = folder / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace("31/02/2010", "28/02/2010"), encoding="utf-8")
    assert "too low" not in told(["reconcile"], folder, capsys)


def test_a_scheme_word_in_no_list_is_told_with_its_near_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"9{n:02},K{n},Mediaton,Bellmoor,1{n % 9}/01/2011,20/02/2011,,,,,\n" for n in range(12))
    folder = workspace(tmp_path, CASES.replace("Mediation,", "Zelda Zoltomble,") + rows)
    for command in (["run", "mediation"], ["check"]):
        said = told(command, folder, capsys)
        assert "13 of 15 rows were set aside, because no scheme of the register has the name they give" in said
        assert "'mediaton', 12 rows: did you mean mediation?" in said.lower()
        assert "build/rejected" in said
        assert "Zelda" not in said


def test_a_day_far_beyond_the_last_record_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    for command in (["check"], ["run", "mediation"]):
        said = told([*command, "--as-of", "2031-01-01"], folder, capsys)
        assert "The last record is of May 2011, but everything is followed to 1 January 2031" in said
    assert "The last record" not in told(["check", "--as-of", "2011-08-31"], folder, capsys)
    finding = json.loads((folder / "build" / "as-of-2031-01-01" / "findings" / "mediation.json").read_text())
    assert any("The last record is of May 2011" in line for line in finding["cannot_say"])


def test_the_next_command_keeps_the_day_and_the_register_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = workspace(tmp_path)
    assert "evaluation run --as-of 2011-06-30 --workspace" in told(["check", "--as-of", "2011-06-30"], folder, capsys)
    said = told(["run", "mediation", "--as-of", "2011-06-30"], folder, capsys)
    assert "evaluation site" not in said
    assert "so does the register" in said


def test_an_extract_that_gives_no_row_of_its_table_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    shipped = REPOSITORY / "evaluation" / "records" / "mappings" / "flare.toml"
    mapping = shipped.read_text(encoding="utf-8").replace('names = ["Date Opened"', 'names = ["Date Reported"')
    (folder / "calls.toml").write_text(mapping, encoding="utf-8")
    (folder / "calls.csv").write_text("Case Ref,Date Reported\n1,13/01/2011\n2,14/01/2011\n", encoding="utf-8")
    with (folder / "partnership.toml").open("a", encoding="utf-8") as settings:
        settings.write('[extracts.calls]\npath = "calls.csv"\nmapping = "calls.toml"\n')
    said = told(["check"], folder, capsys)
    assert "calls: 2 rows were accepted, but none became a row of Cases." in said
    assert "cases: 3 rows were accepted" not in said


def test_naming_a_notebook_leaves_the_others_on_the_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def executed(sources: Mapping[str, Path], folder: Path, *_: object, **__: object) -> tuple[Executed, ...]:
        folder.mkdir(parents=True, exist_ok=True)
        for name in sources:
            (folder / f"{name}.ipynb").write_text("{}", encoding="utf-8")
        return tuple(Executed(name, name.title(), folder / f"{name}.ipynb") for name in sources)

    def nothing(_: Job) -> None:
        return None

    monkeypatch.setattr("evaluation.executing.execute_all", executed)
    monkeypatch.setattr("evaluation.build.all_results", nothing)
    folder = workspace(tmp_path)
    told(["notebooks"], folder, capsys)
    every = {path.name for path in (folder / "build" / "notebooks").iterdir()}
    said = told(["notebooks", "start_here"], folder, capsys)
    assert "1 notebook was executed: start_here." in said
    assert f"{len(every) - 2} others stand as they were" in said
    assert {path.name for path in (folder / "build" / "notebooks").iterdir()} == every
    listed = json.loads((folder / "build" / "notebooks" / "about.json").read_text(encoding="utf-8"))
    assert len(listed) == len(every) - 1


def test_an_unfinished_contract_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    told(["new", "contract", "help_line"], folder, capsys)
    with open_job(Common(workspace=folder, quiet=True)) as job:
        read_records(job)
        assert judge_contracts(job, {}) == {}
        assert [line for line in job.attention if "contracts/help_line.toml is a draft" in line]
    assert in_process(["export", "indigo", "help_lien", "--workspace", str(folder)]) == 2
    refused = capsys.readouterr().err
    assert refused.startswith("There is no contract 'help_lien' in contracts/. Did you mean 'help_line'?")
    assert in_process(["export", "indigo", "help_line", "--workspace", str(folder)]) == 3
    assert "is a draft" in capsys.readouterr().err


def test_an_untouched_scheme_is_on_no_register_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = workspace(tmp_path)
    told(["new", "scheme", "Night visits"], folder, capsys)
    told(["new", "study", "night_visits"], folder, capsys)
    with open_job(Common(workspace=folder, quiet=True)) as job:
        assert "night_visits" not in {scheme.id for scheme in job.register}
        assert "mediation" in {scheme.id for scheme in job.register}
        (line,) = draft_schemes(job)
        assert "site/schemes/night_visits.qmd is a draft" in line
        results = Results(
            {"a": finding("night_visits"), "b": finding("mediation")},
            {"a": {"scheme": "night_visits"}},
            None,
            {},
        )
        kept = without_drafts(job, results)
        assert (set(kept.findings), kept.contracts) == ({"b"}, {})


def test_an_empty_workspace_is_told_so_in_plain_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "partnership.toml").write_text("as_of = 2012-12-31\n", encoding="utf-8")
    said = told(["run"], tmp_path, capsys)
    assert said.startswith("No study could be run, so there are no findings.")
    assert "No extract is named in partnership.toml yet" in said
    assert "The findings are in" not in said
    with open_job(Common(workspace=tmp_path, quiet=True)) as job:
        read_records(job)
        assert execute_notebooks(job) == ()


def test_stopping_is_a_sentence_with_its_own_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_: Job) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evaluation.build.read_records", stopped)
    assert in_process(["check", "--workspace", str(workspace(tmp_path))]) == 130
    assert capsys.readouterr().err.startswith("Stopped before it was done")
