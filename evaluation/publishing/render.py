"""Render a generated project with real Quarto when it is there, else with the embedded renderer; then tidy it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from evaluation.errors import RenderError, UsageError, did_you_mean
from evaluation.publishing.reuse import Earlier, put_back, set_aside
from evaluation.publishing.search import write_index
from evaluation.publishing.tidy import broken_links, tidy_site

RENDERERS = ("auto", "quarto", "smalldocs")
OLDEST_QUARTO = (1, 7)
ALLOWED_WARNINGS = (
    # The embedded renderer names options that only Quarto reads; the pages do not depend on them.
    re.compile(r"unknown key lang"),
    re.compile(r"format\.html\.(html-math-method|html-table-processing) is ignored"),
)
"""The only renderer warnings that do not fail a build."""


@dataclass(frozen=True)
class Rendered:
    """What rendering did.

    Attributes
    ----------
    renderer
        Name and version.
    reason
        One line that says why this one.
    pages
        Pages written.
    warnings
        Warnings of the allow-list that were met.
    """

    renderer: str
    reason: str
    pages: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Choice:
    name: str
    program: str
    label: str
    reason: str


def render(project: Path, output: Path, renderer: str = "auto", *, earlier: Earlier | None = None) -> Rendered:
    """Render a Quarto project into a folder of pages that need no other host, no cookie and no inline code.

    Parameters
    ----------
    project
        The generated project: `_quarto.yml` and pages.
    output
        Where the site goes; it is replaced as a whole.
    renderer
        `auto` (Quarto 1.7 or newer when it is on the PATH, else smalldocs), `quarto` or `smalldocs`.
    earlier
        The last build by the same code: the embedded renderer takes pages from it that are the same. The project
        must then be a copy, because these pages are emptied in it.

    Raises
    ------
    RenderError
        When the renderer fails, warns outside the allow-list, or leaves a link that leads nowhere.
    UsageError
        When a renderer is asked for that is not known or not there.
    """
    choice = _choose(renderer)
    if not (project / "_quarto.yml").is_file():
        raise RenderError(f"{project} holds no _quarto.yml: there is no project to render.")
    built = project / "_site"
    shutil.rmtree(built, ignore_errors=True)
    run = _quarto if choice.name == "quarto" else _smalldocs
    kept = set_aside(project, None if choice.name == "quarto" else earlier)
    warnings = run(choice.program, project)
    refused = [line for line in warnings if not any(allowed.search(line) for allowed in ALLOWED_WARNINGS)]
    if refused:
        raise RenderError(f"{choice.label} warned while rendering; the site was not replaced.", refused)
    pages = tidy_site(built)
    put_back(built, kept)
    write_index(built)
    broken = broken_links(built)
    if broken:
        raise RenderError("The rendered site holds links that lead nowhere; the site was not replaced.", broken)
    _replace(built, output)
    return Rendered(choice.label, choice.reason, pages, tuple(warnings))


def _choose(renderer: str) -> _Choice:
    if renderer not in RENDERERS:
        raise UsageError(
            f"There is no renderer '{renderer}'; there are {', '.join(RENDERERS)}.{did_you_mean(renderer, RENDERERS)}"
        )
    embedded = f"smalldocs {version('smalldocs')}"
    if renderer == "smalldocs":
        return _Choice("smalldocs", "", embedded, f"Rendered with {embedded}: it was asked for.")
    program = shutil.which("quarto")
    found = _quarto_version(program) if program else None
    if program and found and found[:2] >= OLDEST_QUARTO:
        label = f"Quarto {'.'.join(map(str, found))}"
        why = "it was asked for" if renderer == "quarto" else "it is on the PATH"
        return _Choice("quarto", program, label, f"Rendered with {label}: {why}.")
    lack = "no Quarto is on the PATH" if not program else "the Quarto on the PATH is older than 1.7"
    if renderer == "quarto":
        raise UsageError(f"Quarto was asked for, but {lack}. Leave the option out to use the embedded renderer.")
    return _Choice("smalldocs", "", embedded, f"Rendered with {embedded}, the embedded renderer: {lack}.")


def _quarto_version(program: str) -> tuple[int, ...] | None:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"\d+(?:\.\d+)+", answer.stdout.strip())
    return tuple(int(part) for part in found.group().split(".")) if found else None


def _quarto(program: str, project: Path) -> list[str]:
    answer = subprocess.run(
        [program, "render", str(project), "--no-execute"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in (answer.stdout + answer.stderr).splitlines()]
    if answer.returncode != 0:
        raise RenderError(
            f"Quarto ended with exit code {answer.returncode}.", [line for line in lines if line.strip()][-12:]
        )
    return [line.strip() for line in lines if re.match(r"\s*\[?WARN", line)]


def _smalldocs(_program: str, project: Path) -> list[str]:
    from smalldocs.config import BuildError, ConfigError
    from smalldocs.site import build

    try:
        return list(build(project, quiet=True).warnings)
    except (BuildError, ConfigError) as error:
        raise RenderError("The embedded renderer refused the project.", [str(error)]) from error


def _replace(built: Path, output: Path) -> None:
    if built.resolve() == output.resolve():
        return
    shutil.rmtree(output, ignore_errors=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(str(built), str(output))
