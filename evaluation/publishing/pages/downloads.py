"""Everything published, as files: JSON as released, CSV with a data dictionary, and an accessible workbook."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from evaluation.publishing import words
from evaluation.publishing.pages import money_sheets
from evaluation.publishing.pages.content import SiteContent
from evaluation.publishing.pages.reading import rows_of
from evaluation.publishing.pages.scheme_view import SchemeView, views
from evaluation.publishing.pages.sheets import Sheet
from evaluation.publishing.parts import Cell, Markup, data_table, folded, heading, link, paragraph, region
from evaluation.publishing.release import Published
from evaluation.publishing.words import inert_cell

FOLDERS = {"finding": "findings", "contract": "contracts", "income": "income", "quality": "quality", "table": "tables"}
_EFFECT_KEYS = (
    "name", "value", "low", "high", "level", "unit", "n_treated", "n_compared", "events_treated", "events_compared",
    "population", "method",
)  # fmt: skip


def path_of(value: Published) -> str:
    """Return a published value's file, from the site's first page."""
    return f"published/{FOLDERS.get(value.kind, value.kind)}/{value.name}.json"


def files(content: SiteContent) -> Mapping[str, bytes]:
    """Return every download by its path in the site."""
    found = {path_of(value): _json(value) for value in content.published}
    tables = sheets(content)
    found |= {f"published/{sheet.name}.csv": csv_bytes(sheet.columns, sheet.rows) for sheet in tables}
    found["published/data-dictionary.csv"] = csv_bytes(_DICTIONARY, list(dictionary(tables)))
    if content.exam:
        found["published/exam.json"] = (json.dumps(content.exam, sort_keys=True, separators=(",", ":")) + "\n").encode()
    found["published/register.xlsx"] = workbook(content, tables)
    found["published/edition.json"] = _edition(content, found)
    return found


def _json(value: Published) -> bytes:
    """Write a published value without blanks: indented, the files would take half a megabyte more of the site."""
    slimmer = {"quality": _said_once, "contract": _without_drawings}.get(value.kind)
    data = slimmer(value.data) if slimmer else value.data
    return (json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


_WORDS_OF_A_TEST = ("title", "among", "good")


def _said_once(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave the words of a test to its row under `tests`: its rows by month, system and service name it by `test`."""
    said = {row.get("test"): row for row in rows_of(data, "tests")}

    def shorter(row: Mapping[str, Any]) -> dict[str, Any]:
        whole = said.get(row.get("test"), {})
        return {k: v for k, v in row.items() if k not in _WORDS_OF_A_TEST or k not in whole or whole[k] != v}

    parts = {key: [shorter(row) for row in rows_of(data, key)] for key in data if key.startswith("tests_by_")}
    return {**data, **parts, **{key: _columns(parts.get(key) or rows_of(data, key)) for key in _LONG if data.get(key)}}


_LONG = ("coverage", "tests_by_month")
"""Lists of hundreds of like rows: they stand as columns and rows, so that each key is written once."""


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = sorted({name for row in rows for name in row})
    return {"columns": names, "rows": [[row.get(name) for name in names] for row in rows]}


def _without_drawings(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out a funnel's lines, which follow from its target and each size, and its units without any figure."""
    funnels = [_slim(row) for row in rows_of(data, "funnels")]
    return {**data, "funnels": funnels} if funnels else data


def _slim(funnel: Mapping[str, Any]) -> dict[str, Any]:
    units = rows_of(funnel, "units")
    shown = [unit for unit in units if unit.get("n_total") is not None or unit.get("share") is not None]
    kept = {key: part for key, part in funnel.items() if key != "lines"}
    return {**kept, "units": shown, "units_not_shown": len(units) - len(shown)}


def _edition(content: SiteContent, found: Mapping[str, bytes]) -> bytes:
    """List every published file with its hash, so that anyone can tell whether a copy is this edition's."""
    listed = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(found.items())}
    about = {"as_of": content.as_of.isoformat(), "partnership": content.name, "synthetic": content.synthetic}
    return (json.dumps({**about, "sha256": listed}, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


# ---------------------------------------------------------------- the tables

_DICTIONARY = {"table": "Which file", "column": "Which column, or field of a JSON file", "meaning": "What it holds"}


def sheets(content: SiteContent) -> tuple[Sheet, ...]:
    """Return every table to download."""
    schemes = views(content)
    own = (_register(schemes), _effects(content), _steps(content), _counts(content))
    return (*own, *money_sheets.sheets(content), _hidden(content))


def _register(schemes: Sequence[SchemeView]) -> Sheet:
    columns = {
        "scheme": "The scheme’s id; its finding has the same name",
        "title": "The scheme’s name",
        "kind": "Intervention, prevention, enforcement or contract",
        "problem": "The problem it is against",
        "area": "Where it runs",
        "status": "Planned, live, pilot, ended, failed or inconclusive",
        "effect": "What happened, in words",
        "difference": "Of each 100: people with another incident within a year, helped less not helped; or incidents, "
        "recorded less expected, for a scheme that acts on a place",
        "of": "What the difference is of 100 of: people or incidents",
        "low": "Lower end of the 95% interval of the difference",
        "high": "Upper end of the 95% interval of the difference",
        "sureness": "How sure: high, moderate, low, very low, none yet",
        "cost": "Pounds for one unit",
        "cost_unit": "The unit that the cost buys",
        "decision": "The decision, taken or to come",
        "decided_by": "Who decides",
        "decision_date": "The day of the decision, or the last day for it",
        "last_reviewed": "The day the record was last looked at",
    }
    return Sheet("register", "Every scheme with its three marks", columns, [_register_row(view) for view in schemes])


def _register_row(view: SchemeView) -> list[Any]:
    record, seen = view.record, view.seen
    numbers = [None if value is None else round(value, 2) for value in (seen.value, seen.low, seen.high)]
    cost = record.cost
    return [
        record.id, record.title, record.kind, record.problem, record.area, record.status, seen.words,
        numbers[0], None if seen.value is None else seen.unit, *numbers[1:],
        seen.sureness, None if cost is None else str(cost.amount), None if cost is None else cost.unit,
        record.decision.text, record.decision.who, view.decide_by.isoformat() if view.decide_by else None,
        record.last_reviewed.isoformat() if record.last_reviewed else None,
    ]  # fmt: skip


def _effects(content: SiteContent) -> Sheet:
    columns = {
        "study": "The study, and the name of its published finding",
        "role": "Headline effect of the study, or an answer by another method",
        "name": "Which effect; differences are helped less not helped",
        "value": "The best estimate",
        "low": "Lower end of the interval",
        "high": "Upper end of the interval",
        "level": "The interval’s level",
        "unit": "The unit of value, low and high",
        "n_treated": "People helped, rounded; empty where not shown",
        "n_compared": "People compared, rounded; empty where not shown",
        "events_treated": "People helped with a repeat, rounded; empty where not shown",
        "events_compared": "People compared with a repeat, rounded; empty where not shown",
        "population": "About whom",
        "method": "How it was reached",
    }
    rows = [
        [finding.name, role, *(effect.get(key) for key in _EFFECT_KEYS)]
        for finding in content.findings
        for role, key_of in (("main", "effects"), ("other method", "sensitivity"))
        for effect in rows_of(finding.data, key_of)
    ]
    return Sheet("effects", "Every effect with its interval", columns, rows)


def _steps(content: SiteContent) -> Sheet:
    columns = {
        "study": "The study",
        "place": "The place of the step, from 1",
        "step": "Who is left at this step",
        "people": "People, rounded; empty where not shown",
    }
    rows = [
        [finding.name, i, step.get("step"), step.get("people")]
        for finding in content.findings
        for i, step in enumerate(rows_of(finding.data, "attrition"), 1)
    ]
    return Sheet("steps", "Who was left at each step of each study", columns, rows)


def _counts(content: SiteContent) -> Sheet:
    columns = {
        "table": "Which table of counts",
        "first": "Level of the table’s first dimension, which its name gives first; All is the whole",
        "second": "Level of its second dimension; All is the whole",
        "count": "The count, rounded; empty where not shown",
    }
    rows = [
        [table.name, *levels, row.get("count")]
        for table in content.tables
        for row in rows_of(table.data, "rows")
        if len(levels := [value for key, value in row.items() if key != "count"]) == 2
    ]
    return Sheet("counts", "Every published table of counts", columns, rows)


def _hidden(content: SiteContent) -> Sheet:
    columns = {"kind": "What kind of result", "name": "Its name", "why": "Why something in it is not shown"}
    rows = [
        [value.kind, value.name, why]
        for value in content.published
        for why in dict.fromkeys(map(_without_its_leaf, value.hidden))
    ]
    return Sheet("not-shown", "What is not shown, and why", columns, rows)


def _without_its_leaf(why: str) -> str:
    """Name the part that is hidden, once, instead of each of its figures: `a.b.low: …` becomes `a.b: …`."""
    key, colon, reason = why.partition(": ")
    return f"{key.rpartition('.')[0]}{colon}{reason}" if colon and re.fullmatch(r"\w+(\.\w+)+", key) else why


def dictionary(tables: Iterable[Sheet]) -> Iterable[list[Any]]:
    """Yield the data dictionary: a row for each column of each table, and for each field of two kinds of JSON file."""
    for sheet in tables:
        for column, meaning in sheet.columns.items():
            yield [f"{sheet.name}.csv", column, meaning]
    yield from money_sheets.fields()


# ---------------------------------------------------------------- the forms


def csv_bytes(columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a table as CSV in UTF-8; texts that a spreadsheet would run as a formula are made inert."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(list(columns))
    writer.writerows([["" if value is None else inert_cell(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def workbook(content: SiteContent, tables: Sequence[Sheet]) -> bytes:
    """Write the tables as a workbook that screen readers can use, the same bytes each time.

    One table a sheet from its first cell, named, with its headings marked; a cover sheet says what each holds; no
    merged cell, no blank row, no colour that means anything.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        about = f"{content.name}, followed up to {words.long_date(content.as_of)}"
        properties: dict[str, Any] = {
            "title": "Register of what works", "subject": about, "comments": content.notice,
            "created": datetime.combine(content.as_of, time()),
        }  # fmt: skip
        _any(book).set_properties(properties)
        synthetic = " Worked example: synthetic data." if content.synthetic else ""
        cover = [[sheet.name, sheet.about] for sheet in tables]
        cover.append(["data-dictionary", f"What each column holds. {about}.{synthetic}"])
        _sheet(book, "Contents", ["sheet", "what it holds"], cover)
        for sheet in tables:
            _sheet(book, sheet.name, list(sheet.columns), sheet.rows)
        _sheet(book, "data-dictionary", list(_DICTIONARY), list(dictionary(tables)))
    return buffer.getvalue()


def _any(value: Any) -> Any:
    """Let a library without type hints be called."""
    return value


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(heads):
        longest = max([len(head), *(len(str(row[column] or "")) for row in rows)], default=10)
        sheet.set_column(column, column, min(max(longest + 2, 10), 70))
    data = [[value if isinstance(value, int | float) else _text(value) for value in row] for row in rows]
    size = (0, 0, max(len(rows), 1), len(heads) - 1)
    sheet.add_table(*size, {
        "name": f"table_{words.slug(name).replace('-', '_')}", "style": "Table Style Light 1",
        "columns": [{"header": head} for head in heads], "data": data,
    })  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else inert_cell(value)


# ---------------------------------------------------------------- the page


def _about(value: Published) -> str:
    """Name a result as people do: by its title, or by its own name."""
    return words.sentence_case(words.visible(value.data.get("title") or words.humane(value.name)))


def body(content: SiteContent) -> str:
    """Write the page of downloads with the data dictionary."""
    tables = sheets(content)
    named: list[tuple[str, str]] = [
        ("published/register.xlsx", "Workbook with every table, for Excel and LibreOffice"),
        *((f"published/{sheet.name}.csv", sheet.about) for sheet in tables),
        ("published/data-dictionary.csv", "What each column holds"),
        *([("published/exam.json", "The marks of the exam")] if content.exam else []),
        ("published/edition.json", "Every published file with its SHA-256"),
    ]
    rows: list[list[Cell]] = [
        [Markup(link(path, path.rpartition("/")[2])), about, path.rpartition(".")[2].upper()] for path, about in named
    ]
    single: list[list[Cell]] = [
        [
            _about(value),
            words.sentence_case(value.kind),
            Markup(link(path_of(value), f"{value.name}.json")),
            value.licence or "taken out",
        ]
        for value in sorted(content.published, key=lambda value: (value.kind, value.name))
    ]
    meanings: list[list[Cell]] = [[str(cell) for cell in row] for row in dictionary(tables)]
    return (
        heading(2, "Tables", "tables")
        + region(data_table("Tables", ["File", "What it holds", "Format"], rows), "Tables")
        + heading(2, "Results, one file each", "results")
        + paragraph(
            "Each file is a result as it was released, with its protocol. Numbers on pages come from these files."
        )
        + region(
            data_table("Published results", ["What it holds", "Kind", "File", "Small numbers"], single),
            "Published results",
        )
        + heading(2, "What the columns mean", "dictionary")
        + folded(
            "Every column of every table, and the fields of the contracts’ and the court costs’ files",
            region(data_table("Data dictionary", ["File", "Column or field", "Meaning"], meanings), "Data dictionary"),
        )
    )
