"""The quality figures on one page, and which thresholds they pass: from the JSON that the build keeps."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from evaluation.errors import DataError, did_you_mean

_WIDTH = 84
_MOST_MONTHS = 6
_MOST_WORDS = 5
RARER_WORDS = "(rarer words)"


@dataclass(frozen=True)
class Passed:
    """A threshold that was passed.

    Attributes
    ----------
    test, title, among
        The test's name and words.
    share, threshold
        What was found and what was allowed, as shares.
    good
        Whether a high share is good, so that the threshold is the least allowed.
    """

    test: str
    title: str
    among: str
    share: float
    threshold: float
    good: bool

    def sentence(self) -> str:
        """What was found and what was allowed."""
        side = "below the least" if self.good else "above the most"
        return f"{self.title}: {self.share:.1%} of {self.among}, {side} allowed ({self.threshold:.1%})."


def passed(quality: Table[str, Any], thresholds: Table[str, float]) -> tuple[Passed, ...]:
    """Thresholds that were passed: a share above the most, or (of what is good) below the least allowed.

    Parameters
    ----------
    quality
        `Quality.to_json()`, or `quality.json` read again.
    thresholds
        Test name to share, as in `[quality]` of partnership.toml.

    Raises
    ------
    DataError
        A threshold names no test.
    """
    rows = {row["test"]: row for row in quality["tests"]}
    wrong = [f"'{name}'.{did_you_mean(name, rows)}" for name in thresholds if name not in rows]
    if wrong:
        raise DataError(f"[quality] names no test {wrong[0]} Tests: {', '.join(rows)}.", wrong[1:])
    found = [
        Passed(name, rows[name]["title"], rows[name]["among"], share, float(limit), rows[name]["good"])
        for name, limit in thresholds.items()
        if (share := rows[name]["share"]) is not None
    ]
    return tuple(one for one in found if (one.share < one.threshold if one.good else one.share > one.threshold))


def scorecard(quality: Table[str, Any], thresholds: Table[str, float] | None = None) -> str:
    """One page: each test with its share and figures, and a mark where a threshold was passed."""
    limits = thresholds or {}
    marked = {one.test for one in passed(quality, limits)}
    read = sum(row["rows_read"] for row in quality["extracts"])
    aside = sum(row["rows_rejected"] for row in quality["extracts"])
    later = sum(row.get("rows_later", 0) for row in quality["extracts"])
    left = f" + {later:,} begun later" if later else ""
    count = len(quality["extracts"])
    extracts = "1 extract" if count == 1 else f"{count} extracts"
    rows = [_line(row, row["test"] in marked, limits.get(row["test"])) for row in quality["tests"]]
    lines = [
        f"Data quality to {quality['as_of']}",
        "=" * _WIDTH,
        f"{extracts}: {read:,} rows read = {read - aside:,} accepted + {aside - later:,} set aside{left}",
        "-" * _WIDTH,
        *rows,
        "-" * _WIDTH,
        *_gaps(quality),
        *(note for note in quality["notes"] if "answered" in note),
        *_words(quality),
    ]
    return "\n".join(lines) + "\n"


def _line(row: Table[str, Any], marked: bool, limit: float | None) -> str:
    if not row["of"]:
        return f"  {row['title']:<46} not recorded"
    mark = "!" if marked else " "
    allowed = f"  (allowed {limit:.0%})" if limit is not None else ""
    return f"{mark} {row['title']:<46} {row['share']:>6.1%}  {row['count']:>9,} of {row['of']:>9,}{allowed}"


def _gaps(quality: Table[str, Any]) -> list[str]:
    missing: dict[str, list[str]] = {}
    for row in quality["coverage"]:
        if not row["covered"]:
            missing.setdefault(row["source"], []).append(row["month"][:7])
    return [
        f"No record from {source} in {', '.join(months[:_MOST_MONTHS])}"
        + (f" and {len(months) - _MOST_MONTHS} more months" if len(months) > _MOST_MONTHS else "")
        for source, months in missing.items()
    ]


def _words(quality: Table[str, Any]) -> list[str]:
    listed = [row for row in quality["unmapped_words"] if row["word"] != RARER_WORDS]
    rarer = sum(row["rows"] for row in quality["unmapped_words"]) - sum(row["rows"] for row in listed)
    lines = [
        f"In no code list: '{row['word']}' ({row['source']}, {row['rows']} rows)"
        + (f"; perhaps {row['suggestion']}" if row["suggestion"] else "")
        for row in listed[:_MOST_WORDS]
    ]
    if not rarer:
        return lines
    rows = "1 row" if rarer == 1 else f"{rarer:,} rows"
    return [*lines, f"In no code list: rarer words in {rows}; words-in-no-list.xlsx names them"]
