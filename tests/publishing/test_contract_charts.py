"""A contract's charts: in the unit of its table, and each side of a known change by its own limits."""

from __future__ import annotations

import re
from typing import Any

from evaluation.publishing.charts import control
from evaluation.publishing.pages import contract_charts, measures


def output(points: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    chart = {"points": points, "sentence": "Ordinary variation", "rebased": more.pop("rebased", [])}
    row = {"name": "seen", "definition": "Clients booked in the month", "unit": "clients a month", "target": 12.0}
    return {"outputs": [{**row, "chart": chart, **more}]}


def summed(window: int | None, values: list[int | None]) -> list[dict[str, Any]]:
    return [
        {"on": f"2012-{i + 1:02d}-28", "n_value": value, "window": window, "special": None, "stretch_index": 0}
        for i, value in enumerate(values)
    ]


def text(markup: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(markup)))


def test_months_added_up_say_so_in_title_table_and_note() -> None:
    data = output(summed(2, [None, *[25, 30] * 6]))
    drawn = contract_charts.draw(data)["output-seen"]
    assert drawn.title == "Clients booked in the month, two months together: about 28"
    assert "Two months to" in text(drawn.table)
    assert "usual" not in text(drawn.table)
    assert "The target of 12 a month is 24 for two months." in drawn.note
    assert "Too few" not in drawn.drawing
    assert contract_charts.sentence_of(data, "output-seen").startswith("Read month by month, before adding up: ")


def test_single_months_are_not_called_added_up() -> None:
    drawn = contract_charts.draw(output(summed(None, [25, 30] * 3)))["output-seen"]
    assert drawn.title == "Clients booked in the month: about 28; too few points to call it steady"


def test_the_latest_figure_names_its_period() -> None:
    row = {"latest": {"n_value": 15}, "unit": "clients a month", "period_end": "2012-11-30"}
    assert measures.came(row) == "15 (month to Nov 2012)"
    share = {"latest": {"value": 0.91}, "unit": "share of witnesses", "period_end": "2012-09-30"}
    assert measures.came(share) == "91% (to Sep 2012)"


def test_a_known_change_splits_the_limits_and_is_named() -> None:
    sides = ((0.55, 0.70, 0.84), (0.69, 0.78, 0.87))
    points = [
        {
            "on": f"2012-{i + 1:02d}-28", "value": (0.6, 0.8)[i >= 6], "stretch_index": int(i >= 6), "special": [],
            **dict(zip(("lower", "mean", "upper"), sides[i >= 6], strict=True)),
        }
        for i in range(12)
    ]  # fmt: skip
    data = output(points, unit="share of sessions", rebased=[{"on": "2012-07-01", "reason": "Texts began"}])
    drawn = contract_charts.draw(data)["output-seen"]
    assert drawn.title.endswith("steady at about 78% since Jul 2012 (70% before)")
    assert "Before Jul 2012: Mean 70%. Natural limits: 55% to 84%." in drawn.table
    assert "From Jul 2012 (Texts began): Mean 78%. Natural limits: 69% to 87%." in drawn.table
    assert drawn.drawing.count('class="change"') == 2
    assert ">Texts began<" in drawn.drawing
    lines = re.search(r'class="limit" d="([^"]+)"', drawn.drawing)
    assert lines is not None
    assert lines[1].count("M") == 4
    assert drawn.live is not None
    shapes = drawn.live["layout"]["shapes"]
    assert [(s["x0"], s["x1"]) for s in shapes] == [(-0.5, 5.5)] * 3 + [(5.5, 11.5)] * 3


def test_points_without_limits_are_not_called_usual() -> None:
    points = [control.Point(f"M{i}", 10.0 + i % 2) for i in range(5)]
    drawn = control.chart(points, control.Limits(10.5, None, None), name="c", title="T", unit="U", note="N.")
    assert "usual" not in drawn.table
    assert "No point stands out" not in drawn.drawing
