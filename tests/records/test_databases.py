"""Tables of databases: SQLite always, PostgreSQL where Debian's package is there."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from evaluation.errors import DataError
from evaluation.records import load_mapping, read_extract
from evaluation.records.databases import is_database, select_all

HEADER = [column.names[0] for column in load_mapping("case_list").columns.values()]
ROW = ["C001", "H1", "Mediation", "Abbey", "2011-01-13", "2011-01-27", None, None, None, 120.5, "music"]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "cases.db"
    with sqlite3.connect(path) as connection:
        columns = ", ".join(f'"{name}"' for name in HEADER)
        connection.execute(f"create table cases ({columns})")
        connection.execute(f"insert into cases values ({','.join('?' * len(ROW))})", ROW)
    connection.close()
    return path


def test_a_table_of_sqlite(database: Path) -> None:
    extract = read_extract(f"sqlite:///{database}#cases", "case_list")
    assert (extract.name, extract.rows_accepted) == ("cases", 1)
    assert extract.accepted["Interventions"]["scheme"].to_list() == ["mediation"]
    assert extract.source_sha256 == read_extract(f"sqlite:///{database}#cases", "case_list").source_sha256


@pytest.mark.parametrize(
    ("table", "words"), [("#case", "no table 'case'. Did you mean 'cases'"), ("", "Name the table after the address")]
)
def test_tables_that_are_not_there(database: Path, table: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_extract(f"sqlite:///{database}{table}", "case_list")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such database file"):
        read_extract(f"sqlite:///{tmp_path}/absent.db#cases", "case_list")
    assert not (tmp_path / "absent.db").exists()


def test_a_query_of_the_mapping(database: Path, tmp_path: Path) -> None:
    from importlib.resources import files

    text = (files("evaluation.records") / "mappings" / "case_list.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(
        text.replace(
            "[columns]", "query = 'select * from cases where \"Ward\" = ''Abbey'''\n\n[columns]".replace("''", '"'), 1
        )
    )
    own.write_text(
        text.replace("[columns]", 'query = """select * from cases where Ward = \'Abbey\'"""\n\n[columns]', 1)
    )
    assert read_extract(f"sqlite:///{database}", own).rows_read == 1


def test_no_password_is_ever_shown() -> None:
    with pytest.raises(DataError) as refused:
        read_extract("postgresql://reader:topsecret@localhost:1/council#cases", "case_list")
    assert "topsecret" not in str(refused.value)


@pytest.mark.parametrize("address", ["mssql+pyodbc://reader:secret@host/council", "mssql+pymssql://host/council"])
def test_an_sql_server_is_asked_in_its_own_dialect(address: str) -> None:
    import sqlalchemy

    assert is_database(address)
    asked: list[str] = []
    engine = sqlalchemy.create_mock_engine(address, lambda query, *_: asked.append(str(query.compile(dialect=dialect))))
    dialect = engine.dialect
    engine.connect().execute(select_all("dbo.ASB Cases"))
    assert dialect.name == "mssql"
    assert " ".join(asked[0].split()) == "SELECT * FROM dbo.[ASB Cases]"


@pytest.mark.parametrize("driver", ["pyodbc", "pymssql"])
def test_a_driver_that_is_missing_is_one_sentence(driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(DataError) as refused:
        read_extract(f"mssql+{driver}://reader:topsecret@host/council#dbo.cases", "case_list")
    assert refused.value.exit_code == 3
    assert str(refused.value).startswith(f"dbo.cases: The database's driver '{driver}' is not installed")
    assert "\n" not in str(refused.value)
    assert "topsecret" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mssql+nothing://host/council#cases", "no driver 'mssql\\+nothing'"),
        ("mssql+pymssql://host:port/council#cases", "address cannot be read"),
        ("oracle://host/council#cases", "'oracle://' is no database that is read here"),
        ("https://council.example/cases.csv", "'https://' is no database"),
    ],
)
def test_addresses_that_cannot_be_used(address: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_extract(address, "case_list")


def _postgresql() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else (Path(on_path).parent if on_path else None)


@pytest.fixture
def server() -> Iterator[str]:
    """A PostgreSQL server of the test's own, stopped and removed afterwards."""
    programs = _postgresql()
    if programs is None:
        pytest.skip("Debian's package postgresql is not installed")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("the extra 'postgresql' (psycopg) is not installed")
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        if user:
            shutil.chown(folder, "postgres", "postgres")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
        subprocess.run([programs / "initdb", "-D", folder / "data", "-U", "reader", "-A", "trust", "-N"], **quiet)
        options = f"-p {port} -k {folder} -h 127.0.0.1 -F"
        subprocess.run(
            [programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"], **quiet
        )
        try:
            yield f"postgresql://reader@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_table_of_postgresql(server: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        kinds = ["text"] * 4 + ["date", "timestamp", "date", "date", "text", "numeric(12,2)", "text"]
        columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(HEADER, kinds, strict=True))
        connection.execute(f"create table cases ({columns})".encode())
        connection.execute(f"insert into cases values ({','.join(['%s'] * len(ROW))})".encode(), ROW)
    extract = read_extract(f"{server}#cases", "case_list")
    given = extract.accepted["Interventions"].row(0, named=True)
    assert (given["scheme"], str(given["started_on"])) == ("mediation", "2011-01-27")
    assert str(extract.accepted["Cases"]["cost"][0]) == "120.50"
    assert isinstance(extract.rejected, pl.DataFrame)
    with pytest.raises(DataError, match="Did you mean 'cases'"):
        read_extract(f"{server}#casse", "case_list")
