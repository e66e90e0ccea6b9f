"""The result of a reconciliation, and the function that makes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from evaluation.errors import UsageError
from evaluation.income import completeness, identities, plan
from evaluation.income.decisions import Decisions, read_decisions
from evaluation.income.inputs import Frame, Inputs, read_inputs, shown
from evaluation.income.ledger import AMOUNTS, ledger, months, postings, shown_ledger
from evaluation.income.matching import match
from evaluation.income.money import pounds, total
from evaluation.income.rules import Rules
from evaluation.income.unmatched import evidence_frame, offsets_frame, unmatched_receipts


@dataclass(frozen=True)
class Reconciliation:
    """Every pound awarded, as it was known on one day. Amounts are `Decimal(12, 2)` pounds.

    Attributes
    ----------
    as_of
        The day.
    ledger
        A row per order: `order_ref, awarded, varied, paid, remitted, written_off, outstanding, oldest_due` and more.
    allocations
        `receipt_ref, order_ref, component, amount, rule`; a reversal or a refund of allocated money is negative.
    unmatched_receipts
        What no order took: `receipt_ref, amount, status, reason, ...`.
    unsupported_orders
        Orders without a prosecution.
    completeness
        Prosecutions without an order: `reason` (null if there is none) and `explained`.
    ageing
        `band, orders, amount`.
    arrears, broken_plans
        Orders with overdue money, and those among them whose instalment plan is broken.
    months
        `month, opening, awarded, varied, cash, remitted, written_off, closing`.
    postings
        Each time that money was given to a component or taken back, with its day.
    taken_back
        Unallocated money that a reversal or refund took back: `taken_by, receipt_ref, kind, amount, on`.
    evidence
        The waterfall of every uncertain match: `receipt_ref, order_ref, term, seen, points, score, chosen`.
    claimed_and_awarded, number_gaps, silent_months
        The rest of the completeness: see `evaluation.income.completeness`.
    set_aside
        Rows that could not be used: `table, reference, amount, reason`.
    states
        The ledger in pence with plan and ageing bands, for the forecast.
    inputs
        The rows in view.
    rules
        The rules that were used.
    """

    as_of: date
    ledger: pl.DataFrame
    allocations: pl.DataFrame
    unmatched_receipts: pl.DataFrame
    unsupported_orders: pl.DataFrame
    completeness: pl.DataFrame
    ageing: pl.DataFrame
    arrears: pl.DataFrame
    broken_plans: pl.DataFrame
    months: pl.DataFrame
    postings: pl.DataFrame
    taken_back: pl.DataFrame
    evidence: pl.DataFrame
    claimed_and_awarded: pl.DataFrame
    number_gaps: pl.DataFrame
    silent_months: pl.DataFrame
    set_aside: pl.DataFrame
    states: pl.DataFrame
    inputs: Inputs
    rules: Rules

    def check(self) -> None:
        """Check every identity again.

        Raises
        ------
        LedgerError
            If a penny is lost or made.
        """
        identities.check(self)

    def explain(self, receipt_ref: str) -> str:
        """Say in sentences what became of a receipt and on what evidence.

        Raises
        ------
        UsageError
            When no such receipt is in view.
        """
        from evaluation.income.explaining import explain

        return explain(self, receipt_ref)

    def summary(self) -> dict[str, Any]:
        """Give the totals, completeness, ageing and months as plain values, ready for JSON."""
        from evaluation.income.summary import summary

        return summary(self)

    def sentence(self) -> str:
        """Say in one sentence what is due, paid and outstanding."""
        state = {name: total(self.ledger, name) for name in AMOUNTS}
        return (
            f"On {self.as_of.day} {self.as_of:%B %Y} £{state['awarded'] + state['varied']:,} was due on "
            f"{len(self.ledger):,} orders: £{state['paid']:,} paid, £{state['remitted']:,} remitted, "
            f"£{state['written_off']:,} written off and £{state['outstanding']:,} outstanding."
        )

    def plot(self) -> Any:
        """Draw what was outstanding at the end of each month: a Plotly figure."""
        from evaluation.survival import plotting

        closing = self.months.select(time="month", pounds=pl.col("closing").cast(pl.Float64), low=None, high=None)
        return plotting.curves(closing, "pounds", titles=("Month", "Pounds outstanding"))

    def _repr_markdown_(self) -> str:
        from evaluation.survival import words

        totals = pl.DataFrame({name: f"£{total(self.ledger, name):,}" for name in AMOUNTS})
        return "\n\n".join([words.markdown(totals), self.sentence()])


def reconcile(
    orders: Frame,
    receipts: Frame,
    *,
    events: Frame | None = None,
    prosecutions: Frame | None = None,
    decisions: Decisions | None = None,
    as_of: date,
    rules: Rules | None = None,
) -> Reconciliation:
    """Account for every pound of court costs awarded, as it was known on a day.

    Parameters
    ----------
    orders, receipts, events, prosecutions
        The canonical tables `CourtOrders`, `Receipts`, `OrderEvents` and `Prosecutions`; amounts are exact to the
        penny. Columns that a source lacks may be missing or null.
    decisions
        A person's answers to uncertain matches: a frame, or the path of a CSV or TOML file.
    as_of
        Only what had happened and (where `recorded_on` is given) was recorded by this day counts.
    rules
        Statutory order, evidence points, bounds and bands; the defaults of `Rules` otherwise.

    Returns
    -------
    Reconciliation
        Whose identities have been checked.

    Raises
    ------
    DataError
        When the tables or decisions cannot be used.
    LedgerError
        If a penny is lost or made.
    """
    as_of = _day(as_of)
    rules = rules or Rules()
    inputs = read_inputs(orders, receipts, events, prosecutions, as_of)
    book, uncertain = match(inputs, read_decisions(decisions, inputs), rules)
    lines = postings(book)
    states = plan.aged(ledger(book, inputs, lines), rules, as_of)
    arrears = plan.arrears(states, rules, as_of)
    written_off = set(inputs.events.filter(pl.col("kind") == "written_off")["order_ref"])
    made = Reconciliation(
        as_of=as_of,
        ledger=shown_ledger(states),
        allocations=_allocations(lines),
        unmatched_receipts=unmatched_receipts(book, written_off),
        unsupported_orders=completeness.orders_without_prosecution(inputs),
        completeness=completeness.prosecutions_without_order(inputs),
        ageing=plan.ageing(states, rules),
        arrears=arrears,
        broken_plans=arrears.filter("broken"),
        months=months(states, inputs, lines, rules),
        postings=lines.rename({"pence": "amount"}).with_columns(pounds("amount")),
        taken_back=offsets_frame(book, book.all_offsets()),
        evidence=evidence_frame(book, uncertain),
        claimed_and_awarded=completeness.claimed_and_awarded(inputs),
        number_gaps=completeness.number_gaps(inputs),
        silent_months=completeness.silent_months(inputs),
        set_aside=shown(inputs.set_aside),
        states=states,
        inputs=inputs,
        rules=rules,
    )
    made.check()
    return made


def _day(as_of: object) -> date:
    if isinstance(as_of, datetime) or not isinstance(as_of, date):
        raise UsageError(f"as_of must be a date; found {type(as_of).__name__}.")
    return as_of


def _allocations(lines: pl.DataFrame) -> pl.DataFrame:
    return (
        lines.group_by("receipt_ref", "order_ref", "component", "rule", maintain_order=True)
        .agg(pl.col("pence").sum().alias("amount"))
        .filter(pl.col("amount") != 0)
        .select("receipt_ref", "order_ref", "component", "amount", "rule")
        .with_columns(pounds("amount"))
    )
