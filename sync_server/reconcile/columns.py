"""Columns that hold another kind of value than their table declares: SQLite keeps what it is given.

Somebody with a SQLite shell can turn bytes to text, or a number to a word, and whoever reads the
row then fails on it. Each such place is named, and while the books are verified the column is read
as what it is declared, so that the rows behind it are checked all the same. PostgreSQL keeps
nothing in a column but what it is for.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from sync_server.store.tables import entries, metadata, quarantine


class Misfit(msgspec.Struct, frozen=True):
    """A value that is not of its column's kind: where it stands, and what it is."""

    where: str
    what: str


@contextmanager
def read_as_declared(connection: Connection) -> Iterator[Sequence[Table]]:
    """While it lasts, each column is read as the kind of value that it is declared for.

    Gives the tables that hold something else. For a transaction that writes nothing.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield ()
        return
    decode = driver.text_factory
    driver.text_factory = _readable
    viewed: list[Table] = []
    try:
        for table in metadata.sorted_tables:
            odd = _odd_columns(connection, table)
            if odd:
                connection.exec_driver_sql(_view(table, odd))
                viewed.append(table)
        yield viewed
    finally:
        for table in viewed:
            connection.exec_driver_sql(f"DROP VIEW temp.{table.name}")
        driver.text_factory = decode


def misfits(connection: Connection, table: Table) -> Iterator[Misfit]:
    """Each row of `table` that holds what its columns are not for; in `read_as_declared`."""
    kept = table.to_metadata(MetaData(), schema="main")
    key = [kept.c[column.name] for column in table.primary_key]
    is_entry = table in (entries, quarantine)
    if is_entry:
        key = [kept.c.terminal, kept.c.epoch, kept.c.seq]
    kinds = [func.typeof(column).label(f"kind_of_{column.name}") for column in kept.columns]
    is_odd = or_(*(_is_odd(column) for column in kept.columns))
    odd = [_is_odd(column).label(f"is_odd_{column.name}") for column in kept.columns]
    place = [cast(column, Text) for column in key]
    statement = select(*place, *kinds, *odd).where(is_odd).order_by(*key)
    rows: Iterable[Row[Any]] = connection.execute(statement)
    for row in rows:
        yield from _named(table, row, len(key), is_entry=is_entry)


def _named(table: Table, row: Row[Any], keys: int, *, is_entry: bool) -> Iterator[Misfit]:
    place: Sequence[str] = row[:keys]
    where = f"row {', '.join(place)} of {table.name}"
    said = ""
    if is_entry:
        where, said = f"journal {place[0]}, epoch {place[1]}", f"entry {place[2]}: "
    for column in table.columns:
        if getattr(row, f"is_odd_{column.name}"):
            kind = getattr(row, f"kind_of_{column.name}")
            yield Misfit(where, f"{said}{column.name} is kept as {kind}, not as {_kind(column)}")


def _odd_columns(connection: Connection, table: Table) -> list[Column[Any]]:
    any_odd = [func.max(_is_odd(column)) for column in table.columns]
    found = connection.execute(select(*any_odd).select_from(table)).one()
    return [column for column, is_odd in zip(table.columns, found, strict=True) if is_odd]


def _is_odd(column: Column[Any]) -> ColumnElement[bool]:
    kind = func.typeof(column)
    is_odd = kind != _kind(column)
    if column.nullable:
        is_odd &= kind != "null"
    if column.server_default is not None and _kind(column) == "blob":
        # SQLite's default of a column of bytes is an empty text.
        is_odd &= func.length(column) > 0
    return is_odd


def _kind(column: Column[Any]) -> str:
    """What SQLite calls the values that `column` is for."""
    if isinstance(column.type, LargeBinary):
        return "blob"
    return "integer" if isinstance(column.type, Integer | Boolean) else "text"


def _view(table: Table, odd: Sequence[Column[Any]]) -> str:
    """What stands in front of `table`; columns that hold are left alone, so keys stay quick."""
    read = {column.name: f"CAST({column.name} AS {_kind(column)})" for column in odd}
    names = [column.name for column in table.columns]
    columns = ", ".join(f"{read.get(name, name)} AS {name}" for name in names)
    return f"CREATE TEMP VIEW {table.name} AS SELECT {columns} FROM main.{table.name}"  # noqa: S608


def _readable(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")
