import numpy as np
import polars as pl
import pytest

from evaluation.comparison import propensity, standardised_differences
from evaluation.errors import DataError


@pytest.fixture
def people():
    rng = np.random.default_rng(2)
    x, group = rng.standard_normal(800), rng.choice(["a", "b", "c"], 800)
    treated = rng.random(800) < 1 / (1 + np.exp(1 - x - (group == "b")))
    return pl.DataFrame({"x": x, "group": group, "treated": treated})


def test_a_difference_by_hand():
    frame = pl.DataFrame({"x": [1.0, 3.0, 0.0, 2.0], "t": [1, 1, 0, 0]})
    assert standardised_differences(frame, treated="t", covariates=["x"]).row(0) == ("x", 1.0, 2.0, 1.0)


def test_overlap_weights_balance_exactly(people):
    weighted = people.hstack(propensity(people, treated="treated", covariates=["x", "group"]))
    before = standardised_differences(people, treated="treated", covariates=["x", "group"])
    after = standardised_differences(weighted, treated="treated", covariates=["x", "group"], weights="weight")
    assert before["difference"].abs().max() > 0.3
    assert after["difference"].abs().max() < 1e-3


def test_propensities_follow_the_covariates(people):
    found = propensity(people, treated="treated", covariates=["x"])["propensity"].to_numpy()
    assert np.corrcoef(found, people["x"].to_numpy())[0, 1] > 0.9
    assert found.mean() == pytest.approx(people["treated"].mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"treated": "treat"}, "Did you mean 'treated'"),
        ({"covariates": ["y"]}, "no column 'y'"),
        ({"covariates": ["x"], "population": "everyone"}, "not one of"),
    ],
)
def test_mistakes_are_named(people, change, said):
    with pytest.raises(DataError, match=said):
        propensity(people, **{"treated": "treated", "covariates": ["x"], **change})
