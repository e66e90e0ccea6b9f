"""The systems of the sources: their rows become incidents, cases, actions and breaches in one coding."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from support import REAL_DATA

from evaluation.records import Extract, load_mapping, read_extract
from evaluation.records.coding import code, load_list, suggest

Write = Callable[..., Path]
SYSTEMS = ("flare", "cedar", "confirm", "pss_live", "uniform", "iworld", "react")


def rows_of(mapping: str, *rows: dict[str, str]) -> str:
    """Rows by the mapping's own names, written under its likeliest headers."""
    names = {field: column.names[0] for field, column in load_mapping(mapping).columns.items()}
    used = [field for field in names if any(field in row for row in rows)]
    lines = [",".join(f'"{names[field]}"' for field in used)]
    lines += [",".join('"' + row.get(field, "") + '"' for field in used) for row in rows]
    return "\n".join(lines) + "\n"


INCIDENT = {
    "incident_ref": "I1",
    "case_ref": "K1",
    "occurred": "2011-01-02",
    "reported": "2011-01-03",
    "category": "Noise",
    "place": "1 High Street",
    "ward": "Abbey",
    "subject_name": "John Smith",
    "subject_born": "1980-05-03",
}
CASE = {
    "case_ref": "K1",
    "opened": "2011-01-03",
    "responded": "2011-01-05",
    "closed": "2011-03-01",
    "closure": "Resolved",
    "category": "Noise",
    "officer": "Officer 9",
    "lead": "Officer 9",
    "tenure": "Council tenant",
    "risk": "7",
    "cost": "120.00",
    "subject_name": "SMITH, John",
    "subject_born": "1980-05-03",
}
ACTION = {
    "case_ref": "K1",
    "action_ref": "A1",
    "action": "Acceptable Behaviour Contract",
    "action_referred": "2011-01-10",
    "action_started": "2011-01-20",
    "action_ended": "2011-02-20",
    "action_ending": "Breached",
    "sessions_offered": "4",
    "sessions_attended": "2",
    "action_cost": "31.50",
    "subject_name": "John Smith",
    "subject_born": "1980-05-03",
}
BREACH = {"case_ref": "K1", "action_ref": "A1", "breached": "2011-02-11"}


def read(write: Write, mapping: str, *rows: dict[str, str]) -> Extract:
    return read_extract(write(rows_of(mapping, *rows)), mapping, as_of=date(2012, 12, 31))


@pytest.mark.parametrize("system", SYSTEMS)
def test_one_file_feeds_four_tables(write: Write, system: str) -> None:
    extract = read(write, system, INCIDENT, CASE, ACTION, BREACH)
    assert (extract.rows_read, extract.rows_accepted) == (4, 4)
    incident, case = extract.accepted["Incidents"].row(0, named=True), extract.accepted["Cases"].row(0, named=True)
    given, breach = (
        extract.accepted["Interventions"].row(0, named=True),
        extract.accepted["Breaches"].row(0, named=True),
    )
    assert (incident["incident_id"], incident["category"], incident["case_id"], incident["source"]) == (
        "I1",
        "A",
        "K1",
        system,
    )
    assert (case["closure"], case["tenure"], case["has_lead"], case["risk_index"]) == ("resolved", "council", True, 7)
    assert case["cost"] == Decimal("120.00")
    assert (given["scheme"], given["ending"], given["band"], given["sessions_attended"]) == (
        "abcs",
        "breached",
        "low",
        2,
    )
    assert (given["cost"], breach["intervention_id"], breach["breached_on"]) == (
        Decimal("31.50"),
        "A1",
        date(2011, 2, 11),
    )
    assert incident["subject_id"] == case["subject_id"] == given["subject_id"]


@pytest.mark.parametrize("rows", [(INCIDENT,), (CASE,), (ACTION,), (BREACH, ACTION)])
def test_each_kind_of_row_may_have_a_file_of_its_own(write: Write, rows: tuple[dict[str, str], ...]) -> None:
    assert read(write, "flare", *rows).rows_accepted == len(rows)


def test_a_row_that_feeds_nothing_is_set_aside(write: Write) -> None:
    extract = read(write, "flare", CASE, {"case_ref": "K2", "ward": "Abbey"})
    assert extract.rejected["reasons"].to_list() == [
        ["the row holds neither an incident, a case nor an action: the dates or numbers that they need are blank"]
    ]


def test_uniform_says_caution_of_everything(write: Write) -> None:
    extract = read(write, "uniform", CASE | {"category": "Caution"}, CASE | {"case_ref": "K2", "category": "CAUTION"})
    assert extract.accepted["Cases"]["category"].to_list() == [None, None]
    assert extract.unmapped.is_empty()
    assert any("2 rows say 'caution'" in note for note in extract.notes)
    assert read(write, "flare", CASE | {"category": "Caution"}).unmapped["word"].to_list() == ["Caution"]


def test_react_brings_super_cases_and_costs_per_action(write: Write) -> None:
    extract = read(write, "react", CASE | {"super_case": "S1", "review": "2013-06-01"}, ACTION)
    assert extract.accepted["Cases"].select("super_case", "review_on").row(0) == ("S1", date(2013, 6, 1))
    assert extract.accepted["Interventions"]["cost"].to_list() == [Decimal("31.50")]


@pytest.mark.parametrize(("lead", "has"), [("", False), ("no", False), ("yes", True), ("Officer 9", True)])
def test_a_lead_officer(write: Write, lead: str, has: bool) -> None:
    cases = read(write, "flare", CASE | {"lead": lead}, CASE | {"case_ref": "K2"}).accepted["Cases"]
    assert cases["has_lead"].to_list() == [has, True]


def test_words_in_no_list_are_kept_and_listed_by_frequency(write: Write) -> None:
    rows = [
        INCIDENT | {"incident_ref": f"I{n}", "category": word}
        for n, word in enumerate(["Barking", "Nois", "Nois", "Noise"])
    ]
    extract = read(write, "flare", *rows)
    assert extract.rows_accepted == 4
    assert extract.unmapped.select("word", "rows").rows() == [("Nois", 2), ("Barking", 1)]
    assert extract.unmapped["suggestion"].to_list()[0] == "A"
    actions = read(write, "flare", ACTION | {"action": "Stern look"})
    assert actions.accepted["Interventions"]["scheme"].to_list() == ["unclassified"]
    assert actions.unmapped["word"].to_list() == ["Stern look"]


def test_a_council_edits_its_own_lists(write: Write, tmp_path: Path) -> None:
    from importlib.resources import files

    text = (files("evaluation.records") / "mappings" / "flare.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace('system = "flare"', 'system = "flare"\ncode_lists = "lists"', 1))
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "categories.toml").write_text('[codes]\nA = ["din"]\n')
    path = write(rows_of("flare", INCIDENT | {"category": "Din"}))
    assert read_extract(path, own).accepted["Incidents"]["category"].to_list() == ["A"]


@pytest.mark.parametrize(
    "name",
    [
        "categories",
        "closures",
        "endings",
        "tenures",
        "stages",
        "frequencies",
        "order_events",
        "receipt_kinds",
        "results",
        "absence_reasons",
        "schemes",
    ],
)
def test_every_list_gives_each_word_one_meaning(name: str) -> None:
    words = load_list(name)
    assert len(words.codes) >= len(set(words.codes.values()))
    if name == "categories":
        assert set(words.codes.values()) == set("ABCDEFGHIJKLMNO")
    if name == "schemes":
        assert {"low", "medium", "high"} == set(words.bands.values())
        assert [sum(band == one for band in words.bands.values()) for one in ("low", "medium", "high")] == [7, 4, 6]


def test_the_labels_of_the_published_tables_are_all_known() -> None:
    from evaluation.records.consistency import load_publication

    labels = {
        label for table in load_publication("oxford_2009").tables if "incidents" in table.name for label in table.rows
    }
    assert code(pl.Series(sorted(labels)), load_list("categories"), column="x").unmapped["word"].to_list() == []


def test_a_suggestion_is_near_or_none() -> None:
    words = load_list("categories")
    assert suggest("noise nuisanse", words) == "A"
    assert suggest("zzz", words) is None


@pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real public extracts are not beside this checkout")
@pytest.mark.parametrize(
    ("file", "mapping", "rows", "months"),
    [
        ("police-uk-2018-06-thames-valley-street.csv", "police_uk", 18188, 1),
        ("lancashire-asb-2022.tab", "police_asb", 56434, 12),
        ("northumbria-asb-2022.tab", "police_asb", 39706, 11),
    ],
)
def test_real_police_files_are_accepted_whole(file: str, mapping: str, rows: int, months: int) -> None:
    extract = read_extract(REAL_DATA / file, mapping)
    incidents = extract.accepted["Incidents"]
    assert extract.rows_read == extract.rows_accepted == len(incidents) == rows
    assert incidents["precision"].unique().to_list() == ["month"]
    assert incidents["occurred_on"].n_unique() == months
    assert incidents["incident_id"].null_count() == 0


@pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real public extracts are not beside this checkout")
def test_anti_social_behaviour_of_thames_valley_by_district() -> None:
    extract = read_extract(REAL_DATA / "police-uk-2018-06-thames-valley-street.csv", "police_uk")
    asb = extract.accepted["Incidents"].filter(pl.col("kind") == "Anti-social behaviour")
    by_area = dict(asb.group_by("area").len().rows())
    assert (len(asb), by_area["Milton Keynes"], by_area["Oxford"]) == (3431, 420, 251)
    assert extract.accepted["Incidents"]["kind"].n_unique() > 10
    assert "1697 rows without LSOA code" in extract.notes
