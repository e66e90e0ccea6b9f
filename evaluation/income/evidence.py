"""The evidence that a receipt belongs to an order: a waterfall of points that can be read line by line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from evaluation.income.money import as_pounds
from evaluation.income.references import Relation
from evaluation.income.rules import CORRECTED, EXACT, SCORED, Points

_ROUNDING = 1_000

Named = Literal["another", "none", "elsewhere", ""]
Name = Literal["agrees", "other_defendant", "unknown", "absent"]


@dataclass(frozen=True)
class Facts:
    """What is known of one receipt beside one order.

    Attributes
    ----------
    how
        How the written reference is near to the order's, if it is.
    only_near
        Whether no other order's reference is as near.
    named
        Whether the reference names another order in full, is made like an order's and is none's, or (`"elsewhere"`)
        other receipts of this payer name an order that is in no register.
    name
        The payer beside the defendant.
    only_open
        Whether this is the only order of that person with anything left to pay.
    amount, balances, instalment
        Pence: of the receipt, what the order may have had left, one instalment (nought without a plan).
    days_from_due
        Days to the nearest due date.
    """

    how: Relation | None
    only_near: bool
    named: Named
    name: Name
    only_open: bool
    amount: int
    balances: tuple[int, ...]
    instalment: int
    days_from_due: int


@dataclass(frozen=True)
class Evidence:
    """One line of the waterfall: a term, what was seen, and its points."""

    term: str
    seen: str
    points: int


def weigh(facts: Facts, points: Points, near_due_days: int) -> tuple[Evidence, ...]:
    """Turn facts into lines of evidence; their points add up to the score."""
    lines = [*_reference(facts, points), *_name(facts, points), *_amount(facts, points)]
    if facts.days_from_due <= near_due_days:
        lines.append(Evidence("date", f"{facts.days_from_due} days from a due date", points.near_due_date))
    return tuple(lines)


def score(lines: tuple[Evidence, ...]) -> int:
    """Add up the points."""
    return sum(line.points for line in lines)


def rule_of(facts: Facts) -> str:
    """Name the rule that an accepted match rests on."""
    if facts.how == "exact":
        return EXACT
    return SCORED if facts.how is None else CORRECTED


def _reference(facts: Facts, points: Points) -> list[Evidence]:
    if facts.how is None:
        lost = {
            "another": [Evidence("reference", "it names another order", points.reference_names_another_order)],
            "none": [Evidence("reference", "it is made like an order's and is none's", points.reference_of_no_order)],
            "elsewhere": [
                Evidence("name", "the payer also pays an order of no register", points.reference_of_no_order)
            ],
        }
        return lost.get(facts.named, [])
    said = facts.how.replace("_", " ")
    worth: int = getattr(points, f"reference_{facts.how}")
    lines = [Evidence("reference", said, worth)]
    if facts.only_near:
        lines.append(Evidence("reference", "no other order's is as near", points.reference_only_candidate))
    return lines


def _name(facts: Facts, points: Points) -> list[Evidence]:
    said = {
        "agrees": ("the payer is the defendant", points.name_agrees),
        "other_defendant": ("the payer is another defendant", points.name_other_defendant),
        "unknown": ("the payer is not the defendant", points.name_unknown),
    }
    lines = [Evidence("name", *said[facts.name])] if facts.name in said else []
    if facts.name == "agrees" and facts.only_open:
        lines.append(Evidence("name", "their only order with anything to pay", points.name_only_open_order))
    return lines


def _amount(facts: Facts, points: Points) -> list[Evidence]:
    most, step = max(facts.balances), facts.instalment
    if most < facts.amount <= most + _ROUNDING and most:
        return [Evidence("amount", f"the {_money(most)} left, rounded up", points.amount_rounded_up)]
    if facts.amount > most:
        return [Evidence("amount", f"more than the {_money(most)} left", points.amount_above_balance)]
    if facts.amount in facts.balances:
        return [Evidence("amount", "exactly what was left", points.amount_is_balance)]
    if step and facts.amount == step:
        return [Evidence("amount", "exactly one instalment", points.amount_is_instalment)]
    if step and facts.amount % step == 0:
        return [Evidence("amount", f"{facts.amount // step} instalments", points.amount_is_several_instalments)]
    return []


def _money(pence: int) -> Decimal:
    return as_pounds(pence)
