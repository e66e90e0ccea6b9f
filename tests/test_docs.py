"""The documentation: every code block runs, generated pages are as the code says, pages keep to both renderers."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from support import REPOSITORY

from evaluation import reference
from evaluation.cli import run as command
from evaluation.errors import ExitCode

DOCS = REPOSITORY / "site" / "docs"
PAGES = sorted(DOCS.glob("*.qmd"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LANGUAGES = {"bash", "python", "text"}
WRITTEN = [path for path in PAGES if any(kind != "text" for kind, _ in FENCE.findall(path.read_text("utf-8")))]


def steps(path: Path) -> list[tuple[str, str]]:
    return [(kind, code) for kind, code in FENCE.findall(path.read_text("utf-8")) if kind != "text"]


def run_bash(code: str) -> None:
    """Run a block line by line: our command in this process, so that libraries are loaded once; the rest by Bash."""
    others: list[str] = []
    for line in [*code.splitlines(), "evaluation"]:
        if not line.startswith("evaluation"):
            others.append(line)
            continue
        if others:
            subprocess.run(["bash", "-euc", "\n".join(others)], check=True, capture_output=True)
            others = []
        words, _, expected = line.partition(" || test $? -eq ")
        if words != "evaluation":
            assert command(shlex.split(words)[1:]) == int(expected or 0), line


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_code_block_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    names: dict[str, object] = {"__name__": path.stem}
    for kind, code in steps(path):
        if kind == "bash":
            run_bash(code)
        else:
            exec(compile(code, path.name, "exec"), names)
    if path.stem == "tutorial":
        assert (tmp_path / "our-partnership/build/_site/index.html").is_file()
        assert getattr(names["finding"], "status", None) == "estimated"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_keep_to_what_both_renderers_know(path: Path) -> None:
    text = path.read_text("utf-8")
    assert {kind for kind, _ in FENCE.findall(text)} <= LANGUAGES, "mark what cannot run as text"
    prose = re.sub(r"`+[^`]*`+", "", FENCE.sub("", text))
    assert not re.search(r"(?<!\\)\$", prose), "no maths markup"
    assert not re.search(r"(?<![\w\\])@(?:fig|tbl|sec|eq)-", prose), "no cross-references"
    assert not re.search(r"\{\{<", prose), "no shortcodes"
    assert text.startswith("---\n")
    assert re.search(r'^title: ".+"$', text, re.M)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+\.qmd)\)", path.read_text("utf-8")):
        assert (path.parent / target).is_file(), target


def test_the_index_links_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.qmd)\)", (DOCS / "index.qmd").read_text("utf-8")))
    assert linked == {path.name for path in PAGES} - {"index.qmd"}


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return reference.pages(REPOSITORY)


def test_generated_pages_are_as_the_code_says(generated: dict[str, str]) -> None:
    old = [name for name, text in generated.items() if (DOCS / name).read_text("utf-8") != text]
    assert not old, "write them again: make docs"


def test_every_command_is_described(generated: dict[str, str]) -> None:
    described = set(re.findall(r"^## evaluation (.+)$", generated["reference-commands.qmd"], re.M))
    assert {"build", "check", "run", "site", "new mapping", "export indigo"} <= described


def test_every_exit_code_is_in_the_table() -> None:
    text = (DOCS / "command-line.qmd").read_text("utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.M)} == {int(code) for code in ExitCode}


def test_every_refusal_is_said_by_the_code() -> None:
    table = (DOCS / "command-line.qmd").read_text("utf-8").split("## What is refused")[1].split("\n## ")[0]
    said = [line.split(" | ")[2].strip("` ") for line in table.splitlines() if re.match(r"\| [A-Z].*\| \d \|", line)]
    code = "\n".join(path.read_text("utf-8") for path in (REPOSITORY / "evaluation").rglob("*.py"))
    assert len(said) >= 14
    assert [fragment for fragment in said if fragment.strip() not in code] == []


def test_names_of_markdown_are_made_inert() -> None:
    assert reference.inert("a_b *c* `d_e` <f> ^2 $x$") == r"a\_b \*c\* `d_e` \<f\> \^2 \$x\$"
