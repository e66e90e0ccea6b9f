import numpy as np
import polars as pl

from evaluation.follow_up.histories import NEVER, day_number, histories
from evaluation.follow_up.landmarks import open_cases, risk_set


def build(tables, day, *, as_of=1000, coverage=None, **parts):
    past = histories(tables(**parts), scheme="mediation", as_of=day(as_of), coverage=coverage)
    cases = open_cases(past, np.ones(past.cases.height, dtype=bool))
    return past, risk_set(past, cases, horizon=365, seed=1)


BASE = {
    "incidents": [("a", 0), ("a", 400), ("a", 450), ("b", 500)],
    "cases": [("c1", "a", 400, 600, "resolved"), ("c2", "b", 500, None, None)],
}


def offsets(past, rows, day):
    return rows.day - day_number(day(0))


def test_an_incident_on_the_day_of_delivery_is_before_it(tables, day):
    past, rows = build(tables, day, **BASE, starts=[("c1", "a", 450, "mediation")])
    start = rows.day[rows.treated]
    assert past.next_incident(rows.unit[rows.treated], start).tolist() == [NEVER]
    assert past.incidents_between(rows.unit[rows.treated], start - 30, start).tolist() == [1]


def test_comparison_days_are_open_untreated_and_regularly_spaced(tables, day):
    past, rows = build(tables, day, **BASE, starts=[("c1", "a", 550, "mediation")])
    when = offsets(past, rows, day)
    of_a = when[~rows.treated & (rows.unit == 0)]
    assert of_a.min() >= 400
    assert of_a.max() < 550
    assert set(np.diff(of_a)) == {14}
    assert when[rows.treated].tolist() == [550]
    assert rows.own_start[~rows.treated & (rows.unit == 0)].tolist() == (550 - of_a).tolist()


def test_landmarks_need_a_year_of_history_and_a_week_after(tables, day):
    past, rows = build(tables, day, as_of=510, **BASE)
    when = offsets(past, rows, day)
    assert when.min() >= 365
    assert when.max() <= 503


def test_a_start_without_an_open_case_gives_no_landmark(tables, day):
    _, rows = build(tables, day, **BASE, starts=[("c1", "a", 700, "mediation")])
    assert not rows.treated.any()


def test_after_an_exit_nobody_is_eligible_but_the_exited_stay_at_risk(tables, day):
    parts = {
        "incidents": BASE["incidents"],
        "cases": [("c1", "a", 400, 600, "moved"), ("c3", "a", 420, None, None), ("c2", "b", 500, None, None)],
    }
    past, rows = build(tables, day, **parts)
    when = offsets(past, rows, day)[rows.unit == 0]
    assert when.max() < 600
    last = rows.seen[rows.unit == 0][when.argmax()]
    assert last == min(365, 1000 - when.max())


def test_an_uncovered_month_ends_follow_up_and_breaks_the_history(tables, day):
    months = pl.date_range(day(0), day(1000), "1mo", eager=True)
    coverage = pl.DataFrame({"source": "flare", "month": months, "covered": True})
    gap = months[18]
    coverage = coverage.with_columns((pl.col("month") != gap).alias("covered"))
    past, rows = build(tables, day, coverage=coverage, **BASE)
    start = day_number(gap)
    before = rows.day < start
    assert before.any()
    assert (rows.seen[before] <= start - 1 - rows.day[before]).all()
    assert (rows.day[~before] > start + 365).all()
    assert past.gaps.days() in (28, 30, 31)


def test_the_same_seed_samples_the_same_days(tables, day):
    first, second = (build(tables, day, **BASE)[1] for _ in range(2))
    assert first.day.tolist() == second.day.tolist()


def test_a_case_dealt_with_but_never_closed_leaves_the_risk_set(tables, day):
    records = tables(**BASE)
    records["Cases"] = records["Cases"].with_columns(
        pl.when(pl.col("case_id") == "c2").then(pl.lit(day(520))).alias("dealt_on")
    )
    past = histories(records, scheme="mediation", as_of=day(1000))
    cases = open_cases(past, np.ones(past.cases.height, dtype=bool))
    assert (cases.last - day_number(day(0))).max() == 600
