"""What each command prints with `--json`: one model a command, from which its JSON Schema is made.

Money is text in pounds and pence, shares are between 0 and 1, days are ISO 8601, seconds are wall-clock seconds. A
command that is refused prints a `Refusal` in place of its answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

SCHEMAS = Path(__file__).with_name("schemas")
Pounds = Annotated[str, Field(pattern=r"^-?\d+\.\d{2}$")]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Row = dict[str, Any]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(_Part):
    """What every command tells."""

    exit_code: Literal[0, 5] = Field(description="what the shell is told; 5: a quality threshold was passed")
    done: list[str] = Field(description="sentences on what was done")
    attention: list[str] = Field(description="what somebody should look at")
    next: list[str] = Field(description="what to do now")


class Refusal(_Part):
    """What a command tells that could not be carried out; the last good build is untouched."""

    exit_code: Literal[2, 3, 4, 5, 6, 130] = Field(description="why: see the table of exit codes")
    error: str = Field(description="what is wrong, in a sentence")
    problems: list[str] = Field(description="each place where something is wrong")


class Input(_Part):
    """One extract, and what came of its rows."""

    name: str
    path: str
    mapping: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    read: Count
    accepted: Count
    rejected: Count
    later: Count = Field(description="of those rejected, how many only begin after the as-of date: none to mend")
    notes: list[str]
    licence: str | None
    source: str | None
    tables: dict[str, Count] = Field(description="rows by canonical table that the extract gave")


class Run(Answer):
    """A command that took steps in a build folder."""

    build: str = Field(description="the build folder")
    inputs: list[Input] = Field(description="the extracts, with rows read = accepted + rejected")
    seconds: dict[str, float] = Field(description="seconds by step")


class Changed(_Part):
    """What is not as it was in the last build of this folder."""

    inputs: list[str] = Field(description="inputs changed, added or removed")
    answers: list[str] = Field(description="files below the build folder that differ, came or went")


class Studied(Run):
    """A command that ran studies."""

    changed: Changed = Field(description="what changed since the last build, and which answers with it")
    findings: dict[str, Literal["estimated", "cannot_be_said"]] = Field(description="status by study")


class Published(Studied):
    """A command that published the site."""

    first_page: str = Field(description="the register")
    renderer: str = Field(description="who rendered the pages")


class QualityTest(_Part):
    """One test of the data: how many, of how many."""

    test: str
    title: str
    among: str
    count: Count | None
    of: Count | None
    share: float | None
    good: bool = Field(description="whether a high share is good")


class Quality(_Part):
    """How good the data are."""

    as_of: str
    extracts: list[Row]
    notes: list[str]
    tests: list[QualityTest]
    tests_by_month: list[Row]
    tests_by_service: list[Row]
    tests_by_system: list[Row]
    coverage: list[Row]
    unmapped_words: list[Row]


class Checked(Run):
    """`evaluation check`."""

    quality: Quality


class Ledger(_Part):
    """Totals of the court-cost ledger: awarded + varied = paid + remitted + written off + outstanding."""

    as_of: str
    sentence: str
    awarded: Pounds
    varied: Pounds
    paid: Pounds
    remitted: Pounds
    written_off: Pounds
    outstanding: Pounds
    expected: dict[str, Pounds] | None = Field(description="what will still come, with its limits; null where unknown")
    receipts: dict[str, Pounds]
    counts: dict[str, Count]
    orders_behind: dict[str, Count] = Field(description="orders behind each total")
    receipts_behind: dict[str, Count] = Field(description="receipts behind each total of receipts")
    orders_by_year: list[Row]
    ageing: list[Row]
    claimed_and_awarded: list[Row]
    completeness: list[Row]
    months: list[Row]
    rules: list[Row]
    unmatched: list[Row]


class Reconciled(Run):
    """`evaluation reconcile`."""

    income: Ledger | None = Field(description="the ledger's totals; null where there are no orders")
    changes: list[dict[str, str]] | None = Field(description="with --compare: a row a total, as text")


class Executed(Run):
    """`evaluation notebooks`."""

    notebooks: list[str]


class Proved(Answer):
    """`evaluation verify`."""

    answers: Count = Field(description="answers compared")
    different: list[str] = Field(description="answers that differ; none where the proof holds")


class Examined(Answer):
    """`evaluation exam`."""

    exam: Row = Field(description="the exam's result, as exam_result.json")


class Timed(Answer):
    """`evaluation bench`."""

    subject: Literal["survival", "records", "follow_up", "income", "scale"]
    rows: list[Row] = Field(description="the table of times, a row each")


class Started(Answer):
    """`evaluation init`."""

    settings: str = Field(description="the new partnership.toml")


class Written(Answer):
    """A command that wrote one file."""

    path: str


ANSWERS: Mapping[str, type[Answer]] = {
    "build": Published,
    "demo": Published,
    "site": Published,
    "check": Checked,
    "run": Studied,
    "reconcile": Reconciled,
    "notebooks": Executed,
    "verify": Proved,
    "exam": Examined,
    "bench": Timed,
    "init": Started,
    "new contract": Written,
    "new scheme": Written,
    "new study": Written,
    "new mapping": Written,
    "export indigo": Written,
}
"""The model of each command's answer."""


def schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of all that a command prints with `--json`: its answer, or a refusal."""
    either: Any = ANSWERS[command] | Refusal
    adapter: TypeAdapter[Any] = TypeAdapter(either)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"evaluation {command} --json",
        **adapter.json_schema(),
    }


def schema_file(command: str) -> Path:
    """Return where the schema of a command is shipped."""
    return SCHEMAS / f"{command.replace(' ', '-')}.schema.json"


def write_schemas() -> None:
    """Write the schema of every command."""
    SCHEMAS.mkdir(exist_ok=True)
    for command in ANSWERS:
        text = json.dumps(schema(command), indent=1, sort_keys=True, ensure_ascii=False)
        schema_file(command).write_text(text + "\n", encoding="utf-8")


def fields(model: type[BaseModel]) -> dict[str, str]:
    """Say what each field of an answer is, in words; the answer's own fields first, then those all commands have."""
    common = [name for name in Answer.model_fields if name in model.model_fields]
    own = [name for name in model.model_fields if name not in common]
    said = {name: model.model_fields[name].description or "" for name in [*own, *common]}
    return {name: text or name.replace("_", " ") for name, text in said.items()}
