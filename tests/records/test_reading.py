"""Delimited text in every form that councils send, and one clear sentence where it is not a table."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from evaluation.errors import DataError, ExitCode
from evaluation.records import delimited, encodings, read_extract

HEADER = (
    "Case Ref", "Household Ref", "Scheme", "Ward", "Date Opened", "Intervention Date", "Date Closed",
    "Next Report Date", "Outcome", "Officer Cost", "Notes",
)  # fmt: skip
ROWS = (
    (
        "C001",
        "H1",
        "Mediation",
        "Abbey",
        "13/01/2011",
        "27/01/2011",
        "30/06/2011",
        "20/03/2011",
        "Resolved",
        "120.50",
        "music",
    ),
    ("C002", "H2", "No Action", "Abbey", "01/03/2011", "", "31/05/2011", "", "Closed no action", "", ""),
    ("C003", "H1", "ABC", "Barton", "14/04/2011", "", "", "", "", "12.00", ""),
)
Write = Callable[..., Path]


def text_of(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *rows])
    return out.getvalue()


GOOD = text_of(ROWS)
LINES = GOOD.splitlines()


def joined(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("cases.csv", GOOD)
    return out.getvalue()


READABLE: dict[str, tuple[bytes | str, str]] = {
    "unix line ends": (GOOD.replace("\r\n", "\n"), "encoding utf-8"),
    "old mac line ends": (GOOD.replace("\r\n", "\r"), "encoding utf-8"),
    "byte-order mark": (b"\xef\xbb\xbf" + GOOD.encode(), "encoding utf-8 with a byte-order mark"),
    "utf-16": (GOOD.encode("utf-16"), "encoding utf-16-le with a byte-order mark"),
    "utf-16 big-endian": (b"\xfe\xff" + GOOD.encode("utf-16-be"), "encoding utf-16-be with a byte-order mark"),
    "utf-16 unmarked": (GOOD.encode("utf-16-le"), "encoding utf-16-le"),
    "utf-32": (GOOD.encode("utf-32"), "encoding utf-32-le with a byte-order mark"),
    "windows": (GOOD.replace("music", "café £").encode("cp1252"), "encoding windows-1252"),
    "semicolons": (GOOD.replace(",", ";"), "separator semicolon"),
    "tabs": (GOOD.replace(",", "\t"), "separator tab"),
    "bars": (GOOD.replace(",", "|"), "separator bar"),
    "decimal commas": (
        GOOD.replace(",", ";").replace("120.50", "1.120,50").replace("12.00", "12,00"),
        "Officer Cost: decimal commas read as pounds and pence",
    ),
    "title rows": (joined("Cases of the council", "Printed 01/02/2012", "") + GOOD, "2 rows above the header skipped"),
    "title over two lines": ('"Cases,\nof the council"\r\n' + GOOD, "1 rows above the header skipped"),
    "separator line of Excel": (joined("sep=,") + GOOD, "1 rows above the header skipped"),
    "totals row": (GOOD + "Total,,,,,,,,,132.50,\r\n", "1 row of totals or remarks below the data set aside"),
    "remarks below": (
        GOOD + joined("", "Total: 3 cases", "End of report"),
        "2 rows of totals or remarks below the data set aside",
    ),
    "blank rows": (joined(*LINES[:2], "", ",,,,,,,,,,", *LINES[2:]), "encoding utf-8"),
    "empty cells beyond the header": (joined(LINES[0], *(line + ",,," for line in LINES[1:])), "encoding utf-8"),
    "embedded line end": (GOOD.replace("music", '"loud\nmusic, again"'), "encoding utf-8"),
    "doubled quotes": (GOOD.replace("music", '"said ""stop"", twice"'), "encoding utf-8"),
    "stray quote": (GOOD.replace("music", 'a 12" pipe'), "1 rows with a stray quote read as they stand"),
    "stray quote before a cell": (GOOD.replace("Abbey", '"Abbey', 1), "1 rows with a stray quote read as they stand"),
    "everything quoted": (
        joined(*(",".join(f'"{cell}"' for cell in line.split(",")) for line in LINES)),
        "encoding utf-8",
    ),
    "headers in capitals": (joined(LINES[0].upper().replace(" ", "_"), *LINES[1:]), "encoding utf-8"),
    "units in headers": (
        GOOD.replace("Officer Cost", "Officer Cost (£)").replace("Date Opened", "Date Opened (dd/mm/yyyy)"),
        "encoding utf-8",
    ),
    "end-of-file mark": (GOOD.encode() + b"\x1a", "encoding utf-8"),
    "no line end at the end": (GOOD.rstrip(), "encoding utf-8"),
}

REFUSED: dict[str, tuple[bytes | str, str]] = {
    "empty": ("", "empty"),
    "blank": ("\r\n \r\n", "empty"),
    "header only": (LINES[0] + "\r\n", "no row of data"),
    "header and totals": (joined(LINES[0], "Total,0"), "no row of data"),
    "column twice": (GOOD.replace("Notes", "Ward"), "more than once: 'Ward'"),
    "column missing": (GOOD.replace("Date Opened", "Colour"), "no column 'Date Opened'"),
    "column misspelt": (GOOD.replace("Household Ref", "Houshold Reff"), "Did you mean 'Houshold Reff'"),
    "other table": ("Name,Colour\r\nx,y\r\n", "No header was found"),
    "prose": ("Dear Sir,\nthere is no table in this letter, none at all.\n", "No header was found"),
    "one word": ("hello", "not a table"),
    "web page": ("<html><table><tr><td>Case Ref</td></tr></table></html>", "web page"),
    "json": ('[{"Case Ref": "C1"}]', "JSON"),
    "pdf": (b"%PDF-1.4\n...", "PDF"),
    "picture": (b"\x89PNG\r\n\x1a\n....", "picture"),
    "gzip": (b"\x1f\x8b\x08....", "unpack it"),
    "zip": (zipped(), "zip archive: unpack it"),
    "damaged zip": (zipped()[:50], "damaged or cut off"),
    "random bytes": (bytes((index * 7919) % 256 for index in range(4000)), "binary"),
    "null in the text": (GOOD.replace("music", "mu\0sic"), "binary"),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    "word document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no workbook"),
    "cut off in a row": (GOOD[:-30], "breaks off in the middle of its last row"),
    "cut off in a cell": (GOOD + 'C009,H1,ABC,Abbey,01/01/2011,,,,,,"unfin', "never closed"),
    "cut off in a letter": (GOOD.encode("utf-16")[:-1], "breaks off"),
    "ambiguous dates": (joined(LINES[0], "C1,H1,ABC,A,03/04/2011,04/05/2011,,,,,"), "day-first or month-first"),
    "mixed dates": (joined(LINES[0], "C1,H1,,A,13/04/2011,,,,,,", "C2,H1,,A,04/13/2011,,,,,,"), "mix two orders"),
}  # fmt: skip


@pytest.mark.parametrize("form", READABLE)
def test_readable(form: str, write: Write) -> None:
    content, note = READABLE[form]
    extract = read_extract(write(content), "case_list")
    below = 1 if form == "totals row" else 2 if form == "remarks below" else 0
    assert (extract.rows_read, extract.rows_accepted, len(extract.rejected)) == (3 + below, 3, below)
    assert note in extract.notes
    assert extract.accepted["Cases"]["case_id"].to_list() == ["C001", "C002", "C003"]
    assert extract.accepted["Interventions"]["scheme"].to_list() == ["mediation"]


@pytest.mark.parametrize("form", REFUSED)
def test_refused_with_one_clear_sentence(form: str, write: Write) -> None:
    content, words = REFUSED[form]
    with pytest.raises(DataError) as refused:
        read_extract(write(content), "case_list")
    message = str(refused.value)
    assert refused.value.exit_code == ExitCode.INPUT_REFUSED == 3
    assert words in message
    assert message.startswith("cases.csv: ")
    assert "\n" not in message


def test_ragged_rows_are_set_aside_with_their_text(write: Write) -> None:
    extract = read_extract(
        write(joined(*LINES, "C004,H4,ABC", LINES[1].replace("C001", "C005") + ",extra,more")), "case_list"
    )
    assert extract.rejected["row"].to_list() == [4, 5]
    assert extract.rejected["reasons"].list.first().to_list() == [
        "the row has 3 cells where the header has 11", "the row has 13 cells where the header has 11",
    ]  # fmt: skip
    assert "extra | more" in extract.rejected.row(1)


def test_totals_and_remarks_are_counted_as_rows_set_aside(write: Write) -> None:
    extract = read_extract(write(joined(*LINES, "", "Total,,,,,,,,,132.50,", "End of report")), "case_list")
    assert extract.rejected["row"].to_list() == [4, 5]
    assert [reasons[0].split(":")[0] for reasons in extract.rejected["reasons"].to_list()] == [
        "totals row below the table", "remark below the table",
    ]  # fmt: skip
    assert extract.rejected["Officer Cost"].to_list() == ["132.50", None]


@pytest.mark.parametrize("stray", ["", 'a 12" pipe'])
def test_a_row_set_aside_says_where_its_owner_sees_it(stray: str, write: Write) -> None:
    wrong, short = LINES[1].replace("C001", "C004").replace("/01/", "/31/"), "C005,H4"
    titles = ("Cases", '"over\ntwo lines"', "")
    text = joined(*titles, *LINES, "", wrong.replace("music", stray), short, "Total,3")
    extract = read_extract(write(text), "case_list")
    assert extract.places.rows() == [(4, 9, None), (5, 10, None), (6, 11, None)]


def test_a_line_of_headers_between_the_rows_is_no_case(write: Write) -> None:
    extract = read_extract(write(joined(*LINES, LINES[0])), "case_list")
    assert (extract.rows_read, extract.rejected["row"].to_list()) == (4, [4])


def test_the_hash_is_that_of_the_bytes(write: Write) -> None:
    import hashlib

    assert read_extract(write(GOOD), "case_list").source_sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.csv: There is no such file"):
        read_extract(tmp_path / "absent.csv", "case_list")
    with pytest.raises(DataError, match="folder"):
        read_extract(tmp_path, "case_list")


@pytest.mark.parametrize("many", [3, 400])
def test_identifiers_that_a_spreadsheet_has_spoilt(write: Write, many: int) -> None:
    rows = [(f"{number:05d}", "H1", "", "A", "13/01/2011", *[""] * 6) for number in range(1, many)]
    rows += [("77", "H1", "", "A", "13/01/2011", *[""] * 6), ("1.23E+05", "H1", "", "A", "13/01/2011", *[""] * 6)]
    extract = read_extract(write(text_of(rows)), "case_list")
    assert extract.accepted["Cases"]["case_id"].to_list()[0] == "00001"
    assert "Case Ref: 1 identifiers seem to have lost leading zeros" in extract.notes
    assert extract.rejected["reasons"].to_list() == [
        ["Case Ref: a spreadsheet has turned the identifier into a power of ten"]
    ]


def test_the_columns_of_the_case_list_are_those_of_the_design() -> None:
    from evaluation.records import load_mapping

    assert tuple(column.names[0] for column in load_mapping("case_list").columns.values()) == HEADER


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
def test_records_end_in_the_same_places_however_small_the_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'a,b,"c, d"\r\n"x\ny",2,3\n,,\n"say ""so""","1\n,2",z\nlast,row,without end'
    monkeypatch.setattr(delimited, "_PIECE", size)
    scan = delimited._scan(text, ",")
    assert scan is not None
    ends = np.flatnonzero([text[: place + 1].count(b'"') % 2 == 0 and text[place] == 10 for place in range(len(text))])
    assert scan.ends.tolist() == [*(ends + 1).tolist(), len(text)]
    assert scan.cells.tolist() == [3] * 5
    assert scan.quoted


@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
def test_utf_8_is_recognised_across_the_ends_of_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_PIECE", size)
    sound = "caf\u00e9 \u20ac \U0001f600".encode()
    assert encodings._is_utf8(sound)
    assert not encodings._is_utf8(sound[:-1])
    assert not encodings._is_utf8(b"caf\xe9 au lait")
