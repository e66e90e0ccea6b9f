"""What somebody should look at after a command: rows set aside that an answer lacks, and days without any record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from evaluation.workspace import SETTINGS_FILE

if TYPE_CHECKING:
    from evaluation.job import Job

MONEY = {
    "CourtOrders": ("order", "orders"),
    "Receipts": ("receipt", "receipts"),
    "OrderEvents": ("change of an order", "changes of orders"),
    "Prosecutions": ("prosecution", "prosecutions"),
}
MAIN = ("Incidents", "Cases", "Measures", "Surveys", "Returns", *MONEY)
"""Tables that an extract is for; what else it may feed (interventions, breaches) depends on what happened."""
SCHEMES = "schemes"
MONTHS_WITHOUT_RECORDS = 3


def nothing_to_read(job: Job) -> list[str]:
    """Say that a new workspace names no extract, so that every answer and page is empty."""
    if job.workspace.settings.extracts:
        return []
    return [f"No extract is named in {SETTINGS_FILE} yet, so there is nothing to find out and every page is empty."]


def money_set_aside(job: Job) -> list[str]:
    """Say how many orders and receipts are in no sum, because their rows were set aside."""
    return [
        f"{one['rejected']:,} of {one['read']:,} {_plural(one['read'], *MONEY[tables[0]])} "
        f"{'was' if one['rejected'] == 1 else 'were'} set aside ({one['name']}; see build/rejected): "
        "the sums may be too low."
        for one in _inputs(job)
        if one["rejected"] and (tables := [table for table in one["tables"] if table in MONEY])
    ]


def unknown_schemes(job: Job) -> list[str]:
    """Say how many rows were set aside because their word for a scheme is in no list, and the near names.

    Only words that the data-quality figures show are shown: a rare one may be a name that strayed into the column.
    """
    from evaluation.records import load_mapping

    lines: list[str] = []
    words = [row for row in _quality(job)["unmapped_words"] if row["list"] == SCHEMES]
    for one in _inputs(job):
        own = [row for row in words if row["source"] == one["name"]]
        if own and load_mapping(job.workspace.mapping(one["name"])).unknown_scheme == "reject":
            lines.append(_scheme_line(one, own))
    return lines


def _scheme_line(one: dict[str, Any], words: Sequence[dict[str, Any]]) -> str:
    count = sum(row["rows"] for row in words)
    shown = "; ".join(_asked(row) for row in words if row["suggestion"])
    return (
        f"{one['name']}: {count:,} of {one['read']:,} rows {'was' if count == 1 else 'were'} set aside, because no "
        f"scheme of the register has the name they give{f' ({shown})' if shown else ''}. No study counts them. They "
        "are in build/rejected; a name of your own goes into also_called of the scheme's page."
    )


def _asked(row: dict[str, Any]) -> str:
    return f"'{row['word']}', {row['rows']:,} rows: did you mean {row['suggestion']}?"


def draft_schemes(job: Job) -> list[str]:
    """Say which schemes are on no register yet, because their page is still a draft."""
    return [
        f"site/schemes/{scheme.id}.qmd is a draft: still as it was begun are {', '.join(scheme.open_lines)}. "
        "It is left out of the register, with its study and contract, until they are written."
        for scheme in job.draft_schemes
    ]


def nothing_became(job: Job) -> list[str]:
    """Say which extracts were accepted without giving a single row to a table they are for.

    A shipped mapping serves files that hold incidents or cases alone; of a mapping of one's own, each table is meant.
    """
    return [
        f"{one['name']}: {one['accepted']:,} {_plural(one['accepted'], 'row was', 'rows were')} accepted, but none "
        f"became a row of {_listed(lacking)}. Look at {one['mapping']}: which column holds each day and each "
        "reference? A header can stand under one name only. Take out the [[tables]] of what the file does not hold."
        for one in _inputs(job)
        if one["accepted"] and (lacking := _lacking(one))
    ]


def _lacking(one: dict[str, Any]) -> list[str]:
    empty = [name for name, rows in one["tables"].items() if name in MAIN and not rows]
    return empty if one["mapping"].endswith(".toml") or not any(one["tables"].values()) else []


def after_the_last_record(job: Job) -> list[str]:
    """Warn where the as-of day lies months beyond the last record: what happened since is not known."""
    last = last_month(job)
    if last is None or not _is_far(last, job.workspace.as_of):
        return []
    return [f"{silence(last, job.workspace.as_of)} Give the day up to which the extracts go: --as-of YYYY-MM-DD."]


def silence(last: date, as_of: date) -> str:
    """Say in a sentence that nothing is recorded between a month and the as-of day."""
    return (
        f"The last record is of {last:%B %Y}, but everything is followed to {as_of.day} {as_of:%B %Y}: months without "
        "records are read as months without trouble, so what is said of them may be wrong."
    )


def last_month(job: Job) -> date | None:
    """Return the first day of the last month that has a record,; None where no day is recorded."""
    months = [row["month"] for row in _quality(job)["coverage"] if row["records"]]
    return date.fromisoformat(max(months)[:10]) if months else None


def beyond_the_records(job: Job) -> str | None:
    """Return the sentence for a finding whose follow-up goes on after the records have ended; else None."""
    last = last_month(job)
    return silence(last, job.workspace.as_of) if last is not None and _is_far(last, job.workspace.as_of) else None


def _is_far(last: date, as_of: date) -> bool:
    return (as_of.year - last.year) * 12 + as_of.month - last.month > MONTHS_WITHOUT_RECORDS


def _inputs(job: Job) -> Iterator[dict[str, Any]]:
    yield from job.about_records["inputs"]


def _quality(job: Job) -> dict[str, Any]:
    return json.loads(job.store.path("quality.json").read_text(encoding="utf-8"))


def _plural(count: int, one: str, several: str) -> str:
    return one if count == 1 else several


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
