"""Changes since the last edition: which editions, what moved, what stayed, counted as the register counts."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from evaluation.publishing.pages import SiteContent, changes
from evaluation.publishing.pages.scheme_view import views
from evaluation.publishing.release import Rules, release_finding


def edition(content: SiteContent) -> dict[str, Any]:
    return {f"{value.kind}/{value.name}": value.data for value in content.published}


def body(content: SiteContent) -> str:
    return changes.body(content, views(content))


def test_what_stayed_is_named_and_counted_as_the_register_counts(demo: ModuleType) -> None:
    content = demo.content()
    measured = [view for view in views(content) if view.seen.value is not None]
    text = body(demo.content(previous=edition(content)))
    assert len(measured) == 4
    assert "4 results stayed as before: " in text
    assert all(f">{view.record.title}</a>" in text for view in measured)
    assert "No result moved." in text
    assert "1 contract stayed as before" in text


def test_both_editions_are_named(demo: ModuleType) -> None:
    content = demo.content()
    assert "Both editions go up to 31 December 2012." in body(demo.content(previous=edition(content)))
    older = {key: {**data, "as_of": "2012-09-30"} for key, data in edition(content).items()}
    assert "went up to 30 September 2012. This one goes up to 31 December 2012." in body(demo.content(previous=older))


def test_results_that_came_moved_or_went_are_told_apart(demo: ModuleType) -> None:
    content = demo.content()
    before = edition(content)
    moved = release_finding(demo.finding("mediation", "Mediation", -0.14, -0.22, -0.02, "moderate"), Rules())
    surer = release_finding(demo.finding("abcs", "ABCs", -0.04, -0.19, 0.11, "high"), Rules())
    came = release_finding(demo.finding("family_support", "Family support", -0.1, -0.2, -0.02, "low"), Rules())
    before |= {f"finding/{value.name}": value.data for value in (moved, surer, came)}
    text = body(demo.content(previous={key: data for key, data in before.items() if key != "finding/asbos"}))
    rows = {row.partition("</th>")[0].rpartition(">")[0].rpartition(">")[2]: row for row in text.split("<tr")}
    assert "Number changed" in rows["Mediation</a"]
    assert "Sureness changed" in rows["Acceptable Behaviour Contracts</a"]
    assert "No result any more" in rows["Family support co-ordinator</a"]
    assert ">New<" in rows["ASBOs</a"]


def test_contracts_court_costs_and_cases_are_compared_too(demo: ModuleType) -> None:
    content = demo.content()
    before = edition(content)
    bought = before["contract/city_counselling"]
    before["contract/city_counselling"] = {**bought, "verdict": {"word": "outcomes_met", "text": "Outcomes met"}}
    key = next(key for key in before if key.startswith("income/"))
    before[key] = {**before[key], "outstanding": "19999.50"}
    text = body(demo.content(previous=before))
    assert "Verdict changed" in text
    assert "£19,999.50" in text
    assert "£20,223.50" in text
    assert ">Cases open</a>" in text
    assert "counted in another way" not in text
    assert "As before" in text


def test_cases_that_are_counted_anew_are_not_set_beside_the_old_ones(demo: ModuleType) -> None:
    content = demo.content()
    before = edition(content)
    rows = [{"service": "All", "state": "open for two moons", "count": 25}]
    before["table/caseload_by_service_and_state"] = {"dimensions": ["service", "state"], "rows": rows}
    text = body(demo.content(previous=before))
    assert "counted in another way" in text
    assert ">Gone<" in text
