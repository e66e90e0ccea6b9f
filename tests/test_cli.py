"""The command line: help, near names, every exit code, and workspaces that hold almost nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import REPOSITORY, evaluation

from evaluation.cli import run as in_process

COLUMNS = (
    "Case Ref,Household Ref,Scheme,Ward,Date Opened,Intervention Date,Date Closed,Next Report Date,Outcome,"
    "Officer Cost,Notes"
)
CASES = f"""{COLUMNS}
001,H1,Mediation,Alder Vale,13/01/2011,20/01/2011,01/03/2011,,Resolved,120.50,
002,H2,No Action,Alder Vale,14/01/2011,,02/03/2011,28/02/2011,Closed no action,80.00,
003,H3,mediation ,Bellmoor,31/01/2011,20/02/2011,,15/05/2011,,45.00,
"""


def workspace(folder: Path, extract: str = CASES, more: str = "") -> Path:
    (folder / "cases.csv").write_text(extract, encoding="utf-8")
    (folder / "partnership.toml").write_text(
        'name = "Test"\nas_of = 2012-12-31\nsynthetic = true\n'
        f'[extracts.cases]\npath = "cases.csv"\nmapping = "case_list"\n{more}',
        encoding="utf-8",
    )
    return folder


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from evaluation.cli import run; run(['--help']); "
        "print([m for m in ('polars', 'pandas', 'lifelines', 'statsmodels', 'scipy', 'plotly') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize(
    "command", ["build", "check", "run", "reconcile", "site", "notebooks", "exam", "bench", "init", "verify"]
)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process([command, "--help"]) == 0
    assert "--workspace" in capsys.readouterr().out


def test_exit_code_2_for_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert in_process(["bild"]) == 2
    assert 'Did you mean "build"' in capsys.readouterr().err
    assert in_process(["check", "--workspace", str(tmp_path)]) == 2
    assert "partnership.toml" in capsys.readouterr().err
    assert in_process(["check", "--as-of", "yesterday"]) == 2


def test_exit_code_0_when_done_even_if_nothing_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(["run", "mediation", "--workspace", str(workspace(tmp_path)), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["findings"] == {"mediation": "cannot_be_said"}
    finding = json.loads((tmp_path / "build" / "findings" / "mediation.json").read_text())
    assert finding["reason"]
    assert finding["effects"] == []


def test_options_may_stand_before_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    assert in_process(["--workspace", str(folder), "--as-of", "2012-06-30", "--json", "check"]) == 0
    assert json.loads(capsys.readouterr().out)["inputs"][0]["read"] == 3
    assert json.loads((folder / "build" / "as-of-2012-06-30" / "run.json").read_text())["as_of"] == "2012-06-30"


def test_another_day_leaves_the_answers_of_the_own_day_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "mediation", "--workspace", str(workspace(tmp_path))]
    assert in_process(words) == 0
    before = (tmp_path / "build" / "findings" / "mediation.json").read_bytes()
    assert in_process([*words, "--as-of", "2011-06-30"]) == 0
    told = capsys.readouterr().out
    assert (
        "build/as-of-2011-06-30/findings. Those of 2012-12-31 stand where they were, and so does the register." in told
    )
    assert "evaluation site --as-of" not in told, "the register of the own day is not to be written over"
    assert (tmp_path / "build" / "findings" / "mediation.json").read_bytes() == before
    other = json.loads((tmp_path / "build" / "as-of-2011-06-30" / "findings" / "mediation.json").read_text())
    assert other["as_of"] == "2011-06-30"


@pytest.mark.parametrize(
    ("extract", "says"),
    [("", "empty"), ("Case Ref,Household Ref\n", "Date Opened"), ("%PDF-1.4 nonsense", "")],
)
def test_exit_code_3_for_a_refused_extract(
    tmp_path: Path, extract: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_process(["check", "--workspace", str(workspace(tmp_path, extract))]) == 3
    error = capsys.readouterr().err
    assert "cases.csv" in error
    assert says in error
    assert "Traceback" not in error


def test_exit_code_3_names_every_refused_extract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path, "", '[extracts.gone]\npath = "gone.csv"\nmapping = "case_list"\n')
    assert in_process(["check", "--workspace", str(folder)]) == 3
    assert "gone" in capsys.readouterr().err


def test_exit_code_4_for_a_study_that_cannot_be_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    assert in_process(["run", "mediatoin", "--workspace", str(folder)]) == 4
    assert "Did you mean 'mediation'" in capsys.readouterr().err
    (folder / "analyses").mkdir()
    (folder / "analyses" / "broken.py").write_text("study = 1 / 0\n")
    assert in_process(["run", "broken", "--workspace", str(folder)]) == 4
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_exit_code_5_for_a_threshold_that_is_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path, more="[quality]\nopen_over_12_months = 0.0\n")
    code = in_process(["check", "--workspace", str(folder)])
    told = capsys.readouterr()
    assert code == 5, told


def test_exit_code_6_when_rendering_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    (folder / "site").mkdir()
    (folder / "site" / "_quarto.yml").write_text(
        "project:\n  type: nonsense\nwebsite: {navbar: {left: []}, page-footer: {}}\n"
    )
    assert in_process(["site", "--workspace", str(folder)]) == 6
    assert "Traceback" not in capsys.readouterr().err


def test_errors_are_json_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(["check", "--workspace", str(tmp_path), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 2
    assert "partnership.toml" in told["error"]


def test_init_starts_a_workspace_that_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "ours"
    assert in_process(["init", str(folder), "--name", 'Our "town"', "--as-of", "2012-12-31"]) == 0
    assert in_process(["check", "--workspace", str(folder)]) == 0
    assert in_process(["init", str(folder), "--as-of", "2012-12-31"]) == 2
    assert in_process(["init", str(tmp_path / "other")]) == 2
    assert "--as-of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("what", "place"),
    [
        ("contract", "contracts/help_line.toml"),
        ("scheme", "site/schemes/help_line.qmd"),
        ("study", "analyses/help_line.py"),
    ],
)
def test_new_drafts_never_overwrite(tmp_path: Path, what: str, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    assert in_process(["new", what, "help_line", "--workspace", str(folder)]) == 0
    assert (folder / place).is_file()
    assert in_process(["new", what, "help_line", "--workspace", str(folder)]) == 2
    assert "nothing was changed" in capsys.readouterr().err


def test_a_new_mapping_is_drafted_from_an_extract(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    assert in_process(["new", "mapping", str(folder / "cases.csv"), "--workspace", str(folder), "--quiet"]) == 0
    assert "Date Opened" in (folder / "mappings" / "cases.toml").read_text()


def test_the_module_is_the_command() -> None:
    done = evaluation("--version", folder=REPOSITORY)
    assert done.returncode == 0
    assert done.stdout.strip() == "0.1.0"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    (folder / "build").write_text("a file, not a folder")
    assert in_process(["check", "--workspace", str(folder)]) == 2
    assert "cannot be written to" in capsys.readouterr().err
    (folder / "mappings").write_text("a file, not a folder")
    assert in_process(["new", "mapping", str(folder / "cases.csv"), "--workspace", str(folder)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    command = f"{sys.executable} -m evaluation check --json --workspace {workspace(tmp_path)} | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_day_written_another_way_is_told_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(["check", "--as-of", "31/12/2012"]) == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err


def test_a_name_in_words_becomes_an_id_and_never_a_path(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    for what in ("scheme", "study", "contract"):
        assert in_process(["new", what, "../Night line", "--workspace", str(folder), "--quiet"]) == 0
    page = folder / "site" / "schemes" / "night_line.qmd"
    assert 'title: "../Night line"' in page.read_text(encoding="utf-8")
    assert (folder / "analyses" / "night_line.py").is_file()
    assert (folder / "contracts" / "night_line.toml").is_file()
    assert in_process(["run", "night_line", "--workspace", str(folder), "--quiet"]) == 0


def test_verbose_writes_the_steps_and_nobodys_name(tmp_path: Path) -> None:
    folder = workspace(tmp_path, CASES.replace("Resolved", "Told Zelda Zoltomble to stop"))
    assert in_process(["run", "mediation", "--workspace", str(folder), "--verbose", "--quiet"]) == 0
    log = (folder / "build" / "evaluation.log").read_text(encoding="utf-8")
    assert {line.split("\t")[0] for line in log.splitlines()} >= {"Records", "Studies"}
    assert not {"Zelda", "Zoltomble", "H1", "Alder"} & set(log.replace("\t", " ").split())


def test_shells_complete_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    from evaluation.cli import app

    script = app.generate_completion(shell="bash")
    assert "reconcile" in script
    assert "--install-completion" in script


def test_a_mapping_draft_says_how_it_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    (folder / "Odd one.csv").write_text("Log No,Patch,Came In\n1,Bellmoor,03/04/2010\n", encoding="utf-8")
    assert in_process(["new", "mapping", str(folder / "Odd one.csv"), "--workspace", str(folder)]) == 0
    assert 'path = "Odd one.csv"\n  mapping = "mappings/odd_one.toml"' in capsys.readouterr().out
    assert "begun from the shipped 'incident_list'" in (folder / "mappings" / "odd_one.toml").read_text(
        encoding="utf-8"
    )


def test_a_build_of_few_steps_can_be_verified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = workspace(tmp_path)
    assert in_process(["run", "mediation", "--workspace", str(folder)]) == 0
    assert in_process(["verify", "--workspace", str(folder)]) == 0
    assert "Proved" in capsys.readouterr().out
    (folder / "cases.csv").write_text(CASES.replace("20/02/2011", "21/02/2011"), encoding="utf-8")
    assert in_process(["verify", "--workspace", str(folder)]) == 5
    assert "changed since the build: the extract cases" in capsys.readouterr().err


def test_a_real_partnership_is_told_nothing_of_the_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extract = CASES.replace("Alder Vale", "Northgate").replace("Bellmoor", "Castle")
    folder = workspace(tmp_path, extract)
    settings = folder / "partnership.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("true", "false"), encoding="utf-8")
    assert in_process(["run", "--workspace", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "mediation: " in told
    for not_asked in ("ladder", "elmore", "financial_aid", "asbos", "victim_repeat"):
        assert not_asked not in told
    assert "Castlewick" not in told
    assert "dispersal_orders" not in told


def test_money_that_matches_no_order_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "orders.csv").write_text("Order Ref,Order Date,Costs Awarded\nO1,15/03/2010,400.00\n", encoding="utf-8")
    (tmp_path / "receipts.csv").write_text(
        "Receipt Ref,Date Received,Amount,Reference,Kind\n"
        "R1,15/04/2010,20.01,O1,Payment\nR2,01/06/2011,33.33,UNKNOWN77,Payment\n",
        encoding="utf-8",
    )
    more = "".join(
        f'[extracts.{name}]\npath = "{name}.csv"\nmapping = "court_{name}"\n' for name in ("orders", "receipts")
    )
    folder = workspace(tmp_path, more=more)
    assert in_process(["reconcile", "--workspace", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "£400.00 awarded, £20.01 paid, £379.99 outstanding" in told
    assert "£33.33 of 1 receipt is allocated to no order" in told


@pytest.mark.parametrize(
    ("rules", "paid"),
    [("", "£0.00 paid"), ('components = ["costs", "compensation", "surcharge", "fine"]\n', "£100.00 paid")],
)
def test_a_court_that_applies_money_in_another_order(
    tmp_path: Path, rules: str, paid: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orders.csv").write_text(
        "Order Ref,Order Date,Costs Awarded,Compensation\nO1,15/03/2010,100.00,100.00\n", encoding="utf-8"
    )
    (tmp_path / "receipts.csv").write_text(
        "Receipt Ref,Date Received,Amount,Reference,Kind\nR1,15/04/2010,100.00,O1,Account\n", encoding="utf-8"
    )
    (tmp_path / "court.toml").write_text(rules, encoding="utf-8")
    more = "".join(
        f'[extracts.{name}]\npath = "{name}.csv"\nmapping = "court_{name}"\n' for name in ("orders", "receipts")
    )
    folder = workspace(tmp_path, more=f'{more}[income]\nrules = "court.toml"\n')
    assert in_process(["reconcile", "--workspace", str(folder)]) == 0
    assert paid in capsys.readouterr().out


def test_a_rules_file_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "orders.csv").write_text("Order Ref,Order Date,Costs Awarded\nO1,15/03/2010,1.00\n", encoding="utf-8")
    more = '[extracts.orders]\npath = "orders.csv"\nmapping = "court_orders"\n[income]\nrules = "gone.toml"\n'
    assert in_process(["reconcile", "--workspace", str(workspace(tmp_path, more=more))]) == 3
    assert "gone.toml" in capsys.readouterr().err


def test_a_totals_row_that_is_skipped_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(["check", "--workspace", str(workspace(tmp_path, f"{CASES}TOTAL,,,,,,,,,245.50,\n"))]) == 0
    told = capsys.readouterr().out
    assert "4 rows of 1 extract: 3 accepted" in told
    assert "cases: 1 row of totals or remarks below the data set aside." in told


def test_a_draft_needs_a_workspace_and_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(["new", "scheme", "night_line", "--workspace", str(tmp_path / "nowhere")]) == 2
    assert "There is no partnership.toml" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
    assert in_process(["new", "mapping", "gone.csv", "--workspace", str(workspace(tmp_path))]) == 3
    assert "gone.csv: There is no such file." in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a_file").write_text("")
    assert in_process(["init", str(tmp_path / "a_file" / "ours"), "--as-of", "2012-12-31"]) == 2
    told = capsys.readouterr().err
    assert "The machine refused" in told
    assert "Traceback" not in told


def test_a_new_workspace_is_told_what_to_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(["init", str(tmp_path / "ours"), "--as-of", "2012-12-31"]) == 0
    (tmp_path / "ours" / "extracts" / "Our cases.csv").write_text(CASES, encoding="utf-8")
    assert in_process(["check", "--workspace", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "there is nothing to check" in told
    assert "extracts/Our cases.csv is there, but no extract names it." in told
    block = '[extracts.our_cases]\npath = "extracts/Our cases.csv"\nmapping = "case_list"\n'
    assert all(f"  {line}" in told for line in block.splitlines())
    assert f"evaluation check --workspace {tmp_path / 'ours'}" in told
    with (tmp_path / "ours" / "partnership.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'{block}[privacy]\nkey = "{tmp_path / "ours.key"}"\n')
    assert in_process(["check", "--workspace", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    assert "3 rows of 1 extract: 3 accepted" in told
    assert f"Run the studies: evaluation run --workspace {tmp_path / 'ours'}" in told


@pytest.mark.parametrize(
    ("words", "near"),
    [(["chek"], '"check"'), (["new", "studdy", "x"], '"study"'), (["check", "--workspce", "."], "--workspace"),
     (["bench", "survivl"], '"survival"')],
)  # fmt: skip
def test_near_names_are_suggested(words: list[str], near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process(words) == 2
    assert f"Did you mean {near}" in capsys.readouterr().err


def test_every_command_shows_an_example() -> None:
    from evaluation.cli import app
    from evaluation.reference import commands

    without = [name for name, function in commands(app) if f"evaluation {name}" not in (function.__doc__ or "")]
    assert without == []


def test_an_example_is_proved_and_followed_to_another_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extracts of an example are made into `build/example` alone, whichever folder the answers go to."""

    def made(folder: Path, **_: object) -> None:
        folder.mkdir(parents=True)
        (folder / "cases.csv").write_text(CASES, encoding="utf-8")
        (folder / "truth_pairs.csv").write_text("system,incident_ref,other_system,other_ref\n", encoding="utf-8")
        (folder / "truth_people.csv").write_text("system,incident_ref,person,case\n", encoding="utf-8")

    monkeypatch.setattr("evaluation.example.write_extracts", made)
    (tmp_path / "partnership.toml").write_text(
        'name = "Test"\nas_of = 2012-12-31\nsynthetic = true\n[example]\nseed = 1\n'
        '[extracts.cases]\npath = "build/example/cases.csv"\nmapping = "case_list"\n',
        encoding="utf-8",
    )
    where = ["--workspace", str(tmp_path)]
    assert in_process(["run", "mediation", "--as-of", "2012-06-30", *where]) == 0
    assert in_process(["run", "mediation", *where]) == 0
    assert in_process(["verify", *where]) == 0
    assert in_process(["verify", "--as-of", "2012-06-30", *where]) == 0
    assert "in " + str(tmp_path / "build" / "as-of-2012-06-30") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "extra"], "This word is more than the command takes: extra"),
        (["new", "mapping"], "evaluation new mapping needs one thing more: FILE"),
        (["new", "scheme"], "evaluation new scheme needs one thing more: NAME"),
    ],
)
def test_a_command_line_is_refused_in_the_words_of_its_help(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_process(words) == 2
    assert capsys.readouterr().err.startswith(said)


def test_a_folder_without_settings_is_named_in_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert in_process(["check"]) == 2
    assert f"There is no partnership.toml in the folder {tmp_path}. Give" in capsys.readouterr().err


def test_a_wrong_name_of_a_quality_test_is_a_fault_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_process(["check", "--workspace", str(workspace(tmp_path, more="[quality]\nopn_over = 0.1\n"))]) == 3
    assert "[quality] names no test" in capsys.readouterr().err


def test_a_study_that_takes_the_place_of_a_shipped_one_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(workspace(tmp_path))
    assert in_process(["new", "study", "mediation", "--workspace", folder]) == 0
    assert "It takes the place of the study mediation that comes with the package" in capsys.readouterr().out
    assert in_process(["new", "study", "our_own", "--workspace", folder]) == 0
    assert "takes the place" not in capsys.readouterr().out
