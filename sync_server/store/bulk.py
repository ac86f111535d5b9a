"""Many rows at once, each engine its own fast way: what taking a frame stands on.

SQLite takes tuples through its driver's `executemany`. PostgreSQL takes plain inserts as a binary
COPY; what is merged comes as one binary array a column, unnested. SQLAlchemy's own way with rows
costs several times more, all of it in Python.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Boolean, Connection, Integer, LargeBinary, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...]


class Rows:
    """Rows of `table` as tuples of `columns`, whose key comes first.

    Without more they are inserted, and one that is there is a fault. Of a row that is there
    `sums` are added to, `earliest` and `latest` keep the lesser and the greater value (null
    loses), `replaced` take the new value; it stays as it is where its column `unless_older` is the
    greater one.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        *,
        sums: Iterable[str] = (),
        earliest: Iterable[str] = (),
        latest: Iterable[str] = (),
        replaced: Iterable[str] = (),
        unless_older: str = "",
    ) -> None:
        key = [column.name for column in table.primary_key]
        if sorted(columns[: len(key)]) != sorted(key):
            raise ValueError(f"The key of {table.name} comes first in its rows.")
        names, name = ", ".join(columns), table.name
        merged = [f"{column} = {name}.{column} + excluded.{column}" for column in sums]
        merged += [f"{column} = {_chosen(name, column, 'LEAST')}" for column in earliest]
        merged += [f"{column} = {_chosen(name, column, 'GREATEST')}" for column in latest]
        merged += [f"{column} = excluded.{column}" for column in replaced]
        conflict = ""
        if merged:
            conflict = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(merged)}"
        if unless_older:
            conflict += f" WHERE excluded.{unless_older} >= {name}.{unless_older}"
        marks = ", ".join("?" * len(columns))
        # SQLite has the same functions under the names that PostgreSQL gives its aggregates.
        lesser = conflict.replace("LEAST(", "min(").replace("GREATEST(", "max(")
        self._sqlite = f"INSERT INTO {name} ({names}) VALUES ({marks}){lesser}"  # noqa: S608
        arrays = ", ".join(f"%b::{_array(table.c[column].type)}" for column in columns)
        self._copy = "" if conflict else f"COPY {name} ({names}) FROM STDIN (FORMAT BINARY)"
        self._types = [_array(table.c[column].type).removesuffix("[]") for column in columns]
        self._postgresql = f"INSERT INTO {name} ({names}) SELECT * FROM unnest({arrays}){conflict}"  # noqa: S608

    def put(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write `rows` in the order of their keys, so that several processes lock them alike."""
        if not rows:
            return
        ordered = sorted(rows)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(self._sqlite, ordered)
        elif self._copy:
            self._copied(connection, ordered)
        else:
            arrays = tuple(list(column) for column in zip(*ordered, strict=True))
            connection.exec_driver_sql(self._postgresql, arrays)

    def _copied(self, connection: Connection, rows: Sequence[Row]) -> None:
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(self._copy) as copy:
                copy.set_types(self._types)
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as fault:
            raise DBAPIError(self._copy, None, fault) from fault


def _chosen(table: str, column: str, choose: str) -> str:
    """The lesser or greater of the old and the new value; a null loses on either engine."""
    old, new = f"{table}.{column}", f"excluded.{column}"
    return f"coalesce({choose}({old}, {new}), {old}, {new})"


def _array(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, Boolean):
        return "boolean[]"
    if isinstance(kind, BigInteger | Integer):
        return "bigint[]"
    if isinstance(kind, LargeBinary):
        return "bytea[]"
    return "text[]"
