"""The worked example as a council would send it: one file per source system, dirty, with the truth beside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from evaluation.example.court_costs import CourtCostsExample, court_costs
from evaluation.example.dirt import Spoilt, spoil
from evaluation.example.extracts import Clerk, system_rows
from evaluation.example.headed import headed
from evaluation.example.partnership import Partnership, area_days, build_partnership, first_day
from evaluation.example.providers import provider_extracts
from evaluation.example.reports import record
from evaluation.example.wexbourne import AREA_SCHEMES, AS_OF, NAME, SILENT, WARDS
from evaluation.example.wexbourne_truth import kept_truth

SEED = 20121231
SYSTEMS = ("flare", "cedar", "iworld", "uniform", "react", "confirm", "pss_live")
NOTICE = "Synthetic: Wexbourne, its people and its providers are invented."


@dataclass(frozen=True)
class Example:
    """Where the worked example lies.

    Parameters
    ----------
    name
        Name of the invented partnership.
    extracts
        Name, path and mapping of each extract.
    truth
        The JSON file with the true effects and the mistakes put in; CSV files with the true pairs and people lie
        beside it.
    """

    name: str
    extracts: tuple[tuple[str, Path, str], ...]
    truth: Path


def write_extracts(folder: Path, *, seed: int = SEED, as_of: date = AS_OF) -> Example:
    """Write the extracts of Wexbourne's systems and the truth about them.

    Parameters
    ----------
    folder
        Where to write; made when absent, and files of the same names are replaced.
    seed
        Same seed, same files, byte for byte.
    as_of
        The last day; the extracts hold the five years up to it.

    Returns
    -------
    Example
        What was written, and by which mapping each file is read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for_truth, for_dirt, for_words, for_surveys = np.random.SeedSequence([seed, 1]).spawn(4)
    partnership = build_partnership(seed, as_of)
    last = partnership.scenario.days - 1
    reports = record(partnership, np.random.default_rng(for_truth))
    spoilt = spoil(reports, last, np.random.default_rng(for_dirt), silent=_silent_days(partnership))
    paths = {name: _write_system(name, folder, spoilt, partnership, for_words) for name in SYSTEMS}
    sent, providers = provider_extracts(partnership, spoilt.reports, seed, np.random.default_rng(for_surveys))
    court = court_costs(seed, as_of)
    sent |= _court_extracts(court, as_of)
    paths |= {name: _write_text(folder / f"{name}.csv", frame) for name, frame in sent.items()}
    court.truth.write_csv(folder / "truth_receipts.csv")
    truth = _write_truth(folder, spoilt, partnership, {"seed": seed, "providers": providers})
    return Example(NAME, tuple((name, path, name) for name, path in paths.items()), truth)


def _silent_days(partnership: Partnership) -> tuple[str, int, int]:
    system, first, last = SILENT
    start = first_day(partnership.scenario)
    return system, (first - start).days, (last - start).days


def _write_system(
    name: str, folder: Path, spoilt: Spoilt, partnership: Partnership, seed: np.random.SeedSequence
) -> Path:
    rng = np.random.default_rng([int(seed.generate_state(1)[0]), SYSTEMS.index(name)])
    rows = system_rows(spoilt.reports, Clerk(partnership, name, rng))
    if name == "pss_live":
        return _write_workbook(folder / f"{name}.xlsx", rows)
    path = folder / f"{name}.csv"
    text = rows.write_csv(line_terminator="\r\n")
    if name == "confirm":
        printed = f"{partnership.scenario.as_of:%d/%m/%Y}"
        title = f"CONFIRM enquiry report\r\nPrinted for Wexbourne (invented) on {printed}\r\n\r\n"
        text = f"{title}{text}Total,{rows.height}\r\n"
    path.write_bytes(_encoded(name, text))
    return path


def _encoded(name: str, text: str) -> bytes:
    """Each system exports in the encoding of its age."""
    if name == "iworld":
        return text.encode("utf-16")
    return text.encode("cp1252" if name in ("uniform", "confirm") else "utf-8-sig")


def _write_workbook(path: Path, rows: pl.DataFrame) -> Path:
    """Write a spreadsheet with true dates, as PSS Live is said to export; the file's own date is fixed."""
    xlsxwriter: Any = import_module("xlsxwriter")
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"title": "PSS Live", "created": datetime(2012, 12, 31)})
        sheet, day = book.add_worksheet("Jobs"), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, rows.columns)
        place = rows.columns.index("Date Logged")
        for number, row in enumerate(rows.iter_rows(), start=1):
            sheet.write_row(number, 0, [value or "" for value in row])
            sheet.write_datetime(number, place, datetime.strptime(row[place], "%d/%m/%Y"), day)
    return path


def _court_extracts(court: CourtCostsExample, as_of: date) -> dict[str, pl.DataFrame]:
    """Return the four extracts of court costs; what was recorded after the as-of date is not in them yet."""
    known = pl.col("recorded_on") <= as_of
    frames = {
        "prosecutions": court.prosecutions, "court_orders": court.orders,
        "order_events": court.events.filter(known), "court_receipts": court.receipts.filter(known),
    }  # fmt: skip
    return {name: headed(frame, name) for name, frame in frames.items()}


def _write_text(path: Path, frame: pl.DataFrame) -> Path:
    frame.write_csv(path)
    return path


def _write_truth(folder: Path, spoilt: Spoilt, partnership: Partnership, more: Mapping[str, Any]) -> Path:
    reports = spoilt.reports
    reports.pairs.write_csv(folder / "truth_pairs.csv")
    reports.incidents.select("system", "incident_ref", "person", "case").write_csv(folder / "truth_people.csv")
    path = folder / "truth.json"
    path.write_text(
        json.dumps(_truth(spoilt, partnership) | dict(more), indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    return path


def _truth(spoilt: Spoilt, partnership: Partnership) -> dict[str, Any]:
    given = partnership.actions.filter(pl.col("ending").ne_missing("declined")).group_by("scheme").len().rows()
    return {
        "notice": NOTICE,
        "partnership": NAME,
        "as_of": partnership.scenario.as_of.isoformat(),
        "first_day": first_day(partnership.scenario).isoformat(),
        "schemes": {name: kept | {"given": dict(given).get(name, 0)} for name, kept in kept_truth().items()},
        "area_schemes": [_area_truth(partnership, index) for index in range(len(AREA_SCHEMES))],
        "mistakes": {name: {"rows": hit, "of": of} for name, (hit, of) in spoilt.counts.items()},
        "reports": dict(spoilt.reports.incidents.group_by("system").len().sort("system").rows()),
        "pairs": spoilt.reports.pairs.height,
    }


def _area_truth(partnership: Partnership, index: int) -> dict[str, Any]:
    scheme = AREA_SCHEMES[index]
    first, last = area_days(partnership.scenario, scheme)
    there = pl.col("ward").is_in([WARDS.index(name) for name in scheme.wards]) & pl.col("letter").is_in(
        scheme.categories
    )
    before = partnership.incidents.filter(there & (pl.col("day") < first))
    unknown = before.filter(pl.col("person") < 0).height / before.height
    return {
        "scheme": scheme.name, "wards": list(scheme.wards), "categories": list(scheme.categories),
        "from": scheme.first.isoformat(), "to": None if scheme.last is None else scheme.last.isoformat(),
        "theta_unknown_people": scheme.theta, "theta_all": round(1 - unknown * (1 - scheme.theta), 4),
        "days": last - first + 1,
    }  # fmt: skip
