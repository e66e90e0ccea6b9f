"""What the quality tests found: figures with their denominators, and a scorecard of one page."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.errors import UsageError, did_you_mean

FIGURES = {
    "measure": pl.String,
    "source": pl.String,
    "service": pl.String,
    "month": pl.Date,
    "count": pl.Int64,
    "of": pl.Int64,
}
_WIDTH = 84


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
class Passed:
    """A threshold that was passed."""

    test: Test
    share: float
    threshold: float

    def sentence(self) -> str:
        """What was found and what was allowed."""
        side = "below the least" if self.test.good else "above the most"
        return f"{self.test.title}: {self.share:.1%} of {self.test.among}, {side} allowed ({self.threshold:.1%})"


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
        `name, mapping, rows_read, rows_accepted, rows_rejected`.
    coverage
        `source, month, records, covered`.
    unmapped
        `source, list, word, rows, suggestion`.
    notes
        What linking did.
    as_of
        The last day that counts.
    """

    figures: pl.DataFrame
    tests: tuple[Test, ...]
    extracts: pl.DataFrame
    coverage: pl.DataFrame
    unmapped: pl.DataFrame
    notes: tuple[str, ...]
    as_of: date

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

    def passed(self, thresholds: Table[str, float]) -> tuple[Passed, ...]:
        """Thresholds that were passed: shares above the most (or, of what is good, below the least) allowed.

        Raises
        ------
        UsageError
            A threshold names no test.
        """
        known = {test.name: test for test in self.tests}
        wrong = [f"'{name}'.{did_you_mean(name, known)}" for name in thresholds if name not in known]
        if wrong:
            raise UsageError(f"[quality] names no test {wrong[0]} Tests: {', '.join(known)}.", wrong[1:])
        shares = {name: self.share(name) for name in thresholds}
        return tuple(
            Passed(known[name], share, float(limit))
            for name, limit in thresholds.items()
            if (share := shares[name]) is not None and (share < limit if known[name].good else share > limit)
        )

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON-ready values: totals, by source, by service and by month, with coverage and extracts."""
        titles = {test.name: test for test in self.tests}

        def rows(*by: str) -> list[dict[str, Any]]:
            return [
                {"test": row["measure"], "title": titles[row["measure"]].title, "among": titles[row["measure"]].among}
                | {name: _plain(row[name]) for name in (*by, "count", "of")}
                | {"share": None if row["share"] is None else round(row["share"], 4)}
                for row in self.tidy(*by)
                .filter(pl.all_horizontal(pl.col(name).is_not_null() for name in by) if by else True)
                .to_dicts()
            ]

        return {
            "as_of": self.as_of.isoformat(),
            "tests": rows(),
            "tests_by_system": rows("source"),
            "tests_by_service": rows("service"),
            "tests_by_month": rows("month"),
            "extracts": [{name: _plain(value) for name, value in row.items()} for row in self.extracts.to_dicts()],
            "coverage": [{name: _plain(value) for name, value in row.items()} for row in self.coverage.to_dicts()],
            "unmapped_words": self.unmapped.to_dicts(),
            "notes": list(self.notes),
        }

    def scorecard(self, thresholds: Table[str, float] | None = None) -> str:
        """One page: each test with its share, its figures, and whether a threshold was passed."""
        passed = {one.test.name for one in self.passed(thresholds or {})}
        totals = {row["measure"]: row for row in self.tidy().to_dicts()}
        lines = [f"Data quality to {self.as_of.isoformat()}", "=" * _WIDTH]
        read, aside = int(self.extracts["rows_read"].sum()), int(self.extracts["rows_rejected"].sum())
        lines.append(
            f"{len(self.extracts)} extracts: {read:,} rows read = {read - aside:,} accepted + {aside:,} set aside"
        )
        lines.append("-" * _WIDTH)
        for test in self.tests:
            lines.append(_line(test, totals.get(test.name), test.name in passed, (thresholds or {}).get(test.name)))
        lines.append("-" * _WIDTH)
        missing = self.coverage.filter(~pl.col("covered"))
        for (source,), months in missing.group_by("source", maintain_order=True):
            listed = ", ".join(month.strftime("%Y-%m") for month in months["month"].head(6).to_list())
            more = f" and {len(months) - 6} more" if len(months) > 6 else ""
            lines.append(f"No record from {source} in {listed}{more}")
        words = self.unmapped.head(5).to_dicts()
        lines += [
            f"In no code list: '{row['word']}' ({row['source']}, {row['rows']} rows){_hint(row)}" for row in words
        ]
        return "\n".join(lines) + "\n"


def _hint(row: dict[str, Any]) -> str:
    return f"; perhaps {row['suggestion']}" if row["suggestion"] else ""


def _line(test: Test, row: dict[str, Any] | None, passed: bool, limit: float | None) -> str:
    if row is None or not row["of"]:
        return f"  {test.title:<46} not recorded"
    mark = "!" if passed else " "
    allowed = f"  (allowed {limit:.0%})" if limit is not None else ""
    return f"{mark} {test.title:<46} {row['share']:>6.1%}  {row['count']:>7,} of {row['of']:>7,}{allowed}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
