"""The tables of the invented court costs: their types, and how the played cases become frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import polars as pl

_MONEY = pl.Decimal(12, 2)


@dataclass(frozen=True)
class CourtCostsExample:
    """The four canonical tables and the truth.

    Attributes
    ----------
    prosecutions, orders, events, receipts
        The columns of the canonical tables; people are invented names, as they come before they are pseudonymised.
    truth
        `receipt_ref, order_ref` (null: an order that is not in the register)`, amount` (what that order could take at
        the time; nought for an overpayment)`, difficulty`. Money paid in only.
    """

    prosecutions: pl.DataFrame
    orders: pl.DataFrame
    events: pl.DataFrame
    receipts: pl.DataFrame
    truth: pl.DataFrame


@dataclass(eq=False)
class Order:
    """One invented order: what the court ordered, how it is paid, and what is left (`due` of the costs, `others`)."""

    ref: str
    prosecution: str | None
    person: str
    made: date
    claimed: int
    awarded: int
    compensation: int
    fine: int
    surcharge: int
    instalment: int
    every: str | None
    first_due: date
    route: str
    habit: str
    listed: bool
    due: int = 0
    others: dict[str, int] = field(default_factory=dict[str, int])

    def pay(self, pence: int, to_court: bool) -> int:
        """Take what can be taken, in the statutory order, and say how much."""
        taken = 0
        for part in ("compensation", "surcharge") if to_court else ():
            piece = min(pence - taken, self.others[part])
            self.others[part] -= piece
            taken += piece
        piece = min(pence - taken, self.due)
        self.due -= piece
        taken += piece
        if to_court:
            piece = min(pence - taken, self.others["fine"])
            self.others["fine"] -= piece
            taken += piece
        return taken

    @property
    def owed(self) -> int:
        """What is left to pay, by whichever route."""
        return self.due + (sum(self.others.values()) if self.route == "account" else 0)


class Played(Protocol):
    """What the play leaves behind."""

    as_of: date
    prosecutions: list[dict[str, Any]]
    orders: list[Order]
    events: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    truth: list[tuple[str, str | None, int, str]]


def tables(world: Played) -> CourtCostsExample:
    """Lay out the canonical tables and the truth."""
    listed = [order for order in world.orders if order.listed]
    money = ("claimed", "awarded", "compensation", "fine", "surcharge")
    orders = pl.DataFrame(
        {
            "order_ref": [each.ref for each in listed],
            "prosecution_ref": [each.prosecution for each in listed],
            "defendant_id": [each.person for each in listed],
            "ordered_on": [each.made for each in listed],
            **{
                f"costs_{name}" if name in money[:2] else name: [pounds(getattr(each, name)) for each in listed]
                for name in money
            },
            "instalment": [pounds(each.instalment) if each.instalment else None for each in listed],
            "instalment_every": [each.every for each in listed],
            "first_due_on": [each.first_due for each in listed],
        },
        schema_overrides={"instalment": _MONEY, "instalment_every": pl.String},
    )
    receipts = sorted(world.receipts, key=lambda row: (row["received_on"], row["receipt_ref"]))
    known = {row["receipt_ref"] for row in receipts if row["received_on"] <= world.as_of}
    receipts = [row for row in receipts if row["receipt_ref"] in known]
    again = [receipts[at] for at in range(150, len(receipts), 400)]
    truth = [(ref, order, pounds(pence), how) for ref, order, pence, how in world.truth if ref in known]
    summed = ("receipt_ref", "order_ref", "difficulty")
    return CourtCostsExample(
        prosecutions=_frame(world.prosecutions),
        orders=_as_money(orders),
        events=_frame(world.events),
        receipts=_frame([*receipts, *again]),
        truth=pl.DataFrame(truth, schema=["receipt_ref", "order_ref", "amount", "difficulty"], orient="row")
        .group_by(summed, maintain_order=True)
        .agg(pl.col("amount").sum().cast(_MONEY)),
    )


def pounds(pence: int) -> Decimal:
    """Turn pence into pounds."""
    return (Decimal(pence) / 100).quantize(Decimal("0.01"))


def _as_money(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Decimal).cast(_MONEY)) if any(t.is_decimal() for t in frame.dtypes) else frame


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return _as_money(pl.DataFrame(rows, infer_schema_length=None))
