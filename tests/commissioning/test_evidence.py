from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from evaluation.commissioning.evidence import Effect, read_finding
from evaluation.errors import DataError

Finding = Callable[..., dict[str, Any]]


def test_an_object_its_json_and_its_attributes_say_the_same(finding: Finding) -> None:
    content = finding((-0.1, -0.2, 0.0), (40, 10, 70))
    object_ = SimpleNamespace(to_json=lambda: json.dumps(content))
    plain = SimpleNamespace(
        study="calm", status="estimated", reason=None, can_say=[], evidence=SimpleNamespace(**content["evidence"]),
        effects=[SimpleNamespace(**effect) for effect in content["effects"]],
    )  # fmt: skip
    assert read_finding(content) == read_finding(object_) == read_finding(plain)


def test_a_finding_that_cannot_say_has_no_effects() -> None:
    found = read_finding({"study": "calm", "status": "cannot_be_said", "reason": "too few people"})
    assert (found.estimated, found.reason, dict(found.effects)) == (False, "too few people", {})


@pytest.mark.parametrize("content", [{"study": "calm"}, {"status": "perhaps"}])
def test_a_finding_without_a_known_status_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="needs `status`"):
        read_finding(content)


def test_an_effect_without_its_interval_is_refused() -> None:
    with pytest.raises(DataError, match="hazard_ratio: no low, high"):
        read_finding({"status": "estimated", "effects": [{"name": "hazard_ratio", "value": 0.8}]})


def test_the_probability_runs_through_the_interval() -> None:
    effect = Effect("x", -0.10, -0.10 - 1.959964 * 0.05, -0.10 + 1.959964 * 0.05, 0.95, "", None, None)
    assert effect.standard_error == pytest.approx(0.05)
    assert effect.probability_at_most(-0.10) == pytest.approx(0.5)
    assert effect.probability_at_most(-0.05) == pytest.approx(0.8413, abs=1e-4)
    assert Effect("x", 1.0, 1.0, 1.0, 0.95, "", None, None).probability_at_most(0.9) == 0.0
