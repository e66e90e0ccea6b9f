"""What became of one receipt, in sentences that can be read to an auditor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from evaluation.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from evaluation.income.reconciliation import Reconciliation


def explain(held: Reconciliation, receipt_ref: str) -> str:
    """Say where a receipt went, under which rule, and the evidence that was weighed.

    Raises
    ------
    UsageError
        When no such receipt is in view.
    """
    this = pl.col("receipt_ref") == receipt_ref
    known = held.inputs.receipts["receipt_ref"]
    if receipt_ref not in known:
        raise UsageError(f"No receipt '{receipt_ref}' is in view.{did_you_mean(receipt_ref, known)}")
    lines = [
        f"£{row['amount']} to the {row['component']} of order {row['order_ref']} by rule {row['rule']}."
        for row in held.allocations.filter(this).iter_rows(named=True)
    ]
    lines += [
        f"£{row['amount']} is unmatched ({row['status']}): {row['reason']}."
        for row in held.unmatched_receipts.filter(this).iter_rows(named=True)
    ]
    lines += [
        f"£{row['amount']} was taken back by {row['kind']} {row['taken_by']}."
        for row in held.taken_back.filter(this).iter_rows(named=True)
    ]
    return "\n".join([f"Receipt {receipt_ref}:", *lines, *_waterfall(held.evidence.filter(this))])


def _waterfall(evidence: pl.DataFrame) -> list[str]:
    lines: list[str] = []
    for (order,), group in evidence.group_by("order_ref", maintain_order=True):
        mark = " (chosen)" if group["chosen"][0] else ""
        lines.append(f"Order {order}{mark}: {group['score'][0]} points.")
        lines += [f"  {row['points']:+d} {row['term']}: {row['seen']}" for row in group.iter_rows(named=True)]
    return lines
