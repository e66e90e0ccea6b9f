"""Mapping files: those shipped, a council's own, and a draft from its extract."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.records import draft_mapping, load_mapping, mappings, read_extract, schema
from evaluation.records.headers import find, match, normal
from evaluation.records.mapping import SHIPPED

DESIGN = {
    "flare", "cedar", "confirm", "pss_live", "uniform", "iworld", "react", "police_uk", "police_asb", "case_list",
    "outcome_measures", "surveys", "returns", "prosecutions", "court_orders", "order_events", "court_receipts",
}  # fmt: skip


def test_the_names_are_those_of_the_design() -> None:
    assert set(SHIPPED) == DESIGN
    assert set(mappings()) == DESIGN | {f"canonical:{name}" for name in schema.TABLES}


@pytest.mark.parametrize("name", mappings())
def test_every_mapping_loads_and_feeds_what_its_tables_need(name: str) -> None:
    mapping = load_mapping(name)
    for spec in mapping.tables:
        assert set(schema.required(spec.table)) <= set(spec.source)


@pytest.mark.parametrize("name", ["flare", "cedar", "confirm", "pss_live", "uniform", "iworld", "react"])
def test_a_systems_mapping_says_that_its_maker_publishes_no_layout(name: str) -> None:
    from importlib.resources import files

    text = (files("evaluation.records") / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
    assert "publishes no export layout" in text.split("title =")[0]


@pytest.mark.parametrize(
    "header",
    [
        "Officer Cost",
        "officer_cost",
        "OFFICER  COST",
        "Officer Cost (£)",
        "Officer-Cost",
        "Officer Cost (GBP)",
        " officer cost ",
    ],
)
def test_headers_match_whatever_their_writing(header: str) -> None:
    assert normal(header) == "officercost"


def test_no_two_columns_take_the_same_header() -> None:
    names = ["Case Ref", "Ward", "Date Opened"]
    found = match(load_mapping("flare"), names)
    assert found == {"case_ref": 0, "ward": 1, "opened": 2}


def test_a_header_is_found_below_anything_else() -> None:
    known = frozenset({"caseref", "ward"})
    found = find([["Report"], [""], ["Case Ref", "Ward", "x"], ["C1", "A", ""]], known)
    assert found is not None
    assert (found.row, found.names) == (2, ("Case Ref", "Ward", "x"))
    assert find([["nothing"]], known) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('table = "Cases"', 'table = "Case"'), "'Case' is not a canonical table. Did you mean 'Cases'"),
        (('closed_on = "closed"', 'closed = "closed"'), "Cases has no column 'closed'. Did you mean 'closed_on'"),
        (
            ('closed_on = "closed"', 'closed_on = "closd"'),
            "there is no column 'closd' in [columns]. Did you mean 'closed'",
        ),
        (('kind = "money"', 'kind = "pounds"'), "columns.cost.kind"),
        (("[columns]", "colour = 1\n[columns]"), "colour"),
        (("[columns]", "[columns"), "not a TOML file"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    from importlib.resources import files

    text = (files("evaluation.records") / "mappings" / "case_list.toml").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    path.write_text(text.replace(*change, 1))
    with pytest.raises(DataError) as refused:
        load_mapping(path)
    assert words in str(refused.value)


def test_a_mapping_that_is_not_there() -> None:
    with pytest.raises(DataError, match=r"no mapping 'flair'\. Did you mean 'flare'"):
        load_mapping("flair")
    with pytest.raises(DataError, match="no canonical table 'Case'"):
        load_mapping("canonical:Case")


def test_a_draft_reads_the_extract_it_was_drafted_from(write: Callable[..., Path], tmp_path: Path) -> None:
    text = "Case Number,Household ID,Intervention,District,Opened,Date of Interventon,Closed,Next Report,Case Outcome,"
    text += "Colour of door\n"
    path = write(text + "C1,H1,Mediation,Abbey,2011-03-04,2011-03-09,,,Resolved,Aubergine\n")
    draft = draft_mapping(path)
    assert "Aubergine" not in draft
    assert '#   "Colour of door"' in draft
    assert "# is this the column?" in draft
    own = tmp_path / "own.toml"
    own.write_text(draft)
    assert tomllib.loads(draft)["system"] == "case_list"
    extract = read_extract(path, own)
    assert extract.accepted["Interventions"]["scheme"].to_list() == ["mediation"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_draft_from_the_likeliest_headers_is_that_mapping(
    name: str, write: Callable[..., Path], tmp_path: Path
) -> None:
    mapping = load_mapping(name)
    first = [column.names[0] for column in mapping.columns.values()]
    path = write(",".join(f'"{header}"' for header in first) + "\n" + ",".join("x" for _ in first) + "\n")
    own = tmp_path / "own.toml"
    own.write_text(draft_mapping(path))
    drafted = load_mapping(own)
    assert (drafted.system, drafted.columns, drafted.tables) == (name, mapping.columns, mapping.tables)


def test_a_file_without_a_header_cannot_be_drafted_from(write: Callable[..., Path]) -> None:
    with pytest.raises(DataError):
        draft_mapping(write(""))


def test_a_canonical_file_comes_back_as_it_was(tmp_path: Path) -> None:
    from datetime import date

    frame = schema.conform(
        "Cases",
        pl.DataFrame(
            {
                "case_id": ["C1", "C2"],
                "source": ["x", "x"],
                "opened_on": [date(2011, 1, 2), date(2011, 1, 3)],
                "subject_id": ["s1", None],
                "has_lead": [True, None],
                "cost": ["12.50", None],
                "closure": ["resolved", None],
                "closed_on": [date(2011, 2, 2), None],
            }
        ),
    )
    frame.write_csv(tmp_path / "cases.csv")
    frame.write_parquet(tmp_path / "cases.parquet")
    for name in ("cases.csv", "cases.parquet"):
        extract = read_extract(tmp_path / name, "canonical:Cases")
        assert extract.accepted["Cases"].equals(frame)


def test_a_canonical_file_that_holds_names_gives_them_up(write: Callable[..., Path]) -> None:
    path = write("case_id,source,opened_on,subject_id,officer_id\nC1,x,2011-01-02,Ann Other,o1\n")
    case = read_extract(path, "canonical:Cases").accepted["Cases"].row(0, named=True)
    assert case["subject_id"].startswith("p_")
    assert case["officer_id"] == "o1"


def test_a_list_of_calls_is_drafted_as_reports_and_is_read(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "Call No,Taken On,Street Ward,Type of Nuisance\n1,03/01/2012,North,Noise\n2,14/01/2012,South,Graffiti\n",
        encoding="utf-8",
    )
    own = tmp_path / "own.toml"
    own.write_text(draft_mapping(path), encoding="utf-8")
    assert "Needed and not found" not in own.read_text(encoding="utf-8")
    assert 'code_lists = "words"' in own.read_text(encoding="utf-8")
    incidents = read_extract(path, own).accepted["Incidents"]
    assert incidents["category"].to_list() == ["A", "D"]
    assert incidents["area"].to_list() == ["North", "South"]
    assert incidents["source"].unique().to_list() == ["calls"]


def test_a_draft_asks_for_source_and_service_and_never_takes_anothers(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write(
        "Case Ref,Date Opened,Date Closed,Perp,Action,Action On,Colour\nC1,2011-03-04,,P1,Mediation,2011-03-09,x\n"
    )
    draft = draft_mapping(path)
    assert '"=flare"' not in draft
    assert "Regulatory Unit" not in draft
    assert '# service = "=Housing"  # which service is this?' in draft
    assert "  # what is this system called?" in draft
    assert '#   "Perp"' not in draft
    assert '#   "Action On"' not in draft
    own = tmp_path / "own.toml"
    own.write_text(draft, encoding="utf-8")
    read = read_extract(path, own).accepted
    assert read["Cases"]["service"].to_list() == [None]
    assert read["Interventions"]["started_on"].to_list()[0].isoformat() == "2011-03-09"
