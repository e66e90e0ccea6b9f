"""Which renderer is used, and what it may not do unpunished."""

from pathlib import Path

import pytest

from evaluation.errors import ExitCode, RenderError, UsageError
from evaluation.publishing.render import ALLOWED_WARNINGS, render

CONFIGURATION = (
    "project:\n  type: website\n  output-dir: _site\nwebsite:\n  title: T\nformat:\n  html:\n    theme: default\n"
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "_quarto.yml").write_text(CONFIGURATION)
    (project / "index.qmd").write_text("---\ntitle: One\n---\n\n## A heading\n\nWords.\n")
    return project


def fake_quarto(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, version: str = "1.9.38", says: str = "", code: int = 0
) -> None:
    """A program called quarto that renders one page and says what it is told to."""
    program = folder / "quarto"
    main = '<main id="quarto-document-content"><h1 class="title">One</h1></main>'
    page = f'<html><head><meta charset="utf-8"></head><body>{main}</body></html>'
    program.write_text(
        f"""#!/bin/sh
if [ "$1" = "--version" ]; then echo {version}; exit 0; fi
mkdir -p "$2/_site" && printf '%s' '{page}' > "$2/_site/index.html"
printf '%s\\n' '{says}' >&2
exit {code}
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_smalldocs_is_used_without_quarto(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = render(small, tmp_path / "out")
    assert done.renderer.startswith("smalldocs")
    assert "no Quarto is on the PATH" in done.reason
    assert done.pages == 1
    assert "Words." in (tmp_path / "out" / "index.html").read_text()


def test_quarto_is_used_when_it_is_there(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_quarto(tmp_path, monkeypatch, says="[1/1] index.qmd")
    done = render(small, tmp_path / "out")
    assert done.renderer == "Quarto 1.9.38"
    assert "on the PATH" in done.reason


def test_an_old_quarto_is_passed_over(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_quarto(tmp_path, monkeypatch, version="1.6.40")
    assert "older than 1.7" in render(small, tmp_path / "out").reason
    with pytest.raises(UsageError, match=r"older than 1\.7"):
        render(small, tmp_path / "out", "quarto")


@pytest.mark.parametrize(
    "line", ["[WARNING] Unable to resolve link target: x.qmd", "WARN: something", "WARNING (pandoc) x"]
)
def test_a_warning_of_quarto_fails(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    fake_quarto(tmp_path, monkeypatch, says=line)
    with pytest.raises(RenderError) as found:
        render(small, tmp_path / "out")
    assert found.value.exit_code is ExitCode.RENDERING_FAILED
    assert line in str(found.value)
    assert not (tmp_path / "out").exists()


def test_a_failure_of_quarto_fails(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_quarto(tmp_path, monkeypatch, says="ERROR: broken", code=1)
    with pytest.raises(RenderError, match="exit code 1"):
        render(small, tmp_path / "out")


def test_a_warning_of_the_embedded_renderer_fails_and_the_old_site_stays(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    render(small, out, "smalldocs")
    before = (out / "index.html").read_bytes()
    (small / "index.qmd").write_text("---\ntitle: One\n---\n\n{{< include missing.qmd >}}\n")
    with pytest.raises(RenderError, match=r"missing\.qmd"):
        render(small, out, "smalldocs")
    assert (out / "index.html").read_bytes() == before


def test_a_dead_link_fails(small: Path, tmp_path: Path) -> None:
    (small / "index.qmd").write_text('---\ntitle: One\n---\n\n```{=html}\n<a href="gone.html">x</a>\n```\n')
    with pytest.raises(RenderError, match=r"gone\.html"):
        render(small, tmp_path / "out", "smalldocs")


def test_an_unknown_renderer_names_the_near_one(small: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'quarto'"):
        render(small, tmp_path / "out", "quatro")


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"_quarto\.yml"):
        render(tmp_path, tmp_path / "out")


def test_the_list_of_allowed_warnings_is_short() -> None:
    assert len(ALLOWED_WARNINGS) <= 3
