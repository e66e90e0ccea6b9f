"""The JSON form of outputs, their control charts and the monitoring returns.

A figure that counts people stands under `n_value`, so that disclosure control treats it as a count; a share stands
under `value`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluation.commissioning.contract import Contract
from evaluation.commissioning.control_charts import ASSURANCE_TEXT, VARIATION_TEXT, Chart
from evaluation.commissioning.outcomes import Output
from evaluation.commissioning.returns import Monitoring

STATES = ("on_time", "late", "overdue", "not_yet_due")


def output_json(one: Output) -> dict[str, Any]:
    """Give one output with its chart."""
    counts = is_count(one.level.unit)
    return {
        "name": one.level.id,
        "definition": one.level.definition,
        "target": one.level.target,
        "direction": one.level.direction,
        "unit": one.level.unit,
        "owner": one.level.owner,
        "state": one.state,
        "latest": None if one.latest is None else _figure(one.latest, counts),
        "period_end": one.period_end,
        "chart": None if one.chart is None else _chart(one.chart, counts),
    }


def returns_json(returns: Monitoring, contract: Contract) -> dict[str, Any]:
    """Give how many figures came in time and which came late, are overdue or were changed after the event."""
    shares = {level.id for level in contract.service_levels if not is_count(level.unit)}
    rows = returns.status.filter(
        returns.status["state"].is_in(["late", "overdue"]) | returns.status["changed"].fill_null(False)
    )
    return {
        "figures": {f"{state}_index": returns.count(state) for state in STATES} | {"changed_index": returns.changed},
        "notable": [_notable(row, row["measure"] not in shares) for row in rows.iter_rows(named=True)],
    }


def is_count(unit: str) -> bool:
    """Whether an output's unit counts something; a unit that begins with "share" is a proportion."""
    return not unit.startswith("share")


def _figure(value: float | None, counts: bool) -> dict[str, Any]:
    if counts:
        return {"n_value": None if value is None else round(value)}
    return {"value": value}


def _notable(row: Mapping[str, Any], counts: bool) -> dict[str, Any]:
    return {
        "measure": row["measure"],
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "due_on": row["due_on"],
        "first_on": row["first_on"],
        "late_days": row["days_late"],
        "state": row["state"],
        "first": _figure(row["first_value"], counts),
        "latest": _figure(row["value"], counts),
        "changed": row["changed"],
    }


def _chart(chart: Chart, counts: bool) -> dict[str, Any]:
    points = [
        {
            "on": point.on,
            **_figure(point.value, counts),
            "stretch_index": point.stretch,
            "mean": point.mean,
            "lower": point.lower,
            "upper": point.upper,
            "special": point.special,
        }
        for point in chart.points
    ]
    return {
        "points": points,
        "variation": chart.variation,
        "variation_text": VARIATION_TEXT[chart.variation],
        "assurance": chart.assurance,
        "assurance_text": ASSURANCE_TEXT[chart.assurance],
        "target": chart.target,
        "rebased": [{"on": on, "reason": reason} for on, reason in chart.rebased],
        "sentence": chart.sentence,
    }
