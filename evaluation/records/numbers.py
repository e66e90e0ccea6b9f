"""Money, counts and identifiers from text: to the penny, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

MONEY = pl.Decimal(12, 2)
_LARGEST_POUNDS = 10

_DOT = r"^\d+(?:\.\d{1,2})?$|^\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?$|^\.\d{1,2}$"
_COMMA = r"^\d+,\d{1,2}$|^\d{1,3}(?:[. ]\d{3})+,\d{1,2}$"
_COMMA_GROUPS = r"^\d{1,3}(?:\.\d{3})+$"
_DOT_GROUPS = r"^\d{1,3}(?:,\d{3})+$"
_SPACED = r"^\d{1,3}(?: \d{3})+(?:\.\d{1,2})?$"
_SCIENTIFIC = r"(?i)^\s*\d(?:[.,]\d+)?E\+?\d{1,3}\s*$"


@dataclass(frozen=True)
class Numbers:
    """A column of text read as numbers; null where the text is blank or no number. `notes` say what was detected."""

    values: pl.Series
    notes: tuple[str, ...] = ()


def read_money(text: pl.Series) -> Numbers:
    """Read a column as pounds and pence, exactly.

    A currency sign, grouping of thousands, a leading or trailing minus and brackets for a negative are understood. A
    decimal comma is understood where two figures (or one) follow it; "1.234" is a thousand only where the column proves
    its decimal comma elsewhere. More than two decimals is refused, never rounded.
    """
    unique = pl.DataFrame({"text": text.drop_nulls().unique().cast(pl.String)})
    parts = unique.with_columns(**_sign_and_figures(pl.col("text")))
    figures = pl.col("figures")
    comma = _all_by_comma(parts["figures"])
    by_comma = figures.str.contains(_COMMA)
    plain = (
        pl.when(by_comma | (figures.str.contains(_COMMA_GROUPS) & comma))
        .then(figures.str.replace_all(r"[. ]", "").str.replace(",", ".", literal=True))
        .when(
            (figures.str.contains(_DOT) & ~(figures.str.contains(_DOT_GROUPS) & comma)) | figures.str.contains(_SPACED)
        )
        .then(figures.str.replace_all(r"[, ]", ""))
    )
    short = plain.str.split(".").list.first().str.len_chars() <= _LARGEST_POUNDS
    amount = pl.when(short).then(pl.concat_str([pl.col("sign"), plain])).cast(MONEY, strict=False)
    notes = ("decimal commas read as pounds and pence",) if comma else ()
    return Numbers(look_up(text, parts.select("text", value=amount)), notes)


def _all_by_comma(figures: pl.Series) -> bool:
    """Whether a column writes its pence after a comma, and never after a point."""
    return bool(figures.str.contains(_COMMA).any()) and not figures.str.contains(r"\.\d{1,2}$").any()


def _sign_and_figures(text: pl.Expr) -> dict[str, pl.Expr]:
    bare = text.str.replace_all(r"(?i)£|GBP|\u00a0|\u202f", " ").str.strip_chars()
    negative = bare.str.contains(r"^-|-$|^\(.*\)$|^\u2212")
    figures = bare.str.replace(r"^[-+\u2212]\s*", "").str.replace(r"\s*-$", "").str.replace(r"^\((.*)\)$", "${1}")
    sign = pl.when(negative).then(pl.lit("-")).otherwise(pl.lit(""))
    return {"sign": sign, "figures": figures.str.strip_chars()}


def read_numbers(text: pl.Series) -> Numbers:
    """Read a column as numbers (scores, values of returns); a comma before other than three figures is decimal."""
    unique = pl.DataFrame({"text": text.drop_nulls().unique().cast(pl.String)})
    bare = pl.col("text").str.strip_chars().str.replace(r"\s*%$", "")
    plain = (
        pl.when(bare.str.contains(r"^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"))
        .then(bare.str.replace_all(",", "", literal=True))
        .when(bare.str.contains(r"^[-+]?\d+,\d+$"))
        .then(bare.str.replace(",", ".", literal=True))
        .when(bare.str.contains(r"^[-+]?(?:\d+\.?\d*|\.\d+)$"))
        .then(bare)
    )
    number = plain.cast(pl.Float64, strict=False)
    finite = pl.when(number.is_finite()).then(number)
    return Numbers(look_up(text, unique.select("text", value=finite)))


def read_whole(text: pl.Series) -> Numbers:
    """Read a column as whole numbers; "12.0" is 12 and "12.5" is none."""
    numbers = read_numbers(text).values
    whole = (numbers == numbers.floor()) & (numbers.abs() < 2**53)
    return Numbers(numbers.set(~whole.fill_null(False), None).cast(pl.Int64))


def scientific(text: pl.Series) -> pl.Series:
    """Which identifiers a spreadsheet has turned into `1.23E+05`, so that their figures are gone."""
    return text.str.contains(_SCIENTIFIC).fill_null(False)


def lost_figures(text: pl.Series) -> int:
    """How many identifiers have more than fifteen figures and end in zeros, as a spreadsheet leaves them."""
    return int(text.str.contains(r"^[1-9]\d{14}\d*00$").sum() or 0)


def lost_zeros(text: pl.Series) -> int:
    """How many identifiers have probably lost leading zeros.

    The column must hold whole numbers of one width of which some begin with a zero; shorter ones have lost theirs.
    """
    digits = text.drop_nulls().filter(text.drop_nulls().str.contains(r"^\d+$"))
    padded = digits.filter(digits.str.starts_with("0"))
    if not len(padded):
        return 0
    width = padded.str.len_chars().mode().max()
    return int(((digits.str.len_chars() < width) & ~digits.str.starts_with("0")).sum())


def look_up(text: pl.Series, table: pl.DataFrame) -> pl.Series:
    """The `value` of every text from a table of different texts."""
    frame = pl.DataFrame({"text": text.cast(pl.String)})
    return frame.join(table, on="text", how="left", maintain_order="left")["value"].alias(text.name)
