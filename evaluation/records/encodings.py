"""From bytes to text: the encoding is detected, and every record ends in a line feed."""

from __future__ import annotations

import codecs
import re

import numpy as np
import numpy.typing as npt

from evaluation.errors import DataError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_END_OF_FILE = b"\x1a"
_NEWLINE, _QUOTE, _RETURN = 10, 34, 13
_PIECE = 1 << 20
_SOUND_LETTERS = 3
"""Damaged UTF-8 is told from Windows' text by this many sound letters to each damaged one."""


def to_text(content: bytes) -> tuple[bytes, str]:
    """The content as UTF-8 with line ends `\\n` or `\\r\\n`, and the name of the encoding it had."""
    text, encoding = _to_utf8(content)
    text = text.rstrip(_END_OF_FILE)
    if b"\0" in text:
        raise DataError("The file is not a table of text: it holds binary bytes.")
    sample = text[:4096]
    control = sum(byte < 32 and byte not in (9, 10, 11, 12, 13) for byte in sample)
    if control > len(sample) // 50:
        raise DataError("The file is not a table of text: it holds binary bytes.")
    if b"\n" not in text or (b"\r" in text and text.count(b"\r\n") == 0 and text.count(b"\r") > text.count(b"\n")):
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _one_line_end(text), encoding


def _one_line_end(text: bytes) -> bytes:
    """The text with a line feed where a lone carriage return ends a record (outside quotes)."""
    if text.count(b"\r") == text.count(b"\r\n"):
        return text
    data = np.frombuffer(text.replace(b"\r\r\n", b"\r\n"), dtype=np.uint8).copy()
    returns = np.flatnonzero(data == _RETURN)
    lone = returns[data[np.minimum(returns + 1, len(data) - 1)] != _NEWLINE]
    data[outside(lone, np.flatnonzero(data == _QUOTE))] = _NEWLINE
    return data.tobytes()


def _to_utf8(content: bytes) -> tuple[bytes, str]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _recode(content[len(mark) :], encoding), f"{encoding} with a byte-order mark"
    head = content[:2000]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            len(head) > 3
            and head[offset::2].count(0) > 0.7 * len(head[offset::2])
            and not head[1 - offset :: 2].count(0)
        ):
            return _recode(content, encoding), encoding
    return (content, "utf-8") if _is_utf8(content) else _damaged_or_windows(content)


def _is_utf8(content: bytes) -> bool:
    """Whether bytes are UTF-8, tried a piece at a time: the whole as text would take up to four times the room."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _PIECE):
            decoder.decode(content[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _damaged_or_windows(content: bytes) -> tuple[bytes, str]:
    """Text that is no UTF-8: some bytes of UTF-8 were damaged where most of its letters are sound, else Windows."""
    mended = content.decode("utf-8", errors="replace")
    damaged = mended.count("\ufffd")
    sound = len(re.findall("[^\\x00-\\x7f\ufffd]", mended))
    if sound > _SOUND_LETTERS * damaged:
        return mended.encode(), f"utf-8 with {damaged} damaged letters"
    return content.decode("cp1252", errors="replace").encode(), "windows-1252"


def _recode(content: bytes, encoding: str) -> bytes:
    if encoding == "utf-8":
        return content if _is_utf8(content) else content.decode("cp1252", errors="replace").encode()
    try:
        return content.decode(encoding).encode()
    except UnicodeError as problem:
        raise DataError(f"The file breaks off, or is not the {encoding} that it says it is.") from problem


def outside(positions: npt.NDArray[np.int64], quotes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Positions before which an even number of quotes stands."""
    return positions[np.searchsorted(quotes, positions) % 2 == 0] if len(quotes) else positions
