"""A contract's targets and what came of them, in people and not in signs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from evaluation.publishing.pages.area_series import draw
from evaluation.publishing.pages.effects import check_name, term_name
from evaluation.publishing.pages.exam import plainly, town
from evaluation.publishing.pages.measures import chances, why
from evaluation.publishing.words import three_figures


def test_a_difference_is_said_in_people_with_its_target() -> None:
    row: dict[str, Any] = {
        "target": -0.05, "finding": {"value": -0.11, "low": -0.2, "high": -0.03},
        "verdict": {"word": "cannot_yet_be_said", "probability": {"value": 0.94}, "sentence": "the change is -0.11"},
    }  # fmt: skip
    said = why(row)
    assert said == (
        "Of 100 people helped, 11 fewer had another incident than of 100 similar people. The target is 5 fewer. "
        "The chance that the true difference reaches it is 94 in 100. 95 or more would be met, 5 or fewer missed."
    )
    row["verdict"]["probability"]["value"] = 0.95
    assert "it is just under 95 in 100. 95 or more would be met" in why(row)


def test_other_measures_keep_their_own_sentence() -> None:
    assert why({"verdict": {"sentence": "no result was collected"}}) == "No result was collected."
    assert why({}) == ""


@pytest.mark.parametrize(
    ("share", "said"), [(0.948, "94"), (0.9999, "over 99"), (0.0002, "under 1"), (0.101, "11"), (0.5, "50")]
)
def test_a_chance_is_never_made_surer_than_it_is(share: float, said: str) -> None:
    assert chances(share) == said


@pytest.mark.parametrize(
    ("value", "said"), [(83263, "83300"), (442.4, "442"), (1815, "1820"), (-58461, "-58500"), (0, "0")]
)
def test_an_estimate_is_no_closer_than_three_figures(value: float, said: str) -> None:
    assert f"{three_figures(value):.0f}" == said


def test_the_exam_speaks_without_identifiers() -> None:
    assert plainly("missed: null, large: events_averted_per_100_365 -0.27") == (
        "missed: no effect, large: incidents averted −0.27"
    )
    assert plainly("95 % within 3 errors") == "95% within 3 errors"
    assert town("outage, middle, null") == "Outage, middle, no effect"


def test_what_groups_are_compared_on_has_names() -> None:
    assert term_name("category H") == "Case: alcohol"
    assert term_name("area Grangehill") == "Lives in Grangehill"
    assert term_name("incidents in 90 days") == "Incidents in the last 90 days"
    assert term_name("season (cosine)") == "Time of year"
    assert check_name("evalue") == "How strong would a hidden cause have to be?"


def series(effect: float) -> dict[str, Any]:
    months = range(48)
    noise = (4, -3, 2, -4, 3, -2)

    def points(arm: str) -> list[dict[str, Any]]:
        values = [100 + (noise[i % 6] if arm == "treated" else 0) for i in months]
        since = [value * effect if i >= 36 and arm == "treated" else value for i, value in enumerate(values)]
        days = [(date(2008 + i // 12, i % 12 + 1, 1) - date(2008, 1, 1)).days for i in months]
        return [{"time": day, "value": value} for day, value in zip(days, since, strict=True)]

    return {
        "period": {"from": "2008-01-01"}, "numbers": {"months_before": 36},
        "curves": [{"name": "monthly_incidents", "arm": arm, "points": points(arm)} for arm in ("treated", "compared")],
    }  # fmt: skip


def test_months_of_a_place_stand_beside_what_was_to_be_expected() -> None:
    quiet, fallen = draw(series(1.0)), draw(series(0.7))
    assert quiet is not None
    assert fallen is not None
    assert quiet.title == "Since Jan 2011, none of 12 months stand out"
    assert fallen.title == "Since Jan 2011, 12 of 12 months stand out"
    assert "104 recorded, 100 expected" in quiet.table
    assert draw({"curves": []}) is None
