"""What each command says at its end: what was done, what needs attention, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation import attention, build
from evaluation.errors import ExitCode
from evaluation.job import Job
from evaluation.reporting import Report, command
from evaluation.workspace import SETTINGS_FILE, Workspace, slug

if TYPE_CHECKING:
    from evaluation.build import Results
    from evaluation.comparison import Finding
    from evaluation.income import Comparison
    from evaluation.publication import Site

REJECTED_SHARE_TO_MENTION = 0.05
UNKNOWN_SHARE_TO_MENTION = 0.05
TABLES = {".csv", ".txt", ".tsv", ".xls", ".xlsx", ".xlsm", ".ods", ".parquet"}


def of_build(job: Job, results: Results, site: Site) -> Report:
    """Summarise a whole build, or the site alone."""
    done = [_records_line(job), *_findings_lines(results.findings), *_contracts_lines(results.contracts)]
    if results.income is not None:
        done.append(_income_line(results.income))
    done += [f"{site.pages} pages. {site.reason}", *job.changes.sentences()]
    return Report(
        done=done,
        attention=[
            *job.attention,
            *_other_day(job),
            *attention.nothing_to_read(job),
            *attention.draft_schemes(job),
            *attention.after_the_last_record(job),
            *_rejected_lines(job),
            *attention.unknown_schemes(job),
            *attention.nothing_became(job),
            *attention.money_set_aside(job),
            *_passed(job),
        ],
        next_steps=[f"Open the register: {site.first_page}"],
        data={
            "changed": job.changes.to_json(),
            "first_page": str(site.first_page),
            "renderer": site.renderer,
            **_data(job),
            **_statuses(results.findings),
        },
        exit_code=_quality_code(job),
    )


def of_check(job: Job) -> Report:
    """Summarise how good the records are; the exit code says whether a threshold was passed."""
    from evaluation.records.quality.scorecard import scorecard

    figures = build.quality(job)
    if not job.workspace.settings.extracts:
        return _without_extracts(job, figures)
    return Report(
        done=[scorecard(figures, job.workspace.settings.quality), "", _records_line(job)],
        attention=[
            *_not_named(job),
            *attention.after_the_last_record(job),
            *_rejected_lines(job),
            *attention.unknown_schemes(job),
            *attention.nothing_became(job),
            *_skipped_lines(job),
            *_unknown_lines(figures),
            *_passed(job),
        ],
        next_steps=[
            f"Run the studies: {_command(job, f'run{_day(job)}')}",
            *_mend_lines(job),
            *_teach_lines(job, figures),
        ],
        data={"quality": figures, **_data(job)},
        exit_code=_quality_code(job),
    )


def _without_extracts(job: Job, figures: dict[str, Any]) -> Report:
    """Say what a new workspace lacks, in place of a page of figures that are not there."""
    block = _named([*unnamed_extracts(job.workspace), job.workspace.root / "extracts" / "cases.xlsx"][0], job)
    return Report(
        done=[f"No extract is named in {job.workspace.root / SETTINGS_FILE} yet, so there is nothing to check."],
        attention=_not_named(job),
        next_steps=["Name each extract there, for example:", *block, f"and look again: {_command(job, 'check')}"],
        data={"quality": figures, **_data(job)},
    )


def _not_named(job: Job) -> list[str]:
    """Say which files of the folder of extracts are read by nobody, because no extract names them."""
    files = unnamed_extracts(job.workspace)
    return [f"{file.relative_to(job.workspace.root)} is there, but no extract names it." for file in files]


def unnamed_extracts(workspace: Workspace) -> list[Path]:
    """Find the tables in the folder of extracts that no extract of `partnership.toml` names."""
    named = {workspace.root / extract.path for extract in workspace.settings.extracts.values()}
    files = sorted(path for path in (workspace.root / "extracts").glob("*") if path.suffix.lower() in TABLES)
    return [path for path in files if path not in named]


def _named(file: Path, job: Job) -> list[str]:
    place = file.relative_to(job.workspace.root).as_posix()
    return [f"  [extracts.{slug(file.stem)}]", f'  path = "{place}"', '  mapping = "case_list"']


def of_run(job: Job, findings: Mapping[str, Finding]) -> Report:
    """Summarise the studies that were run."""
    if not findings:
        return _without_findings(job)
    where = f"The findings are in {job.workspace.build / 'findings'}."
    if job.own_day is not None:
        where += f" Those of {job.own_day} stand where they were, and so does the register."
    return Report(
        done=[*_findings_lines(findings), *job.changes.sentences()],
        attention=[*job.attention, *attention.after_the_last_record(job), *attention.unknown_schemes(job)],
        next_steps=[where, *([f"Publish them: {_command(job, 'site')}"] if job.own_day is None else [])],
        data={"changed": job.changes.to_json(), **_data(job), **_statuses(findings)},
    )


def _without_findings(job: Job) -> Report:
    """Say why there is no finding, and what to do about it."""
    return Report(
        done=["No study could be run, so there are no findings."],
        attention=[*job.attention, *attention.nothing_to_read(job), *attention.unknown_schemes(job)],
        next_steps=[f"See what the extracts hold: {_command(job, 'check')}"],
        data={"changed": job.changes.to_json(), **_data(job), **_statuses({})},
    )


def of_notebooks(job: Job, names: Sequence[str], others: int = 0) -> Report:
    """Summarise the notebooks that were executed."""
    if not names:
        return Report(
            done=["No notebook was executed."],
            attention=[*job.attention, *attention.nothing_to_read(job)],
            next_steps=[f"See what the extracts hold: {_command(job, 'check')}"],
            data={"notebooks": [], **_data(job)},
        )
    where = job.workspace.build / "notebooks"
    done = [f"{len(names)} notebook{'s were' if len(names) != 1 else ' was'} executed: {', '.join(names)}."]
    if others:
        done.append(f"{others} other{'s stand as they were' if others != 1 else ' stands as it was'} last executed.")
    return Report(
        done=done,
        attention=job.attention,
        next_steps=[f"The executed copies are in {where}.", f"Put them on the site: {_command(job, 'site')}"],
        data={"notebooks": list(names), **_data(job)},
    )


def of_income(job: Job, summary: Mapping[str, Any] | None, change: Comparison | None, folder: str) -> Report:
    """Summarise the ledger, and what changed since an earlier day."""
    if summary is None:
        return Report(
            done=["No court orders are in the extracts, so the amount due cannot be said."],
            next_steps=["Add extracts with the mappings prosecutions, court_orders, order_events and court_receipts."],
            attention=attention.money_set_aside(job),
            data={"income": None, "changes": None, **_data(job)},
        )
    lines = [_income_line(summary)]
    if change is not None:
        lines.append(change.sentence())
    where = job.workspace.build / folder
    return Report(
        done=lines,
        attention=[*attention.money_set_aside(job), *_unmatched_lines(summary, where)],
        next_steps=[f"The ledger is in {where}."],
        data={
            "income": dict(summary),
            "changes": None if change is None else _texts(change.totals),
            **_data(job),
        },
    )


def _texts(table: Any) -> list[dict[str, str]]:
    """Write a table's rows with every value as text: money is never a float."""
    return [{name: str(value) for name, value in row.items()} for row in table.to_dicts()]


def _unmatched_lines(summary: Mapping[str, Any], where: Path) -> list[str]:
    """Say how much money was received that belongs to no order yet: it is in no total above."""
    count, amount = summary["counts"]["unmatched_receipts"], Decimal(summary["receipts"]["unmatched"])
    if not count:
        return []
    receipts = "1 receipt" if count == 1 else f"{count:,} receipts"
    return [f"£{amount:,.2f} of {receipts} is allocated to no order; see {where / 'unmatched_receipts.csv'}."]


def _command(job: Job, words: str) -> str:
    return command(words, job.workspace.root)


def _day(job: Job) -> str:
    """Return the option that keeps a day other than the workspace's own, for the next command."""
    return "" if job.own_day is None else f" --as-of {job.workspace.as_of}"


def _other_day(job: Job) -> list[str]:
    if job.own_day is None:
        return []
    return [
        f"{job.workspace.build} now says what was known up to {job.workspace.as_of}; the workspace's own day is "
        f"{job.own_day}. To go back: {_command(job, 'build')}"
    ]


def _records_line(job: Job) -> str:
    inputs = job.about_records["inputs"]
    read, accepted, rejected = (sum(one[key] for one in inputs) for key in ("read", "accepted", "rejected"))
    extracts = "1 extract" if len(inputs) == 1 else f"{len(inputs)} extracts"
    later = sum(one.get("later", 0) for one in inputs)
    line = f"{read:,} rows of {extracts}: {accepted:,} accepted, {rejected - later:,} set aside with reasons"
    left = f", {later:,} left out because they begin after {job.workspace.as_of}" if later else ""
    return f"{line}{left}."


def _mend_lines(job: Job) -> list[str]:
    if not any(_faulty(one) for one in job.about_records["inputs"]):
        return []
    return [f"Rows to mend and send back: {job.workspace.build / 'rejected'}"]


def _unknown_lines(figures: Mapping[str, Any]) -> list[str]:
    """Say that many words, or the outcomes of many closed cases, are not known: the findings then say less."""
    rows = {row["test"]: row for row in figures["tests"] if (row["share"] or 0) > UNKNOWN_SHARE_TO_MENTION}
    said: list[str] = []
    if outcome := rows.get("outcome_unknown"):
        said.append(
            f"The outcome of {outcome['count']:,} of {outcome['of']:,} closed cases is blank or in no code list: they "
            "count neither as resolved nor as unresolved."
        )
    if words := rows.get("unmapped_codes"):
        said.append(f"Words in no code list stand in {words['count']:,} of {words['of']:,} rows.")
    return said


def _teach_lines(job: Job, figures: Mapping[str, Any]) -> list[str]:
    """Where the words in no code list are, and how they are taught."""
    if not figures["unmapped_words"]:
        return []
    file = job.workspace.build / "rejected" / "words-in-no-list.xlsx"
    return [
        f"Words to teach: copy {file} to decisions/words.xlsx, fill in its column 'Your code', and name the copy in "
        f'{SETTINGS_FILE} under [decisions]: words = "decisions/words.xlsx"'
    ]


def _rejected_lines(job: Job) -> list[str]:
    return [
        f"{one['name']}: {_faulty(one):,} of {one['read']:,} rows were set aside; see build/rejected."
        for one in job.about_records["inputs"]
        if one["read"] and _faulty(one) / one["read"] > REJECTED_SHARE_TO_MENTION
    ]


def _faulty(one: Mapping[str, Any]) -> int:
    """Count the rows of an extract that somebody can mend: not those that merely begin after the as-of date."""
    return one["rejected"] - one.get("later", 0)


def _skipped_lines(job: Job) -> list[str]:
    """Rows that were read as totals or remarks, and are no case: somebody should know that they were taken so."""
    return [
        f"{one['name']}: {note}." for one in job.about_records["inputs"] for note in one["notes"] if "of totals" in note
    ]


def _findings_lines(findings: Mapping[str, Finding]) -> list[str]:
    return [f"{name}: {_headline(finding)}" for name, finding in findings.items()]


def _headline(finding: Finding) -> str:
    if finding.status == "cannot_be_said":
        return f"cannot be said, because {_inside(str(finding.reason))}."
    return finding.can_say[0] if finding.can_say else "estimated."


def _inside(sentence: str) -> str:
    """Return a sentence as it stands inside another one."""
    return f"only {sentence[5:]}".rstrip(".") if sentence.startswith("Only ") else sentence.rstrip(".")


def _contracts_lines(contracts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        f"Contract {name}: {result['verdict']['text'].lower()}. {result['verdict']['sentence']}"
        for name, result in contracts.items()
    ]


def _income_line(summary: Mapping[str, Any]) -> str:
    awarded, paid, outstanding = (f"£{Decimal(summary[key]):,.2f}" for key in ("awarded", "paid", "outstanding"))
    return f"Court costs: {awarded} awarded, {paid} paid, {outstanding} outstanding."


def _passed(job: Job) -> list[str]:
    """One sentence for each quality threshold of `partnership.toml` that was passed."""
    from evaluation.records.quality.scorecard import passed

    return [one.sentence() for one in passed(build.quality(job), job.workspace.settings.quality)]


def _quality_code(job: Job) -> ExitCode:
    return ExitCode.CHECK_FAILED if _passed(job) else ExitCode.DONE


def _statuses(findings: Mapping[str, Finding]) -> dict[str, Any]:
    return {"findings": {name: finding.status for name, finding in findings.items()}}


def _data(job: Job) -> dict[str, Any]:
    folder: Path = job.workspace.build
    return {"build": str(folder), "inputs": job.about_records["inputs"], "seconds": job.steps.seconds}
