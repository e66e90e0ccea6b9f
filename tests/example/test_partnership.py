"""Wexbourne has the size, the mix and the traps that the sources describe."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from evaluation.example.partnership import Partnership, build_partnership, first_day
from evaluation.example.people import NEVER
from evaluation.example.wexbourne import AREA_SCHEMES, LETTERS, MIX, SCHEMES, WARDS
from evaluation.example.wexbourne_truth import assumptions, kept_truth

LEAST = {"mediation": 300, "abcs": 220, "asbos": 90, "elmore": 90, "city_counselling": 120}


@pytest.fixture(scope="module")
def place() -> Partnership:
    return build_partnership(7)


def test_about_fifteen_thousand_reports_a_year(truth: dict[str, Any]) -> None:
    assert 14_000 < sum(truth["reports"].values()) / 5 < 17_000


def test_enough_people_get_each_scheme_after_a_year_of_history(place: Partnership) -> None:
    started = place.actions.filter((pl.col("started") >= 365) & (pl.col("started") < NEVER))
    given = dict(started.group_by("scheme").len().rows())
    assert all(given[name] >= least for name, least in LEAST.items())
    assert given["family_support"] < 20, "too few for an answer, whatever the method"


def test_the_family_support_worker_never_has_more_than_six(place: Partnership) -> None:
    helped = place.actions.filter(pl.col("scheme") == "family_support")
    busy = [
        helped.filter((pl.col("started") <= day) & (pl.col("ended") > day)).height
        for day in helped["started"].to_list()
    ]
    assert max(busy) <= 6


def test_no_real_provider_has_a_null_or_harmful_truth() -> None:
    truths = {scheme.name: scheme.theta for scheme in SCHEMES}
    assert all(truths[name] < 1 for name in ("mediation", "elmore", "city_counselling", "family_support", "abcs"))
    assert {name for name, theta in truths.items() if theta > 1} == {"quiet_hours_scheme"}
    assert truths["asbos"] == 1
    assert all(scheme.theta < 1 for scheme in AREA_SCHEMES)


def test_the_kept_truth_belongs_to_these_assumptions() -> None:
    kept = kept_truth()
    for name, put_in in assumptions().items():
        assert {key: kept[name][key] for key in put_in} == put_in
    assert kept["mediation"]["effects"]["risk_difference_365"] < -0.1
    assert kept["asbos"]["effects"]["risk_difference_365"] == 0
    assert kept["quiet_hours_scheme"]["effects"]["events_averted_per_100_365"] < -20


def test_the_mix_is_oxfords(place: Partnership) -> None:
    shares = place.incidents["letter"].value_counts(normalize=True)
    seen = dict(shares.rows())
    for letter, count in zip(LETTERS, MIX, strict=True):
        assert seen.get(letter, 0) == pytest.approx(count / sum(MIX), abs=0.035)


def test_a_few_people_have_many_of_the_incidents(place: Partnership) -> None:
    counts = np.bincount(place.history.incident_person, minlength=place.history.people.frailty.size)
    top = np.sort(counts)[::-1]
    assert top[: top.size // 5].sum() > 0.5 * top.sum()


def test_dispersal_changes_its_own_ward_and_no_other(place: Partnership) -> None:
    scheme = AREA_SCHEMES[0]
    unknown = place.incidents.filter((pl.col("person") < 0) & pl.col("letter").is_in(scheme.categories))
    first, last = 1186, 1551

    def rate(inside: bool, during: bool) -> float:
        rows = unknown.filter((pl.col("ward") == WARDS.index(scheme.wards[0])) == inside)
        rows = rows.filter(pl.col("day").is_between(first, last) == during)
        return rows.height / (last - first + 1 if during else place.scenario.days - (last - first + 1))

    assert rate(inside=True, during=True) / rate(inside=True, during=False) == pytest.approx(scheme.theta, abs=0.17)
    assert rate(inside=False, during=True) / rate(inside=False, during=False) > 0.85


def test_breaches_come_while_the_order_runs(place: Partnership) -> None:
    joined = place.breaches.join(place.actions, on="action")
    assert set(joined["scheme"].unique()) == {"abcs", "asbos", "injunctions"}
    assert ((joined["day"] > joined["started"]) & (joined["day"] <= joined["ended"])).all()


def test_another_as_of_date_moves_the_five_years() -> None:
    later = build_partnership(7, date(2013, 6, 30))
    assert first_day(later.scenario) == date(2008, 6, 30)
    assert later.incidents.height > 50_000
