"""What may stand in a message or a file that leaves this room: never a name, a telephone number or a postcode."""

from __future__ import annotations

import re

import polars as pl

POSTCODE = r"(?i)\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\b"
PHONE = r"(?:\+44|\(?0)[\s().\-0-9]{8,14}[0-9]"
EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"
_PERSONAL = re.compile(f"{POSTCODE}|{PHONE}|{EMAIL}")
_FIGURES = re.compile(r"[\d\s./:,£+\-()Ee%TZ]{1,24}")
_DIGITS = re.compile(r"\d")


def shown(value: str) -> str:
    """A value as it may be quoted in a message.

    Figures and dates are quoted as they are; anything that could be a name, a text or a telephone number is described
    by its length alone.

    Examples
    --------
    >>> shown("31/02/2012"), shown("Ann Other"), shown("01908 123456")
    ("'31/02/2012'", 'text of 9 characters', 'a number of 11 digits')
    """
    digits = len(_DIGITS.findall(value))
    if not _FIGURES.fullmatch(value) or not digits:
        return f"text of {len(value)} characters"
    if re.fullmatch(PHONE, value.strip()) or digits > 14:
        return f"a number of {digits} digits"
    return f"'{value}'"


def word(value: str, limit: int = 40) -> str:
    """A word of a code list as it may be listed: personal patterns masked, long texts cut."""
    masked = _PERSONAL.sub("…", value)
    return masked if len(masked) <= limit else masked[: limit - 1] + "…"


def masked(column: pl.Expr) -> pl.Expr:
    """The column with postcodes, telephone numbers and e-mail addresses replaced."""
    return column.str.replace_all(f"{POSTCODE}|{PHONE}|{EMAIL}", "(withheld)")


def outward(column: pl.Expr) -> pl.Expr:
    """The column with a full postcode cut to its district ("MK9 3HZ" becomes "MK9")."""
    return column.str.replace_all(r"(?i)\b([A-Z]{1,2}[0-9][A-Z0-9]?)\s*[0-9][A-Z]{2}\b", "${1}")
