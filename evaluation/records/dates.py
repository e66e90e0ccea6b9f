"""Days from text: the order of day and month is proven from the values or declared, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from evaluation.errors import DataError
from evaluation.records.workbook_limits import FIRST_DAY

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
ORDERS = (DAY_FIRST, MONTH_FIRST)
TOLERATED_SLIPS = 0.01
"""A share of values proven in the other order up to which they are slips; above it the file is refused."""

_TIME = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp][Mm])?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = r"(?P<name>(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))[A-Za-z]{0,7}\.?"
_SHAPES: Mapping[str, str] = {
    "iso": rf"^(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){_TIME}$",
    "compact": r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})$",
    "figures": rf"^(?P<a>\d{{1,2}})[/.\- ](?P<b>\d{{1,2}})[/.\- ](?P<y>\d{{4}}|\d{{2}}){_TIME}$",
    "day_name": rf"^(?:[A-Za-z]{{3,9}},?\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.]*{_NAMED}"
    rf"[\s,\-/.]*(?P<y>\d{{4}}|\d{{2}}){_TIME}$",
    "name_day": rf"^{_NAMED}[\s\-]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[\s\-]+(?P<y>\d{{4}}){_TIME}$",
    "serial": r"^(?P<n>[2-6]\d{4})(?:\.\d+)?$",
}
_MONTH_SHAPES: Mapping[str, str] = {
    "year_month": r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})$",
    "month_year": r"^(?P<m>\d{1,2})[-/.](?P<y>\d{4})$",
    "name_year": rf"^{_NAMED}[\s\-]*(?P<y>\d{{4}}|\d{{2}})$",
}


@dataclass(frozen=True)
class Days:
    """Columns of text read as days.

    Attributes
    ----------
    values
        Column name to a `Date` series as long as the text; null where the text is blank or no day.
    order
        `day-first` or `month-first` where any value needed it, else None.
    notes
        What was detected: the order and how it was proven, serial numbers.
    """

    values: Mapping[str, pl.Series]
    order: str | None
    notes: tuple[str, ...]


def read_days(
    columns: Mapping[str, pl.Series],
    *,
    declared: str | None = None,
    weak: frozenset[str] = frozenset(),
    serials_from: date = FIRST_DAY,
) -> Days:
    """Read columns of text as days, with one order of day and month for the whole file.

    Parameters
    ----------
    columns
        Header to text; blanks are null.
    declared
        `day-first` or `month-first`, where the data owner has said so.
    weak
        Columns (dates of birth) whose ambiguity does not refuse the file: they are left null then.
    serials_from
        The day from which serial numbers count.

    Raises
    ------
    DataError
        A column holds ambiguous dates whose order nothing in the file proves, or orders are mixed.
    """
    known = {name: _shapes(text.drop_nulls().unique()) for name, text in columns.items()}
    proofs = {name: _proof(table) for name, table in known.items()}
    order, notes = _settle(known, proofs, columns, declared, weak)
    values = {name: _look_up(text, _days(known[name], order, serials_from)) for name, text in columns.items()}
    serials = [name for name, table in known.items() if table["serial"].is_not_null().any()]
    if serials:
        notes.append(f"spreadsheet serial numbers read as days in: {', '.join(serials)}")
    return Days(values, order, tuple(notes))


def read_months(text: pl.Series) -> pl.Series:
    """Read a column of months ("2018-06", "June 2018" or the first day of the month) as the first day of each month."""
    column = pl.col("text")
    first_day = r"^(?P<y>\d{4})-(?P<m>\d{1,2})-0?1" + _TIME + "$"
    shapes = [*_MONTH_SHAPES.values(), first_day]
    year = pl.coalesce(_part(column, shape, "y") for shape in shapes)
    month = [_part(column, shape, "m") for shape in shapes if "(?P<m>" in shape]
    month.append(_month_number(_part(column, _MONTH_SHAPES["name_year"], "name")))
    frame = pl.DataFrame({"text": text.drop_nulls().unique().cast(pl.String)})
    return _look_up(text, frame.with_columns(day=_assemble(_full_year(year), pl.coalesce(month), pl.lit("1"))))


def _part(column: pl.Expr, shape: str, name: str) -> pl.Expr:
    return column.str.extract_groups(shape).struct.field(name)


def _shapes(unique: pl.Series) -> pl.DataFrame:
    """The parts of every different text, by shape: `day`, `month`, `year`, or `first`, `second`, or `serial`."""
    column = pl.col("text")

    def part(shape: str, name: str) -> pl.Expr:
        return _part(column, _SHAPES[shape], name)

    fixed = ("iso", "compact", "day_name", "name_day")
    month = [part("iso", "m"), part("compact", "m")]
    month += [_month_number(part(shape, "name")) for shape in ("day_name", "name_day")]
    return pl.DataFrame({"text": unique.cast(pl.String)}).with_columns(
        year=_full_year(pl.coalesce([part(shape, "y") for shape in (*fixed, "figures")])),
        month=pl.coalesce(month),
        day=pl.coalesce([part(shape, "d") for shape in fixed]),
        first=part("figures", "a"),
        second=part("figures", "b"),
        serial=part("serial", "n"),
    )


def _month_number(name: pl.Expr) -> pl.Expr:
    numbers = [str(number) for number in range(1, 13)]
    return name.str.to_lowercase().replace_strict(list(_MONTHS), numbers, default=None, return_dtype=pl.String)


def _full_year(year: pl.Expr) -> pl.Expr:
    """Two-digit years lie within 1970 to 2069."""
    short = year.str.len_chars() == 2
    century = pl.when(year.cast(pl.Int32, strict=False) >= 70).then(pl.lit("19")).otherwise(pl.lit("20"))
    return pl.when(short).then(century + year).otherwise(year)


def _assemble(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    iso = pl.concat_str([year, month.str.zfill(2), day.str.zfill(2)], separator="-")
    return iso.str.to_date("%Y-%m-%d", strict=False)


def _by_order(order: str) -> pl.Expr:
    first, second = pl.col("first"), pl.col("second")
    day, month = (first, second) if order == DAY_FIRST else (second, first)
    return _assemble(pl.col("year"), month, day)


def _proof(shapes: pl.DataFrame) -> pl.DataFrame:
    """Which texts are a day in one order alone (`proves`), and which are one in both (`open`)."""
    day, month = _by_order(DAY_FIRST), _by_order(MONTH_FIRST)
    proves = (
        pl.when(day.is_not_null() & month.is_null())
        .then(pl.lit(DAY_FIRST))
        .when(month.is_not_null() & day.is_null())
        .then(pl.lit(MONTH_FIRST))
    )
    both = day.is_not_null() & month.is_not_null() & (pl.col("first") != pl.col("second"))
    return shapes.select("text", proves=proves, open=both)


def _settle(
    known: Mapping[str, pl.DataFrame],
    proofs: Mapping[str, pl.DataFrame],
    columns: Mapping[str, pl.Series],
    declared: str | None,
    weak: frozenset[str],
) -> tuple[str | None, list[str]]:
    if not any(table["first"].is_not_null().any() for table in known.values()):
        return None, []
    if declared is not None:
        return declared, [f"dates read {declared}, as declared"]
    strong = {name: proof for name, proof in proofs.items() if name not in weak}
    counts = {order: sum(_rows(columns[name], proof, order) for name, proof in strong.items()) for order in ORDERS}
    if not any(counts.values()):
        unproven = [name for name, proof in strong.items() if proof["open"].any()]
        if unproven:
            raise DataError(
                f"The dates in {', '.join(unproven)} could be day-first or month-first and no value proves which: "
                'declare it under the extract in partnership.toml, or in its mapping: dates = "day-first" or '
                'dates = "month-first".'
            )
        return None, []
    order = max(ORDERS, key=lambda name: counts[name])
    slips = sum(counts.values()) - counts[order]
    if slips > TOLERATED_SLIPS * sum(counts.values()):
        raise DataError(
            f"The dates mix two orders: {counts[DAY_FIRST]} can only be day-first and {counts[MONTH_FIRST]} only "
            "month-first. Export them in one order, or as YYYY-MM-DD."
        )
    return order, [f"dates read {order}: {counts[order]} values prove it"]


def _rows(text: pl.Series, proof: pl.DataFrame, order: str) -> int:
    wanted = proof.filter(pl.col("proves") == order)["text"]
    return int(text.is_in(wanted.implode()).sum() or 0) if len(wanted) else 0


def _days(shapes: pl.DataFrame, order: str | None, serials_from: date) -> pl.DataFrame:
    serial = pl.lit(serials_from) + pl.duration(days=pl.col("serial").cast(pl.Int32, strict=False))
    options = [_assemble(pl.col("year"), pl.col("month"), pl.col("day")), serial]
    same = pl.when(pl.col("first") == pl.col("second")).then(_by_order(DAY_FIRST))
    options.append(_by_order(order) if order else same)
    return shapes.select("text", day=pl.coalesce(options))


def _look_up(text: pl.Series, days: pl.DataFrame) -> pl.Series:
    table = days.select("text", "day")
    frame = pl.DataFrame({"text": text.cast(pl.String)})
    return frame.join(table, on="text", how="left", maintain_order="left")["day"].alias(text.name)
