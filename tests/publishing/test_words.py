"""Text as people read it, and text that cannot act."""

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.publishing import words


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{< include /etc/passwd >}}",
    "{{< env HOME >}}",
    "```{=html}\n<b>x</b>\n```",
    "[click](javascript:alert(1))",
    "**bold** _it_ `code` $x$ ~a~ ^b^ | c",
    "\u202etxt.exe\u202c \u200bhidden\u0000",
    "@citation #heading ::: {.div}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    found = words.escaped(text)
    reader = Reader()
    reader.feed(found)
    assert reader.tags == []
    assert reader.text == words.visible(text)
    assert not set(found) & set("<>`{}[]*_|~^$@\\\"'")
    assert "{{<" not in found


@given(st.text())
def test_escaping_keeps_what_can_be_seen_and_nothing_else(text: str) -> None:
    reader = Reader()
    reader.feed(words.escaped(text))
    reader.close()
    assert reader.text == words.visible(text)
    assert "\n" not in reader.text
    assert words.visible(reader.text) == reader.text


@given(st.text())
def test_front_matter_holds_plain_characters_only(text: str) -> None:
    assert not set(words.bare(text)) & set("<>`{}[]*_|~^$@\\\"'#=")


def test_front_matter_keeps_the_signs_of_numbers() -> None:
    assert words.bare(f"From {words.signed(-3)} to {words.signed(4)}, {words.pounds(-2)}") == "From −3 to +4, −£2"
    assert words.bare("-5 and ±2, at ≥ 10") == "-5 and ±2, at ≥ 10"


@pytest.mark.parametrize("start", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "|calc", "%x"])
def test_a_cell_is_never_a_formula(start: str) -> None:
    assert words.inert_cell(start)[0] not in "=+-@\t|%"


def test_numbers_stay_numbers_in_a_cell() -> None:
    assert words.inert_cell("-11.5") == "-11.5"
    assert words.inert_cell(-3) == "-3"


def test_dates_are_british() -> None:
    day = date(2012, 12, 31)
    assert words.long_date(day) == "31 December 2012"
    assert words.short_date(day) == "31 Dec 2012"
    assert words.short_month(day) == "Dec 2012"
    assert words.prose("Due 2013-03-31 for first_meeting_share") == "Due 31 March 2013 for first meeting share"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.29, "about 3 in 10"), (0.5, "about half"), (0.05, "about 1 in 20"), (0.01, "almost none"), (0.99, "nearly all"),
     (0.96, "about 9 in 10")],
)  # fmt: skip
def test_a_share_is_said_the_way_people_do(share: float, said: str) -> None:
    assert words.about(share) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-21, -1, "1 to 21"),
        (1, 13, "1 to 13"),
        (-27, 17, "27 fewer to 17 more"),
        (-0.2, 0.3, "no difference to no difference"),
    ],
)
def test_an_interval_is_said_in_words(low: float, high: float, said: str) -> None:
    assert words.interval_words(low, high) == said


def test_money_is_exact_to_the_penny_or_whole() -> None:
    assert words.pounds("-1150.005", pence=True) in {"−£1,150.00", "−£1,150.01"}
    assert words.pounds(Decimal("20223.50"), pence=True) == "£20,223.50"
    assert words.pounds("3680.4") == "£3,680"
    assert words.pounds(None) == "not known"


def test_a_hidden_count_is_never_a_zero() -> None:
    assert words.count(None) == words.HIDDEN
    assert words.count(0) == "0"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.137, "about 1 in 7"),
        (0.1, "about 1 in 10"),
        (0.08, "about 1 in 10"),
        (0.05, "about 1 in 20"),
        (0.31, "about 3 in 10"),
    ],
)
def test_a_small_share_is_one_in_so_many(share: float, said: str) -> None:
    assert words.about(share) == said


def test_a_share_of_things_reads_as_a_sentence() -> None:
    assert words.about_of(0.52, "pounds owed") == "about half of the pounds owed"
    assert words.about_of(0.31, "pounds owed") == "about 3 in 10 pounds owed"
    assert words.about_of(0.99, "pounds owed") == "nearly all of the pounds owed"
