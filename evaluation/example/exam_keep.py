"""An exam that takes long keeps each answer as it comes, so that it can be stopped, continued and marked in part."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.example.exam_attempt import Attempt
from evaluation.example.exam_plan import Plan
from evaluation.example.truth import Truth


@dataclass(frozen=True)
class Kept:
    """A file of answers, one line each; a line says by a digest which question of which exam it answers.

    Parameters
    ----------
    path
        The file; made when absent.
    plan
        The exam; answers to other questions, or under another seed, stay in the file and are not used.
    studies
        Names of the studies that take turns.
    """

    path: Path
    plan: Plan
    studies: tuple[str, ...]

    def read(self) -> tuple[dict[int, Truth], list[Attempt]]:
        """Return the answers kept so far that belong to this exam."""
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        # A run that was stopped while writing leaves half a line.
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines if line.endswith("}}")]
        numbers = {self._digest(number): number for number in range(len(self.plan.questions))}
        mine = [row for row in rows if row["of"] in numbers]
        truths = {numbers[row["of"]]: Truth(**row["truth"]) for row in mine if "truth" in row}
        return truths, [_attempt(row["attempt"]) for row in mine if "attempt" in row]

    def add_truth(self, number: int, truth: Truth) -> None:
        """Keep the truth of one scenario."""
        self._add({"of": self._digest(number), "truth": asdict(truth)})

    def add_attempt(self, attempt: Attempt) -> None:
        """Keep what one study said of one council."""
        self._add({"of": self._digest(attempt.question), "attempt": asdict(attempt)})

    def _add(self, row: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(row))

    def _digest(self, number: int) -> str:
        plan = self.plan
        exam = (plan.seed, plan.truth_people, plan.truth_copies, number, plan.questions[number], self.studies)
        return hashlib.sha256(repr(exam).encode()).hexdigest()[:16]


def _attempt(row: dict[str, Any]) -> Attempt:
    fields: dict[str, Any] = dict(row)
    for name in ("effects", "naive"):
        fields[name] = {key: tuple(values) for key, values in row[name].items()}
    fields["seconds"] = tuple(row["seconds"])
    return Attempt(**fields)
