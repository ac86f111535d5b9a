"""What a till's sale costs when nobody thinks: the same statements, and the same bytes, barely.

The statements that wrote each sale are recorded as SQLite expanded them, and run again on a copy
of the database as it was before, by `sqlite3` alone. Beside that stands the least that a durable
commit costs on this disk: one row of as many bytes.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
WAL_SUFFIXES = ("", "-wal", "-shm")


class Recorded:
    """The writing statements of each sale, as text with their values in it."""

    def __init__(self) -> None:
        self.sales: list[list[str]] = []
        self._running: list[str] | None = None

    @contextmanager
    def of(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Record what `connection` writes until the block ends, each transaction by itself."""
        connection.set_trace_callback(self._note)
        try:
            yield
        finally:
            connection.set_trace_callback(None)

    def _note(self, statement: str) -> None:
        words = statement.lstrip()
        if words.startswith("BEGIN"):
            self._running = []
        elif words.startswith("COMMIT") and self._running:
            self.sales.append(self._running)
            self._running = None
        elif self._running is not None and words.upper().startswith(WRITES):
            self._running.append(statement)


def copied(database: Path, copy: Path) -> None:
    """Copy a database whose connection is idle, with its log."""
    for suffix in WAL_SUFFIXES:
        source = database.with_name(database.name + suffix)
        if source.exists():
            shutil.copyfile(source, copy.with_name(copy.name + suffix))


def replayed_s(copy: Path, sales: list[list[str]]) -> list[float]:
    """Seconds that each of `sales` takes on the copy, committed durably."""
    with closing(_opened(copy)) as connection:
        return [_timed(connection, statements) for statements in sales]


def one_row_s(database: Path, sizes: list[int]) -> list[float]:
    """Seconds that a commit of one row of each size takes in a database of its own."""
    with closing(_opened(database)) as connection:
        connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB)")
        return [
            _timed(connection, [f"INSERT INTO rows (bytes) VALUES (zeroblob({size}))"])
            for size in sizes
        ]


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _timed(connection: sqlite3.Connection, statements: list[str]) -> float:
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        connection.execute(statement)
    connection.execute("COMMIT")
    return time.perf_counter() - began
