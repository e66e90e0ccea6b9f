from datetime import date

import numpy as np
import polars as pl
import pytest

from evaluation.comparison.area import AreaStudy
from evaluation.comparison.difference import area_difference
from evaluation.errors import DataError

MONTHS = pl.date_range(date(2008, 1, 1), date(2012, 12, 1), "1mo", eager=True).to_list()
START = date(2011, 1, 1)


def counts(seed=1, factor=0.6):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        [
            (
                area,
                month,
                int(
                    rng.poisson(
                        60 * (1 + 0.2 * np.sin(i * np.pi / 6)) * (factor if area == "a" and month >= START else 1)
                    )
                ),
            )
            for area in "abcdef"
            for i, month in enumerate(MONTHS)
        ],
        schema=["area", "month", "count"],
        orient="row",
    )


def incidents(frame, source="flare"):
    return pl.DataFrame(
        [(source, month, area, "A") for area, month, number in frame.rows() for _ in range(number)],
        schema={"source": pl.String, "occurred_on": pl.Date, "area": pl.String, "category": pl.String},
        orient="row",
    )


@pytest.fixture(scope="module")
def study():
    return AreaStudy(
        name="wardens",
        scheme="wardens",
        title="wardens",
        question="Do wardens help?",
        areas=("a",),
        categories=("A",),
        start=START,
    )


@pytest.fixture(scope="module")
def found(study):
    return study.run({"Incidents": incidents(counts())}, as_of=date(2012, 12, 31))


def test_a_fall_in_one_area_is_found_by_both_designs(found):
    effect = found.effect("incident_ratio")
    assert found.status == "estimated"
    assert effect.low < 0.6 < effect.high < 0.85
    assert found.sensitivity[0].method == "difference_in_differences"
    assert found.sensitivity[0].low < 0.6 < found.sensitivity[0].high
    assert found.evidence["maryland"] == 3
    assert found.check("difference_in_differences").verdict == "pass"


def test_months_elsewhere_and_before_are_drawn(found):
    arms = {curve["arm"]: curve["points"] for curve in found.curves}
    assert len(arms["treated"]) == len(arms["compared"]) == 60
    late = slice(40, 60)
    assert sum(p["value"] for p in arms["treated"][late]) < 0.8 * sum(p["value"] for p in arms["compared"][late])


def test_areas_that_no_extract_holds_cannot_be_said(study):
    nowhere = incidents(counts()).filter(pl.col("area") != "a")
    reason = study.run({"Incidents": nowhere}, as_of=date(2012, 12, 31)).reason
    assert reason == "no extract holds an incident of these kinds in a"


def test_a_source_that_lacks_months_is_left_out(study):
    class Covered(dict):
        coverage = pl.DataFrame({"source": "flare", "month": MONTHS, "covered": [m.month != 5 for m in MONTHS]})

    found = study.run(Covered(Incidents=incidents(counts())), as_of=date(2012, 12, 31))
    assert found.reason == "no source covers every month before and since the scheme began"


def test_the_difference_by_hand():
    frame = pl.DataFrame(
        [
            (a, m, n)
            for a, was, now in (("a", 100, 50), ("b", 100, 100), ("c", 100, 110), ("d", 100, 90))
            for m, n in ((date(2010, 12, 1), was), (START, now))
        ],
        schema=["area", "month", "count"],
        orient="row",
    )
    found = area_difference(frame, treated=["a"], start=START)
    assert found.here == pytest.approx(0.5)
    assert found.elsewhere == pytest.approx((1.0 * 1.1 * 0.9) ** (1 / 3))
    assert found.ratio == pytest.approx(found.here / found.elsewhere)
    assert found.low < found.ratio < found.high
    with pytest.raises(DataError, match="3 are needed"):
        area_difference(frame.filter(pl.col("area") != "d"), treated=["a"], start=START)
