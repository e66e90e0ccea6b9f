"""Planted names, telephone numbers and postcodes appear in no file, log, error or figure."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from evaluation.errors import DataError, UsageError
from evaluation.records import assemble, load_key, measure, read_extract, write, write_rejected
from evaluation.records.privacy import shown, word
from evaluation.records.pseudonyms import (
    DEMONSTRATION_KEY,
    default_key_path,
    fingerprint,
    normal_name,
    person_ids,
    pseudonym,
    pseudonymise,
    rotate_key,
    tokens,
)
from evaluation.records.rejected import ROW

PLANTED = (
    "Quillfeather",
    "Zoltomble",
    "Numberwick",
    "Aubergine",
    "01632 960983",
    "01632960983",
    "07700 900123",
    "OX9 9ZZ",
    "OX99ZZ",
    "z.zoltomble@example.org",
    "1957-03-09",
    "09/03/1957",
)
HEADER = (
    "Incident Ref,Case Ref,Incident Date,Complaint Type,Notepad,Alleged Perpetrator,Perpetrator DOB,"
    "Perpetrator Address,Perpetrator Phone,Complainant,Complainant Phone,Premises Address,Ward,"
    "Investigating Officer,Lead Officer,Date Opened,Date Closed,Action,Action Date,Favourite Colour\n"
)
GOOD = (
    'I1,K1,13/01/2011,Noise,"Mrs Quillfeather of OX9 9ZZ rang from 01632 960983, loud music",Zelda Zoltomble,'
    '09/03/1957,"1 Numberwick Lane, OX9 9ZZ",07700 900123,Ann Quillfeather,01632 960983,"2 Numberwick Lane, OX9 9ZZ",'
    "OX9 9ZZ,Zelda Numberwick,Zelda Numberwick,14/01/2011,,Mediation,15/01/2011,Aubergine\n"
)
BAD = GOOD.replace("I1,K1", "I2,K2").replace("14/01/2011,,", "14/01/2011,01/01/2010,")
SHIFTED = (
    "I3,K3,Zelda Zoltomble 01632 960983,z.zoltomble@example.org,n,Zelda Zoltomble,soon,x,y,Quillfeather,OX9 9ZZ,,,,,"
    "Quillfeather,01632960983,OX9 9ZZ 07700 900123,Aubergine,x\n"
)
ALL = HEADER + GOOD + BAD + SHIFTED


def leaks(text: str) -> list[str]:
    return [secret for secret in PLANTED if secret.casefold() in text.casefold()]


def texts_of(folder: Path) -> dict[str, str]:
    """The text of every file: tables and workbooks by their cells, anything else by its bytes."""
    found: dict[str, str] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            found[path.name] = str(pl.read_parquet(path).rows())
        elif path.suffix == ".xlsx":
            import fastexcel

            book = fastexcel.read_excel(path)
            found[path.name] = str(
                [book.load_sheet(name, header_row=None).to_polars().rows() for name in book.sheet_names]
            )
        else:
            found[path.name] = path.read_bytes().decode("utf-8", errors="replace")
    return found


@pytest.fixture
def planted(write_file: Callable[..., Path]) -> Path:
    return write_file(ALL, "flare.csv")


@pytest.fixture
def write_file(tmp_path: Path) -> Callable[..., Path]:
    def to_file(content: str, name: str) -> Path:
        path = tmp_path / name
        path.write_text(content)
        return path

    return to_file


def test_nothing_personal_leaves(planted: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    extract = read_extract(planted, "flare", as_of=date(2012, 12, 31))
    assert (extract.rows_read, extract.rows_accepted) == (3, 1)
    records = assemble([extract], as_of=date(2012, 12, 31))
    quality = measure([extract], records, as_of=date(2012, 12, 31))
    out = tmp_path / "out"
    write(records, out / "records")
    write_rejected([extract], out / "rejected")
    (out / "quality.json").write_text(json.dumps(quality.to_json()))
    (out / "scorecard.txt").write_text(quality.scorecard())
    (out / "notes.txt").write_text("\n".join([*extract.notes, *records.notes]))
    (out / "reasons.txt").write_text(str(extract.rejected["reasons"].to_list()))
    (out / "unmapped.txt").write_text(str(extract.unmapped.rows()))
    (out / "traits.txt").write_text(str(extract.traits.rows()))
    (out / "accepted.txt").write_text(str([frame.rows() for frame in extract.accepted.values()]))
    texts = texts_of(out)
    assert len(texts) >= 20
    assert {name: leaks(text) for name, text in texts.items() if leaks(text)} == {}
    assert leaks("".join(capfd.readouterr())) == []


def test_the_planted_secrets_are_really_in_the_extract(planted: Path) -> None:
    assert set(leaks(planted.read_text())) == set(PLANTED) - {"1957-03-09", "01632960983", "OX99ZZ"} | {"01632960983"}
    assert "Zoltomble" in str(read_extract(planted, "flare").rejected.rows())


@pytest.mark.parametrize(
    "content",
    [HEADER + GOOD.replace("13/01/2011", "03/01/2011").replace("14/01", "04/01").replace("15/01", "05/01"),
     HEADER.replace("Incident Date", "Ward") + GOOD, "Zelda Zoltomble,OX9 9ZZ\n01632 960983,x\n", ALL[:-40],
     HEADER.replace("Favourite Colour", "01632 960983").replace("Ward", "01632 960983") + GOOD],
)  # fmt: skip
def test_refusals_hold_nothing_personal(content: str, write_file: Callable[..., Path]) -> None:
    with pytest.raises(DataError) as refused:
        read_extract(write_file(content, "flare.csv"), "flare")
    assert leaks(str(refused.value)) == []


def test_a_mended_sheet_is_read_as_the_same_people(planted: Path, tmp_path: Path) -> None:
    first = read_extract(planted, "flare", as_of=date(2012, 12, 31))
    path, words = write_rejected([first], tmp_path / "rejected")
    import fastexcel

    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    assert words.name == "words-in-no-list.xlsx"
    assert sheet.columns[:3] == [ROW, "Row in your file", "Reasons"]
    assert sheet[ROW].to_list() == ["2", "3"]
    mended = sheet.filter(pl.col(ROW) == "2").with_columns(pl.lit("14/02/2011").alias("Date Closed"))
    mended.write_csv(tmp_path / "mended.csv")
    again = read_extract(tmp_path / "mended.csv", "flare", as_of=date(2012, 12, 31))
    assert (again.rows_read, again.rows_accepted) == (1, 1)
    for table, column in (
        ("Cases", "subject_id"),
        ("Cases", "complainant_id"),
        ("Cases", "officer_id"),
        ("Incidents", "place_id"),
    ):
        assert again.accepted[table][column].to_list() == first.accepted[table][column].to_list()


def test_more_rejected_rows_than_a_sheet_holds_go_into_further_workbooks(
    planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluation.records import rejected

    monkeypatch.setattr(rejected, "_MOST_ROWS", 1)
    extract = read_extract(planted, "flare", as_of=date(2012, 12, 31))
    names = [path.name for path in write_rejected([extract], tmp_path / "rejected")]
    assert names == ["flare.xlsx", "flare-2.xlsx", "words-in-no-list.xlsx"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("31/02/2012", "'31/02/2012'"),
        ("10.999", "'10.999'"),
        ("Ann Other", "text of 9 characters"),
        ("01632 960983", "a number of 11 digits"),
        ("+44 1632 960983", "a number of 12 digits"),
        ("", "text of 0 characters"),
        ("123456789012345", "a number of 15 digits"),
    ],
)
def test_what_a_message_quotes(value: str, text: str) -> None:
    assert shown(value) == text


def test_a_listed_word_is_masked() -> None:
    assert word("Noise at OX9 9ZZ, ring 01632 960983 or a@b.org") == "Noise at …, ring … or …"
    assert len(word("x" * 100)) == 40


def test_spellings_of_one_person_give_one_pseudonym() -> None:
    assert normal_name("SMITH, Mr John") == normal_name(" john  smith ") == "john smith"
    parts = pl.DataFrame({"name": ["John Smith", "SMITH, John", "Jon Smith", None], "born": ["1980-01-02"] * 4})
    ids = person_ids(parts, "s", b"k").to_list()
    assert ids[0] == ids[1] != ids[2]
    assert ids[3] is None


def test_pseudonyms_depend_on_the_key_and_the_kind() -> None:
    values = pl.Series(["Ann Other"])
    tokens = {pseudonymise(values, kind, key)[0] for kind in ("name", "officer") for key in (b"1", b"2")}
    assert len(tokens) == 4
    assert pseudonymise(pl.Series([next(iter(tokens)), None]), "name", b"3").to_list() == [next(iter(tokens)), None]


def test_the_key_is_made_once_and_safely(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "council.key"
    key = load_key(path)
    assert (len(key), load_key(path), key != DEMONSTRATION_KEY) == (32, key, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(None, "Wexbourne", synthetic=True) == DEMONSTRATION_KEY


def test_the_usual_place_of_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_key_path("Milton Keynes") == tmp_path / "evaluation" / "milton-keynes.key"
    assert load_key(None, "Milton Keynes") == load_key(default_key_path("Milton Keynes"))


def test_a_rotated_key_leaves_the_old_one_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "council.key"
    old = load_key(path)
    new = rotate_key(path)
    assert new != old
    assert load_key(path.with_name(f"council.key.{fingerprint(old)}")) == old


def test_a_key_in_a_repository_or_open_to_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    with pytest.raises(UsageError, match="inside the repository repo"):
        load_key(tmp_path / "repo" / "council.key")
    path = tmp_path / "council.key"
    load_key(path)
    path.chmod(0o644)
    with pytest.raises(UsageError, match="can be read by others"):
        load_key(path)
    path.chmod(0o600)
    path.write_text("hello\n")
    with pytest.raises(DataError, match="does not hold a key"):
        load_key(path)
    path.write_text("abcd\n")
    with pytest.raises(DataError, match="holds 2 bytes"):
        load_key(path)


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 65, 200])
def test_a_pseudonym_is_the_standard_librarys_hmac(length: int) -> None:
    key = bytes(range(length))
    texts = ["", "a", "mary smith", "caf\u00e9 " * 40, "p_0123456789abcdef0123", None]
    given = tokens(pl.Series(texts), "name", key)
    for text, token in zip(texts, given, strict=True):
        if not text:
            assert token is None
        elif text.startswith("p_"):
            assert token == text
        else:
            digest = hmac.new(key, f"name\x1f{text}".encode(), hashlib.sha256).hexdigest()
            assert token == pseudonym("name", text, key) == f"n_{digest[:20]}"
