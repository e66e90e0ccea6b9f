"""The audit's tests, each on rows made to fail it, and the thresholds and scorecard over them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.records import Extract, Quality, assemble, load_mapping, measure, read_extract
from evaluation.records.coverage import coverage, gaps
from evaluation.records.quality.scorecard import passed, scorecard
from evaluation.records.traits import TRAITS

AS_OF = date(2012, 12, 31)
Read = Callable[..., Extract]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read rows given by the names of a mapping's own columns."""

    def rows_to_extract(mapping: str, rows: Sequence[dict[str, str]]) -> Extract:
        names = {field: column.names[0] for field, column in load_mapping(mapping).columns.items()}
        used = [field for field in names if any(field in row for row in rows)]
        out = io.StringIO()
        csv.writer(out).writerows(
            [[names[field] for field in used], *([row.get(field, "") for field in used] for row in rows)]
        )
        path = tmp_path / f"{mapping}.csv"
        path.write_text(out.getvalue())
        return read_extract(path, mapping, as_of=AS_OF)

    return rows_to_extract


def quality(*extracts: Extract) -> Quality:
    return measure(extracts, assemble(extracts, as_of=AS_OF), as_of=AS_OF)


def counts(found: Quality, test: str) -> tuple[int, int]:
    row = found.tidy().filter(pl.col("measure") == test)
    return (row["count"].item(), row["of"].item()) if len(row) else (0, 0)


def case(ref: str, opened: str = "2012-12-01", **cells: str) -> dict[str, str]:
    return {"case_ref": ref, "opened": opened} | cells


@pytest.mark.parametrize(
    ("test", "rows", "expected"),
    [
        (
            "dealt_but_open",
            [case("1", dealt="2012-12-05"), case("2", closed="2012-12-06"), case("3", closure="Resolved"), case("4")],
            (2, 3),
        ),
        (
            "no_action",
            [
                case("1", "2012-01-01", last_action="2012-09-29"),
                case("2", "2012-01-01", last_action="2012-09-30"),
                case("3", "2012-01-01", last_action="2012-09-01", closed="2012-10-01"),
                case("4"),
            ],
            (1, 3),
        ),
        (
            "open_over_6_months",
            [case("1", "2012-06-29"), case("2", "2012-06-30"), case("3", "2010-01-01", closed="2010-02-02")],
            (1, 2),
        ),
        ("open_over_12_months", [case("1", "2011-12-30"), case("2", "2011-12-31")], (1, 2)),
        ("open_over_24_months", [case("1", "2010-12-30"), case("2", "2010-12-31")], (1, 2)),
        (
            "no_first_response",
            [case("1", responded="2012-12-11"), case("2", responded="2012-12-12"), case("3"), case("4", "2012-12-29")],
            (2, 3),
        ),
        ("no_lead_officer", [case("1", lead="Officer 1"), case("2"), case("3", lead="no")], (2, 3)),
        (
            "referral_not_accepted",
            [
                case("1", case_referred="2012-12-01", case_accepted="2012-12-04"),
                case("2", case_referred="2012-12-01"),
                case("3", case_referred="2012-12-20"),
                case("4"),
            ],
            (1, 2),
        ),
        ("dates_wrong", [case("1", closed="2012-11-01"), case("2", "31/02/2012"), case("3")], (2, 3)),
        ("dates_in_the_future", [case("1", "2013-02-01"), case("2")], (1, 2)),
        ("unmapped_codes", [case("1", category="Noise"), case("2", category="Zzz")], (1, 2)),
        ("rows_rejected", [case("1", closed="2012-11-01"), case("2")], (1, 2)),
    ],
)
def test_each_test_counts_what_it_says(
    test: str, rows: list[dict[str, str]], expected: tuple[int, int], read: Read
) -> None:
    assert counts(quality(read("flare", rows)), test) == expected


def test_a_test_says_nothing_of_what_is_not_recorded(read: Read) -> None:
    found = quality(read("flare", [case("1")]))
    for test in (
        "no_lead_officer",
        "no_first_response",
        "no_action",
        "referral_not_accepted",
        "survey_sent",
        "survey_returned",
        "police_not_uploaded",
    ):
        assert counts(found, test) == (0, 0)
    assert "No lead officer                                not recorded" in found.scorecard()


def test_police_cases_that_never_reached_the_council(read: Read) -> None:
    police = read("cedar", [case("C1", external_ref="F1"), case("C2"), case("C3"), case("C4")])
    council = read("flare", [case("F1"), case("F2", external_ref="C3")])
    assert counts(quality(police, council), "police_not_uploaded") == (2, 4)
    by_system = quality(police, council).tidy("source").filter(pl.col("measure") == "police_not_uploaded")
    assert by_system["source"].to_list() == ["cedar"]


def test_incidents_without_their_case_and_reports_that_repeat(read: Read) -> None:
    person = {"subject_name": "Ann Other", "subject_born": "1980-01-02"}
    council = read("flare", [
        case("F1", "2012-01-01", category="Noise", **person),
        {"incident_ref": "1", "case_ref": "F1", "occurred": "2012-02-01", "category": "Noise", **person},
        {"incident_ref": "2", "occurred": "2012-03-01", "category": "Noise", **person},
    ])  # fmt: skip
    police = read(
        "cedar", [{"incident_ref": "P1", "external_ref": "1", "occurred": "2012-02-01", "category": "Noise", **person}]
    )
    found = quality(council, police)
    assert counts(found, "incidents_unlinked") == (1, 2)
    assert counts(found, "duplicates") == (1, 3)


def test_surveys_sent_and_returned(read: Read) -> None:
    cases = read("flare", [case("1", "2012-01-01", closed="2012-02-01"), case("2", "2012-01-01", closed="2012-02-01"),
                           case("3", "2012-01-01", closed="2012-12-20"), case("4")])  # fmt: skip
    surveys = read("surveys", [{"case_ref": "1", "sent": "2012-02-03", "returned": "2012-02-20", "satisfied": "yes"},
                               {"case_ref": "3", "sent": "2012-12-21"}])  # fmt: skip
    found = quality(cases, surveys)
    assert counts(found, "survey_sent") == (2, 3)
    assert counts(found, "survey_returned") == (1, 2)


def test_figures_add_up_by_system_service_and_month(read: Read) -> None:
    found = quality(
        read("flare", [case("1", "2012-01-05"), case("2", "2012-02-05"), case("3", "2012-02-07")]),
        read("iworld", [case("4", "2012-02-05")]),
    )
    for by in ("source", "service", "month"):
        rows = found.tidy(by).filter(pl.col("measure") == "open_over_6_months")
        assert (rows["count"].sum(), rows["of"].sum()) == counts(found, "open_over_6_months") == (4, 4)
    assert found.tidy("service").filter(pl.col("measure") == "open_over_6_months")["service"].to_list() == [
        "Regulatory Unit",
        "Tenancy Services",
    ]


def test_thresholds_are_passed_on_the_right_side(read: Read) -> None:
    found = quality(
        read("flare", [case("1", lead="A"), case("2")]),
        read(
            "surveys",
            [
                {"case_ref": "1", "sent": "2012-12-02"},
                {"case_ref": "2", "sent": "2012-12-02", "returned": "2012-12-05"},
            ],
        ),
    )
    assert [one.test for one in found.passed({"no_lead_officer": 0.49, "survey_returned": 0.51})] == [
        "no_lead_officer",
        "survey_returned",
    ]
    assert found.passed({"no_lead_officer": 0.5, "survey_returned": 0.5, "no_action": 0.0}) == ()
    sentence = found.passed({"no_lead_officer": 0.1})[0].sentence()
    assert sentence == "No lead officer: 50.0% of cases that record one or none, above the most allowed (10.0%)."
    with pytest.raises(DataError, match="Did you mean 'no_lead_officer'"):
        found.passed({"no_leed_officer": 0.1})


def test_the_scorecard_is_one_page_and_comes_from_the_kept_figures(read: Read) -> None:
    import json

    found = quality(read("flare", [case("1", lead="A"), case("2")]))
    kept = json.loads(json.dumps(found.to_json()))
    text = scorecard(kept, {"no_lead_officer": 0.1})
    assert text == found.scorecard({"no_lead_officer": 0.1})
    assert "! No lead officer" in text
    assert "(allowed 10%)" in text
    assert len(text.splitlines()) < 50
    assert passed(kept, {}) == ()


def test_rare_words_are_counted_and_not_shown(read: Read) -> None:
    rows = [case(str(number), category="Strange din") for number in range(10)] + [case("x", category="Ann Other")]
    words = quality(read("flare", rows)).to_json()["unmapped_words"]
    assert [(row["word"], row["rows"]) for row in words] == [("Strange din", 10), ("(rarer words)", 1)]


def months(source: str, first: date, counts: Sequence[int]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, count in enumerate(counts):
        month = pl.select(pl.lit(first).dt.offset_by(f"{number}mo")).item()
        rows += [{"source": source, "occurred_on": month + timedelta(days=day % 28)} for day in range(count)]
    return rows


def covered(rows: list[dict[str, object]], as_of: date) -> list[bool]:
    tables = {
        "Incidents": pl.DataFrame(rows),
        "Cases": pl.DataFrame(schema={"source": pl.String, "opened_on": pl.Date}),
        "Interventions": pl.DataFrame(schema={"source": pl.String, "started_on": pl.Date}),
    }
    return coverage(tables, as_of=as_of)["covered"].to_list()


@pytest.mark.parametrize(
    ("counts_by_month", "expected"),
    [
        ([30, 0, 30], [True, False, True]),
        ([30, 30, 0], [True, True, False]),
        ([2, 0, 3], [True, True, True]),
        ([6, 0, 6], [True, False, True]),
    ],
)
def test_a_month_without_records_is_a_gap_unless_the_source_is_quiet(
    counts_by_month: list[int], expected: list[bool]
) -> None:
    assert covered(months("x", date(2012, 1, 1), counts_by_month), date(2012, 3, 31)) == expected


def test_a_source_is_not_blamed_for_months_before_it_began() -> None:
    assert covered(months("x", date(2012, 3, 1), [9]), date(2012, 3, 31)) == [True]


def test_the_month_that_northumbria_lacks(real_data: Path) -> None:
    extract = read_extract(real_data / "northumbria-asb-2022.tab", "police_asb")
    records = assemble([extract], as_of=date(2022, 12, 31))
    assert gaps(records.coverage).rows() == [("northumbria-asb-2022", date(2022, 12, 1))]
    assert (
        "No record from northumbria-asb-2022 in 2022-12" in measure([], records, as_of=date(2022, 12, 31)).scorecard()
    )


def test_every_count_in_what_linking_says_can_be_rounded(read: Read) -> None:
    from evaluation.publishing.disclosure_rules import Rules
    from evaluation.publishing.disclosure_text import protect_sentence
    from evaluation.records.linking.link import Linked, link

    nothing = assemble([], as_of=AS_OF)
    linked = link(nothing, pl.DataFrame(schema=TRAITS), as_of=AS_OF)
    many = {
        "people": pl.DataFrame({"name": [str(n) for n in range(127)], "cluster": ["0"] * 127}),
        "duplicates": pl.DataFrame({"how": ["reference"] * 113 + ["likeness"] * 18}),
        "cases": pl.DataFrame(
            {
                "case_id": [str(n) for n in range(107)],
                "same_as": [f"of {n}" for n in range(107)],
                "how": ["super_case"] * 52 + ["person"] * 55,
            }
        ),
        "incidents": pl.DataFrame({"incident_id": ["i"] * 61}),
        "review": pl.DataFrame({"about": ["person"] * 41 + ["report"] * 43 + ["case"] * 47}),
    }
    said = Linked(linked.tables, **many, unused=23, overruled=29).notes()
    rounded = [protect_sentence(note, Rules(threshold=10, base=5)) for note in said]
    figures = [int(figure) for note in rounded for figure in re.findall(r"\d+", note)]
    assert len(figures) == len(said) + 2
    assert all(figure % 5 == 0 for figure in figures), rounded


def test_two_cases_that_name_each_other_are_one_case_that_gives_up_its_number() -> None:
    from evaluation.records.linking.link import Linked, link

    linked = link(assemble([], as_of=AS_OF), pl.DataFrame(schema=TRAITS), as_of=AS_OF)
    both = pl.DataFrame(
        {"case_id": ["a", "b"], "same_as": ["b", "a"], "probability": [0.97, 0.97], "how": ["person"] * 2}
    )
    said = Linked(linked.tables, linked.people, linked.duplicates, both, linked.incidents, linked.review).notes()
    assert any(note.startswith("1 cases are a case of another service") for note in said)


def test_answers_that_were_not_used_stand_on_the_scorecard(read: Read) -> None:
    unused = "2 pairs answered in the review are no longer in the records, and were left out"
    found = quality(read("flare", [case("1")])).to_json()
    assert unused not in scorecard(found)
    assert unused in scorecard(found | {"notes": [*found["notes"], unused]})
