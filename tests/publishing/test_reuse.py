"""A page whose source did not change is taken from the last build, and the site is the one a full rendering gives."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from evaluation import publication
from evaluation.publishing.render import render
from evaluation.publishing.reuse import Earlier, set_aside

if TYPE_CHECKING:
    from evaluation.job import Job

CONFIGURATION = """project:
  type: website
  output-dir: _site
  render: ["*.qmd"]
  resources: ["assets/*.js"]
website:
  title: T
  navbar:
    left:
      - text: One
        href: index.qmd
format:
  html:
    theme: default
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "site.js").write_text("'use strict';\n")
    (folder / "_quarto.yml").write_text(CONFIGURATION)
    (folder / "index.qmd").write_text("---\ntitle: One\n---\n\n## A heading\n\n[To two](two.qmd#a-place)\n")
    (folder / "two.qmd").write_text("---\ntitle: Two\n---\n\n## A place\n\nWords.\n")
    return folder


def copied(project: Path, name: str) -> Path:
    return Path(shutil.copytree(project, project.parent / name))


def rendered(project: Path, name: str, earlier: Earlier | None = None) -> dict[str, bytes]:
    """Render a copy and return every file."""
    out = project.parent / f"{name}-site"
    render(copied(project, name), out, "smalldocs", earlier=earlier)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def last_build(project: Path) -> Earlier:
    rendered(project, "last")
    return Earlier(copied(project, "before"), project.parent / "last-site")


def test_one_changed_page_gives_the_site_of_a_full_rendering(project: Path) -> None:
    earlier = last_build(project)
    (project / "two.qmd").write_text("---\ntitle: Two\n---\n\n## A place\n\nOther words.\n")
    again = rendered(project, "again", earlier)
    assert again == rendered(project, "full")
    assert b"Other words." in again["two.html"]


def test_only_what_is_the_same_is_taken(project: Path) -> None:
    earlier = last_build(project)
    (project / "two.qmd").write_text("---\ntitle: Two\n---\n\nOther words.\n")
    assert set(set_aside(copied(project, "now"), earlier)) == {"index.html"}


@pytest.mark.parametrize("change", ["configuration", "another page", "an include", "a picture"])
def test_every_page_is_rendered_where_it_could_depend_on_more(project: Path, change: str) -> None:
    if change == "an include":
        for name in ("index.qmd", "two.qmd"):
            (project / name).write_text("---\ntitle: One\n---\n\n{{< meta title >}}\n\n## A place\n")
    earlier = last_build(project)
    if change == "configuration":
        (project / "_quarto.yml").write_text(CONFIGURATION.replace("title: T", "title: U"))
    elif change == "another page":
        (project / "three.qmd").write_text("---\ntitle: Three\n---\n\nWords.\n")
    elif change == "a picture":
        (earlier.rendered / "picture.png").write_bytes(b"\x89PNG")
    assert set_aside(copied(project, "now"), earlier) == {}


@pytest.mark.parametrize(
    ("about", "taken"),
    [
        ({"code": "now", "renderer": f"smalldocs {version('smalldocs')}"}, True),
        ({"code": "before", "renderer": f"smalldocs {version('smalldocs')}"}, False),
        ({"renderer": f"smalldocs {version('smalldocs')}"}, False),
        ({"code": "now", "renderer": "smalldocs 0.1"}, False),
        ({"code": "now", "renderer": "Quarto 1.9.38"}, False),
        (None, False),
    ],
)
def test_only_pages_of_this_very_code_and_renderer_are_taken(
    tmp_path: Path, about: dict[str, str] | None, taken: bool
) -> None:
    if about is not None:
        (tmp_path / "site.json").write_text(json.dumps(about))
    job = SimpleNamespace(store=SimpleNamespace(folder=tmp_path), code="now")
    found = publication._earlier_site(cast("Job", job))
    assert found == (Earlier(tmp_path / "site", tmp_path / "_site") if taken else None)
