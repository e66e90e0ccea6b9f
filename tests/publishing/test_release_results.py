"""What is left of a finding, a contract, a ledger after the rules."""

from __future__ import annotations

import pytest

from evaluation.publishing.disclosure_curves import coarsen, grid_day
from evaluation.publishing.disclosure_series import rolling
from evaluation.publishing.disclosure_text import protect_sentence
from evaluation.publishing.release import Rules, release_contract, release_finding, release_income, settled

RULES = Rules()


def finding(n_treated: int = 104, events: int = 33, value: float = -0.1134, **more: object) -> dict[str, object]:
    effect = {
        "name": "risk_difference_365", "value": value, "low": -0.21, "high": -0.01, "level": 0.95,
        "unit": "share of people", "n_treated": n_treated, "n_compared": 398, "events_treated": events,
        "events_compared": 171, "treated": 0.317, "compared": 0.43, "p": 0.03141,
    }  # fmt: skip
    return {"study": "mediation", "effects": [effect], **more}


def one_effect(tree: dict[str, object]) -> dict[str, object]:
    return release_finding(tree, RULES).data["effects"][0]


def test_counts_are_rounded_and_estimates_have_no_more_digits_than_they_need():
    effect = one_effect(finding())
    assert (effect["n_treated"], effect["n_compared"], effect["events_treated"]) == (105, 400, 35)
    assert (effect["value"], effect["low"], effect["treated"], effect["p"]) == (-0.11, -0.21, 0.32, 0.031)
    assert effect["level"] == 0.95


def test_estimate_on_too_few_people_is_withheld_with_a_reason_and_no_figure():
    published = release_finding(finding(n_treated=9, events=2), RULES)
    effect = published.data["effects"][0]
    assert {effect[key] for key in ("value", "low", "high", "n_treated", "events_treated", "treated", "p")} == {None}
    assert published.hidden == ("effect risk_difference_365: withheld, fewer people than the threshold in one group",)


@pytest.mark.parametrize(("events", "shown"), [(9, None), (10, 10), (94, 95), (95, None), (104, 105), (0, 0)])
def test_events_near_none_or_near_all_are_hidden_with_their_share(events: int, shown: int | None):
    effect = one_effect(finding(events=events))
    assert effect["events_treated"] == shown
    assert (effect["treated"] is None) == (shown is None)
    assert effect["value"] == -0.11


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ([812, 640, 520], [810, 640, 520]),
        ([812, 640, 636], [810, None, 635]),
        ([812, 812, 640], [810, 810, 640]),
        ([30, 15, 9], [30, 15, None]),
        ([812, 808, 805, 790], [810, None, None, 790]),
        ([812, 806, 780, 772, 750], [810, None, None, 770, 750]),
        ([812], [810]),
        ([], []),
    ],
)
def test_attrition_does_not_show_how_few_left(people: list[int], shown: list[int | None]):
    steps = [{"step": str(place), "people": count} for place, count in enumerate(people)]
    published = release_finding({"study": "s", "attrition": steps}, RULES).data["attrition"]
    assert [step["people"] for step in published] == shown


def daily(n: int, every: int, days: int = 365) -> list[dict[str, float]]:
    """A curve with one event every few days and nobody lost."""
    points, risk = [], n
    for day in range(every, days + 1, every):
        risk -= 1
        points.append({"time": day, "value": risk / n, "low": 0.1, "high": 0.9, "n_risk": risk + 1, "n_event": 1})
    return points


def test_curve_changes_only_on_the_public_grid_and_on_enough_events():
    points = coarsen(daily(120, 4), RULES)
    assert points[0] == {"time": 0, "value": 1.0, "low": 1.0, "high": 1.0, "n_risk": 120, "n_event": 0}
    assert all(point["time"] in {*range(0, 365, 30), 182, 365} for point in points)
    assert all((point["n_event"] or 0) >= 10 for point in points[1:])
    assert points[-1]["time"] == 365
    assert points[-1]["value"] == round(daily(120, 4)[-1]["value"], 2)


def test_curve_on_a_grid_of_four_weeks_keeps_its_days():
    days = [*range(28, 365, 28), 182, 365]
    points = [{"time": day, "value": 0.5, "n_risk": 200, "n_event": 12} for day in sorted(days)]
    assert [point["time"] for point in coarsen([{"time": 0, "value": 1.0, "n_risk": 200}, *points], RULES)] == [
        0,
        *sorted(days),
    ]


def test_curve_stops_where_too_few_are_followed():
    points = coarsen(daily(40, 10), RULES)
    assert all((point["n_risk"] or 0) >= 10 for point in points)
    assert points[-1]["time"] < 365


@pytest.mark.parametrize("points", [daily(9, 10), daily(60, 50), []], ids=["few people", "few events", "empty"])
def test_curve_on_too_few_is_withheld(points: list[dict[str, float]]):
    assert coarsen(points, RULES) == []
    tree = {"study": "s", "curves": [{"name": "no_repeat", "arm": "treated", "points": points}]}
    published = release_finding(tree, RULES)
    assert published.data["curves"][0]["points"] == []
    assert published.hidden == ("curve no_repeat, treated: withheld, too few people or events",)


@pytest.mark.parametrize(("day", "end"), [(0, 0), (1, 30), (30, 30), (181, 182), (183, 210), (361, 365), (366, 390)])
def test_grid(day: int, end: int):
    assert grid_day(day, 30) == end


def test_medians_tenths_and_extremes_need_support():
    def waiting(n: int) -> dict[str, object]:
        tree = {
            "contract": "c",
            "delivery": {"n_started": n, "wait_median": 21, "longest_tenth_days": 60, "longest": 99},
        }
        return dict(release_contract(tree, RULES).data["delivery"])

    assert waiting(19) == {"n_started": 20, "wait_median": None, "longest_tenth_days": None, "longest": None}
    assert waiting(20)["wait_median"] is not None
    assert waiting(99)["longest_tenth_days"] is None
    assert waiting(100)["longest_tenth_days"] == 60


def test_share_of_few_or_of_all_but_few_goes_with_its_count():
    def share(achieved: int, known: int) -> tuple[object, object, object]:
        tree = {"contract": "c", "result": {"n_achieved": achieved, "n_known": known, "share": achieved / known}}
        made = release_contract(tree, RULES).data["result"]
        return made["n_achieved"], made["n_known"], made["share"]

    assert share(21, 43) == (20, 45, 0.49)
    assert share(4, 43) == (None, 45, None)
    assert share(40, 43)[2] is None


def test_price_for_each_person_does_not_give_the_number_of_people_away():
    def cost(n: int) -> object:
        facts = {"what_it_costs": "£16,100 so far, £1,464 for each person seen"}
        return release_contract({"contract": "c", "facts": facts, "delivery": {"n_started": n}}, RULES).data["facts"]

    assert cost(11) == {"what_it_costs": "£16,100 so far, £1,500 for each person seen"}
    assert cost(9) == {"what_it_costs": "£16,100 so far"}


def test_public_money_stands_beside_hidden_counts():
    tree = {"contract": "c", "scenarios": [{"n_people": 4, "cost": "16100.00", "averted": 3.14159}]}
    assert release_contract(tree, RULES).data["scenarios"] == [{"n_people": None, "cost": "16100.00", "averted": None}]


def test_one_hidden_row_is_not_left_alone():
    tree = {"contract": "c", "endings": [
        {"ending": "completed", "n_people": 41}, {"ending": "breached", "n_people": 3},
        {"ending": "moved", "n_people": 12},
    ]}  # fmt: skip
    made = release_contract(tree, RULES).data["endings"]
    assert [row["n_people"] for row in made] == [40, None, None]


def test_control_chart_with_small_counts_becomes_rolling_sums():
    points = [{"on": f"2012-0{m}", "n_value": 4, "mean": 4.0, "upper": 9.9} for m in range(1, 9)]
    made = list(rolling(points, RULES))
    assert [point["n_value"] for point in made] == [None, None, 12, 12, 12, 12, 12, 12]
    assert {point["window"] for point in made} == {3}
    assert {point["mean"] for point in made} == {None}
    large = [{"on": "2012-01", "n_value": 40, "mean": 40.0}]
    assert list(rolling(large, RULES)) == large
    tiny = [{"on": "2012-01", "n_value": 1}, {"on": "2012-02", "n_value": 1}]
    assert [point["n_value"] for point in rolling(tiny, RULES)] == [None, None]


def ledger(orders: int = 120) -> dict[str, object]:
    return {
        "as_of": "2012-12-31", "awarded": "36210.55", "outstanding": "9000.10", "receipts": {"received": "27210.45"},
        "counts": {"orders": orders, "broken_plans": 4},
        "claimed_and_awarded": [{"year": 2011, "orders": orders - 30, "awarded": "30000.00", "share": 0.61234},
                                {"year": 2012, "orders": 30, "awarded": "6210.55", "share": 0.7}],
        "ageing": [{"band": "to 30 days", "orders": 2, "amount": "180.00"},
                   {"band": "31 to 90", "orders": 40, "amount": "4000.10"},
                   {"band": "older", "orders": 60, "amount": "4820.00"}],
        "months": [{"month": "2011-11-01", "awarded": "100.00", "cash": "20.00", "closing": "80.00"},
                   {"month": "2011-12-01", "awarded": "50.00", "cash": "5.00", "closing": "125.00"}],
        "sentence": f"£36,210.55 was due on {orders} orders.",
    }  # fmt: skip


def test_ledger_keeps_its_totals_to_the_penny_and_hides_what_rests_on_few_orders():
    data = release_income(ledger(), RULES).data
    assert (data["awarded"], data["outstanding"]) == ("36210.55", "9000.10")
    assert data["counts"] == {"orders": 120, "broken_plans": None}
    assert [row["amount"] for row in data["ageing"]] == [None, None, "4820.00"]
    assert data["months"] == [
        {
            "month": "2011",
            "awarded": "150.00",
            "cash": "25.00",
            "closing": None,
            "orders_awarded": 90,
            "orders_cash": 90,
        }
    ]
    assert data["sentence"] == "£36,210.55 was due on 120 orders."


def test_ledger_of_few_orders_has_no_amounts():
    data = release_income(ledger(orders=8), RULES).data
    assert data["awarded"] is None
    assert data["receipts"] == {}
    assert data["sentence"] is None


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Only 9 noise cases were taken.", "Only fewer than 10 noise cases were taken."),
        ("The 64 people turned away.", "The 65 people turned away."),
        ("87 of 104 finished, so 84% did.", "85 of 105 finished, so 84% did."),
        ("Of 1,238 people, 0 cases repeated.", "Of 1,240 people, 0 cases repeated."),
        ("Out of 100 people, between 1 and 21 fewer had another incident.",) * 2,
        ("Within 365 days, from 1 April 2011 to 31 December 2012, at £63 a letter.",) * 2,
        ("The ratio is 0.68 (0.51 to 0.91), per 100 people.",) * 2,
        ("fewer than 7 people", "fewer than 10 people"),
        ("Of them 43 of 100 had another, 87 of 104 finished.", "Of them 43 of 100 had another, 87 of 105 finished."),
        ("For every 100 people helped, 63 incidents were averted (44 to 76).",) * 2,
        ("It helped 43 people. Of 100, 43 had another.", "It helped 45 people. Of 100, 43 had another."),
        ("People went 41 days longer (95% range +27 to +56 days).",) * 2,
    ],
)
def test_counts_in_sentences(text: str, safe: str):
    assert protect_sentence(text, RULES, known={87, 104}) == safe


def test_every_sentence_of_a_finding_goes_through_the_rules():
    tree = {"study": "s", "can_say": ["It helped 7 people."], "checks": [{"text": "There were 13 cases."}],
            "question": "Are 3 reports in six months fewer?"}  # fmt: skip
    data = release_finding(tree, RULES).data
    assert data["can_say"] == ["It helped fewer than 10 people."]
    assert data["checks"][0]["text"] == "There were 15 cases."
    assert data["question"] == "Are 3 reports in six months fewer?"


def test_next_edition_moves_only_where_enough_people_moved_it():
    first = release_finding(finding(), RULES)
    few = settled(release_finding(finding(n_treated=109, value=-0.14), RULES), first.data, RULES)
    assert few.data == first.data
    assert few.hidden == ("some figures are those of the last edition, because too few people have been added since",)
    many = settled(release_finding(finding(n_treated=122, value=-0.14), RULES), first.data, RULES)
    effect = many.data["effects"][0]
    assert (effect["n_treated"], effect["value"], effect["events_treated"]) == (120, -0.14, 35)


def test_figure_that_was_hidden_is_shown_again_only_from_twice_the_threshold():
    old = release_contract({"contract": "c", "clients": 8}, RULES)
    shown = [
        settled(release_contract({"contract": "c", "clients": n}, RULES), old.data, RULES).data["clients"]
        for n in (9, 12, 19, 23)
    ]
    assert shown == [None, None, None, 25]


def test_sentences_and_curves_wait_like_figures():
    def tree(n: int) -> dict[str, object]:
        curve = {"name": "no_repeat", "arm": "treated", "points": daily(n, 4)}
        return {"study": "s", "as_of": str(n), "can_say": [f"It helped {n} people."], "curves": [curve]}

    first = release_finding(tree(120), RULES)
    few = settled(release_finding(tree(126), RULES), first.data, RULES)
    assert (few.data["can_say"], few.data["curves"], few.data["as_of"]) == (
        first.data["can_say"],
        first.data["curves"],
        "126",
    )
    many = settled(release_finding(tree(150), RULES), first.data, RULES)
    assert many.data["can_say"] == ["It helped 150 people."]
    assert many.data["curves"] != first.data["curves"]


def test_first_edition_and_open_data_are_not_compared():
    new = release_contract({"contract": "c", "clients": 23}, RULES)
    assert settled(new, None, RULES) is new
    opened = release_contract({"contract": "c", "clients": 3}, RULES, licence="OGL v3")
    assert settled(opened, {"clients": 2}, RULES) is opened


@pytest.mark.parametrize(("helped", "shown"), [(9, None), (30, 0.69)])
def test_model_with_too_few_at_one_level_is_withheld(helped: int, shown: float | None):
    numbers = {
        "first_case": {"people": 900, "people_helped": helped, "repeats_helped": 12},
        "adjusted_cox": {"hazard_ratio_value": 0.69, "low": 0.5, "high": 0.9, "status": "estimated"},
    }
    made = release_finding({"study": "s", "numbers": numbers}, RULES).data["numbers"]["adjusted_cox"]
    assert made["hazard_ratio_value"] == shown
    assert made["status"] == "estimated"


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (
            {"open_cases_over": {"12_months": 8, "6_months": 98}},
            {"open_cases_over": {"12_months": None, "6_months": 100}},
        ),
        ({"people_over_threshold": 1934}, {"people_over_threshold": 1935}),
        ({"people_by_rung": {"order": 194, "warning": 1711}}, {"people_by_rung": {"order": 195, "warning": 1710}}),
        ({"reports_by_those_over_threshold": 13788}, {"reports_by_those_over_threshold": 13790}),
        # A ward may be called Level and a scheme Rank.
        ({"by_area": {"Rank": 13, "Level": 9, "Vale": 53}}, {"by_area": {"Rank": 15, "Level": None, "Vale": 55}}),
        (
            {"caseloads": [{"cases": 40, "cases_over_6_months": 3}]},
            {"caseloads": [{"cases": 40, "cases_over_6_months": None}]},
        ),
        (
            {"days_between_landmarks": 28, "areas_compared_rank": 6},
            {"days_between_landmarks": 28, "areas_compared_rank": 6},
        ),
    ],
)
def test_counts_are_known_by_what_they_count_not_by_their_last_word(
    numbers: dict[str, object], expected: dict[str, object]
) -> None:
    finding = {"study": "resolution", "status": "estimated", "numbers": numbers}
    assert release_finding(finding, Rules()).data["numbers"] == expected


def test_what_a_formula_made_of_counts_does_not_give_them_back():
    """Limits, probabilities and shares to many decimals hold for one pair of counts alone."""
    tree = {
        "contract": "c",
        "funnels": [{"units": [{"n_total": 43, "n_achieved": 31, "share": 31 / 43, "limits": {"high_95": 0.806143}}]}],
        "outcomes": [{"exact_test": {"high": 0.2366}, "verdict": {"probability": {"value": 0.9372}}}],
        "value": {"break_even_per_100": 65.9825, "benefit": {"value": 83147.2}},
    }
    data = release_contract(tree, RULES).data
    unit = data["funnels"][0]["units"][0]
    assert (unit["share"], unit["limits"]["high_95"]) == (0.72, 0.81)
    assert data["outcomes"][0] == {"exact_test": {"high": 0.24}, "verdict": {"probability": {"value": 0.94}}}
    assert data["value"] == {"break_even_per_100": 66.0, "benefit": {"value": 83100.0}}
    numbers = {"share_over_threshold_364": 0.1451, "people_over_threshold": 1934}
    assert release_finding({"study": "s", "numbers": numbers}, RULES).data["numbers"] == {
        "share_over_threshold_364": 0.15,
        "people_over_threshold": 1935,
    }


def shares(achieved: int, known: int, missing: int) -> dict[str, object]:
    everybody = known + missing
    bounds = {
        "n_missing": missing, "known_share": known / everybody, "worst_share": achieved / everybody,
        "best_share": (achieved + missing) / everybody,
    }  # fmt: skip
    value = achieved / known
    return {"n_achieved": achieved, "n_known": known, "share": value, "low": value, "high": 0.9, "bounds": bounds}


def leaves(tree: object) -> set[object]:
    return set[object]().union(*map(leaves, tree.values())) if isinstance(tree, dict) else {tree}


@pytest.mark.parametrize(("achieved", "known", "missing"), [(0, 3, 5), (3, 3, 0), (2, 4, 30)])
def test_none_or_all_of_a_hidden_few_is_never_said(achieved: int, known: int, missing: int):
    few = shares(achieved, known, missing)
    unit = {"label": "o1", "n_total": known, "n_achieved": achieved, "share": achieved / known, "flag": "low_998"}
    verdict = {
        "word": "cannot_yet_be_said", "probability": {"value": 0.5, "low": 0.5, "high": 0.5},
        "sentence": "There are too few people to be sure: the probability that the target of 50% is met is 50%.",
    }  # fmt: skip
    source = {
        "contract": "c", "delivery": {"n_started": 40, "planned": few}, "satisfaction": {"here": {"satisfied": few}},
        "funnels": [{"name": "f", "units": [unit]}],
        "outcomes": [{"name": "o", "result": few, "verdict": verdict, "exact_test": {"high": 0.5, "low": 0.5}}],
    }  # fmt: skip
    data = release_contract(source, RULES).data
    assert leaves(data["delivery"]["planned"]) == {None}
    assert leaves(data["satisfaction"]["here"]["satisfied"]) == {None}
    assert leaves(data["funnels"][0]["units"][0]) == {None, "o1"}
    outcome = data["outcomes"][0]
    assert leaves(outcome["result"]) | leaves(outcome["exact_test"]) == {None}
    assert outcome["verdict"]["probability"]["value"] is None
    assert outcome["verdict"]["sentence"] == "There are too few people to be sure."


def test_bounds_do_not_give_a_hidden_numerator_back():
    found = release_contract({"contract": "c", "counselling": {"worse": shares(2, 40, 60)}}, RULES).data
    worse = found["counselling"]["worse"]
    assert worse["n_achieved"] is None
    assert (worse["bounds"]["worst_share"], worse["bounds"]["best_share"]) == (None, None)
    assert worse["bounds"]["known_share"] == 0.4


def test_a_share_of_enough_people_stands_with_its_bounds():
    found = release_contract({"contract": "c", "delivery": {"n_started": 90, "planned": shares(40, 60, 30)}}, RULES)
    planned = found.data["delivery"]["planned"]
    assert (planned["n_known"], planned["share"], planned["bounds"]["worst_share"]) == (60, 0.67, 0.44)


def test_a_funnel_names_nobody_whose_figures_are_hidden():
    units = [
        {"label": name, "n_total": n, "n_achieved": 0, "share": 0.0, "flag": flag}
        for name, n, flag in (
            ("a", 90, "low_998"),
            ("b", 70, "inside"),
            ("c", 40, "low_998"),
            ("few", 6, "low_998"),
            ("also", 4, "low_998"),
        )
    ]
    funnel = {"name": "f", "units": units, "sentence": "3 of 4 differ from the rest: a, few, also."}
    found = release_contract({"contract": "c", "funnels": [funnel]}, RULES).data["funnels"][0]
    assert found["sentence"] == "1 of the 2 shown differs from the rest by more than chance explains: a."
    assert [unit["flag"] for unit in found["units"]] == ["low_998", "inside", None, None, None]
