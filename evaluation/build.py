"""The whole job as one readable sequence: extracts, records, findings, contracts, income, notebooks, pages, site.

Every step reads what the steps before it wrote under `build/` and is made again only when something it depends on
has changed; `evaluation.store` keeps what has not. The result of a step is the same whether it was kept or made.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation import __version__
from evaluation.errors import DataError, EvaluationError, StudyError, did_you_mean
from evaluation.progress import Progress, Silent, Steps
from evaluation.store import Store, digest, file_digest, open_store, tree_digest, write_json
from evaluation.workspace import PACKAGE_FOLDER, SETTINGS_FILE, Workspace

if TYPE_CHECKING:
    from evaluation.comparison import Finding
    from evaluation.records import Extract, Records

RUN_FILE = "run.json"
VERSIONS_OF = ("polars", "numpy", "scipy", "lifelines", "statsmodels", "dataframely", "pydantic", "plotly", "smalldocs")


@dataclass
class Job:
    """One run over one workspace: what it reads, what it writes, and what it noticed on the way.

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
    """

    workspace: Workspace
    store: Store
    steps: Steps
    attention: list[str] = field(default_factory=list[str])

    @cached_property
    def code(self) -> str:
        """The hash of the package's own code: a change of it makes everything again."""
        return digest([tree_digest(PACKAGE_FOLDER, "*.py"), tree_digest(PACKAGE_FOLDER, "*.toml")])

    @cached_property
    def inputs(self) -> dict[str, str]:
        """SHA-256 by extract, taken before anything is read."""
        return {name: self._input_digest(name) for name in self.workspace.settings.extracts}

    def _input_digest(self, name: str) -> str:
        address = self.workspace.extract_address(name)
        if isinstance(address, str):
            return digest(address)
        if not address.is_file():
            raise DataError(f"The extract {name} is not there: {self.workspace.settings.extracts[name].path}.")
        return file_digest(address)

    @cached_property
    def records(self) -> Records:
        """The canonical tables, as the step that made them left them."""
        from evaluation.records import load

        return load(self.store.path("records"))

    @cached_property
    def tables(self) -> dict[str, str]:
        """Hash by canonical table: what a later step depends on."""
        return {path.stem: file_digest(path) for path in sorted(self.store.path("records").glob("*.parquet"))}

    def table_key(self, *names: str) -> str:
        """Hash of the named tables (of all when none is named), the as-of date and the code."""
        chosen = {name: self.tables.get(name) for name in names} if names else self.tables
        return digest([chosen, self.workspace.as_of, self.code])


@contextmanager
def open_job(workspace: Workspace, progress: Progress | None = None) -> Iterator[Job]:
    """Open a workspace for one run and put everything in its place when the run ends well."""
    with open_store(workspace.build) as store:
        job = Job(workspace, store, Steps(progress or Silent()))
        yield job
        write_run(job)
        store.commit()


# ---- the steps, in their order


def prepare_example(job: Job) -> None:
    """Generate the worked example's extracts where the workspace asks for it."""
    example = job.workspace.settings.example
    if example is None:
        return
    with job.steps.step("Worked example"):
        from evaluation.example import write_extracts

        key = digest([example.seed, job.workspace.settings.as_of, job.code])
        job.store.make(
            "example", key, lambda folder: write_extracts(folder, seed=example.seed, as_of=job.workspace.settings.as_of)
        )
        job.store.commit()


def read_records(job: Job) -> None:
    """Read every extract, check, code and link it; write the canonical tables, what was rejected and the quality."""
    with job.steps.step("Records") as advance:
        key = digest([job.inputs, _mappings(job), job.workspace.as_of, job.workspace.settings.quality, job.code])
        if job.store.is_current("records", key):
            job.steps.reused.append("Records")
            return
        _write_records(job, key, _read_extracts(job, advance))


def run_studies(job: Job, names: Sequence[str] = ()) -> dict[str, Finding]:
    """Run the studies and write one finding each; `names` chooses some of them.

    Raises
    ------
    StudyError
        A study named in `names` does not exist or could not be run.
    """
    from evaluation.comparison import Finding

    files = _chosen(job.workspace.files("analyses", "*.py"), names)
    with job.steps.step("Studies") as advance:
        for done, (name, file) in enumerate(files.items(), 1):
            _make_finding(job, name, file, strict=bool(names))
            advance(done, len(files))
    written = {name: job.store.path(f"findings/{name}.json") for name in files}
    return {
        name: Finding.from_json(path.read_text(encoding="utf-8")) for name, path in written.items() if path.exists()
    }


def judge_contracts(job: Job, findings: Mapping[str, Finding]) -> dict[str, dict[str, Any]]:
    """Judge every contract on its outcomes and write one result each."""
    from evaluation.commissioning import evaluate, load_contracts

    folder = job.workspace.contracts
    if not folder.is_dir():
        return {}
    with job.steps.step("Contracts"):
        costs = job.workspace.settings.unit_costs
        key = digest(
            [
                tree_digest(folder, "*.toml"),
                {name: finding.to_json() for name, finding in findings.items()},
                {name: cost.model_dump(mode="json") for name, cost in costs.items()},
                job.table_key("Measures", "Surveys", "Returns", "Interventions", "Cases"),
            ]
        )

        def write(target: Path) -> None:
            for contract in load_contracts(folder):
                result = evaluate(contract, job.records, findings, as_of=job.workspace.as_of, unit_costs=costs)
                write_json(target / f"{contract.id}.json", result.to_json())

        job.store.make("contracts", key, write)
    return read_folder(job.store.path("contracts"))


def reconcile_income(job: Job) -> dict[str, Any] | None:
    """Reconcile court-cost orders and receipts, to the penny; None where there are no orders."""
    with job.steps.step("Court costs"):
        if job.records["CourtOrders"].is_empty():
            return None
        from evaluation import income

        decisions = job.workspace.settings.decisions.get("receipts")
        decisions_file = None if decisions is None else job.workspace.root / decisions
        key = digest(
            [
                job.table_key("Prosecutions", "CourtOrders", "OrderEvents", "Receipts"),
                file_digest(decisions_file) if decisions_file is not None else None,
            ]
        )

        def write(target: Path) -> None:
            reconciliation = income.reconcile(
                job.records["CourtOrders"],
                job.records["Receipts"],
                events=job.records["OrderEvents"],
                prosecutions=job.records["Prosecutions"],
                decisions=decisions_file,
                as_of=job.workspace.as_of,
            )
            reconciliation.check()
            income.write(reconciliation, target)

        job.store.make("income", key, write)
    return json.loads((job.store.path("income") / "summary.json").read_text(encoding="utf-8"))


# ---- what the steps share


def read_folder(folder: Path) -> dict[str, dict[str, Any]]:
    """Read every JSON file of a folder, by stem."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def write_run(job: Job) -> None:
    """Write what went in, with which versions, what came of every row, and how long each step took."""
    about = job.store.path("records") / "about.json"
    run = {
        "as_of": job.workspace.as_of.isoformat(),
        "code": job.code,
        "inputs": json.loads(about.read_text(encoding="utf-8"))["inputs"] if about.exists() else [],
        "reused": job.steps.reused,
        "seconds": job.steps.seconds,
        "settings": file_digest(job.workspace.root / SETTINGS_FILE),
        "versions": versions(),
    }
    job.store.make(RUN_FILE, digest(run), lambda path: write_json(path, run))


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries the figures rest on."""
    found = {name: metadata.version(name) for name in VERSIONS_OF}
    return {"evaluation": __version__, "python": platform.python_version(), **found}
