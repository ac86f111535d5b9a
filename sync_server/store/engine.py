"""Opening the database and the ways to use it: `reading`, `writing` and `writing_beside`.

SQLite has one writer at a time (BEGIN IMMEDIATE). On PostgreSQL `writing` keeps every other writer
out, while those of `writing_beside`, which take frames, run side by side, in as many processes as
there are. Either way what changed is given its numbers as the last act before the commit; so
numbers follow the order of commits, and a till whose cursor passed one has missed nothing below.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.elements import TextClause

from sync_server.errors import ConfigInvalid, StoreUnavailable
from sync_server.store.change_numbers import Untold, draw_numbers

POOL_CONNECTIONS = 8
POOL_OVERFLOW = 16
WAIT_FOR_CONNECTION_S = 30
WAIT_FOR_WRITER_MS = 30_000
SQLITE_CACHE_KIB = 20 * 1024
SQLITE_CHECKPOINT_PAGES = 8 * 1024
"""How far the log grows (32 MB) before its pages go to the file: a busy page goes there once for
many frames, and not once a frame."""

WRITERS_LOCK = 0x70617261676F6F
"""Number of the PostgreSQL advisory lock of writers: shared by those who take frames."""

_WRITES = "paragon_writes"
_UNTOLD = "paragon_untold"
_TIMELINE = "paragon_timeline"
_ONE_STATE = "REPEATABLE READ"


def open_engine(database_url: str) -> Engine:
    """The engine for `database_url`: "sqlite:///FILE" or "postgresql://USER@HOST/NAME".

    Nothing is connected yet. Raises ConfigInvalid for any other URL.
    """
    url = _driver_url(database_url)
    engine = create_engine(
        url,
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=WAIT_FOR_CONNECTION_S,
        pool_pre_ping=url.get_backend_name() == "postgresql",
        hide_parameters=True,
    )
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _note_timeline)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that alone may write; it commits at the end or leaves nothing behind."""
    with _writing(engine, _ALONE) as connection:
        yield connection


@contextmanager
def writing_beside(engine: Engine) -> Iterator[Connection]:
    """A transaction beside which others of its kind may write, on PostgreSQL.

    Who uses it locks the rows that it decides by, in the order of their keys.
    """
    with _writing(engine, _BESIDE) as connection:
        yield connection


@contextmanager
def _writing(engine: Engine, lock: TextClause) -> Iterator[Connection]:
    with _connected(engine) as connection, connection.execution_options(**{_WRITES: True}).begin():
        if engine.dialect.name == "postgresql":
            connection.execute(lock, {"key": WRITERS_LOCK})
        waiting: Untold = {}
        connection.info[_UNTOLD] = waiting
        yield connection
        if waiting:
            draw_numbers(connection, waiting)


def untold(connection: Connection) -> Untold:
    """What changed in this writing transaction and gets its numbers at its end."""
    waiting: Untold = connection.info[_UNTOLD]
    return waiting


def timeline_of(connection: Connection) -> str:
    """The PostgreSQL timeline that is written, which a promoted standby or a restored backup
    changes; empty where there is none or this role may not ask."""
    timeline: str = connection.info.get(_TIMELINE, "")
    return timeline


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction for reading; it sees one state of the database throughout.

    SQLite gives that by itself, PostgreSQL when it is asked to.
    """
    with _connected(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level=_ONE_STATE, postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A writing transaction for a database whose tables may not be there yet."""
    with _connected(engine) as connection, connection.execution_options(**{_WRITES: True}).begin():
        yield connection


_ALONE = text("SELECT pg_advisory_xact_lock(:key)")
_BESIDE = text("SELECT pg_advisory_xact_lock_shared(:key)")


def _driver_url(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise ConfigInvalid(
            "The database URL cannot be read.",
            "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
        ) from None
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigInvalid(
            f"Head office does not keep its books in {url.drivername!r}.",
            "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
        )
    return url


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except SQLAlchemyError as fault:
        raise StoreUnavailable(
            f"The database cannot be opened: {_plain(fault)}.",
            "Check that it runs, that the disk has room, and the URL in server.toml.",
        ) from fault
    with connection:
        yield connection


def _plain(fault: SQLAlchemyError) -> str:
    text = str(getattr(fault, "orig", None) or fault)
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else type(fault).__name__


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Set a new connection up; the driver's own transactions are off, `_begin_sqlite` opens them.

    synchronous=FULL makes a commit wait for the disk: what is acknowledged survives a power cut.
    """
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {WAIT_FOR_WRITER_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {SQLITE_CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}")


def _note_timeline(connection: psycopg.Connection[Any], entry: ConnectionPoolEntry) -> None:
    """Note the timeline of a new connection: a server that starts another one drops them all."""
    try:
        row = connection.execute(
            "SELECT CASE WHEN pg_is_in_recovery() THEN ''"
            " ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END"
        ).fetchone()
    except psycopg.Error:
        row = None  # a role or a service that is not told
    connection.rollback()
    entry.info[_TIMELINE] = row[0] if row else ""


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
