from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from evaluation.commissioning.counselling import delivery, paired_outcomes

Table = Callable[..., pl.DataFrame]
DAY, LATER = date(2012, 1, 10), date(2012, 4, 10)


def scores(*clients: tuple[str, float | None, float | None], instrument: str = "PHQ-9") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for client, first, last in clients:
        for stage, score, day in (("first", first, DAY), ("last", last, LATER)):
            if score is not None:
                rows.append(
                    {
                        "client_id": client,
                        "contract": "calm",
                        "instrument": instrument,
                        "measured_on": day,
                        "stage": stage,
                        "score": score,
                    }
                )
    return rows


def test_five_clients_by_hand(table: Table, as_of: date) -> None:
    # PHQ-9: reliable change of 6 points, a case from 10.
    rows = scores(("a", 18, 8), ("b", 18, 12), ("c", 18, 13), ("d", 9, 15), ("e", 14, None))
    found = paired_outcomes(table("Measures", rows), instrument="PHQ-9", finished=6, as_of=as_of)
    assert dict(zip(found.pairs["client_id"], found.pairs["change"], strict=True)) == {
        "a": "better",
        "b": "better",
        "c": "same",
        "d": "worse",
    }
    assert (found.improvement.achieved, found.improvement.known, found.improvement.missing) == (2, 4, 2)
    assert (found.deterioration.achieved, found.n_first, found.n_finished) == (1, 5, 6)
    assert found.recovery is not None
    assert (found.recovery.achieved, found.recovery.known) == (1, 3)  # a, b, c began as cases; only a fell below 10
    assert found.reliable_recovery is not None
    assert found.reliable_recovery.achieved == 1
    assert found.mean_gain == (10 + 6 + 5 - 6) / 4
    assert (found.improvement.worst, found.improvement.best) == (2 / 6, 4 / 6)


def test_recovery_without_reliable_change_is_not_reliable_recovery(table: Table, as_of: date) -> None:
    found = paired_outcomes(table("Measures", scores(("a", 11, 9))), instrument="PHQ-9", finished=1, as_of=as_of)
    assert found.recovery is not None
    assert found.reliable_recovery is not None
    assert (found.recovery.achieved, found.reliable_recovery.achieved) == (1, 0)


def test_wellbeing_rises_when_better_and_has_no_recovery(table: Table, as_of: date) -> None:
    rows = scores(("a", 17, 23), ("b", 23, 17), instrument="SWEMWBS")
    found = paired_outcomes(table("Measures", rows), instrument="SWEMWBS", finished=2, as_of=as_of)
    assert found.pairs["change"].to_list() == ["better", "worse"]
    assert found.recovery is None


def test_scores_out_of_range_are_set_aside_and_counted(table: Table, as_of: date) -> None:
    found = paired_outcomes(
        table("Measures", scores(("a", 18, 99), ("b", -1, 5))), instrument="PHQ-9", finished=2, as_of=as_of
    )
    assert (found.outside, found.pairs.height) == (2, 0)
    assert found.verdict.word == "not_collected"


def test_later_scores_and_other_instruments_are_not_looked_at(table: Table) -> None:
    rows = scores(("a", 18, 8)) + scores(("b", 18, 8), instrument="GAD-7")
    found = paired_outcomes(table("Measures", rows), instrument="PHQ-9", finished=1, as_of=date(2012, 2, 1))
    assert (found.n_first, found.pairs.height) == (1, 0)


@pytest.mark.parametrize("written", ["PHQ-9", "phq_9", "PHQ 9", "phq9"])
def test_the_questionnaire_is_known_however_it_is_written(table: Table, as_of: date, written: str) -> None:
    rows = scores(("a", 18, 8), instrument=written)
    assert paired_outcomes(table("Measures", rows), instrument="PHQ-9", finished=1, as_of=as_of).pairs.height == 1


def test_a_client_measured_twice_keeps_the_first_first_and_the_last_last(table: Table, as_of: date) -> None:
    rows = [
        *scores(("a", 20, 6)),
        {**scores(("a", 12, None))[0], "measured_on": date(2012, 2, 1)},
        {**scores(("a", None, 16))[0], "measured_on": date(2012, 3, 1)},
    ]
    found = paired_outcomes(table("Measures", rows), instrument="PHQ-9", finished=1, as_of=as_of)
    assert found.pairs.select("first", "last").row(0) == (20.0, 6.0)


def test_the_order_of_rows_does_not_matter(table: Table, as_of: date) -> None:
    rows = scores(("a", 18, 8), ("b", 18, 17), ("c", 10, 20))
    one = paired_outcomes(table("Measures", rows), instrument="PHQ-9", finished=3, as_of=as_of)
    other = paired_outcomes(table("Measures", rows[::-1]), instrument="PHQ-9", finished=3, as_of=as_of)
    assert one.pairs.equals(other.pairs)


def test_the_waiting_list_is_always_named(table: Table, as_of: date) -> None:
    found = paired_outcomes(table("Measures", scores(("a", 18, 8))), instrument="PHQ-9", finished=1, as_of=as_of)
    assert "people who only wait gain too" in found.waiting_list.text
    assert "Rutherford" in found.waiting_list.source
    assert (found.mean_gain, found.standardised_gain) == (None, None)  # one pair has no spread


def test_the_gain_in_standard_deviations_of_the_first_scores(table: Table, as_of: date) -> None:
    found = paired_outcomes(
        table("Measures", scores(("a", 12, 8), ("b", 16, 8), ("c", 20, 8))), instrument="PHQ-9", finished=3, as_of=as_of
    )
    assert found.standardised_gain == 8 / 4  # gains 4, 8, 12; first scores spread by 4


def test_delivery_by_hand(table: Table, as_of: date) -> None:
    people: list[tuple[date | None, date | None, date | None, str | None, int, int]] = [
        (date(2012, 1, 1), date(2012, 1, 11), date(2012, 3, 1), "completed", 8, 8),
        (date(2012, 1, 1), date(2012, 1, 31), date(2012, 3, 1), "disengaged", 8, 2),
        (date(2012, 1, 1), date(2012, 1, 21), date(2012, 3, 1), None, 4, 4),
        (date(2012, 1, 1), date(2012, 1, 21), None, None, 4, 1),
        (date(2012, 1, 1), None, None, "declined", 0, 0),
        (date(2013, 1, 1), None, None, None, 0, 0),
    ]
    keys = ("referred_on", "started_on", "ended_on", "ending", "sessions_offered", "sessions_attended")
    rows = [
        {"intervention_id": str(i), "scheme": "calm", **dict(zip(keys, one, strict=True))}
        for i, one in enumerate(people)
    ]
    found = delivery(table("Interventions", rows), as_of=as_of)
    assert (found.n_referred, found.n_declined, found.n_started, found.n_finished) == (5, 1, 4, 3)
    assert found.endings == {"completed": 1, "disengaged": 1, "not recorded": 1}
    assert (found.planned.achieved, found.planned.known, found.planned.missing) == (1, 2, 1)
    assert (found.waiting_median, found.attendance) == (20.0, 15 / 24)
    assert found.waiting_90 == pytest.approx(27.0)


def test_no_one_referred(table: Table, as_of: date) -> None:
    found = delivery(table("Interventions", []), as_of=as_of)
    assert (found.n_referred, found.waiting_median, found.attendance, found.endings) == (0, None, None, {})
