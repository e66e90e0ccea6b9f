"""Write the generated Quarto project: the source project, the generated pages, charts and downloads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from evaluation.errors import RenderError
from evaluation.publishing import words
from evaluation.publishing.charts.live import SHARED, SHARED_FILE
from evaluation.publishing.pages import downloads, every
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.frame import Page
from evaluation.publishing.pages.frame import source as text_of
from evaluation.publishing.tidy import STAMP

KEPT = ("notebooks", "docs", "_site")
"""Folders of the generated project that other steps fill."""


def write_site(source: Path, target: Path, *, site: SiteContent) -> None:
    """Write the generated project.

    Parameters
    ----------
    source
        The source project (`site/`): configuration, assets, and the pages that people write. It is not changed.
    target
        Where the generated project goes. Files that are the same are left alone; files that no page needs any more
        are removed, but for the folders that other steps fill (`notebooks`, `docs`).
    site
        What the site is made of.

    Raises
    ------
    RenderError
        When the source is no Quarto project.
    """
    configuration = source / "_quarto.yml"
    if not configuration.is_file():
        raise RenderError(f"{source} holds no _quarto.yml: it is not a Quarto project.")
    files: dict[str, bytes] = dict(downloads.files(site))
    for page in every.pages(source, site):
        files |= _page_files(page, synthetic=site.synthetic)
    files[f"assets/charts/{SHARED_FILE}"] = json.dumps(SHARED, separators=(",", ":"), sort_keys=True).encode()
    files |= {f"assets/{path.relative_to(source / 'assets').as_posix()}": path.read_bytes() for path in _assets(source)}
    for path in sorted((source / "docs").rglob("*")) if (source / "docs").is_dir() else ():
        if path.is_file():
            files[f"docs/{path.relative_to(source / 'docs').as_posix()}"] = path.read_bytes()
    files["_quarto.yml"] = _configured(configuration, site, files).encode()
    _write(target, files)
    _copy_plotly(target)


def _assets(source: Path) -> Iterable[Path]:
    return (path for path in sorted((source / "assets").rglob("*")) if path.is_file())


def _page_files(page: Page, *, synthetic: bool) -> dict[str, bytes]:
    charts = {f"assets/charts/{name}": text.encode() for name, text in page.live.items()}
    return {f"{page.stem}.qmd": text_of(page, synthetic=synthetic).encode(), **charts}


def _configured(path: Path, site: SiteContent, files: Collection[str]) -> str:
    """Return the project's configuration for this site: its name, its notice, and only links to pages that it has."""
    configuration: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    website = configuration["website"]
    website["title"] = f"{words.bare(site.name)} register of what works"
    stated = words.bare(STAMP)
    notice = words.bare(site.notice).removeprefix(f"{stated}.").strip()
    stamp = f"**{stated}.** " if site.synthetic else ""
    website["page-footer"]["left"] = f"{stamp}{notice}" or website["title"]
    foot = website["page-footer"]
    foot["right"] = [item for item in foot.get("right", ()) if not _is_missing(str(item.get("href", "")), files)]
    return yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False, width=1000)


def _is_missing(href: str, files: Collection[str]) -> bool:
    return href.endswith(".qmd") and href not in files


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(target.rglob("*"), reverse=True):
        name = path.relative_to(target)
        if name.parts[0] in KEPT or name.as_posix() == "assets/plotly.min.js":
            continue
        if path.is_file() and name.as_posix() not in files:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name, data in files.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _copy_plotly(target: Path) -> None:
    """Copy the script that interactive charts ask for: from the installed package, never from the repository."""
    from importlib.util import find_spec

    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise RenderError("The package plotly is not installed: the interactive charts need its script.")
    script = Path(found.origin).parent / "package_data" / "plotly.min.js"
    copy = target / "assets" / "plotly.min.js"
    if not copy.is_file() or copy.stat().st_size != script.stat().st_size:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script, copy)
