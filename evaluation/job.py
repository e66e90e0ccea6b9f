"""One run over one workspace: what it reads, what it writes, and what it noticed on the way."""

from __future__ import annotations

import json
import platform
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation import __version__
from evaluation.changes import Changes, answers_among, changed_inputs
from evaluation.errors import DataError
from evaluation.progress import Steps
from evaluation.reporting import Common
from evaluation.store import Store, digest, file_digest, open_store, tree_digest, write_json
from evaluation.workspace import PACKAGE_FOLDER, SETTINGS_FILE, Workspace

if TYPE_CHECKING:
    from evaluation.records.keeping import KeptRecords
    from evaluation.register import Scheme

RUN_FILE = "run.json"
OWN_FILES = {"analyses": "*.py", "contracts": "*.toml", "site": "*.qmd", "notebooks": "*.py"}
VERSIONS_OF = ("polars", "numpy", "scipy", "lifelines", "statsmodels", "dataframely", "pydantic", "plotly", "smalldocs")


@dataclass
class Job:
    """One run.

    Attributes
    ----------
    workspace
        The checked workspace.
    store
        Its build folder, opened for this run.
    steps
        The steps taken so far with their seconds.
    attention
        Sentences on what somebody should look at; shown at the end.
    own_day
        The workspace's own as-of day, where this run is for another.
    changes
        What is not as it was in the last build; known when the run ends.
    """

    workspace: Workspace
    store: Store
    steps: Steps
    attention: list[str] = field(default_factory=list[str])
    own_day: date | None = None
    changes: Changes = field(default_factory=Changes)

    @cached_property
    def before(self) -> dict[str, Any]:
        """What the last finished run in this build folder wrote of itself; empty where there was none."""
        file = self.store.folder / RUN_FILE
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}

    @cached_property
    def sources(self) -> dict[str, str]:
        """SHA-256 of the workspace's own files that an answer or a page can depend on, by their place, at the start."""
        return self.sources_now()

    def sources_now(self) -> dict[str, str]:
        """Hash the workspace's own files as they are now."""
        root, settings = self.workspace.root, self.workspace.settings
        named = [extract.mapping for extract in settings.extracts.values() if extract.mapping.endswith(".toml")]
        answers = settings.decisions
        named += [name for name in (answers.linking, answers.receipts, answers.words, settings.income.rules) if name]
        written = [path for folder, pattern in OWN_FILES.items() for path in (root / folder).rglob(pattern)]
        files = [root / SETTINGS_FILE, *(root / name for name in named), *written]
        return {_place(path, root): file_digest(path) for path in sorted(set(files)) if path.is_file()}

    @cached_property
    def code(self) -> str:
        """The hash of the package's own code: a change of it makes everything again."""
        return digest([tree_digest(PACKAGE_FOLDER, pattern) for pattern in ("*.py", "*.toml")])

    @cached_property
    def inputs(self) -> dict[str, str]:
        """SHA-256 by extract, taken before anything is read."""
        return {name: self.input_digest(name) for name in self.workspace.settings.extracts}

    def input_digest(self, name: str) -> str:
        """Hash one extract as it is now; of a database, its address.

        Raises
        ------
        DataError
            There is no such file.
        """
        address = self.workspace.extract_address(name)
        if isinstance(address, str):
            return digest(address)
        if not address.is_file():
            raise DataError(f"The extract {name} is not there: {self.workspace.settings.extracts[name].path}.")
        return file_digest(address)

    @property
    def has_database(self) -> bool:
        """Whether an extract comes from a database, whose rows cannot be hashed without reading them."""
        return any(isinstance(self.workspace.extract_address(name), str) for name in self.workspace.settings.extracts)

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """The scheme records: the shipped ones, with the workspace's own in place of those of the same name."""
        from evaluation.register import load_schemes

        layers = [layer for layer in self.workspace.layers("site/schemes") if any(layer.glob("*.qmd"))]
        found = {scheme.id: scheme for layer in layers for scheme in load_schemes(layer)}
        return tuple(found[name] for name in sorted(found))

    @cached_property
    def register(self) -> tuple[Scheme, ...]:
        """The schemes that this partnership's register shows.

        The shipped records are those of the worked example. A real partnership's register shows its own records, and
        of the shipped ones only those that its extracts name, without anything that is true of the example alone.
        A draft that nobody has filled in is on no register.
        """
        written = tuple(scheme for scheme in self.schemes if not scheme.open_lines)
        if self.workspace.settings.synthetic:
            return written
        own = self.workspace.root / "site" / "schemes"
        used = self.records.levels("Interventions", "scheme")
        return tuple(
            scheme if (own / f"{scheme.id}.qmd").exists() else scheme.without_local_facts()
            for scheme in written
            if (own / f"{scheme.id}.qmd").exists() or scheme.id in used
        )

    @cached_property
    def draft_schemes(self) -> tuple[Scheme, ...]:
        """The schemes whose page still says what the draft of a new page says."""
        return tuple(scheme for scheme in self.schemes if scheme.open_lines)

    @cached_property
    def records(self) -> KeptRecords:
        """The canonical tables, as the step that made them left them; each is read when it is used."""
        from evaluation.records import scan

        return scan(self.store.path("records"))

    @cached_property
    def about_records(self) -> dict[str, Any]:
        """What went in and what came of every row, by extract."""
        return json.loads((self.store.path("records") / "about.json").read_text(encoding="utf-8"))

    @cached_property
    def tables(self) -> Mapping[str, str]:
        """Hash by canonical table: what a later step depends on."""
        return {path.stem: file_digest(path) for path in sorted(self.store.path("records").glob("*.parquet"))}

    def table_key(self, *names: str) -> str:
        """Hash of the named tables (of all when none is named), the as-of date and the code."""
        chosen = {name: self.tables.get(name) for name in names} if names else self.tables
        return digest([chosen, self.workspace.as_of, self.code])


def _place(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


@contextmanager
def open_job(common: Common, *, aside: bool = False) -> Generator[Job]:
    """Open a workspace for one run, and put everything in its place when the run ends well.

    Parameters
    ----------
    common
        The command's options.
    aside
        Whether the answers of another day than the workspace's own go to `build/as-of-DATE`. What is published does
        not: there is one register, and each edition is protected against the one before it.
    """
    workspace, own_day = common.open(), common.own_day()
    if aside and own_day is not None:
        workspace = replace(workspace, output=other_day_folder(workspace.build, workspace.as_of))
    with open_store(workspace.build) as store:
        job = Job(workspace, store, Steps(common.progress(), log=_log(workspace, common)), own_day=own_day)
        started = job.sources
        yield job
        _refuse_changed_sources(job, started)
        _write_run(job)
        store.commit()


def _refuse_changed_sources(job: Job, started: Mapping[str, str]) -> None:
    """Refuse to put in place what was made while somebody saved another version of what it was made from."""
    now = job.sources_now()
    changed = sorted(name for name in {**started, **now} if started.get(name) != now.get(name))
    if changed:
        job.store.forget()
        raise DataError(
            f"These files changed while the command ran, so nothing was changed: {', '.join(changed)}. Run it again."
        )


def other_day_folder(build: Path, day: date | None) -> Path:
    """Return where the answers of another day than the workspace's own go."""
    return build / f"as-of-{day}"


def _log(workspace: Workspace, common: Common) -> Path | None:
    return workspace.build / "evaluation.log" if common.verbose else None


def record(job: Job) -> dict[str, Any]:
    """What went into a run, by hash, what came of every row, and how long each step took."""
    made = (job.store.path("records") / "about.json").exists()
    return {
        "as_of": job.workspace.as_of.isoformat(),
        "code": job.code,
        "inputs": job.about_records["inputs"] if made else [],
        "reused": job.steps.reused,
        "seconds": job.steps.seconds,
        "sources": job.sources,
        "versions": versions(),
    }


def _write_run(job: Job) -> None:
    run = record(job)
    found = sum(name.startswith("findings/") for name in job.store.names())
    job.changes = Changes(changed_inputs(job.before, run), answers_among(job.store.different()), found)
    job.store.make(RUN_FILE, digest(run), lambda path: write_json(path, run))


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries the figures rest on."""
    found = {name: metadata.version(name) for name in VERSIONS_OF}
    return {"evaluation": __version__, "python": platform.python_version(), **found}
