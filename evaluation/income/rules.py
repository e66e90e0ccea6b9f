"""The rules of the ledger, as data: statutory order, evidence points, bounds, ageing bands, account codes.

A partnership that works to another rule hands `reconcile` another `Rules`; `Rules.from_toml` reads one from a file.
Each allocation names its rule by the constants of this module.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from evaluation.errors import DataError, did_you_mean

DECISION = "decision"
EXACT = "exact_reference"
CORRECTED = "corrected_reference"
SCORED = "amount_date_name"
SCHEDULE = "remittance_schedule"
ONE_TO_MANY = "one_to_many"
BULK = "bulk_subset"
REVERSAL = "reversal"
REFUND = "refund"

COMPONENTS = ("compensation", "surcharge", "costs", "fine")


@dataclass(frozen=True)
class Points:
    """What each piece of evidence is worth when a receipt is matched to an order.

    The scale is additive, after Fellegi and Sunter (1969): a match needs `accept` points in all and `margin` more than
    the next order. A copied reference is enough by itself; a name is not. Other digits, or digits in another place, may
    well be another order's number, even one that never reached the register: they need the payer's name beside them.
    """

    reference_exact: int = 12
    reference_formatting: int = 12
    reference_confused_letters: int = 11
    reference_one_slip: int = 6
    reference_truncated: int = 6
    reference_other_digit: int = 1
    reference_only_candidate: int = 2
    reference_names_another_order: int = -4
    reference_of_no_order: int = -6
    name_agrees: int = 6
    name_only_open_order: int = 2
    name_other_defendant: int = -9
    name_unknown: int = -3
    amount_is_balance: int = 3
    amount_is_instalment: int = 3
    amount_is_several_instalments: int = 1
    amount_above_balance: int = -4
    amount_rounded_up: int = 0
    near_due_date: int = 1
    accept: int = 8
    margin: int = 3


@dataclass(frozen=True)
class Accounts:
    """Codes of the finance system that the journal lines are written to."""

    debtors: str = "COURT-COSTS-DEBTORS"
    income: str = "COURT-COSTS-INCOME"
    cash: str = "CASH"
    court_control: str = "DUE-FROM-COURT"
    remissions: str = "COURT-COSTS-REMITTED"
    written_off: str = "BAD-DEBTS-WRITTEN-OFF"
    suspense: str = "COURT-COSTS-SUSPENSE"


@dataclass(frozen=True)
class Rules:
    """How money paid is allocated and what is owed is aged.

    Attributes
    ----------
    components
        The order in which money paid to the court is applied.
    plan_covers
        `"costs"`: the instalments pay the costs. `"sum_adjudged"`: they pay everything that the court ordered, in the
        order of `components`, so that the costs fall due after what comes before them.
    days_to_pay
        Days from the order until a sum without any terms falls due (0: payable forthwith).
    broken_after_days
        A plan is broken when its oldest unpaid instalment is overdue by more than this many days.
    subset_work
        Bound on the search of a bulk remittance: orders times distinguishable amounts. Beyond it the answer is
        "ambiguous".
    near_due_days
        How near to a due date, in days, an amount counts as "about when it was due".
    bands
        Upper ends, in days overdue, of the ageing bands after "not yet due".
    provision_rates
        Share of each band provided for as bad where the ledger's own history is too short to say.
    minimum_settled
        Orders that must have been settled before the ledger's own history is used.
    """

    components: tuple[str, ...] = COMPONENTS
    plan_covers: str = "costs"
    days_to_pay: int = 0
    broken_after_days: int = 30
    subset_work: int = 200_000_000
    near_due_days: int = 7
    bands: tuple[int, ...] = (30, 90, 365)
    provision_rates: tuple[Decimal, ...] = tuple(map(Decimal, ("0.05", "0.10", "0.25", "0.50", "0.90")))
    minimum_settled: int = 20
    points: Points = field(default_factory=Points)
    accounts: Accounts = field(default_factory=Accounts)

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise DataError("The ledger's rules cannot be used.", problems)

    @property
    def band_names(self) -> tuple[str, ...]:
        """Names of the ageing bands, youngest first."""
        starts = (1, *(end + 1 for end in self.bands[:-1]))
        middle = (f"{start}-{end} days" for start, end in zip(starts, self.bands, strict=True))
        return ("not yet due", *middle, f"over {self.bands[-1]} days")

    @classmethod
    def from_toml(cls, path: Path) -> Rules:
        """Read rules from a TOML file; keys that are left out keep their default.

        Raises
        ------
        DataError
            For a key that is not known, naming the near one.
        """
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        nested = {"points": Points, "accounts": Accounts}
        values: dict[str, Any] = {}
        for key, value in _known(read, cls, path.name).items():
            if key in nested:
                values[key] = nested[key](**_known(value, nested[key], f"{path.name} [{key}]"))
            elif key == "provision_rates":
                values[key] = tuple(Decimal(str(rate)) for rate in value)
            else:
                values[key] = tuple(cast("list[Any]", value)) if isinstance(value, list) else value
        return cls(**values)


def _known(read: dict[str, Any], kind: type[Any], where: str) -> dict[str, Any]:
    names = [each.name for each in fields(kind)]
    problems = [f"{where}: '{key}' is not known.{did_you_mean(key, names)}" for key in read if key not in names]
    if problems:
        raise DataError("The ledger's rules cannot be used.", problems)
    return read


def _problems(rules: Rules) -> list[str]:
    problems: list[str] = []
    if sorted(rules.components) != sorted(COMPONENTS):
        problems.append(f"components must be {', '.join(COMPONENTS)} in some order; found {rules.components}.")
    if rules.plan_covers not in ("costs", "sum_adjudged"):
        problems.append(f"plan_covers must be 'costs' or 'sum_adjudged'; found '{rules.plan_covers}'.")
    if list(rules.bands) != sorted(set(rules.bands)) or not rules.bands or rules.bands[0] < 1:
        problems.append(f"bands must be rising whole days; found {rules.bands}.")
    if len(rules.provision_rates) != len(rules.bands) + 2:
        problems.append(f"provision_rates must have {len(rules.bands) + 2} shares, one for each band.")
    if any(not 0 <= rate <= 1 for rate in rules.provision_rates):
        problems.append("provision_rates must lie between 0 and 1.")
    return problems
