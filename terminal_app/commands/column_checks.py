"""Columns that hold another kind of value than they were made for: SQLite keeps what it is given.

Somebody with a SQLite shell, or one bit that flips on the disk, can turn bytes to text and a number
to a word, and whoever reads the row then fails on it. Each such place is named, and while the
ledger is verified the column is read as what it was made for, so that what stands behind it is
checked all the same.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from loyalty.journal import Finding

MAX_NAMED_A_TABLE = 1_000
"""Rows of one table that are named one by one."""

_TABLES = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql IS NOT NULL"
_COLUMNS = """
    SELECT name, lower(type), pk, "notnull" OR pk FROM pragma_table_info(?, 'main')
"""
_KINDS = frozenset({"blob", "integer", "text"})


class _Column(msgspec.Struct, frozen=True):
    """A column, the kind of value that it was made for, its place in the key (0: none), and
    whether it always has a value."""

    name: str
    kind: str
    key: int
    is_filled: int


@contextmanager
def read_as_made(connection: sqlite3.Connection) -> Iterator[Sequence[Finding]]:
    """While it lasts, each column is read as what it was made for; gives what it was not.

    Inside a transaction, and to read only.
    """
    decode: Any = connection.text_factory
    connection.text_factory = _readable
    viewed: list[str] = []
    found: list[Finding] = []
    try:
        for (table,) in connection.execute(_TABLES).fetchall():
            columns = _columns(connection, table)
            odd = _odd_columns(connection, table, columns)
            if odd:
                found += _misfits(connection, table, columns)
                connection.execute(_view(table, columns, odd))
                viewed.append(table)
        yield found
    finally:
        for table in viewed:
            connection.execute(f'DROP VIEW temp."{table}"')
        connection.text_factory = decode


def _columns(connection: sqlite3.Connection, table: str) -> list[_Column]:
    columns = (_Column(*row) for row in connection.execute(_COLUMNS, (table,)))
    return [column for column in columns if column.kind in _KINDS]


def _odd_columns(
    connection: sqlite3.Connection, table: str, columns: Sequence[_Column]
) -> list[_Column]:
    if not columns:
        return []
    any_odd = ", ".join(f"max({_is_odd(column)})" for column in columns)
    row = connection.execute(f'SELECT {any_odd} FROM main."{table}"').fetchone()  # noqa: S608
    return [column for column, is_odd in zip(columns, row, strict=True) if is_odd]


def _misfits(
    connection: sqlite3.Connection, table: str, columns: Sequence[_Column]
) -> Iterator[Finding]:
    by_key = sorted(columns, key=lambda column: column.key)
    key = [column.name for column in by_key if column.key] or ["rowid"]
    place = ", ".join(f'CAST("{name}" AS TEXT)' for name in key)
    kinds = ", ".join(f'typeof("{column.name}"), {_is_odd(column)}' for column in columns)
    is_odd = " OR ".join(_is_odd(column) for column in columns)
    rows = connection.execute(
        f'SELECT {place}, {kinds} FROM main."{table}" WHERE {is_odd} LIMIT ?',  # noqa: S608
        (MAX_NAMED_A_TABLE,),
    )
    for row in rows:
        seq, where = _where(table, row[: len(key)])
        told = row[len(key) :]
        for column, kind, is_odd_here in zip(columns, told[::2], told[1::2], strict=True):
            if is_odd_here:
                what = f"{where}{column.name} is kept as {kind}, not as {column.kind}"
                yield Finding(seq, what)


def _where(table: str, key: Sequence[str]) -> tuple[int, str]:
    if table == "journal":
        epoch, seq = key
        return (int(seq) if seq.isdecimal() else 0), f"journal {epoch}, entry {seq}: "
    return 0, f"row {', '.join(key)} of {table}: "


def _is_odd(column: _Column) -> str:
    or_nothing = "" if column.is_filled else ", 'null'"
    return f"""typeof("{column.name}") NOT IN ('{column.kind}'{or_nothing})"""


def _view(table: str, columns: Sequence[_Column], odd: Sequence[_Column]) -> str:
    """What stands in front of `table`; columns that hold are left alone, so keys stay quick."""
    casts = {column.name: f'CAST("{column.name}" AS {column.kind})' for column in odd}
    names = [column.name for column in columns]
    read = ", ".join(f'{casts.get(name, name)} AS "{name}"' for name in names)
    return f'CREATE TEMP VIEW "{table}" AS SELECT {read} FROM main."{table}"'  # noqa: S608


def _readable(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")
