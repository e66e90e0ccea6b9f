"""Evaluate one contract: outputs, outcomes, value, calendar and invoices in one frozen result."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.commissioning.closures import closures
from evaluation.commissioning.comparisons import Comparison, compare_resolved, compare_satisfaction
from evaluation.commissioning.contract import Contract
from evaluation.commissioning.counselling import Delivery, PairedOutcomes, delivery
from evaluation.commissioning.deadlines import Deadline, calendar
from evaluation.commissioning.evidence import Evidence, read_finding
from evaluation.commissioning.invoices import Invoices, recompute, results
from evaluation.commissioning.outcomes import Outcome, Output, Setting, judge, output, scores
from evaluation.commissioning.returns import Monitoring, monitoring, versions
from evaluation.commissioning.satisfaction import Satisfaction, by_scheme, by_service, for_scheme
from evaluation.commissioning.shares import Share
from evaluation.commissioning.simulation import STANDARD_VALUE, ValueRules
from evaluation.commissioning.unit_costs import Prices, read_unit_costs
from evaluation.commissioning.value import Value, value
from evaluation.commissioning.verdict import STANDARD, Rules, overall


@dataclass(frozen=True)
class ContractResult:
    """Everything that can be said of a contract on a day.

    `to_json()` gives the JSON-ready form that is published after disclosure control: in it every count of people,
    cases or figures is a whole number under a key that starts with `n_`; money is text in pounds, dates are ISO text.
    """

    contract: Contract
    as_of: date
    verdict: str
    sentence: str
    outputs: tuple[Output, ...]
    outcomes: tuple[Outcome, ...]
    delivery: Delivery
    paired: PairedOutcomes | None
    satisfaction: Satisfaction
    satisfaction_by_scheme: tuple[Satisfaction, ...]
    satisfaction_by_service: tuple[Satisfaction, ...]
    comparisons: tuple[Comparison, ...]
    returns: Monitoring
    value: Value
    calendar: tuple[Deadline, ...]
    invoices: Invoices | None
    claimed_units: tuple[tuple[str, int, int], ...]
    cases_due: tuple[tuple[str, int, Decimal], ...]
    evidence: Evidence | None
    rules: Rules

    def to_json(self) -> dict[str, Any]:
        """Give the result as plain dictionaries, lists, texts and numbers."""
        from evaluation.commissioning.plain import result_json

        return result_json(self)

    def tidy(self) -> pl.DataFrame:
        """One row per outcome: `outcome, verdict, share, low, high, n_achieved, n_known, target`."""
        rows = [
            {
                "outcome": one.metric.id,
                "verdict": one.text,
                "share": one.share and one.share.value,
                "low": one.share and one.share.low,
                "high": one.share and one.share.high,
                "n_achieved": one.share and one.share.achieved,
                "n_known": one.share and one.share.known,
                "target": float(one.metric.outcome_metric_target),
            }
            for one in self.outcomes
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def plot(self) -> Any:
        """Draw the share of people who reached each outcome, with its 95% range: a Plotly figure."""
        from evaluation.survival import plotting

        rows = self.tidy().select("outcome", "share", "low", "high").drop_nulls().iter_rows()
        return plotting.ranges(rows, title="Share of people who reached the outcome")

    def _repr_markdown_(self) -> str:
        from evaluation.survival import words

        return f"**{self.contract.title}**\n\n{words.markdown(self.tidy())}\n\n{self.sentence}"


def evaluate(
    contract: Contract,
    records: Mapping[str, pl.DataFrame],
    findings: Mapping[str, Any],
    *,
    as_of: date,
    unit_costs: Mapping[str, Any] | None = None,
    deflators: Mapping[int, Decimal] | None = None,
    claims: pl.DataFrame | None = None,
    rules: Rules = STANDARD,
    value_rules: ValueRules = STANDARD_VALUE,
) -> ContractResult:
    """Evaluate one contract from the linked records and the studies' findings.

    Parameters
    ----------
    records
        Canonical table name to frame; `Measures, Surveys, Returns, Interventions, Cases` are used.
    findings
        Study name to finding (the object or its parsed JSON); the one named as the contract's scheme is used.
    as_of
        The day everything is known by; later rows are not looked at.
    unit_costs, deflators
        As `unit_costs.read_unit_costs`.
    claims
        The invoices' lines of a contract paid by results, as `invoices.recompute`.

    Raises
    ------
    DataError
        When unit costs, claims or the finding cannot be used.
    """
    found = findings.get(contract.scheme)
    held = _in_term(contract, records)
    mine = held["Interventions"].filter(pl.col("scheme") == contract.scheme)
    setting = Setting(
        held,
        None if found is None else read_finding(found),
        versions(records["Returns"], contract=contract.id, as_of=as_of),
        delivery(mine, as_of=as_of),
        as_of,
        rules,
    )
    prices = read_unit_costs(unit_costs, as_of=as_of, deflators=deflators)
    return _result(contract, records, setting, mine, prices, claims, value_rules)


def _result(
    contract: Contract,
    records: Mapping[str, pl.DataFrame],
    setting: Setting,
    mine: pl.DataFrame,
    prices: Prices,
    claims: pl.DataFrame | None,
    value_rules: ValueRules,
) -> ContractResult:
    as_of, held, surveys = setting.as_of, setting.records, records["Surveys"]
    outcomes = tuple(judge(contract, metric, setting) for metric in contract.outcome_metrics)
    word, sentence = overall([outcome.standing for outcome in outcomes])
    paired = _paired(contract, setting)
    better = None if paired is None else paired.improvement
    owed = monitoring(contract, records["Returns"], measures=_measures(contract), as_of=as_of)
    schemes = by_scheme(surveys, records["Interventions"], as_of=as_of)
    account = _invoices(contract, held, claims, as_of)
    return ContractResult(
        contract=contract,
        as_of=as_of,
        verdict=word,
        sentence=sentence,
        outputs=tuple(output(level, setting.returns) for level in contract.service_levels),
        outcomes=outcomes,
        delivery=setting.delivered,
        paired=paired,
        satisfaction=for_scheme(surveys, held["Interventions"], contract.scheme, as_of=as_of),
        satisfaction_by_scheme=schemes,
        satisfaction_by_service=by_service(surveys, records["Cases"], as_of=as_of),
        comparisons=_comparisons(contract, held, schemes, as_of),
        returns=owed,
        value=_worth(contract, setting, prices, mine, better, value_rules),
        calendar=calendar(contract, as_of=as_of, returns=owed),
        invoices=account,
        claimed_units=_claimed_units(account, setting.returns),
        cases_due=_cases_due(contract, mine, as_of),
        evidence=setting.evidence,
        rules=setting.rules,
    )


def write(results_: Iterable[ContractResult], folder: Path | str) -> tuple[Path, ...]:
    """Write each result as `NAME.json` into `folder` (made if it is missing); the same bytes for the same result."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for result in results_:
        path = target / f"{result.contract.id}.json"
        text = json.dumps(result.to_json(), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")
        paths.append(path)
    return tuple(paths)


def write_differences(results_: Iterable[ContractResult], folder: Path | str) -> tuple[Path, ...]:
    """Write the invoices' differences by client (pseudonyms) as CSV: for the contract manager, never published."""
    paths: list[Path] = []
    for result in results_:
        if result.invoices is None or result.invoices.differences.is_empty():
            continue
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        path = target / f"{result.contract.id}-differences.csv"
        result.invoices.differences.write_csv(path)
        paths.append(path)
    return tuple(paths)


def _in_term(contract: Contract, records: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Keep the scheme's people and scores of this contract's term; an earlier contract's are not this one's."""
    rows = records["Interventions"]
    began = pl.coalesce("started_on", "referred_on").is_between(contract.starts, contract.ends).fill_null(False)
    scores_ = records["Measures"]
    return {
        "Interventions": rows.filter((pl.col("scheme") != contract.scheme) | began),
        "Measures": scores_.filter(pl.col("measured_on") >= contract.starts),
        "Cases": records["Cases"],
        "Surveys": records["Surveys"],
    }


def _worth(
    contract: Contract, setting: Setting, prices: Prices, mine: pl.DataFrame, better: Share | None, rules: ValueRules
) -> Value:
    return value(
        contract,
        setting.delivered,
        setting.evidence,
        prices,
        as_of=setting.as_of,
        started_last_year=_started_last_year(mine, setting.as_of),
        better=better,
        rules=rules,
    )


def _measures(contract: Contract) -> list[str]:
    reported = [name for metric in contract.outcome_metrics for name in (metric.measure, metric.measure_of) if name]
    return list(dict.fromkeys([*(level.id for level in contract.service_levels), *reported]))


def _paired(contract: Contract, setting: Setting) -> PairedOutcomes | None:
    instruments = [metric.instrument for metric in contract.outcome_metrics if metric.instrument is not None]
    return scores(contract, instruments[0], setting) if instruments else None


def _started_last_year(mine: pl.DataFrame, as_of: date) -> int:
    first = as_of - timedelta(days=364)
    return mine.filter(pl.col("started_on").is_between(first, as_of).fill_null(False)).height


def _comparisons(
    contract: Contract, records: Mapping[str, pl.DataFrame], schemes: tuple[Satisfaction, ...], as_of: date
) -> tuple[Comparison, ...]:
    rows = closures(records["Interventions"], records["Cases"], contract.scheme, as_of=as_of)
    made = (
        compare_satisfaction(schemes, unit="scheme"),
        compare_resolved(rows, "area", unit="area"),
        compare_resolved(rows, "officer_id", unit="officer"),
    )
    return tuple(one for one in made if one is not None)


def _invoices(
    contract: Contract, records: Mapping[str, pl.DataFrame], claims: pl.DataFrame | None, as_of: date
) -> Invoices | None:
    if not contract.payment.tariffs:
        return None
    return recompute(contract, results(contract, records, as_of=as_of), claims)


def _claimed_units(account: Invoices | None, sent: pl.DataFrame) -> tuple[tuple[str, int, int], ...]:
    """Give (outcome, results claimed in the returns `claimed_…`, results that the records support)."""
    claimed = sent.filter(pl.col("measure").str.starts_with("claimed_"))
    if account is None:
        return ()
    counted = claimed.group_by("measure").agg(pl.col("value").sum()).sort("measure")
    held = account.payable["outcome_metric_id"].to_list()
    names = [(str(measure).removeprefix("claimed_"), round(float(total))) for measure, total in counted.iter_rows()]
    return tuple((name, total, held.count(name)) for name, total in names)


def _cases_due(contract: Contract, mine: pl.DataFrame, as_of: date) -> tuple[tuple[str, int, Decimal], ...]:
    """Give (financial year, cases started, pounds due within the cap) of a contract paid per case."""
    price, cap = contract.payment.price_per_case, contract.payment.cap_per_year
    if price is None:
        return ()
    last = min(as_of, contract.ends)
    started = mine.filter(pl.col("started_on").is_between(contract.starts, last).fill_null(False))
    first = pl.col("started_on").dt.offset_by("-3mo").dt.year().alias("first")
    counted = started.group_by(first).agg(n=pl.len()).sort("first")
    rows = [(int(year), int(n)) for year, n in counted.iter_rows()]
    return tuple((f"{year}/{(year + 1) % 100:02d}", n, min(price * n, cap or price * n)) for year, n in rows)
