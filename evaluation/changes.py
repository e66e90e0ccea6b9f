"""Which inputs changed since the last build, and which answers changed with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

KINDS = {"findings": ("finding", "findings"), "contracts": ("contract", "contracts")}
WHOLE = {"income": "the court-cost ledger", "quality.json": "the data-quality figures", "records": "the records"}
AS_OF, CODE = "the as-of day", "the package's own code"


@dataclass(frozen=True)
class Changes:
    """What is not as it was in the last build.

    Attributes
    ----------
    inputs
        Inputs that were changed, added or removed, in words.
    answers
        Files below `build/` that differ, came or went.
    findings
        Number of findings there are now.
    """

    inputs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    findings: int = 0

    def sentences(self) -> list[str]:
        """Say what changed and what changed with it; nothing where no input changed."""
        if not self.inputs:
            return []
        answers = [*said(self.answers)]
        return [
            f"Changed since the last build: {listed(self.inputs)}.",
            f"With it changed: {listed(answers)}.{self._standing()}" if answers else "No answer changed with it.",
        ]

    def _standing(self) -> str:
        """Say how many findings stand as they were."""
        left = self.findings - sum(name.startswith("findings/") for name in self.answers)
        return f" {left} other finding{'s' if left != 1 else ''} stand{'' if left != 1 else 's'}." if left > 0 else ""

    def to_json(self) -> dict[str, list[str]]:
        """The same as data."""
        return {"inputs": list(self.inputs), "answers": list(self.answers)}


def changed_inputs(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the inputs that differ between two records of a run (`run.json`); none without an earlier run."""
    if not before:
        return ()
    return tuple(_changed_inputs(before, now))


def _changed_inputs(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if before.get("as_of") != now.get("as_of"):
        yield AS_OF
    if before.get("code") != now.get("code"):
        yield CODE
    for name in different(_extracts(before), _extracts(now)):
        yield f"the extract {name}"
    yield from different(before.get("sources", {}), now.get("sources", {}))


def _extracts(run: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["sha256"] for one in run.get("inputs", ())}


def different(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name what has another value, came or went, in order."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def said(answers: Iterable[str]) -> Iterator[str]:
    """Name answers in words, the findings first: `the findings abcs and mediation`."""
    ordered = sorted(answers, key=lambda name: (list({**KINDS, **WHOLE}).index(_part(name)), name))
    for part, names in groupby(ordered, _part):
        if part in WHOLE:
            yield WHOLE[part]
        else:
            stems = [name.split("/", 1)[1].removesuffix(".json") for name in names]
            yield f"the {KINDS[part][len(stems) > 1]} {listed(stems)}"


def answers_among(names: Iterable[str]) -> tuple[str, ...]:
    """Keep the files that are answers: findings, contracts, the ledger, the records and their quality."""
    return tuple(sorted(name for name in names if _part(name) in {**KINDS, **WHOLE}))


def _part(name: str) -> str:
    return name.split("/", 1)[0]


def listed(names: Sequence[str]) -> str:
    """Write names as a list in words."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
