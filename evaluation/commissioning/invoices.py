"""Payment by results: recompute each invoice from the evidence, client by client, to the penny.

A result is paid once for a client, at the contract's tariff, within the yearly number and the caps. What the provider
claimed and what the evidence supports are laid side by side; the differences carry their reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from evaluation.commissioning.closures import closures
from evaluation.commissioning.contract import Contract
from evaluation.commissioning.counselling import paired_outcomes
from evaluation.commissioning.terms import OutcomeMetric, Tariff
from evaluation.errors import DataError

ACHIEVED = {"client_id": pl.String, "outcome_metric_id": pl.String, "achieved_on": pl.Date}
CLAIMED = {**ACHIEVED, "invoice_ref": pl.String, "amount": pl.Decimal(12, 2)}
_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Invoices:
    """A recomputed account of the results of one contract.

    Attributes
    ----------
    payable
        A row per result that the evidence supports: `client_id, outcome_metric_id, achieved_on, year, amount, reason`;
        `amount` is 0.00 with a reason where a cap was reached.
    differences
        A row per client and outcome where claim and evidence differ: `client_id, outcome_metric_id, claimed, due,
        difference, reason`. It names clients by pseudonym: it is for the contract manager and is never published.
    due, claimed
        Totals in pounds; `claimed` is `None` without claims.
    by_reason
        Reason to (number of differences, sum claimed − due).
    """

    payable: pl.DataFrame
    differences: pl.DataFrame
    due: Decimal
    claimed: Decimal | None
    by_reason: Mapping[str, tuple[int, Decimal]]


def results(contract: Contract, records: Mapping[str, pl.DataFrame], *, as_of: date) -> pl.DataFrame:
    """List the results that the records support: `client_id, outcome_metric_id, achieved_on`, first time only."""
    frames = [
        _achieved(contract, contract.metric(tariff.outcome_metric_id), records, as_of)
        for tariff in contract.payment.tariffs
    ]
    return pl.concat([pl.DataFrame(schema=ACHIEVED), *frames]).sort("achieved_on", "outcome_metric_id", "client_id")


def recompute(contract: Contract, achieved: pl.DataFrame, claims: pl.DataFrame | None = None) -> Invoices:
    """Apply tariffs and caps to the results and hold them against the claims.

    Parameters
    ----------
    achieved
        As `results` gives them.
    claims
        The invoices' lines: `invoice_ref, client_id, outcome_metric_id, achieved_on, amount` (`Decimal(12, 2)`).

    Raises
    ------
    DataError
        When a claim lacks a column, or an amount is not in whole pence.
    """
    payable = _apply_caps(contract, achieved)
    due = sum(payable["amount"].to_list(), _ZERO)
    if claims is None:
        return Invoices(payable, pl.DataFrame(schema=_DIFFERENCES), due, None, {})
    _check_claims(claims)
    differences = _differences(contract, payable, claims)
    claimed = sum(claims["amount"].to_list(), _ZERO)
    return Invoices(payable, differences, due, claimed, _by_reason(differences))


_DIFFERENCES = {
    "client_id": pl.String,
    "outcome_metric_id": pl.String,
    "claimed": pl.Decimal(12, 2),
    "due": pl.Decimal(12, 2),
    "difference": pl.Decimal(12, 2),
    "reason": pl.String,
}


def _achieved(
    contract: Contract, metric: OutcomeMetric, records: Mapping[str, pl.DataFrame], as_of: date
) -> pl.DataFrame:
    if metric.kind == "resolved":
        rows = closures(records["Interventions"], records["Cases"], contract.scheme, as_of=as_of)
        found = rows.filter(pl.col("closure") == "resolved").select(
            client_id="subject_id", achieved_on=pl.max_horizontal("closed_on", "ended_on")
        )
    elif metric.kind == "satisfied":
        found = _satisfied(contract, records, as_of)
    else:
        assert metric.instrument is not None  # the contract's own check refuses it without
        mine = records["Measures"].filter(pl.col("contract") == contract.id)
        pairs = paired_outcomes(mine, instrument=metric.instrument, finished=0, as_of=as_of).pairs
        kept = pairs.filter(pl.col("change") == "better")
        if metric.kind == "reliable_recovery":
            kept = kept.filter(pl.col("case_first") & ~pl.col("case_last"))
        found = kept.select("client_id", achieved_on="last_on")
    first = found.sort("achieved_on").unique("client_id", keep="first", maintain_order=True)
    return first.with_columns(outcome_metric_id=pl.lit(metric.id)).select(
        pl.col(name).cast(kind) for name, kind in ACHIEVED.items()
    )


def _satisfied(contract: Contract, records: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    mine = records["Interventions"].filter((pl.col("scheme") == contract.scheme) & pl.col("started_on").is_not_null())
    happy = records["Surveys"].filter(
        (pl.col("returned_on") <= as_of).fill_null(False) & pl.col("satisfied").cast(pl.Boolean).fill_null(False)
    )
    joined = mine.select("case_id", client_id="subject_id").join(happy, on="case_id", how="inner")
    return joined.select("client_id", achieved_on="returned_on")


def _apply_caps(contract: Contract, achieved: pl.DataFrame) -> pl.DataFrame:
    tariffs = {tariff.outcome_metric_id: tariff for tariff in contract.payment.tariffs}
    units: dict[tuple[str, str], int] = {}
    paid_metric: dict[str, Decimal] = {}
    paid_year: dict[str, Decimal] = {}
    rows: list[dict[str, object]] = []
    for row in achieved.sort("achieved_on", "outcome_metric_id", "client_id").iter_rows(named=True):
        tariff = tariffs[row["outcome_metric_id"]]
        year = _year(row["achieved_on"])
        reason = _outside(contract, row["achieved_on"])
        amount = _ZERO if reason else tariff.price_per_unit
        if not reason:
            room, reason = _room(contract, tariff, year, units, paid_metric, paid_year)
            amount = min(amount, room)
            units[(tariff.outcome_metric_id, year)] = units.get((tariff.outcome_metric_id, year), 0) + (amount > 0)
            paid_metric[tariff.outcome_metric_id] = paid_metric.get(tariff.outcome_metric_id, _ZERO) + amount
            paid_year[year] = paid_year.get(year, _ZERO) + amount
            reason = reason if amount < tariff.price_per_unit else ""
        rows.append({**row, "year": year, "amount": amount, "reason": reason})
    return pl.DataFrame(rows, schema={**ACHIEVED, "year": pl.String, "amount": pl.Decimal(12, 2), "reason": pl.String})


def _room(
    contract: Contract,
    tariff: Tariff,
    year: str,
    units: dict[tuple[str, str], int],
    paid_metric: dict[str, Decimal],
    paid_year: dict[str, Decimal],
) -> tuple[Decimal, str]:
    """Give the pounds still payable for one more result, and the cap that binds."""
    if (
        tariff.maximum_units_per_year is not None
        and units.get((tariff.outcome_metric_id, year), 0) >= tariff.maximum_units_per_year
    ):
        return _ZERO, "the year's number of paid results is reached"
    rooms: list[tuple[Decimal, str]] = [(tariff.price_per_unit, "")]
    if tariff.maximum_price_if_all_targets_achieved is not None:
        left = tariff.maximum_price_if_all_targets_achieved - paid_metric.get(tariff.outcome_metric_id, _ZERO)
        rooms.append((left, "the outcome's maximum price is reached"))
    if contract.payment.cap_per_year is not None:
        left = contract.payment.cap_per_year - paid_year.get(year, _ZERO)
        rooms.append((left, "the year's cap is reached"))
    return min(((max(left, _ZERO), why) for left, why in rooms), key=lambda entry: entry[0])


def _outside(contract: Contract, day: date) -> str:
    return "" if contract.starts <= day <= contract.ends else "achieved outside the term"


def _year(day: date) -> str:
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def _check_claims(claims: pl.DataFrame) -> None:
    missing = [name for name in CLAIMED if name not in claims.columns]
    if missing:
        raise DataError("the claims cannot be checked", [f"column '{name}' is missing" for name in missing])
    if claims["amount"].dtype != pl.Decimal(12, 2):
        raise DataError("the claims cannot be checked", ["column 'amount': whole pence are needed, as Decimal(12, 2)"])


def _differences(contract: Contract, payable: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    keys = ["client_id", "outcome_metric_id"]
    asked = claims.group_by(keys).agg(claimed=pl.col("amount").sum(), lines=pl.len())
    owed = payable.select(*keys, due="amount", cap="reason")
    joined = asked.join(owed, on=keys, how="full", coalesce=True).sort("outcome_metric_id", "client_id")
    known = {tariff.outcome_metric_id for tariff in contract.payment.tariffs}
    rows: list[dict[str, object]] = []
    for row in joined.iter_rows(named=True):
        claimed, due = row["claimed"] or _ZERO, row["due"] or _ZERO
        if claimed != due:
            reason = _reason(row, known)
            rows.append(
                {
                    **{key: row[key] for key in keys},
                    "claimed": claimed,
                    "due": due,
                    "difference": claimed - due,
                    "reason": reason,
                }
            )
    return pl.DataFrame(rows, schema=_DIFFERENCES)


def _reason(row: dict[str, object], tariffs: set[str]) -> str:
    if row["outcome_metric_id"] not in tariffs:
        return "no tariff for this outcome"
    if row["claimed"] is None:
        return "achieved and not claimed"
    if row["due"] is None:
        return "not supported by the records"
    if row["cap"]:
        return str(row["cap"])
    if row["lines"] != 1:
        return "claimed more than once"
    return "not the contract's tariff"


def _by_reason(differences: pl.DataFrame) -> dict[str, tuple[int, Decimal]]:
    found: dict[str, tuple[int, Decimal]] = {}
    for row in differences.iter_rows(named=True):
        n, total = found.get(row["reason"], (0, _ZERO))
        found[row["reason"]] = (n + 1, total + row["difference"])
    return dict(sorted(found.items()))
