"""The whole job as one readable sequence: extracts, records, findings, contracts, income, notebooks, pages, site.

Every step reads what the steps before it wrote under `build/` and is made again only when something it depends on
has changed; `evaluation.store` keeps what has not. The result of a step is the same whether it was kept or made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evaluation.errors import DataError, UsageError, did_you_mean
from evaluation.job import Job
from evaluation.store import digest, file_digest, open_store, tree_digest, write_json
from evaluation.studies import run_studies

if TYPE_CHECKING:
    import polars as pl

    from evaluation.commissioning import Contract
    from evaluation.comparison import Finding
    from evaluation.income import Comparison
    from evaluation.records import Extract

RECORD_PARTS = ("records", "rejected", "quality.json")
INCOME_TABLES = ("Prosecutions", "CourtOrders", "OrderEvents", "Receipts")
CONTRACT_TABLES = ("Measures", "Surveys", "Returns", "Interventions", "Cases")


@dataclass(frozen=True)
class Results:
    """Everything that is published after disclosure control.

    Attributes
    ----------
    findings
        By study name.
    contracts
        JSON-ready results by contract.
    income
        Totals of the court-cost ledger, or None where there are no orders.
    quality
        The data-quality figures.
    """

    findings: Mapping[str, Finding]
    contracts: Mapping[str, dict[str, Any]]
    income: dict[str, Any] | None
    quality: dict[str, Any]


def all_results(job: Job) -> Results:
    """Run every study, judge every contract and reconcile the income."""
    findings = run_studies(job)
    return Results(findings, judge_contracts(job, findings), reconcile_income(job), quality(job))


# ---- extracts to records


def read_records(job: Job) -> None:
    """Read every extract, check, code and link it; write the tables, what was rejected, and the quality figures."""
    _prepare_example(job)
    with job.steps.step("Records") as advance:
        settings = job.workspace.settings
        answers = [path and file_digest(path) for path in (_decisions(job, "linking"), _decisions(job, "words"))]
        declared = [settings.extracts, settings.quality, answers]
        key = digest([job.inputs, _mappings(job), job.schemes, job.workspace.as_of, declared, job.code])
        if all(job.store.is_current(part, key) for part in RECORD_PARTS) and not job.has_database:
            job.steps.reused.append("Records")
            return
        extracts = _read_extracts(job, advance)
        _refuse_changed_inputs(job)
        # The rows of a database cannot be hashed without reading them: here they have been read.
        read = [extract.source_sha256 for extract in extracts] if job.has_database else None
        _write_records(job, digest([key, read]) if read else key, extracts)


def _prepare_example(job: Job) -> None:
    """Generate the worked example's extracts where the workspace asks for it: always below its own `build/`."""
    example = job.workspace.settings.example
    if example is None:
        return
    with job.steps.step("Worked example"):

        def write(folder: Path) -> None:
            from evaluation.example import write_extracts
            from evaluation.example.wexbourne import AS_OF

            write_extracts(folder, seed=example.seed, as_of=AS_OF)

        key = digest([example.seed, job.code])
        own = _own_build(job)
        with nullcontext(job.store) if job.workspace.build == own else open_store(own) as store:
            if store.make("example", key, write):
                store.commit()
            else:
                job.steps.reused.append("Worked example")


def _own_build(job: Job) -> Path:
    """The workspace's own build folder, wherever this run writes: there the worked example lies."""
    return job.workspace.root / "build"


def _mappings(job: Job) -> dict[str, str]:
    """The mapping of each extract, by name when it is shipped (the code's hash covers it), else by its content."""
    names = {name: job.workspace.mapping(name) for name in job.workspace.settings.extracts}
    return {name: file_digest(Path(mapping)) if Path(mapping).is_file() else mapping for name, mapping in names.items()}


def _read_extracts(job: Job, advance: Callable[[int, int], None]) -> list[Extract]:
    """Read all extracts; those that are refused are all named before the run ends."""
    from evaluation.records import read_extract, read_taught
    from evaluation.register import scheme_names

    workspace = job.workspace
    names = list(workspace.settings.extracts)
    key = _pseudonym_key(job)
    words = _decisions(job, "words")
    taught = None if words is None else read_taught(words)
    extracts: list[Extract] = []
    refused: list[str] = []
    for done, name in enumerate(names, 1):
        try:
            extract = read_extract(
                workspace.extract_address(name),
                workspace.mapping(name),
                as_of=workspace.as_of,
                key=key,
                dates=workspace.settings.extracts[name].dates,
                schemes=scheme_names(job.schemes),
                name=name,
                taught=taught,
            )
            # The mapping is named as the workspace names it: where the workspace lies is nobody's business.
            extracts.append(replace(extract, mapping=workspace.settings.extracts[name].mapping))
        except DataError as error:
            refused.append(f"{name}: {error}")
        advance(done, len(names))
    if refused:
        raise DataError(f"{len(refused)} of {len(names)} extracts were refused; nothing was changed.", refused)
    return extracts


def _pseudonym_key(job: Job) -> bytes:
    """The partnership's own key; the people of a synthetic workspace are invented, and their key is public."""
    from evaluation.records import load_key
    from evaluation.records.pseudonyms import DEMONSTRATION_KEY

    file = job.workspace.key_file
    return DEMONSTRATION_KEY if file is None else load_key(file)


def _refuse_changed_inputs(job: Job) -> None:
    changed = [name for name, before in job.inputs.items() if job.input_digest(name) != before]
    if changed:
        raise DataError(f"These extracts changed while they were read: {', '.join(changed)}. Run the command again.")


def _write_records(job: Job, key: str, extracts: list[Extract]) -> None:
    from evaluation import records

    answers = _decisions(job, "linking")
    assembled = records.assemble(extracts, as_of=job.workspace.as_of, answers=answers)
    measured = records.measure(extracts, assembled, as_of=job.workspace.as_of, truth=_linking_truth(job))

    def write_tables(folder: Path) -> None:
        records.write(assembled, folder)
        write_json(folder / "about.json", {"inputs": [_about(job, extract) for extract in extracts]})

    writers: tuple[Callable[[Path], object], ...] = (
        write_tables,
        lambda folder: records.write_rejected(extracts, folder),
        lambda path: write_json(path, measured.to_json()),
    )
    job.store.make_together(key, dict(zip(RECORD_PARTS, writers, strict=True)))


def _linking_truth(job: Job) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """The true links of the worked example, by which the linking is marked; a real partnership has none."""
    import polars as pl

    if job.workspace.settings.example is None:
        return None
    folder = _own_build(job) / "example"
    pairs, people = (pl.read_csv(folder / name, infer_schema=False) for name in ("truth_pairs.csv", "truth_people.csv"))
    return pairs, people


def _about(job: Job, extract: Extract) -> dict[str, Any]:
    from evaluation.records import load_mapping

    fed = sorted({source.table for source in load_mapping(job.workspace.mapping(extract.name)).tables})
    settings = job.workspace.settings.extracts[extract.name]
    return {
        "accepted": extract.rows_accepted,
        "later": int(extract.only_later.sum()),
        "licence": settings.licence,
        "mapping": settings.mapping,
        "name": extract.name,
        "notes": list(extract.notes),
        "path": settings.path.split("@")[-1],
        "read": extract.rows_read,
        "rejected": extract.rows_read - extract.rows_accepted,
        "sha256": extract.source_sha256,
        "source": settings.source,
        "tables": {table: len(extract.accepted.get(table, ())) for table in fed},
    }


def quality(job: Job) -> dict[str, Any]:
    """The data-quality figures, as the records step left them."""
    return json.loads(job.store.path("quality.json").read_text(encoding="utf-8"))


def findings_key(job: Job, findings: Mapping[str, Finding]) -> dict[str, str]:
    """Hash each finding as this run keeps it."""
    return {name: file_digest(job.store.path(f"findings/{name}.json")) for name in findings}


# ---- contracts and income


def judge_contracts(job: Job, findings: Mapping[str, Finding]) -> dict[str, dict[str, Any]]:
    """Judge every contract on its outcomes and write one result each."""
    from evaluation import commissioning

    folder = job.workspace.contracts
    if not folder.is_dir():
        return {}
    job.attention += [draft.sentence() for draft in commissioning.draft_contracts(folder)]
    with job.steps.step("Contracts"):
        costs = {name: cost.model_dump(exclude_none=True) for name, cost in job.workspace.settings.unit_costs.items()}
        written = findings_key(job, findings)
        key = digest([tree_digest(folder, "*.toml"), written, costs, job.table_key(*CONTRACT_TABLES)])

        def write(target: Path) -> None:
            held = {name: job.records[name] for name in CONTRACT_TABLES}
            results = [
                commissioning.evaluate(contract, held, findings, as_of=job.workspace.as_of, unit_costs=costs)
                for contract in commissioning.load_contracts(folder)
            ]
            commissioning.write(results, target)

        if not job.store.make("contracts", key, write):
            job.steps.reused.append("Contracts")
    return _json_files(job.store.path("contracts"))


def export_indigo(job: Job, name: str, output: Path | None) -> Path:
    """Write one contract's outcome data, after disclosure control, in the layout of INDIGO and return where.

    Raises
    ------
    UsageError
        There is no such contract.
    DataError
        The contract is still a draft, or its file has mistakes.
    """
    from evaluation import commissioning
    from evaluation.publishing.release import Rules, release_contract

    contract = find_contract(job, name)
    rules = Rules(threshold=job.workspace.settings.publishing.threshold, base=job.workspace.settings.publishing.base)
    result = release_contract(judge_contracts(job, run_studies(job))[name], rules)
    target = output or job.workspace.build / "export" / f"{name}-indigo.xlsx"
    target.parent.mkdir(parents=True, exist_ok=True)
    return commissioning.export_indigo(contract, result.data, target)


def find_contract(job: Job, name: str) -> Contract:
    """Find one contract by its name, before anything else is done.

    Raises
    ------
    UsageError
        There is no such contract.
    DataError
        The contract is still a draft, or its file has mistakes.
    """
    from evaluation import commissioning

    folder = job.workspace.contracts
    names = [path.stem for path in sorted(folder.glob("*.toml"))]
    if name not in names:
        there = f" There are: {', '.join(names)}." if names else ""
        raise UsageError(f"There is no contract '{name}' in contracts/.{did_you_mean(name, names)}{there}")
    for draft in commissioning.draft_contracts(folder):
        if draft.name == f"{name}.toml":
            raise DataError(draft.sentence())
    return {contract.id: contract for contract in commissioning.load_contracts(folder)}[name]


def _json_files(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def reconcile_income(job: Job, as_of: date | None = None) -> dict[str, Any] | None:
    """Reconcile court-cost orders and receipts, to the penny; None where there are no orders.

    Parameters
    ----------
    as_of
        The day of the ledger; another day than the workspace's own is written beside it, to `build/income-DATE`.
    """
    if not job.records.count("CourtOrders"):
        return None
    with job.steps.step("Court costs"):
        from evaluation import income

        result = income_folder(job, as_of)
        decisions = _decisions(job, "receipts")
        own = [path and file_digest(path) for path in (decisions, _income_rules(job))]
        key = digest([job.table_key(*INCOME_TABLES), own, as_of])
        if not job.store.make(result, key, lambda folder: income.write(_reconciled(job, as_of), folder)):
            job.steps.reused.append("Court costs")
    return json.loads((job.store.path(result) / "summary.json").read_text(encoding="utf-8"))


def income_folder(job: Job, as_of: date | None) -> str:
    """Name the folder of a ledger: the one of the workspace's own day is `income`."""
    return "income" if as_of in (None, job.workspace.as_of) else f"income-{as_of}"


def compare_income(job: Job, earlier: date, later: date | None) -> Comparison:
    """What changed in the ledger between an earlier day and a later one, by default the as-of date."""
    from evaluation import income

    return income.compare(_reconciled(job, earlier), _reconciled(job, later))


def _reconciled(job: Job, as_of: date | None) -> Any:
    from evaluation import income

    prosecutions, orders, events, receipts = (job.records[name] for name in INCOME_TABLES)
    rules = _income_rules(job)
    result = income.reconcile(
        orders,
        receipts,
        events=events,
        prosecutions=prosecutions,
        decisions=_decisions(job, "receipts"),
        as_of=as_of or job.workspace.as_of,
        rules=None if rules is None else income.Rules.from_toml(rules),
    )
    result.check()
    return result


def _decisions(job: Job, about: Literal["linking", "receipts", "words"]) -> Path | None:
    """The file with people's answers to uncertain matches or unknown words, where the partnership has one."""
    return _own_file(job, getattr(job.workspace.settings.decisions, about), f"The answers on {about}")


def _income_rules(job: Job) -> Path | None:
    """The file of allocation rules of a court that differs, where the partnership has one."""
    return _own_file(job, job.workspace.settings.income.rules, "The rules of allocation")


def _own_file(job: Job, name: str | None, what: str) -> Path | None:
    """Return a file that `partnership.toml` names.

    Raises
    ------
    DataError
        It is not there.
    """
    if name is None:
        return None
    path = job.workspace.root / name
    if not path.is_file():
        raise DataError(f"{what} are not there: {name}.")
    return path
