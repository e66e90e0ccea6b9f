"""The command `evaluation`: each command opens a workspace, takes the steps it needs, and says what came of it."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

from cyclopts import App, CycloptsError, Parameter

from evaluation import __version__
from evaluation.errors import EvaluationError, ExitCode, UsageError
from evaluation.progress import Progress, for_terminal

if TYPE_CHECKING:
    from evaluation.workspace import Workspace

app = App(
    name="evaluation",
    version=__version__,
    help="Intervention outcomes evaluation and commissioning analytics for community-safety partnerships.",
    help_epilogue="Start with: evaluation demo (the worked example), or evaluation init FOLDER (your own data).",
)
new = App(name="new", help="Start a new contract, scheme, study or mapping from a commented draft.")
export = App(name="export", help="Write results in layouts that others use.")
app.command(new)
app.command(export)
LEADING_OPTIONS = {"--workspace": True, "--as-of": True, "--json": False, "--quiet": False}


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options that every command has."""

    workspace: Path = Path()
    """Folder with partnership.toml."""
    as_of: date | None = None
    """Follow up to this day (YYYY-MM-DD) instead of the one in partnership.toml."""
    json: Annotated[bool, Parameter(negative="")] = False
    """Print the result as JSON."""
    quiet: Annotated[bool, Parameter(negative="")] = False
    """Print nothing but errors."""

    def open(self) -> Workspace:
        """Read and check the workspace."""
        from evaluation.workspace import open_workspace

        return open_workspace(self.workspace, as_of=self.as_of)

    def progress(self) -> Progress:
        """Return who is told how far a long step is."""
        return for_terminal(self.quiet or self.json)


@dataclass(frozen=True)
class Report:
    """What a command tells at its end.

    Attributes
    ----------
    done
        Sentences on what was done.
    attention
        What somebody should look at.
    next_steps
        What to do now.
    data
        The same as data, for `--json`.
    exit_code
        What the shell is told.
    """

    done: Sequence[str] = ()
    attention: Sequence[str] = ()
    next_steps: Sequence[str] = ()
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    exit_code: ExitCode = ExitCode.DONE

    def text(self) -> str:
        """Return the closing summary as lines of text."""
        parts = [*self.done]
        if self.attention:
            parts += ["", "Needs attention:", *(f"  - {line}" for line in self.attention)]
        if self.next_steps:
            parts += ["", *self.next_steps]
        return "\n".join(parts)

    def json(self) -> str:
        """Return the summary and its data as one JSON object."""
        summary = {"attention": list(self.attention), "done": list(self.done), "next": list(self.next_steps)}
        return _json({"exit_code": int(self.exit_code), **summary, **self.data})


def _json(value: dict[str, Any]) -> str:
    return json_text.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str)


@app.command
def build(
    *,
    renderer: Literal["auto", "quarto", "smalldocs"] | None = None,
    notebooks: bool = True,
    common: Common = Common(),
) -> Report:
    """Do everything: read the extracts, run the studies, judge contracts, reconcile income, publish the site.

    Examples
    --------
    evaluation build
    evaluation build --workspace ~/our-partnership --as-of 2012-12-31

    Parameters
    ----------
    renderer
        Who renders the site; by default Quarto where it is installed, otherwise the embedded smalldocs.
    notebooks
        Execute the notebooks and put them on the site.
    """
    from evaluation import build as job

    workspace = common.open()
    with job.open_job(workspace, common.progress()) as run:
        job.prepare_example(run)
        job.read_records(run)
        findings = job.run_studies(run)
        contracts = job.judge_contracts(run, findings)
        income = job.reconcile_income(run)
        executed = job.execute_notebooks(run) if notebooks else ()
        site = job.publish(run, findings, contracts, income, executed, renderer=renderer)
    return Report(
        done=[*job.describe_records(run), *job.describe_findings(findings), site.line],
        attention=run.attention,
        next_steps=[f"Open the register: {site.first_page}"],
        data={"first_page": str(site.first_page), **job.run_data(run)},
    )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    words = _options_last(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(int(run(words)))


def run(words: Sequence[str]) -> ExitCode:
    """Run one command line and return its exit code; the user's errors are shown as sentences."""
    as_json = "--json" in words
    try:
        report = app(list(words), exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _fail(UsageError(str(error), ["evaluation --help lists every command and option."]), as_json)
    except EvaluationError as error:
        return _fail(error, as_json)
    except KeyboardInterrupt:
        return _fail(UsageError("Stopped. The last good build is untouched."), as_json)
    if isinstance(report, Report):
        _show(report, as_json=as_json, quiet="--quiet" in words)
        return report.exit_code
    return ExitCode.DONE


def _show(report: Report, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print(report.json())
    elif not quiet:
        print(report.text())


def _fail(error: EvaluationError, as_json: bool) -> ExitCode:
    if as_json:
        print(_json({"exit_code": int(error.exit_code), "error": error.message, "problems": list(error.problems)}))
    else:
        print(error, file=sys.stderr)
    return error.exit_code


def _options_last(words: list[str]) -> list[str]:
    """Let the common options stand before the command as well as after it."""
    leading: list[str] = []
    while words and words[0].split("=")[0] in LEADING_OPTIONS:
        takes_value = LEADING_OPTIONS[words[0].split("=")[0]] and "=" not in words[0]
        count = 2 if takes_value else 1
        leading, words = [*leading, *words[:count]], words[count:]
    return [*words, *leading]
