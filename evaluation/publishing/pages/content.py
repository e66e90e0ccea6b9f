"""What the site is made of: published values, scheme records and the workspace's own words. No person-level data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.publishing.release import Published
    from evaluation.register import Scheme


@dataclass(frozen=True)
class SiteContent:
    """Everything a site is written from.

    Attributes
    ----------
    name
        The partnership's name.
    as_of
        The day everyone is followed up to.
    synthetic
        Whether the workspace holds invented data: every page then carries the stamp.
    notice
        The partnership's notice for the foot of every page.
    schemes
        The scheme records, in any order.
    findings, contracts
        One published value a study and a contract.
    income, quality
        The court-cost ledger's totals and the data-quality figures.
    tables
        Further published tables by name: `caseload`, `areas`, `unit_costs`, …
    previous
        The published values of the last edition by `kind/name`, for the page of changes.
    exam
        The committed result of the known-truth exam, or None when it has not been run.
    notebooks
        Stems of the executed notebooks that the caller puts under `notebooks/` of the generated project.
    run
        `run.json`: input hashes, versions, rows in = accepted + rejected.
    """

    name: str
    as_of: date
    synthetic: bool
    notice: str
    schemes: tuple[Scheme, ...] = ()
    findings: tuple[Published, ...] = ()
    contracts: tuple[Published, ...] = ()
    income: Published | None = None
    quality: Published | None = None
    tables: tuple[Published, ...] = ()
    previous: Mapping[str, Any] | None = None
    exam: Mapping[str, Any] | None = None
    run: Mapping[str, Any] | None = None
    notebooks: tuple[str, ...] = ()

    @cached_property
    def by_scheme(self) -> Mapping[str, Published]:
        """Each scheme's finding."""
        return {str(found.data["scheme"]): found for found in self.findings if found.data.get("scheme")}

    @cached_property
    def method_checks(self) -> tuple[Published, ...]:
        """Findings of no scheme here: known experiments that the methods pages show."""
        return tuple(found for found in self._of_no_scheme if _is_experiment(found))

    @cached_property
    def descriptions(self) -> tuple[Published, ...]:
        """Findings that describe what happened and compare nobody: the ladder, resolution, repeat reporters."""
        return tuple(found for found in self._of_no_scheme if not _is_experiment(found))

    @property
    def _of_no_scheme(self) -> tuple[Published, ...]:
        ids = {scheme.id for scheme in self.schemes}
        return tuple(found for found in self.findings if found.data.get("scheme") not in ids)

    @property
    def published(self) -> tuple[Published, ...]:
        """Every published value of the site."""
        single = tuple(value for value in (self.income, self.quality) if value is not None)
        return (*self.findings, *self.contracts, *single, *self.tables)

    def table(self, name: str) -> Published | None:
        """Return a published table by its name."""
        return next((value for value in self.tables if value.name == name), None)


def _is_experiment(found: Published) -> bool:
    """Whether a finding of no scheme is public data with a comparison in it: a check of the methods."""
    return bool(found.data.get("effects")) or found.licence is not None
