"""Whether a scheme is worth its money is said beside its effect, in the same words on every page."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from evaluation.publishing.pages import SiteContent
from evaluation.publishing.pages.worth import in_short, worth
from evaluation.publishing.release import Rules, release_contract

SCHEME = "city_counselling"


def bought(demo: ModuleType, saved: float | None, chance: float | None, net: tuple[float, float]) -> SiteContent:
    """The invented partnership, whose contract has this value."""
    benefit = {"value": saved, "low": saved and saved * 0.5, "high": saved and saved * 1.5}
    data: dict[str, Any] = {
        **demo.contract(),
        "value": {"spent": "143549.32", "benefit": benefit, "worth": {"value": chance}},
        "scenarios": [{"name": "stop"}, {"name": "continue", "net_low": net[0], "net_high": net[1]}],
    }
    content: SiteContent = demo.content(contracts=(release_contract(data, Rules()),))
    return content


def test_money_lost_is_said_with_the_chance_and_the_year_ahead(demo: ModuleType) -> None:
    content = bought(demo, 14_200.0, 0.0, (-69_000.0, -65_000.0))
    said = worth(content, SCHEME)
    assert said is not None
    assert "has spent £143,549 so far and saved about £14,200 (£7,100 to £21,300)." in said
    assert "The chance that it is worth its cost is under 1 in 100." in said
    assert "Another year as now would cost £65,000 to £69,000 more than it saves." in said
    assert in_short(content, SCHEME) == "Chance under 1 in 100"


@pytest.mark.parametrize(
    ("saved", "net", "expected"),
    [
        (-900.0, (-8_000.0, -5_000.0), "saved nothing: incidents cost more with it than without"),
        (9_000.0, (1_000.0, 4_000.0), "would save £1,000 to £4,000 more than it costs"),
        (9_000.0, (-1_000.0, 4_000.0), "could cost up to £1,000 more than it saves, or save up to £4,000 more"),
    ],
)
def test_each_way_the_money_can_fall_has_its_sentence(
    demo: ModuleType, saved: float, net: tuple[float, float], expected: str
) -> None:
    assert expected in str(worth(bought(demo, saved, 0.4, net), SCHEME))


def test_what_no_result_says_is_not_known_and_no_contract_says_nothing(demo: ModuleType) -> None:
    content = bought(demo, None, None, (0.0, 0.0))
    assert "not known: no fair result says what it saves" in str(worth(content, SCHEME))
    assert in_short(content, SCHEME) == "Not known"
    assert worth(content, "mediation") is None
    assert in_short(content, "mediation") == ""
