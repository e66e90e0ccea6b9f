"""Drafts that a partnership starts from: an empty workspace, a contract, a scheme, a study, a mapping."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shlex import quote

from evaluation.errors import UsageError
from evaluation.store import copy_tree
from evaluation.workspace import SETTINGS_FILE, shipped, slug

SETTINGS_DRAFT = """\
# {name}: what is evaluated, from which extracts, up to which day. Lines that begin with # are notes or examples.

name = "{name}"
as_of = {as_of}             # everything is followed up to the end of this day
synthetic = false           # true stamps every page "synthetic data"

# One block for each extract. The path is relative to this file, or a database address such as
# "postgresql://server/database?table=cases". Shipped mappings: flare, cedar, confirm, pss_live, uniform, iworld,
# react, police_uk, case_list and more (the documentation's page on canonical tables); your own: evaluation new mapping
# [extracts.cases]
# path = "extracts/cases.xlsx"
# mapping = "case_list"       # one spreadsheet row per case: the smallest thing a council has
# source = "Housing, exported by the ASB team"
# dates = "day-first"         # or "month-first": needed only where no value proves the order of day and month
#
# [extracts.police]
# path = "extracts/2012-12-street.csv"
# mapping = "police_uk"
# licence = "Open Government Licence v3.0"   # openly licensed: its counts need no protection

[publishing]
threshold = 10              # no count of people below this is published
base = 5                    # and every published count is rounded to this

# Answers to uncertain matches: copy build/records/linking/review.csv, fill in the answers, and name the file here.
# [decisions]
# linking = "decisions/people.csv"
# receipts = "decisions/receipts.csv"
# words = "decisions/words.xlsx"      # build/rejected/words-in-no-list.xlsx, with its column "Your code" filled in

# Where a court applies money in another order, or points are weighed otherwise: a file of rules.
# [income]
# rules = "income-rules.toml"

# The key that turns names into pseudonyms lies outside this folder; it is made on first use.
# [privacy]
# key = "~/.config/evaluation/{slug}.key"

# What one unit costs you, with its source and price year; used for value for money.
# [unit_costs.incident]
# value = "250.00"
# unit = "incident report"
# source = "Finance, community safety budget"
# year = "2012/13"

# evaluation check ends with exit code 5 when a share is above its threshold.
# [quality]
# incidents_unlinked = 0.10
"""

FOLDERS = ("extracts", "analyses", "contracts", "site/schemes")
IGNORED = "build/\nextracts/\n*.key\n"


def init_workspace(folder: Path, *, name: str, as_of: date) -> Path:
    """Write an empty workspace with comments and return its `partnership.toml`.

    Raises
    ------
    UsageError
        There is one already; nothing is overwritten. Or the folder cannot be made.
    """
    settings = folder / SETTINGS_FILE
    if settings.exists():
        raise UsageError(f"{settings} is there already; nothing was changed.")
    try:
        for part in FOLDERS:
            (folder / part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The machine refused to make {folder}: {error.strerror}.") from error
    settings.write_text(
        SETTINGS_DRAFT.format(name=_toml_text(name), as_of=as_of.isoformat(), slug=slug(name)), encoding="utf-8"
    )
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(IGNORED, encoding="utf-8")
    return settings


def write_example(folder: Path) -> Path:
    """Write the workspace of the worked example, settings and contracts, and return its `partnership.toml`.

    An example whose first build was stopped is taken up again as it is.

    Raises
    ------
    UsageError
        There is a workspace in the folder already.
    """
    settings = folder / SETTINGS_FILE
    if settings.exists():
        if settings.read_bytes() == shipped(SETTINGS_FILE).read_bytes() and not (folder / "build" / "_site").exists():
            return settings
        build = f"evaluation build --workspace {quote(str(folder))}"
        raise UsageError(f"{settings} is there already; nothing was changed. Build it: {build}")
    copy_tree(shipped("contracts"), folder / "contracts")
    shutil.copyfile(shipped(SETTINGS_FILE), settings)
    return settings


def contract_text(name: str, *, ask: Callable[[str], str] | None) -> str:
    """Return the text of a new contract.

    Parameters
    ----------
    name
        The contract's file stem.
    ask
        Asks one question and returns the answer; None leaves every question open in the draft.
    """
    from evaluation.commissioning import QUESTIONS, contract_draft, new_contract

    if ask is None:
        return contract_draft(name)
    asked = [question for question in QUESTIONS if question.key != "id"]
    answers = {question.key: ask(f"{question.text} (for example: {question.example}): ").strip() for question in asked}
    return new_contract({"id": name, **answers})


def write_draft(path: Path, text: str) -> Path:
    """Write a draft to `path`, never over a file that is there.

    Raises
    ------
    UsageError
        The file is there already.
    """
    if path.exists():
        raise UsageError(f"{path} is there already; nothing was changed.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _toml_text(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).replace("\\", "").replace('"', "'")
