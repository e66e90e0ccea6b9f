"""Reading a table or a query from a database through SQLAlchemy, every value as text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from evaluation.errors import DataError, did_you_mean
from evaluation.records.raw import Grid

_BATCH = 50_000
KINDS = ("sqlite", "postgresql", "postgres", "mssql")
_DRIVERS = {"mssql": "pyodbc", "postgresql": "psycopg"}
"""The drivers that are taken where the address names none."""


def is_database(source: str) -> bool:
    """Whether a source is a database address: `sqlite:///file#table`, `postgresql://…#table`, `mssql+pyodbc://…#table`."""
    return "://" in source


def _refuse_other_kinds(url: str) -> None:
    kind = url.partition("://")[0].partition("+")[0]
    if kind not in KINDS:
        raise DataError(
            f"'{kind}://' is no database that is read here: {', '.join(KINDS)}. Export the table as CSV or XLSX."
        )


def read_database(address: str, query: str | None) -> tuple[Grid, str]:
    """Read one table or query.

    Parameters
    ----------
    address
        SQLAlchemy's address, with the table after `#` unless the mapping gives a query.
    query
        The mapping's query, if any.

    Returns
    -------
    tuple
        The grid (its first row holds the column names) and the SHA-256 of the rows.

    Raises
    ------
    DataError
        The database cannot be reached or has no such table. The message never holds the password.
    """
    from sqlalchemy.exc import SQLAlchemyError

    url, _, table = address.partition("#")
    _refuse_other_kinds(url)
    _refuse_absent_file(url)
    engine = _engine(_with_driver(url))
    try:
        with engine.connect() as connection:
            statement = _statement(connection, table, query)
            result = connection.execution_options(stream_results=True).execute(statement)
            return _grid(list(result.keys()), result.partitions(_BATCH), engine.dialect.name)
    except SQLAlchemyError as problem:
        raise DataError(
            f"The {engine.dialect.name} database could not be read ({type(problem).__name__})."
        ) from problem
    finally:
        engine.dispose()


def _engine(url: str) -> Any:
    """An engine for an address, or one sentence on what is wrong with it; never its password."""
    import sqlalchemy
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

    try:
        return sqlalchemy.create_engine(url)
    except ImportError as problem:
        kind, _, driver = url.partition("://")[0].partition("+")
        missing = driver or problem.name or _DRIVERS.get(kind, "its driver")
        raise DataError(
            f"The database's driver '{missing}' is not installed, or a system library that it needs is missing: "
            f"install the extra '{kind}', or name another driver in the address ({kind}+DRIVER://…)."
        ) from problem
    except NoSuchModuleError as problem:
        raise DataError(f"There is no driver '{url.partition('://')[0]}' for a database.") from problem
    except (SQLAlchemyError, ValueError) as problem:
        raise DataError(
            "The database address cannot be read: it is KIND+DRIVER://USER:PASSWORD@HOST/DATABASE#TABLE."
        ) from problem


def _refuse_absent_file(url: str) -> None:
    """SQLite makes the file that it does not find, so it is looked for first."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise DataError("There is no such database file.")


def _with_driver(url: str) -> str:
    """PostgreSQL is spoken to through psycopg 3 unless the address names another driver."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _statement(connection: Any, table: str, query: str | None) -> Any:
    import sqlalchemy

    if query:
        return sqlalchemy.text(query)
    inspector: Any = sqlalchemy.inspect(connection)
    schema, _, name = table.rpartition(".")
    names: list[str] = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
    if not table:
        raise DataError(
            f"Name the table after the address (…#table). The database has: {', '.join(sorted(names)) or 'none'}."
        )
    if name not in names:
        raise DataError(f"The database has no table '{table}'.{did_you_mean(name, names)}")
    return select_all(table)


def select_all(table: str) -> Any:
    """Select every column of a table (`schema.table`, or a table alone), in no dialect yet."""
    import sqlalchemy

    schema, _, name = table.rpartition(".")
    return sqlalchemy.select(sqlalchemy.text("*")).select_from(sqlalchemy.table(name, schema=schema or None))


def _grid(names: Sequence[str], batches: Iterable[Sequence[Sequence[object]]], dialect: str) -> tuple[Grid, str]:
    columns = [f"c{place}" for place in range(len(names))]
    kinds = dict.fromkeys(columns, pl.String)
    frames = [pl.DataFrame([list(names)], schema=kinds, orient="row")]
    digest = hashlib.sha256("\x1f".join(names).encode())
    for batch in batches:
        rows = [[_text(value) for value in row] for row in batch]
        for row in rows:
            digest.update(("\x1f".join("\0" if cell is None else cell for cell in row) + "\x1e").encode())
        frames.append(pl.DataFrame(rows, schema=kinds, orient="row"))
    return Grid(pl.concat(frames), {}, (f"read from a {dialect} database",)), digest.hexdigest()


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)
