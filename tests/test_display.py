"""Results show themselves: a table in Markdown, a sentence, a figure; published ones beside the last edition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from evaluation import income, records
from evaluation.comparison import Effect, Finding, interrupted_series
from evaluation.publishing.display import PUBLISHED_TYPE, markdown
from evaluation.publishing.editions import keep_edition
from evaluation.publishing.release import release_finding
from evaluation.results import open_results
from evaluation.survival import (
    cox,
    cumulative_incidence,
    kaplan_meier,
    mean_cumulative_count,
    nelson_aalen,
    parametric,
    restricted_mean,
    shared_frailty,
)

SPELLS = pl.DataFrame(
    {
        "person": list("abcdefgh"),
        "exit": [30, 45, 60, 90, 95, 120, 200, 365],
        "event": [True, True, False, True, True, True, False, False],
        "arm": [0, 0, 1, 1, 0, 1, 0, 1],
    }
)
TIMES = {"exit": "exit", "event": "event"}


def effect(people: int) -> Effect:
    return Effect(
        "risk_difference_365", -0.1, -0.2, -0.01, "share of people", people, 500, 900, 40, 90, "overlap", "per_protocol"
    )


def finding(people: int = 340) -> Finding:
    points = [{"time": day, "value": 1 - day / 1000, "low": None, "high": None, "n_risk": 300, "n_event": 20}
              for day in (0, 180, 365)]  # fmt: skip
    return Finding(
        study="mediation",
        scheme="mediation",
        title="mediation",
        question="Does it help?",
        status="estimated",
        as_of="2012-12-31",
        effects=(effect(people),),
        curves=({"name": "no_repeat", "arm": "treated", "label": "with mediation", "points": points},),
        can_say=("Fewer people had another incident within a year.",),
    )


def labels(figure: object) -> list[str]:
    return [trace.name for trace in figure.data if trace.name]  # type: ignore[attr-defined]


def test_curves_are_drawn_one_line_a_group() -> None:
    assert labels(kaplan_meier(SPELLS, by="arm", **TIMES).plot()) == ["0", "1"]
    assert labels(nelson_aalen(SPELLS, by="arm", **TIMES).plot()) == ["0", "1"]
    assert labels(cumulative_incidence(SPELLS, by="arm", **TIMES).plot()) == ["0, 1", "1, 1"]
    drawn = mean_cumulative_count(SPELLS, cluster="person", entry=None, **TIMES).plot()
    assert len(drawn.data) == 3, "the two edges of a band, and a line"


def test_a_drawn_curve_is_the_estimate() -> None:
    curve = kaplan_meier(SPELLS, **TIMES)
    drawn = curve.plot().data[-1]
    assert list(drawn.y) == curve.tidy()["survival"].to_list()
    assert drawn.line.shape == "hv"


def test_ratios_are_drawn_on_a_logarithmic_axis() -> None:
    fit = cox(SPELLS, ["arm"], **TIMES)
    figure = fit.plot()
    assert figure.layout.xaxis.type == "log"
    assert figure.data[0].x[0] == pytest.approx(fit.tidy()["hazard_ratio"][0])
    assert len(restricted_mean(SPELLS, horizon=90, by="arm", **TIMES).plot().data) == 2


def test_every_other_fit_is_drawn() -> None:
    rows = SPELLS.with_columns(pair=pl.Series(list("aabbccdd")))
    assert len(parametric(SPELLS, ["arm"], distribution="exponential", **TIMES).plot().data) == 1
    assert len(shared_frailty(rows, ["arm"], group="pair", **TIMES).plot().data) == 1
    months = [date(2008 + place // 12, place % 12 + 1, 1) for place in range(48)]
    series = pl.DataFrame({"month": months, "count": [40 + place % 7 - 8 * (place > 30) for place in range(48)]})
    fit = interrupted_series(series, start=date(2010, 8, 1))
    assert labels(fit.plot()) == ["count", "expected", "expected_without"]
    assert fit.sentence() in fit._repr_markdown_()


def test_a_finding_shows_its_effects_and_draws_its_curves() -> None:
    made = finding()
    assert made.tidy()["n_treated"].to_list() == [340]
    assert "| risk_difference_365 | -0.1 |" in made._repr_markdown_()
    assert labels(made.plot()) == ["with mediation"]
    without = replace(made, curves=())
    assert labels(without.plot()) == ["risk_difference_365"]
    assert replace(made, status="cannot_be_said", reason="nobody came").sentence().endswith("because nobody came.")


def test_the_ledger_and_the_data_quality_show_themselves() -> None:
    money = pl.Decimal(12, 2)
    orders = pl.DataFrame(
        {"order_ref": ["O1"], "ordered_on": [date(2012, 1, 5)],
         "costs_awarded": pl.Series([Decimal("100.00")], dtype=money)}
    )  # fmt: skip
    receipts = pl.DataFrame(
        {"receipt_ref": ["R1"], "received_on": [date(2012, 2, 1)], "reference": ["O1"], "kind": ["payment"],
         "amount": pl.Series([Decimal("40.00")], dtype=money)}
    )  # fmt: skip
    held = income.reconcile(orders, receipts, as_of=date(2012, 12, 31))
    earlier = income.reconcile(orders, receipts, as_of=date(2012, 1, 31))
    assert "| £100.00 | £0.00 | £40.00 |" in held._repr_markdown_()
    assert held.plot().data[-1].y[-1] == 60
    assert "£40.00 paid" in income.compare(earlier, held).sentence()
    assert "cannot be said, because" in income.forecast(held).sentence()
    quality = records.measure([], records.assemble([], as_of=date(2012, 12, 31)), as_of=date(2012, 12, 31))
    assert quality.sentence().startswith("Of 0 rows of 0 extracts 0 were")
    assert quality._repr_markdown_().count("\n|") >= 15


def test_a_minus_sign_is_never_lost() -> None:
    data = {"status": "estimated", "can_say": ["a change of −20 of 100"], "title": "t"}
    assert "-20 of 100" in markdown("finding", "t", data, ())


def test_effects_are_written_in_the_unit_of_their_name() -> None:
    text = markdown("finding", "mediation", finding().to_dict(), ())
    assert "| People of 100 with a repeat in 365 days, difference | -10 (-20 to -1) | 340 | 500 |" in text


def test_the_site_s_copy_of_a_finding_carries_its_chart(tmp_path: Path) -> None:
    (tmp_path / "partnership.toml").write_text("as_of = 2012-12-31\n")
    (tmp_path / "build/findings").mkdir(parents=True)
    (tmp_path / "build/quality.json").write_text("{}")
    (tmp_path / "build/findings/mediation.json").write_text(finding().to_json())
    shown = open_results(tmp_path).published_finding("mediation")._repr_mimebundle_()
    assert "```{=html}" not in shown["text/markdown"]
    assert '<figure class="figure" id="curve-mediation">' in shown[PUBLISHED_TYPE]
    assert "data-figure" not in shown[PUBLISHED_TYPE], "no page of a notebook has the interactive figure's file"


def test_published_figures_move_only_with_enough_people(tmp_path: Path) -> None:
    """Seven people more than last month: the last edition's figure stands, in a notebook as on the site."""
    (tmp_path / "partnership.toml").write_text("as_of = 2012-12-31\n")
    (tmp_path / "build/findings").mkdir(parents=True)
    (tmp_path / "build/quality.json").write_text("{}")
    (tmp_path / "build/findings/mediation.json").write_text(finding(347).to_json())
    made = open_results(tmp_path)
    assert made.published_finding("mediation").data["effects"][0]["n_treated"] == 345
    keep_edition(tmp_path / "build/edition", "2012-11-30", [release_finding(finding(340), made.rules)])
    assert open_results(tmp_path).published_finding("mediation").data["effects"][0]["n_treated"] == 340


def test_risk_sets_and_the_exam_say_what_they_hold() -> None:
    from evaluation.example import kept_result
    from evaluation.survival import collapse

    spells = pl.DataFrame({"exit": [3, 5, 5, 9], "event": [1, 1, 0, 1], "arm": ["a", "b", "a", "b"]})
    assert collapse(spells, ["arm"])._repr_markdown_() == (
        "4 spells with 3 events were counted into 3 times and 2 covariate patterns."
    )
    exam = kept_result()
    assert exam is not None
    assert exam.sentence().startswith(f"On {exam.councils:,} simulated councils in")
    assert exam.sentence() in exam._repr_markdown_()
    assert "| null, middle |" in exam._repr_markdown_()
