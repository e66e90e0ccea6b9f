"""An exam that takes long keeps each answer as it comes, so that it can be stopped, continued and marked in part."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.errors import UsageError
from evaluation.example.exam_attempt import Attempt
from evaluation.example.exam_plan import Plan
from evaluation.example.truth import Truth


@dataclass(frozen=True)
class Kept:
    """A file of answers: a first line that says of which exam, then one line an answer.

    Parameters
    ----------
    path
        The file; made when absent.
    plan
        The exam; a file of another seed or other scenarios is refused.
    studies
        Names of the studies that take turns.
    """

    path: Path
    plan: Plan
    studies: tuple[str, ...]

    def read(self) -> tuple[dict[int, Truth], list[Attempt]]:
        """Return the answers kept so far.

        Raises
        ------
        UsageError
            When the file belongs to another exam.
        """
        if not self.path.exists():
            self.path.write_text(json.dumps({"exam": self._mark()}) + "\n", encoding="utf-8")
            return {}, []
        first, *lines = self.path.read_text(encoding="utf-8").splitlines()
        if json.loads(first) != {"exam": self._mark()}:
            raise UsageError(f"{self.path.name} keeps the answers of another exam: choose another file.")
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines if line.endswith("}")]
        truths = {row["number"]: Truth(**row["truth"]) for row in rows if "truth" in row}
        return truths, [_attempt(row["attempt"]) for row in rows if "attempt" in row]

    def add_truth(self, number: int, truth: Truth) -> None:
        """Keep the truth of one scenario."""
        self._add({"number": number, "truth": asdict(truth)})

    def add_attempt(self, attempt: Attempt) -> None:
        """Keep what one study said of one council."""
        self._add({"attempt": asdict(attempt)})

    def _add(self, row: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def _mark(self) -> str:
        everything = repr((self.plan.seed, self.plan.truth_people, self.plan.truth_copies, self.plan.questions))
        return hashlib.sha256((everything + repr(self.studies)).encode()).hexdigest()


def _attempt(row: dict[str, Any]) -> Attempt:
    fields: dict[str, Any] = dict(row)
    for name in ("effects", "naive"):
        fields[name] = {key: tuple(values) for key, values in row[name].items()}
    fields["seconds"] = tuple(row["seconds"])
    return Attempt(**fields)
