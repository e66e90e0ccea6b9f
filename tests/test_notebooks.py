"""The notebooks: they run on a worked example and on a spreadsheet, and only what is protected reaches the site."""

from __future__ import annotations

import ast
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import REPOSITORY, Build

from evaluation import notebooks
from evaluation.cli import run as command
from evaluation.comparison import Finding
from evaluation.errors import UsageError
from evaluation.publishing.display import PUBLISHED_TYPE
from evaluation.publishing.release import Published, Rules, release_table
from evaluation.results import open_results

FOLDER = REPOSITORY / "notebooks"
SOURCES = {path.stem: path for path in sorted(FOLDER.glob("*.py"))}
ASKED_FOR = {
    "start_here", "agreements", "enforcement", "support", "resolution_times", "ladder", "contracts_and_value",
    "court_costs", "data_quality", "replicating_published_studies", "write_your_own_study",
}  # fmt: skip
CASES = """\
Case Ref,Household Ref,Scheme,Ward,Date Opened,Intervention Date,Date Closed,Next Report Date,Outcome,Officer Cost,Notes
001,H1,Mediation,Alder Vale,13/01/2011,20/01/2011,01/03/2011,,Resolved,120.50,
002,H2,No Action,Alder Vale,14/01/2011,,02/03/2011,28/02/2011,Closed no action,80.00,
003,H3,mediation ,Bellmoor,31/01/2011,20/02/2011,,15/05/2011,,45.00,
"""


def cells(source: Path) -> Any:
    return import_module("jupytext").read(source).cells


def notebook_of(*code: str) -> Any:
    new = import_module("nbformat.v4")
    return new.new_notebook(cells=[new.new_code_cell(one) for one in code])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one spreadsheet of three cases, built without notebooks."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    (folder / "partnership.toml").write_text(
        f'name = "Small"\nas_of = 2012-12-31\n[privacy]\nkey = "{folder / "small.key"}"\n'
        '[extracts.cases]\npath = "cases.csv"\nmapping = "case_list"\n',
        encoding="utf-8",
    )
    assert command(["run", "mediation", "ladder", "asbos", "--workspace", str(folder), "--quiet"]) == 0
    return folder


def test_every_subject_has_its_notebook() -> None:
    assert set(SOURCES) >= ASKED_FOR


@pytest.mark.parametrize("name", SOURCES)
def test_each_notebook_has_a_title_and_its_parameters(name: str) -> None:
    made = cells(SOURCES[name])
    assert made[0].cell_type == "markdown"
    assert made[0].source.startswith("# ")
    tagged = [cell for cell in made if "parameters" in cell.metadata.get("tags", ())]
    assert [cell.source for cell in tagged] == ['workspace = ".."\nas_of = None\nresults = None']


@pytest.mark.parametrize("name", SOURCES)
def test_only_public_names_are_used(name: str) -> None:
    for node in ast.walk(ast.parse(SOURCES[name].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("evaluation"):
            module = import_module(str(node.module))
            offered = getattr(module, "__all__", None)
            for alias in node.names:
                assert not alias.name.startswith("_")
                assert offered is None or alias.name in offered or hasattr(module, "__path__"), alias.name
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_"), node.attr


@pytest.mark.parametrize("name", SOURCES)
def test_each_notebook_runs_on_a_spreadsheet(name: str, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process and without a kernel: a workspace that lacks almost everything must not stop a notebook."""
    shown: list[object] = []
    monkeypatch.setattr("IPython.display.display", lambda *values: shown.extend(values))
    monkeypatch.chdir(small)
    names: dict[str, Any] = {"__name__": "notebook"}
    for cell in cells(SOURCES[name]):
        if cell.cell_type == "code":
            code = (
                f"{cell.source}\nworkspace = {str(small)!r}"
                if "parameters" in cell.metadata.get("tags", ())
                else cell.source
            )
            exec(compile(code, name, "exec"), names)
    published = [value for value in shown if isinstance(value, Published)]
    if name == "enforcement":
        assert {value.data["status"] for value in published} == {"cannot_be_said"}
    if name == "replicating_published_studies":
        assert {value.name for value in published} <= {"prison_work_programme"}
        assert_published_answers(names)


def assert_published_answers(names: dict[str, Any]) -> None:
    """What was printed: Fox and Weisberg; Wooldridge's table of recidivism; R's `survival` on the heart data."""
    aid = names["fit"].tidy().row(0, named=True)
    assert (aid["coef"], aid["se"]) == (pytest.approx(-0.3794, abs=5e-5), pytest.approx(0.1914, abs=5e-5))
    heart = names["right"].tidy().row(0, named=True)
    assert (heart["coef"], heart["se"]) == (pytest.approx(-0.01025, abs=5e-6), pytest.approx(0.3138, abs=5e-5))
    assert names["wrong"].tidy()["hazard_ratio"][0] < 0.2
    if names["released"] is not None:
        work = names["times"].tidy().filter(pl.col("term") == "workprg").row(0, named=True)
        assert (work["coef"], work["se"]) == (pytest.approx(-0.063, abs=5e-4), pytest.approx(0.120, abs=5e-4))


def test_only_published_outputs_are_kept(small: Path) -> None:
    made = release_table("wards", pl.DataFrame({"ward": ["a", "All"], "count": [40, 40]}), Rules())
    output = import_module("nbformat.v4").new_output
    held = notebook_of("1", "2")
    held.cells[0].outputs = [output("execute_result", data=made._repr_mimebundle_())]
    held.cells[1].outputs = [output("stream", text="person 1234"), output("display_data", data={"text/html": "<b>x"})]
    notebooks.inject(held, {"workspace": str(small)})
    copy = notebooks.publishable(held)
    text = json.dumps(copy)
    assert str(small) not in text
    assert "person 1234" not in text
    assert "text/html" not in text
    assert [len(cell.outputs) for cell in copy.cells] == [1, 1]
    assert "| a | 40 |" in copy.cells[0].outputs[0].data["text/markdown"]
    assert copy.cells[1].outputs[0].data["text/markdown"] == notebooks.WITHHELD


def test_a_failing_cell_is_shown(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("# %%\nfirst = 1\n\n# %%\nfirst / 0\n", encoding="utf-8")
    with pytest.raises(notebooks.NotebookError) as told:
        notebooks.execute(tmp_path / "bad.py", tmp_path / "bad.ipynb", {"as_of": "2012-12-31"})
    assert "first / 0" in str(told.value)
    assert "ZeroDivisionError" in str(told.value)
    assert told.value.exit_code == 6


def test_results_of_nothing_are_refused(tmp_path: Path, small: Path) -> None:
    (tmp_path / "partnership.toml").write_text("as_of = 2012-12-31\n")
    with pytest.raises(UsageError, match="Build it first"):
        open_results(tmp_path)
    with pytest.raises(UsageError, match="Did you mean 'mediation'"):
        open_results(small).finding("mediatoin")
    with pytest.raises(UsageError, match="No court orders"):
        open_results(small).published_income()


def test_results_show_themselves(small: Path) -> None:
    finding = open_results(small).finding("mediation")
    assert isinstance(finding, Finding)
    assert finding.sentence().startswith("Cannot be said, because")
    assert finding.sentence() in finding._repr_markdown_()
    assert finding.plot().data is not None
    shown = open_results(small).published_finding("mediation")._repr_mimebundle_()
    assert shown["text/markdown"].startswith("**")
    assert shown[PUBLISHED_TYPE] == shown["text/markdown"], "no curve, so no drawing"


@pytest.mark.slow
def test_executed_notebooks_of_the_worked_example(worked_example: Build) -> None:
    """All are on the site; each output is Markdown, and holds its protected tables or the line that withholds it."""
    folder = worked_example.folder / "notebooks"
    made = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.ipynb")}
    assert set(made) == set(SOURCES)
    for name, notebook in made.items():
        assert (worked_example.folder / "_site" / "notebooks" / f"{name}.html").is_file()
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
        assert {key for output in outputs for key in output["data"]} <= {"text/markdown"}
    page = (worked_example.folder / "_site" / "notebooks" / "agreements.html").read_text("utf-8")
    assert page.count('<figure class="figure"') == 2
    assert "```{=html}" not in page
    assert not re.search(r"<script(?![^>]*src=)(?![^>]*json)", page)
