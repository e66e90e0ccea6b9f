"""Charts stand without scripts: two sizes, a title and a description, the figures, and nothing outside the frame."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from evaluation.publishing import svg
from evaluation.publishing.charts import bars, control, coverage, curves, flow, forest, funnel, love, multiples
from evaluation.publishing.charts.figure import Chart
from evaluation.publishing.charts.live import SHARED
from evaluation.publishing.charts.people import hundred

LONG = "A very long name of a scheme that nobody would want to read twice <b>&</b>"


def every_chart(demo: ModuleType) -> Iterator[Chart]:
    finding = demo.FINDINGS[0]
    family = curves.read(finding["curves"], "no_repeat")
    yield curves.chart(family, curves.SCALES["no_repeat"], "Title", name="curve", start="opening", desc="Falling.")
    yield love.chart(finding["balance"])
    yield forest.chart([forest.Row(LONG, -11, -21, -1, "High"), forest.Row("B", 4, -30, 55, "Low")], title="Title")
    points = [control.Point(f"Jan {2000 + i}", 0.7 + i % 3 / 100, i == 4) for i in range(14)]
    yield control.chart(
        points, control.Limits(0.71, 0.6, 0.8), name="xmr", title="T", unit="Share", note="N.", percent=True
    )
    yield bars.bars(
        [bars.Bar(LONG, 120.0, "120"), bars.Bar("B", None, "not shown")],
        name="bars",
        title="T",
        desc="D",
        note="N.",
        heads=("a", "b"),
    )
    steps = [
        bars.Step("Awarded", Decimal("100.10"), "start", "£100.10"),
        bars.Step("Paid", Decimal("-40.05"), "down", "−£40.05"),
        bars.Step("Outstanding", Decimal("60.05"), "end", "£60.05"),
    ]
    yield bars.ledger(steps, name="ledger", title="T", note="N.", as_of="31 December 2012")
    yield bars.bounds(17, 62, 21, name="bounds", title="T", note="N.")
    units = [funnel.Unit(LONG, 100.0, 0.9, True), funnel.Unit("B", 20.0, 0.5, False)]
    limits = [funnel.Limit(size, 0.4, 0.6, 0.3, 0.7) for size in (10, 60, 120)]
    yield funnel.chart(units, limits, 0.5, name="funnel", title="T", size_label="Cases", rate_label="Share", note="N.")
    panels = [multiples.Panel(f"Ward {i}", (1.0, None, 3.0, 2.0)) for i in range(4)]
    yield multiples.chart(panels, ["Q1", "Q2", "Q3", "Q4"], name="wards", title="T", unit="Incidents", note="N.")

    ribbons = [flow.Ribbon(0, 0, 900), flow.Ribbon(0, 1, 60), flow.Ribbon(1, 1, 40), flow.Ribbon(1, 2, 15)]
    totals = ((960, 55, None), (900, 100, 15))
    yield flow.chart(
        ["Warning", "Contract", "Order or possession"], ribbons, totals, name="flow", title="T",
        heads=("First rung", "Highest rung"), note="N.",
    )  # fmt: skip


@pytest.fixture(params=range(10))
def chart(request: pytest.FixtureRequest, demo: ModuleType) -> Chart:
    return list(every_chart(demo))[request.param]


def drawings(chart: Chart) -> list[ET.Element]:
    return list(ET.fromstring(f"<all>{chart.drawing}</all>"))


def test_a_chart_is_drawn_for_desks_and_for_phones(chart: Chart) -> None:
    assert [drawing.get("width") for drawing in drawings(chart)] == [str(svg.WIDE), str(svg.NARROW)]


def test_a_chart_has_a_title_a_description_and_its_figures(chart: Chart) -> None:
    for drawing in drawings(chart):
        assert drawing.get("role") == "img"
        title, desc = drawing.find("title"), drawing.find("desc")
        assert title is not None
        assert desc is not None
        assert title.text
        assert desc.text
        assert drawing.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    table = ET.fromstring(chart.table)
    assert table.find("caption") is not None
    assert table.findall("tbody/tr")
    assert chart.note.endswith(".")


def test_no_words_leave_the_frame(chart: Chart) -> None:
    for drawing in drawings(chart):
        width, height = (float(size) for size in (drawing.get("viewBox") or "").split()[2:])
        for text in drawing.iter("text"):
            x, y = float(text.get("x", "0")), float(text.get("y", "0"))
            long = len(text.text or "") * svg.LETTER * 0.92
            side = text.get("class", "").split()
            left = x - long if "end" in side else x - long / 2 if "mid" in side else x
            assert left >= -14, text.text
            assert left + long <= width + 14, text.text
            assert 0 <= y <= height, text.text


def test_colours_come_from_the_stylesheet_alone(chart: Chart) -> None:
    assert not re.search(r'(?:fill|stroke|style)="', chart.drawing)


def test_an_interactive_chart_is_plain_data_with_the_shared_template(chart: Chart) -> None:
    if chart.live is None:
        return
    figure = json.loads(chart.live_json())
    assert set(figure) == {"data", "layout"}
    assert "template" not in figure["layout"]
    assert "<b>" not in chart.live_json()


def test_all_interactive_charts_share_one_template() -> None:
    assert SHARED["template"]["layout"]["colorway"][0] == "#12436D"
    assert SHARED["config"]["displaylogo"] is False


def test_lines_differ_by_dash_as_well_as_by_colour(demo: ModuleType) -> None:
    live: Any = next(every_chart(demo)).live
    dashes = [trace["line"].get("dash") for trace in live["data"] if "name" in trace]
    assert len(set(dashes)) == len(dashes) == 2


def test_one_hundred_people_are_one_hundred_shapes() -> None:
    squares, rings, _ = (str(path.get("d")) for path in ET.fromstring(hundred(32, "h")).findall("path"))
    assert re.findall(r"M(\d+) (\d+)h([\d.]+)", squares) == [
        ("2", "8", "156"), ("2", "24", "156"), ("2", "40", "156"), ("2", "56", "28"),
    ]  # fmt: skip
    lengths = [float(length) for _, _, length in re.findall(r"M(\d+) (\d+)h([\d.]+)", rings)]
    assert [(length + 15.9) / 16 for length in lengths] == pytest.approx([8, 10, 10, 10, 10, 10, 10])


@pytest.mark.parametrize(("had", "rows"), [(0, (0, 10)), (1, (1, 10)), (10, (1, 9)), (99, (10, 1)), (100, (10, 0))])
def test_people_at_the_edges(had: int, rows: tuple[int, int]) -> None:
    squares, rings, _ = (str(path.get("d")) for path in ET.fromstring(hundred(had, "h")).findall("path"))
    assert (squares.count("M"), rings.count("M")) == rows


def test_points_at_events_are_steps_and_points_on_a_grid_are_joined() -> None:
    grid = curves.read([{"name": "n", "points": [{"time": t, "value": 1 - t / 1000} for t in (0, 30, 60, 90)]}], "n")[0]
    events = curves.read([{"name": "n", "points": [{"time": t, "value": 1 - t / 1000} for t in (3, 8, 50, 90)]}], "n")[
        0
    ]
    assert grid.on_a_grid
    assert not events.on_a_grid
    assert grid.at(45)[0] == pytest.approx(0.97)


def test_a_hidden_number_followed_is_a_dash(demo: ModuleType) -> None:
    points = [{"time": t, "value": 1 - t / 1000, "low": None, "high": None, "n_risk": None} for t in (0, 120, 240, 365)]
    family = curves.read([{"name": "no_repeat", "arm": "all", "label": "All", "points": points}], "no_repeat")
    drawn = curves.chart(family, curves.SCALES["no_repeat"], "T", name="c", start="opening", desc="D")
    assert ">–<" in drawn.drawing
    assert "not shown" in drawn.table


def test_coverage_says_its_gaps_in_words() -> None:
    from datetime import date

    months = [date(2012, month, 1) for month in range(1, 7)]
    assert coverage.in_words("cccccc", months) == "Complete in all 6 months"
    assert coverage.in_words("nnnnnn", months) == "None in any month"
    assert coverage.in_words("ccpnnc", months) == (
        "Complete Jan 2012 to Feb 2012; part Mar 2012; none Apr 2012 to May 2012; complete Jun 2012"
    )


@pytest.mark.parametrize(("span", "step"), [(10, 5), (1, 0.5), (0.35, 0.1), (100, 50), (73, 20), (0, 1)])
def test_steps_of_an_axis_are_round(span: float, step: float) -> None:
    assert svg.nice_step(span) == pytest.approx(step)


def test_a_flow_keeps_its_widths_and_goes_up() -> None:
    ribbons = [flow.Ribbon(0, 0, 300), flow.Ribbon(0, 1, 100), flow.Ribbon(1, 1, 100)]
    drawn = flow.chart(
        ["Low", "High"], ribbons, ((400, 100), (300, 200)), name="f", title="T", heads=("From", "To"), note="N."
    )
    wide = ET.fromstring(f"<all>{drawn.drawing}</all>")[0]
    heights = sorted(int(rect.get("height", "0")) for rect in wide.iter("rect"))
    assert heights == [50, 100, 150, 200]
    up = [path.get("d", "") for path in wide.iter("path") if path.get("class") == "flow up"]
    start, end = (int(value) for value in re.findall(r"M\d+ (\d+)C\d+ \d+ \d+ (\d+)", up[0])[0])
    assert end < start
    assert "100 from low to high" in drawn.drawing
    assert ">400</td>" in drawn.table


def test_shares_have_no_limit_beyond_what_a_share_can_be() -> None:
    points = [control.Point(f"M{i}", value) for i, value in enumerate((0.9, 1.0, 0.95, 1.0, 0.85) * 3)]
    drawn = control.chart(
        points, control.Limits(0.94, 0.82, 1.07), name="c", title="T", unit="U", note="N.", percent=True
    )
    assert "Natural limits: 82% to 100%." in drawn.drawing
    assert not re.search(r">1(0[1-9]|[1-9]\d)%<", drawn.drawing)


def test_natural_limits_and_what_stands_out() -> None:
    limits = control.natural_limits([10, 12, 10, 12])
    assert (limits.mean, limits.low, limits.high) == pytest.approx((11, 11 - 2.66 * 2, 11 + 2.66 * 2))
    assert control.standing_out([11, 30, 11], limits) == [False, True, False]
    assert control.standing_out([12] * 7 + [10], limits) == [True] * 7 + [False]
    assert control.standing_out([12] * 6 + [10], limits) == [False] * 7


def test_a_curve_of_few_points_says_nothing_in_between() -> None:
    points = [{"time": t, "value": 1 - t / 1000, "low": None, "high": None} for t in (0, 120, 240, 360)]
    family = curves.read([{"name": "no_repeat", "arm": "all", "label": "All", "points": points}], "no_repeat")
    drawn = curves.chart(family, curves.SCALES["no_repeat"], "T", name="c", start="opening", desc="D")
    assert '<th scope="row">3 months</th><td>–</td>' in drawn.table
    assert '<th scope="row">12 months</th><td>64</td>' in drawn.table


def panels(*tops: float) -> Chart:
    rows = [multiples.Panel(f"Part {i}", (top, top / 2, top / 4)) for i, top in enumerate(tops)]
    return multiples.chart(rows, ["2008", "2009", "2010"], name="parts", title="T", unit="Reports", note="N.")


def test_small_multiples_share_a_scale_only_where_the_smallest_can_be_read() -> None:
    alike, unlike = panels(230, 200, 23), panels(4460, 85)
    assert alike.note.startswith("All panels have the same scale.")
    assert ">23<" not in alike.drawing
    assert unlike.note.startswith("Each panel has its own scale")
    assert ">4,460<" in unlike.drawing
    assert ">85<" in unlike.drawing


def test_a_long_label_is_wrapped_where_there_is_room() -> None:
    rows = [multiples.Panel("Verbal abuse, harassment, threats", (1.0, 2.0)), multiples.Panel("Noise", (1.0, 2.0))]
    drawn = multiples.chart(rows, ["2008", "2009"], name="p", title="T", unit="Reports", note="").drawing
    assert "…" not in drawn
    assert ">threats<" in drawn
    step = bars.Bar("With an open case on a day with a year of recorded history before it", 9, "9", "f1")
    drawn = bars.bars(
        [step, bars.Bar("All", 9, "9", "f1")], name="b", title="T", desc="D", note="", heads=("A", "B")
    ).drawing
    assert "…" not in drawn


def test_no_label_of_a_curve_is_cut_on_a_phone(demo: ModuleType) -> None:
    long = "without intensive support by the Elmore team, or before it"
    rows = [{**row, "label": f"{long}, {row['arm']}"} for row in demo.FINDINGS[0]["curves"]]
    family = curves.read(rows, "no_repeat")
    drawn = curves.chart(family, curves.SCALES["no_repeat"], "T", name="curve", start="opening", desc="D.").drawing
    assert "…" not in drawn
