from importlib import import_module
from pathlib import Path

import pytest

import analyses

FOLDER = Path(analyses.__file__).parent
STUDIES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
PEOPLE = ("mediation", "abcs", "asbos", "elmore", "family_support", "city_counselling")


@pytest.mark.parametrize("name", STUDIES)
def test_every_file_states_a_study_and_logs_its_assumptions(name):
    study = import_module(f"analyses.{name}").study
    assert study.name == name
    assert study.title
    assert study.question.endswith("?")
    log = (FOLDER / "assumptions" / f"{name}.md").read_text(encoding="utf-8")
    assert "| assumption |" in log


@pytest.mark.parametrize("name", [name for name in STUDIES if name != "financial_aid_on_release"])
def test_without_records_it_cannot_be_said(name):
    found = import_module(f"analyses.{name}").study.run({})
    assert found.status == "cannot_be_said"
    assert found.reason
    assert not found.effects
    assert found.cannot_say


@pytest.mark.parametrize("name", PEOPLE)
def test_the_six_studies_read_like_protocols(name):
    study = import_module(f"analyses.{name}").study
    assert study.scheme == name
    assert {"eligible", "time_zero", "strategies", "outcome", "follow_up", "adjustment"} <= set(study.protocol())
    assert len(study.cannot_tell) >= 2
    assert len((FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 60
