"""Questions that every sync asks: their words made once, all keys in one value, bare rows.

A list of a thousand marks is written, read and planned anew each time. Either database takes the
keys as one JSON text; the statement stays as it was prepared.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

import msgspec
import psycopg
from sqlalchemy import Connection, Dialect, Select, Text, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator

STATEMENTS_KEPT = 256


class _Keys(TypeDecorator[Iterable[str]]):
    """Keys in one value. An array of PostgreSQL would be written letter by letter for as long as
    it takes to find a thousand rows."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str:  # noqa: ARG002
        return msgspec.json.encode(list(value or ())).decode()


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
    # "= ANY" may be planned as a walk along all keys for every row of the table, and keys thought
    # to be many as one along the whole table, for a single sale: of an array made here the planner
    # thinks that it is short, and looks keys up.
    array = f"ARRAY(SELECT json_array_elements_text(CAST({keys} AS json)))"
    return f"{column} IN (SELECT unnest({array}))"


def rows_of(
    connection: Connection, statement: Select[Any], asked: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """All rows that `statement` gives, as the driver has them: for texts, bytes and integers.

    It is one that stands in a module, whose words are made once. A statement and a row of
    SQLAlchemy cost several times what it takes to ask and to read. Raises as it does.
    """
    words = _words(statement, connection.dialect)
    given = words.given(asked)
    driver: Any = connection.connection.driver_connection
    try:
        rows: Sequence[tuple[Any, ...]] = driver.execute(words.text, given).fetchall()
    except (sqlite3.Error, psycopg.Error) as fault:
        kind = sqlite3.Error if isinstance(fault, sqlite3.Error) else psycopg.Error
        raise DBAPIError.instance(words.text, None, fault, kind, hide_parameters=True) from fault
    return rows


class _Words(msgspec.Struct, frozen=True):
    """A statement as a driver takes it. Values are in the order of `places`, or by name where
    there are none; `known` are those that stand in the statement."""

    text: str
    places: tuple[str, ...]
    known: Mapping[str, Any]
    made: Mapping[str, Callable[[Any], Any]]

    def given(self, asked: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        values = {**self.known, **asked}
        for name, make in self.made.items():
            values[name] = make(values[name])
        return [values[name] for name in self.places] if self.places else values


@lru_cache(STATEMENTS_KEPT)
def _words(statement: Select[Any], dialect: Dialect) -> _Words:
    options = {"render_postcompile": True}
    compiled = statement.compile(dialect=dialect, compile_kwargs=options)
    made = {
        bind.key: process
        for bind in compiled.bind_names
        if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    places = tuple(compiled.positiontup or ())
    return _Words(compiled.string, places, compiled.params, made)
