"""Text as people read it, and the one function that makes any text inert in a page.

Numbers, dates and money follow GOV.UK's style. Every string that was not written in this package goes through
`escaped` before it reaches a page, `bare` before it reaches front matter, and `inert_cell` before it reaches a sheet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

MINUS = "\N{MINUS SIGN}"
HIDDEN = "not shown"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# Control, format (bidirectional overrides, zero-width joiners), surrogate, private-use and separator characters.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_KEPT = "\N{SOFT HYPHEN}"
# What HTML, Markdown, Quarto's shortcodes, attributes and maths give a meaning to.
_ACTIVE = re.compile(r"""[&<>"'`{}\[\]*_#|~^$@\\]""")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def without_unseen(text: str) -> str:
    """Drop what nobody sees and what could hide or reverse the rest; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)


def visible(text: object) -> str:
    """Keep only what can be seen, in one line.

    Control, bidirectional and zero-width characters go: they can hide or reverse what a reader sees.
    """
    text = str(text)
    if text.isascii() and text.isprintable():  # most texts are, and there are tens of thousands in a site
        return re.sub(r"  +", " ", text).strip()
    seen = (
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or (unicodedata.category(char) not in _UNSEEN and char != _KEPT)
    )
    return re.sub(r" +", " ", "".join(seen)).strip()


def escaped(text: object) -> str:
    """Make any text inert in HTML, in an attribute, in Markdown and for Quarto's shortcodes.

    Each character with a meaning becomes a numeric reference, which all four show as the character itself.
    """
    return _ACTIVE.sub(lambda found: f"&#{ord(found.group())};", visible(text))


def bare(text: object) -> str:
    """Reduce a text to letters, digits and plain punctuation, for front matter and the browser's title bar.

    The signs of numbers stay: without them a fall would read as a rise, and a bound as a figure.
    """
    kept = re.sub(r"[^\w\s.,:;()?!/%£&’‘“”–−±×≤≥+-]", " ", visible(text).replace("'", "’").replace("_", " "))
    return re.sub(r" +", " ", kept.replace("&", "and")).strip()


def inert_cell(value: object) -> str:
    """Make a text safe as a spreadsheet's cell: one that would be read as a formula gets a leading apostrophe."""
    text = visible(value)
    number = re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", text, re.I)
    return f"'{text}" if text.startswith(_FORMULA) and not number else text


# ---------------------------------------------------------------- dates


def long_date(day: date) -> str:
    """Write `31 December 2012`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """Write `31 Dec 2012`, for tables."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def short_month(day: date) -> str:
    """Write `Dec 2012`."""
    return f"{MONTHS[day.month - 1][:3]} {day.year}"


def as_date(value: object) -> date | None:
    """Read an ISO date (or a month) out of JSON; anything else is no date."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value if len(value) > 7 else f"{value}-01")
    except ValueError:
        return None


def date_or(value: object, otherwise: str = "no date set") -> str:
    """Write a date from JSON in full, or say that there is none."""
    day = as_date(value)
    return long_date(day) if day else otherwise


# ---------------------------------------------------------------- numbers


def signed(value: float, digits: int = 2) -> str:
    """Write a difference with a true minus sign or a plus sign."""
    text = f"{abs(value):.{digits}f}".rstrip("0").rstrip(".") if digits else f"{abs(value):.0f}"
    if float(text or 0) == 0:
        return "0"
    return f"{MINUS if value < 0 else '+'}{text}"


def plain(value: float | int | Decimal | None, digits: int = 0) -> str:
    """Write a number with commas; a hidden one says so."""
    return HIDDEN if value is None else f"{MINUS if value < 0 else ''}{abs(value):,.{digits}f}"


def count(value: float | None) -> str:
    """Write a published count: rounded already, or hidden because it is small."""
    return plain(value)


def per_hundred(share: float | None) -> int | None:
    """Turn a share into whole people of each 100."""
    return None if share is None else round(share * 100)


def percent(share: float | None) -> str:
    """Write a share as a whole percentage; a small one is not called none."""
    if share is None:
        return HIDDEN
    return "under 1%" if 0 < share < 0.005 else f"{share * 100:.0f}%"


def about(share: float) -> str:
    """Say a share the way people do: `about 3 in 10`."""
    if share >= 0.975:
        return "nearly all"
    if share < 0.025:
        return "almost none"
    if share < 0.075:
        return "about 1 in 20"
    if share < 0.175:
        return f"about 1 in {min(round(1 / share), 10)}"
    tenths = min(round(share * 10), 9)
    return "about half" if tenths == 5 else f"about {tenths} in 10"


def about_of(share: float, things: str) -> str:
    """Say a share of things: `about 3 in 10 pounds owed`, `about half of the pounds owed`."""
    said = about(share)
    return f"{said} {things}" if said.startswith("about ") and said[-1].isdigit() else f"{said} of the {things}"


def number_of(quantity: int, one: str, many: str | None = None) -> str:
    """Write `1 scheme`, `3 schemes`, `no schemes`."""
    word = one if quantity == 1 else (many or f"{one}s")
    return f"{'no' if quantity == 0 else f'{quantity:,}'} {word}"


def pounds(value: Decimal | float | int | str | None, *, pence: bool = False) -> str:
    """Write an amount: to the penny in ledgers, in whole pounds elsewhere."""
    if value is None:
        return "not known"
    amount = Decimal(str(value))
    text = f"{abs(amount):,.2f}" if pence else f"{abs(amount):,.0f}"
    return f"{MINUS if amount < 0 else ''}£{text}"


def three_figures(value: Decimal | float) -> Decimal:
    """Round an estimate to three figures, and no closer than a pound: 83,263 is 83,300, and 442 is 442."""
    amount = Decimal(str(value))
    places = min(2 - amount.adjusted(), 0) if amount else 0
    return round(amount, places)


def people_difference(value: float) -> str:
    """Say a difference per 100 people: `11 fewer`, `7 more`, `no difference`."""
    whole = round(value)
    return f"{abs(whole)} {'fewer' if whole < 0 else 'more'}" if whole else "no difference"


def interval_words(low: float, high: float) -> str:
    """Say an interval per 100 people: `1 to 21` on one side of 0, `27 fewer to 17 more` across it."""
    if high <= 0 or low >= 0:
        near, far = sorted((abs(round(low)), abs(round(high))))
        return f"{near} to {far}"
    return f"{people_difference(low)} to {people_difference(high)}"


def listed(items: Sequence[str]) -> str:
    """Join words as in a sentence: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


_ISO_DAY = re.compile(r"(?<![\w.-])(\d{4}-\d{2}-\d{2})(?![\w-])")
_IDENTIFIER = re.compile(r"(?<![\w./-])([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?![\w/-]|\.\w)")


def prose(text: str) -> str:
    """Write a machine's days, identifiers and minus signs within a text as people read them."""
    dated = _ISO_DAY.sub(lambda found: date_or(found.group(1), found.group(1)), visible(text))
    named = _IDENTIFIER.sub(lambda found: humane(found.group(1)), dated)
    parted = re.sub(r"(?<![\w.,/£-])\d{5,}(?![\w.,/-])", lambda found: f"{int(found.group()):,}", named)
    return re.sub(r"(?<![\w–-])-(?=\d)", MINUS, parted)


def sentence(text: str) -> str:
    """Give a text its capital and its full stop, and its days and identifiers as people read them."""
    seen = prose(text)
    if not seen:
        return ""
    ended = seen if seen[-1] in ".?!:”" else f"{seen}."
    return ended[0].upper() + ended[1:]


def slug(text: str) -> str:
    """Write a page's stem: lower-case letters, digits and hyphens."""
    plainer = unicodedata.normalize("NFKD", visible(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plainer.lower()).strip("-") or "page"


def humane(name: str) -> str:
    """Write an identifier of the data as words: `risk_difference_365` becomes `risk difference 365`."""
    return visible(name).replace("_", " ")


_SYSTEMS = {
    "cedar": "CEDAR", "flare": "FLARE", "confirm": "CONFIRM", "iworld": "I-World", "pss_live": "PSS Live",
}  # fmt: skip


def system(name: str) -> str:
    """Write the name of a source system as its users do."""
    return _SYSTEMS.get(name.lower(), sentence_case(name))


def sentence_case(name: str) -> str:
    """Write an identifier or a lower-case word with a capital: `prevention` becomes `Prevention`."""
    seen = humane(name)
    return seen[:1].upper() + seen[1:]
