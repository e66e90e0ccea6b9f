"""Fifty marked people, and a search for any trace of them in everything that is published.

Plant them in the extracts, build, then `traces(site, people)`: names, references, addresses, telephone numbers, free
text and pseudonyms are looked for in every file, inside archives and workbooks, in whatever encoding a page, an SVG, a
search index, a notebook or a picture could hold them.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

PEOPLE = 50
_HEADS = ("Zwyx", "Qorv", "Vruk", "Xelb", "Jhaz", "Yqum", "Kzib", "Wvoft", "Pzeg", "Fjord")
_TAILS = ("quandle", "zimbrook", "vexley", "juxworth", "kwizzam")


@dataclass(frozen=True)
class Planted:
    """One person whose every word occurs nowhere else.

    Attributes
    ----------
    name, reference, address, phone, note
        What an extract would hold of the person.
    """

    name: str
    reference: str
    address: str
    phone: str
    note: str

    @property
    def marks(self) -> tuple[str, ...]:
        """Every text that would be a trace."""
        surname = self.name.split()[-1]
        return (self.name, surname, self.reference, self.address, self.phone, self.note)


def people(seed: int = 50) -> tuple[Planted, ...]:
    """Fifty people with names, references and words found in no language."""
    draw = random.Random(seed)
    surnames = [f"{head}{tail}" for head in _HEADS for tail in _TAILS]
    return tuple(
        Planted(
            name=f"Ma{number}ra {surname}",
            reference=f"PLANT-{draw.randrange(10**9):09d}",
            address=f"{number + 1} {surname} Hollow",
            phone=f"07700 90{draw.randrange(10**4):04d}{number:02d}",
            note=f"remembers the {surname.lower()} lantern",
        )
        for number, surname in enumerate(surnames[:PEOPLE])
    )


def traces(folder: Path, planted: Iterable[Planted], also: Iterable[str] = ()) -> list[str]:
    """Search every file below a folder.

    Parameters
    ----------
    folder
        A rendered site, a generated project, or a folder of downloads.
    planted
        The people.
    also
        Further marks, such as their pseudonyms.

    Returns
    -------
    list of str
        `file: mark` for every trace; empty when there is none. File names are searched as well.
    """
    marks = {mark for person in planted for mark in person.marks} | set(also)
    wanted = {mark: written(mark) for mark in sorted(marks)}
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        for content in (name.encode(), *(contents(path.read_bytes()) if path.is_file() else ())):
            folded = content.lower()
            found += [f"{name}: {mark}" for mark, forms in wanted.items() if any(form in folded for form in forms)]
    return sorted(set(found))


def written(mark: str) -> set[bytes]:
    """The ways in which a text can stand in a file, in lower case."""
    plain = {mark, html.escape(mark), urllib.parse.quote(mark), urllib.parse.quote_plus(mark), json.dumps(mark)[1:-1]}
    plain |= {mark.replace(" ", "&nbsp;"), mark.replace(" ", "-"), mark.replace(" ", "_"), mark.replace(" ", "")}
    encoded = {text.encode(code) for text in plain for code in ("utf-8", "utf-16-le", "utf-16-be")}
    encoded |= set(in_base64(mark.encode()))
    return {form.lower() for form in encoded}


def in_base64(text: bytes) -> Iterator[bytes]:
    """The characters that a text certainly gives in base64, at each of its three possible beginnings."""
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + text)
        first, last = (0, 2, 3)[shift], -4 if (len(text) + shift) % 3 else None
        middle = whole[first + (1 if shift else 0) : last]
        if len(middle) >= 8:
            yield middle


def contents(data: bytes, depth: int = 3) -> Iterator[bytes]:
    """The bytes of a file, and of what is packed in it: workbooks, archives, compressed streams of pictures."""
    yield data
    if not depth:
        return
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from contents(archive.read(name), depth - 1)
    elif data[:2] == b"\x1f\x8b":
        yield from contents(gzip.decompress(data), depth - 1)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png_texts(data)


def _png_texts(data: bytes) -> Iterator[bytes]:
    place = 8
    while place + 8 <= len(data):
        size, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        chunk = data[place + 8 : place + 8 + size]
        if kind in (b"zTXt", b"iTXt"):
            for start in range(len(chunk)):
                if chunk[start : start + 1] == b"x":
                    try:
                        yield zlib.decompress(chunk[start:])
                    except zlib.error:
                        continue
        place += size + 12
