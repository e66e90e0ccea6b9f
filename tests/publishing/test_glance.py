"""What a scheme's row says: the timing of repeats, sentences that agree with their figures, and the contract's day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evaluation.publishing import disclosure_claims as claims
from evaluation.publishing.pages import write_site
from evaluation.publishing.pages.glance import Glance, glance
from evaluation.publishing.pages.scheme_view import views
from evaluation.publishing.release import Rules, release_finding


def timed(demo: ModuleType, low: float, high: float) -> dict[str, Any]:
    """A finding whose year is open and whose rate of repeats has this interval."""
    found: dict[str, Any] = demo.finding("mediation", "Mediation", 0.05, -0.03, 0.14, "low")
    rate = next(effect for effect in found["effects"] if effect["name"] == "hazard_ratio")
    rate.update(value=(low * high) ** 0.5, low=low, high=high)
    return {**found, "headline": {"effect": "hazard_ratio", "method": "per_protocol", "switched": None}}


@pytest.mark.parametrize(
    ("low", "high", "word"), [(1.09, 1.72, "sooner"), (0.6, 0.9, "later"), (0.9, 1.4, "unclear"), (1.0, 1.4, "unclear")]
)
def test_a_rate_that_clearly_differs_is_said_where_the_year_is_open(
    demo: ModuleType, low: float, high: float, word: str
) -> None:
    seen = glance(timed(demo, low, high))
    assert seen.effect == word
    assert (seen.rate is None) == (word == "unclear")


def test_a_clear_year_leads_over_the_rate(demo: ModuleType) -> None:
    found = timed(demo, 1.09, 1.72)
    year = next(effect for effect in found["effects"] if effect["name"] == "risk_difference_365")
    year.update(value=0.12, low=0.06, high=0.2)
    assert glance(found).effect == "more"
    assert glance({**found, "headline": {"effect": "risk_difference_365"}}).rate is None


def test_sooner_repeats_are_a_reason_to_stop_on_every_page(demo: ModuleType, tmp_path: Path) -> None:
    found = release_finding(timed(demo, 1.09, 1.72), Rules())
    write_site(demo.source(), tmp_path, site=demo.content(findings=(found,)))
    first = (tmp_path / "index.qmd").read_text()
    assert "repeats come sooner, sureness low." in first.partition("Stop or change")[2]
    assert (
        "1.37 times as often as among similar people (1.09 to 1.72)"
        in (tmp_path / "schemes" / "mediation.qmd").read_text()
    )
    practice = (tmp_path / "good-practice.qmd").read_text()
    assert "Repeats come sooner" in practice.partition("Schemes to stop")[2].partition("Schemes to watch")[0]


def test_sentences_agree_with_the_figures_beside_them(demo: ModuleType) -> None:
    found = timed(demo, 1.09, 1.72)
    old = "More people had another incident within a year: 70 of 100 with mediation, 50 of 100 of similar people (…)."
    said = claims.can_say({**found, "can_say": [old]})
    assert old not in said
    assert any("difference +5 of 100, 95% range -3 to +14 of 100" in text for text in said)
    assert claims.can_say({**found, "can_say": ["Another sentence."]}) == ["Another sentence."]


def test_the_contracts_day_comes_before_a_later_one(demo: ModuleType, tmp_path: Path) -> None:
    content = demo.content()
    view = next(view for view in views(content) if view.record.id == content.contracts[0].data["scheme"])
    early = view.record.decision.by and view.record.decision.by - timedelta(days=30)
    soon = replace(view, notice=early)
    assert soon.decide_by == early
    assert soon.bound_by_contract
    assert not replace(view, notice=None).bound_by_contract


def test_the_register_goes_from_clear_gains_to_harm_and_then_to_what_nobody_measured() -> None:
    marks = [
        Glance("none"), Glance("planned"), Glance("sooner", 5), Glance("more", 2), Glance("unclear", -19),
        Glance("same", 1), Glance("fewer", -11), Glance("fewer", -15),
    ]  # fmt: skip
    best_first = [(mark.effect, mark.value) for mark in sorted(marks, key=lambda mark: mark.order)]
    assert best_first == [
        ("fewer", -15), ("fewer", -11), ("unclear", -19), ("same", 1), ("more", 2), ("sooner", 5), ("none", None),
        ("planned", None),
    ]  # fmt: skip
