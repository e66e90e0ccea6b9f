"""The results of a build, opened for reading: what a notebook starts from instead of computing everything again.

Two kinds of thing come out. `finding`, `contract`, `income`, `quality` and `records` are for the analyst. Those that
begin with `published` have passed disclosure control and stand beside the last edition, as on the site: a figure moves
only where enough people moved it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.errors import UsageError, did_you_mean
from evaluation.publishing.editions import LastEdition, read_edition
from evaluation.publishing.release import (
    Published,
    Rules,
    release_contract,
    release_finding,
    release_income,
    release_quality,
    settled,
)
from evaluation.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from evaluation.comparison import Finding
    from evaluation.records import Records


@dataclass(frozen=True)
class BuildResults:
    """What a build left behind.

    Attributes
    ----------
    workspace
        The workspace it belongs to.
    folder
        Where the results are.
    """

    workspace: Workspace
    folder: Path

    @property
    def rules(self) -> Rules:
        """The partnership's rules of disclosure control."""
        settings = self.workspace.settings.publishing
        return Rules(threshold=settings.threshold, base=settings.base)

    @cached_property
    def records(self) -> Records:
        """The linked canonical tables."""
        from evaluation.records import load

        return load(self.folder / "records")

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """Every finding, by study."""
        from evaluation.comparison import Finding

        return {path.stem: Finding.from_json(path.read_text(encoding="utf-8")) for path in self._json("findings")}

    def finding(self, study: str) -> Finding:
        """Return the finding of one study.

        Raises
        ------
        UsageError
            There is none.
        """
        return _one("finding", study, self.findings)

    @cached_property
    def contracts(self) -> Mapping[str, dict[str, Any]]:
        """The JSON-ready result of every contract, by contract."""
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in self._json("contracts")}

    @property
    def income(self) -> dict[str, Any] | None:
        """Totals of the court-cost ledger, or None where there are no orders."""
        path = self.folder / "income" / "summary.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    @property
    def quality(self) -> dict[str, Any]:
        """The data-quality figures."""
        return json.loads((self.folder / "quality.json").read_text(encoding="utf-8"))

    def published_finding(self, study: str) -> Published:
        """Return one finding after disclosure control."""
        return self.protected(self.finding(study))

    def protected(self, finding: Finding) -> Published:
        """Return any finding, also one that was run just now, after disclosure control."""
        return self._settled(release_finding(finding, self.rules))

    def published_contract(self, contract: str) -> Published:
        """Return one contract's result after disclosure control."""
        return self._settled(release_contract(_one("contract", contract, self.contracts), self.rules))

    def published_income(self) -> Published:
        """Return the ledger's totals after disclosure control.

        Raises
        ------
        UsageError
            There are no court orders.
        """
        totals = self.income
        if totals is None:
            raise UsageError("No court orders are in the extracts of this workspace.")
        return self._settled(release_income(totals, self.rules))

    def published_quality(self) -> Published:
        """Return the data-quality figures after disclosure control."""
        return self._settled(release_quality(self.quality, self.rules))

    @cached_property
    def _earlier(self) -> LastEdition | None:
        return read_edition(self.folder / "edition")

    def _settled(self, value: Published) -> Published:
        return settled(value, self._earlier and self._earlier.of(value.kind, value.name), self.rules)

    def _json(self, folder: str) -> list[Path]:
        return sorted((self.folder / folder).glob("*.json"))


def open_results(
    workspace: Path | str, results: Path | str | None = None, *, as_of: date | None = None
) -> BuildResults:
    """Open the results of a workspace's build.

    Parameters
    ----------
    workspace
        The folder of `partnership.toml`.
    results
        Where the results are; by default the workspace's `build`.
    as_of
        Follow up to this day (a date, or YYYY-MM-DD) instead of the one in `partnership.toml`.

    Raises
    ------
    UsageError
        Nothing has been built there yet.
    """
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    place = open_workspace(Path(workspace), as_of=day)
    folder = Path(results) if results is not None else place.build
    if not (folder / "quality.json").is_file():
        raise UsageError(f"Nothing has been built in {folder} yet. Build it first: evaluation build --no-notebooks")
    return BuildResults(place, folder)


def _one(what: str, name: str, found: Mapping[str, Any]) -> Any:
    if name not in found:
        there = ", ".join(found) or "none"
        raise UsageError(f"There is no {what} '{name}'; there are: {there}.{did_you_mean(name, found)}")
    return found[name]
