"""The documentation: every code block runs, generated pages are as the code says, pages keep to both renderers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import REPOSITORY

from evaluation import reference
from evaluation.errors import ExitCode

DOCS = REPOSITORY / "site" / "docs"
PAGES = sorted(DOCS.glob("*.qmd"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LANGUAGES = {"bash", "python", "text"}
WRITTEN = [path for path in PAGES if any(kind != "text" for kind, _ in FENCE.findall(path.read_text("utf-8")))]


def steps(path: Path) -> list[tuple[str, str]]:
    return [(kind, code) for kind, code in FENCE.findall(path.read_text("utf-8")) if kind != "text"]


def as_script(blocks: list[tuple[str, str]], folder: Path) -> str:
    """One script a page: Bash as it stands, and all Python blocks so far in one process where each one stands."""
    lines = ["set -eu"]
    python: list[str] = []
    for number, (kind, code) in enumerate(blocks):
        if kind == "python":
            python.append(code)
            file = folder / f"block{number}.py"
            file.write_text("\n".join(python), encoding="utf-8")
            lines.append(f'"{sys.executable}" -W error "{file}"')
        else:
            lines.append(code)
    return "\n".join(lines)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_code_block_runs(path: Path, tmp_path: Path) -> None:
    (tmp_path / "blocks").mkdir()
    (tmp_path / "here").mkdir()
    script = as_script(steps(path), tmp_path / "blocks")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path / "here",
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tutorial_ends_with_a_page_and_an_estimate(tmp_path: Path) -> None:
    """What the tutorial promises: the blocks above have made a finding and a register (run once more, in full)."""
    text = (DOCS / "tutorial.qmd").read_text("utf-8")
    commands = re.findall(r"^evaluation (\w+)", text, re.M)
    assert commands == ["init", "check", "run", "site"]


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
    assert {int(code) for code in re.findall(r"^\| (\d) \|", text, re.M)} == {int(code) for code in ExitCode}


def test_every_refusal_is_said_by_the_code() -> None:
    table = (DOCS / "command-line.qmd").read_text("utf-8").split("## What is refused")[1].split("\n## ")[0]
    said = [line.split(" | ")[2].strip("` ") for line in table.splitlines() if re.match(r"\| [A-Z].*\| \d \|", line)]
    code = "\n".join(path.read_text("utf-8") for path in (REPOSITORY / "evaluation").rglob("*.py"))
    assert len(said) >= 14
    assert [fragment for fragment in said if fragment.strip() not in code] == []


def test_names_of_markdown_are_made_inert() -> None:
    assert reference.inert("a_b *c* `d_e` <f> ^2 $x$") == r"a\_b \*c\* `d_e` \<f\> \^2 \$x\$"
