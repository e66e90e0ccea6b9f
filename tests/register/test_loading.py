"""A bad record is refused with its file and field, everything at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evaluation.errors import DataError
from evaluation.register import load_schemes, new_scheme, read_scheme, scheme_names
from evaluation.register.scheme import OPEN_BODY
from evaluation.register.template import scheme_id


def page(folder: Path, name: str = "Night visits", replace: tuple[str, str] | None = None) -> Path:
    text = new_scheme(name)
    if replace:
        assert replace[0] in text
        text = text.replace(*replace)
    path = folder / f"{scheme_id(name)}.qmd"
    path.write_text(text, encoding="utf-8")
    return path


def test_new_page_reads_as_it_stands(tmp_path: Path):
    page(tmp_path, 'Say "quiet"')
    (scheme,) = load_schemes(tmp_path)
    assert scheme.title == 'Say "quiet"'
    assert scheme.status == "planned"
    assert scheme.objective_in_words == "no measurable objective"
    assert scheme.body.startswith("Say in two or three short paragraphs")


def test_id_is_the_stem(tmp_path: Path):
    assert read_scheme(page(tmp_path)).id == "night_visits"


def test_money_is_exact(tmp_path: Path):
    path = page(
        tmp_path, replace=("cost: null ", 'cost: {amount: "410.10", unit: case, year: 2012, source: Invoice}\n#')
    )
    cost = read_scheme(path).cost
    assert cost is not None
    assert cost.amount == Decimal("410.10")


def test_objective_in_words(tmp_path: Path):
    aim = (
        "objective: {text: No report in a year, number: 60, unit: of 100 cases, owner: Team Leader, by: 2013-12-31}\n#"
    )
    assert (
        read_scheme(page(tmp_path, replace=("objective: null ", aim))).objective_in_words
        == "No report in a year: 60 of 100 cases; Team Leader; by 31 December 2013"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status: planned", "status: lve", ("'status'", "'lve'", "Did you mean 'live'?")),
        ("status: planned", "statsu: planned", ("'statsu' is not known", "Did you mean 'status'?")),
        ("kind: intervention", "kind: Intervention", ("'kind'", "Did you mean 'intervention'?")),
        (
            "cost: null ",
            "cost: {amount: 3.555, unit: a, year: 2012, source: b}\n#",
            ("cost.amount", "2 decimal places"),
        ),
        (
            "cost: null ",
            "cost: {amount: '3', unit: a, yaer: 2012, source: b}\n#",
            ("cost.yaer", "Did you mean 'year'?"),
        ),
        ("objective: null ", "objective: {text: Less noise}\n#", ("objective.number' is missing", "objective.by")),
        ("started_on: null ", "started_on: yesterday\n#", ("'started_on'", "'yesterday'")),
        ("started_on: null ", "started_on: 2012-01-01\n#", ("a planned scheme has no",)),
        ("  by: 2099-12-31", "  by: 2099-12-31\n  agreed_on: 2013-03-30", ("'decision'", "exactly one of")),
        ("lessons: []", "lessons: Listen", ("'lessons'",)),
        ("synthetic: false", "synthetic: 'no'", ("'synthetic'",)),
        ("synthetic: false", "synthetic: false\nkind: contract", ("'kind' stands more than once",)),
        ("title:", "title: [", ("not valid YAML", "line")),
        ("history: []", "history: [{day: 2012-02-01, what: b}, {day: 2012-01-01, what: a}]\n#", ("oldest first",)),
    ],
)
def test_refusal_names_file_and_field(tmp_path: Path, old: str, new: str, said: tuple[str, ...]):
    page(tmp_path, replace=(old, new))
    with pytest.raises(DataError) as caught:
        load_schemes(tmp_path)
    message = str(caught.value)
    assert "night_visits.qmd" in message
    for words in said:
        assert words in message


def test_every_mistake_of_every_page_at_once(tmp_path: Path):
    page(tmp_path, "First one", ("status: planned", "status: dead"))
    page(tmp_path, "Second one", ("kind: intervention", "kind: miracle"))
    (tmp_path / "third.qmd").write_text("no front matter")
    with pytest.raises(DataError) as caught:
        load_schemes(tmp_path)
    assert {problem.split(".qmd")[0] for problem in caught.value.problems} == {"first_one", "second_one", "third"}


def test_words_that_old_yaml_takes_for_truth_values_stay_words(tmp_path: Path):
    assert read_scheme(page(tmp_path, replace=('problem: "All problems"', "problem: no"))).problem == "no"


def test_two_schemes_cannot_share_a_name(tmp_path: Path):
    page(tmp_path, "First one", ("also_called: [] ", 'also_called: ["Night  Visit"]\n#'))
    page(tmp_path, "Second one", ("also_called: [] ", 'also_called: ["night visit"]\n#'))
    with pytest.raises(DataError, match="'night visit' is used by 2 schemes: first_one, second_one"):
        load_schemes(tmp_path)


def test_byte_order_mark_and_windows_lines(tmp_path: Path):
    path = page(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_scheme(path).decision.by == date(2099, 12, 31)


def test_not_utf8(tmp_path: Path):
    path = page(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"Night", b"Night \xa3"))
    with pytest.raises(DataError, match="not UTF-8"):
        load_schemes(tmp_path)


def test_empty_folder(tmp_path: Path):
    with pytest.raises(DataError, match="no scheme pages"):
        load_schemes(tmp_path)


def test_names_for_matching(tmp_path: Path):
    page(tmp_path, replace=("also_called: [] ", 'also_called: ["NV"]\n#'))
    assert scheme_names(load_schemes(tmp_path)) == {"night_visits": ("Night visits", "NV")}


def test_a_new_page_is_a_draft_until_its_questions_are_answered(tmp_path: Path):
    (scheme,) = load_schemes(page(tmp_path).parent)
    assert scheme.open_lines == (
        "lead", "decision.text", "decision.who", "decision.by", "the text below the front matter",
    )  # fmt: skip
    written = new_scheme(
        "Night visits", lead="Head of Housing", decision="Start it?", who="Strategy group", by="2013-03-31"
    ).replace(OPEN_BODY, "Officers visit at night.")
    (tmp_path / "night_visits.qmd").write_text(written, encoding="utf-8")
    (scheme,) = load_schemes(tmp_path)
    assert scheme.open_lines == ()
