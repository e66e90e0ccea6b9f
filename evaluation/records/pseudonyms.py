"""Keyed pseudonyms: a person or an address becomes HMAC-SHA-256 of what is known of it, and the text stays at the door.

The same person gives the same pseudonym in every extract read with the same key, and nobody without the key can try
names until one fits. A pseudonym read again is left as it is, so that a mended sheet of rejected rows can be returned.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import polars as pl

from evaluation.errors import DataError, UsageError

DEMONSTRATION_KEY = b"evaluation: demonstration key, for synthetic and open data alone"
"""The key used when none is given. It is public, so it protects nobody: real extracts need a key of their own."""

PSEUDONYM = r"^[a-z]_[0-9a-f]{20}$"
_IS_PSEUDONYM = re.compile(PSEUDONYM)
_PUNCTUATION = re.compile(r"[^\w]+")
_BETWEEN = "\x1f"
_KEY_BYTES = 32
_BLOCK, _DIGITS = 64, 20
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "master", "sir", "rev", "cllr", "pc", "pcso", "sgt"))


def pseudonym(kind: str, text: str, key: bytes) -> str:
    """The pseudonym of one text.

    Parameters
    ----------
    kind
        What the text is; its first letter leads the pseudonym, and the same text of another kind gives another one.
    text
        The normalised text.
    key
        The secret key.

    Returns
    -------
    str
        A letter, an underscore and 80 bits in hexadecimal; `text` itself where it already is a pseudonym.
    """
    if _IS_PSEUDONYM.match(text):
        return text
    return _keyed(kind, key)(text)


@lru_cache(maxsize=32)
def _keyed(kind: str, key: bytes) -> Callable[[str], str]:
    """The pseudonyms of one kind by one key: HMAC-SHA-256 (RFC 2104) its two pads prepared once."""
    whole = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in whole) for pad in (0x36, 0x5C))
    lead, begun = f"{kind[0]}_", inner + f"{kind}{_BETWEEN}".encode()
    sha256 = hashlib.sha256
    return lambda text: lead + sha256(outer + sha256(begun + text.encode()).digest()).hexdigest()[:_DIGITS]


def normal_text(text: str) -> str:
    """Text with case, punctuation and spacing taken out of account."""
    return _PUNCTUATION.sub(" ", text.lower()).strip()


def normal_name(name: str) -> str:
    """A person's name without titles and without regard to the order of its parts.

    Examples
    --------
    >>> normal_name("SMITH, Mr John"), normal_name("John  Smith")
    ('john smith', 'john smith')
    """
    return " ".join(sorted(part for part in normal_text(name).split() if part not in _TITLES))


def normal_phone(phone: str) -> str:
    """The digits of a telephone number, the country code of the United Kingdom written as 0."""
    return re.sub(r"^(?:0044|44)", "0", re.sub(r"\D", "", phone))


def pseudonymise(values: pl.Series, kind: str, key: bytes) -> pl.Series:
    """Pseudonyms of a column, computed once for each different value; blank stays null."""
    known = values.drop_nulls().unique().to_frame("text")
    normal = known.select(_normal_column(pl.col("text"), kind))["text"]
    return _looked_up(values, known["text"], _each(normal, kind, key))


def tokens(normal: pl.Series, kind: str, key: bytes) -> pl.Series:
    """Pseudonyms of a column of normalised texts, computed once for each different text; blank gives null."""
    known = normal.drop_nulls().unique()
    return _looked_up(normal, known, _each(known, kind, key))


def _each(normal: pl.Series, kind: str, key: bytes) -> pl.Series:
    named = _keyed(kind, key)
    hidden = pl.Series([named(text) if text else None for text in normal.to_list()], dtype=pl.String)
    ready = normal.str.contains(PSEUDONYM)
    return hidden.zip_with(~ready, normal) if ready.any() else hidden


def _looked_up(values: pl.Series, known: pl.Series, given: pl.Series) -> pl.Series:
    table = pl.DataFrame({"text": known, "token": given})
    joined = pl.DataFrame({"text": values}).join(table, on="text", how="left", maintain_order="left")
    return joined["token"].alias(values.name)


def _normal_column(text: pl.Expr, kind: str) -> pl.Expr:
    """The normal form of a column; what already is a pseudonym stays as it is."""
    words = text.str.to_lowercase().str.replace_all(r"[^\w]+", " ").str.strip_chars(" ")
    if kind in ("person", "name", "officer"):
        parts = words.str.split(" ").list.eval(pl.element().filter(~pl.element().is_in(sorted(_TITLES))).sort())
        words = parts.list.join(" ")
    if kind == "telephone":
        words = text.str.replace_all(r"\D", "").str.replace(r"^(?:0044|44)", "0")
    return pl.when(text.str.contains(PSEUDONYM)).then(text).otherwise(words)


def _normal(kind: str, text: str) -> str:
    if _IS_PSEUDONYM.match(text):
        return text
    if kind in ("person", "name", "officer"):
        return normal_name(text)
    return normal_phone(text) if kind == "telephone" else normal_text(text)


def load_key(path: str | Path | None, name: str = "partnership", *, synthetic: bool = False) -> bytes:
    """The partnership's key, made on first use and readable by its owner alone.

    Parameters
    ----------
    path
        Where the key lies; None: under the user's own configuration folder. It must be outside any repository, so that
        it cannot be committed beside the data.
    name
        The partnership, for the name of the key's file.
    synthetic
        Whether the data are invented: then, without a path, the public demonstration key serves.

    Raises
    ------
    UsageError
        The path lies inside a repository, or others can read the file.
    DataError
        The file does not hold a key.
    """
    if path is None and synthetic:
        return DEMONSTRATION_KEY
    place = Path(path).expanduser() if path is not None else default_key_path(name)
    _refuse_repository(place)
    if not place.exists():
        _write_key(place, secrets.token_bytes(_KEY_BYTES))
    if stat.S_IMODE(place.stat().st_mode) & 0o077:
        raise UsageError(f"The key file {place.name} can be read by others: set its permissions to 600.")
    try:
        key = bytes.fromhex(place.read_text(encoding="ascii").strip())
    except (UnicodeDecodeError, ValueError) as problem:
        raise DataError(f"The key file {place.name} does not hold a key (64 hexadecimal digits).") from problem
    if len(key) != _KEY_BYTES:
        raise DataError(f"The key file {place.name} holds {len(key)} bytes; a key has {_KEY_BYTES}.")
    return key


def default_key_path(name: str) -> Path:
    """Where a partnership's key lies unless it says otherwise."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return folder / "evaluation" / f"{normal_text(name).replace(' ', '-') or 'partnership'}.key"


def rotate_key(path: Path) -> bytes:
    """Put a new key in the place of the old one, which is kept beside it with its fingerprint in the name.

    Pseudonyms made with the old key no longer match new ones: read every extract again after a rotation.
    """
    old = load_key(path)
    path.replace(path.with_name(f"{path.name}.{fingerprint(old)}"))
    return load_key(path)


def fingerprint(key: bytes) -> str:
    """Eight digits by which to tell one key from another without showing it."""
    return hashlib.sha256(b"fingerprint" + key).hexdigest()[:8]


def _write_key(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")


def _refuse_repository(path: Path) -> None:
    inside = next((folder for folder in path.absolute().parents if (folder / ".git").exists()), None)
    if inside is not None:
        raise UsageError(f"The key {path.name} would lie inside the repository {inside.name}: keep it elsewhere.")


def person_ids(parts: pl.DataFrame, system: str, key: bytes) -> pl.Series:
    """One pseudonym a row for the person described by the columns `ref, name, born, address, phone` (those present).

    A reference of the system's own decides; else the name with the date of birth; else the name with the address or
    telephone number; else the name alone. A row that names nobody gives null.
    """
    present = [column for column in ("ref", "name", "born", "address", "phone") if column in parts.columns]
    if present == ["ref"]:
        return reference_ids(parts["ref"], system, key)
    different = parts.select(present).unique(maintain_order=True)
    tokens = [_person(dict(zip(present, row, strict=True)), system, key) for row in different.iter_rows()]
    table = different.with_columns(token=pl.Series(tokens, dtype=pl.String))
    return parts.select(present).join(table, on=present, how="left", nulls_equal=True, maintain_order="left")["token"]


def reference_ids(refs: pl.Series, system: str, key: bytes) -> pl.Series:
    """Pseudonyms of the references by which one system names people; those of another system differ."""
    return pseudonymise(refs, person_kind(system), key)


def person_kind(system: str) -> str:
    """What the references of a system's own people are called, for `pseudonym`."""
    return f"p{_BETWEEN}ref{_BETWEEN}{system}"


def _person(parts: dict[str, str | None], system: str, key: bytes) -> str | None:
    ref, name = parts.get("ref"), parts.get("name")
    if ref:
        return pseudonym(person_kind(system), _normal("ref", ref), key)
    if not name or not (tidy := _normal("name", name)):
        return None
    further = next((part for part in ("born", "address", "phone") if parts.get(part)), None)
    if further is None:
        return pseudonym("person", _BETWEEN.join(("name", tidy)), key)
    kind = {"born": "born", "address": "address", "phone": "telephone"}[further]
    token = pseudonym(kind, _normal(kind, str(parts[further])), key)
    return pseudonym("person", _BETWEEN.join((pseudonym("name", tidy, key), token)), key)
