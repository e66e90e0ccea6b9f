"""The commands of the main job: read, run, reconcile, publish, or everything at once."""

from __future__ import annotations

from datetime import date
from typing import Literal

from evaluation.cli.apps import PLAIN, app
from evaluation.reporting import Common, Report

Renderer = Literal["auto", "quarto", "smalldocs"]


@app.command
def build(*, renderer: Renderer | None = None, notebooks: bool = True, common: Common = PLAIN) -> Report:
    """Do everything: read the extracts, run the studies, judge contracts, reconcile income, publish the site.

    For example:

        evaluation build
        evaluation build --workspace ~/our-partnership --as-of 2012-12-31

    Parameters
    ----------
    renderer
        Who renders the site; by default Quarto where it is installed, otherwise the embedded smalldocs.
    notebooks
        Execute the notebooks and put them on the site.
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.executing import execute_notebooks
    from evaluation.job import open_job
    from evaluation.publication import publish

    with open_job(common) as job:
        steps.read_records(job)
        results = steps.all_results(job)
        executed = execute_notebooks(job) if notebooks else ()
        site = publish(job, results, executed, renderer=renderer)
    return summaries.of_build(job, results, site)


@app.command
def check(*, common: Common = PLAIN) -> Report:
    """Read the extracts and show how good they are; exit code 5 when a threshold of partnership.toml is passed.

    For example:

        evaluation check --as-of 2012-09-30
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.job import open_job

    with open_job(common, aside=True) as job:
        steps.read_records(job)
    return summaries.of_check(job)


@app.command(name="run")
def run_studies(*studies: str, common: Common = PLAIN) -> Report:
    """Run studies and write one finding each; all of them when none is named.

    For example:

        evaluation run
        evaluation run mediation abcs
        evaluation run --as-of 2011-12-31

    The findings of another day than the workspace's own go to build/as-of-DATE.

    Parameters
    ----------
    studies
        Study names: the stems of the files in analyses/.
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.job import open_job

    with open_job(common, aside=True) as job:
        steps.read_records(job)
        findings = steps.run_studies(job, studies)
    return summaries.of_run(job, findings)


@app.command
def reconcile(*, compare: date | None = None, common: Common = PLAIN) -> Report:
    """Reconcile court-cost orders with receipts as of a day, to the penny, with what was known that day.

    For example:

        evaluation reconcile --as-of 2011-03-31
        evaluation reconcile --as-of 2012-03-31 --compare 2011-03-31

    Parameters
    ----------
    compare
        Show what changed since this earlier day.
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.job import open_job

    with open_job(common.reading_everything(), aside=True) as job:
        steps.read_records(job)
        summary = steps.reconcile_income(job, common.as_of)
        change = steps.compare_income(job, compare, common.as_of) if compare is not None else None
        folder = steps.income_folder(job, common.as_of)
    return summaries.of_income(job, summary, change, folder)


@app.command
def site(*, renderer: Renderer | None = None, common: Common = PLAIN) -> Report:
    """Publish the site: protect every result, write the Quarto project and render it.

    What has not changed since the last build is kept. Nothing is published that fails disclosure control: exit code 5.

    For example:

        evaluation site --renderer smalldocs

    Parameters
    ----------
    renderer
        Who renders the site; by default Quarto where it is installed, otherwise the embedded smalldocs.
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.executing import executed_before
    from evaluation.job import open_job
    from evaluation.publication import publish

    with open_job(common) as job:
        steps.read_records(job)
        results = steps.all_results(job)
        published = publish(job, results, executed_before(job), renderer=renderer)
    return summaries.of_build(job, results, published)


@app.command
def notebooks(*names: str, common: Common = PLAIN) -> Report:
    """Execute the notebooks, side by side; the first cell that fails is shown.

    For example:

        evaluation notebooks
        evaluation notebooks start_here ladder

    Parameters
    ----------
    names
        Stems of the files in notebooks/; all of them when none is named.
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.executing import execute_notebooks, executed_before
    from evaluation.job import open_job

    with open_job(common, aside=True) as job:
        steps.read_records(job)
        steps.all_results(job)
        executed = execute_notebooks(job, names)
        others = len(executed_before(job)) - len(executed)
    return summaries.of_notebooks(job, [notebook.name for notebook in executed], others)
