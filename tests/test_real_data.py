"""Real public extracts of the police, where they lie beside the checkout: counts, coverage, and a site of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from evaluation import records
from evaluation.aggregates import incidents_by_area_and_month
from evaluation.cli import run as in_process

LICENCE = "Open Government Licence v3.0"
FILES = {
    "thames": ("police-uk-2018-06-thames-valley-street.csv", "police_uk", 18_188),
    "lancashire": ("lancashire-asb-2022.tab", "police_asb", 56_434),
    "northumbria": ("northumbria-asb-2022.tab", "police_asb", 39_706),
}


def test_thames_valley_by_district(real_data: Path) -> None:
    extract = records.read_extract(real_data / FILES["thames"][0], "police_uk")
    incidents = extract.accepted["Incidents"]
    asb = incidents.filter(pl.col("kind") == "Anti-social behaviour")
    by_area = dict(asb.group_by("area").len().iter_rows())
    assert (extract.rows_read, extract.rows_accepted, asb.height) == (18_188, 18_188, 3_431)
    assert (by_area["Milton Keynes"], by_area["Oxford"]) == (420, 251)
    assert incidents["precision"].unique().to_list() == ["month"]
    assert incidents["kind"].n_unique() > 10, "other crimes keep their kind"
    assert any("without LSOA" in note for note in extract.notes)


@pytest.mark.parametrize("name", ["lancashire", "northumbria"])
def test_a_year_of_reports(real_data: Path, name: str) -> None:
    file, mapping, rows = FILES[name]
    extract = records.read_extract(real_data / file, mapping, name=name)
    together = records.assemble([extract], as_of=date(2022, 12, 31))
    assert (extract.rows_read, extract.rows_accepted) == (rows, rows)
    assert incidents_by_area_and_month(together)["count"].sum() == rows
    gaps = together.coverage.filter(~pl.col("covered"))["month"].to_list()
    assert gaps == ([date(2022, 12, 1)] if name == "northumbria" else [])


def test_a_site_of_openly_licensed_extracts_alone(real_data: Path, tmp_path: Path) -> None:
    """Open data need no protection: monthly counts by area are published to the unit; no study is shown."""
    file, mapping, rows = FILES["northumbria"]
    (tmp_path / "partnership.toml").write_text(
        f'name = "Open data"\nas_of = 2022-12-31\n[extracts.northumbria]\npath = "{real_data / file}"\n'
        f'mapping = "{mapping}"\nlicence = "{LICENCE}"\n',
        encoding="utf-8",
    )
    assert in_process(["site", "--workspace", str(tmp_path), "--quiet"]) == 0
    findings = list((tmp_path / "build" / "findings").glob("*.json"))
    assert not findings, "no scheme is on the register and no study was asked for, so none is shown"
    published = list((tmp_path / "build" / "_site").rglob("incidents_by_area_and_month*"))
    assert published, "the table is among the downloads"
    quality = (tmp_path / "build" / "_site" / "data-quality.html").read_text(encoding="utf-8")
    assert "December 2022" in quality or "Dec 2022" in quality or "2022-12" in quality
    assert f"{rows:,}" in quality
