"""Linking against a truth known by construction, and each rule by itself."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.records import schema
from evaluation.records.linking import incidents as reports_of_one_incident
from evaluation.records.linking import people as same_people
from evaluation.records.linking.answers import ANSWERS
from evaluation.records.linking.cases import merge_cases, pair_cases, unlinked_incidents
from evaluation.records.linking.incidents import pair_incidents
from evaluation.records.linking.link import LIKELY, link
from evaluation.records.linking.marks import mark_groups, mark_pairs
from evaluation.records.linking.people import pair_people
from evaluation.records.linking.review import decide
from evaluation.records.linking.truth import against_truth
from evaluation.records.linking.weights import CERTAIN, clusters
from evaluation.records.pseudonyms import person_ids
from evaluation.records.traits import TRAITS, traits

KEY = b"k" * 32
AS_OF = date(2012, 12, 31)
SYLLABLES = ("ba", "do", "ri", "mel", "tan", "sor", "vi", "ken", "lo", "fa", "gri", "pol", "hun", "wes", "cor", "dal")


def people(n: int, rng: np.random.Generator) -> pl.DataFrame:
    """Invented people in households of up to three who share a surname and an address."""

    def words(count: int) -> list[str]:
        return ["".join(rng.choice(SYLLABLES, 3)).title() for _ in range(count)]

    homes = np.sort(rng.integers(0, n // 2, n))
    last, road = words(n // 2), words(n // 2)
    born = [date(1950, 1, 1) + timedelta(days=int(day)) for day in rng.integers(0, 20000, n)]
    return pl.DataFrame(
        {
            "person": np.arange(n),
            "name": [f"{first} {last[home]}" for first, home in zip(words(n), homes, strict=True)],
            "born": [day.isoformat() for day in born],
            "address": [f"{home + 1} {road[home]} Road, AB{home % 9 + 1} {home % 7 + 1}CD" for home in homes],
            "phone": [f"07700 {number:06d}" for number in rng.integers(0, 10**6, n)],
        }
    )


def other_system(known: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The same people as another clerk writes them: misspelt, without a birth date, moved, surname first."""
    slip = rng.choice(
        ["", "misspelt", "unborn", "moved", "misread", "swapped"], len(known), p=[0.55, 0.12, 0.1, 0.08, 0.05, 0.1]
    )
    rows = known.with_columns(slip=pl.Series(slip))
    first, last = pl.col("name").str.split(" ").list.get(0), pl.col("name").str.split(" ").list.get(1)
    return rows.with_columns(
        name=pl.when(pl.col("slip") == "misspelt").then(first + " " + last.str.slice(0, 3) + last.str.slice(4))
        .when(pl.col("slip") == "swapped").then(last.str.to_uppercase() + ", " + first).otherwise("name"),
        born=pl.when(pl.col("slip") != "unborn").then("born"),
        address=pl.when(pl.col("slip") == "moved").then(pl.lit("1 Elsewhere Street, ZZ9 9ZZ"))
        .when(pl.col("slip") == "misread").then("7" + pl.col("address")).otherwise("address"),
    ).drop("slip")  # fmt: skip


def hashed(rows: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    parts = rows.select("name", "born", "address", "phone")
    ids = person_ids(parts, "s", KEY)
    return ids, traits({"subject": parts}, pl.DataFrame({"person.subject": ids}), KEY)


@pytest.fixture(scope="module")
def two_systems() -> tuple[pl.Series, pl.Series, pl.DataFrame]:
    """Pseudonyms, the person each truly is, and the traits, of 600 people in two systems."""
    rng = np.random.default_rng(5)
    known = people(600, rng)
    ours, theirs = hashed(known), hashed(other_system(known, rng))
    truth = pl.concat([known["person"], known["person"]])
    return pl.concat([ours[0], theirs[0]]), truth, pl.concat([ours[1], theirs[1]])


def test_people_are_linked_with_the_precision_and_recall_that_are_promised(
    two_systems: tuple[pl.Series, pl.Series, pl.DataFrame],
) -> None:
    ids, truth, known = two_systems
    chosen, _ = decide(pair_people(known))
    joined = clusters(known["person_id"], chosen["left"], chosen["right"])
    given = ids.replace_strict(joined["name"], joined["cluster"])
    before, after = mark_groups(ids, truth), mark_groups(given, truth)
    assert after.precision >= 0.98, after.sentence()
    assert after.recall >= 0.90, after.sentence()
    assert before.recall < 0.85


def test_the_trained_model_links_as_well(two_systems: tuple[pl.Series, pl.Series, pl.DataFrame]) -> None:
    pytest.importorskip("splink", reason="the extra 'linking' (splink) is not installed")
    from evaluation.records.linking.probabilistic import trained_pairs

    ids, truth, known = two_systems
    pairs = trained_pairs(known, max_pairs=2e5)
    chosen, _ = decide(pairs)
    joined = clusters(known["person_id"], chosen["left"], chosen["right"])
    marks = mark_groups(ids.replace_strict(joined["name"], joined["cluster"]), truth)
    assert marks.precision >= 0.98, marks.sentence()
    assert marks.recall >= 0.90, marks.sentence()


def test_a_model_without_data_to_train_on_is_an_error(two_systems: tuple[pl.Series, pl.Series, pl.DataFrame]) -> None:
    pytest.importorskip("splink", reason="the extra 'linking' (splink) is not installed")
    from evaluation.records.linking.probabilistic import trained_pairs

    known = two_systems[2]
    with pytest.raises(DataError, match="at least 200 people"):
        trained_pairs(known.head(50))
    with pytest.raises(DataError, match="could not be trained"):
        trained_pairs(known.head(400).with_columns(telephone=pl.lit(None, pl.String)), max_pairs=1e5)


def one_pair(*rows: dict[str, str | None]) -> float:
    """The probability that two records are one, among two hundred others."""
    others = people(200, np.random.default_rng(1)).drop("person")
    frame = pl.concat([pl.DataFrame(list(rows), schema=others.schema), others])
    ids, known = hashed(frame)
    pairs = pair_people(known)
    ends = sorted(ids.head(2).to_list())
    if ends[0] == ends[1]:
        return 1.0
    found = pairs.filter((pl.col("left") == ends[0]) & (pl.col("right") == ends[1]))
    return found["probability"].item() if len(found) else 0.0


JOHN: dict[str, str | None] = {
    "name": "John Smith",
    "born": "1980-05-03",
    "address": "1 High Street, OX1 1AA",
    "phone": "01865 111111",
}


@pytest.mark.parametrize(
    ("change", "linked"),
    [
        ({"name": "SMITH, Mr John"}, True),
        ({"name": "Jon Smyth"}, True),
        ({"born": None}, True),
        ({"born": "1980-03-05"}, True),
        ({"address": "9 Low Road, OX4 4ZZ"}, True),
        ({"name": "Jane Smith", "born": "1982-01-01"}, False),
        ({"born": "1951-07-07"}, False),
        ({"address": "9 Low Road", "born": "1951-07-07", "phone": None}, False),
    ],
)
def test_what_makes_one_person_of_two_records(change: dict[str, str | None], linked: bool) -> None:
    assert (one_pair(JOHN, JOHN | change) >= CERTAIN) is linked


def incidents(*rows: dict[str, object]) -> pl.DataFrame:
    usual = {"precision": "day", "kind": "Anti-social behaviour"}
    return schema.conform("Incidents", pl.DataFrame([usual | row for row in rows], infer_schema_length=None))


def test_reports_of_one_incident_are_found_by_number_and_by_likeness() -> None:
    rng = np.random.default_rng(2)
    day = [date(2011, 1, 1) + timedelta(days=int(offset)) for offset in rng.integers(0, 700, 400)]
    rows: list[dict[str, object]] = []
    for number in range(400):
        row = {
            "source": "flare",
            "incident_id": f"F{number}",
            "occurred_on": day[number],
            "category": "ABDK"[number % 4],
            "place_id": f"p{number % 97}",
            "subject_id": f"s{number % 61}",
            "area": f"w{number % 7}",
        }
        rows.append(row)
        if number % 4 == 0:
            rows.append(
                row
                | {"source": "cedar", "incident_id": f"C{number}"}
                | ({"external_ref": f"F{number}"} if number % 8 else {})
            )
        elif number % 4 == 1:
            rows.append(
                row
                | {
                    "source": "cedar",
                    "incident_id": f"C{number}",
                    "category": "O",
                    "place_id": f"p{number % 89}x",
                    "subject_id": None,
                }
            )
    found = pair_incidents(incidents(*rows)).filter(pl.col("probability") >= 0.5)
    truth = pl.DataFrame({"a": [f"C{n}" for n in range(0, 400, 4)], "b": [f"F{n}" for n in range(0, 400, 4)]})
    marks = mark_pairs(found.select("incident_id", "duplicate_of"), truth)
    assert (marks.precision, marks.recall) == (1.0, 1.0)
    assert found["how"].value_counts(sort=True, name="n").filter(pl.col("how") == "reference")["n"].to_list() == [50]


def test_reports_by_month_and_within_one_system_are_never_paired() -> None:
    row: dict[str, object] = {"occurred_on": date(2011, 1, 1), "place_id": "p", "subject_id": "s", "category": "A"}
    same = incidents(row | {"source": "flare", "incident_id": "1"}, row | {"source": "flare", "incident_id": "2"})
    months = incidents(
        row | {"source": "flare", "incident_id": "1", "precision": "month"},
        row | {"source": "cedar", "incident_id": "2", "precision": "month"},
    )
    assert pair_incidents(same).is_empty()
    assert pair_incidents(months).is_empty()


def cases(*rows: dict[str, object]) -> pl.DataFrame:
    return schema.conform("Cases", pl.DataFrame(list(rows), infer_schema_length=None))


COUNCIL: dict[str, object] = {
    "case_id": "F1",
    "source": "flare",
    "subject_id": "s",
    "category": "A",
    "opened_on": date(2011, 1, 1),
}
POLICE: dict[str, object] = {
    "case_id": "C1",
    "source": "cedar",
    "subject_id": "s",
    "category": "A",
    "opened_on": date(2011, 1, 9),
}


@pytest.mark.parametrize(
    ("council", "police", "same", "how"),
    [
        ({}, {"external_ref": "F1", "subject_id": None}, True, "reference"),
        ({}, {}, True, "person"),
        ({"closed_on": date(2011, 1, 8)}, {}, False, ""),
        ({}, {"category": "B"}, False, ""),
        ({}, {"subject_id": "t"}, False, ""),
    ],
)
def test_a_case_passed_between_services(
    council: dict[str, object], police: dict[str, object], same: bool, how: str
) -> None:
    found = pair_cases(cases(COUNCIL | council, POLICE | police)).filter(pl.col("probability") >= 0.9)
    assert found.select("case_id", "same_as", "how").rows() == ([("C1", "F1", how)] if same else [])


def test_one_case_of_two_is_open_while_either_is() -> None:
    numbers = pl.DataFrame({"case_id": ["F1", "C1"], "number": ["F1", "F1"]})
    both = merge_cases(
        cases(
            COUNCIL | {"closed_on": date(2011, 2, 1), "closure": "resolved", "cost": 5, "has_lead": False},
            POLICE | {"cost": 7, "has_lead": True},
        ),
        numbers,
    ).row(0, named=True)
    assert (both["case_id"], both["closed_on"], both["closure"], both["has_lead"]) == ("F1", None, None, True)
    assert both["cost"] == 12
    done = merge_cases(
        cases(
            COUNCIL | {"closed_on": date(2011, 2, 1), "closure": "resolved"},
            POLICE | {"closed_on": date(2011, 3, 1), "closure": "moved"},
        ),
        numbers,
    ).row(0, named=True)
    assert (done["closed_on"], done["closure"]) == (date(2011, 3, 1), "moved")


def test_an_incident_is_given_the_only_open_case_that_it_can_be_of() -> None:
    known = cases(
        COUNCIL,
        COUNCIL | {"case_id": "F2", "category": "K"},
        COUNCIL | {"case_id": "F3", "subject_id": "t", "category": "K", "closed_on": date(2011, 5, 9)},
    )
    rows = [("1", "s", "A", 1), ("2", "s", "D", 1), ("3", "t", "A", 1), ("4", "t", "K", 9), ("5", "u", "A", 1)]
    loose = incidents(
        *(
            {
                "incident_id": ref,
                "source": "flare",
                "occurred_on": date(2011, 5, day),
                "subject_id": who,
                "category": kind,
            }
            for ref, who, kind, day in rows
        ),
        {"incident_id": "6", "source": "flare", "occurred_on": date(2010, 5, 1), "subject_id": "s", "category": "A"},
    )
    found = unlinked_incidents(loose, known, as_of=AS_OF)
    given = found.filter(pl.col("probability") >= LIKELY).select("incident_id", "case_id").rows()
    assert given == [("1", "F1"), ("3", "F3")]
    assert unlinked_incidents(loose.head(1), known.head(1), as_of=date(2011, 5, 1))["case_id"].to_list() == ["F1"]


def test_links_are_marked_beside_the_truth() -> None:
    accepted = incidents(
        {"incident_id": "1", "source": "flare", "occurred_on": date(2011, 5, 1), "subject_id": "s", "case_id": "F1"},
        {"incident_id": "2", "source": "cedar", "occurred_on": date(2011, 5, 1), "subject_id": "t", "case_id": "C1"},
        {"incident_id": "3", "source": "flare", "occurred_on": date(2011, 6, 1), "subject_id": "s"},
        {"incident_id": "4", "source": "flare", "occurred_on": date(2011, 7, 1), "subject_id": "u"},
    )
    extras = {
        "duplicates": pl.DataFrame({"incident_id": ["2", "4"], "duplicate_of": ["1", "3"]}),
        "people": pl.DataFrame({"name": ["s", "t", "u"], "cluster": ["s", "s", "u"]}),
        "same_cases": pl.DataFrame({"case_id": ["C1"], "same_as": ["F1"]}),
        "linked_incidents": pl.DataFrame({"incident_id": ["3"], "case_id": ["F1"]}),
    }
    pairs = pl.DataFrame({"incident_ref": ["1"], "other_ref": ["2"]})
    people = pl.DataFrame({"incident_ref": list("1234"), "person": ["1", "1", "1", "1"], "case": ["7", "7", "7", "-1"]})
    linked = accepted.filter(pl.col("incident_id").is_in(["1", "3"])).with_columns(case_id=pl.lit("F1"))
    found = {one.name: one.marks for one in against_truth([{"Incidents": accepted}], linked, extras, pairs, people)}
    assert (found["reports"].true, found["reports"].linked, found["reports"].right) == (1, 2, 1)
    assert (found["people"].true, found["people"].linked, found["people"].right) == (3, 1, 1)
    assert (found["cases"].true, found["cases"].linked, found["cases"].right) == (1, 1, 1)
    assert (found["incidents"].true, found["incidents"].linked, found["incidents"].right) == (1, 1, 1)


def test_a_no_that_other_answers_overrule_is_told() -> None:
    tables = {name: schema.empty(name) for name in schema.TABLES}
    tables["Cases"] = cases(COUNCIL, POLICE | {"subject_id": "t"}, POLICE | {"case_id": "R1", "source": "react"})
    pairs = [("C1", "F1", True), ("C1", "R1", True), ("F1", "R1", False)]
    said = pl.DataFrame([("case", *pair) for pair in pairs], schema=ANSWERS, orient="row")
    linked = link(tables, pl.DataFrame(schema=TRAITS), as_of=AS_OF, answers=said)
    assert linked.tables["Cases"]["case_id"].to_list() == ["F1"]
    assert linked.notes()[-1] == "1 pairs answered with no are one all the same, by way of a third"


def test_linking_loses_no_incident_and_counts_each_once() -> None:
    row: dict[str, object] = {"occurred_on": date(2011, 1, 5), "place_id": "p", "subject_id": "s", "category": "A"}
    tables = {name: schema.empty(name) for name in schema.TABLES}
    tables["Incidents"] = incidents(
        row | {"incident_id": "1", "source": "flare"},
        row | {"incident_id": "2", "source": "cedar", "external_ref": "1", "complainant_id": "n", "case_id": "C1"},
        row | {"incident_id": "3", "source": "cedar", "occurred_on": date(2011, 4, 1)},
    )
    tables["Cases"] = cases(COUNCIL, POLICE | {"external_ref": "F1"})
    linked = link(tables, pl.DataFrame(schema=TRAITS), as_of=AS_OF)
    assert linked.tables["Incidents"]["incident_id"].to_list() == ["1", "3"]
    assert linked.tables["Incidents"]["complainant_id"].to_list() == ["n", None]
    assert linked.tables["Incidents"]["case_id"].to_list() == ["F1", "F1"]
    assert linked.tables["Cases"]["case_id"].to_list() == ["F1"]
    assert len(linked.tables["Incidents"]) + len(linked.duplicates) == 3
    assert len(linked.notes()) == 6


def linked_systems(n: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The traits of the same people in two systems, and reports of them on a few days and places."""
    rng = np.random.default_rng(7)
    here = people(n, rng)
    systems = {"flare": here, "cedar": other_system(here, rng)}
    tables = []
    for name, rows in systems.items():
        parts = rows.select("name", "born", "address", "phone")
        frame = pl.DataFrame({"person.subject": person_ids(parts, name, KEY)})
        tables.append(traits({"subject": parts}, frame, KEY))
    twice = np.repeat(np.arange(n), 2)
    days = twice % 30 + rng.integers(0, 2, 2 * n)
    reports = pl.DataFrame(
        {
            "incident_id": [f"I{number}" for number in range(2 * n)],
            "source": ["flare", "cedar"] * n,
            "occurred_on": [AS_OF - timedelta(days=int(day)) for day in days],
            "precision": "day",
            "category": rng.choice(["A", "B", "C"], 2 * n),
            "place_id": [f"a_{number // 3}" for number in twice],
            "subject_id": [f"p_{number // 2}" for number in twice],
        }
    )
    return pl.concat(tables), schema.conform("Incidents", reports)


def test_pairs_do_not_depend_on_how_many_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known, reports = linked_systems(120)
    whole = pair_people(known), pair_incidents(reports)
    assert len(whole[0]) > 20
    assert len(whole[1]) > 10
    for module in (same_people, reports_of_one_incident):
        monkeypatch.setattr(module, "_PAIRS_AT_ONCE", 7)
    assert pair_people(known).equals(whole[0])
    assert pair_incidents(reports).equals(whole[1])


def test_candidates_are_all_pairs_that_agree_in_a_block_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = linked_systems(60)[0].drop("role").unique(maintain_order=True)
    monkeypatch.setattr(same_people, "_PAIRS_AT_ONCE", 50)
    found = pl.concat(same_people._candidates(same_people._numbered(known))).rows()
    rows = known.to_dicts()
    expected = {
        (left, right)
        for left, one in enumerate(rows)
        for right, other in enumerate(rows)
        if one["person_id"] < other["person_id"]
        and any(all(one[key] is not None and one[key] == other[key] for key in block) for block in same_people._BLOCKS)
    }
    assert len(found) == len(expected) > 60
    assert set(found) == expected
