"""The commands that write results in layouts that others use."""

from __future__ import annotations

from pathlib import Path

from evaluation.cli.apps import PLAIN, export
from evaluation.reporting import Common, Report


@export.command
def indigo(contract: str, *, output: Path | None = None, common: Common = PLAIN) -> Report:
    """Write a contract's outcome data in the spreadsheet layout of INDIGO (Government Outcomes Lab).

    For example:

        evaluation export indigo city_counselling --output counselling.xlsx

    Parameters
    ----------
    contract
        File stem in contracts/.
    output
        The workbook; by default build/export/CONTRACT-indigo.xlsx.
    """
    from evaluation import build as steps
    from evaluation.job import open_job

    with open_job(common) as job:
        steps.find_contract(job, contract)
        steps.read_records(job)
        path = steps.export_indigo(job, contract, output)
    return Report(done=[f"The outcome data of {contract} are in {path}."], data={"path": str(path)})
