"""Totals by year: the last year is compared with the one before, and rises are not hidden by an older fall."""

from __future__ import annotations

from datetime import date
from typing import Any

from evaluation.publishing.pages.incidents import yearly


def rows(**counts: list[int | None]) -> list[dict[str, Any]]:
    made = [
        {"ward": ward, "year": str(2010 + i), "count": count}
        for ward, by_year in counts.items()
        for i, count in enumerate(by_year)
    ]
    return [*made, {"ward": next(iter(counts)), "year": "2010-01", "count": 5}]


END = date(2012, 12, 31)


def test_wards_that_rose_in_the_last_year_are_named() -> None:
    page = yearly(rows(Castle=[900, 500, 560], Mill=[800, 700, 600], Moor=[400, 300, 305], All=[2100, 1500, 1465]), END)
    assert "From 2011 to 2012, reports rose in 1 of 3 (‘Castle’), fell in 1, and were about the same in 1." in page
    assert "+12%" in page
    assert "−14%" in page
    assert page.index("Castle</th>") < page.index("Mill</th>") < page.index("Moor</th>") < page.index("All</th>")


def test_a_year_cut_short_is_shown_and_not_compared() -> None:
    page = yearly(rows(Castle=[900, 500, 200], All=[900, 500, 200]), date(2012, 6, 30))
    assert "2012, not whole" in page
    assert "From 2010 to 2011, reports rose in 0 of 1, fell in 1" in page


def test_a_hidden_count_gives_no_change() -> None:
    page = yearly(rows(Castle=[900, None, 200], All=[900, 500, 200]), END)
    assert page.count("not shown") == 2
    assert "rose in 0 of 0" in page


def test_one_whole_year_is_compared_with_nothing() -> None:
    assert yearly(rows(Castle=[900], All=[900]), date(2010, 12, 31)) == ""
