"""A line of the register: a scheme with what its study and its contract gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from evaluation.errors import DataError, did_you_mean
from evaluation.register.scheme import Scheme

Found = TypeVar("Found")
Bought = TypeVar("Bought")

NOT_EVALUATED = "not yet evaluated"


@dataclass(frozen=True)
class Entry(Generic[Found, Bought]):
    """A scheme and its results.

    Attributes
    ----------
    scheme
        The record.
    finding
        The study's finding, or None where no study exists.
    contract
        The contract's result, or None where it is not under contract.
    """

    scheme: Scheme
    finding: Found | None = None
    contract: Bought | None = None

    @property
    def evidence(self) -> str:
        """The finding's status, or that the scheme is not yet evaluated."""
        return NOT_EVALUATED if self.finding is None else str(_field(self.finding, "status"))


def entries(
    schemes: Sequence[Scheme],
    findings: Mapping[str, Found] | Iterable[Found],
    contracts: Mapping[str, Bought] | Iterable[Bought] = (),
) -> tuple[Entry[Found, Bought], ...]:
    """Join each scheme with its finding and its contract result.

    Parameters
    ----------
    schemes
        The records.
    findings, contracts
        Results that name their scheme, as a sequence or by name; a result without a scheme belongs to the methods
        pages and is left out.

    Returns
    -------
    tuple of Entry
        One for every scheme, in the order given.

    Raises
    ------
    DataError
        For a result of a scheme that the register does not hold, or two results of one scheme.
    """
    known = [scheme.id for scheme in schemes]
    found = _by_scheme(_values(findings), known, "finding")
    bought = _by_scheme(_values(contracts), known, "contract")
    return tuple(Entry(scheme, found.get(scheme.id), bought.get(scheme.id)) for scheme in schemes)


Result = TypeVar("Result")


def _values(results: Mapping[str, Result] | Iterable[Result]) -> list[Result]:
    if isinstance(results, Mapping):
        return list(cast("Mapping[str, Result]", results).values())
    return list(results)


def _by_scheme(results: Sequence[Result], known: Sequence[str], what: str) -> dict[str, Result]:
    joined: dict[str, Result] = {}
    problems: list[str] = []
    for result in results:
        scheme = _field(result, "scheme")
        if scheme is None:
            continue
        name = str(scheme)
        if name not in known:
            problems.append(f"{what} of scheme '{name}', which has no page in the register.{did_you_mean(name, known)}")
        elif name in joined:
            problems.append(f"more than one {what} of scheme '{name}'")
        joined[name] = result
    if problems:
        raise DataError("The register and its results do not fit together.", problems)
    return joined


def _field(result: object, name: str) -> object:
    if isinstance(result, Mapping):
        return cast("Mapping[str, object]", result).get(name)
    return getattr(result, name, None)
