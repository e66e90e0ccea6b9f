from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from evaluation.commissioning import contract_draft, draft_contracts, json_schema, load_contracts, read_contract
from evaluation.commissioning.loading import line_of
from evaluation.errors import DataError

CONTRACTS = Path(__file__).parents[2] / "contracts"


def refusal(text: str) -> tuple[str, ...]:
    with pytest.raises(DataError) as caught:
        read_contract(text, "calm.toml")
    return caught.value.problems


def test_the_shipped_contracts_load_in_order_of_name() -> None:
    names = [contract.id for contract in load_contracts(CONTRACTS)]
    assert names == sorted(names)
    assert {"city_counselling", "elmore", "mediation", "family_support", "witness_support", "landlords"} <= set(names)


def test_every_shipped_contract_is_synthetic_and_its_provider_invented() -> None:
    for contract in load_contracts(CONTRACTS):
        assert contract.synthetic
        assert "(invented)" in contract.provider


def test_what_the_sources_say_is_cited() -> None:
    cited = {contract.id: contract.source for contract in load_contracts(CONTRACTS)}
    del cited["quiet_hours_scheme"]
    for name, citations in cited.items():
        assert citations, name
        assert all(entry.document and entry.section and entry.fact for entry in citations)


def test_the_json_schema_beside_the_contracts_is_that_of_the_model() -> None:
    assert (CONTRACTS / "contract.schema.json").read_text(encoding="utf-8") == json_schema()


def schema_mistakes(text: str) -> list[str]:
    content = json.loads(json.dumps(tomllib.loads(text), default=str))  # an editor sees dates as text
    return [error.json_path for error in Draft202012Validator(json.loads(json_schema())).iter_errors(content)]


@pytest.mark.parametrize("path", sorted(CONTRACTS.glob("*.toml")), ids=lambda path: path.stem)
def test_an_editor_accepts_every_shipped_contract(path: Path) -> None:
    assert schema_mistakes(path.read_text(encoding="utf-8")) == []


def test_an_editor_marks_the_same_mistakes(contract_text: str) -> None:
    text = contract_text.replace('"36600.00"', '"36600.5"').replace("notice_days = 90", 'notice_days = "90"')
    assert schema_mistakes(text) == ["$.dates.notice_days", "$.values[0].amount"]


def test_all_mistakes_are_shown_at_once_with_path_and_line(contract_text: str) -> None:
    text = (
        contract_text.replace('lead = "Head of Service"', 'laed = "Head of Service"')
        .replace('amount = "36600.00"', "amount = 36600.0")
        .replace('kind = "resolved"', 'kind = "resolvd"')
    )
    problems = refusal(text)
    lines = text.splitlines()
    amount, kind = (lines.index(line) + 1 for line in ("amount = 36600.0", 'kind = "resolvd"'))
    expected = {
        f"calm.toml:{amount}: values[0].amount",
        f"calm.toml:{kind}: outcome_metrics[1].kind",
        "calm.toml:6: laed",
        "calm.toml:1: lead",
    }
    assert {problem.split(": ")[0] + ": " + problem.split(": ")[1] for problem in problems} == expected
    assert any("Did you mean 'lead'?" in problem for problem in problems)


@pytest.mark.parametrize(
    "line",
    ["outcome_metric_target = 0.6\n", 'owner = "Head of Service"\n', "target_date = 2012-12-31\n", "baseline = 0.4\n"],
)
def test_a_measure_without_number_date_or_owner_is_refused(contract_text: str, line: str) -> None:
    head, tail = contract_text.split('\nid = "resolved"\n')
    (problem,) = refusal(head + '\nid = "resolved"\n' + tail.replace(line, "", 1))
    assert (
        f"outcome_metrics[1].{line.split(' =')[0]}: is missing (a measure needs a number, a date and an owner)"
        in problem
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"36600.00"', '"36600.5"', "money is written in quotes"),
        ('"36600.00"', '"-1.00"', "cannot be negative"),
        ('share = "0.75"', 'share = "0.70"', "add up to 0.95, not to 1"),
        ('share = "0.75"', 'share = "1.75"', "from \"0\" to \"1\""),
        ('owner = "Contracts Manager"', 'owner = "Mr A N Other"', "name a role, never a person"),
        ("service_provision = 2013-03-31", "service_provision = 2011-03-31", "ends before it starts"),
        ('year = "2012/13"', 'year = "2012/14"', "not a financial year"),
        ('year = "2012/13"', 'year = "2015/16"', "outside the term"),
        ('outcome_metric_id = "better"', 'outcome_metric_id = "bettr"', "not one of this contract's outcome metrics"),
        ('outcome_metric_id = "better"', 'outcome_metric_id = "fewer_repeats"', "client by client"),
        ('effect = "risk_difference_365"\n', "", "needs `effect`"),
        ("outcome_metric_target = 0.6", "outcome_metric_target = 60", "between 0 and 1"),
        ('\nid = "resolved"', '\nid = "better"', "used twice"),
        ('outcome_metric_id = "resolved"', 'outcome_metric_id = "better"', "two tariffs for 'better'"),
        ("on = 2012-09-30", "on = 2019-09-30", "lies within the term"),
        ("target_date = 2012-12-31", "target_date = 2020-03-31", "falls due in the term"),
        ('low = "35000.00"', 'low = "39000.00"', "low <= amount <= high"),
        ("notice_days = 90", 'notice_days = "90"', "whole number without quotes"),
    ],
)  # fmt: skip
def test_each_broken_rule_is_named(contract_text: str, old: str, new: str, told: str) -> None:
    assert old in contract_text
    problems = refusal(contract_text.replace(old, new, 1))
    assert any(told in problem for problem in problems), problems


def test_a_file_under_another_name_is_refused(tmp_path: Path, contract_text: str) -> None:
    (tmp_path / "other.toml").write_text(contract_text, encoding="utf-8")
    with pytest.raises(DataError, match=r"other\.toml:1: id: 'calm' must be the file's name, 'other'"):
        load_contracts(tmp_path)


def test_mistakes_of_several_files_come_together(tmp_path: Path, contract_text: str) -> None:
    (tmp_path / "calm.toml").write_text("id = calm", encoding="utf-8")
    (tmp_path / "loud.toml").write_bytes(b"id = '\xff'")
    with pytest.raises(DataError) as caught:
        load_contracts(tmp_path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["calm.toml", "loud.toml"]


def test_an_empty_folder_has_no_contracts(tmp_path: Path) -> None:
    assert load_contracts(tmp_path) == ()


def test_lines_are_found_past_inline_values_and_comments() -> None:
    text = "\n".join(
        [
            "# a comment with [brackets]",
            'a = """',
            "b = 1",
            '"""',
            "list = [",
            '  { on = 1 },  # "]"',
            "]",
            "[[part]]",
            "x = 1",
            "[[part]]",
            "x = 2",
            "[part.inner]",
            "y = 3",
        ]
    )
    assert line_of(text, ("a",)) == 2
    assert line_of(text, ("b",)) == 1  # inside a text: no key, so the file's first line
    assert line_of(text, ("list", 0, "on")) == 5
    assert line_of(text, ("part", 1, "x")) == 11
    assert line_of(text, ("part", 0, "missing")) == 8
    assert line_of(text, ("part", "inner", "y")) == 13


def test_a_draft_is_named_with_its_open_lines_and_left_out(tmp_path: Path, contract_text: str) -> None:
    (tmp_path / "calm.toml").write_text(contract_text, encoding="utf-8")
    (tmp_path / "help_line.toml").write_text(contract_draft("help_line"), encoding="utf-8")
    assert [contract.id for contract in load_contracts(tmp_path)] == ["calm"]
    (draft,) = draft_contracts(tmp_path)
    said = draft.sentence()
    assert "contracts/help_line.toml is a draft" in said
    assert "line 5: title" in said
    assert "lines are still empty" in said


def test_every_shipped_contract_is_finished() -> None:
    assert draft_contracts(CONTRACTS) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('year = "2012/13"', 'year = "2012-13"', 'is a financial year, like "2012/13"'),
        ('id = "calm"', 'id = "Calm one"', "small letters, digits and _"),
        ("synthetic = true", 'synthetic = "yes"', "true or false, without quotes"),
        ("target_date = 2012-12-31", 'target_date = "2012-12-31"', "is a day without quotes, like 2012-12-31"),
        ('kind = "resolved"', 'kind = "resolvd"', "is one of 'reliable_improvement', 'reliable_recovery'"),
    ],
)
def test_mistakes_are_told_in_plain_words_with_the_expected_form(
    contract_text: str, old: str, new: str, told: str
) -> None:
    assert old in contract_text
    problems = refusal(contract_text.replace(old, new, 1))
    assert any(told in problem for problem in problems), problems
    assert not any("String should" in problem or "Input should" in problem for problem in problems)
