"""Questions about many keys at once: one statement that never changes, one value for all keys.

A list of a thousand marks is written, read and planned anew each time. SQLite takes the keys as
one JSON text, PostgreSQL as one array; the statement stays as it was prepared.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import msgspec
import psycopg
from sqlalchemy import ARRAY, Connection, Dialect, Select, Text, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine


class _Keys(TypeDecorator[Iterable[str]]):
    """Keys as either driver takes them in one value."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(Text()) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> Any:
        keys = list(value or ())
        return keys if dialect.name == "postgresql" else msgspec.json.encode(keys).decode()


class _Among(FunctionElement[bool]):
    """Whether a text column is one of the keys; `among` makes it."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: object = None) -> Self:  # noqa: ARG002
        # Without this it would be compared with 1, which no index answers.
        return self


def among(column: ColumnElement[str], name: str = "keys") -> ColumnElement[bool]:
    """Whether `column` is one of the keys that the statement is given as `name`."""
    return _Among(column, bindparam(name, type_=_Keys()))


@compiles(_Among, "sqlite")
def _sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"  # noqa: S608 - names of columns


@compiles(_Among, "postgresql")
def _postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({keys})"


def rows_of(
    connection: Connection, statement: Select[Any], asked: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """All rows that `statement` gives, as the driver has them: for texts, bytes and integers.

    A row of SQLAlchemy costs several times what it takes to read it. Raises as it does.
    """
    found = connection.execute(statement, asked)
    try:
        rows: Sequence[tuple[Any, ...]] = found.cursor.fetchall()
    except (sqlite3.Error, psycopg.Error) as fault:
        raise DBAPIError(str(statement), None, fault) from fault
    finally:
        found.close()
    return rows
