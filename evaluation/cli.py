"""The command `evaluation`: each command opens a workspace, takes the steps it needs, and says what came of it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NoReturn

from cyclopts import App, CycloptsError

from evaluation import __version__
from evaluation.errors import EvaluationError, ExitCode, UsageError
from evaluation.reporting import Common, Report, error_text

Renderer = Literal["auto", "quarto", "smalldocs"]
BenchSubject = Literal["survival", "records", "follow_up", "income", "scale"]
NOT_WRITABLE = (
    errno.EACCES,
    errno.EEXIST,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENOTDIR,
    errno.EISDIR,
)
LEADING_OPTIONS = {"--workspace": True, "--as-of": True, "--json": False, "--quiet": False, "--verbose": False}

app = App(
    name="evaluation",
    version=__version__,
    help="Intervention outcomes evaluation and commissioning analytics for community-safety partnerships.",
    help_format="markdown",
    help_epilogue="Start with: evaluation demo (the worked example), or evaluation init FOLDER (your own data).",
)
new = App(name="new", help="Start a contract, scheme, study or mapping from a commented draft.")
export = App(name="export", help="Write results in layouts that others use.")
app.command(new)
app.command(export)
app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType]


@app.command
def build(*, renderer: Renderer | None = None, notebooks: bool = True, common: Common = Common()) -> Report:
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
    from evaluation.job import open_job
    from evaluation.publication import publish

    with open_job(common) as job:
        steps.read_records(job)
        results = steps.all_results(job)
        executed = steps.execute_notebooks(job) if notebooks else ()
        site = publish(job, results, executed, renderer=renderer)
    return summaries.of_build(job, results, site)


@app.command
def demo(*, folder: Path = Path("wexbourne"), common: Common = Common()) -> Report:
    """Play the worked example: write the workspace of the invented place Wexbourne to a folder and build it.

    Parameters
    ----------
    folder
        Where to put it.
    """
    from evaluation.templates import write_example

    write_example(folder)
    return build(common=common.moved_to(folder))


@app.command
def check(*, common: Common = Common()) -> Report:
    """Read the extracts and show how good they are; exit code 5 when a threshold of partnership.toml is passed.

    For example:

        evaluation check --as-of 2012-09-30
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.job import open_job

    with open_job(common) as job:
        steps.read_records(job)
    return summaries.of_check(job)


@app.command(name="run")
def run_studies(*studies: str, common: Common = Common()) -> Report:
    """Run studies and write one finding each; all of them when none is named.

    For example:

        evaluation run
        evaluation run mediation abcs

    Parameters
    ----------
    studies
        Study names: the stems of the files in analyses/.
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.job import open_job

    with open_job(common) as job:
        steps.read_records(job)
        findings = steps.run_studies(job, studies)
    return summaries.of_run(job, findings)


@app.command
def reconcile(*, compare: date | None = None, common: Common = Common()) -> Report:
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

    with open_job(common.reading_everything()) as job:
        steps.read_records(job)
        summary = steps.reconcile_income(job, common.as_of)
        change = steps.compare_income(job, compare, common.as_of) if compare is not None else None
        folder = steps.income_folder(job, common.as_of)
    return summaries.of_income(job, summary, change, folder)


@app.command
def site(*, renderer: Renderer | None = None, common: Common = Common()) -> Report:
    """Publish the site: protect every result, write the Quarto project and render it.

    What has not changed since the last build is kept. Nothing is published that fails disclosure control: exit code 5.

    Parameters
    ----------
    renderer
        Who renders the site; by default Quarto where it is installed, otherwise the embedded smalldocs.
    """
    from evaluation import build as steps
    from evaluation import summaries
    from evaluation.job import open_job
    from evaluation.publication import publish

    with open_job(common) as job:
        steps.read_records(job)
        results = steps.all_results(job)
        published = publish(job, results, steps.executed_before(job), renderer=renderer)
    return summaries.of_build(job, results, published)


@app.command
def notebooks(*names: str, common: Common = Common()) -> Report:
    """Execute the notebooks, side by side; the first cell that fails is shown.

    Parameters
    ----------
    names
        Stems of the files in notebooks/; all of them when none is named.
    """
    from evaluation import build as steps
    from evaluation.job import open_job

    with open_job(common) as job:
        steps.read_records(job)
        steps.all_results(job)
        executed = steps.execute_notebooks(job, names)
    return Report(
        done=[f"{len(executed)} notebooks were executed: {', '.join(notebook.name for notebook in executed)}."],
        data={"notebooks": [notebook.name for notebook in executed]},
    )


@app.command
def verify(folder: Path | None = None, *, common: Common = Common()) -> Report:
    """Make everything again from the same inputs, and prove that the answers in build/ are the same.

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
    common: Common = Common(),
) -> Report:
    """Sit the exam: simulate partnerships whose true effects are known, and see how often the studies are right.

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
def bench(subject: BenchSubject = "survival", *, rows: tuple[int, ...] = (), common: Common = Common()) -> Report:
    """Time the engine beside its peers on the same data, in the same run; ratios matter, seconds do not.

    For example:

        evaluation bench survival --rows 10000 --rows 100000

    Parameters
    ----------
    subject
        What to time.
    rows
        Sizes; by default those of the published table.
    """
    from evaluation import benchmarks

    return benchmarks.report(subject, rows, common.progress())


@app.command
def init(folder: Path = Path(), *, name: str = "Our partnership", common: Common = Common()) -> Report:
    """Start an empty workspace with comments.

    For example:

        evaluation init ~/our-partnership --name "Wexbourne" --as-of 2012-12-31

    Parameters
    ----------
    folder
        Where to put it.
    name
        What the partnership is called.
    """
    from evaluation.templates import init_workspace

    if common.as_of is None:
        raise UsageError("Say up to which day the extracts go: --as-of YYYY-MM-DD. It is never taken from the clock.")
    settings = init_workspace(folder, name=name, as_of=common.as_of)
    return Report(
        done=[f"An empty workspace is in {settings.parent}."],
        next_steps=[
            f"Put your extracts into {settings.parent / 'extracts'}, name them in {settings}, then:",
            f"  evaluation check --workspace {settings.parent}",
        ],
        data={"settings": str(settings)},
    )


@new.command(name="contract")
def new_contract(name: str, *, common: Common = Common()) -> Report:
    """Start a contract: a terminal asks the questions, and the answers fill a commented file in contracts/.

    Parameters
    ----------
    name
        File stem, for example city_counselling.
    """
    from evaluation.templates import contract_text

    ask = sys.stdin.isatty() and not (common.json or common.quiet)
    stem = _stem(name)
    text = contract_text(stem, ask=input if ask else None)
    return _drafted(common, f"contracts/{stem}.toml", text, ["Fill it in, then judge the contract: evaluation build"])


@new.command(name="scheme")
def new_scheme(name: str, *, common: Common = Common()) -> Report:
    """Start a scheme of the register: a page in site/schemes/ whose front matter is the record.

    Parameters
    ----------
    name
        File stem, for example night_time_nuisance_line.
    """
    from evaluation.register import new_scheme as scheme_draft

    stem = _stem(name)
    title = stem.replace("_", " ").capitalize() if name == stem else name
    return _drafted(
        common, f"site/schemes/{stem}.qmd", scheme_draft(title), ["See it on the register: evaluation site"]
    )


@new.command(name="study")
def new_study(name: str, *, common: Common = Common()) -> Report:
    """Start a study: a protocol of about forty lines in analyses/.

    Parameters
    ----------
    name
        File stem; where a scheme has this id, the study is about it.
    """
    from evaluation.comparison.template import study_source

    stem = _stem(name)
    return _drafted(common, f"analyses/{stem}.py", study_source(stem), [f"Run it: evaluation run {stem}"])


@new.command(name="mapping")
def new_mapping(file: Path, *, common: Common = Common()) -> Report:
    """Draft a mapping from one of your own extracts: matches are proposed, the rest is left to you.

    Parameters
    ----------
    file
        The extract.
    """
    from evaluation.records import draft_mapping
    from evaluation.workspace import slug

    stem = slug(file.stem)
    root, place = common.workspace.resolve(), file.resolve()
    path = place.relative_to(root) if place.is_relative_to(root) else place
    block = [f"  [extracts.{stem}]", f'  path = "{path.as_posix()}"', f'  mapping = "mappings/{stem}.toml"']
    steps = ["Answer its questions, then name it in partnership.toml:", *block, "and look: evaluation check"]
    return _drafted(common, f"mappings/{stem}.toml", draft_mapping(file), steps)


@export.command
def indigo(contract: str, *, output: Path | None = None, common: Common = Common()) -> Report:
    """Write a contract's outcome data in the spreadsheet layout of INDIGO (Government Outcomes Lab).

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
        steps.read_records(job)
        path = steps.export_indigo(job, contract, output)
    return Report(done=[f"The outcome data of {contract} are in {path}."], data={"path": str(path)})


def _stem(name: str) -> str:
    """Return the id that a page, a study, a contract and the extracts share; it is never a path."""
    from evaluation.register.template import scheme_id

    return scheme_id(name)


def _drafted(common: Common, place: str, text: str, next_steps: Sequence[str]) -> Report:
    from evaluation.templates import write_draft

    path = write_draft(common.open().root / place, text)
    done = [f"A draft is in {path}. Its comments say what each line is for."]
    return Report(done=done, next_steps=next_steps, data={"path": str(path)})


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    sys.exit(int(run(sys.argv[1:] if arguments is None else arguments)))


def run(words: Sequence[str]) -> ExitCode:
    """Run one command line and return its exit code; the user's errors are shown as sentences."""
    in_json = "--json" in words
    try:
        report = app(_options_last(list(words)), exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _fail(UsageError(str(error), _usage_hints(str(error))), in_json=in_json)
    except EvaluationError as error:
        return _fail(error, in_json=in_json)
    except OSError as error:
        if error.errno not in NOT_WRITABLE:
            raise
        return _fail(UsageError(f"{error.filename or 'A file'} cannot be used: {error.strerror}."), in_json=in_json)
    except KeyboardInterrupt:
        return _fail(UsageError("Stopped. The last good build is untouched."), in_json=in_json)
    if not isinstance(report, Report):
        return ExitCode.DONE
    if in_json:
        _say(report.json())
    elif "--quiet" not in words:
        _say(report.text())
    return report.exit_code


def _say(text: str) -> None:
    """Print a text; a reader who closes the pipe early, as `head` does, has read enough."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage_hints(message: str) -> Iterator[str]:
    if "into date" in message:
        yield "A day is written YYYY-MM-DD, for example 2012-12-31."
    yield "evaluation --help lists every command and option."


def _fail(error: EvaluationError, *, in_json: bool) -> ExitCode:
    print(error_text(error, in_json=in_json), file=sys.stdout if in_json else sys.stderr)
    return error.exit_code


def _options_last(words: list[str]) -> list[str]:
    """Let the common options stand before the command as well as after it."""
    leading: list[str] = []
    while words and words[0].split("=")[0] in LEADING_OPTIONS:
        takes_value = LEADING_OPTIONS[words[0].split("=")[0]] and "=" not in words[0]
        count = 2 if takes_value else 1
        leading, words = [*leading, *words[:count]], words[count:]
    return [*words, *leading]
