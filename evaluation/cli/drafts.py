"""The commands that start something: a workspace, the worked example, a contract, scheme, study or mapping."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.cli.apps import PLAIN, app, new
from evaluation.cli.jobs import build
from evaluation.errors import UsageError
from evaluation.reporting import Common, Report, command


@app.command
def demo(folder: Path = Path("wexbourne"), *, common: Common = PLAIN) -> Report:
    """Play the worked example: write the workspace of the invented place Wexbourne to a folder and build it.

    For example:

        evaluation demo
        evaluation demo ~/wexbourne

    Parameters
    ----------
    folder
        Where to put it.
    """
    from evaluation.templates import write_example

    write_example(folder)
    return build(common=common.moved_to(folder))


@app.command
def init(folder: Path = Path(), *, name: str = "Our partnership", common: Common = PLAIN) -> Report:
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
            f"  {command('check', settings.parent)}",
        ],
        data={"settings": str(settings)},
    )


@new.command(name="contract")
def new_contract(name: str, *, common: Common = PLAIN) -> Report:
    """Start a contract: a terminal asks the questions, and the answers fill a commented file in contracts/.

    For example:

        evaluation new contract city_counselling

    Parameters
    ----------
    name
        File stem, for example city_counselling.
    """
    from evaluation.templates import contract_text

    ask = sys.stdin.isatty() and not (common.json or common.quiet)
    stem = _stem(name)
    text = contract_text(stem, ask=input if ask else None)
    return _drafted(
        common,
        f"contracts/{stem}.toml",
        text,
        [
            "Fill in each empty line; until then builds leave the draft out and say so. Then judge the contract:",
            f"  {command('build', common.workspace)}",
        ],
    )


@new.command(name="scheme")
def new_scheme(name: str, *, common: Common = PLAIN) -> Report:
    """Start a scheme of the register: a page in site/schemes/ whose front matter is the record.

    For example:

        evaluation new scheme "Night-time nuisance line"

    Parameters
    ----------
    name
        File stem, for example night_time_nuisance_line.
    """
    from evaluation.register import new_scheme as scheme_draft

    stem = _stem(name)
    title = stem.replace("_", " ").capitalize() if name == stem else name
    return _drafted(
        common,
        f"site/schemes/{stem}.qmd",
        scheme_draft(title),
        [f"See it on the register: {command('site', common.workspace)}"],
    )


@new.command(name="study")
def new_study(name: str, *, common: Common = PLAIN) -> Report:
    """Start a study: a protocol of about forty lines in analyses/.

    For example:

        evaluation new study mediation_in_the_north

    Parameters
    ----------
    name
        File stem; where a scheme has this id, the study is about it.
    """
    from evaluation.comparison.template import study_source

    stem = _stem(name)
    steps = [f"Run it: {command(f'run {stem}', common.workspace)}"]
    if stem in common.open().files("analyses", "*.py"):
        steps.append(f"It takes the place of the study {stem} that comes with the package; remove it to go back.")
    return _drafted(common, f"analyses/{stem}.py", study_source(stem), steps)


@new.command(name="mapping")
def new_mapping(file: Path, *, common: Common = PLAIN) -> Report:
    """Draft a mapping from one of your own extracts: matches are proposed, the rest is left to you.

    For example:

        evaluation new mapping extracts/log.csv

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
    steps = [
        "Answer its questions, then name it in partnership.toml:",
        *block,
        f"and look: {command('check', common.workspace)}",
    ]
    return _drafted(common, f"mappings/{stem}.toml", draft_mapping(file), steps)


def _stem(name: str) -> str:
    """Return the id that a page, a study, a contract and the extracts share; it is never a path."""
    from evaluation.register.template import scheme_id

    return scheme_id(name)


def _drafted(common: Common, place: str, text: str, next_steps: Sequence[str]) -> Report:
    from evaluation.templates import write_draft

    path = write_draft(common.open().root / place, text)
    done = [f"A draft is in {path}. Its comments say what each line is for."]
    return Report(done=done, next_steps=next_steps, data={"path": str(path)})
