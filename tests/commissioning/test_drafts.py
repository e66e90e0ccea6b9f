from __future__ import annotations

import pytest

from evaluation.commissioning import QUESTIONS, contract_draft, new_contract, read_contract
from evaluation.errors import DataError, UsageError

ANSWERS = {
    "id": "calm", "title": 'Calm "corners"', "provider": "Quayside", "lead": "Head of Service",
    "owner": "Contracts Manager", "purpose": "Fewer quarrels", "intervention": "Eight sessions",
    "target_population": "Adults who accept", "signed": "2012-03-01", "starts": "2012-04-01", "ends": "2013-03-31",
    "notice_days": "90", "year": "2012/13", "amount": "62100.00", "payer": "council", "account": "General Fund",
    "output": "Clients seen", "output_target": "15", "outcome": "Share satisfied", "outcome_target": "0.6",
    "target_date": "2013-03-31", "outcome_owner": "Head of Service",
}  # fmt: skip


def test_the_answers_make_a_contract_that_loads() -> None:
    contract = read_contract(new_contract(ANSWERS), "calm.toml")
    assert (contract.id, contract.title, contract.synthetic) == ("calm", 'Calm "corners"', False)
    assert contract.outcome_metrics[0].outcome_metric_target == 0.6


def test_every_question_is_needed_and_asked_once() -> None:
    keys = [question.key for question in QUESTIONS]
    assert sorted(keys) == sorted(set(keys)) == sorted(ANSWERS)
    for key in keys:
        with pytest.raises(DataError):
            read_contract(new_contract({name: answer for name, answer in ANSWERS.items() if name != key}))


def test_a_fresh_draft_is_refused_and_names_each_line_to_fill_in() -> None:
    text = contract_draft("calm")
    with pytest.raises(DataError) as caught:
        read_contract(text, "calm.toml")
    named = {int(problem.split(":")[1]) for problem in caught.value.problems}
    empty = {number for number, line in enumerate(text.splitlines(), 1) if '= ""' in line}
    assert named == empty


def test_an_answer_to_no_question_is_refused() -> None:
    with pytest.raises(UsageError, match="Did you mean 'title'"):
        new_contract({"titel": "Calm"})


@pytest.mark.parametrize("name", ["Calm", "calm corners", "2calm", ""])
def test_names_that_cannot_be_a_file_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a contract"):
        contract_draft(name)
