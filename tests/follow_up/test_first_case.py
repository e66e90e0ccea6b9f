import numpy as np
import pytest

from evaluation.errors import DataError
from evaluation.follow_up.first_case import same_day_incidents, to_closure, to_first_repeat
from evaluation.follow_up.histories import histories


def past_of(tables, day, **parts):
    past = histories(tables(**parts), scheme="mediation", as_of=day(1000))
    return past, np.ones(past.cases.height, dtype=bool)


def test_waiting_time_is_never_counted_as_helped(tables, day):
    past, everything = past_of(
        tables,
        day,
        incidents=[("a", 100), ("a", 190), ("b", 100), ("b", 130)],
        cases=[("c1", "a", 100, None, None), ("c2", "b", 100, None, None)],
        starts=[("c1", "a", 160, "mediation"), ("c2", "b", 160, "mediation")],
    )
    rows = to_first_repeat(past, everything).select("person", "entry", "exit", "event", "treated").rows()
    assert rows == [(0, 0, 60, False, False), (0, 60, 90, True, True), (1, 0, 30, True, False)]


def test_a_repeat_on_the_day_of_the_start_falls_before_it(tables, day):
    past, everything = past_of(
        tables,
        day,
        incidents=[("a", 100), ("a", 160)],
        cases=[("c1", "a", 100, None, None)],
        starts=[("c1", "a", 160, "mediation")],
    )
    assert to_first_repeat(past, everything).select("exit", "event", "treated").rows() == [(60, True, False)]
    assert same_day_incidents(past) == 1


def test_closures_compete_and_open_cases_are_censored(tables, day):
    past, everything = past_of(
        tables,
        day,
        incidents=[("a", 100)],
        cases=[
            ("c1", "a", 100, 150, "resolved"),
            ("c2", "b", 100, 120, "moved"),
            ("c3", "c", 100, 130, "withdrawn"),
            ("c4", "d", 100, None, None),
        ],
    )
    found = dict(to_closure(past, everything).select("person", "event").rows())
    assert found == {0: "resolved", 1: "left", 2: "closed otherwise", 3: "censored"}


def test_records_without_people_are_refused(tables, day):
    with pytest.raises(DataError, match="No case has a person"):
        past_of(tables, day, incidents=[("a", 1)])
    with pytest.raises(DataError, match="No incident has a person"):
        past_of(tables, day, cases=[("c1", "a", 100, None, None)])
