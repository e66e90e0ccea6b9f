"""The last steps: every result through disclosure control, then the Quarto project, then the rendered site."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.build import Results, findings_key
from evaluation.job import Job
from evaluation.notebooks import Executed
from evaluation.store import copy_tree, digest, file_digest, tree_digest, write_json
from evaluation.workspace import PACKAGE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from evaluation.publishing.editions import LastEdition
    from evaluation.publishing.pages import SiteContent
    from evaluation.publishing.release import Published, Rules
    from evaluation.publishing.reuse import Earlier

EXAM_RESULT = PACKAGE_FOLDER / "example" / "exam_result.json"
SITE_PARTS = ("site", "_site", "site.json")


@dataclass(frozen=True)
class Site:
    """The rendered site.

    Attributes
    ----------
    first_page
        Where the register is.
    renderer, reason
        Who rendered it, and one line that says why.
    pages
        Number of pages.
    """

    first_page: Path
    renderer: str
    reason: str
    pages: int


def publish(job: Job, results: Results, executed: Sequence[Executed], *, renderer: str | None = None) -> Site:
    """Protect every result, write the Quarto project and render it.

    Raises
    ------
    DisclosureError
        Something would say too much about a few people; the last site stays as it is.
    RenderError
        The renderer failed or warned.
    """
    results = without_drafts(job, results)
    chosen = renderer or job.workspace.settings.publishing.renderer
    with job.steps.step("Disclosure control"):
        edition = _edition(job, results)
    with job.steps.step("Site"):
        content = _content(job, edition, executed)
        key = _site_key(job, content, executed, chosen)
        if all(job.store.is_current(part, key) for part in SITE_PARTS):
            job.steps.reused.append("Site")
        else:
            _make_site(job, key, content, executed, chosen)
    about = json.loads(job.store.path("site.json").read_text(encoding="utf-8"))
    return Site(job.workspace.build / "_site" / "index.html", about["renderer"], about["reason"], about["pages"])


def without_drafts(job: Job, results: Results) -> Results:
    """Leave out what was found of schemes that are drafts: it has no page to stand on."""
    drafts = {scheme.id for scheme in job.draft_schemes}
    findings = {name: one for name, one in results.findings.items() if one.scheme not in drafts}
    contracts = {name: one for name, one in results.contracts.items() if one.get("scheme") not in drafts}
    return replace(results, findings=findings, contracts=contracts) if drafts else results


@dataclass(frozen=True)
class _Edition:
    """What this edition publishes, and the edition before it."""

    findings: tuple[Published, ...]
    contracts: tuple[Published, ...]
    income: Published | None
    quality: Published
    tables: tuple[Published, ...]
    earlier: LastEdition | None

    @property
    def published(self) -> tuple[Published, ...]:
        """Every published value."""
        single = () if self.income is None else (self.income,)
        return (*self.findings, *self.contracts, *single, self.quality, *self.tables)


def _edition(job: Job, results: Results) -> _Edition:
    """Protect every result, compared with the last edition, and keep what is published for the next one.

    An edition is what was published from one set of results: making the same results again is the same edition, and
    is compared with the same one before it.
    """
    from evaluation.publishing.editions import keep_edition, read_edition

    values = [findings_key(job, results.findings), results.contracts, results.income, results.quality]
    key = digest([values, job.table_key(), job.workspace.settings.publishing])
    again = job.store.is_current("edition", key)
    kept = job.store.path("edition")
    before = kept / "before" if again else kept
    earlier = read_edition(before)
    edition, frames = _released(job, results, earlier)

    def write(folder: Path) -> None:
        keep_edition(folder, job.workspace.as_of.isoformat(), edition.published, frames, earlier)
        if (kept / "last_edition.json").exists():
            (folder / "before").mkdir(parents=True)
            shutil.copyfile(kept / "last_edition.json", folder / "before" / "last_edition.json")

    job.store.make("edition", key, write)
    return edition


def _released(job: Job, results: Results, earlier: LastEdition | None) -> tuple[_Edition, Mapping[str, pl.DataFrame]]:
    from evaluation.publishing.release import (
        release_contract,
        release_finding,
        release_income,
        release_quality,
        settled,
    )

    rules, licence = _rules(job), _common_licence(job)

    def against_earlier(value: Published) -> Published:
        before = earlier and earlier.of(value.kind, value.name)
        return value if value.data == before else settled(value, before, rules)

    findings = (release_finding(finding, rules, licence=licence) for finding in results.findings.values())
    contracts = (release_contract(result, rules, licence=licence) for result in results.contracts.values())
    income = None if results.income is None else release_income(results.income, rules, licence=licence)
    tables, frames = _released_tables(job, rules, licence, earlier)
    edition = _Edition(
        findings=tuple(map(against_earlier, findings)),
        contracts=tuple(map(against_earlier, contracts)),
        income=income and against_earlier(income),
        quality=against_earlier(release_quality(results.quality, rules, licence=licence)),
        tables=tables,
        earlier=earlier,
    )
    return edition, frames


def _released_tables(
    job: Job, rules: Rules, licence: str | None, earlier: LastEdition | None
) -> tuple[tuple[Published, ...], Mapping[str, pl.DataFrame]]:
    """Publish the tables of counts: linked ones protected together, openly licensed ones as they are."""
    from evaluation import aggregates
    from evaluation.publishing.release import release_table, release_tables

    if licence:
        monthly = aggregates.incidents_by_area_and_month(job.records)
        return (release_table("incidents_by_area_and_month", monthly, rules, licence=licence),), {}
    frames = aggregates.tables(job.records, job.workspace.as_of)
    if not frames:
        return (), {}
    counted = {name: name.partition("_by_")[0] for name in frames}
    before, history = (dict(earlier.tables), earlier.history) if earlier else ({}, ())
    return release_tables(
        frames,
        rules,
        earlier=before or None,
        history=history,
        hierarchies=aggregates.hierarchies(
            [*frames.values(), *(f for one in (before, *history) for f in one.values())]
        ),
        measures=counted,
    )


def _rules(job: Job) -> Rules:
    from evaluation.publishing.release import Rules

    settings = job.workspace.settings.publishing
    return Rules(threshold=settings.threshold, base=settings.base)


def _content(job: Job, edition: _Edition, executed: Sequence[Executed]) -> SiteContent:
    from evaluation.publishing.pages import SiteContent

    settings = job.workspace.settings
    return SiteContent(
        name=settings.name,
        as_of=job.workspace.as_of,
        synthetic=settings.synthetic,
        notice=settings.notice or "",
        schemes=job.register,
        findings=edition.findings,
        contracts=edition.contracts,
        income=edition.income,
        quality=edition.quality,
        tables=edition.tables,
        previous=None if edition.earlier is None else edition.earlier.published,
        exam=json.loads(EXAM_RESULT.read_text(encoding="utf-8")) if EXAM_RESULT.exists() else None,
        notebooks=tuple(notebook.name for notebook in executed),
        run={"inputs": job.about_records["inputs"], "as_of": job.workspace.as_of.isoformat()},
    )


def _common_licence(job: Job) -> str | None:
    """The open licences of the extracts, when every one of them has one: then nothing needs protection."""
    licences = [extract.licence for extract in job.workspace.settings.extracts.values()]
    return "; ".join(sorted({licence for licence in licences if licence})) if licences and all(licences) else None


def _site_key(job: Job, content: SiteContent, executed: Sequence[Executed], renderer: str) -> str:
    """Hash everything the pages are made of."""
    named = job.workspace.settings.model_dump(mode="json", include={"name", "synthetic", "notice"})
    return digest(
        {
            "as_of": job.workspace.as_of,
            "code": job.code,
            "exam": content.exam,
            "named": named,
            "notebooks": [(one.name, file_digest(one.path)) for one in executed],
            "previous": content.previous,
            "published": [(value.kind, value.name, value.data, value.hidden) for value in content.published],
            "renderer": (renderer, _quarto_there(renderer)),
            "run": content.run,
            "schemes": job.register,
            "sources": [tree_digest(layer) for layer in job.workspace.layers("site")],
        }
    )


def _quarto_there(renderer: str) -> str | None:
    """Which Quarto would render: another one makes the site again."""
    return None if renderer == "smalldocs" else shutil.which("quarto")


def _make_site(job: Job, key: str, content: SiteContent, executed: Sequence[Executed], renderer: str) -> None:
    from evaluation.publishing import pages
    from evaluation.publishing.render import render

    def write_project(target: Path) -> None:
        source = _merged_sources(job)
        pages.write_site(source, target, site=content)
        _copy_notebooks(executed, target / "notebooks")

    made: dict[str, Any] = {}

    def write_rendered(target: Path) -> None:
        # A renderer writes into the project: it gets a copy, so that the project itself stays whole if it is killed.
        project = job.store.scratch("project")
        copy_tree(job.store.path("site"), project)
        made.update(asdict(render(project, target, renderer, earlier=_earlier_site(job))), code=job.code)

    job.store.make("site", key, write_project)
    job.store.make_together(key, {"_site": write_rendered, "site.json": lambda path: write_json(path, made)})


def _earlier_site(job: Job) -> Earlier | None:
    """Return the last build's pages, when this very code rendered them with the embedded renderer."""
    from evaluation.publishing.reuse import Earlier

    folder = job.store.folder
    file = folder / "site.json"
    if not file.is_file():
        return None
    about = json.loads(file.read_text(encoding="utf-8"))
    alike = about.get("code") == job.code and about["renderer"] == f"smalldocs {version('smalldocs')}"
    return Earlier(folder / "site", folder / "_site") if alike else None


def _merged_sources(job: Job) -> Path:
    """Return the site's sources: the shipped ones, with the workspace's own files laid over them."""
    layers = job.workspace.layers("site")
    if len(layers) == 1:
        return layers[0]
    merged = job.store.scratch("site-sources")
    for layer in layers:
        copy_tree(layer, merged)
    return merged


def _copy_notebooks(executed: Sequence[Executed], folder: Path) -> None:
    for notebook in executed:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebook.path, folder / notebook.path.name)
