"""The commands that prove: the same answers again, known truths found, seconds beside other libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from evaluation.cli.apps import PLAIN, app
from evaluation.reporting import Common, Report

Rows = Annotated[tuple[int, ...], Parameter(negative="")]
BenchSubject = Literal["survival", "records", "follow_up", "income", "scale"]


@app.command
def verify(folder: Path | None = None, *, common: Common = PLAIN) -> Report:
    """Make everything again from the same inputs, and prove that the answers in build/ are the same.

    For example:

        evaluation verify
        evaluation verify ~/our-partnership/build --workspace ~/our-partnership

    Parameters
    ----------
    folder
        The build folder to prove; by default the workspace's own.
    """
    from evaluation.verification import verify as prove

    return prove(common, folder)


@app.command
def exam(
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int = 2,
    output: Path | None = None,
    common: Common = PLAIN,
) -> Report:
    """Sit the exam: simulate partnerships whose true effects are known, and see how often the studies are right.

    For example:

        evaluation exam --replicates 20 --output exam.json

    Parameters
    ----------
    replicates
        Simulated councils for each scenario; by default those of the written plan.
    seed
        Where the random numbers start; by default the seed of the written plan.
    workers
        Councils simulated at a time.
    output
        Write the result to this JSON file as well.
    """
    from evaluation.verification import sit_exam

    return sit_exam(common, replicates=replicates, seed=seed, workers=workers, output=output)


@app.command
def bench(subject: BenchSubject = "survival", *, rows: Rows = (), common: Common = PLAIN) -> Report:
    """Time the engine beside its peers on the same data, in the same run; ratios matter, seconds do not.

    For example:

        evaluation bench survival --rows 10000 --rows 100000
        evaluation bench scale --rows 1 --rows 10

    Parameters
    ----------
    subject
        What to time.
    rows
        Sizes, by default those of the published table; for scale, how many times the worked example is taken.
    """
    from evaluation import benchmarks

    return benchmarks.report(subject, rows, common.progress())
