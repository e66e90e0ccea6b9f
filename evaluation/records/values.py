"""From raw text to values: each column of a mapping is read by its kind, and what cannot be read is a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from evaluation.records import coding, dates, numbers, privacy
from evaluation.records.coding import CodeList
from evaluation.records.mapping import Column, Mapping, PersonPart, sources_of
from evaluation.records.pseudonyms import PSEUDONYM, person_ids, pseudonymise, reference_ids
from evaluation.records.raw import Raw
from evaluation.records.taught import Taught
from evaluation.records.texts import Texts

REASONS = pl.Schema({"row": pl.Int64, "reason": pl.String})
YES = ("yes", "y", "true", "t", "1", "satisfied", "very satisfied", "fairly satisfied")
NO = ("no", "n", "false", "f", "0", "dissatisfied", "not satisfied", "very dissatisfied", "fairly dissatisfied")


@dataclass(frozen=True)
class Options:
    """What a reading needs to know beside the mapping.

    Attributes
    ----------
    key
        The pseudonym key.
    schemes
        The list of schemes.
    dates
        The declared order of day and month, if any.
    lists
        The council's own folder of code lists, if any.
    taught
        What the partnership says that words in no code list mean.
    extract
        What the extract is called, for words that mean something else in another.
    """

    key: bytes
    schemes: CodeList
    dates: str | None = None
    lists: Path | None = None
    taught: Taught | None = None
    extract: str = ""

    def taught_to(self, words: CodeList) -> CodeList:
        """A code list with what the partnership has taught."""
        return words if self.taught is None else self.taught.added(words, self.extract)


@dataclass(frozen=True)
class Values:
    """The columns of a mapping as values.

    Attributes
    ----------
    frame
        `row` and one column (or more: `action.word`, `action.band`, `lead?`, `person.subject`) for each mapped column.
    reasons
        `row, reason`: why a row cannot be accepted.
    unmapped
        Words in no code list, as `coding.Coded.unmapped`.
    notes
        What was detected.
    date_order
        The order of day and month by which dates were read, if any needed one.
    traits
        Keyed traits of people for linking: `person_id, role` and hashes of the parts; see `records.traits`.
    """

    frame: pl.DataFrame
    reasons: pl.DataFrame
    unmapped: pl.DataFrame
    notes: tuple[str, ...]
    date_order: str | None
    traits: pl.DataFrame


@dataclass
class _Collected:
    columns: dict[str, pl.Series]
    reasons: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    unmapped: list[pl.DataFrame] = field(default_factory=list[pl.DataFrame])
    notes: list[str] = field(default_factory=list[str])


def read_values(raw: Raw, mapping: Mapping, options: Options) -> Values:
    """Read every mapped column of an extract by its kind.

    Raises
    ------
    DataError
        Dates are ambiguous, or mixed.
    """
    from evaluation.records.traits import traits

    got = _Collected({"row": raw.cells["row"].cast(pl.Int64)})
    texts = Texts(raw, mapping, options.key)
    order = _read_dates(texts, raw, mapping, options, got)
    for name in raw.positions:
        column = mapping.columns[name]
        reader = _READERS.get(column.kind)
        text = texts[name]
        if reader is not None:
            reader(name, text, _Context(column, mapping, options, raw.positions[name]), got)
        if column.filled:
            blank = got.columns["row"].filter(texts.blank[name])
            got.reasons.append(_reasons(blank, f"{raw.positions[name]} is blank"))
        texts.drop(name)
    people = {role: _person_parts(texts, got, raw, parts) for role, parts in mapping.people.items()}
    for role, parts in people.items():
        got.columns[f"person.{role}"] = (
            person_ids(parts, mapping.system, options.key) if parts.width else _nothing(len(raw.cells))
        )
    frame = pl.DataFrame(got.columns)
    errors = [_reasons(rows, reason) for name in raw.positions for rows, reason in texts.errors.get(name, ())]
    reasons = pl.concat([pl.DataFrame(schema=REASONS), *errors, *got.reasons])
    unmapped = pl.concat([pl.DataFrame(schema=coding.UNMAPPED), *got.unmapped])
    return Values(frame, reasons, unmapped, tuple(got.notes), order, traits(people, frame, options.key))


@dataclass(frozen=True)
class _Context:
    column: Column
    mapping: Mapping
    options: Options
    header: str


_Reader = Callable[[str, pl.Series, _Context, _Collected], None]


def _nothing(rows: int) -> pl.Series:
    return pl.repeat(None, rows, dtype=pl.String, eager=True)


def _reasons(rows: pl.Series, reason: str) -> pl.DataFrame:
    return pl.DataFrame({"row": rows.cast(pl.Int64)}).with_columns(reason=pl.lit(reason, dtype=pl.String))


def _unreadable(name: str, text: pl.Series, values: pl.Series, header: str, what: str, got: _Collected) -> None:
    """Note every filled cell that gave no value, quoting figures and describing anything else."""
    bad = text.is_not_null() & values.is_null()
    if not bad.any():
        return
    rows, cells = got.columns["row"].filter(bad), text.filter(bad)
    shown = {cell: f"{header}: {privacy.shown(cell)} is not {what}" for cell in cells.unique().to_list()}
    table = pl.DataFrame({"row": rows, "reason": [shown[cell] for cell in cells.to_list()]}, schema=REASONS)
    got.reasons.append(table)


def _read_dates(texts: Texts, raw: Raw, mapping: Mapping, options: Options, got: _Collected) -> str | None:
    names = [name for name in raw.positions if mapping.columns[name].kind in ("date", "birth_date")]
    births = [name for name in names if mapping.columns[name].kind == "birth_date"]
    by_header = {raw.positions[name]: _not_pseudonym(texts[name]) for name in names}
    declared = options.dates or mapping.dates
    days = dates.read_days(
        by_header,
        declared=declared,
        weak=frozenset(raw.positions[name] for name in births),
        serials_from=raw.serials_from,
    )
    got.notes.extend(days.notes)
    for name in names:
        header = raw.positions[name]
        got.columns[name] = days.values[header]
        if name not in births:
            _unreadable(name, texts[name], days.values[header], header, "a date", got)
    return days.order


def _not_pseudonym(text: pl.Series) -> pl.Series:
    return text.set(text.str.contains(PSEUDONYM).fill_null(False), None)


def _month(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    got.columns[name] = dates.read_months(text)
    _unreadable(name, text, got.columns[name], context.header, "a month", got)


def _number(read: Callable[[pl.Series], numbers.Numbers], what: str) -> _Reader:
    def reader(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
        result = read(text)
        got.columns[name] = result.values
        got.notes.extend(f"{context.header}: {note}" for note in result.notes)
        _unreadable(name, text, result.values, context.header, what, got)

    return reader


def _identifier(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    got.columns[name] = text
    _note_spoilt(text, context, got)


def _note_spoilt(text: pl.Series, context: _Context, got: _Collected) -> None:
    """Identifiers that a spreadsheet has spoilt: powers of ten are refused, lost zeros are said."""
    spoilt = numbers.scientific(text)
    if spoilt.any():
        reason = f"{context.header}: a spreadsheet has turned the identifier into a power of ten"
        got.reasons.append(_reasons(got.columns["row"].filter(spoilt), reason))
    cut = numbers.lost_figures(text)
    if cut:
        got.notes.append(f"{context.header}: {cut} identifiers seem to have lost the figures after their fifteenth")
    lost = numbers.lost_zeros(text)
    if lost:
        got.notes.append(f"{context.header}: {lost} identifiers seem to have lost leading zeros")


def _yes_no(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    lower = text.str.to_lowercase()
    known = [*YES, *NO]
    got.columns[name] = lower.replace_strict(
        known, [True] * len(YES) + [False] * len(NO), default=None, return_dtype=pl.Boolean
    )
    _unreadable(name, text, got.columns[name], context.header, "yes or no", got)


def _presence(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    """A lead officer: the cell names one, or says yes or no."""
    lower = text.str.to_lowercase()
    got.columns[f"{name}?"] = text.is_not_null() & ~lower.is_in(list(NO)).fill_null(False)
    names = text.set(lower.is_in([*YES, *NO]).fill_null(False), None)
    got.columns[name] = pseudonymise(names, "officer", context.options.key)


def _plain(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    got.columns[name] = text.to_frame("t").select(privacy.masked(pl.col("t")))["t"]


def _verbatim(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    got.columns[name] = text


def _name(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    """The name of a contract or an instrument: lower case, words joined by underscores, so that spellings agree."""
    got.columns[name] = text.str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "_").str.strip_chars("_")


def _area(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    got.columns[name] = text.to_frame("t").select(privacy.outward(pl.col("t")))["t"]


def _district(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    got.columns[name] = text.str.replace(r"\s+\d{3}[A-Z]$", "")


def _code(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    words = context.options.taught_to(coding.load_list(str(context.column.list), context.options.lists))
    silent = context.mapping.unclassified
    coded = coding.code(text, words, column=context.header, unclassified=silent)
    got.columns[name] = coded.codes
    got.unmapped.append(coded.unmapped)
    if silent:
        count = int(text.str.to_lowercase().is_in([one.lower() for one in silent]).sum() or 0)
        if count:
            got.notes.append(
                f"{context.header}: {count} rows say '{silent[0]}', which this system gives to every case: unclassified"
            )


def _scheme(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    """Words of actions to schemes; what counts as untreated is blank, and what no list knows is kept or refused."""
    untreated = {coding.normal_text(one) for one in context.mapping.untreated}
    table = coding.normal_words(text)
    plain = table.filter(pl.col("normal").is_in(list(untreated)))["text"]
    treated = text.set(text.is_in(plain.implode()).fill_null(False), None) if len(plain) else text
    schemes = context.options.taught_to(context.options.schemes)
    coded = coding.code(treated, schemes, column=context.header)
    unknown = treated.is_not_null() & coded.codes.is_null()
    codes = coded.codes.set(unknown, "unclassified")
    got.columns[name] = codes
    got.columns[f"{name}.word"] = codes
    got.columns[f"{name}.band"] = codes.replace_strict(schemes.bands, default=None, return_dtype=pl.String)
    got.unmapped.append(coded.unmapped)
    if context.mapping.unknown_scheme == "reject" and unknown.any():
        hints = dict(zip(coded.unmapped["word"].to_list(), coded.unmapped["suggestion"].to_list(), strict=True))
        got.reasons.append(
            _unknown_schemes(treated.filter(unknown), got.columns["row"].filter(unknown), context, hints)
        )


def _unknown_schemes(
    words: pl.Series, rows: pl.Series, context: _Context, hints: Table[str, str | None]
) -> pl.DataFrame:
    def reason(cell: str) -> str:
        near = hints.get(privacy.word(cell)) or coding.suggest(coding.normal_text(cell), context.options.schemes)
        return f"{context.header} is no scheme of the register" + (f"; did you mean '{near}'?" if near else "")

    texts = {cell: reason(cell) for cell in words.unique().to_list()}
    return pl.DataFrame({"row": rows, "reason": [texts[cell] for cell in words.to_list()]}, schema=REASONS)


def _reference(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    """Of a bank reference only the parts that hold a figure: order and account numbers, never a name."""
    kept = (
        text.to_frame("t").select(privacy.masked(pl.col("t")))["t"].str.extract_all(r"[A-Za-z0-9/\-]*\d[A-Za-z0-9/\-]*")
    )
    joined = kept.list.join(" ")
    got.columns[name] = joined.set((joined == "").fill_null(False), None)


def _hashed(kind: str) -> _Reader:
    def reader(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
        got.columns[name] = pseudonymise(text, kind, context.options.key)

    return reader


def _person_ref(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    """A reference that a table takes as it is; one that belongs to a person is read with that person's other parts."""
    _note_spoilt(text, context, got)
    if any(name in sources_of(spec) for spec in context.mapping.tables):
        got.columns[name] = reference_ids(text, context.mapping.system, context.options.key)


def _person_id(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    """Pseudonyms that a canonical file brings stay as they are; what looks like a name becomes one."""
    named = text.str.contains(r"\s") | ~text.str.contains(r"\d")
    hidden = pseudonymise(text.set(~named.fill_null(False), None), "person", context.options.key)
    got.columns[name] = hidden.zip_with(hidden.is_not_null(), text)


def _free_text(name: str, text: pl.Series, context: _Context, got: _Collected) -> None:
    got.columns[name] = coding.flags(text)


def _person_parts(texts: Texts, got: _Collected, raw: Raw, parts: Table[PersonPart, str]) -> pl.DataFrame:
    """The parts of a person as text, a date of birth in its one written form where it could be read."""
    columns: dict[str, pl.Series] = {}
    for part, name in parts.items():
        if name not in raw.positions:
            continue
        columns[part] = texts[name]
        if part == "born":
            iso = got.columns[name].dt.to_string("%Y-%m-%d")
            columns[part] = iso.zip_with(iso.is_not_null(), texts[name])
    return pl.DataFrame(columns)


_READERS: Table[str, _Reader] = {
    "identifier": _identifier,
    "month": _month,
    "money": _number(numbers.read_money, "an amount of pounds and pence"),
    "number": _number(numbers.read_numbers, "a number"),
    "whole": _number(numbers.read_whole, "a whole number"),
    "yes_no": _yes_no,
    "true_false": _yes_no,
    "presence": _presence,
    "text": _plain,
    "verbatim": _verbatim,
    "name": _name,
    "area": _area,
    "district": _district,
    "code": _code,
    "scheme": _scheme,
    "reference": _reference,
    "person_ref": _person_ref,
    "person_id": _person_id,
    "address": _hashed("address"),
    "officer": _hashed("officer"),
    "free_text": _free_text,
}


def personal_headers(raw_positions: Table[str, str], mapping: Mapping, kinds: Sequence[str]) -> list[str]:
    """Headers of an extract whose columns hold what the kinds name."""
    return [header for name, header in raw_positions.items() if mapping.columns[name].kind in kinds]
