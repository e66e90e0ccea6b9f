"""Write a contract's outcome data in the spreadsheet layout of INDIGO (Government Outcomes Lab, University of Oxford).

Sheets, columns and first rows are those of the project form, version 18, of INDIGO's public database application: lists
run downwards from row 4 or 5, the general overview has one cell for each field. Only what was released for publication
goes in: a hidden count leaves its cell empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.terms import OutcomeMetric

Cell = str | int | float | None


@dataclass(frozen=True)
class Sheet:
    """A sheet whose list starts in row `first_row` (from 1), with a field path for each column."""

    name: str
    first_row: int
    columns: tuple[str, ...]


METRICS = Sheet(
    "Outcome Metrics",
    4,
    (
        "id", "definition/value", "target_population/value",
        "targeted_number_of_service_users_or_beneficiaries_total/value",
        "unit_type_of_targeted_service_users_or_beneficiaries/value",
        "unit_description_of_service_user_or_beneficiaries/value", "outcome_metric_target/value",
        "other_target_for_meeting_outcome_metric_target/value", "outcome_validation_method/value",
        "data_source_for_outcome_validation/value", "policy_sector/value", "primary_sdg_goal/value",
        "secondary_sdg_goals/value", "primary_sdg_target/value", "secondary_sdg_targets/value", "source_ids", "notes",
        "status",
    ),
)  # fmt: skip
PRICING = Sheet(
    "Outcome Pricing",
    5,
    (
        "outcome_metric_id/value", "currency/value", "price_per_unit/amount/value", "price_per_unit/amount_usd/value",
        "maximum_price_if_all_targets_achieved/amount/value", "contracted_increases_to_outcome_pricing/value",
        "price_description/value", "source_ids", "notes", "status",
    ),
)  # fmt: skip
RESULTS = Sheet(
    "Results",
    5,
    (
        "outcome_metric_id/value", "result_level/value", "result_type/value", "period/start_date/value",
        "period/end_date/value", "outcomes_achieved/value", "number_engaged_in_impact_bond/value",
        "number_with_positive_social_outcomes/value", "other_description_of_result/value",
        "outcomes_validator_organisation_ids/value", "evaluation_documents_source_ids/value", "source_ids", "notes",
        "status", "sandboxes",
    ),
)  # fmt: skip
COMMITMENTS = Sheet(
    "Outcome Payment Commitments",
    4,
    (
        "organisation_id/value", "organisation_role_category/value", "maximum_potential_outcome_payment/currency/value",
        "maximum_potential_outcome_payment/amount/value", "maximum_potential_outcome_payment/amount_usd/value",
        "result_type/value", "period/start_date/value", "period/end_date/value",
        "total_outcome_payments/currency/value", "total_outcome_payments/amount/value",
        "total_outcome_payments/amount_usd/value", "alterations/description/value",
        "alterations/reason/value", "source_ids", "notes", "status",
    ),
)  # fmt: skip
PROVISIONS = Sheet(
    "Service Provisions",
    4,
    (
        "id", "organisation_id/value", "organisation_role_category/value", "intervention/value",
        "planned_service/start_date/value", "planned_service/end_date/value", "actual_service/start_date/value",
        "actual_service/end_date/value",
    ),
)  # fmt: skip
OVERVIEW: Mapping[str, str] = {
    "name/value": "C5",
    "jurisdiction/jurisdiction/value": "C15",
    "dates/outcomes_contract_signed/value": "C20",
    "dates/start_date_of_service_provision/value": "C24",
    "dates/anticipated_end_date_of_service_provision/value": "C25",
    "overall_project_finance/maximum_potential_outcome_payment_v2/currency/value": "C40",
    "overall_project_finance/maximum_potential_outcome_payment_v2/amount/value": "C41",
    "notes/value": "C90",
}


def export_indigo(contract: Contract, result: Mapping[str, Any], path: Path | str) -> Path:
    """Write one contract as an XLSX workbook in INDIGO's layout; the same bytes for the same input.

    Parameters
    ----------
    result
        The contract's result as JSON, after disclosure control.

    Returns
    -------
    Path
        The workbook; its folder is made if it is missing.
    """
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    made: Any = xlsxwriter
    with made.Workbook(str(target)) as book:
        # A fixed day of creation keeps the file the same from run to run.
        book.set_properties({"title": contract.title, "created": _midnight(contract.dates.outcomes_contract_signed)})
        _write_overview(book.add_worksheet("General Overview"), contract, result)
        for sheet, rows in (
            (PROVISIONS, _provisions(contract)),
            (COMMITMENTS, _commitments(contract)),
            (METRICS, _metrics(contract)),
            (PRICING, _pricing(contract)),
            (RESULTS, _results(contract, result)),
        ):
            _write_list(book.add_worksheet(sheet.name), sheet, rows)
    return target


def _write_overview(page: Any, contract: Contract, result: Mapping[str, Any]) -> None:
    verdict: Mapping[str, Any] = result.get("verdict") or {}
    made_up = "Worked example: synthetic data. " if contract.synthetic else ""
    cells: dict[str, Cell] = {
        "name/value": contract.title,
        "jurisdiction/jurisdiction/value": "GB",
        "dates/outcomes_contract_signed/value": contract.dates.outcomes_contract_signed.isoformat(),
        "dates/start_date_of_service_provision/value": contract.starts.isoformat(),
        "dates/anticipated_end_date_of_service_provision/value": contract.ends.isoformat(),
        "overall_project_finance/maximum_potential_outcome_payment_v2/currency/value": "GBP",
        "overall_project_finance/maximum_potential_outcome_payment_v2/amount/value": _pounds(_most(contract)),
        "notes/value": f"{made_up}{verdict.get('sentence', '')}".strip() or None,
    }
    page.write_string("A1", "INDIGO project form: General Overview")
    for field, cell in OVERVIEW.items():
        page.write_string(f"B{cell[1:]}", field)
        _write(page, int(cell[1:]) - 1, 2, cells[field])


def _write_list(page: Any, sheet: Sheet, rows: Sequence[Mapping[str, Cell]]) -> None:
    page.write_string(0, 0, sheet.name)
    for column, field in enumerate(sheet.columns):
        page.write_string(sheet.first_row - 2, column, field)
    for number, row in enumerate(rows):
        for column, field in enumerate(sheet.columns):
            _write(page, sheet.first_row - 1 + number, column, row.get(field))


def _write(page: Any, row: int, column: int, value: Cell) -> None:
    if isinstance(value, str):
        # Text stays text, whatever it begins with: a spreadsheet must not run it as a formula.
        page.write_string(row, column, value)
    elif value is not None:
        page.write_number(row, column, value)


def _provisions(contract: Contract) -> list[dict[str, Cell]]:
    return [
        {
            "id": lot.id if lot else "main",
            "organisation_id/value": contract.provider,
            "organisation_role_category/value": "Service provider",
            "intervention/value": f"{contract.intervention}{': ' + lot.title if lot else ''}",
            "planned_service/start_date/value": contract.starts.isoformat(),
            "planned_service/end_date/value": contract.ends.isoformat(),
        }
        for lot in (contract.lots or (None,))
    ]


def _commitments(contract: Contract) -> list[dict[str, Cell]]:
    most = _most(contract)
    return [
        {
            "organisation_id/value": f"{source.account} ({source.payer})",
            "organisation_role_category/value": "Outcome payer",
            "maximum_potential_outcome_payment/currency/value": "GBP",
            "maximum_potential_outcome_payment/amount/value": None if most is None else _pounds(most * source.share),
            "period/start_date/value": contract.starts.isoformat(),
            "period/end_date/value": source.ends.isoformat(),
        }
        for source in contract.funding
    ]


def _metrics(contract: Contract) -> list[dict[str, Cell]]:
    return [
        {
            "id": metric.id,
            "definition/value": metric.definition,
            "target_population/value": metric.target_population or contract.target_population,
            "unit_type_of_targeted_service_users_or_beneficiaries/value": "Individual",
            "outcome_metric_target/value": _target(metric),
            "outcome_validation_method/value": metric.outcome_validation_method,
            "data_source_for_outcome_validation/value": metric.data_source_for_outcome_validation,
            "policy_sector/value": contract.policy_sector,
            "notes": f"Owner: {metric.owner}. Baseline: {metric.baseline}.",
        }
        for metric in contract.outcome_metrics
    ]


def _pricing(contract: Contract) -> list[dict[str, Cell]]:
    return [
        {
            "outcome_metric_id/value": tariff.outcome_metric_id,
            "currency/value": "GBP",
            "price_per_unit/amount/value": _pounds(tariff.price_per_unit),
            "maximum_price_if_all_targets_achieved/amount/value": (
                None
                if tariff.maximum_price_if_all_targets_achieved is None
                else str(tariff.maximum_price_if_all_targets_achieved)
            ),
            "price_description/value": contract.payment.terms or None,
        }
        for tariff in contract.payment.tariffs
    ]


def _results(contract: Contract, result: Mapping[str, Any]) -> list[dict[str, Cell]]:
    outcomes: dict[str, Mapping[str, Any]] = {str(one.get("name")): one for one in result.get("outcomes") or ()}
    as_of = str(result.get("as_of") or "")
    final = bool(as_of) and date.fromisoformat(as_of) >= contract.ends
    rows: list[dict[str, Cell]] = []
    for metric in contract.outcome_metrics:
        one = outcomes.get(metric.id, {})
        found: Mapping[str, Any] = one.get("result") or {}
        verdict: Mapping[str, Any] = one.get("verdict") or {}
        rows.append(
            {
                "outcome_metric_id/value": metric.id,
                "result_level/value": "Outcome level",
                "result_type/value": "Final" if final else "Interim",
                "period/start_date/value": contract.starts.isoformat(),
                "period/end_date/value": as_of or None,
                "outcomes_achieved/value": verdict.get("text"),
                "number_engaged_in_impact_bond/value": found.get("n_known"),
                "number_with_positive_social_outcomes/value": found.get("n_achieved"),
                "other_description_of_result/value": verdict.get("sentence"),
            }
        )
    return rows


def _target(metric: OutcomeMetric) -> str:
    return f"{metric.outcome_metric_target:g} ({metric.direction}) by {metric.target_date}"


def _most(contract: Contract) -> Decimal | None:
    caps = [tariff.maximum_price_if_all_targets_achieved for tariff in contract.payment.tariffs]
    known = [cap for cap in caps if cap is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(caps) else None


def _pounds(amount: Decimal | None) -> float | None:
    # A spreadsheet cell is a double; pounds and pence of a contract lie far inside its exact range.
    return None if amount is None else float(round(amount, 2))


def _midnight(day: date) -> Any:
    from datetime import datetime

    return datetime(day.year, day.month, day.day)
