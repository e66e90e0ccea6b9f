"""The exam: how the methods do in towns where the truth is known. Says so honestly when it was not run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from evaluation.publishing import words
from evaluation.publishing.parts import Cell, data_table, heading, paragraph, region, unknown


def body(result: Mapping[str, Any] | None) -> str:
    """Write the exam's result.

    Parameters
    ----------
    result
        The committed result: `summary` (sentences), `tables` (each `title, heads, rows`), `run` (seed, towns, version).
        None when the exam was not run.
    """
    if not result:
        return unknown("the exam has not been run for this edition, so no pass mark is shown here.") + paragraph(
            "The command “evaluation exam” runs it. It takes some minutes."
        )
    parts = [paragraph(words.sentence(str(text))) for text in result.get("summary", ())]
    for table in result.get("tables", ()):
        parts += [heading(2, str(table["title"]), words.slug(str(table["title"]))), _table(table)]
    run = cast("Mapping[str, Any]", result.get("run") or {})
    if run:
        facts = "; ".join(f"{words.humane(key)}: {value}" for key, value in run.items())
        parts.append(paragraph(f"Run: {facts}.", "key"))
    return "".join(parts)


def _table(table: Mapping[str, Any]) -> str:
    title = str(table["title"])
    rows: list[list[Cell]] = [[str(value) for value in row] for row in table["rows"]]
    return region(data_table(title, [str(head) for head in table["heads"]], rows), f"{title}, table")
