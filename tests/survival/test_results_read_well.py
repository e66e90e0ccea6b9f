"""Every result has a tidy frame, one row at a glance, one sentence, a plain table and a Markdown table."""

import polars as pl
import pytest

from evaluation import survival

DATA = pl.DataFrame(
    {
        "id": [1, 1, 2, 3, 3, 4, 5, 6, 7, 8],
        "entry": [0, 3, 0, 0, 4, 0, 0, 0, 0, 0],
        "exit": [3, 9, 5, 4, 8, 7, 2, 6, 10, 11],
        "event": [1, 1, 0, 1, 0, 1, 1, 0, 1, 0],
        "state": [
            "repeat",
            "moved",
            "censored",
            "repeat",
            "censored",
            "repeat",
            "moved",
            "censored",
            "repeat",
            "moved",
        ],
        "arm": ["a", "b", "a", "b", "a", "b", "a", "b", "a", "b"],
        "x": [0, 1, 2, 1, 0, 2, 1, 0, 2, 1],
    }
)
RESULTS = {
    "cox": (lambda: survival.cox(DATA, ["arm", "x"], entry="entry"), "hazard ratio for arm[b]"),
    "kaplan_meier": (lambda: survival.kaplan_meier(DATA, by="arm"), "events among"),
    "nelson_aalen": (lambda: survival.nelson_aalen(DATA), "cumulative hazard"),
    "incidence": (lambda: survival.cumulative_incidence(DATA, event="state"), "% had moved"),
    "count": (lambda: survival.mean_cumulative_count(DATA, cluster="id"), "events a person by"),
    "restricted": (lambda: survival.restricted_mean(DATA, horizon=8, by="arm"), "Mean time without the event"),
    "logrank": (lambda: survival.logrank(DATA, by="arm"), "chi-squared"),
    "gray": (
        lambda: survival.gray_test(DATA, event="state", by="arm", cause="repeat"),
        "cumulative incidence of repeat",
    ),
    "fine_gray": (lambda: survival.fine_gray(DATA, "x", event="state", cause="repeat"), "hazard ratio for x"),
    "frailty": (lambda: survival.shared_frailty(DATA, "x", group="id", entry="entry"), "frailty variance"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_reads_well(name):
    make, words = RESULTS[name]
    result = make()
    assert isinstance(result.tidy(), pl.DataFrame)
    assert result.glance().height >= 1
    sentence = result.sentence()
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(str(result).splitlines()) >= 3
    assert result._repr_markdown_().startswith("| ")
    assert len(result.plot().data[0].x) >= 1
    with pytest.raises(AttributeError):
        result.level = 0.5


def test_columns_are_those_promised():
    wanted = ["term", "coef", "se", "robust_se", "hazard_ratio", "low", "high", "z", "p"]
    assert survival.cox(DATA, "x").tidy().columns == wanted
    assert survival.cox(DATA, "x").glance().columns[:5] == ["n", "events", "subjects", "loglik", "loglik_null"]
    assert survival.kaplan_meier(DATA, by="arm").tidy().columns == (
        ["arm", "time", "n_risk", "n_event", "survival", "se", "low", "high"]
    )
    for column in ["time", "state", "n_risk", "incidence", "se", "low", "high"]:
        assert column in survival.cumulative_incidence(DATA, event="state").tidy().columns
    for column in ["time", "mean", "se", "low", "high"]:
        assert column in survival.mean_cumulative_count(DATA, cluster="id").tidy().columns
    assert survival.restricted_mean(DATA, horizon=5, by="arm").tidy().columns == ["arm", "rmst", "se", "low", "high"]
    assert survival.cox(DATA, "x").proportionality().columns == ["term", "chi2", "df", "p"]


def test_the_frailty_of_equal_groups_is_none():
    fit = survival.shared_frailty(DATA, "x", group="id", entry="entry")
    assert fit.variance < 1e-3
    assert fit.glance()["p"][0] > 0.05


def test_andersen_gill_is_cox_with_robust_errors_by_subject():
    ag = survival.andersen_gill(DATA, "x", subject="id").tidy()
    assert ag.equals(survival.cox(DATA, "x", entry="entry", cluster="id").tidy())
