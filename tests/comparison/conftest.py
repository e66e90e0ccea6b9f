"""A simulated council with known truth, made once."""

import pytest

from evaluation.comparison import Study
from evaluation.example.frames import council
from evaluation.example.scenario import Scenario, TrueScheme
from evaluation.example.simulate import simulate


def make_council(theta, *, people=1500, log_hazard=-8.2, seed=11):
    scenario = Scenario(people=people, schemes=(TrueScheme("mediation", log_hazard=log_hazard, theta=theta),))
    return council(simulate(scenario, seed), seed)


@pytest.fixture(scope="session")
def helpful():
    return make_council(0.5)


@pytest.fixture(scope="session")
def study():
    return Study(
        name="mediation",
        scheme="mediation",
        title="mediation",
        question="Does mediation lead to fewer repeats?",
        cannot_tell=("Whether neighbours like each other.",),
    )


@pytest.fixture(scope="session")
def finding(study, helpful):
    return study.run(helpful)


@pytest.fixture
def few(study):
    """A council with hardly anybody helped."""
    return make_council(1.0, people=400, log_hazard=-10.5)
