"""What can be said, in the words that people use."""

import pytest

from evaluation.publishing.pages.claims import plain, spoken
from evaluation.publishing.pages.contract import verdict
from evaluation.publishing.pages.effects import plain_reason
from evaluation.publishing.parts import say

YEAR = (
    "Fewer people had another incident within a year: 43 of 100 with mediation, 58 of 100 of similar people without it "
    "(difference -15 of 100, 95% range -20 to -9 of 100)."
)
RATE = "At any time in the year, the rate of a first repeat with the scheme was 0.64 times that of similar people."
DAYS = "Over the year, people helped went 41 more days without a repeat (95% range +26 to +56 days)."


def test_the_headline_is_not_said_twice_nor_as_a_rate() -> None:
    assert spoken([YEAR, RATE, DAYS], headline=True) == [plain(DAYS)]
    assert spoken([YEAR, RATE], headline=False) == [plain(YEAR), RATE]


def test_the_grade_in_words_stands_with_the_grade() -> None:
    assert spoken(["In words, for people: it decreased."], headline=False) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(difference -15 of 100, 95% range -20 to -9 of 100)", "(15 fewer of 100; range 9 to 20)"),
        ("(difference +3 of 100, 95% range −6 to +13 of 100)", "(3 more of 100; range 6 fewer to 13 more)"),
        ("(95% range +26 to +56 days)", "(range 26 to 56)"),
        ("(95% range -32 to +22 days)", "(range 32 fewer to 22 more)"),
        ("another sentence (95% range 45 to 76).", "another sentence (95% range 45 to 76)."),
    ],
)
def test_signs_become_words(text: str, said: str) -> None:
    assert plain(text) == said


def test_a_grade_says_what_was_done_before_the_name_of_the_scale() -> None:
    said = plain_reason("Maryland level 3: people helped compared with people not helped.")
    assert said == "People helped compared with people not helped (Maryland scale: 3 of 5)."
    assert plain_reason("Lowered: few people.") == "Lowered: few people."


def test_nothing_to_say_is_said() -> None:
    assert "Nothing yet about what it does." in say([], ["It works."])
    assert "Nothing yet" not in say(["It works."], [])


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (["cannot_yet_be_said", "too_incomplete", "cannot_yet_be_said"], "The 3 outcome targets cannot be judged yet."),
        (["cannot_yet_be_said"], "The one outcome target cannot be judged yet."),
    ],
)
def test_targets_that_cannot_be_judged_are_not_called_unmet(outcomes: list[str], said: str) -> None:
    rows = [{"verdict": {"word": word}} for word in outcomes]
    found = {"word": "cannot_yet_be_said", "text": "Cannot yet be said", "sentence": "0 of 3 outcome targets are met"}
    assert verdict({"verdict": found, "outcomes": rows}) == ("Cannot yet be said", said)
