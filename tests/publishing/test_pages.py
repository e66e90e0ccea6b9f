"""The generated project: every page, from published values alone, inert and the same each time."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from evaluation.errors import DataError, RenderError
from evaluation.publishing.disclosure_income import ROUNDED
from evaluation.publishing.pages import costs, register, write_site
from evaluation.publishing.release import Rules, release_finding
from evaluation.publishing.render import Rendered, render
from evaluation.publishing.tidy import inline_code

SITE = Path(__file__).resolve().parents[2] / "site"
SHIPPED_EXAM = SITE.parent / "evaluation" / "example" / "exam_result.json"
STAMP = "Worked example: synthetic data"
Built = tuple[Path, Rendered]


class Outline(HTMLParser):
    """Tags, ids and headings of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.levels: list[int] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for key, value in attrs if key == "id" and value]
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_data(self, data: str) -> None:
        self.text += data


def pages_of(built: Built) -> dict[str, str]:
    return {path.relative_to(built[0]).as_posix(): path.read_text() for path in sorted(built[0].rglob("*.html"))}


def test_every_page_is_there(rendered: Built, demo: ModuleType) -> None:
    pages = pages_of(rendered)
    expected = {
        "index", "problems", "contracts", "court-costs", "caseload", "good-practice", "data-quality", "methods", "exam",
        "search", "downloads", "changes", "glossary", "accessibility", "contracts/city_counselling",
        *(f"schemes/{scheme.id}" for scheme in demo.SCHEMES), "problems/neighbour-disputes", "meetings/2013-01-17",
    }  # fmt: skip
    assert expected <= {name.removesuffix(".html") for name in pages}
    assert rendered[1].pages == len(pages)


def test_every_page_says_that_the_data_are_invented(rendered: Built) -> None:
    for name, text in pages_of(rendered).items():
        assert STAMP in text.partition("<main")[2].partition("</header>")[0], name


def test_a_real_partnership_bears_no_stamp(demo: ModuleType, tmp_path: Path) -> None:
    write_site(demo.source(), tmp_path, site=demo.content(synthetic=False, notice="Published by the partnership."))
    assert not any(STAMP in path.read_text() for path in tmp_path.rglob("*.qmd"))
    assert STAMP not in (tmp_path / "_quarto.yml").read_text()


def test_pages_hold_one_title_unique_ids_and_headings_in_order(rendered: Built) -> None:
    for name, text in pages_of(rendered).items():
        outline = Outline(text)
        assert outline.levels.count(1) == 1, name
        assert len(outline.ids) == len(set(outline.ids)), (
            name,
            sorted({i for i in outline.ids if outline.ids.count(i) > 1}),
        )
        assert all(after <= before + 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False)), name


def test_no_page_holds_inline_code_or_another_host(rendered: Built) -> None:
    for name, text in pages_of(rendered).items():
        assert list(inline_code(text)) == [], name
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text.partition("<main")[0]), name
        assert text.count("Content-Security-Policy") == 1, name


def test_the_first_page_and_all_it_loads_is_small(rendered: Built) -> None:
    output = rendered[0]
    size = sum((output / name).stat().st_size for name in ("index.html", "assets/site.css", "assets/site.js"))
    assert size < 200_000
    assert "plotly" not in (output / "index.html").read_text().replace("data-plotly", "")
    plain = [text for text in pages_of(rendered).values() if "<figure" not in text]
    assert max(len(text.encode()) for text in plain) < 100_000
    whole = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    assert whole < 8_000_000


def test_every_number_leads_to_its_published_result(rendered: Built, demo: ModuleType) -> None:
    output = rendered[0]
    for finding in demo.FINDINGS:
        text = (output / "schemes" / f"{finding['scheme']}.html").read_text()
        assert f"../published/findings/{finding['study']}.json" in text
        assert "../data-quality.html#inputs" in text
        assert (output / "published" / "findings" / f"{finding['study']}.json").is_file()


def test_two_builds_write_the_same_bytes(project: Path, demo: ModuleType, tmp_path: Path) -> None:
    write_site(demo.source(), tmp_path, site=demo.content())
    one, two = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (project, tmp_path)
    )
    assert {name for name in one.keys() & two.keys() if one[name] != two[name]} == set()
    assert set(two) <= set(one)


def test_only_what_changed_is_written_again(demo: ModuleType, tmp_path: Path) -> None:
    write_site(demo.source(), tmp_path, site=demo.content())
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "kept.ipynb").write_text("{}")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    fewer = tuple(scheme for scheme in demo.SCHEMES if scheme.id != "walkabouts")
    write_site(demo.source(), tmp_path, site=demo.content(schemes=fewer))
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert tmp_path / "schemes" / "walkabouts.qmd" not in after
    assert after[tmp_path / "schemes" / "mediation.qmd"] == before[tmp_path / "schemes" / "mediation.qmd"]
    assert tmp_path / "notebooks" / "kept.ipynb" in after


def test_the_source_is_never_written_to(demo: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "site"
    shutil.copytree(demo.source(), source, ignore=shutil.ignore_patterns("_site"))
    before = {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}
    write_site(source, tmp_path / "target", site=demo.content())
    assert {path: path.read_bytes() for path in source.rglob("*") if path.is_file()} == before


def test_the_source_is_a_quarto_project_of_its_own() -> None:
    configuration = yaml.safe_load((SITE / "_quarto.yml").read_text())
    assert configuration["project"]["type"] == "website"
    assert configuration["lang"] == "en-GB"
    assert configuration["format"]["html"]["html-table-processing"] == "none"
    linked = [item["href"] for item in configuration["website"]["navbar"]["left"]]
    linked += [item["href"] for item in configuration["website"]["page-footer"]["right"]]
    assert [href for href in linked if not (SITE / href).is_file()] == []


@pytest.mark.parametrize("with_schemes", [False, True])
def test_a_workspace_without_results_has_a_whole_site(demo: ModuleType, tmp_path: Path, with_schemes: bool) -> None:
    exam = json.loads(SHIPPED_EXAM.read_text(encoding="utf-8"))
    given = {"findings": (), "contracts": (), "income": None, "quality": None, "exam": exam}
    schemes = demo.SCHEMES if with_schemes else ()
    write_site(demo.source(), tmp_path / "site", site=demo.content(schemes=schemes, **given))
    done = render(tmp_path / "site", tmp_path / "_site", "smalldocs")
    assert done.pages >= 15 + len(schemes)
    assert "nobody can say what is owed" in (tmp_path / "_site" / "court-costs.html").read_text()


def test_a_folder_without_configuration_is_refused(demo: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"_quarto\.yml"):
        write_site(tmp_path, tmp_path / "target", site=demo.content())


def test_a_meeting_without_a_date_is_refused(demo: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "site"
    shutil.copytree(demo.source(), source, ignore=shutil.ignore_patterns("_site"))
    (source / "meetings" / "next.qmd").write_text("---\ntitle: x\n---\n")
    with pytest.raises(DataError, match=r"next\.qmd"):
        write_site(source, tmp_path / "target", site=demo.content())


# ---------------------------------------------------------------- what pages say


def test_a_scheme_page_begins_with_the_decision(rendered: Built) -> None:
    text = (rendered[0] / "schemes" / "mediation.html").read_text()
    main = text.partition("</header>")[2]
    order = [
        main.index(part)
        for part in ('class="decision"', 'class="hundreds"', 'class="say"', "About it", 'id="no-repeat"', 'id="trust"')
    ]
    assert order == sorted(order)
    assert "11 fewer of 100" in main
    assert "43 of 100" in main
    assert "32 of 100" in main
    assert "Strategy group" in main


def test_a_cited_source_stands_in_a_box_of_its_own(rendered: Built) -> None:
    text = (rendered[0] / "schemes" / "mediation.html").read_text()
    box = re.search(r'<aside class="cited".*?</aside>', text, re.S)
    assert box is not None
    assert "Oxford scrutiny review, 2009" in box.group()
    assert not re.search(r"\d+ (?:fewer|more) of", box.group())


def test_what_cannot_be_said_is_said(rendered: Built) -> None:
    text = (rendered[0] / "schemes" / "family_support.html").read_text()
    assert "Cannot be said" in text
    assert "Only a handful of families were helped." in text
    assert "hundreds" not in text


def test_a_scheme_without_an_objective_says_so(rendered: Built) -> None:
    assert "no measurable objective" in (rendered[0] / "schemes" / "letters.html").read_text()


def test_a_known_experiment_is_a_method_check_and_not_a_scheme(demo: ModuleType, tmp_path: Path) -> None:
    trial = {
        **demo.finding("aid", "Financial aid", -0.1, -0.2, -0.01, "high"),
        "study": "financial_aid",
        "scheme": None,
    }
    content = demo.content(findings=(release_finding(trial, Rules()),))
    write_site(demo.source(), tmp_path, site=content)
    assert "Financial aid" not in (tmp_path / "index.qmd").read_text()
    assert "methods/financial_aid.html" in (tmp_path / "methods.qmd").read_text()
    assert "A method check" in (tmp_path / "methods" / "financial_aid.qmd").read_text()


def test_a_contract_without_outcomes_is_neither_pass_nor_blank(rendered: Built) -> None:
    text = (rendered[0] / "contracts" / "city_counselling.html").read_text()
    assert "Verdict: outcomes not evidenced" in text
    assert 'class="decision outcome-missing"' in text
    assert "between 17% and 80%" in text
    assert "Decide by 29 January 2013." in text


def test_court_costs_are_exact_and_complete_first(rendered: Built) -> None:
    text = (rendered[0] / "court-costs.html").read_text()
    assert "£48,230.00 was awarded and £20,223.50 is still owed" in text
    assert text.index("is the list complete") < text.index("What was due")


def test_a_rounded_ledger_shows_no_pence(demo: ModuleType) -> None:
    content = demo.content()
    ledger = {**content.income.data, "amounts": ROUNDED, "awarded": "48000", "outstanding": "20000"}
    object.__setattr__(content.income, "data", ledger)  # as a later edition has it
    text = costs.page(content).body
    assert "£48,000 was awarded and £20,000 is still owed" in text
    assert f"Amounts are {ROUNDED}" in text
    assert "£20,000 is owed" in costs.page(content).description
    assert ".00" not in text.partition("What came in")[0]
    assert "£20,000 is owed to the council" in register.body(content, ())


def test_missing_months_are_said_in_words(rendered: Built) -> None:
    text = (rendered[0] / "data-quality.html").read_text()
    assert "none Aug 2011 to Sep 2011" in text
    assert "PSS Live sent no extract." in text


def test_an_exam_that_was_not_run_is_not_passed(rendered: Built, demo: ModuleType, tmp_path: Path) -> None:
    assert "has not been run" in (rendered[0] / "exam.html").read_text()
    exam = {
        "councils": 400, "replicates": 200, "command": "evaluation exam --seed 1",
        "criteria": [{"name": "bias", "wanted": "below 0.2", "found": "1 of 2 reached", "passed": False}],
        "marks": [
            {"scenario": name, "effect": "risk_difference_365", "truth": -0.1, "mean": -0.09, "bias_in_errors": 0.1,
             "coverage": share, "coverage_error": 0.015, "rejects": 0.6, "covers": good}
            for name, share, good in (("helpful", 0.945, True), ("hidden cause", 0.6, False))
        ],
        "naive": [{"scenario": "null", "method": "before_after", "rejects": 0.9, "fails_as_expected": True}],
    }  # fmt: skip
    write_site(demo.source(), tmp_path, site=demo.content(exam=exam))
    text = (tmp_path / "exam.qmd").read_text()
    assert "Missed: no lean to one side (bias)." in text
    assert "In 1 of 2 kinds of town" in text
    assert "✕ Missed" in text


def test_changes_name_old_and_new(demo: ModuleType, tmp_path: Path) -> None:
    old = release_finding(demo.finding("mediation", "Mediation", -0.05, -0.2, 0.1, "low"), Rules())
    write_site(
        demo.source(), tmp_path, site=demo.content(previous={"finding/mediation": old.data, "finding/gone_study": {}})
    )
    text = (tmp_path / "changes.qmd").read_text()
    assert "Not clear yet: 5 fewer (20 fewer to 10 more)" in text
    assert "Reading changed" in text
    assert "gone study" in text


def area_finding(demo: ModuleType, value: float, low: float, high: float) -> dict[str, object]:
    """A scheme that acts on a place: monthly incidents, recorded over expected."""
    found = demo.finding("wardens", "Wardens in schools", 0.0, 0.0, 0.0, "low")
    effect = {
        "name": "incident_ratio", "value": value, "low": low, "high": high, "level": 0.95, "unit": "ratio",
        "n_treated": 525, "n_compared": 1745, "population": "treated", "method": "interrupted_series",
    }  # fmt: skip
    return {**found, "effects": [effect], "curves": [], "balance": []}


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((0.8, 0.66, 0.95), "20 fewer of 100 incidents"),
        ((0.87, 0.71, 1.06), "Not clear yet"),
        ((1.2, 1.05, 1.4), "20 more of 100 incidents"),
    ],
)
def test_a_scheme_for_a_place_is_counted_in_incidents(
    demo: ModuleType, tmp_path: Path, interval: tuple[float, float, float], said: str
) -> None:
    write_site(
        demo.source(), tmp_path, site=demo.content(findings=(release_finding(area_finding(demo, *interval), Rules()),))
    )
    page = (tmp_path / "schemes" / "wardens.qmd").read_text()
    assert f"<b>{said}</b>" in page
    assert "What was counted" in page
    assert 'class="hundreds"' not in page
    assert "of 100 incidents" in (tmp_path / "index.qmd").read_text()


def test_a_description_stands_with_the_cases_and_claims_nothing(demo: ModuleType, tmp_path: Path) -> None:
    ladder = {
        "study": "ladder", "scheme": None, "title": "The ladder", "question": "How far do people go?",
        "status": "estimated",
        "effects": [], "can_say": ["45 of 100 stopped."], "cannot_say": ["Whether a rung made people stop."],
        "evidence": {"grade": "none", "maryland": None, "reasons": []},
        "numbers": {"no_further_incident": {
            "order": {"share": 0.37, "low": 0.3, "high": 0.44, "people": 195},
            "warning": {"share": 0.45, "low": 0.43, "high": 0.48, "people": 1710},
        }},
    }  # fmt: skip
    write_site(demo.source(), tmp_path, site=demo.content(findings=(release_finding(ladder, Rules()),), tables=()))
    page = (tmp_path / "ladder.qmd").read_text()
    assert page.index("Warning, 1,710 people") < page.index("Order, 195 people")
    assert "45 of 100" in page
    assert "the numbers are too small to show" in page
    assert "Warning, 1,710" not in (tmp_path / "caseload.qmd").read_text()
    assert "ladder" not in (tmp_path / "methods.qmd").read_text()
    assert not (tmp_path / "methods" / "ladder.qmd").exists()


def test_published_counts_are_shown_by_place_and_year(demo: ModuleType, tmp_path: Path) -> None:
    import polars as pl

    from evaluation.publishing.release import release_table

    rows = [
        {"ward": ward, "year": str(year), "count": count}
        for ward, count in (("All", 400), ("Eastfield <b>", 250), ("Mill", 150))
        for year in range(2008, 2012)
    ]
    table = release_table("incidents_by_ward_and_year", pl.DataFrame(rows), Rules())
    write_site(demo.source(), tmp_path, site=demo.content(tables=(table,)))
    page = (tmp_path / "incidents.qmd").read_text()
    assert "The total was about the same in 2011 as in 2008" in page
    assert "Eastfield &#60;b&#62;" in page
    assert "published/tables/incidents_by_ward_and_year.json" in page


def test_the_first_page_says_what_to_decide_and_what_is_owed(rendered: Built) -> None:
    text = Outline((rendered[0] / "index.html").read_text()).text
    assert "£20,223.50 is owed to the council." in text
    assert "1 contract of 1 cannot show an outcome." in text
    assert "Stop or change" in text
    assert "ASBOs" in text.partition("Stop or change")[2][:80]


# ---------------------------------------------------------------- hostile words

PAYLOADS = {
    "title": "<script>alert(1)</script>{{< env PATH >}}",
    "problem": '"><img src=x onerror=alert(1)>',
    "area": "`]{.x} [a](javascript:alert(1))",
    "lead": "\u202eevil\u202c <b>role</b>",
    "description": "```{=html}\n<script>alert(2)</script>\n```",
    "lessons": ("=HYPERLINK(1)", "<iframe src=//x></iframe>"),
    "good_practice": "{{< include /etc/hostname >}}",
    "body": "## Own\n\n{{< include /etc/hostname >}}\n\n```{=html}\n<script>alert(3)</script>\n```\n"
    "\n<p onclick=go()>x</p>\n",
}


@pytest.fixture(scope="module")
def hostile(demo: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    given = {"history": (), **PAYLOADS, "description": PAYLOADS["description"].replace("\n", " ")}
    scheme = demo.scheme("hostile", given.pop("title"), **given)
    contract = {
        **demo.contract(),
        "title": PAYLOADS["problem"],
        "provider": PAYLOADS["area"],
        "purpose": PAYLOADS["good_practice"],
    }
    from evaluation.publishing.release import release_contract

    content = demo.content(
        schemes=(*demo.SCHEMES, scheme), contracts=(release_contract(contract, Rules()),), name="<b>We</b>"
    )
    write_site(demo.source(), folder / "site", site=content)
    render(folder / "site", folder / "_site", "smalldocs")
    return folder


def test_hostile_words_are_inert_in_the_project(hostile: Path) -> None:
    for path in (hostile / "site").rglob("*.qmd"):
        text = path.read_text()
        assert "{{<" not in text, path.name
        assert "alert(1)</script>" not in text, path.name
        plain = 2 if path.name == "hostile.qmd" else 0  # the author’s raw block has become a plain one
        assert text.count("```{=html}") == len(re.findall(r"^```$", text, re.M)) - plain, path.name


def test_hostile_words_are_shown_and_do_nothing_on_pages(hostile: Path) -> None:
    page = (hostile / "_site" / "schemes" / "hostile.html").read_text()
    outline = Outline(page)
    assert outline.tags.count("script") == 1
    assert not {"iframe", "img"} & set(outline.tags)
    assert "<script>alert(1)</script>{{< env PATH >}}" in outline.text
    assert "javascript:" not in "".join(re.findall(r'href="[^"]*"', page))
    assert "\u202e" not in page
    assert list(inline_code(page)) == []


def test_a_sheet_holds_no_formula(hostile: Path) -> None:
    import csv
    import io

    for path in (hostile / "site" / "published").glob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))):
            for cell in row:
                assert not cell.startswith(("=", "@", "+", "\t")), (path.name, cell)
                assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell), (path.name, cell)


# ---------------------------------------------------------------- downloads


def test_every_column_is_in_the_dictionary(project: Path) -> None:
    import csv
    import io

    def rows(name: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO((project / "published" / name).read_text("utf-8-sig"))))

    explained = {(row[0], row[1]) for row in rows("data-dictionary.csv")[1:]}
    for path in (project / "published").glob("*.csv"):
        if path.name != "data-dictionary.csv":
            assert {(path.name, column) for column in rows(path.name)[0]} <= explained


def test_the_edition_lists_every_file_with_its_hash(project: Path) -> None:
    import hashlib
    import json

    listed = json.loads((project / "published" / "edition.json").read_text())["sha256"]
    found = {path.relative_to(project).as_posix() for path in (project / "published").rglob("*") if path.is_file()}
    assert set(listed) == found - {"published/edition.json"}
    assert all(hashlib.sha256((project / name).read_bytes()).hexdigest() == value for name, value in listed.items())


def test_the_workbook_has_a_named_table_on_every_sheet(project: Path) -> None:
    import fastexcel

    book = fastexcel.read_excel(project / "published" / "register.xlsx")
    assert book.sheet_names[0] == "Contents"
    assert {"register", "effects", "steps", "not-shown", "data-dictionary"} <= set(book.sheet_names)
    assert len(book.table_names()) == len(book.sheet_names)
    register = book.load_sheet("register").to_polars()
    assert register.height == 9
    assert register["title"].to_list()[0] == "Mediation"


def test_no_download_holds_a_count_that_was_hidden(demo: ModuleType, tmp_path: Path) -> None:
    small = demo.finding("mediation", "Mediation", -0.11, -0.21, -0.01, "moderate", people=104)
    small["attrition"].append({"step": "finished", "people": 7})
    write_site(demo.source(), tmp_path, site=demo.content(findings=(release_finding(small, Rules()),)))
    steps = (tmp_path / "published" / "steps.csv").read_text("utf-8-sig").splitlines()
    assert steps[-1] == "mediation,5,finished,"
    assert "not shown" in (tmp_path / "schemes" / "mediation.qmd").read_text()


def test_the_day_is_the_day_given_and_not_today(project: Path) -> None:
    today = date.today()
    for path in project.rglob("*.qmd"):
        assert f"{today.day} {today:%B %Y}" not in path.read_text(), path.name
