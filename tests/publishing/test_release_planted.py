"""The search for planted people finds them wherever they could hide, and finds nobody in what the rules let out."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import json
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from evaluation.errors import DisclosureError
from evaluation.publishing.release import Rules, release_finding, release_table


def load_planted() -> ModuleType:
    name = "planted"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("planted.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


planted = load_planted()
PEOPLE = planted.people()


def png_with(text: str) -> bytes:
    packed = b"Comment\0\0" + zlib.compress(text.encode())
    return b"\x89PNG\r\n\x1a\n" + len(packed).to_bytes(4) + b"zTXt" + packed + b"\0\0\0\0"


def zipped(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<si><t>{text}</t></si>")


HIDING_PLACES: dict[str, Callable[[Path, str], object]] = {
    "page.html": lambda path, text: path.write_text(f"<p>{text.upper()}</p>"),
    "escaped.html": lambda path, text: path.write_text(text.replace(" ", "&nbsp;")),
    "link.html": lambda path, text: path.write_text(f'<a href="?q={text.replace(" ", "%20")}">'),
    "chart.svg": lambda path, text: path.write_text(f"<desc>{text}</desc>"),
    "search.json": lambda path, text: path.write_text(json.dumps({"t": [text]})),
    "notebook.ipynb": lambda path, text: path.write_text(json.dumps({"metadata": {"from": text}})),
    "wide.csv": lambda path, text: path.write_text(text, encoding="utf-16"),
    "inline.html": lambda path, text: path.write_bytes(b"data:;base64," + base64.b64encode(b"<x>" + text.encode())),
    "packed.gz": lambda path, text: path.write_bytes(gzip.compress(text.encode())),
    "book.xlsx": zipped,
    "drawing.png": lambda path, text: path.write_bytes(png_with(text)),
}


@pytest.mark.parametrize("place", HIDING_PLACES)
def test_search_finds_a_person_in(tmp_path: Path, place: str):
    HIDING_PLACES[place](tmp_path / place, PEOPLE[7].address)
    assert any(found.startswith(f"{place}: ") for found in planted.traces(tmp_path, PEOPLE))


def test_search_finds_a_person_in_a_file_name_and_by_pseudonym(tmp_path: Path):
    (tmp_path / f"{PEOPLE[3].reference}.html").write_text("")
    (tmp_path / "index.html").write_text("p_77ab91")
    assert f"index.html: p_77ab91" in planted.traces(tmp_path, PEOPLE, also=["p_77ab91"])  # noqa: F541
    assert any(PEOPLE[3].reference in found for found in planted.traces(tmp_path, PEOPLE))


def test_search_of_clean_pages_finds_nothing(tmp_path: Path):
    (tmp_path / "index.html").write_text("<p>Ma0ra lives in Wexbourne. Reference PLANT-0. A lantern.</p>")
    (tmp_path / "small.png").write_bytes(png_with("nothing"))
    assert planted.traces(tmp_path, PEOPLE) == []


def test_fifty_people_have_nothing_in_common():
    marks = [mark for person in PEOPLE for mark in person.marks]
    assert len(PEOPLE) == 50
    assert len(set(marks)) == len(marks)


def test_person_level_rows_are_refused_at_the_door():
    rows = pl.DataFrame({"subject_id": [p.reference for p in PEOPLE], "ward": ["N"] * 50, "count": [1] * 50})
    with pytest.raises(DisclosureError) as caught:
        release_table("rows", rows, Rules())
    assert not any(mark in str(caught.value) for person in PEOPLE for mark in person.marks)
    with pytest.raises(DisclosureError):
        release_finding({"study": "s", "people": [{"reference": person.reference} for person in PEOPLE]}, Rules())


def test_totals_of_the_planted_people_leave_without_them(tmp_path: Path):
    rows = pl.DataFrame({"name": [p.name for p in PEOPLE], "ward": ["N"] * 30 + ["S"] * 17 + ["E"] * 3})
    counted = rows.group_by("ward").len("count").with_columns(pl.col("count").cast(pl.Int64))
    table = pl.concat([counted, pl.DataFrame({"ward": ["All"], "count": [50]})])
    published = release_table("people_by_ward", table, Rules())
    (tmp_path / "people_by_ward.json").write_text(published.to_json())
    assert planted.traces(tmp_path, PEOPLE) == []
    assert {row["ward"]: row["count"] for row in published.data["rows"]} == {"N": 30, "S": None, "E": None, "All": 50}
