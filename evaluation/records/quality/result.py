"""What the quality tests found: figures with their denominators."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.records.linking.truth import Marked
from evaluation.records.quality.scorecard import RARER_WORDS, Passed, passed, scorecard

FIGURES = pl.Schema(
    {
        "measure": pl.String,
        "source": pl.String,
        "service": pl.String,
        "month": pl.Date,
        "count": pl.Int64,
        "of": pl.Int64,
    }
)


LEAST_ROWS_OF_A_WORD = 10


@dataclass(frozen=True)
class Test:
    """One test of the data.

    Attributes
    ----------
    name
        Its name, as in `[quality]` of partnership.toml.
    title
        What is counted, in words.
    among
        Of what.
    good
        Whether a high share is good (a survey sent) rather than bad.
    """

    name: str
    title: str
    among: str
    good: bool = False


@dataclass(frozen=True)
class Quality:
    """The result of every test.

    Attributes
    ----------
    figures
        `measure, source, service, month, count, of`: a row per test, system, service and month; a null service or
        month where the test knows none.
    tests
        The tests, in the order of the scorecard.
    extracts
        `name, mapping, rows_read, rows_accepted, rows_rejected, rows_later` (of those rejected, how many only begin
        after the as-of date).
    coverage
        `source, month, records, covered`.
    unmapped
        `source, list, word, rows, suggestion`.
    notes
        What linking did.
    as_of
        The last day that counts.
    linking
        How right the linking is, where the truth is known (a worked example): see `linking.truth`.
    """

    figures: pl.DataFrame
    tests: tuple[Test, ...]
    extracts: pl.DataFrame
    coverage: pl.DataFrame
    unmapped: pl.DataFrame
    notes: tuple[str, ...]
    as_of: date
    linking: tuple[Marked, ...] = ()

    def tidy(self, *by: str) -> pl.DataFrame:
        """Figures by any of `source, service, month` (by nothing: a row per test): the keys, `count, of, share`."""
        keys = ["measure", *by]
        order = {test.name: place for place, test in enumerate(self.tests)}
        totals = self.figures.group_by(keys).agg(pl.col("count").sum(), pl.col("of").sum())
        place = pl.col("measure").replace_strict(order, return_dtype=pl.Int64)
        shares = totals.with_columns(share=pl.when(pl.col("of") > 0).then(pl.col("count") / pl.col("of")))
        return shares.sort([place, *by], nulls_last=True)

    def share(self, name: str) -> float | None:
        """The share that one test found, None where nothing could be tested."""
        row = self.tidy().filter(pl.col("measure") == name)
        return row["share"].item() if len(row) else None

    def sentence(self) -> str:
        """Say how many rows were read and set aside, in one sentence."""
        read, rejected = (int(self.extracts[name].sum()) for name in ("rows_read", "rows_rejected"))
        return f"Of {read:,} rows of {len(self.extracts)} extracts {rejected:,} were set aside with their reasons."

    def plot(self) -> Any:
        """Draw the share that each test found: a Plotly figure."""
        from evaluation.survival import plotting

        tested = [row for row in self._totals() if row["share"] is not None]
        shares = [100 * row["share"] for row in tested]
        return plotting.bars([row["title"] for row in tested], shares, title="Of 100 tested")

    def _repr_markdown_(self) -> str:
        rows = [f"| {row['title']} | {row['count']:,} | {row['of']:,} | {row['among']} |" for row in self._totals()]
        return "\n".join(["| Test | Found | Of | Among |", "|---|---|---|---|", *rows, "", self.sentence()])

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON-ready values: totals, by source, by service and by month, with coverage and extracts."""
        return {
            "as_of": self.as_of.isoformat(),
            "tests": self._totals(),
            "tests_by_system": self._rows("source"),
            "tests_by_service": self._rows("service"),
            "tests_by_month": self._rows("month"),
            "extracts": [_extract(row) for row in self.extracts.to_dicts()],
            "coverage": [_plain(row) for row in self.coverage.to_dicts()],
            "unmapped_words": self._frequent_words(),
            "notes": list(self.notes),
            **({"linking": [marked.plain() for marked in self.linking]} if self.linking else {}),
        }

    def _frequent_words(self) -> list[dict[str, Any]]:
        """Words of enough rows to be a habit of the system; a rarer one may be a stray name, and is only counted."""
        frequent = self.unmapped.filter(pl.col("rows") >= LEAST_ROWS_OF_A_WORD)
        rare = (
            self.unmapped.filter(pl.col("rows") < LEAST_ROWS_OF_A_WORD)
            .group_by("source", "list")
            .agg(pl.col("rows").sum())
        )
        counted = rare.sort("source", "list").with_columns(word=pl.lit(RARER_WORDS), suggestion=pl.lit(None, pl.String))
        return [*frequent.to_dicts(), *counted.select(frequent.columns).to_dicts()]

    def _totals(self) -> list[dict[str, Any]]:
        """A row for every test, also for those that found nothing to test."""
        found = {row["measure"]: row for row in self.tidy().to_dicts()}
        nothing = {"count": 0, "of": 0, "share": None}
        return [_worded(test, found.get(test.name, nothing)) for test in self.tests]

    def _rows(self, by: str) -> list[dict[str, Any]]:
        tests = {test.name: test for test in self.tests}
        rows = self.tidy(by).filter(pl.col(by).is_not_null() & (pl.col("of") > 0)).to_dicts()
        return [_worded(tests[row["measure"]], row) | _plain({by: row[by]}) for row in rows]

    def passed(self, thresholds: Table[str, float]) -> tuple[Passed, ...]:
        """Thresholds that were passed; see `quality.scorecard.passed`."""
        return passed(self.to_json(), thresholds)

    def scorecard(self, thresholds: Table[str, float] | None = None) -> str:
        """One page; see `quality.scorecard.scorecard`."""
        return scorecard(self.to_json(), thresholds)


def _worded(test: Test, row: Table[str, Any]) -> dict[str, Any]:
    share = None if row["share"] is None else round(row["share"], 4)
    words = {"test": test.name, "title": test.title, "among": test.among, "good": test.good}
    return {**words, "count": row["count"], "of": row["of"], "share": share}


def _extract(row: Table[str, Any]) -> dict[str, Any]:
    """An extract's rows; those left out for an earlier day are told of where there are any."""
    return {name: value for name, value in row.items() if name != "rows_later" or value}


def _plain(row: Table[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
